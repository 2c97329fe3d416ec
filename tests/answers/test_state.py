"""The state of a company: by every name, through every way, with every filter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.answers.stores import FIXTURES, new_store, replay_text, stories_of
from timeline import Timeline
from timeline.answers.asked import LensAsked
from timeline.answers.model import StateAnswer
from timeline.answers.view import SourceLens, View
from timeline.errors import InvalidValue, NotFound
from timeline.model.fold import evidence

STORIES = sorted(path.stem for path in FIXTURES.glob("*.yaml"))
DAYS = ["2016-02-25", "2024-12-20", "2025-04-15", "2025-11-21", "2026-03-01", "2020-01-01"]


stories = stories_of(*STORIES)


def as_bytes(answer: StateAnswer) -> bytes:
    return msgspec.json.encode(answer.companies)


def test_history_and_replay_give_the_same_bytes_for_every_company(stories: Timeline) -> None:
    head = stories.stats().position
    for on, known in zip(DAYS, [None, None, *DAYS[3:], None], strict=False):
        stored = stories.state(on=on, known=known)
        replayed = stories.state(on=on, known=known, recorded=head)
        assert as_bytes(stored) == as_bytes(replayed), (on, known)
        assert (stored.position, stored.recorded, replayed.recorded) == (head, None, head)
        for one in stored.companies[:6]:
            (alone,) = stories.state(one.company, on=on, known=known).companies
            assert alone == one


def test_the_ways_differ_only_in_where_they_read(stories: Timeline) -> None:
    with stories.reading() as connection:
        from timeline.answers.coordinate import coordinate

        assert View(connection, coordinate(connection)).stored
        assert not View(connection, coordinate(connection, recorded=9)).stored
        lens = LensAsked(attribution=("filing",))
        assert not View(connection, coordinate(connection), lens).stored


@pytest.mark.parametrize(
    "name, company",
    [
        ("foxconn", "foxconn"), ("Foxconn", "foxconn"), ("FOXCONN ", "foxconn"), ("2317", "foxconn"),
        ("Hon Hai Precision Industry", "foxconn"), ("AWS", "aws"), ("GOOGL", "alphabet"),
        ("vw", "volkswagen"),
    ],
)  # fmt: skip
def test_a_company_is_found_by_any_of_its_names(stories: Timeline, name: str, company: str) -> None:
    assert stories.state(name).companies[0].company == company
    assert stories.find(name)[0].id == company
    assert stories.find(name)[0].score == 100


def test_near_misses_are_named(stories: Timeline) -> None:
    with pytest.raises(NotFound) as refused:
        stories.state("foxcon")
    assert (refused.value.code, refused.value.nearest[0]) == ("unknown-company", "foxconn")
    assert stories.find("Foxcon")[0].id == "foxconn"
    assert 60 <= stories.find("Foxcon")[0].score < 100
    assert stories.find("") == []
    with pytest.raises(NotFound):
        stories.state("")
    with pytest.raises(NotFound):
        stories.state("undisclosed")


def test_a_company_that_is_not_yet_visible_keeps_its_name(stories: Timeline) -> None:
    registered = next(e.position for e in stories.log("company:volkswagen"))
    (before,) = stories.state("volkswagen", recorded=registered - 1).companies
    assert (before.name, before.status, before.items) == ("Volkswagen", None, [])
    assert (before.aliases, before.country) == ([], None)
    everyone = stories.state(recorded=registered - 1).companies
    assert "volkswagen" not in [company.company for company in everyone]
    (since,) = stories.state("volkswagen", recorded=registered).companies
    assert (since.status, since.aliases) == ("active", ["VW"])


NAMED = """\
story: named
sources:
  post: {publisher: Post, kind: news, published: 2025-03-01}
  times: {publisher: Times, kind: news, published: 2025-03-05}
companies:
  acme: {name: Acme}
  acme-two: {name: Acme Two, aliases: [Shared]}
  globex: {name: Globex, aliases: [Shared]}
  late: {name: Late, known: 2025-03-03}
events:
  - {type: company_renamed, subject: company:acme, occurred: 2025-02-01, source: post, name: Zenith}
  - type: deal_signed
    id: secret
    subject: deal:secret
    occurred: 2025-02-10
    source: [times, post]
    attribution: filing
    kind: supply
    parties: {acme: [supplier], undisclosed: [customer]}
  - type: deal_signed
    subject: deal:other-secret
    occurred: 2025-02-10
    source: times
    kind: supply
    parties: {globex: [supplier], undisclosed: [customer]}
  - type: relationship_established
    subject: relationship:acme-unnamed
    occurred: 2025-02-10
    source: post
    kind: parent_of
    from: acme
    to: undisclosed
  - type: deal_terminated
    id: forecast
    subject: deal:secret
    occurred: 2025-02-20
    source: times
    attribution: anonymous_sources
    fact_level: forecast
    reason: soon
  - type: rumour_reported
    subject: rumour:merger
    occurred: 2025-02-2X
    source: post
    kind: merger
    parties: {acme: [partner], globex: [partner]}
  - type: rumour_denied
    subject: rumour:merger
    occurred: 2025-03
    source: times
    by: acme
