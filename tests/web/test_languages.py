"""Pages in German, and in a language that is one planted file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from playwright.sync_api import Browser, expect

import catalogues
from tests.web.browsing import HIGH, WITH_BROWSER, find_serious, photograph, watched
from tests.web.conftest import Serve

COMPANY = "/companies/foxconn?on=2025-11-21"
RUMOUR = "/subjects/rumour:foxconn-nissan"
PAGES = (
    "/", COMPANY, RUMOUR, "/rumours", "/deals", "/news", "/log", "/sources", "/companies", "/tracker",
    "/then/foxconn?on=2025-11-21", "/belief/rumour:foxconn-nissan", "/axes/rumour:foxconn-nissan",
    "/network?company=openai", "/companies/foxconn/diff?on=2025-11-19..2025-11-21",
    "/companies/foxconn/compare?with=openai", "/companies/foxconn/timeline", "/reports", "/search?q=foxconn",
)  # fmt: skip


def joined(path: str, more: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{more}"


# --- which language -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accepted, lang",
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,de;q=0.9", "en"),
        ("fr,de;q=0.5", "de"),
        ("fr", "en"),
        ("de;q=0, en;q=0.1", "en"),
        ("", "en"),
        (";;q=x,,", "en"),
    ],
)
def test_a_page_speaks_what_its_reader_prefers(
    stories: Path, serve: Serve, accepted: str, lang: str
) -> None:
    answer = serve(stories).get("/companies", headers={"Accept-Language": accepted})
    assert f'<html lang="{lang}"' in answer.text
    assert answer.headers["vary"] == "Accept, Accept-Language"


def test_the_address_is_stronger_than_the_browser(stories: Path, serve: Serve) -> None:
    client = serve(stories)
    german = client.get(joined(COMPANY, "lang=de"), headers={"Accept-Language": "en"})
    english = client.get(joined(COMPANY, "lang=en"), headers={"Accept-Language": "de"})
    assert "Stand 21. Nov. 2025, mit allem, was heute bekannt ist" in german.text
    assert "As of 21 Nov 2025, with everything known today" in english.text
    refused = client.get("/companies?lang=xx", headers={"Accept-Language": "de"})
    assert refused.status_code == 400
    assert '<html lang="de"' in refused.text


def test_each_language_has_its_own_tag(stories: Path, serve: Serve) -> None:
    client = serve(stories)
    tags = {}
    for lang in ("en", "de"):
        tags[lang] = client.get(COMPANY, headers={"Accept-Language": lang}).headers["etag"]
    assert len(set(tags.values())) == 2
    for lang, same in (("de", 304), ("en", 200)):
        headers = {"Accept-Language": lang, "If-None-Match": tags["de"]}
        assert client.get(COMPANY, headers=headers).status_code == same


@pytest.mark.parametrize("path", ["/companies/foxconn", RUMOUR, "/tracker", "/deals", "/network"])
@pytest.mark.parametrize("format_", ["json", "csv"])
def test_data_has_no_language(stories: Path, serve: Serve, path: str, format_: str) -> None:
    client = serve(stories)
    plain = client.get(f"{path}.{format_}")
    german = client.get(f"{path}.{format_}?lang=de", headers={"Accept-Language": "de"})
    assert plain.status_code == german.status_code == 200
    assert plain.content == german.content


def test_pictures_and_feeds_speak_too(stories: Path, serve: Serve) -> None:
    client = serve(stories)
    drawn = client.get("/belief/rumour:foxconn-nissan.svg?lang=de").text
    assert "Wird Hon Hai Precision Industry Nissan Motor kaufen?" in drawn
    assert "lang=de" in drawn  # its address is at its foot
    assert "Neue Ereignisse" in client.get("/feed.atom?lang=de").text


# --- links ----------------------------------------------------------------------------------------


class Links(HTMLParser):
    """The addresses on a page that stay on this server, and the forms without a language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, bool]] = []
        self.forms = 0
        self.kept = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        href = given.get("href") or given.get("xlink:href") or ""
        if tag == "a" and href.startswith("/"):
            self.found.append((href, "hreflang" in given))
        self.forms += tag == "form"
        self.kept += tag == "input" and given.get("name") == "lang"


@pytest.mark.parametrize("path", PAGES)
def test_links_and_forms_keep_the_language_of_the_address(
    stories: Path, serve: Serve, path: str
) -> None:
    client = serve(stories)
    page = Links(client.get(joined(path, "lang=de")).text)
    assert [href for href, switch in page.found if not switch and "lang=de" not in href] == []
    assert [href for href, switch in page.found if switch and "lang=en" not in href] == []
    assert page.kept == page.forms
    own = Links(client.get(path, headers={"Accept-Language": "de"}).text)
    assert [href for href, switch in own.found if not switch and "lang=" in href] == []
    assert own.kept == 0


# --- a language that is one file ------------------------------------------------------------------

