"""Terms in parts, and what was paid, as people read them."""

from __future__ import annotations

from typing import Any

import pytest

from timeline.model.kinds import KINDS
from timeline.render.fields import field_words
from timeline.render.terms import paid_words, step_words, term_words

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
