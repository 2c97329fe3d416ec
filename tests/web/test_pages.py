"""Every page: its three formats, its address, its tag, and what leads on from it."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urljoin

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from tests.cli.program import run
from tests.web.conftest import BASE, Serve
from timeline.app import Timeline

EVERY = 259
"""How many events the fixtures have."""

# A page, and the command that answers the same question.
SAME = {
    "/companies/foxconn?on=2025-11-21": "state foxconn --on 2025-11-21",
    "/companies/foxconn?as_of=2025-04-15": "state foxconn --as-of 2025-04-15",
    "/companies/foxconn?on=2025-04-15&known=2025-02-01&open=true&certainty=definite":
        "state foxconn --on 2025-04-15 --known 2025-02-01 --open --certainty definite",
    "/companies/alphabet?group=true&on=2026-02-25": "state alphabet --group --on 2026-02-25",
    "/companies/foxconn?on=2025-11-21&recorded=50": "state foxconn --on 2025-11-21 --recorded 50",
    "/companies/foxconn?on=2025-11-21&not_source=reuters-2025-11-22&attribution=filing&fact_level=fact":
        "state foxconn --on 2025-11-21 --not-source reuters-2025-11-22 --attribution filing "
        "--fact-level fact",
    "/companies?on=2025-11-21": "companies --on 2025-11-21",
    "/companies/foxconn/diff?on=2025-01-01..2025-11-21": "diff foxconn --on 2025-01-01..2025-11-21",
    "/companies/foxconn/diff?on=2025-04-15&known=2025-11-21..2025-11-22":
        "diff foxconn --on 2025-04-15 --known 2025-11-21..2025-11-22",
    "/companies/foxconn/diff?source=reuters-2025-11-22": "diff foxconn --source reuters-2025-11-22",
    "/subjects/rumour:foxconn-nissan?on=2025-04-15": "why rumour:foxconn-nissan --on 2025-04-15",
    "/subjects/fact:foxconn/results@2025-35?on=2025-11-21":
        "why fact:foxconn/results@2025-35 --on 2025-11-21",
    "/companies/alphabet/why?group=true&on=2026-02-25": "why alphabet --group --on 2026-02-25",
    "/companies?on=2025-11-21&source=reuters-2025-11-22":
        "companies --on 2025-11-21 --source reuters-2025-11-22",
    "/deals?on=2025-11-21&status=announced&kind=joint_venture":
        "deals --on 2025-11-21 --status announced --kind joint_venture",
    "/deals?on=2025-11-21&company=Foxconn&status=in force&status=completed":
        "deals --on 2025-11-21 --company Foxconn --status in_force --status completed",
    "/relationships?on=2025-11-21": "relationships --on 2025-11-21",
    "/rights?on=2025-11-21": "rights --on 2025-11-21",
    "/commitments?on=2025-11-21": "commitments --on 2025-11-21",
    "/rumours?on=2025-11-21&open=true": "rumours --on 2025-11-21 --open",
    "/facts?on=2025-11-21": "facts --on 2025-11-21",
    "/log?limit=1000": "log",
    "/log?target=foxconn&from=2025-01-01&to=2025-06-01&limit=1000":
        "log foxconn --from 2025-01-01 --to 2025-06-01",
    "/log?target=rumour:foxconn-nissan&type=rumour_denied&type=rumour_reported&known=2025-02-12":
        "log rumour:foxconn-nissan --type rumour_denied --type rumour_reported --known 2025-02-12",
    "/log?source=reuters-2025-11-22&recorded=50": "log --source reuters-2025-11-22 --recorded 50",
    "/sources/reuters-2025-11-22": "log --source reuters-2025-11-22",
    "/search?q=hon hai&limit=10": "find 'hon hai'",
}  # fmt: skip

OTHERS = (
    "/", "/search", "/search?q=zzzzzzzz", "/sources", "/companies/foxconn/diff",
    "/companies/foxconn?on=2000-01-01",
    "/companies/foxconn?on=2025-11-21&certainty=possible&open=true", "/log?order=newest",
    "/subjects/rumour:foxconn-nissan?on=2000-01-01", "/docs", "/companies/foxconn/timeline?on=2025-11-21",
    "/axes/rumour:foxconn-nissan", "/axes/fact:foxconn/results@2025-35", "/network",
    "/network?company=foxconn&depth=2&on=2025-11-21", "/reports", "/reports/portfolio",
    "/reports/open-rumours?on=2025-01-02",
)  # fmt: skip


def formatted(path: str, suffix: str) -> str:
    before, mark, after = path.partition("?")
    return f"{before}.{suffix}{mark}{after}"


@pytest.mark.parametrize("path", SAME)
def test_json_and_csv_are_what_the_command_line_says(
    client: TestClient, stories: Path, path: str
) -> None:
    import shlex

    command = ["--db", str(stories), *shlex.split(SAME[path])]
    for suffix in ("json", "csv"):
        answer = client.get(formatted(path, suffix))
        assert answer.status_code == 200, answer.text
        assert answer.text == run(*command, "--format", suffix).stdout
    assert client.get(path, headers={"Accept": "application/json"}).content == (
        client.get(formatted(path, "json")).content
    )
    assert (
        client.get(path, headers={"Accept": "text/csv"})
        .headers["content-type"]
        .startswith("text/csv")
    )


@pytest.mark.parametrize("path", [*SAME, *OTHERS])
def test_a_page_is_html_that_hangs_together(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    page = Page(answer.text)
    assert len(page.ids) == len(set(page.ids)), sorted(i for i in page.ids if page.ids.count(i) > 1)
    assert page.tags.count("main") == page.tags.count("h1") == 1
    assert page.open == []
    if path in ("/reports/portfolio", "/companies/foxconn/diff"):
        assert not any(".json" in each for each in page.links), "nothing is answered yet"
    elif path != "/docs":
        assert f"entry {EVERY}" in answer.text
        links = dict.fromkeys(page.links)
        for suffix in ("json", "csv"):
            (link,) = [each for each in links if f".{suffix}" in each and "static" not in each]
            assert client.get(link).status_code == 200, link


def test_every_link_leads_to_a_page(client: TestClient) -> None:
    """What can be reached from the first page is there, and every anchor with it.

    Breadth first, and once of addresses that differ in nothing but a name, a number or a day, or in the
    language of what else they ask; once of each kind of page as data, and as a picture.
    """
    pages: dict[str, Page] = {}
    todo, anchors = deque(["/"]), set[tuple[str, str]]()
    followed = set[tuple[str, ...]]()
    while todo and len(followed) < 230:
        path = todo.popleft()
        if (like := shape(path)) in followed:
            continue
        followed.add(like)
        answer = client.get(path)
        assert answer.status_code in (200, 303), (path, answer.text)
        if answer.status_code == 303:
            todo.append(answer.headers["location"])
            continue
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        pages[path] = page = Page(answer.text)
        for link in page.links:
            target, _, anchor = urljoin(BASE + path, link).partition("#")
            if target.startswith(BASE):
                todo.append(target.removeprefix(BASE) or "/")
                if anchor:
                    anchors.add((target.removeprefix(BASE), anchor))
    assert len(pages) > 100
    dead = [
        (path, anchor)
        for path, anchor in anchors
        if path in pages and anchor not in pages[path].ids
    ]
    assert dead == []


def shape(path: str) -> tuple[str, ...]:
    """What addresses have in common that differ in a name, a number or a day."""
    place, _, query = path.partition("?")
    parts = place.partition(":")[0].split("/")
    named = parts[1:3] if parts[1] in ("subjects", "reports") else [parts[1], *parts[3:]]
    if suffix := re.search(r"\.(\w+)$", place):
        return *(parts[1:2] if suffix[1] == "png" else named), str(len(parts)), suffix[1]
    asked = sorted(parse_qs(query))
    if asked != ["lang"]:
        asked = [name for name in asked if name != "lang"]
    return *named, str(len(parts)), "", *asked


class Page(HTMLParser):
    """What a page consists of."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "wbr", "source"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if found.get("id"):
            self.ids.append(found["id"] or "")
        for name in ("href", "src"):
            if found.get(name):
                self.links.append(found[name] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1] == tag, (self.open, tag)
        self.open.pop()


