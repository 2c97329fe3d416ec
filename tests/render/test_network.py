"""Networks: companies stay where they are, lines come and go, and no name breaks another program's file."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.answers.stores import new_timeline
from timeline import Timeline
from timeline.render.graph.layout import places_of
from timeline.render.graph.text import dot_lines, graphml_text, mermaid_lines
from timeline.render.plot.network import MOST, lines_of, shown_of

STORIES = ("foxconn-openai", "foxconn-openai-later", "foxconn-sharp", "nissan-honda")


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    timeline = new_timeline(tmp_path_factory.mktemp("networks"), *STORIES)
    yield timeline
    timeline.close()


def nodes(picture: Any) -> list[dict[str, Any]]:
    return [mark.attributes for mark in picture.scene.walk() if mark.tag == "circle"]


def test_companies_stand_still_whatever_the_day(stories: Timeline) -> None:
    pictures = [stories.graph("foxconn", depth=2, on=day) for day in ("2016-04-20", "2025-11-21")]
    stands = [{(n["data-company"], n["cx"], n["cy"]) for n in nodes(p)} for p in pictures]
    assert stands[0] == stands[1]
    assert len({company for company, _, _ in stands[0]}) > 10
    assert [
        day in [*p.texts] for p, day in zip(pictures, ("20 Apr 2016", "21 Nov 2025"), strict=True)
    ]


def test_a_line_stands_for_all_ties_of_two_on_the_days_on_which_they_hold(
    stories: Timeline,
) -> None:
    answer = stories.network("foxconn", on="2025-11-21")
    lines = list(lines_of(answer, answer.ties))
    openai = [each for each in lines if {each.one, each.other} == {"foxconn", "openai"}]
    now = [each for each in openai if each.valid_from <= "2025-11-21" < each.valid_to]
    assert [(each.ties, each.group) for each in now] == [(3, "announced")]
    assert now[0].sentence.count("\n") == 2
    sharp = next(each for each in lines if each.other == "sharp" and each.valid_to == "9999-12-31")
    assert (sharp.one, sharp.group, sharp.directed) == ("foxconn", "active", True)
    for tie in answer.ties:
        for span in tie.spans:
            assert any(
                {each.one, each.other} == {tie.one, tie.other}
                and span.valid_from <= each.valid_from < span.valid_to
                for each in lines
            )


@pytest.mark.parametrize("count", [4, 5])
def test_more_than_four_parties_are_joined_by_a_node_of_their_own(
    tmp_path: Path, count: int
) -> None:
    parties = "abcde"[:count]
    lines = [
        {"type": "company_registered", "subject": f"company:{each}", "name": each.upper()}
        for each in parties
    ]  # fmt: skip
    venture: dict[str, Any] = {
        "type": "deal_announced", "subject": "deal:venture", "kind": "joint_venture",
        "occurred": "2025-01-02", "known": "2025-01-02",
        "parties": {each: ["partner"] for each in parties},
    }  # fmt: skip
    with new_timeline(tmp_path) as timeline:
        for each in (*lines, venture):
            timeline.append(each)
        answer = timeline.network("a", on="2025-02-01")
        picture = timeline.graph("a", on="2025-02-01")
        dot = "\n".join(dot_lines(answer))
    pairs = {(tie.one, tie.other) for tie in answer.ties}
    near = {node.company: node.distance for node in answer.nodes}
    squares = [
        mark
        for mark in picture.scene.walk()
        if mark.attributes.get("data-company") == "deal:venture"
    ]
    if count == 4:
        assert (len(pairs), squares) == (6, [])
        assert near == {"a": 0, "b": 1, "c": 1, "d": 1}
    else:
        assert pairs == {(each, "deal:venture") for each in parties}
        assert near == {"a": 0, "b": 1, "c": 1, "d": 1, "e": 1, "deal:venture": 1}
        assert [mark.tag for mark in squares] == ["rect"]
        assert "Network of 5 companies" in picture.alt
        assert "Joint venture" in dot


def test_a_page_of_a_network_has_the_lines_of_all_days(stories: Timeline) -> None:
    page = stories.graph("foxconn", on="2025-11-21").html()
    lines = re.findall(r'<g (display="none" )?data-from="([\d-]+)" data-to="([\d-]+)"', page)
    assert {hidden for hidden, _, _ in lines} == {"", 'display="none" '}
    for hidden, first, last in lines:
        assert (first <= "2025-11-21" < last) == (not hidden)
    assert "data-from" not in stories.graph("foxconn", on="2025-11-21").svg()


def test_places_are_the_same_every_time_and_within(stories: Timeline) -> None:
    answer = stories.network(on="2025-11-21")
    shown = shown_of(answer)
    places = places_of(answer, shown)
    assert places == places_of(answer, shown)
    assert places.keys() == shown.keys()
    assert all(0 <= each <= 1 for place in places.values() for each in place)
    assert len(set(places.values())) == len(places)


def test_too_many_companies_are_cut_to_those_with_most_ties_and_the_data_is_whole(
    tmp_path: Path,
) -> None:
    timeline = new_timeline(tmp_path)
    count = MOST + 10
    for number in range(count):
        timeline.append(
            {
                "type": "company_registered",
                "subject": f"company:c{number:03}",
                "name": f"C {number}",
            }
        )
    for number in range(1, count):
        for other in {0, number // 2}:
            timeline.append({
                "type": "relationship_observed", "subject": f"relationship:r{number}-{other}",
                "occurred": "2025-01-01", "known": "2025-01-01", "kind": "supplies",
                "from": f"c{number:03}", "to": f"c{other:03}",
            })  # fmt: skip
    picture = timeline.graph("c000", on="2025-06-01")
    names = {node["data-company"] for node in nodes(picture)}
    assert len(names) == MOST
    assert {"c000", "c001", "c002"} <= names
    assert f"The {MOST} companies with most ties of {count}." in " ".join(picture.texts)
    assert len(picture.data["nodes"]) == count
    timeline.close()


# --- other programs -------------------------------------------------------------------------------

HOSTILE = 'A"];\\ <script>&|`]--> "x\\n'


@pytest.fixture
def hostile(tmp_path: Path) -> Any:
    timeline = new_timeline(tmp_path)
    for name in ("acme", "globex"):
        timeline.append(
            {
                "type": "company_registered",
                "subject": f"company:{name}",
                "name": f"{HOSTILE} {name}",
            }
        )
    timeline.append({
        "type": "deal_announced", "subject": "deal:x", "occurred": "2025-01", "known": "2025-01-10",
        "kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]},
    })  # fmt: skip
    yield timeline
    timeline.close()


def test_what_companies_are_called_cannot_end_a_label(hostile: Timeline) -> None:
    answer = hostile.network("acme", on="2025-01-15")
    dot = list(dot_lines(answer))
    assert len(dot) == 5 + 2 + 1
    for line in dot:
        unescaped = line.replace("\\\\", "").replace('\\"', "")
        assert unescaped.count('"') % 2 == 0, line
    for line in list(mermaid_lines(answer))[1:]:
        inside = line[line.index('"') + 1 : line.rindex('"')]
        assert not set('"<>[]|`') & set(inside.replace("<br>", "")), line
    graph = ElementTree.fromstring(graphml_text(answer))
    assert HOSTILE.strip() in "".join(graph.itertext())
    assert any("possibly" in line for line in dot)


@pytest.mark.skipif(
    shutil.which("dot") is None, reason="no Graphviz here; on Debian: apt install graphviz"
)
def test_graphviz_draws_it(hostile: Timeline) -> None:
    text = "\n".join(dot_lines(hostile.network("acme", on="2025-01-15")))
    done = subprocess.run(
        ["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True, timeout=120
    )
    assert "<svg" in done.stdout
