"""The news by the day on which it became public, and the first page that is made of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from tests.answers.stores import replay_text
from tests.web.conftest import Serve
from timeline.answers.news import NO_NEWS
from timeline.app import Timeline


def test_every_day_is_counted_once_and_again_only_for_what_is_new(
    stories: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "timeline.db"
    copy.write_bytes(stories.read_bytes())
    with Timeline.open(copy) as timeline:
        retractions = timeline.log(types=["event_retracted"])
        retracted = {entry.fields["target"] for entry in retractions}
        counted = Counter(
            entry.known[:10]
            for entry in timeline.log()
            if entry.type not in NO_NEWS and entry.known > "0002" and entry.id not in retracted
        )
        assert timeline.activity() == counted
        timeline.append({
            "type": "fact_stated", "subject": "fact:foxconn/words", "company": "foxconn",
            "attribute": "words", "value": "new", "occurred": "2026-02-25", "known": "2026-02-26",
        })  # fmt: skip
        assert timeline.activity() == counted | Counter({"2026-02-26": 1})
        days = timeline.news(days=3, most=2)
        assert [day.day for day in days] == sorted(timeline.activity(), reverse=True)[:3]
        assert days[0].entries[0].subject == "fact:foxconn/words"


def test_a_day_tells_of_each_subject_before_it_repeats_one(timeline: Timeline) -> None:
    day = timeline.news(days=1, until="2025-11-21", most=12)[0]
    assert (day.day, day.count > 12) == ("2025-11-21", True)
    subjects = [entry.subject for entry in day.entries]
    assert len(set(subjects)) == len(subjects)
    kinds = [subject.startswith("fact:") for subject in subjects]
    assert kinds == sorted(kinds)


def test_the_news_is_in_sentences_newest_first_and_registrations_are_none(
    client: TestClient,
) -> None:
    page = client.get("/news").text
    days = re.findall(r'<h2 id="day-([\d-]+)"', page)
    assert days == sorted(days, reverse=True)
    assert len(days) == 15
    assert "registered" not in page.partition("<main")[2]
    assert "Investment in OpenAI Group PBC by Nvidia agreed in principle" in page
    assert "Amazon is parent of Amazon Web Services" in page
    onward = re.search(r'href="(/news\?until=[\d-]+)" rel="next"', page)
    assert onward
    older = re.findall(r'<h2 id="day-([\d-]+)"', client.get(onward[1]).text)
    assert older
    assert max(older) < min(days)
    one = client.get("/news?day=2025-11-21").text
    assert one.count("<li>") > 20
    assert client.get("/news?day=2025-11-20").text.count('<ul class="news') == 0
    rows = client.get("/news.json").json()
    assert [row["day"] for row in rows] == days
    assert client.get("/news.csv").text.startswith("day,position,")


def test_the_first_page_of_a_store_counts_only_the_kinds_that_it_has(
    tmp_path: Path, serve: Callable[..., TestClient]
) -> None:
    path = tmp_path / "timeline.db"
    with Timeline.open(path) as timeline:
        replay_text(timeline.store, tmp_path, ONE_DEAL)
    page = serve(path).get("/")
    assert page.status_code == 200
    assert "1 company · 1 deal · 1 source · reports from" in re.sub(r"<[^>]+>", "", page.text)


ONE_DEAL = """\
sources: {post: {publisher: Post, kind: news, published: 2025-01-10}}
companies: {acme: {name: Acme}}
events:
  - {type: deal_announced, subject: deal:a, occurred: 2025-01-10, kind: ipo, parties: {acme: other}}
"""


def test_the_first_page_has_counts_examples_and_a_bar_a_month(
    client: TestClient, timeline: Timeline
) -> None:
    page = client.get("/").text
    assert "38 companies" in page
    months = {day[:7] for day in timeline.activity()}
    assert page.count('href="/news?until=') == 2 * len(months)  # for a desk and for a phone
    cards = re.findall(r'<div class="card">.*?</div>', page, re.DOTALL)
    assert len(cards) == 3
    for card in cards:
        asked = re.findall(r'href="([^"]+)">(?:As known|With|Today)', card)
        said = re.findall(r'class="badge \w+">([^<]+)<', card)
        assert len(asked) == len(set(said)) == 2
        for href, status in zip(asked, said, strict=True):
            answer = client.get(href.replace("?", ".json?", 1) if "?" in href else f"{href}.json")
            assert answer.json()["item"]["status"].replace("_", " ") == status


def test_what_was_retracted_is_no_news(stories: Path, tmp_path: Path, serve: Serve) -> None:
    copy = tmp_path / "timeline.db"
    copy.write_bytes(stories.read_bytes())
    fact = {
        "type": "fact_stated", "subject": "fact:foxconn/words", "id": "said", "company": "foxconn",
        "attribute": "words", "value": "new", "occurred": "2026-02-26", "known": "2026-02-26",
    }  # fmt: skip
    gone = {
        "type": "event_retracted", "subject": "fact:foxconn/words", "id": "not-said", "target": "said",
    }  # fmt: skip
    with Timeline.open(copy) as timeline:
        timeline.append(fact)
        assert [e.id for e in timeline.news(days=1)[0].entries] == ["said"]
        timeline.append(gone)
        (day,) = timeline.news(days=1)
        assert day.day == "2026-02-25"
        assert "2026-02-26" not in timeline.activity()  # so no bar of a month counts it either
        timeline.append({
            "type": "event_retracted", "subject": "fact:foxconn/words", "id": "said-after-all",
            "target": "not-said",
        })  # fmt: skip
        (day,) = timeline.news(days=1)
        assert ([e.id for e in day.entries], day.count) == (["said"], 1)
        assert timeline.activity()["2026-02-26"] == 1
        timeline.append(gone | {"id": "not-said-for-good"})
    page = serve(copy).get("/news").text
    assert 'id="day-2026-02-26"' not in page
    assert 'id="day-2026-02-25"' in page


def test_lists_lead_to_then_and_now(client: TestClient) -> None:
    page = client.get("/rumours?on=2025-04-15").text
    assert 'href="/then/rumours?on=2025-04-15"' in page
    assert client.get("/then/rumours?on=2025-04-15").status_code == 200


def test_a_large_day_goes_on_from_page_to_page(tmp_path: Path, serve: Serve) -> None:
    path = tmp_path / "timeline.db"
    facts = "\n".join(
        f"  - {{type: fact_stated, company: acme, attribute: number-{n}, value: {n}, occurred: 2025}}"
        for n in range(130)
    )
    with Timeline.open(path) as timeline:
        replay_text(timeline.store, tmp_path, A_DAY + facts)
    client = serve(path)
    href, seen, pages = "/news?day=2025-01-10", [], 0
    while href:
        page = client.get(href).text
        assert "130 reports" in page
        pages += 1
        seen += re.findall(r"number.\d+: (\d+)", re.sub(r"<[^>]+>", "", page))
        onward = re.search(r'href="([^"]+)" rel="next"', page)
        href = onward[1].replace("&amp;", "&") if onward else ""
    assert pages == 3
    assert seen == [str(n) for n in range(130)]
    assert "/log" not in page.partition("number 129")[2].partition("</main")[0]


A_DAY = """\
sources: {post: {publisher: Post, kind: news, published: 2025-01-10}}
companies: {acme: {name: Acme}}
events:
  - {type: fact_stated, company: acme, attribute: old, value: 1, occurred: 2025-01-09, known: 2025-01-09}
"""