# --- addresses ------------------------------------------------------------------------------------


def test_what_a_form_left_empty_is_not_in_the_address(client: TestClient) -> None:
    moved = client.get("/companies/foxconn?on=2025-11-21&known=&recorded=&source=&certainty=")
    assert (moved.status_code, moved.headers["location"]) == (
        303,
        "/companies/foxconn?on=2025-11-21",
    )
    assert client.get("/companies/foxconn.json?on=2025-11-21&known=").status_code == 200


def test_another_name_leads_to_the_address_of_the_company(client: TestClient) -> None:
    for path in ("/companies/{}?on=2025-11-21", "/companies/{}.json?on=2025-11-21"):
        moved = client.get(path.format("Hon%20Hai%20Precision%20Industry"))
        assert (moved.status_code, moved.headers["location"]) == (303, path.format("foxconn"))
    moved = client.get("/companies/Foxconn/diff?on=2025-01-01..2025-11-21")
    assert moved.headers["location"] == "/companies/foxconn/diff?on=2025-01-01..2025-11-21"


def test_two_days_of_a_form_become_one_range(client: TestClient) -> None:
    moved = client.get("/companies/foxconn/diff?before_on=2025-01-01&on=2025-11-21")
    assert moved.headers["location"] == "/companies/foxconn/diff?on=2025-01-01..2025-11-21"
    moved = client.get("/companies/foxconn/diff?on=2025-04-15&before_known=2025-11-21")
    assert (
        moved.headers["location"] == "/companies/foxconn/diff?on=2025-04-15&known=2025-11-21..today"
    )


