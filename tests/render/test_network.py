"""Networks: companies stay where they are, lines come and go, and no name breaks another program's file."""

from __future__ import annotations

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
from timeline.render.plot.network import MOST, shown_of

STORIES = ("foxconn-openai", "foxconn-openai-later", "foxconn-sharp", "nissan-honda")


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    timeline = new_timeline(tmp_path_factory.mktemp("networks"), *STORIES)
    yield timeline
    timeline.close()


def rows(spec: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [
        row
        for layer in spec["layer"]
        if layer["mark"]["type"] == mark
        for row in layer["data"]["values"]
    ]


def test_companies_stand_still_whatever_the_day(stories: Timeline) -> None:
    specs = [
        stories.graph("foxconn", depth=2, on=day).vega_spec()
        for day in ("2016-04-20", "2025-11-21")
    ]
    stands = [{(r["company"], r["x"], r["y"]) for r in rows(spec, "circle")} for spec in specs]
    assert stands[0] == stands[1]
    assert len({company for company, _, _ in stands[0]}) > 10
    assert [spec["params"][0]["value"] for spec in specs] == ["2016-04-20", "2025-11-21"]


def test_a_line_is_there_on_the_days_of_its_span_alone(stories: Timeline) -> None:
    answer = stories.network("foxconn", on="2025-11-21")
    spec = stories.graph("foxconn", on="2025-11-21").vega_spec()
    drawn = sorted(
        (r["subject"], r["valid_from"], r["valid_to"]) for r in rows(spec, "rule") if "subject" in r
    )
    assert drawn == sorted(
        (tie.subject, span.valid_from, span.valid_to) for tie in answer.ties for span in tie.spans
    )
    for layer in spec["layer"]:
        if layer["data"]["values"][0].get("valid_from"):
            assert layer["transform"] == [
                {"filter": "datum.valid_from <= day && day < datum.valid_to"}
            ]


def test_ties_of_the_same_two_lie_beside_each_other(stories: Timeline) -> None:
    spec = stories.graph("foxconn", on="2025-11-21").vega_spec()
    sharp = {
        r["subject"]: (r["x"], r["y"])
        for r in rows(spec, "rule")
        if "sharp" in r.get("subject", "")
    }
    assert len(sharp) == 3
    assert len(set(sharp.values())) == 3


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
    names = {row["company"] for row in rows(picture.vega_spec(), "circle")}
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
