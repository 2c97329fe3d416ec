"""Terms in parts, and what was paid, as people read them."""

from __future__ import annotations

from typing import Any

import pytest

from timeline.answers import CompanyItem
from timeline.model.kinds import KINDS
from timeline.render.doubts import deciding_words
from timeline.render.fields import field_words
from timeline.render.summary import summary
from timeline.render.terms import paid_words, step_words, term_rows, term_words
from timeline.render.titles import title

NAMES = {"acme": "Acme Corp", "globex": "Globex Inc."}


def usd(exact: int, **more: Any) -> dict[str, Any]:
    return {"exact": str(exact), "currency": "USD"} | more


@pytest.mark.parametrize(
    "kind, term, value, said",
    [
        (
            "deal",
            "consideration",
            [{"form": "cash", "value": usd(6_000_000_000)}],
            "USD 6 bn in cash",
        ),
        (
            "deal",
            "consideration",
            [
                {"form": "stock", "ratio": "0.745 of a share"},
                {"form": "assumed_debt", "value": usd(5)},
            ],
            "in stock (0.745 of a share); USD 5 of assumed debt",
        ),
        (
            "deal",
            "consideration",
            [{"form": "earn_out", "value": {"max": "9", "currency": "USD", "basis": "up_to"}}],
            "up to USD 9 as an earn-out",
        ),
        ("deal", "tranches", [{"amount": usd(4), "due": "2025-06"}], "USD 4, due June 2025"),
        (
            "deal",
            "tranches",
            [
                {"quantity": {"exact": "5", "unit": "GW"}, "condition": "second site"},
                {"due": "2026"},
            ],
            "5 GW: second site; due 2026",
        ),
        (
            "deal",
            "break_fees",
            [
                {"by": "acme", "to": "globex", "amount": usd(3), "when": "no consent"},
                {"amount": usd(1)},
            ],
            "Acme Corp owes Globex Inc. USD 3: no consent; USD 1",
        ),
        (
            "relationship",
            "interests",
            ["voting_rights", "board_appointment"],
            "voting rights, board appointment",
        ),
    ],
)
def test_a_term_in_parts_is_told_part_by_part(kind: str, term: str, value: Any, said: str) -> None:
    assert term_words(KINDS[kind], term, value, NAMES) == said
    assert field_words(term, value, NAMES) == said  # in a chain, too


@pytest.mark.parametrize(
    "amounts, said",
    [
        ([], ""),
        ([usd(5)], "USD 5"),
        ([usd(5), usd(6)], "USD 11 in 2 payments"),
        ([usd(5), usd(6, basis="about")], "USD 5 and about USD 6 in 2 payments"),
        ([usd(5, basis="about"), usd(6, basis="about")], "about USD 11 in 2 payments"),
        ([usd(5), {"exact": "7", "currency": "EUR"}, usd(1)], "USD 6 and EUR 7 in 3 payments"),
        ([usd(5, per="year"), usd(6)], "USD 5 a year and USD 6 in 2 payments"),
        (
            [
                {"min": "1", "max": "2", "currency": "USD"},
                {"min": "3", "max": "4", "currency": "USD"},
            ],
            "USD 4–6 in 2 payments",
        ),
        (
            [{"max": "4", "currency": "USD", "basis": "up_to"}, usd(1)],
            "up to USD 4 and USD 1 in 2 payments",
        ),
        ([usd(5) | {"reported_as": [{"exact": "4", "currency": "EUR"}]}], "USD 5"),
    ],
)
def test_payments_are_added_up_where_they_are_alike(
    amounts: list[dict[str, Any]], said: str
) -> None:
    paid = [{"type": "deal_payment_made", "amount": amount} for amount in amounts]
    assert paid_words([{"type": "deal_announced"}, *paid]) == said


def test_a_step_tells_what_else_it_carries() -> None:
    step = {
        "event": "e", "type": "proceeding_settled", "occurred": "2025-06-05", "amount": usd(50),
        "terms_of": "Globex pays",
    }  # fmt: skip
    assert step_words(step, NAMES) == "5 Jun 2025: settled for USD 50 – terms: Globex pays"