def test_a_company_and_a_source_have_pages_of_their_own(client: TestClient) -> None:
    moved = client.get("/subjects/company:foxconn?on=2025-11-21")
    assert moved.headers["location"] == "/companies/foxconn?on=2025-11-21"
    moved = client.get("/subjects/source:reuters-2025-11-22")
    assert moved.headers["location"] == "/sources/reuters-2025-11-22"


def test_a_subject_that_ends_like_a_format_says_which(serve: Serve, hostile_store: Path) -> None:
    client = serve(hostile_store)
    page = client.get("/companies/evil").text
    assert 'href="/subjects/fact:evil/config.json.html"' in page
    assert client.get("/subjects/fact:evil/config.json.html").status_code == 200
    assert (
        client.get("/subjects/fact:evil/config.json.json").json()["subject"]
        == "fact:evil/config.json"
    )
    assert (
        client.get("/subjects/fact:evil/config.json").status_code == 404
    )  # the JSON of another one


def test_the_answer_for_ever_stays_as_it_is(serve: Serve, tmp_path: Path, stories: Path) -> None:
    for path in ("/companies/foxconn", "/deals", "/subjects/rumour:foxconn-nissan", "/companies"):
        copy = tmp_path / f"{path.count('/')}{len(path)}.db"
        copy.write_bytes(stories.read_bytes())
        client = serve(copy)
        (forever,) = re.findall(r'<a href="([^"]*)" rel="bookmark">', client.get(path).text)
        address = formatted(forever.replace("&amp;", "&"), "json")
        before = client.get(address)
        assert f"recorded={EVERY}" in address
        with Timeline.open(copy) as timeline:
            timeline.append({
                "type": "rumour_reported", "subject": "rumour:foxconn-nissan", "occurred": "2020-01-01",
                "known": "2020-01-01", "note": path,
            })  # fmt: skip
        assert client.get(address).content == before.content, path