"""


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Timeline]:
    store = new_store(tmp_path)
    replay_text(store, tmp_path, NAMED)
    yield Timeline(store)
    store.close()


def items(timeline: Timeline, company: str, **at: Any) -> dict[str, str]:
    (found,) = timeline.state(company, **{"on": "2025-12-31"} | at).companies
    return {item.subject: item.status for item in found.items}


def test_a_former_name_finds_a_company_and_its_state_has_the_name_of_the_day(
    named: Timeline,
) -> None:
    for text in ("Zenith", "Acme", "acme"):
        assert named.state(text).companies[0].company == "acme"
    assert named.state("acme", on="2025-12-31", known="2025-02-28").companies[0].name == "Acme"
    assert named.state("acme", on="2025-01-31").companies[0].name == "Acme"
    assert named.state("acme", on="2025-02-01").companies[0].name == "Zenith"
    with pytest.raises(NotFound) as refused:
        named.state("Shared")
    assert refused.value.nearest == ["acme-two", "globex"]
    (late,) = named.state("late", known="2025-03-02").companies
    assert (late.name, late.status) == ("Late", None)


def test_companies_that_nobody_named_are_no_company(named: Timeline) -> None:
    assert "undisclosed" not in [company.company for company in named.state().companies]
    (acme,) = named.state("acme", on="2025-12-31").companies
    secret = next(item for item in acme.items if item.subject == "deal:secret")
    assert (secret.counterparties, secret.roles) == (["undisclosed"], ["supplier"])
    # a subsidiary that nobody named does not bring in what other unnamed companies agreed
    head = named.stats().position
    for recorded in (None, head):
        found = items(named, "acme", group=True, recorded=recorded)
        assert "deal:other-secret" not in found
        assert "deal:secret" in found


def test_filters_leave_out_items_and_nothing_else(named: Timeline) -> None:
    every = items(named, "acme")
    assert every == {
        "deal:secret": "signed", "relationship:acme-unnamed": "active", "rumour:merger": "denied",
    }  # fmt: skip
    assert items(named, "acme", open_only=True).keys() == every.keys() - {"rumour:merger"}
    doubtful = items(named, "acme", on="2025-03-03", certainty="possible")
    definite = items(named, "acme", on="2025-03-03", certainty="definite")
    assert doubtful.keys() == {"rumour:merger"}
    assert doubtful | definite == items(named, "acme", on="2025-03-03")
    for company in named.state(on="2025-03-03", certainty="possible").companies:
        assert all(item.certainty == "possible" for item in company.items)


def test_a_lens_lets_an_event_count_while_one_of_its_sources_remains(named: Timeline) -> None:
    secret = "deal:secret"
    assert secret in items(named, "acme", known="2025-03-01")
    without = LensAsked(not_source=("post",))
    # without the Post it is known from the Times, four days later
    assert secret not in items(named, "acme", known="2025-03-04", lens=without)
    assert items(named, "acme", known="2025-03-05", lens=without)[secret] == "signed"
    assert secret not in items(named, "acme", lens=LensAsked(not_source=("post", "times")))
    assert secret in items(named, "acme", lens=LensAsked(source=("post",)))
    (item,) = (
        item
        for item in named.state("acme", on="2025-12-31", lens=without).companies[0].items
        if item.subject == secret
    )
    assert item.sources == ["times"]


@pytest.mark.parametrize(
    "lens, left",
    [
        (LensAsked(attribution=("filing",)), {"deal:secret"}),
        (LensAsked(attribution=("filing", "anonymous_sources")), {"deal:secret"}),
        (LensAsked(attribution=("media_report",)), set()),
        (LensAsked(fact_level=("forecast",)), set()),
        (LensAsked(source=("times",), attribution=("filing",)), {"deal:secret"}),
        (LensAsked(source=("times",)), {"deal:secret"}),
        (LensAsked(not_source=("times",)), {"deal:secret", "relationship:acme-unnamed", "rumour:merger"}),
    ],
)  # fmt: skip
def test_what_remains_through_a_lens(named: Timeline, lens: LensAsked, left: set[str]) -> None:
    assert items(named, "acme", lens=lens).keys() == left
    answer = named.state("acme", lens=lens)
    assert answer.lens == lens
    assert b'"lens"' in msgspec.json.encode(answer)
    assert b'"lens"' not in msgspec.json.encode(named.state("acme"))


def test_a_lens_of_unknown_things_is_refused_with_what_there_is(named: Timeline) -> None:
    with pytest.raises(NotFound, match="no source") as refused:
        named.state("acme", lens=LensAsked(source=("pots",)))
    assert refused.value.nearest[0] == "post"
    with pytest.raises(InvalidValue, match="no attribution"):
        named.state("acme", lens=LensAsked(attribution=("gossip",)))
    with pytest.raises(InvalidValue, match="no fact level"):
        named.state("acme", lens=LensAsked(fact_level=("lie",)))


@pytest.mark.parametrize("lens", [LensAsked(source=("nobody",)), LensAsked(not_source=("nobody",))])
def test_an_unknown_source_is_told_where_nothing_is_looked_at(
    tmp_path: Path, lens: LensAsked
) -> None:
    with Timeline.open(tmp_path / "timeline.db") as timeline:
        replay_text(
            timeline.store, tmp_path, "companies: {acme: {name: Acme}, globex: {name: Globex}}\n"
        )
        for ask in (
            lambda: timeline.state("acme", lens=lens),
            lambda: timeline.items("deal", lens=lens),
            lambda: timeline.diff("acme", on="2025-01-01..2025-02-01", lens=lens),
            lambda: timeline.companies(lens=lens),
            lambda: timeline.compare("acme", "globex", lens=lens),
        ):
            with pytest.raises(NotFound, match='no source "nobody"'):
                ask()


def test_the_same_lens_gives_the_fold_the_same_events(named: Timeline) -> None:
    with named.reading() as connection:
        lens = SourceLens(connection, LensAsked(source=("times",)), 2**62)
        from timeline.store.log import read_entries

        ((_, entries),) = read_entries(connection, ["deal:secret"], 2**62)
        found = evidence(entries, "2025-12-31", lens=lens)
        assert [entry.id for entry in found.happened] == ["secret", "forecast"]
        assert {entry.known[:10] for entry in found.happened} == {"2025-03-05"}
