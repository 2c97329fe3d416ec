"""The network in the files of other programs: read by them, at the coordinate, whatever a name holds."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx
import pytest
from followthemoney import model
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.answers.stores import stories_of
from timeline import Timeline
from timeline.render.exchange.gexf import gexf_lines
from timeline.render.exchange.graphml import graphml_lines
from timeline.render.exchange.xml import element, lines_of

STORIES = (
    "foxconn-openai",
    "foxconn-openai-later",
    "foxconn-sharp",
    "nissan-honda",
    "twitter-musk",
)
GEXF = "{http://gexf.net/1.3}"


stories = stories_of(*STORIES)


def gexf(stories: Timeline, **asked: Any) -> ElementTree.Element:
    return ElementTree.fromstring("\n".join(stories.exchange("gexf", **asked)))


def spells(edge: ElementTree.Element) -> list[tuple[str, str]]:
    found = edge.iter(f"{GEXF}spell")
    return [(s.get("start", "0001-01-01"), s.get("end", "9999-12-30")) for s in found]


def edges(root: ElementTree.Element) -> dict[str, list[tuple[str, str]]]:
    found = {}
    for edge in root.iter(f"{GEXF}edge"):
        values = {v.get("for"): v.get("value") for v in edge.iter(f"{GEXF}attvalue")}
        found[f"{values['edge-subject']} {edge.get('source')} {edge.get('target')}"] = spells(edge)
    return found


# --- GEXF -----------------------------------------------------------------------------------------


def test_a_spell_has_the_days_on_which_a_tie_holds(stories: Timeline) -> None:
    root = gexf(stories)
    told = edges(root)
    for day in ("2016-04-20", "2022-05-01", "2025-11-21"):
        answer = stories.network(on=day)
        there = {tie.subject for tie in answer.ties if tie.status is not None}
        held = {
            name.split()[0]
            for name, spans in told.items()
            if any(first <= day <= last for first, last in spans)
        }
        assert held == there
    nodes = {node.get("id"): spells(node) for node in root.iter(f"{GEXF}node")}
    for edge in root.iter(f"{GEXF}edge"):
        for end in (edge.attrib["source"], edge.attrib["target"]):
            for first, last in spells(edge):
                assert any(one <= first and last <= other for one, other in nodes[end])


def test_gexf_is_read_by_networkx_with_its_days(stories: Timeline, tmp_path: Path) -> None:
    path = tmp_path / "network.gexf"
    path.write_text("\n".join(stories.exchange("gexf")))
    graph = networkx.read_gexf(path, version="1.3")
    assert graph.nodes["foxconn"]["label"] == "Hon Hai Precision Industry"
    numbers = {data["id"].split("_")[0] for *_, data in graph.edges(data=True)}
    assert len(numbers) == len(stories.network().ties)


def test_every_spell_is_of_days_and_begins_before_it_ends(stories: Timeline) -> None:
    for spans in edges(gexf(stories)).values():
        assert spans
        for first, last in spans:
            assert date.fromisoformat(first) <= date.fromisoformat(last)


def test_known_and_on_say_what_is_written(stories: Timeline) -> None:
    early, late = edges(gexf(stories, known="2016-01-01")), edges(gexf(stories))
    assert early.keys() < late.keys()
    on = edges(gexf(stories, on="2025-11-21"))
    assert set(on) < set(late)
    day = "2025-11-21"
    assert all(any(a <= day <= b for a, b in spans) for spans in on.values())


# --- GraphML --------------------------------------------------------------------------------------


def test_graphml_has_the_ties_of_the_day(stories: Timeline, tmp_path: Path) -> None:
    path = tmp_path / "network.graphml"
    path.write_text("\n".join(stories.exchange("graphml", on="2025-11-21")))
    graph = networkx.read_graphml(path, force_multigraph=True)
    answer = stories.network(on="2025-11-21")
    held = [tie for tie in answer.ties if tie.status is not None]
    assert graph.number_of_edges() == len(held)
    assert {data["subject"] for *_, data in graph.edges(data=True)} == {t.subject for t in held}


def test_ids_are_names_of_xml_and_each_is_there_once(stories: Timeline) -> None:
    root = ElementTree.fromstring("\n".join(stories.exchange("graphml")))
    ids = [found.attrib["id"] for found in root.iter() if "id" in found.attrib]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[\w.:-]+", id_) for id_ in ids)  # NMTOKEN


# --- every name -----------------------------------------------------------------------------------


@given(st.text())
def test_xml_carries_every_text_that_it_can(text: str) -> None:
    root = element("a", text, b=text)
    found = ElementTree.fromstring("\n".join(lines_of(root)).encode("utf-8", "replace"))
    kept = found.get("b", "")
    assert len(kept) == len(text)
    for was, now in zip(text, kept, strict=True):
        assert now == was or now == "\ufffd"
        assert (now == was) == (was in "\t\n\r" or "\ufffd" >= was >= " " or was > "\uffff") or (
            "\ud800" <= was <= "\udfff"
        )


@pytest.mark.parametrize("name", ["\"><&'", "a\x00b\x1fc\x7f\x0b", "\u202e\ufffe\u2028", "]]>"])
def test_no_name_breaks_a_file(stories: Timeline, name: str) -> None:
    answer = stories.network(on="2025-11-21")
    named = replace(answer, nodes=[replace(node, name=name) for node in answer.nodes])
    for write in (gexf_lines, graphml_lines):
        ElementTree.fromstring("\n".join(write(named)))


# --- FollowTheMoney -------------------------------------------------------------------------------


def entities(stories: Timeline, **asked: Any) -> dict[str, Any]:
    found = [json.loads(line) for line in stories.exchange("followthemoney", **asked)]
    assert len({each["id"] for each in found}) == len(found)
    return {each["id"]: each for each in found}


def test_entities_are_those_of_the_model(stories: Timeline) -> None:
    found = entities(stories)
    for entity in found.values():
        proxy = model.get_proxy(entity)
        proxy.schema.validate(entity)
        for prop, value in proxy.itervalues():
            assert prop.type.clean(value) is not None, (entity, prop, value)
            if prop.type.name == "entity":
                schema = model.get(found[value]["schema"])
                assert prop.range is not None
                assert schema is not None
                assert schema.is_a(prop.range), (entity, prop)
        given = {(name, v) for name, some in entity["properties"].items() for v in some}
        assert {(prop.name, value) for prop, value in proxy.itervalues()} == given


def test_what_a_tie_becomes(stories: Timeline) -> None:
    found = entities(stories)
    bought = found["deal-foxconn-sharp-acquisition"]
    assert bought["schema"] == "Ownership"
    assert bought["properties"]["owner"] == ["company-foxconn"]
    assert bought["properties"]["asset"] == ["company-sharp"]
    assert bought["properties"]["proof"]
    assert found["company-foxconn"]["properties"]["name"] == ["Hon Hai Precision Industry"]
    alliance = found["rumour-foxconn-nissan"]
    assert alliance["schema"] == "UnknownLink"
    assert alliance["properties"]["status"] == ["denied"]


def test_what_was_not_known_is_no_entity(stories: Timeline) -> None:
    before, after = entities(stories, known="2016-01-01"), entities(stories)
    assert "deal-foxconn-sharp-acquisition" in after
    assert "deal-foxconn-sharp-acquisition" not in before or (
        before["deal-foxconn-sharp-acquisition"]["schema"] == "UnknownLink"
    )
    assert {id_ for id_ in before if id_.startswith("company-")} == {
        id_ for id_ in after if id_.startswith("company-")
    }
