"""Pictures and sliders: what is drawn, the data beside it, and where the story turns."""

from __future__ import annotations

import re
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Serve
from tests.web.test_pages import Page
from timeline.app import Timeline
from timeline.render.plot.colours import THEMES, properties
from timeline.web.sliders import slider_of_knowledge, slider_of_world

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {
    "/companies/foxconn/timeline": "Hon Hai Precision Industry: partnerships over time",
    "/axes/rumour:foxconn-nissan": "Rumoured acquisition of Nissan Motor by Hon Hai Precision Industry",
    "/network": "Who is tied to whom",
}


@pytest.mark.parametrize("path", DRAWN)
def test_a_picture_is_one_file_that_says_what_it_shows(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}.svg?on=2025-11-21")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    root = ET.fromstring(answer.text)
    assert root.findtext(f"{SVG}title") == DRAWN[path]
    assert "21 Nov 2025" in (root.findtext(f"{SVG}desc") or "")
    tag = answer.headers["etag"]
    again = client.get(f"{path}.svg?on=2025-11-21", headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_a_picture_has_the_look_that_was_asked_for(client: TestClient) -> None:
    light = client.get("/axes/rumour:foxconn-nissan.svg?width=500")
    dark = client.get("/axes/rumour:foxconn-nissan.svg?width=500&theme=dark")
    assert ET.fromstring(light.text).get("width") == "500"
    grounds = [re.search(r'</defs><rect [^>]*fill="(#\w+)"', each.text) for each in (light, dark)]
    assert [ground and ground[1] for ground in grounds] == ["#ffffff", "#14181d"]
    assert client.get("/network.png").content.startswith(b"\x89PNG\r\n")
    for wrong in ("width=100", "width=99999", "theme=pink"):
        assert client.get(f"/network.svg?{wrong}").status_code == 400


@pytest.mark.parametrize("path", DRAWN)
def test_the_data_beside_a_picture_is_all_that_it_shows(
    client: TestClient, timeline: Timeline, path: str
) -> None:
    target = path.removeprefix("/companies/").removeprefix("/axes/").removesuffix("/timeline")
    picture = (
        timeline.graph(on="2025-11-21") if path == "/network"
        else timeline.plot(target, on="2025-11-21")
    )  # fmt: skip
    answer = client.get(f"{path}.json?on=2025-11-21").json()
    assert answer == picture.data
    document = client.get("/openapi.json").json()
    name = type(picture.document).__name__
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema_rs.validate(schema, answer)
    rows = client.get(f"{path}.csv?on=2025-11-21").text.splitlines()
    assert len(rows) == 1 + len(picture.answer.to_dicts()) > 1
    assert set(rows[0].split(",")) >= {n for row in picture.answer.to_dicts() for n in row}


def test_a_page_without_a_picture_has_none(client: TestClient) -> None:
    for path in ("/sources/the-verge.svg", "/log.png", "/deals.svg", "/news.svg"):
        assert client.get(path).status_code == 404


def test_a_page_holds_its_picture_for_a_desk_and_for_a_phone(client: TestClient) -> None:
    for path in ("/companies/foxconn", "/subjects/rumour:foxconn-nissan", "/network"):
        page = client.get(f"{path}?on=2025-11-21").text
        drawn = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
        # beside the network stands what was reported, above it a bar a month
        wide = ["1200", "358", "820", "358"] if path == "/network" else ["1200", "358"]
        assert [ET.fromstring(svg).get("width") for svg in drawn] == wide
        for svg in drawn[-2:]:
            links = re.findall(r'<a href="([^"]+)"', svg)
            assert links
            assert all("on=2025-11-21" in link for link in links)
            assert "var(--text)" in svg
            assert "style=" not in svg


def test_the_style_sheet_has_the_colours_of_pictures(client: TestClient) -> None:
    sheet = client.get("/static/style.css").text
    for theme in THEMES:
        assert properties(theme) in sheet


def test_a_company_page_draws_what_fits_above_the_fold(client: TestClient) -> None:
    page = client.get("/companies/foxconn?on=2025-11-21").text
    drawn = re.findall(r"<svg .*?</svg>", page, re.DOTALL)[0]
    assert int(ET.fromstring(drawn).get("height") or 0) <= 360
    assert "fact:" not in drawn
    assert "All 19 items in a picture" in page


def test_without_the_libraries_the_words_are_there(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    assert client.get("/companies/foxconn").status_code == 200
    assert "install the extra" in client.get("/network").text
    answer = client.get("/companies/foxconn/timeline.png", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (501, "missing-extra")


# --- turns ----------------------------------------------------------------------------------------


def test_nothing_changes_between_two_turns(timeline: Timeline) -> None:
    """The state differs on both sides of every turn, and nowhere else."""

    def state(day: str) -> object:
        item = timeline.why("rumour:foxconn-nissan", on=day).item
        return item and (item.status, item.certainty, item.alternatives, item.since)

    turns = timeline.turns("rumour:foxconn-nissan").on
    first, last = date.fromisoformat(turns[0]), date.fromisoformat(turns[-1])
    found = [
        date.fromordinal(n).isoformat()
        for n in range(first.toordinal() - 40, last.toordinal() + 40)
        if state(date.fromordinal(n).isoformat()) != state(date.fromordinal(n - 1).isoformat())
    ]
    assert set(found) <= set(turns)
    assert len(found) >= len(turns) - 1


def test_nothing_is_learned_between_two_turns(timeline: Timeline) -> None:
    def state(day: str) -> object:
        found = timeline.state("foxconn", on="2025-04-15", known=day).companies[0].items
        return [(item.subject, item.status, item.certainty, item.since) for item in found]

    turns = timeline.turns("foxconn", on="2025-04-15").known
    days = [date.fromordinal(n).isoformat() for n in range(
        date(2024, 12, 1).toordinal(), date(2025, 12, 31).toordinal()
    )]  # fmt: skip
    for before, day in pairwise(days):
        if state(before) != state(day):
            assert day in turns


def test_the_turns_obey_the_coordinate(timeline: Timeline) -> None:
    early = timeline.turns("rumour:foxconn-nissan", known="2024-12-20").on
    late = timeline.turns("rumour:foxconn-nissan").on
    assert early
    assert set(early) != set(late)
    assert timeline.turns("nobody").on == []


# --- sliders --------------------------------------------------------------------------------------


def test_a_slider_counts_days_as_browsers_do() -> None:
    slider = slider_of_world(["2025-01-10", "2025-02-10"], "2025-01-20", "UTC")
    assert slider.at == (date(2025, 1, 20) - date(1970, 1, 1)).days
    assert slider.first < slider.ticks[0] < slider.at < slider.ticks[1] < slider.last
    assert (slider.before, slider.after, slider.words) == ("2025-01-10", "2025-02-10", "2025-01-20")


def test_the_end_of_what_was_known_is_everything() -> None:
    slider = slider_of_knowledge(["2025-01-10"], None, "UTC")
    assert (slider.at, slider.words, slider.before) == (slider.last, "everything", "2025-01-10")
    today = slider_of_knowledge(["2025-01-10"], "2025-01-10", "UTC")
    assert (today.words, today.before, today.after) == ("2025-01-10", None, None)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_slider_stays_among_the_days_that_there_are(day: str) -> None:
    for slider in (slider_of_world([], day, "UTC"), slider_of_knowledge([], day, "UTC")):
        assert slider.first <= slider.at <= slider.last
        assert slider.words in (day, "everything")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_have_a_page(client: TestClient, day: str) -> None:
    for path in ("/companies/foxconn", "/subjects/rumour:foxconn-nissan"):
        assert client.get(f"{path}?on={day}&known={day}").status_code == 200


def test_the_next_turn_is_a_link(client: TestClient) -> None:
    page = Page(client.get("/companies/foxconn?on=2025-04-15&known=2025-02-01").text)
    turns = [
        link
        for link in page.links
        if link.startswith("/companies/foxconn?") and "known=2025-02-1" in link
    ]
    assert turns == ["/companies/foxconn?on=2025-04-15&known=2025-02-12"]
    assert "partly denied" in client.get(turns[0]).text


def test_sliders_wait_for_the_script(serve: Serve, stories: Path) -> None:
    page = serve(stories).get("/companies/foxconn").text
    for label in re.findall(r'<label class="field" for="slide-[^>]*>', page):
        assert "data-scripted hidden" in label
    assert page.count('type="range"') == 2


def test_a_picture_shows_the_items_that_its_page_does(client: TestClient) -> None:
    page = client.get("/companies/foxconn?on=2025-11-21&open=true&certainty=definite").text
    drawn = re.findall(r"<svg .*?</svg>", page, re.DOTALL)[0]
    assert "rumour:foxconn-nissan" not in drawn
    assert "deal:foxconn-openai" in drawn
    every = client.get("/companies/foxconn/timeline.json?on=2025-11-21").json()["courses"]
    some = client.get("/companies/foxconn/timeline.json?on=2025-11-21&open=true").json()["courses"]
    assert 0 < len(some) < len(every)


def test_a_picture_shows_the_days_that_were_asked_for(client: TestClient) -> None:
    for path in ("/companies/foxconn/timeline", "/axes/rumour:foxconn-nissan"):
        every = client.get(f"{path}.svg?on=2025-04-15")
        some = client.get(f"{path}.svg?on=2025-04-15&from=2025-01-01&to=2025-12-31")
        assert every.status_code == some.status_code == 200
        assert every.text != some.text
        page = client.get(f"{path}?on=2025-04-15&from=2025-01-01&to=2025-12-31")
        assert 'name="from" value="2025-01-01"' in page.text