def item(subject: str, kind: str, status: str = "signed", **more: Any) -> CompanyItem:
    empty: dict[str, Any] = {
        "alternatives": [], "roles": [], "counterparties": [], "disputes": [], "irregular": [],
        "conflicts": [], "changed": {}, "remarks": [], "terms": {"kind": kind}, "steps": [], "events": [],
        "corrections": [], "sources": [],
    }  # fmt: skip
    group = KINDS[subject.partition(":")[0]].group_of(status)
    return CompanyItem(
        subject=subject, kind=kind, status=status, group=group, certainty="definite",
        since="2025-01-10", disputed=False, **empty | more,
    )  # fmt: skip


def test_what_the_title_tells_is_told_with_what_it_was_before() -> None:
    amount = {"since": "2025-03-10", "before": usd(3), "unsettled": False}
    cut = item(
        "commitment:c", "commitment", "stated", terms={"actor": "acme", "amount": usd(1)},
        changed={"amount": amount},
    )  # fmt: skip
    assert [*term_rows(cut, NAMES)] == [("amount", "USD 1, since 10 Mar 2025; USD 3 before")]
    form = {"since": "2025-03-10", "before": "loi", "unsettled": False}
    signed = item(
        "deal:d", "supply", terms={"kind": "supply", "form": "definitive"}, changed={"form": form}
    )
    said = "definitive agreement, since 10 Mar 2025; letter of intent before"
    assert [*term_rows(signed, NAMES)] == [("form", said)]


def test_nothing_is_expected_of_what_is_settled() -> None:
    terms = {"kind": "merger", "expected_completion": "2025-06"}
    for status, said in (
        ("signed", "expected June 2025"),
        ("completed", "had been expected June 2025"),
    ):
        assert [*term_rows(item("deal:d", "merger", status, terms=terms), NAMES)] == [
            ("completion", said)
        ]


def test_a_list_tells_how_a_proceeding_was_decided() -> None:
    steps = [
        {"event": "a", "type": "proceeding_decided", "occurred": "2025-01-01", "outcome": "refused"},
        {"event": "b", "type": "proceeding_appealed", "occurred": "2025-02-01", "by": "acme"},
        {"event": "c", "type": "proceeding_decided", "occurred": "2025-03-01",
         "outcome": "granted_with_conditions"},
    ]  # fmt: skip
    decided = item("proceeding:p", "merger_review", "decided", steps=steps)
    assert [*deciding_words(decided, NAMES)] == ["granted with conditions"]
    appealed = item("proceeding:p", "merger_review", "appealed", steps=steps[:2])
    assert [*deciding_words(appealed, NAMES)] == []


@pytest.mark.parametrize(
    "of, status, said",
    [
        (None, "open", "1 acquisition rumoured"),
        (None, "lapsed", "1 acquisition rumour lapsed"),
        ("end", "open", "1 rumour of the end of an acquisition open"),
        ("change", "denied", "1 rumour of a change of an acquisition denied"),
        ("delay", "open", "1 rumour of a delay of an acquisition open"),
        ("decision", "open", "1 rumour of a decision on an acquisition open"),
    ],
)
def test_a_summary_tells_what_is_rumoured(of: str | None, status: str, said: str) -> None:
    terms = {"kind": "acquisition"} | ({"of": of} if of else {})
    assert summary([item("rumour:r", "acquisition", status, terms=terms)], {}) == said


def test_a_deal_is_in_talks() -> None:
    assert summary([item("deal:d", "acquisition", "talks")], {}) == "1 acquisition in talks"


@pytest.mark.parametrize(
    "kind, parties, said",
    [
        ("ipo", {"globex": ["other"]}, "IPO of Globex Inc."),
        (
            "merger",
            {"acme": ["partner"], "globex": ["partner"], "newco": ["venture"]},
            "Merger between Acme Corp and Globex Inc. into newco",
        ),
    ],
)
def test_parties_stand_where_their_role_puts_them(
    kind: str, parties: dict[str, list[str]], said: str
) -> None:
    told = item("deal:d", kind, terms={"kind": kind, "parties": parties}, counterparties=[*parties])
    assert title(told, None, NAMES) == said
