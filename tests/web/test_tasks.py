"""The tasks that a reader has, driven in a real browser; at a desk and on a phone, light and dark.

What can be done with the keyboard is done with it alone, and without script as far as it goes. No page is
longer than six screens before its reader asks for more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import HIGH, WITH_BROWSER, Scheme, Windows, find_serious, photograph
from tests.web.stories import HUB_ITEMS

pytestmark = WITH_BROWSER

SCREENS: dict[str, tuple[int, Scheme]] = {"desk": (1280, "light"), "phone": (390, "dark")}
"""How each task is done. Nothing but colours follows from the scheme, and of those test_browser has all."""


@pytest.fixture(params=SCREENS.values(), ids=[*SCREENS])
def screen(request: pytest.FixtureRequest) -> tuple[int, Scheme]:
    """A width, and a colour scheme."""
    found: tuple[int, Scheme] = request.param
    return found


@pytest.fixture
def page(windows: Windows, server: str, screen: tuple[int, Scheme]) -> Iterator[Page]:
    """A window on the stories."""
    width, scheme = screen
    with windows.on(server, width=width, scheme=scheme) as found:
        yield found


@pytest.fixture
def hub(windows: Windows, hub_server: str, screen: tuple[int, Scheme]) -> Iterator[Page]:
    """A window on a company of many items."""
    width, scheme = screen
    with windows.on(hub_server, width=width, scheme=scheme) as found:
        yield found


@pytest.fixture
def plain(windows: Windows, server: str, screen: tuple[int, Scheme]) -> Iterator[Page]:
    """A window in which no script runs."""
    width, scheme = screen
    with windows.on(server, script=False, width=width, scheme=scheme) as found:
        yield found


def tab_to(page: Page, name: str, most: int = 80) -> None:
    """Press Tab until what has the focus says a text."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "document.activeElement.textContent || document.activeElement.ariaLabel"
        )
        if said and name in said:
            return
    raise AssertionError(f"Tab never comes to {name}")


# --- the tasks ------------------------------------------------------------------------------------


def test_a_company_is_found_by_a_former_name_in_two_keystrokes_more_than_typing_it(
    page: Page,
) -> None:
    page.goto("/")
    with page.expect_response(re.compile("q=OpenAI&")):
        page.keyboard.type("OpenAI")  # the box has the focus
    expect(page.locator("#found option[value='OpenAI Group PBC']").first).to_be_attached()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/companies/openai$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("OpenAI Group PBC")


def test_the_rumour_turns_under_both_clocks(page: Page) -> None:
    page.goto("/companies/foxconn?on=2025-04-15")
    badge = page.locator(".rumour .badge")
    expect(badge).to_have_text("denied")
    page.get_by_role("link", name="As known then").press("Enter")
    expect(badge).to_have_text("partly denied")
    page.goto("/companies/foxconn?as_of=2024-12-20")
    expect(badge).to_have_text("open")


def test_what_was_learned_between_two_days_is_said(page: Page) -> None:
    page.goto("/companies/foxconn?on=2025-04-15")
    form = page.locator("form", has_text="What was learned about")
    form.get_by_label("from what was known by").fill("2025-02-11")
    form.get_by_label("to what was known by").fill("2025-11-22")
    form.get_by_role("button").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("learned")
    expect(page.locator("main")).to_contain_text("rumour")
    expect(page.locator("main")).to_contain_text("denied")


def test_evidence_leads_to_its_source_and_the_address_of_it(hub: Page) -> None:
    hub.goto("/companies/hub")
    summary = hub.locator(".item summary").first
    summary.focus()
    hub.keyboard.press("Enter")
    hub.locator(".item details[open] a[href^='/sources/']").first.press("Enter")
    expect(hub.get_by_role("heading", level=1)).to_contain_text("Deals")
    expect(hub.locator("a[href='https://example.com/deals']").first).to_be_attached()


def test_a_picture_is_taken_along_with_its_caption(page: Page) -> None:
    page.goto("/companies/foxconn/timeline?on=2025-11-21")
    address = page.get_by_role("link", name="PNG", exact=True).first.get_attribute("href")
    assert address
    taken = page.request.get(address)
    assert taken.headers["content-type"] == "image/png"
    told = taken.body()
    assert b"Hon Hai Precision Industry: partnerships over time" in told
    assert b"Description" in told


def test_a_hub_is_read_from_its_first_view_to_its_last_item(hub: Page, screen: Any) -> None:
    hub.goto("/companies/hub")
    height = hub.evaluate("document.documentElement.scrollHeight")
    assert height < (2 if screen[0] == 1280 else 4) * HIGH
    hub.get_by_role("link", name=f"All {HUB_ITEMS} items", exact=True).press("Enter")
    expect(hub.locator(".item")).to_have_count(50)
    hub.locator(".facets summary", has_text="Status").press("Enter")
    over = hub.locator(".facets details[open] a", has_text="ended")
    count = re.search(r"\d+", over.inner_text())
    assert count
    over.press("Enter")
    expect(hub.locator(".facets")).to_contain_text(f"{count[0]} items")
    expect(hub.locator(".badge").first).to_have_text("terminated")