# --- tags -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/companies/foxconn", "/log.json", "/deals.csv", "/feed.atom"])
def test_an_answer_is_known_again_until_something_is_appended(
    serve: Serve, tmp_path: Path, stories: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "timeline.db"
    copy.write_bytes(stories.read_bytes())
    client = serve(copy)
    first = client.get(path)
    tag = first.headers["etag"]
    assert re.fullmatch(rf'W/"{EVERY}-[0-9a-f]{{16}}"', tag)
    assert first.headers["timeline-position"] == str(EVERY)
    for given in (tag, tag.removeprefix("W/"), f'"x", {tag}'):
        again = client.get(path, headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert (
        client.get(path, headers={"If-None-Match": f'W/"{EVERY}-0000000000000000"'}).status_code
        == 200
    )
    with Timeline.open(copy) as timeline:
        timeline.append({
            "type": "rumour_corroborated", "subject": "rumour:foxconn-nissan", "occurred": "2025-03-01",
            "known": "2025-03-01",
        })  # fmt: skip
    after = client.get(path, headers={"If-None-Match": tag})
    assert (after.status_code, after.headers["timeline-position"]) == (200, str(EVERY + 1))


def test_other_questions_have_other_tags(client: TestClient) -> None:
    paths = (
        "/companies/foxconn", "/companies/foxconn.json", "/companies/foxconn.csv", "/companies/openai",
        "/companies/foxconn?on=2025-11-21", "/companies/foxconn?known=2025-11-21", "/log", "/log?limit=10",
        "/log?order=newest", "/deals", "/rumours",
    )  # fmt: skip
    tags = [client.get(path).headers["etag"] for path in paths]
    assert len(set(tags)) == len(paths)


def test_today_is_another_question_tomorrow(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get("/companies/foxconn").headers["etag"]
    monkeypatch.setattr("timeline.web.replies.today", lambda _: "2031-01-01")
    assert client.get("/companies/foxconn").headers["etag"] != before


# --- pages of many rows ---------------------------------------------------------------------------


def walk(client: TestClient, path: str, rows: str = "") -> list[object]:
    """Every row, page by page, as the ``Link`` headers lead on."""
    found: list[object] = []
    for _ in range(200):
        answer = client.get(path)
        body = answer.json()
        found += body if isinstance(body, list) else body[rows]
        link = answer.headers.get("link")
        if link is None:
            return found
        match = re.fullmatch(r'<([^>]+)>; rel="next"', link)
        assert match
        path = match[1]
    raise AssertionError("there is no end")


@pytest.mark.parametrize("limit", [3, 7, EVERY - 1, EVERY, EVERY + 1])
def test_the_links_lead_through_the_whole_log(client: TestClient, limit: int) -> None:
    every = client.get("/log.json?limit=1000").json()
    assert walk(client, f"/log.json?limit={limit}") == every
    assert walk(client, f"/log.json?limit={limit}&order=newest") == every[::-1]


def test_the_links_lead_through_every_list(client: TestClient) -> None:
    for path in ("deals", "facts", "companies", "sources"):
        rows = path if path in ("companies", "sources") else "items"
        every = client.get(f"/{path}.json?limit=1000").json()[rows]
        assert len(every) > 3
        assert walk(client, f"/{path}.json?limit=3", rows) == every


def test_a_cursor_is_a_position_that_news_does_not_move(
    serve: Serve, tmp_path: Path, stories: Path
) -> None:
    copy = tmp_path / "timeline.db"
    copy.write_bytes(stories.read_bytes())
    client = serve(copy)
    assert client.get(f"/log.json?after={EVERY}").json() == []
    with Timeline.open(copy) as timeline:
        timeline.append({"type": "company_registered", "subject": "company:new", "name": "New"})
    assert [each["position"] for each in client.get(f"/log.json?after={EVERY}").json()] == [
        EVERY + 1
    ]


def test_csv_is_a_file_that_a_spreadsheet_opens(client: TestClient) -> None:
    answer = client.get("/companies/foxconn.csv?on=2025-11-21")
    assert answer.headers["content-disposition"] == 'attachment; filename="companies-foxconn.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["company"] for row in rows} == {"foxconn"}


# --- which format ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accept, found",
    [
        ("", "text/html"), ("*/*", "text/html"), ("application/json", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/json;q=0.5, text/csv;q=0.6", "text/csv"), ("text/csv;q=0, */*", "text/html"),
        ("application/json;q=x", "text/html"), ("APPLICATION/JSON", "application/json"),
    ],
)  # fmt: skip
def test_the_accept_header_says_which_format(client: TestClient, accept: str, found: str) -> None:
    answer = client.get("/companies/foxconn", headers={"Accept": accept})
    assert answer.headers["content-type"].split(";")[0] == found
    assert answer.headers["vary"] == "Accept, Accept-Language"


def test_the_end_of_the_path_wins(client: TestClient) -> None:
    answer = client.get("/companies/foxconn.html", headers={"Accept": "application/json"})
    assert answer.headers["content-type"].startswith("text/html")


# --- what it costs --------------------------------------------------------------------------------


def test_a_page_asks_the_database_as_often_for_many_items_as_for_few(client: TestClient) -> None:
    """At a million events a company with a hundred items takes less than 100 ms; this keeps it so."""
    asked: list[str] = []
    client.get("/companies/foxconn")  # the first question on a connection looks at the schema, too

    def count(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    sa_event.listen(Engine, "before_cursor_execute", count)
    try:
        costs = {}
        for company in ("foxconn", "rivian"):
            asked.clear()
            assert client.get(f"/companies/{company}?on=2025-11-21").status_code == 200
            costs[company] = len(asked)
    finally:
        sa_event.remove(Engine, "before_cursor_execute", count)
    # who stands behind a company is walked level by level: two statements a level, whatever the items
    assert abs(costs["foxconn"] - costs["rivian"]) in (0, 2, 4)
    # with its picture, which is a part of the page
    assert max(costs.values()) <= 22
