"""What sources and people write is shown as they wrote it, and does nothing."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.web.conftest import Serve
from tests.web.stories import ATTACK

PAGES = (
    "/", "/search?q=img", "/search?q=%3Cimg%20src=x%20onerror=alert(1)%3E", "/companies", "/companies/evil",
    "/companies/evil/diff?on=2024-01-01..2025-12-31", "/companies/evil/diff", "/subjects/deal:evil-acme",
    "/subjects/rumour:evil", "/subjects/commitment:evil", "/subjects/right:evil",
    "/subjects/relationship:evil-acme", "/subjects/fact:evil/words", "/deals", "/rumours", "/commitments",
    "/rights", "/relationships", "/facts", "/log", "/log?order=newest", "/sources", "/sources/press",
    "/companies/evil/timeline", "/axes/deal:evil-acme", "/axes/fact:evil/config.json.html", "/network",
    "/network?company=evil&depth=2", "/companies/nobody%3Cimg%20src=x%20onerror=alert(1)%3E",
    "/log?target=%22%3E%3Cscript%3E",
    "/deals?company=evil&after=%22%3E%3Cscript%3E", "/deals?kind=%22%3E%3Cscript%3E",
)  # fmt: skip

ELEMENTS = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "form", "label",
    "input", "button", "nav", "main", "h1", "h2", "h3", "h4", "p", "code", "span", "section",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "div", "details", "summary", "dl", "dt",
    "dd", "ul", "ol", "li", "footer", "wbr", "article", "select", "option", "small", "strong",
    "figure", "figcaption", "datalist", "output", "br", "pre", "time",
    "svg", "g", "path", "text", "desc", "defs", "rect", "circle", "pattern",
}  # fmt: skip


class Harmless(HTMLParser):
    """Fails at an element or an attribute that no template writes."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        given = dict(attrs)
        if tag == "script":
            assert (given["src"] or "").startswith(("/static/page.js", "/static/play.js"))
            self.script = True
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name != "style"
            if name in ("href", "src", "srcset", "action"):
                assert (value or "").startswith(("/", "#", "https://", "http://")), value

    def handle_endtag(self, tag: str) -> None:
        self.script = False

    def handle_data(self, data: str) -> None:
        assert not (self.script and data.strip())
        self.text += data


@pytest.mark.parametrize("path", PAGES)
def test_no_page_does_what_a_text_says(serve: Serve, hostile_store: Path, path: str) -> None:
    answer = serve(hostile_store).get(path)
    assert answer.status_code in (200, 400, 404)
    page = Harmless()
    page.feed(answer.text)
    assert "49" not in page.text.replace("2149", "")  # a template in a text is not filled in
    assert "\u202e" not in answer.text  # the direction of reading is not turned


def test_the_texts_are_there_all_the_same(serve: Serve, hostile_store: Path) -> None:
    page = Harmless()
    page.feed(serve(hostile_store).get("/companies/evil").text)
    for text in (ATTACK, "{{ 7 * 7 }}", "]]></summary>", "javascript:alert(1)")[:3]:
        assert text in page.text
    page = Harmless()
    page.feed(serve(hostile_store).get("/sources/press").text)
    assert "javascript:alert(1)" in page.text  # as text, and no link


def test_json_and_csv_carry_them_as_data(serve: Serve, hostile_store: Path) -> None:
    client = serve(hostile_store)
    answer = client.get("/companies/evil.json")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.text)["companies"][0]["name"] == ATTACK
    rows = csv.reader(io.StringIO(client.get("/log.csv").text))
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_feed_carries_them_as_text(serve: Serve, hostile_store: Path) -> None:
    client = serve(hostile_store)
    for path in ("/feed.atom", "/companies/evil/feed.atom"):
        root = ET.fromstring(client.get(path).content)
        assert {element.tag.partition("}")[2] for element in root.iter()} <= {
            "feed", "entry", "title", "id", "updated", "published", "link", "author", "name", "category",
            "summary",
        }  # fmt: skip
        assert {
            element.get("type") for element in root.iter("{http://www.w3.org/2005/Atom}title")
        } == {None}
    assert ATTACK in (ET.fromstring(client.get("/companies/evil/feed.atom").content)[0].text or "")


def test_names_of_files_are_harmless(serve: Serve, hostile_store: Path) -> None:
    answer = serve(hostile_store).get("/subjects/fact:evil/config.json.csv")
    name = "subjects-fact-evil-config.json.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("path", ["/companies/evil/timeline", "/axes/deal:evil-acme", "/network"])
def test_a_picture_draws_them_as_text(serve: Serve, hostile_store: Path, path: str) -> None:
    answer = serve(hostile_store).get(f"{path}.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    root = ET.fromstring(answer.text)
    elements = {element.tag.partition("}")[2] for element in root.iter()}
    assert elements <= {
        "svg", "g", "path", "text", "title", "desc", "defs", "rect", "circle", "pattern",
    }  # fmt: skip
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on") or "href" in name]
