"""The pages in a real browser: what people do, and that nothing else happens.

It is Debian's Chromium, headless, with an empty profile and no way out of this machine. Every page is
looked at light and dark, wide and narrow, and photographed if ``TIMELINE_TEST_SCREENSHOTS`` names a folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import (
    HIGH,
    WITH_BROWSER,
    Rules,
    Scheme,
    Windows,
    find_serious,
    photograph,
    serving,
    watched,
)
from tests.web.stories import ATTACK

pytestmark = WITH_BROWSER

PAGES = {
    "home": "/",
    "search": "/search?q=hon",
    "nothing-found": "/search?q=zzzzzzzzzz",
    "companies": "/companies?on=2025-11-21",
    "company": "/companies/foxconn?on=2025-11-21",
    "company-filtered":
        "/companies/foxconn?on=2025-04-15&known=2025-02-01&open=true&attribution=media_report",
    "nothing-known": "/companies/foxconn?as_of=2011-01-01",
    "diff": "/companies/foxconn/diff?on=2025-01-01..2025-11-21",
    "diff-form": "/companies/foxconn/diff",
    "subject": "/subjects/rumour:foxconn-nissan?on=2025-04-15",
    "correction": "/subjects/fact:foxconn/segments.largest-revenue@2025-35?on=2025-11-22",
    "timeline": "/companies/foxconn/timeline?on=2025-11-21",
    "axes": "/axes/rumour:foxconn-nissan?on=2025-04-15",
    "then": "/then/foxconn?on=2025-04-15",
    "belief": "/belief/rumour:foxconn-nissan?on=2025-04-15",
    "tracker": "/tracker",
    "network": "/network?on=2025-11-21",
    "deals": "/deals?on=2025-11-21",
    "facts": "/facts?on=2025-11-21",
    "log": "/log?order=newest",
    "reports": "/reports",
    "report": "/reports/portfolio?company=foxconn&on=2025-11-21",
    "report-form": "/reports/portfolio",
    "sources": "/sources",
    "source": "/sources/reuters-2025-11-22",
    "api": "/docs",
    "problem": "/companies/foxcon",
}  # fmt: skip


@pytest.fixture
def page(windows: Windows, server: str) -> Iterator[Page]:
    """A window on the stories."""
    with windows.on(server) as found:
        yield found


@pytest.fixture
def plain(windows: Windows, server: str) -> Iterator[Page]:
    """A window in which no script runs."""
    with windows.on(server, script=False) as found:
        yield found


# --- what people do -------------------------------------------------------------------------------


def test_a_person_finds_a_company_and_follows_the_evidence_to_its_source(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="A company").fill("hon hai")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Hon Hai Precision Industry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hon Hai Precision Industry")
    page.get_by_label("On", exact=True).fill("2025-11-21")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".coordinate")).to_contain_text("21 Nov 2025")
    rumour = page.locator(".rumour .item")
    expect(rumour.locator(".badge")).to_have_text("denied")
    rumour.locator("summary").click()
    rumour.get_by_role("link", name="foxconn-nissan-denied-2025-02-12").click()
    expect(page).to_have_url(re.compile(r"/subjects/rumour:foxconn-nissan\?on=2025-11-21#"))
    event = page.locator("#foxconn-nissan-denied-2025-02-12")
    expect(event).to_be_in_viewport()
    event.get_by_role("link", name="The chairman on Nissan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The chairman on Nissan")
    expect(page.locator("#foxconn-nissan-denied-2025-02-12")).to_be_visible()


def test_a_name_is_offered_as_one_types_and_so_is_a_former_one(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("combobox", name="A company")
    box.press_sequentially("2317")
    offered = page.locator("#found option[value='Hon Hai Precision Industry']")
    expect(offered.first).to_be_attached()


def test_a_lane_leads_to_its_item(page: Page) -> None:
    page.goto("/companies/foxconn?on=2025-11-21")
    lane = page.locator(".for-desk a", has_text="Rumoured acquisition")
    lane.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/subjects/rumour:foxconn-nissan\?on=2025-11-21$"))


def number(day: str) -> str:
    return str((date.fromisoformat(day) - date(1970, 1, 1)).days)


def test_sliding_through_both_clocks_the_rumour_flips(page: Page) -> None:
    page.goto("/companies/foxconn?on=2025-04-15")
    page.locator(".bar summary").click()
    world, known = page.locator("#slide-on"), page.locator("#slide-known")
    badge = page.locator(".rumour .badge")
    expect(badge).to_have_text("denied")
    expect(known).to_have_attribute("aria-valuetext", "everything")
    known.fill(number("2025-02-11"))
    expect(badge).to_have_text("lapsed")
    expect(page).to_have_url(re.compile(r"\?on=2025-04-15&known=2025-02-11$"))
    known.focus()
    page.keyboard.press("ArrowRight")
    expect(badge).to_have_text("partly denied")
    expect(known).to_have_attribute("aria-valuetext", "2025-02-12")
    expect(known).to_be_focused()
    expect(page.get_by_label("Known by the end of").first).to_have_value("2025-02-12")
    page.keyboard.press("End")
    expect(badge).to_have_text("denied")
    expect(page).to_have_url(re.compile(r"\?on=2025-04-15$"))
    known.fill(number("2024-12-18"))
    world.fill(number("2024-12-19"))
    expect(badge).to_have_text("open")
    world.fill(number("2024-11-20"))
    expect(badge).to_have_count(0)
    page.reload()  # the address holds the question
    expect(page.locator(".coordinate")).to_contain_text("20 Nov 2024")


def test_going_back_is_going_to_the_answer_before(page: Page) -> None:
    page.goto("/companies/foxconn?on=2025-11-21")
    page.get_by_label("On", exact=True).fill("2024-12-19")
    expect(page.locator(".coordinate")).to_contain_text("19 Dec 2024")
    page.go_back()
    expect(page.locator(".coordinate")).to_contain_text("21 Nov 2025")
    expect(page.get_by_label("On", exact=True)).to_have_value("2025-11-21")


def test_a_reader_sees_then_and_now_and_moves_the_divider(page: Page) -> None:
    page.goto("/companies/foxconn?on=2025-04-15")
    page.get_by_role("link", name="Side by side").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("could know")
    divider = page.locator(".for-desk .divider")
    expect(divider).to_have_attribute("aria-valuetext", "15 Apr 2025, 2 differences")
    divider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"/then/foxconn\?on=2025-02-12$"))
    expect(divider).to_be_focused()
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(r"on=2025-11-21$"))
    divider.scroll_into_view_if_needed()
    box = divider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] - 100, box["y"] + 12, steps=3)
    expect(page.locator("figure.busy")).to_have_count(1)
    page.mouse.up()
    expect(page).not_to_have_url(re.compile(r"on=2025-11-21$"))


def test_without_script_both_sides_are_there_and_days_are_links(plain: Page) -> None:
    plain.goto("/then/rumour:foxconn-nissan?on=2025-04-15")
    expect(plain.locator(".for-desk text", has_text="220 days later").first).to_be_visible()
    plain.get_by_role("link", name="12 Feb 2025").click()
    expect(plain).to_have_url(re.compile(r"on=2025-02-12$"))
    plain.get_by_label("The evening of").fill("2024-12-20")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("20 Dec 2024")


def test_a_reader_sees_when_a_belief_turned_and_how_questions_were_settled(page: Page) -> None:
    page.goto("/tracker")
    strip = page.locator(".for-desk a", has_text="buy Nissan Motor?")
    strip.first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="The picture alone").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("buy Nissan Motor?")
    expect(page.locator(".lead")).to_contain_text("denied after 338 days")
    page.locator("main summary", has_text="As a table").click()
    expect(page.get_by_role("cell", name="partly denied")).to_be_visible()


def test_a_picture_is_taken_along_with_its_name_and_cited(page: Page) -> None:
    page.goto("/then/foxconn?on=2025-04-15#share")
    expect(page.locator("#share pre").first).to_contain_text("@misc{timeline-")
    with page.expect_download() as waited:
        page.get_by_role("link", name="SVG", exact=True).click()
    assert waited.value.suggested_filename == "then-foxconn.svg"
    svg = waited.value.path().read_text(encoding="utf-8")
    assert "220 days later" in svg
    assert "/then/foxconn?on=2025-04-15&amp;recorded=" in svg


def test_a_wrong_day_of_a_form_is_a_page_that_says_so(browser: Browser, server: str) -> None:
    page = browser.new_page(base_url=server)
    page.goto("/companies/foxconn?on=2025-11-21")
    page.locator(".bar summary").click()
    page.get_by_label("As recorded at").fill("never")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_contain_text("neither the number of an entry nor a time")
    page.close()


def test_a_person_compares_two_days(page: Page) -> None:
    page.goto("/companies/foxconn?on=2025-11-21")
    form = page.locator("form", has_text="What changed in the world")
    form.get_by_label("from").fill("2025-01-01")
    form.get_by_role("button").click()
    expect(page).to_have_url(re.compile(r"/diff\?on=2025-01-01\.\.2025-11-21$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("What changed in the world")


def test_the_table_is_there_to_be_taken_along(page: Page) -> None:
    page.goto("/companies/foxconn?on=2025-11-21")
    with page.expect_download() as waited:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert waited.value.suggested_filename == "companies-foxconn.csv"
    lines = waited.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("company,subject,kind,status")
    assert len(lines) == 20


def test_everything_can_be_done_with_the_keyboard(page: Page) -> None:
    page.goto("/companies/foxconn?on=2025-11-21")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the answer")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the answer")).to_be_in_viewport()
    page.keyboard.press("Enter")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        tag, outline = page.evaluate(
            "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outline != "none", tag
        reached.add(tag)
        assert (
            page.evaluate("document.querySelector('header').contains(document.activeElement)")
            is False
        )
        if tag == "BUTTON":
            break
    assert reached >= {"INPUT", "SUMMARY", "BUTTON", "A"}


def test_without_script_nothing_is_missing_but_the_sliders(plain: Page) -> None:
    plain.goto("/companies/foxconn?on=2025-04-15")
    plain.locator(".bar summary").click()
    expect(plain.locator("#slide-known")).to_be_hidden()
    plain.get_by_label("Known by the end of").first.fill("2025-02-01")
    plain.get_by_role("button", name="Show").click()
    expect(plain).to_have_url(re.compile(r"\?on=2025-04-15&known=2025-02-01$"))
    expect(plain.locator(".rumour .badge")).to_have_text("lapsed")
    plain.get_by_role("link", name="12 Feb 2025").click()
    expect(plain.locator(".rumour .badge")).to_have_text("partly denied")


# --- how it looks ---------------------------------------------------------------------------------


LOOKS: list[tuple[Scheme, int, Rules]] = [
    ("light", 1280, "all"), ("dark", 1280, "colours"), ("dark", 390, "all else"),
]  # fmt: skip
"""How a page is looked at, and what axe-core looks for: nothing but colours follows from the scheme."""

PICTURES = "() => new Promise(requestAnimationFrame)"
"""Waits until the page is drawn anew."""


# the status of a problem is an error to the console
@pytest.mark.parametrize("name", [name for name in PAGES if name != "problem"])
def test_a_page_is_accessible_and_fits(page: Page, name: str) -> None:
    """axe-core finds nothing serious, nothing is wider than the screen; and a picture for who looks."""
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    page.goto(PAGES[name])
    for scheme, width, rules in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": HIGH})
        page.evaluate(PICTURES)
        photograph(page, f"{name}-{scheme}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (scheme, width)
        if serious := find_serious(page, rules):
            found[scheme, width] = serious
    assert found == {}


def test_a_printed_page_has_the_answer_and_not_the_forms(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="light")
    page.goto("/companies/foxconn?on=2025-11-21")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".coordinate")).to_be_visible()
    for hidden in ("header", "form >> nth=1", "footer .formats"):
        expect(page.locator(hidden)).to_be_hidden()
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") in range(2, 12)


# --- what texts cannot do -------------------------------------------------------------------------


def test_no_text_does_anything(browser: Browser, hostile_store: Path) -> None:
    with serving(hostile_store) as server, watched(browser, server) as context:
        page = context.new_page()
        for path in (
                "/", "/companies", "/companies/evil", "/subjects/deal:evil-acme", "/log", "/sources/press",
                "/companies/evil/timeline", "/network", "/companies/evil/timeline.svg", "/network.svg",
                "/companies/evil/diff?on=2024-01-01..2025-12-31", "/search?q=img",
            ):  # fmt: skip
            page.goto(path)
            if not path.endswith(
                ".svg"
            ):  # its policy runs no script: nothing that is awaited there ends
                page.evaluate(PICTURES)
            assert page.locator("img[src=x]").count() == 0
        page.goto("/companies/evil")
        expect(page.get_by_role("heading", level=1)).to_have_text(ATTACK)
        page.locator("#slide-on").fill(number("2025-01-12"))
        expect(page.locator(".coordinate")).to_contain_text("12 Jan 2025")
