"""The second statement of the rules against the examples of the pages, written down by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.oracle import answer
from tests.oracle.companies import Identity, company_at, controls
from tests.oracle.days import LATEST, bounds, instant
from tests.oracle.record import Lens, Log

ON = "2025-12-31"


class Story:
    """A log, written event by event; each is known at the end of its latest day, unless it says so."""

    def __init__(self, subject: str = "deal:widgets", **terms: Any) -> None:
        self.log = Log()
        self.subject = subject
        self.first = terms or DEAL
        for company in ("acme", "globex", "initech"):
            self.log.append(
                {
                    "type": "company_registered",
                    "subject": f"company:{company}",
                    "name": company.title(),
                }
            )

    def source(self, slug: str, published: str, **fields: Any) -> str:
        given = {"publisher": "Post", "kind": "news", "published": published} | fields
        event = {"type": "source_registered", "subject": f"source:{slug}", "id": f"source-{slug}"}
        return self.log.append(event | given).id

    def add(self, type_: str, occurred: str, **fields: Any) -> str:
        given: dict[str, Any] = {
            "type": type_,
            "occurred": occurred,
            "subject": self.subject,
        } | fields
        given = {name.rstrip("_"): value for name, value in given.items()}
        if "source" not in given and "known" not in given:
            given["known"] = min(bounds(occurred)[1].isoformat(), ON)
        if not any(event.subject == given["subject"] for event in self.log.events):
            given = self.first | given
        return self.log.append(given).id

    def remark(self, type_: str, target: str, **fields: Any) -> str:
        return self.log.append({"type": f"event_{type_}", "target": target} | fields).id

    def item(
        self,
        on: str = ON,
        known: str | None = None,
        subject: str | None = None,
        position: int | None = None,
        lens: Lens | None = None,
    ) -> dict[str, Any]:
        found = self.items(on, known, position, lens)
        return found.get(subject or self.subject, ABSENT)

    def items(
        self,
        on: str = ON,
        known: str | None = None,
        position: int | None = None,
        lens: Lens | None = None,
    ) -> dict[str, dict[str, Any]]:
        return answer.items(self.log, on, instant(known) if known else LATEST, position, lens)

    def status(self, on: str = ON, known: str | None = None, **how: Any) -> str:
        return str(self.item(on, known, **how)["status"])


ABSENT = {"status": "absent"}
DEAL = {"kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}}


def summary(item: dict[str, Any]) -> tuple[str, str, list[Any]]:
    return item["status"], item["certainty"], item["alternatives"]


# --- imprecise days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, earliest, latest",
    [
        ("2025-11-20", "2025-11-20", "2025-11-20"),
        ("2025-11", "2025-11-01", "2025-11-30"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025-21", "2025-03-01", "2025-05-31"),
        ("2025-24", "2025-12-01", "2026-02-28"),
        ("2025-29", "2025-09-01", "2025-11-30"),
        ("2025-31", "2025-03-01", "2025-05-31"),
        ("2025-30", "2025-12-01", "2026-02-28"),
        ("2025-34", "2025-04-01", "2025-06-30"),
        ("2025-38", "2025-05-01", "2025-08-31"),
        ("2025-41", "2025-07-01", "2025-12-31"),
        ("2025-11-XX", "2025-11-01", "2025-11-30"),
        ("202X", "2020-01-01", "2029-12-31"),
        ("2025-XX", "2025-01-01", "2025-12-31"),
        ("2025-1X", "2025-10-01", "2025-12-31"),
        ("[2025-11-20,2025-11-21]", "2025-11-20", "2025-11-21"),
        ("[2025-09..2025-11-21]", "2025-09-01", "2025-11-21"),
        ("[..2025-11-21]", "0001-01-01", "2025-11-21"),
        ("[2025-11..]", "2025-11-01", "9999-12-31"),
        ("2025-09/2025-11-21", "2025-09-01", "2025-11-21"),
        ("../2025-03", "0001-01-01", "2025-03-31"),
        ("/2025-03", "0001-01-01", "2025-03-31"),
        ("2025-03/..", "2025-03-01", "9999-12-31"),
        ("2025-03/", "2025-03-01", "9999-12-31"),
        ("2025-11-20~", "2025-11-19", "2025-11-21"),
        ("2025-11?", "2025-10-01", "2025-12-31"),
        ("2025-21~", "2024-12-01", "2025-08-31"),
        ("2025~", "2024-01-01", "2026-12-31"),
        ("2025-11-XX~", "2025-10-01", "2025-12-31"),
        ("0001?", "0001-01-01", "0002-12-31"),
        ("9999-12-31~", "9999-12-30", "9999-12-31"),
    ],
)
def test_an_imprecise_day_has_bounds(text: str, earliest: str, latest: str) -> None:
    assert bounds(text) == (date.fromisoformat(earliest), date.fromisoformat(latest))


# --- three clocks -----------------------------------------------------------------------------------


def test_a_bare_day_of_publishing_is_its_end_in_the_zone_of_its_source() -> None:
    story = Story()
    story.source("tokyo", "2025-01-10", timezone="Asia/Tokyo")
    story.add("deal_announced", "2025-01-09", source="tokyo")
    assert story.status(known="2025-01-10T14:59:59.999998Z") == "absent"
    assert story.status(known="2025-01-10T14:59:59.999999Z") == "announced"


def test_of_several_sources_the_earliest_counts_and_under_a_lens_of_those_that_remain() -> None:
    story = Story()
    story.source("early", "2025-01-10")
    story.source("late", "2025-01-20")
    story.add("deal_announced", "2025-01-09", source=["late", "early"])
    assert story.item(known="2025-01-10")["sources"] == ["early"]
    assert story.item(known="2025-01-20")["sources"] == ["early", "late"]
    only_late = Lens(source=("late",))
    assert story.status(known="2025-01-19", lens=only_late) == "absent"
    assert story.item(known="2025-01-20", lens=only_late)["sources"] == ["late"]
    assert story.status(known="2025-01-19", lens=Lens(not_source=("early",))) == "absent"


def test_the_day_of_known_ends_in_the_zone_of_the_source_whose_day_it_is() -> None:
    story = Story()
    story.source("utc", "2025-01-20")
    story.source("tokyo", "2025-01-10", timezone="Asia/Tokyo")
    story.add("deal_announced", "2025-01-09", source=["utc", "tokyo"], known="2025-01-10")
    story.add("deal_signed", "2025-01-09", source=["utc", "tokyo"], known="2025-01-12")
    assert story.status(known="2025-01-10T15:00:00Z") == "announced"
    assert story.status(known="2025-01-12T15:00:00Z") == "announced"
    assert story.status(known="2025-01-12") == "signed"


def test_a_later_source_confirms_what_an_earlier_one_planned() -> None:
    story = Story()
    story.source("plan", "2025-01-10")
    story.source("report", "2025-03-02")
    story.add("deal_announced", "2025-01-10", source="plan")
    story.add("deal_completed", "2025-03-01", source=["plan", "report"])
    assert summary(story.item(known="2025-03-01")) == ("completed", "possible", ["announced"])
    assert summary(story.item(known="2025-03-02")) == ("completed", "definite", [])
    assert summary(story.item(lens=Lens(source=("plan",)))) == (
        "completed",
        "possible",
        ["announced"],
    )


def test_told_on_the_first_an_event_of_the_second_is_no_plan_and_of_the_third_is() -> None:
    for occurred, certainty in (("2025-01-02", "definite"), ("2025-01-03", "possible")):
        story = Story()
        story.add("deal_announced", occurred, known="2025-01-01")
        assert story.item()["certainty"] == certainty


def test_a_correction_of_the_day_tells_it_again() -> None:
    story = Story()
    story.source("later", "2025-03-02")
    told = story.add("deal_announced", "2025-03-01", known="2025-01-10")
    correction = story.remark("corrected", told, source="later", changes={"title": "A"})
    assert story.item()["certainty"] == "possible"
    story.remark("corrected", told, source="later", changes={"occurred": "2025-03-02"})
    assert story.item()["certainty"] == "definite"
    assert story.item()["corrections"][0] == correction


# --- the record -------------------------------------------------------------------------------------


def test_a_source_that_was_retracted_leaves_what_it_told() -> None:
    """Nothing was told of the signing before its source was published, whatever became of that source."""
    story = Story()
    story.source("s1", "2025-01-10")
    second = story.source("s2", "2025-02-10")
    story.add("deal_announced", "2025-01-10", source="s1")
    story.add("deal_signed", "2025-02-10", source="s2")
    story.remark("retracted", second)
    assert story.status("2025-03-01", "2025-01-31") == "announced"
    assert story.status("2025-03-01", "2025-02-10") == "signed"


def test_a_mend_of_the_source_computes_known_anew() -> None:
    """The only source is of 10 February."""
    story = Story()
    story.source("s1", "2025-01-10")
    story.source("s2", "2025-02-10")
    told = story.add("deal_announced", "2025-01-10", source="s1")
    mend = story.remark("corrected", told, changes={"source": "s2"})
    assert story.status("2025-03-01", "2025-01-15") == "absent"
    assert story.item("2025-03-01", "2025-02-10")["sources"] == ["s2"]
    assert story.item("2025-03-01", "2025-01-15", position=6)["sources"] == ["s1"]
    story.remark("retracted", mend)
    assert story.item("2025-03-01", "2025-01-15")["sources"] == ["s1"]


def test_a_mend_of_known_stands_whatever_its_source_becomes() -> None:
    story = Story()
    story.source("s1", "2025-01-10")
    story.source("s2", "2025-02-10")
    told = story.add("deal_announced", "2025-01-10", source="s1")
    story.remark("corrected", told, changes={"known": "2025-01-05"})
    story.remark("corrected", told, changes={"source": "s2"})
    assert story.status("2025-03-01", "2025-01-05") == "announced"
    assert story.item("2025-03-01", "2025-01-05")["sources"] == []


def test_a_paper_that_names_another_source_moves_neither_known_nor_what_was_told() -> None:
    story = Story()
    story.source("s1", "2025-01-10")
    story.source("s2", "2025-02-10")
    told = story.add("deal_announced", "2025-02-01", source="s1")
    story.remark("corrected", told, source="s2", changes={"source": "s2"})
    assert summary(story.item("2025-03-01")) == ("announced", "possible", ["absent"])
    assert story.item("2025-03-01", "2025-01-15")["sources"] == ["s1"]
    assert story.item("2025-03-01")["sources"] == ["s2"]


def test_news_counts_from_its_own_known_and_a_mend_always() -> None:
    story = Story()
    story.source("paper", "2025-02-01")
    told = story.add("deal_announced", "2025-01-10", title="one")
    story.remark("corrected", told, source="paper", changes={"title": "three"})
    story.remark("corrected", told, changes={"title": "two"})
    assert story.item(known="2025-01-31")["terms"]["title"] == "two"
    assert story.item(known="2025-02-01")["terms"]["title"] == "three"
    assert story.item(known="2025-01-31", position=5)["terms"]["title"] == "one"


def test_a_retraction_is_undone_by_retracting_it() -> None:
    story = Story()
    story.source("paper", "2025-02-01")
    told = story.add("deal_announced", "2025-01-10")
    first = story.remark("retracted", told, source="paper")
    assert story.status(known="2025-01-31") == "announced"
    assert story.status() == "absent"
    second = story.remark("retracted", first)
    assert story.status() == "announced"
    story.remark("retracted", second)
    assert story.status() == "absent"


def test_a_correction_of_a_correction_applies_as_it_reads() -> None:
    story = Story()
    told = story.add("deal_announced", "2025-01-10", title="one")
    mend = story.remark("corrected", told, changes={"title": "tow"})
    story.remark("corrected", mend, changes={"changes": {"title": "two", "scope": ["a"]}})
    assert story.item()["terms"] == DEAL | {"title": "two", "scope": ["a"]}
    assert story.item()["corrections"] == [mend]


# --- order and certainty ----------------------------------------------------------------------------


def test_of_one_day_the_suspension_comes_before_the_resumption_whichever_has_an_hour() -> None:
    story = Story()
    story.source("day", "2025-01-10")
    story.source("pm", "2025-01-10T15:00:00Z")
    story.add("deal_signed", "2025-01-02")
    story.add("deal_suspended", "2025-01-10", source="day")
    story.add("deal_resumed", "2025-01-10", source="pm")
    assert summary(story.item()) == ("signed", "definite", [])
    ties = {"kind": "supplies", "from": "acme", "to": "globex"}
    story = Story("relationship:r", **ties)
    story.source("day", "2025-01-10")
    story.source("pm", "2025-01-10T15:00:00Z")
    story.add("relationship_established", "2025-01-10", source="day")
    story.add("relationship_ended", "2025-01-10", source="pm")
    assert summary(story.item()) == ("ended", "definite", [])


def test_a_follow_up_is_taken_at_its_latest_day() -> None:
    story = Story("relationship:r", **{"kind": "supplies", "from": "acme", "to": "globex"})
    story.add("relationship_ended", "2025")
    story.add("relationship_observed", "2025-03")
    assert summary(story.item()) == ("ended", "possible", ["observed"])
    story = Story()
    story.add("deal_announced", "2025-01-01")
    story.add("deal_suspended", "2025")
    story.add("deal_resumed", "2025-06-01")
    assert story.item()["status"] == "announced"
    assert story.item()["irregular"] == []


def test_an_ending_that_may_not_have_come_yet_shows_what_else_may_hold() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-01")
    story.add("deal_terminated", "2025-06")
    assert summary(story.item("2025-06-15")) == ("terminated", "possible", ["announced"])
    assert summary(story.item("2025-06-30")) == ("terminated", "definite", [])


def test_a_vague_second_report_of_something_certain_leaves_it_definite() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10")
    story.add("deal_announced", "2025-01~")
    item = story.item("2025-01-20")
    assert summary(item) == ("announced", "definite", [])
    assert item["since"] == "2025-01-10"


def test_an_opening_that_may_not_have_come_may_be_absent() -> None:
    story = Story()
    story.add("deal_announced", "2025", known="2025-01-01")
    assert summary(story.item("2025-06-01")) == ("announced", "possible", ["absent"])


def test_alternatives_of_a_fact_are_values() -> None:
    story = Story("fact:acme/staff", company="acme", attribute="staff")
    story.add("fact_stated", "2025-03", known="2025-01-01", value="5")
    story.add("fact_stated", "2025-03", known="2025-01-01", value={"exact": "6", "currency": "USD"})
    story.add("fact_ended", "2025-03", known="2025-01-01")
    assert story.item("2025-03-15")["alternatives"] == ["absent", {"currency": "USD", "exact": "6"}]


# --- contests ---------------------------------------------------------------------------------------

SAGA = """
talks_confirmed 2022-03-26 · talks_confirmed 2022-04-04 · announced 2022-04-13 · announced 2022-04-21
signed 2022-04-25 · approval_decided 2022-04-25 · terms_disclosed 2022-05-05 · suspended 2022-05-13
resumed 2022-05-25 · amended 2022-05-25 · approval_decided 2022-06-03 · breach_alleged 2022-06-06
suspended 2022-06-06 · resumed 2022-06-08 · terminated 2022-07-08 · breach_alleged 2022-07-12
terms_disclosed 2022-07-29 · announced 2022-08-06 · breach_alleged 2022-08-23 · terminated 2022-08-29
terminated 2022-09-09 · approval_decided 2022-09-13 · announced 2022-10-04 · suspended 2022-10-06
resumed 2022-10-13 · terms_disclosed 2022-10-20 · signed 2022-10-25 · took_effect 2022-10-27
completed 2022-10-27 · terms_disclosed 2022-11-05
"""


def saga() -> Story:
    """A deal that one side ended and that closed all the same."""
    story = Story()
    for line in SAGA.replace("\n", " · ").strip(" ·").split(" · "):
        name, day = line.split()
        story.add(f"deal_{name}", day)
    return story


def test_a_deal_that_one_paper_calls_terminated_and_a_later_one_completed_is_contested() -> None:
    story = saga()
    assert summary(story.item("2022-07-01")) == ("signed", "definite", [])
    assert summary(story.item("2022-08-01")) == ("terminated", "definite", [])
    assert summary(story.item("2022-11-10")) == (
        "terminated",
        "contested",
        ["announced", "completed", "in_force", "signed", "suspended"],
    )
    assert story.item("2022-11-10")["since"] == "2022-07-08"
    story.add("deal_revived", "2022-10-04")
    assert summary(story.item("2022-11-10")) == ("completed", "definite", [])


def test_terminated_against_withdrawn_contests_nothing() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-01")
    story.add("deal_withdrawn", "2025-02-01")
    irregular = story.add("deal_terminated", "2025-03-01")
    assert summary(story.item()) == ("withdrawn", "definite", [])
    assert story.item()["irregular"] == [irregular]


def test_a_disputed_ending_is_contested_while_the_status_rests_on_it() -> None:
    story = Story()
    story.add("deal_signed", "2025-01-01")
    ending = story.add("deal_terminated", "2025-02-01")
    dispute = story.remark("disputed", ending, by="globex")
    assert summary(story.item()) == ("terminated", "contested", ["signed"])
    assert (story.item()["disputed"], story.item()["disputes"]) == (True, [dispute])
    assert story.item("2025-01-31")["disputes"] == []
    story.remark("retracted", dispute)
    assert summary(story.item()) == ("terminated", "definite", [])


def test_a_dispute_that_changes_nothing_is_listed_all_the_same() -> None:
    story = Story()
    story.add("deal_signed", "2025-01-01")
    told = story.add("deal_announced", "2025-02-01")
    dispute = story.remark("disputed", told)
    assert (story.item()["disputed"], story.item()["disputes"]) == (False, [dispute])
    assert story.item()["certainty"] == "definite"


# --- transitions ------------------------------------------------------------------------------------

TRANSITIONS = {
    "deal_announced": "announced",
    "deal_agreed_in_principle deal_signed": "signed",
    "deal_signed deal_agreed_in_principle": "signed",
    "deal_amended": "noted",
    "deal_amended deal_suspended": "suspended",
    "deal_amended deal_suspended deal_resumed": "noted",
    "deal_announced deal_suspended deal_signed": "suspended",
    "deal_announced deal_suspended deal_signed deal_resumed": "signed",
    "deal_signed deal_terminated deal_revived": "signed",
    "deal_signed deal_suspended deal_terminated deal_revived": "signed",
    "deal_terminated deal_revived": "announced",
    "deal_suspended deal_expired deal_revived": "announced",
    "deal_terminated deal_completed": "terminated !",
    "deal_terminated deal_terminated": "terminated",
    "deal_terminated deal_expired": "terminated !",
    "deal_revived": "noted !",
    "deal_signed deal_revived": "signed",
    "deal_resumed": "noted !",
    "deal_took_effect deal_withdrawn": "in_force !",
    "deal_took_effect deal_suspended deal_withdrawn": "suspended !",
    "deal_signed deal_suspended deal_withdrawn": "withdrawn",
    "deal_completed deal_terminated": "terminated",
    "relationship_observed relationship_established relationship_observed": "active",
    "relationship_established relationship_ended relationship_observed": "observed",
    "relationship_changed": "noted",
    "right_granted right_exercised:part right_granted": "part_exercised",
    "right_exercised right_exercised:part": "exercised",
    "right_exercised right_lapsed": "exercised !",
    "right_lapsed right_granted": "lapsed !",
    "commitment_stated commitment_progressed commitment_contracted": "under_way",
    "commitment_fulfilled commitment_progressed": "fulfilled",
    "commitment_fulfilled commitment_withdrawn": "fulfilled !",
    "commitment_withdrawn commitment_stated": "withdrawn !",
    "rumour_reported rumour_denied:partial": "partly_denied",
    "rumour_reported rumour_denied rumour_denied:partial": "denied",
    "rumour_reported rumour_denied rumour_lapsed": "denied",
    "rumour_reported rumour_lapsed rumour_denied": "denied",
    "rumour_reported rumour_denied:bystander": "open",
    "rumour_denied rumour_reported": "denied",
    "rumour_denied rumour_revived": "open",
    "rumour_revived": "noted !",
    "rumour_confirmed rumour_denied": "confirmed !",
    "rumour_confirmed rumour_denied:bystander": "confirmed",
    "rumour_confirmed rumour_reported": "confirmed",
    "proceeding_opened proceeding_decided proceeding_appealed": "appealed",
    "proceeding_opened proceeding_decided proceeding_appealed proceeding_decided": "decided",
    "proceeding_opened proceeding_appealed": "opened !",
    "proceeding_closed proceeding_settled": "settled",
    "proceeding_settled proceeding_closed": "settled",
    "proceeding_closed proceeding_opened": "closed",
    "proceeding_closed proceeding_decided": "closed !",
    "proceeding_advanced": "noted",
}
SAID = {
    "part": {"part": True},
    "partial": {"extent": "partial"},
    "bystander": {"as_party": False},
}


@pytest.mark.parametrize("events, expected", TRANSITIONS.items())
def test_a_transition_is_as_the_table_says(events: str, expected: str) -> None:
    story = Story(f"{events.partition('_')[0]}:a", kind="other")
    for number, event in enumerate(events.split(), 1):
        type_, _, how = event.partition(":")
        last = story.add(type_, f"2025-01-{number:02}", **SAID.get(how, {}))
    item = story.item()
    status, _, irregular = expected.partition(" ")
    assert item["status"] == status
    assert item["irregular"] == ([last] if irregular else [])


def test_only_facts_move_a_status_but_of_a_claim() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-01")
    story.add("deal_completed", "2025-02-01", fact_level="forecast", title="Widgets")
    assert (story.item()["status"], story.item()["terms"]["title"]) == ("announced", "Widgets")
    rumour = Story("rumour:a")
    rumour.add("rumour_reported", "2025-01-01", fact_level="opinion")
    assert rumour.item()["status"] == "open"


# --- the other fields of an item --------------------------------------------------------------------


def test_since_is_of_the_narrowest_repetition_that_alone_would_set_the_status() -> None:
    story = Story()
    story.add("deal_signed", "2025-05")
    story.add("deal_signed", "2025-05-10", fact_level="forecast")
    story.add("deal_signed", "[2025-05-12..2025-05-20]")
    story.add("deal_signed", "[2025-05-14..2025-05-22]")
    assert story.item()["since"] == "[2025-05-12..2025-05-20]"
    story.add("deal_suspended", "2025-06")
    story.add("deal_resumed", "2025-07~")
    story.add("deal_resumed", "2025-08-31")
    assert story.item()["since"] == "2025-07~"


def test_what_changed_is_dated_and_kept_with_what_was_before() -> None:
    story = Story("relationship:r", **{"kind": "owns_stake_in", "from": "acme", "to": "globex"})
    story.add("relationship_observed", "2016-10", share={"exact": "100"})
    vague = "[2017-05..2018-03]"
    sold = story.add("relationship_changed", vague, share={"min": "75", "max": "76"})
    expected = {"since": vague, "before": {"exact": "100"}, "unsettled": False}
    assert story.item()["changed"] == {"share": expected}
    assert story.item("2017-12-01")["changed"] == {"share": expected | {"unsettled": True}}
    story.add("relationship_observed", "2019-01-01", share={"min": "75.0", "max": "76"})
    assert story.item()["changed"]["share"]["since"] == vague
    assert story.item()["conflicts"] == []
    story.add("relationship_observed", "2018-03-31", share={"exact": "70"})
    story.remark("corrected", sold, changes={"share": {"exact": "80"}})
    item = story.item()
    assert item["conflicts"] == ["share"]
    assert item["changed"]["share"]["since"] == "2019-01-01", "a clean change after the conflict"


def test_an_amendment_is_no_conflict_and_the_present_value_is_of_who_gave_it_last() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10", title="one", scope=["a", "b"])
    story.add("deal_amended", "2025-01-10", title="two", scope=["b", "a"])
    assert story.item()["conflicts"] == []
    story.add("deal_terms_disclosed", "2025-02-10", title="two")
    story.add("deal_terms_disclosed", "2025-02", title="three")
    assert story.item()["conflicts"] == ["title"]


def test_an_opening_said_again_of_another_day_is_a_conflict() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10")
    story.add("deal_announced", "2025-01")
    assert story.item()["conflicts"] == []
    story.add("deal_announced", "2025-03", fact_level="opinion")
    assert story.item()["conflicts"] == ["occurred"]


def test_what_an_event_carries_besides_is_a_step() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10", conditions=["a term"], form="mou")
    decided: dict[str, Any] = {
        "authority": "EU",
        "outcome": "granted_with_conditions",
        "conditions": ["a step"],
    }
    event = story.add("deal_approval_decided", "2025-02-01", extra={"x": 1}, **decided)
    told = {"event": event, "type": "deal_approval_decided", "occurred": "2025-02-01"}
    assert story.item()["steps"] == [told | decided]
    assert story.item()["terms"] == DEAL | {"conditions": ["a term"], "form": "mou"}


def test_value_and_comparison_of_a_fact_replace_together() -> None:
    story = Story("fact:acme/staff", company="acme", attribute="staff")
    story.add("fact_stated", "2025-01-01", value="5", comparison=[{"relation": "largest"}])
    story.add("fact_stated", "2025-02-01", value="6")
    item = story.item()
    assert item["terms"] == {"company": "acme", "attribute": "staff", "value": "6"}
    assert (item["kind"], item["since"]) == ("staff", "2025-02-01")
    assert item["changed"] == {"value": {"since": "2025-02-01", "before": "5", "unsettled": False}}


def test_a_party_that_left_is_no_party() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10")
    story.add("deal_amended", "2025-02-10", parties={"globex": [], "initech": ["customer"]})
    assert story.item()["terms"]["parties"] == {"acme": ["supplier"], "initech": ["customer"]}
    states = {c["company"]: c["items"] for c in answer.state(story.log, ON)}
    assert states["globex"] == []
    (item,) = states["initech"]
    assert (item["roles"], item["counterparties"]) == (["customer"], ["acme"])


# --- several subjects -------------------------------------------------------------------------------


def test_a_right_whose_deal_is_over_does_not_look_alive_without_a_word() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10")
    terms = {"kind": "purchase_option", "holder": "globex", "grantor": "acme"}
    story.add("right_granted", "2025-01-10", subject="right:r", deal=story.subject, **terms)
    assert story.item("2025-06-08", subject="right:r")["remarks"] == []
    story.add("deal_terminated", "2025-06-09")
    (remark,) = story.item(subject="right:r")["remarks"]
    assert remark == {
        "code": "premise-over",
        "subject": story.subject,
        "status": "terminated",
        "since": "2025-06-09",
    }


def test_a_deadline_that_passed_and_a_party_that_is_gone_are_said() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10", expected_completion="2025-06", outside_date="2025-09")
    story.add("company_dissolved", "2025-08-01", subject="company:globex")
    assert story.item("2025-06-30")["remarks"] == []
    assert [r["code"] for r in story.item("2025-07-01")["remarks"]] == ["overdue"]
    assert story.item("2025-10-01")["remarks"] == [
        {"code": "overdue", "key": "expected_completion", "date": "2025-06-30"},
        {"code": "overdue", "key": "outside_date", "date": "2025-09-30"},
        {"code": "party-dissolved", "company": "globex", "since": "2025-08-01"},
    ]


def test_what_was_sold_is_controlled_no_more() -> None:
    story = Story("relationship:r", **{"kind": "parent_of", "from": "acme", "to": "globex"})
    story.add("relationship_established", "2025-01-10")
    parties = {"acme": ["seller"], "globex": ["target"], "initech": ["acquirer"]}
    story.add("deal_signed", "2025-03-01", subject="deal:sale", kind="acquisition", parties=parties)
    assert controls(story.items().values()) == [("acme", "globex", "relationship:r")]
    story.add("deal_completed", "2025-04-01", subject="deal:sale")
    assert story.item()["remarks"] == [
        {"code": "sold", "subject": "deal:sale", "since": "2025-04-01"}
    ]
    assert controls(story.items().values()) == [("initech", "globex", "deal:sale")]
    assert answer.members(story.items(), "initech") == {"globex"}


def test_a_name_is_the_one_of_the_coordinate() -> None:
    story = Story("company:acme")
    story.add("company_renamed", "2025-06-01", name="Newname SE")
    record = story.log.at(instant("2025-12-31"))
    assert company_at("acme", record, date(2025, 5, 31))["name"] == "Acme"
    found = company_at("acme", record, date(2025, 6, 1))
    assert (found["name"], found["aliases"]) == ("Newname SE", ["Acme"])
    assert (
        company_at("acme", story.log.at(instant("2025-05-31")), date(2025, 6, 1))["name"] == "Acme"
    )


def test_companies_that_are_one_show_one_item_with_both_roles() -> None:
    story = Story()
    story.add("deal_announced", "2025-01-10")
    judged = {"type": "companies_judged", "subject": "company:globex", "judgement": "same"}
    event = story.log.append(judged | {"id": "judged", "companies": ["globex", "acme"]})
    first, other = answer.state(story.log, "2025-01-10")
    assert (first["company"], first["merged"]) == ("acme", ["globex"])
    assert first["aliases"] == ["Globex"]
    (item,) = first["items"]
    assert (item["roles"], item["counterparties"]) == (["customer", "supplier"], [])
    assert item["terms"]["parties"] == {"acme": ["supplier", "customer"]}
    assert other["company"] == "initech"
    story.remark("retracted", event.id)
    assert Identity(story.log.at()).one("acme") == ["acme"]
