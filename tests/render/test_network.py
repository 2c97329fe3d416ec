"""Networks: companies stay where they are, lines come and go, and no name breaks another program's file."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations, pairwise
from math import hypot
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.answers.stores import new_timeline, stories_of
from timeline import Timeline
from timeline.answers.circles import circles, days_of_circles
from timeline.errors import InvalidValue
from timeline.render.exchange.graphml import graphml_lines
from timeline.render.graph.layout import communities_of, places_of
from timeline.render.graph.text import dot_lines, mermaid_lines
from timeline.render.plot.lines import currency_of, lines_of
from timeline.render.plot.network import MOST, circle_words, pairs_of, shown_of
from timeline.render.plot.reports import activity_scene, months_of, reports_of

STORIES = ("foxconn-openai", "foxconn-openai-later", "foxconn-sharp", "nissan-honda")


stories = stories_of(*STORIES)


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


def test_the_words_of_a_market_are_of_the_companies_that_are_drawn(tmp_path: Path) -> None:
    names = [f"c-{number:03}" for number in range(MOST + 10)]
    lines: list[dict[str, Any]] = [
        {"type": "company_registered", "subject": f"company:{name}", "name": f"Company {name}"}
        for name in names
    ]
    lines += [
        {"type": "deal_announced", "subject": f"deal:{one}-{two}", "kind": "supply",
         "occurred": "2025-01-02", "known": "2025-01-02",
         "parties": {one: ["supplier"], two: ["customer"]}}
        for one, two in pairwise([*names[:MOST], names[0], *names[MOST:]])
    ]  # fmt: skip
    with new_timeline(tmp_path) as timeline:
        for each in lines:
            timeline.append(each)
        picture = timeline.graph(on="2025-02-01")
        ties = timeline.network(on="2025-02-01").ties
    assert len(ties) == MOST + 10
    assert f"Network of {MOST + 10} companies" in picture.alt
    assert picture.alt.count("Supply to Company") == MOST
    assert names[MOST - 1] in picture.alt
    assert names[-1] not in picture.alt


# --- what money does ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ai(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    timeline = new_timeline(
        tmp_path_factory.mktemp("money"), "foxconn-openai", "foxconn-openai-later", "openai-2025"
    )
    yield timeline
    timeline.close()


def test_money_goes_round_where_who_invests_is_bought_from(ai: Timeline) -> None:
    answer = ai.network("openai", on="2025-12-02")
    found = {tuple(circle.companies): circle for circle in circles(answer)}
    assert found.keys() == {("amd", "openai"), ("microsoft", "openai"), ("nvidia", "openai")}
    amd = found["amd", "openai"]
    assert {(flow.payer, flow.nature, flow.subject) for flow in amd.flows} == {
        ("amd", "invests", "right:openai-amd-warrant"),
        ("openai", "buys", "deal:openai-amd-processors"),
        ("openai", "buys", "deal:openai-amd-systems"),
    }
    names = {"amd": "AMD", "openai": "OpenAI"}
    assert [sentence for sentence, _ in circle_words(amd, names)] == [
        "AMD puts money or shares into OpenAI", "OpenAI buys from AMD",
    ]  # fmt: skip
    assert circles(answer, "2025-09-01") == []
    lit = [m for m in ai.graph("openai", on="2025-12-02").scene.walk()
           if m.attributes.get("class") == "circle"]  # fmt: skip
    assert len(lit) == 3


def ring(timeline: Timeline, *deals: tuple[str, str, str, str, str]) -> None:
    for company in sorted({each for deal in deals for each in (deal[1], deal[3])}):
        timeline.append(
            {"type": "company_registered", "subject": f"company:{company}", "name": company}
        )
    for number, (kind, one, role, other, its) in enumerate(deals):
        timeline.append({
            "type": "deal_announced", "subject": f"deal:d{number}", "kind": kind,
            "occurred": f"2025-01-0{number + 1}", "known": f"2025-01-0{number + 1}",
            "parties": {one: [role], other: [its]},
        })  # fmt: skip


def test_three_companies_make_a_circle_and_trade_both_ways_makes_none(tmp_path: Path) -> None:
    with new_timeline(tmp_path) as timeline:
        ring(
            timeline,
            ("investment", "a", "investor", "b", "investee"),
            ("supply", "c", "supplier", "b", "customer"),
            ("supply", "a", "supplier", "c", "customer"),
            ("supply", "d", "supplier", "e", "customer"),
            ("supply", "e", "supplier", "d", "customer"),
        )
        answer = timeline.network(on="2025-02-01")
        assert [circle.companies for circle in circles(answer)] == [["a", "b", "c"]]
        assert circles(answer, "2025-01-02") == []
        closed = days_of_circles(answer)
        assert closed == [("2025-01-03", "9999-12-31", ["a", "b", "c"])]


def test_a_line_is_as_wide_as_the_money_where_enough_pairs_state_any(ai: Timeline) -> None:
    answer = ai.network("openai", on="2025-12-02")
    assert currency_of(answer, answer.ties) == "USD"
    wide = {
        frozenset((line.one, line.other)): line.wide
        for line in lines_of(answer, answer.ties)
        if line.valid_from <= "2025-12-02" < line.valid_to
    }
    nvidia, aws, oracle = (
        wide[frozenset((each, "openai"))] for each in ("nvidia", "aws", "oracle")
    )
    assert nvidia > aws > oracle
    texts = " ".join(ai.graph("openai", on="2025-12-02").texts)
    assert "USD 100 bn or more" in texts
    sharp = ai.network("foxconn", on="2025-11-21")
    assert currency_of(sharp, sharp.ties) is None


# --- as it was known then -------------------------------------------------------------------------


def test_each_day_is_told_as_it_was_known_by_its_evening(ai: Timeline) -> None:
    """What plays is, on every day, what the question at this day and this knowledge answers."""
    then = ai.network("openai", then=True, on="2025-12-02")
    assert then.then
    days = {day for tie in then.ties for s in tie.spans for day in (s.valid_from, s.valid_to)}
    for day in sorted(day for day in days if "2000" < day < "9000"):
        at_once = ai.network("openai", as_of=day)
        told = {(t.one, t.other, t.subject): t.status for t in at_once.ties if t.status}
        played = {
            (t.one, t.other, t.subject): span.status
            for t in then.ties for span in t.spans if span.valid_from <= day < span.valid_to
        }  # fmt: skip
        assert {key: played.get(key) for key in told} == told, day
    assert ai.network("openai", as_of="2025-12-02").then is False
    with pytest.raises(InvalidValue, match="known then"):
        ai.network("openai", then=True, on="2025-12-02", known="2025-01-01")


def test_only_ties_of_a_kind_are_drawn_and_what_is_over_when_asked_for(stories: Timeline) -> None:
    def drawn(**asked: Any) -> set[str]:
        picture = stories.graph("foxconn", on="2025-11-21", **asked)
        return {
            said.partition(":")[0]
            for group in picture.scene.walk() if group.tag in ("g", "a")
            for mark in group.inside if mark.tag == "title" and "Source" in mark.text
            for said in mark.text.split("\n")
        }  # fmt: skip

    every, joint, over = drawn(), drawn(kinds=["joint venture"]), drawn(over=True)
    assert joint == {"Joint venture between Hon Hai Precision Industry and Intrinsic"}
    assert joint < every < over
    assert any("Nissan" in said for said in over - every)
    with pytest.raises(InvalidValue, match="no tie is of the kind"):
        stories.graph("foxconn", kinds=["joint_ventures_of"])


def test_a_matrix_has_a_cell_for_each_pair_and_companies_by_community(stories: Timeline) -> None:
    answer = stories.network("foxconn", depth=2, on="2025-11-21")
    groups = communities_of(answer, shown_of(answer))
    assert sorted(each for group in groups for each in group) == sorted(shown_of(answer))
    assert groups == communities_of(answer, shown_of(answer))
    picture = stories.graph("foxconn", depth=2, on="2025-11-21", matrix=True)
    cells = sum(1 if line.directed else 2 for line in pairs_of(answer))
    drawn = [m for m in picture.scene.walk() if m.tag == "rect" and m.attributes.get("rx") == 2]
    assert len(drawn) == cells > 5


def test_no_company_stands_on_another_or_on_a_line_of_others(ai: Timeline) -> None:
    picture = ai.graph("openai", depth=2, on="2025-12-02", width=820)
    at = {n["data-company"]: (n["cx"], n["cy"], n["r"]) for n in nodes(picture)}
    for (one, (x, y, r)), (other, (x2, y2, r2)) in combinations(sorted(at.items()), 2):
        assert hypot(x - x2, y - y2) > r + r2, (one, other)


def test_reports_are_told_in_sentences_a_row_a_day(ai: Timeline) -> None:
    answer = ai.network("openai", then=True, on="2025-12-02")
    reports = reports_of(answer)
    assert [each.day for each in reports] == sorted({each.day for each in reports})
    said = {each.day: each.sentence for each in reports}
    assert said["2025-09-22"] == "Investment in OpenAI Group PBC by Nvidia agreed in principle"
    assert said["2025-10-28"] == "OpenAI Foundation is parent of OpenAI Group PBC"
    months = months_of((each.day, each.more + 1) for each in reports)
    assert sum(months.values()) == sum(each.more + 1 for each in reports)
    scene = activity_scene(months, "light", 600)
    bars = [m for m in scene.walk() if m.tag == "title"]
    assert len(bars) == len(months)


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
    graph = ElementTree.fromstring("\n".join(graphml_lines(answer)))
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