def test_the_network_of_sixty_companies_opens_and_plays(hub: Page, screen: Any) -> None:
    hub.goto("/network")
    hub.get_by_label("Around the company").fill("Hub Industries")
    hub.keyboard.press("Enter")
    expect(hub.get_by_role("heading", level=1)).to_have_text("Hub Industries: who is tied to whom")
    expect(hub.locator("#matrix")).to_be_visible()
    shown = hub.locator(".for-desk .day" if screen[0] == 1280 else ".for-phone .day")
    hub.get_by_role("button", name="Play").press("Enter")
    before = shown.text_content() or ""
    expect(shown).not_to_have_text(before)
    hub.get_by_role("button", name="Stop").press("Enter")
    expect(hub).to_have_url(re.compile(r"as_of=\d{4}-\d\d-\d\d"))
    day = hub.locator("[data-day-shown]").input_value()
    expect(hub.locator("#share ~ div")).to_contain_text(day)  # stopped on a day, it can be cited


def test_the_network_goes_from_report_to_report_with_the_keyboard(page: Page) -> None:
    page.goto("/network?company=openai&then=true&as_of=2025-10-06")
    page.locator("h1").click()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("as_of=2025-09-22"))
    now = page.locator(".ticker .now")
    expect(now).to_contain_text(
        "Investment in OpenAI by Nvidia agreed in principle"
    )  # its name then
    expect(page.locator("[data-swap=circles]")).to_contain_text("Money goes round")
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("as_of=2025-07-22"))
    expect(page.locator("[data-swap=circles]")).to_contain_text("No circle of money")


def test_the_news_of_a_month_is_found_from_its_bar(page: Page, screen: Any) -> None:
    page.goto("/")
    where = ".for-desk" if screen[0] == 1280 else ".for-phone"
    page.locator(f"{where} a[href='/news?until=2025-11-30']").press("Enter")
    expect(page.locator("main h2").first).to_contain_text("22 Nov 2025")
    page.get_by_role("link", name="24 more of this day").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("News of 21 Nov 2025")


def test_deals_of_a_status_are_listed(page: Page) -> None:
    page.goto("/deals")
    page.get_by_label("Status").select_option("completed")
    expect(page).to_have_url(re.compile("status=completed"))
    expect(page.locator("main")).to_contain_text("Acquisition of Twitter by Elon Musk")


# --- without script -------------------------------------------------------------------------------


def test_without_script_the_network_stands_at_each_day(plain: Page) -> None:
    plain.goto("/network?company=openai&then=true&as_of=2025-10-06")
    expect(plain.get_by_role("button", name="Play")).to_have_count(0)
    plain.get_by_role("link", name="22 Sep 2025").first.click()
    expect(plain.locator(".coordinate")).to_contain_text("22 Sep 2025")
    expect(plain.locator(".ticker li:visible")).to_have_count(4)


def test_without_script_items_are_narrowed(plain: Page) -> None:
    plain.goto("/companies/foxconn?sort=newest&on=2025-11-21")
    plain.locator(".facets summary", has_text="Kind").click()
    plain.locator(".facets details[open] a", has_text="joint venture").click()
    expect(plain.locator(".item")).to_have_count(1)


# --- how long a page is ---------------------------------------------------------------------------

LONG = (
    "/", "/news", "/companies", "/companies/hub", "/companies/hub?sort=newest", "/deals",
    "/companies/hub/timeline", "/network", "/network?company=hub&then=true", "/subjects/deal:hub-000",
    "/sources", "/log?order=newest", "/reports",
)  # fmt: skip


def test_no_page_is_longer_than_six_screens(windows: Windows, hub_server: str) -> None:
    """And axe finds nothing serious in those that are new here."""
    long: dict[tuple[str, str], float] = {}
    wrong: dict[tuple[str, str], list[tuple[str, str]]] = {}
    with windows.on(hub_server) as hub:
        for number, path in enumerate(LONG):
            hub.goto(path)
            for name, (width, scheme) in SCREENS.items():
                hub.emulate_media(color_scheme=scheme)
                hub.set_viewport_size({"width": width, "height": HIGH})
                height = hub.evaluate("document.documentElement.scrollHeight") / HIGH
                if height > 6:
                    long[path, name] = round(height, 1)
                assert hub.evaluate("document.documentElement.scrollWidth") <= width, path
                photograph(hub, f"hub-{number}-{scheme}-{width}")
                is_new = path == "/" or path.startswith(("/news", "/companies/hub", "/network"))
                if is_new and (serious := find_serious(hub)):
                    wrong[path, name] = serious
    assert wrong == {}
    assert long == {}
