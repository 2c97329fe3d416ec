"""The fold against its definition, and the rules that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.kinds.events import NEEDED
from tests.properties.histories import entries
from timeline.model import dates
from timeline.model.fold import (
    Item,
    evidence,
    is_plan,
    is_uncertain,
    main_order,
    replay,
    step_of,
    terms_of,
)
from timeline.model.kinds import KIND_OF
from timeline.model.record import Entry
from timeline.model.values import ALWAYS, END_OF_TIME, Fields, parse_moment

_examples = settings.get_profile("default").max_examples
# 300 in a usual run, as many as were asked for in a long one
MANY = settings(max_examples=max(6 * _examples, settings().max_examples))

days = st.dates(date(2024, 12, 20), date(2025, 4, 15)).map(lambda day: day.isoformat())
knowns = st.one_of(st.just(END_OF_TIME), days.map(parse_moment))


@given(entries(), days, knowns, st.data())
def test_it_does_not_matter_in_which_order_the_entries_are_handed_over(
    found: list[Entry], on: str, known: str, data: st.DataObject
) -> None:
    assert replay(data.draw(st.permutations(found)), on, known) == replay(found, on, known)


@given(entries(), days)
def test_the_terms_alone_are_those_of_the_item(found: list[Entry], on: str) -> None:
    item = replay(found, on)
    assert terms_of(found, on) == (None if item is None else item.terms)


@given(entries(), days, knowns)
def test_what_becomes_known_later_changes_nothing(found: list[Entry], on: str, known: str) -> None:
    """Only a mend reaches back; news counts from its own known on."""
    mends = [e for e in found if e.type.startswith("event_") and "source" not in e.fields]
    before = [e for e in found if e.known <= known]
    kept = {e.id for e in [*mends, *before]}
    # an event that a mend makes known earlier counts from then, as do mends of what is gone
    assert replay(
        [e for e in found if e.id in kept or _is_about(e, found, kept)], on, known
    ) == replay(found, on, known)


def _is_about(entry: Entry, found: Sequence[Entry], kept: set[str]) -> bool:
    return entry.fields.get("target") in kept and "source" not in entry.fields


@given(entries(remarks=False), days)
def test_exact_days_that_have_come_leave_no_doubt(found: list[Entry], on: str) -> None:
    exact = [
        msgspec.structs.replace(e, latest=e.earliest, known=parse_moment(e.earliest))
        for e in found
        if e.earliest <= on
    ]
    item = replay(exact, on)
    if item is not None:
        assert item.certainty != "possible"
        assert (item.certainty == "definite") == (item.alternatives == [])


@given(entries())
def test_the_whole_of_time_is_the_fold_of_everything(found: list[Entry]) -> None:
    item = replay(found, dates.OPEN_END)
    happened = evidence(found, dates.OPEN_END).happened
    assert [e.id for e in happened] == (item.events if item else [])
    assert happened == sorted(happened, key=main_order)


# --- by hand ------------------------------------------------------------------------------------

DEAL: Fields = {"kind": "supply", "parties": {"acme": ["supplier"]}}


class Story:
    """The entries of one subject, written down one after the other."""

    def __init__(self, subject: str = "deal:widgets") -> None:
        self.subject = subject
        self.entries: list[Entry] = []

    def add(self, type_: str, occurred: str | None, known: str | None = None, **fields: Any) -> str:
        """Add an event, by default known at the end of its latest day; its id."""
        earliest, latest = dates.bounds(occurred) if occurred else (dates.OPEN_START,) * 2
        position = len(self.entries) + 1
        instant = ALWAYS if occurred is None and known is None else parse_moment(known or latest)
        fields = {"source": "post"} | fields if occurred or known else fields
        self.entries.append(
            Entry(
                position=position,
                id=f"e{position}",
                type=type_,
                subject=self.subject,
                occurred=occurred,
                earliest=earliest,
                latest=latest,
                known=instant,
                fields=fields,
            )
        )
        return f"e{position}"

    def item(self, on: str = "2025-12-31", known: str | None = None) -> Item:
        found = replay(self.entries, on, parse_moment(known) if known else END_OF_TIME)
        assert found is not None
        return found

    def is_absent(self, on: str, known: str | None = None) -> bool:
        return replay(self.entries, on, parse_moment(known) if known else END_OF_TIME) is None


def test_nothing_happened_is_absent() -> None:
    assert replay([], "2025-01-01") is None
    story = Story()
    story.add("deal_announced", "2025-01-10", **DEAL)
    assert story.is_absent("2025-01-09")
    assert story.is_absent("2025-01-10", "2025-01-09")
    assert story.item("2025-01-10").status == "announced"


def test_a_follow_up_is_taken_at_its_latest_day() -> None:
    story = Story("relationship:a-b")
    story.add("relationship_ended", "2025", known="2025-12-31")
    story.add("relationship_observed", "2025-03", **{"kind": "supplies", "from": "a", "to": "b"})
    item = story.item()
    assert (item.status, item.events) == ("ended", ["e2", "e1"])
    assert item.alternatives == ["observed"], "by earliest it may have been seen again afterwards"
    story = Story()
    story.add("deal_announced", "2025-01-01", **DEAL)
    story.add("deal_suspended", "2025", known="2025-12-31")
    story.add("deal_resumed", "2025-06-01")
    assert (story.item().status, story.item().irregular) == ("announced", [])


def test_the_order_is_of_what_happened_not_of_what_was_entered() -> None:
    story = Story()
    story.add("deal_announced", "2025-11-01", title="November", **DEAL)
    story.add("deal_terms_disclosed", "2025-10-01", known="2025-12-01", title="October")
    assert story.item().terms["title"] == "November"
    assert story.item().events == ["e2", "e1"]


def test_an_imprecise_ending_that_may_not_have_come_leaves_a_doubt() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-01", **DEAL)
    story.add("deal_terminated", "2025-06", known="2025-06-30")
    assert story.item("2025-05-31").status == "announced"
    middle = story.item("2025-06-15")
    assert (middle.status, middle.certainty, middle.alternatives) == (
        "terminated", "possible", ["announced"],
    )  # fmt: skip
    assert story.item("2025-06-30").certainty == "definite"


def test_a_vague_second_report_of_something_certain_leaves_it_definite() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10", **DEAL)
    story.add("deal_announced", "2025-01~", known="2025-02-28")
    item = story.item("2025-01-20")
    assert (item.status, item.certainty, item.since) == ("announced", "definite", "2025-01-10")


def test_a_plan_is_uncertain_until_it_is_reported_as_done() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-01", **DEAL)
    story.add("deal_completed", "2025-06-01", known="2025-01-01")
    item = story.item("2025-07-01")
    assert (item.status, item.certainty, item.alternatives) == (
        "completed",
        "possible",
        ["announced"],
    )
    story.add("deal_completed", "2025-06-01", known="2025-06-02")
    assert story.item("2025-07-01").certainty == "definite"


@pytest.mark.parametrize(
    "earliest, known, plan",
    [
        ("2025-01-10", "2025-01-10T00:00:00.000000Z", False),
        ("2025-01-11", "2025-01-10T00:00:00.000000Z", False),
        ("2025-01-12", "2025-01-10T23:59:59.999999Z", True),
        ("2025-03-01", "2025-02-28T00:00:00.000000Z", False),
        ("2025-03-02", "2025-02-28T00:00:00.000000Z", True),
        ("9999-12-31", END_OF_TIME, False),
        ("2025-01-10", ALWAYS, True),
    ],
)
def test_a_plan_was_said_more_than_a_day_ahead(earliest: str, known: str, plan: bool) -> None:
    entry = Entry(1, "e", "deal_signed", "deal:a", earliest, earliest, earliest, known, {})
    assert is_plan(entry) is plan
    assert is_uncertain(entry, "9999-12-31") is plan
    assert is_uncertain(entry, "0001-01-01") is True


def test_an_opening_that_may_not_have_come_may_be_absent() -> None:
    story = Story()
    story.add("deal_announced", "2025", known="2025-01-01", **DEAL)
    item = story.item("2025-06-01")
    assert (item.status, item.alternatives) == ("announced", ["absent"])


def test_alternatives_of_a_fact_are_values() -> None:
    story = Story("fact:acme/staff")
    terms = {"company": "acme", "attribute": "staff"}
    story.add("fact_stated", "2025-03", known="2025-01-01", value="5", **terms)
    story.add("fact_stated", "2025-03", known="2025-01-01", value="6")
    story.add("fact_ended", "2025-03", known="2025-01-01")
    item = story.item("2025-03-15")
    assert (item.status, item.alternatives) == ("ended", ["6", "absent"])


def test_since_is_said_by_the_narrowest_repetition() -> None:
    story = Story()
    story.add("deal_signed", "2025-05", **DEAL)
    story.add("deal_signed", "2025-05-10", fact_level="forecast")
    story.add("deal_signed", "[2025-05-12..2025-05-20]")
    story.add("deal_signed", "[2025-05-14..2025-05-22]")
    assert story.item().since == "[2025-05-12..2025-05-20]", "a forecast would not set the status"
    story.add("deal_suspended", "2025-06-01")
    story.add("deal_resumed", "2025-07-01")
    assert (story.item().status, story.item().since) == ("signed", "2025-07-01")


def test_a_repetition_that_alone_would_say_something_else_does_not_say_since_when() -> None:
    story = Story("right:a")
    story.add("right_exercised", "2025-05", kind="warrant", holder="a", grantor="b")
    story.add("right_exercised", "2025-06-01", part=True)
    assert (story.item().status, story.item().since) == ("exercised", "2025-05")
    assert story.item().irregular == []


def test_a_value_is_stated_since_the_event_that_brought_it() -> None:
    story = Story("fact:acme/staff")
    story.add("fact_stated", "2025-01", value="5", company="acme", attribute="staff")
    story.add("fact_stated", "2025-02-01", value="5.0")
    assert story.item().since == "2025-01"
    story.add("fact_stated", "2025-03-01", value="6")
    assert story.item().since == "2025-03-01"


def test_without_a_status_it_is_noted_since_nobody_knows_when() -> None:
    story = Story()
    story.add("deal_amended", "2025-01-01", **DEAL)
    item = story.item()
    assert (item.status, item.since, item.certainty) == ("noted", None, "definite")


def test_only_facts_move_the_status_of_what_is_no_claim() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-01", **DEAL)
    story.add("deal_completed", "2025-02-01", fact_level="forecast", title="Widgets")
    assert (story.item().status, story.item().terms["title"]) == ("announced", "Widgets")
    rumour = Story("rumour:a")
    rumour.add("rumour_reported", "2025-01-01", fact_level="opinion", **DEAL)
    assert rumour.item().status == "open"


def test_terms_merge_and_irregular_events_still_tell() -> None:
    story = Story()
    story.add("deal_terminated", "2025-01-01", title="one", **DEAL)
    story.add(
        "deal_announced", "2025-02-01", title="two", parties={"globex": ["customer"], "acme": []}
    )
    item = story.item()
    assert (item.status, item.irregular) == ("terminated", ["e2"])
    assert item.terms == {"kind": "supply", "parties": {"globex": ["customer"]}, "title": "two"}
    assert list(item.terms) == ["kind", "parties", "title"], "in the order of the vocabulary"
    story.add("deal_amended", "2025-03-01", parties={"globex": []})
    assert (story.item().terms["parties"], story.item().parties) == ({}, {})


def test_value_and_comparison_replace_together() -> None:
    story = Story("fact:acme/staff")
    terms = {"company": "acme", "attribute": "staff"}
    story.add("fact_stated", "2025-01-01", value="5", comparison=[{"relation": "largest"}], **terms)
    story.add("fact_stated", "2025-02-01", value="6")
    assert story.item().terms == terms | {"value": "6"}


def test_another_value_at_the_same_time_is_a_conflict() -> None:
    story = Story()
    story.add(
        "deal_announced", "2025-01-10", title="one", value={"exact": "5", "currency": "USD"}, **DEAL
    )
    story.add("deal_terms_disclosed", "2025-01", known="2025-01-31", title="two", scope=["a"])
    assert story.item().conflicts == ["title"]
    story.add("deal_terms_disclosed", "2025-01-10", value={"exact": "5.0", "currency": "USD"})
    assert story.item().conflicts == ["title"], "numbers by value"
    story.add("deal_amended", "2025-01-10", scope=["b"])
    assert story.item().conflicts == ["title"], "an amendment says that it has changed"
    story.add("deal_terms_disclosed", "2025-02-10", scope=["c"])
    assert story.item().conflicts == ["title"], "later it may well be another"


def test_an_opening_on_two_days_is_a_conflict() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10", **DEAL)
    story.add("deal_announced", "2025-01")
    assert story.item().conflicts == []
    story.add("deal_announced", "2025-03")
    assert story.item().conflicts == ["occurred"]
    assert story.item().status == "announced"


def test_what_an_event_carries_besides_is_a_step() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10", **DEAL)
    paid = {"exact": "5", "currency": "USD"}
    story.add("deal_payment_made", "2025-02", amount=paid, by="acme", title="Widgets")
    assert story.item().steps == [
        {
            "event": "e2",
            "type": "deal_payment_made",
            "occurred": "2025-02",
            "amount": paid,
            "by": "acme",
        }
    ]
    assert step_of(story.entries[0]) is None


def test_an_old_name_and_an_identifier_join_what_the_same_event_gives() -> None:
    story = Story("company:a")
    story.add("company_registered", "2025-01-01", name="Old")
    story.add("company_renamed", "2025-02-01", name="New", aliases=["N"])
    story.add(
        "company_identified", "2025-03-01", scheme="lei", value="1", identifiers={"isin": "2"}
    )
    assert story.item().terms == {
        "name": "New", "aliases": ["N", "Old"], "identifiers": {"isin": "2", "lei": "1"},
    }  # fmt: skip


# --- the record ---------------------------------------------------------------------------------


def test_news_counts_from_its_own_known_and_a_mend_always() -> None:
    story = Story()
    told = story.add("deal_announced", "2025-01-10", title="one", **DEAL)
    story.add("event_corrected", None, "2025-03-01", target=told, changes={"title": "two"})
    assert story.item(known="2025-02-01").terms["title"] == "one"
    assert story.item().terms["title"] == "two"
    story.add(
        "event_corrected", None, target=told, changes={"title": "three", "known": "2025-01-20"}
    )
    assert story.item(known="2025-02-01").terms["title"] == "three"
    assert story.item().terms["title"] == "two", "mends are applied first"
    assert story.is_absent("2025-12-31", "2025-01-19")
    assert story.item().corrections == ["e2", "e3"]


def test_of_two_corrections_the_later_known_wins_and_of_two_mends_the_later_position() -> None:
    story = Story()
    told = story.add("deal_announced", "2025-01-10", title="one", **DEAL)
    story.add("event_corrected", None, "2025-04-01", target=told, changes={"title": "April"})
    story.add("event_corrected", None, "2025-03-01", target=told, changes={"title": "March"})
    assert story.item().terms["title"] == "April"
    assert story.item(known="2025-03-15").terms["title"] == "March"


def test_null_removes_a_field_and_occurred_moves_an_event() -> None:
    story = Story()
    told = story.add("deal_announced", "2025-01-10", title="one", **DEAL)
    story.add(
        "event_corrected", None, "2025-03-01", target=told, changes={"title": None, "occurred": "2025-02"}
    )  # fmt: skip
    item = story.item()
    assert ("title" in item.terms, item.since) == (False, "2025-02")
    assert story.is_absent("2025-01-31")
    assert story.item("2025-01-31", known="2025-02-01").since == "2025-01-10"


def test_a_retraction_is_undone_by_its_own() -> None:
    story = Story()
    told = story.add("deal_announced", "2025-01-10", **DEAL)
    for month in range(2, 6):
        gone = story.is_absent("2025-12-31")
        told = story.add("event_retracted", None, f"2025-{month:02}-01", target=told)
        assert story.is_absent("2025-12-31") is not gone
        assert story.is_absent("2025-12-31", f"2025-{month:02}-01") is not gone
    mend = story.add("event_retracted", None, target=told)
    assert story.is_absent("2025-12-31"), "one more"
    story.add("event_retracted", None, target=mend)
    assert not story.is_absent("2025-12-31")


def test_a_retracted_correction_and_a_corrected_correction() -> None:
    story = Story()
    told = story.add("deal_announced", "2025-01-10", title="one", **DEAL)
    first = story.add("event_corrected", None, "2025-02-01", target=told, changes={"title": "two"})
    second = story.add(
        "event_corrected", None, "2025-03-01", target=told, changes={"title": "three"}
    )
    story.add("event_corrected", None, target=first, changes={"changes": {"title": "deux"}})
    story.add("event_retracted", None, "2025-04-01", target=second)
    assert story.item().terms["title"] == "deux"
    assert story.item(known="2025-03-15").terms["title"] == "three"
    assert story.item(known="2025-02-15").terms["title"] == "deux"
    assert story.item().corrections == [first]


def test_a_dispute_marks_what_happened_and_nothing_else() -> None:
    story = Story()
    told = story.add("deal_announced", "2025-01-10", **DEAL)
    later = story.add("deal_signed", "2025-06-01")
    story.add("event_disputed", None, "2025-06-02", target=later, by="globex")
    assert story.item("2025-05-01").disputed is False
    assert (story.item().disputed, story.item().corrections) == (True, ["e3"])
    other = Story()
    told = other.add("deal_announced", "2025-01-10", **DEAL)
    correction = other.add(
        "event_corrected", None, "2025-02-01", target=told, changes={"title": "x"}
    )
    other.add("event_disputed", None, "2025-03-01", target=correction)
    assert (other.item().disputed, other.item().corrections) == (False, [correction])


def test_evidence_names_the_sources_of_events_and_remarks() -> None:
    story = Story()
    told = story.add("deal_announced", "2025-01-10", source=["wire", "post"], **DEAL)
    story.add("event_disputed", None, "2025-02-01", target=told, source="globex-pr")
    story.add("event_corrected", None, target=told, changes={"title": "x"})
    assert story.item().sources == ["globex-pr", "post", "wire"]


def test_a_lens_sees_what_it_lets_through_and_from_when() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10", source="post", **DEAL)
    story.add("deal_signed", "2025-02-10", source="wire")

    def lens(entry: Entry) -> Entry | None:
        if entry.fields["source"] != "post":
            return None
        return msgspec.structs.replace(entry, known=parse_moment("2025-03-01"))

    item = replay(story.entries, "2025-12-31", END_OF_TIME, lens)
    assert item is not None
    assert item.status == "announced"
    assert replay(story.entries, "2025-12-31", parse_moment("2025-02-28"), lens) is None


def test_every_event_type_can_be_folded_on_nothing() -> None:
    for name in KIND_OF:
        kind = KIND_OF[name].name
        story = Story("fact:a/b" if kind == "fact" else f"{kind}:a")
        story.add(name, "2025-01-01", **NEEDED.get(name, {}))
        assert story.item("2025-01-01").events == ["e1"]
        assert story.item("2025-01-01") == story.item((date(2025, 1, 1) + timedelta(1)).isoformat())