SERVED = """
import json, sys
from starlette.testclient import TestClient
from timeline.app import Timeline
from timeline.web.app import make_app
with Timeline.open(sys.argv[1]) as timeline:
    with TestClient(make_app(timeline), base_url="http://127.0.0.1:8000") as client:
        print(json.dumps([client.get(path).text for path in sys.argv[2:]]))
"""
SKIPPED = {"script", "style", "title", "code", "pre", "option", "svg"}
"""Data; and pictures, whose lines are wrapped and cut: what they say is the same."""

INLINE = {"a", "code", "span", "strong", "wbr", "output", "small", "label"}


class Visible(HTMLParser):
    """The texts that a reader sees, block by block."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._block = ""
        self._inside: list[str] = []
        self.feed(text)
        self._end()

    def _end(self) -> None:
        self.texts += [" ".join(self._block.split())] if self._block.strip() else []
        self._block = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self._end()
        if tag in SKIPPED:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self._end()
        if self._inside[-1:] == [tag]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        self._block += "" if self._inside else data


def marked(text: str) -> str:
    return f"⟦{text}⟧"


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalogue in which every sentence is marked."""
    folder = tmp_path_factory.mktemp("locales")
    made = Catalog(locale="fr")
    german = read_po(BytesIO((catalogues.LOCALES / "de.po").read_bytes()))
    for message in german:
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else None
            said: str | tuple[str, ...] = marked(str(message.id))
            if forms:  # French has a form for one, and two for others
                said = (marked(forms[0]), *[marked(forms[1])] * (made.num_plurals - 1))
            made.add(message.id, said, context=message.context)
    with (folder / "fr.po").open("wb") as file:
        write_po(file, made)
    return folder


def test_a_third_language_is_one_file(stories: Path, planted: Path, serve: Serve) -> None:
    """Every text of these pages is marked, or is data: what was recorded, a day, a format."""
    paths = [joined(COMPANY, "lang=fr"), joined(RUMOUR, "lang=fr"), "/rumours?lang=fr"]
    run = subprocess.run(
        [sys.executable, "-c", SERVED, str(stories), *paths],
        env={**os.environ, "TIMELINE_LOCALES": str(planted)},
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    client = serve(stories)
    sources = ("/log.json?limit=1000", "/sources.json?limit=1000", "/companies.json?limit=1000")
    texts = (json.dumps(client.get(path).json(), ensure_ascii=False) for path in sources)
    recorded = plainly(" ".join(texts))
    for page in json.loads(run.stdout):
        assert '<html lang="fr"' in page
        assert page.count("⟦") > 100
        assert [each for each in unmarked(page) if plainly(each) not in recorded] == []


_DATA = re.compile(
    r"timeline|(Deutsch|English)+|JSON|CSV|SVG|PNG|partnership-timeline.*|https?|(\d+ )?\S+ \d{4}|\S*\d\S*"
    r"|//\S+"
)
"""What has no language besides what was recorded: names of formats and programs, days, numbers."""


def plainly(text: str) -> str:
    """As a code and its words are alike: "ai-servers", "AI servers"."""
    return re.sub(r"[-_]", " ", re.sub(r'[\\"]', "", text.lower()))


def unmarked(page: str) -> list[str]:
    """The words outside of every mark that are no data."""
    found = []
    for text in Visible(page).texts:
        while "⟦" in text:  # a part may be a sentence of its own
            text, before = re.sub(r"⟦[^⟦⟧]*⟧", "", text), text
            if text == before:
                break
        parts = (part.strip(" .!?…+“”\"'") for part in re.split(r"[,·;:()–→←‹›|]", text))
        found += [
            each for each in parts if re.search(r"[a-z]{3}", each) and not _DATA.fullmatch(each)
        ]
    return found


# --- in a browser ---------------------------------------------------------------------------------


@WITH_BROWSER[0]
@WITH_BROWSER[1]
def test_german_pages_fit_the_screen(browser: Browser, server: str) -> None:
    """And axe finds nothing serious on a company's page."""
    with watched(browser, server, locale="de-DE") as context:
        page = context.new_page()
        for path in (COMPANY, "/subjects/deal:foxconn-sharp-acquisition", "/rumours", "/"):
            page.goto(path)
            expect(page.locator("html")).to_have_attribute("lang", "de")
            name = path.strip("/").replace("/", "-")[:30] or "home"
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": HIGH})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                photograph(page, f"german-{width}-{name}")
                if path == COMPANY:
                    assert find_serious(page) == []


@WITH_BROWSER[0]
@WITH_BROWSER[1]
def test_without_script_a_reader_switches_and_stays(browser: Browser, server: str) -> None:
    with watched(browser, server, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(COMPANY)
        page.get_by_role("link", name="Deutsch").click()
        expect(page).to_have_url(re.compile(r"lang=de$"))
        expect(page.locator(".coordinate")).to_contain_text("Stand 21. Nov. 2025")
        page.get_by_label("Am", exact=True).first.fill("2025-04-15")
        page.get_by_role("button", name="Anzeigen").click()
        expect(page.locator(".coordinate")).to_contain_text("Stand 15. Apr. 2025")
        page.get_by_role("link", name="Gerüchte", exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Gerüchte")
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Rumours")
