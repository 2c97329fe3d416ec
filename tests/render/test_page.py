"""The pages that pictures are, in a real browser: no network, no errors, tooltips, a slider of days."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.answers.stores import new_timeline
from tests.web.browsing import ARGUMENTS, CHROMIUM, WITH_BROWSER, find_serious
from timeline.render.picture import Picture

pytestmark = WITH_BROWSER


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    stories = ("foxconn-openai", "foxconn-openai-later", "foxconn-sharp", "nissan-honda")
    timeline = new_timeline(folder, *stories)
    pictures: dict[str, Picture] = {
        "timeline": timeline.plot("foxconn", on="2025-11-21"),
        "rumour": timeline.plot("rumour:foxconn-nissan", on="2025-04-15"),
        "network": timeline.graph("foxconn", depth=2, on="2025-11-21", theme="dark"),
    }
    found = {}
    for name, picture in pictures.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(picture.html(), encoding="utf-8")
    timeline.close()
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that must not complain, and asks for nothing but files."""
    context = browser.new_context(viewport={"width": 900, "height": 900})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    yield page
    context.close()
    assert [each for each in said if not each.startswith("file://")] == []


def lines(page: Any) -> list[str]:
    """What the lines of a network say."""
    found = page.eval_on_selector_all(
        ".wide svg [data-from]:not([display])",
        "all => all.map(e => e.querySelector('title').textContent)",
    )
    return [str(each) for each in found]


def test_the_slider_goes_through_the_days(page: Any, pages: dict[str, Path]) -> None:
    page.goto(pages["network"].as_uri())
    page.wait_for_selector("#days:not([hidden])")
    now = lines(page)
    assert any("Strategic alliance" in each for each in now)
    assert page.input_value("#day") == "2025-11-21"
    page.fill("#day", "2016-04-20")
    page.wait_for_function("document.querySelector('.wide').textContent.includes('20 Apr 2016')")
    then = lines(page)
    assert not any("Strategic alliance" in each for each in then)
    assert any("Acquisition of Sharp" in each and "signed" in each for each in then)
    assert page.get_attribute("#slide", "aria-valuetext") == "20 Apr 2016"
    page.focus("#slide")
    page.keyboard.press("ArrowRight")
    assert page.input_value("#day") == "2016-04-21"


def test_a_lane_says_its_sentence_and_its_source(page: Any, pages: dict[str, Path]) -> None:
    page.goto(pages["timeline"].as_uri())
    told = page.eval_on_selector_all(".wide svg g > title", "all => all.map(e => e.textContent)")
    sharp = next(each for each in told if each.startswith("Acquisition of Sharp"))
    assert "completed, from 12 Aug 2016" in sharp
    assert "Source" in sharp


def test_the_data_is_a_table_below(page: Any, pages: dict[str, Path]) -> None:
    page.goto(pages["timeline"].as_uri())
    page.click("summary")
    assert page.locator("table tbody tr").count() > 19
    assert page.locator("table").inner_text().count("rumour:foxconn-nissan") > 3


def test_without_script_it_is_the_same_picture(browser: Any, pages: dict[str, Path]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["network"].as_uri())
    assert page.locator(".wide svg[role=img]").is_visible()
    assert page.locator("#days").is_hidden()
    assert "21 Nov 2025" in page.locator(".wide").inner_text()
    context.close()


@pytest.mark.parametrize("name", ["timeline", "network"])
def test_exactly_one_picture_is_visible_and_axe_finds_nothing_serious(
    page: Any, pages: dict[str, Path], name: str
) -> None:
    page.goto(pages[name].as_uri())
    assert find_serious(page) == []
    for width, shown in ((1280, "wide"), (390, "narrow")):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            visible = page.eval_on_selector_all(
                "figure > div",
                "all => all.filter(e => e.getClientRects().length).map(e => e.classList[0])",
            )
            assert visible == [shown], (width, scheme)


@pytest.mark.parametrize("name", ["timeline", "rumour", "network"])
def test_one_picture_is_visible_at_every_width_in_print_and_without_script(
    browser: Any, pages: dict[str, Path], name: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages[name].as_uri())
    for medium in ("screen", "print"):
        page.emulate_media(media=medium)
        for width in (280, 390, 640, 700, 719, 720, 721, 1000, 1280, 2560):  # 640: a desk at 200 %
            page.set_viewport_size({"width": width, "height": 800})
            visible = page.locator("figure svg:visible").count()
            assert visible == 1, (medium, width)
    context.close()


def test_a_phone_gets_a_picture_of_its_own(page: Any, pages: dict[str, Path]) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(pages["network"].as_uri())
    page.wait_for_selector("#days:not([hidden])")
    assert page.locator(".wide").is_hidden()
    assert page.locator(".narrow svg").bounding_box()["width"] == 374
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.fill("#day", "2016-04-20")
    page.wait_for_function("document.querySelector('.narrow').textContent.includes('20 Apr 2016')")
