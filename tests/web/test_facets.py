"""A company of many items: what its page shows first, and by what a reader narrows it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Serve
from tests.web.stories import DETAILS, HUB_ITEMS
from timeline.app import Timeline
from timeline.web.facets import facets, in_order, narrowed
from timeline.web.html import STEPS

PATH = "/companies/hub?on=2026-06-01"


@pytest.fixture
def hub(serve: Serve, hub_store: Path) -> TestClient:
    """A client of a server with a company of many items."""
    return serve(hub_store)


def shown(page: str) -> list[str]:
    return re.findall(r'<article class="item">.*?href="/subjects/([^?"]+)', page, re.DOTALL)


def test_the_first_view_has_the_newest_items_and_says_how_many_there_are(hub: TestClient) -> None:
    page = hub.get(PATH).text
    assert len(shown(page)) == 5
    assert f"All {HUB_ITEMS} items" in page
    assert f'Deals <span class="quiet">{HUB_ITEMS}</span>' in page


def test_every_choice_leads_to_as_many_items_as_it_says(hub: TestClient) -> None:
    page = hub.get(PATH).text
    menus = re.search(r'<div class="facets">(.*?)\n</div>\n', page, re.DOTALL)
    assert menus
    choices = re.findall(r'href="([^"]+)">([^<]+) <span class="quiet">([\d,]+)</span>', menus[1])
    assert {re.search(r"(kind|status|with|year)=", href)[1] for href, _, _ in choices} == {  # type: ignore[index]
        "kind", "status", "with", "year",
    }  # fmt: skip
    for href, words, count in choices[::9]:
        found = hub.get(href.replace("&amp;", "&")).text
        assert f'<span class="quiet">{count} item' in found, words


def test_fifty_items_at_a_time_and_each_once(hub: TestClient) -> None:
    met: Counter[str] = Counter()
    path: str | None = f"{PATH}&sort=amount"
    sizes = []
    while path:
        page = hub.get(path).text
        sizes.append(len(shown(page)))
        met.update(shown(page))
        onward = re.search(r'class="pager"><a href="([^"]+)"', page)
        path = onward[1].replace("&amp;", "&") if onward else None
    assert sizes == [50] * 7 + [29]
    assert len(met) == HUB_ITEMS
    assert set(met.values()) == {1}


def test_facets_narrow_together_and_orders_order(hub_store: Path) -> None:
    with Timeline.open(hub_store) as timeline:
        items = timeline.state("hub", on="2026-06-01").companies[0].items
        names = timeline.names()
    chosen = {"kind": "supply", "status": "over", "with": None, "year": None}
    both = narrowed(items, chosen)
    assert both
    assert {(item.kind, item.group) for item in both} == {("supply", "over")}
    by_name = {facet.name: facet for facet in facets(items, chosen, names)}
    assert by_name["kind"].chosen is not None
    assert by_name["kind"].chosen.count == len(both)
    # the choices of a facet are counted with the others alone: each of them leads to something
    assert sum(c.count for c in by_name["kind"].choices) == len(narrowed(items, {"status": "over"}))
    assert by_name["with"].left_out == 0 or len(by_name["with"].choices) == 30
    dearest = in_order(items, "amount", "hub", names)[0]
    assert dearest.terms["value"]["exact"] == "378000000"  # every third one has none
    days = [item.since or "" for item in in_order(items, "newest", "hub", names)]
    assert days == sorted(days, reverse=True)
    for sort in ("oldest", "status", "name"):
        assert sorted(i.subject for i in in_order(items, sort, "hub", names)) == sorted(
            item.subject for item in items
        )


def test_what_narrows_a_page_stays_when_another_day_is_asked_for(hub: TestClient) -> None:
    page = hub.get(f"{PATH}&kind=supply&sort=name").text
    form = re.search(r'<form class="bar".*?</form>', page, re.DOTALL)
    assert form
    assert '<input type="hidden" name="kind" value="supply">' in form[0]
    assert '<input type="hidden" name="sort" value="name">' in form[0]


def test_a_list_for_people_has_fifty_items_and_one_for_programs_two_hundred(
    hub: TestClient,
) -> None:
    assert len(shown(hub.get("/deals").text)) == 50
    assert len(hub.get("/deals.json").json()["items"]) == 200
    assert len(shown(hub.get("/deals?limit=7").text)) == 7
    page = hub.get("/deals").text
    assert (
        page.index('name="status"') < page.index("<summary>Advanced") < page.index('name="known"')
    )


@pytest.mark.parametrize(
    "path",
    [
        "/companies", "/companies/hub/timeline", "/deals", "/log", "/sources/press",
        "/network?company=hub", "/reports/portfolio?company=hub",
    ],
)  # fmt: skip
def test_people_read_fifty_rows_at_a_time_and_programs_more(hub: TestClient, path: str) -> None:
    """And what a page leaves out is behind a link, or in the file."""
    page = hub.get(path).text
    assert page.count("<tr") - page.count("<thead>") + page.count('<article class="item">') == 50
    place, mark, asked = path.partition("?")
    assert hub.get(f"{place}.csv{mark}{asked}").text.count("\n") > 51
    assert re.search(r'rel="next"|limit=1000|\.csv[^"]*">CSV</a>\.', page)


def test_a_difference_says_how_much_and_shows_before_beside_after(hub: TestClient) -> None:
    path = "/companies/hub/diff?on=2015-01-01..2026-06-01"
    page = hub.get(path).text
    new, changed, gone = map(int, re.findall(r"\+(\d+) new · (\d+) changed · (\d+) gone", page)[0])
    assert page.index('class="counts"') < page.index("<table")
    assert page.count('<th scope="row"') == 50
    items = hub.get(path.replace("diff", "diff.json")).json()["items"]
    assert new + changed + gone == len(items)
    rest = hub.get(f"{path}&skip=50").text
    assert f"The next ones: 100 of {len(items)} shown" in rest
    rows = re.findall(r'<th scope="row"(.*?)</tr>', page, re.DOTALL)
    sides = [re.findall(r'<span class="(?:badge \w+|absent)">([\w ]+)<', row)[-2:] for row in rows]
    assert ["announced", "terminated"] in sides
    assert ["not there", "announced"] in sides


def test_a_long_chain_shows_its_last_events_and_folds_the_rest(hub: TestClient) -> None:
    page = hub.get("/subjects/deal:side-000").text
    folded = page.partition("</details>\n  <ol>")[0]
    earlier = DETAILS + 1 - STEPS
    assert f"<summary>{earlier} earlier events</summary>" in folded
    assert [f'<li id="d{DETAILS - 1}">' in each for each in (folded, page)] == [False, True]
    assert page.count('<li id="') == DETAILS + 1


def test_the_first_page_of_a_store_without_rumours(hub: TestClient) -> None:
    page = hub.get("/")
    assert page.status_code == 200
    assert "71 companies · 419 deals · 1 source · reports from" in page.text


def test_two_companies_stand_beside_each_other_with_what_they_share_on_top(hub: TestClient) -> None:
    page = hub.get("/companies/hub?on=2026-06-01").text
    assert 'action="/companies/hub/compare"' in page
    page = hub.get("/companies/hub/compare?with=Company 001&on=2026-06-01").text
    answer = hub.get("/companies/hub/compare.json?with=Company 001&on=2026-06-01").json()
    shared, items = len(answer["shared"]), len(answer["companies"][0]["items"])
    assert f"{shared} in common · {items - shared} only of Hub Industries" in page
    assert page.index("In common") < page.index("Only Hub Industries") < page.index("Only Company")
    assert f"All {HUB_ITEMS} items of Hub Industries" in page
