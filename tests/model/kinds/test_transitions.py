"""Every event on every status, written out from the vocabulary: what it leads to, or that it is irregular.

In the tables a column is a phase before, a row an event, a cell the phase after; ``.`` says that nothing
changes, ``!`` that the event is irregular, so that the phase stays as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from timeline.model.kinds import (
    EVENT_TYPES,
    KIND_OF,
    KINDS,
    RECORD_TYPES,
    STEPS_OF,
    Kind,
    status_of,
)
from timeline.model.kinds.kind import claim_of, same_claim

TABLES = {
    "deal": """
        event                 noted      talks      announced   signed     in_force   completed
        deal_talks_confirmed  talks      .          .           .          .          .
        deal_announced        announced  announced  .           .          .          .
        deal_signed           signed     signed     signed      .          .          .
        deal_took_effect      in_force   in_force   in_force    in_force   .          .
        joint_venture_formed  in_force   in_force   in_force    in_force   .          .
        deal_completed        completed  completed  completed   completed  completed  .
        deal_terms_disclosed  .          .          .           .          .          .
        deal_amended          .          .          .           .          .          .
        deal_approval_decided .          .          .           .          .          .
        deal_payment_made     .          .          .           .          .          .
        deal_breach_alleged   .          .          .           .          .          .
        deal_suspended        S:noted    S:talks    S:announced S:signed   S:in_force S:completed
        deal_resumed          !          !          !           !          !          !
        deal_withdrawn        withdrawn  withdrawn  withdrawn   withdrawn  !          !
        deal_terminated       terminated terminated terminated  terminated terminated terminated
        deal_expired          expired    expired    expired     expired    expired    expired
    """,
    "deal, ended": """
        event                 withdrawn terminated expired
        deal_talks_confirmed  !         !          !
        deal_announced        !         !          !
        deal_signed           !         !          !
        deal_took_effect      !         !          !
        joint_venture_formed  !         !          !
        deal_completed        !         !          !
        deal_terms_disclosed  .         .          .
        deal_amended          .         .          .
        deal_approval_decided .         .          .
        deal_payment_made     .         .          .
        deal_breach_alleged   .         .          .
        deal_suspended        !         !          !
        deal_resumed          !         !          !
        deal_withdrawn        .         !          !
        deal_terminated       !         .          !
        deal_expired          !         !          .
    """,
    "deal, suspended": """
        event                 S:noted     S:talks     S:announced S:signed    S:in_force  S:completed
        deal_talks_confirmed  S:talks     .           .           .           .           .
        deal_announced        S:announced S:announced .           .           .           .
        deal_signed           S:signed    S:signed    S:signed    .           .           .
        deal_took_effect      S:in_force  S:in_force  S:in_force  S:in_force  .           .
        joint_venture_formed  S:in_force  S:in_force  S:in_force  S:in_force  .           .
        deal_completed        S:completed S:completed S:completed S:completed S:completed .
        deal_terms_disclosed  .           .           .           .           .           .
        deal_amended          .           .           .           .           .           .
        deal_approval_decided .           .           .           .           .           .
        deal_payment_made     .           .           .           .           .           .
        deal_breach_alleged   .           .           .           .           .           .
        deal_suspended        .           .           .           .           .           .
        deal_resumed          noted       talks       announced   signed      in_force    completed
        deal_withdrawn        withdrawn   withdrawn   withdrawn   withdrawn   withdrawn   withdrawn
        deal_terminated       terminated  terminated  terminated  terminated  terminated  terminated
        deal_expired          expired     expired     expired     expired     expired     expired
    """,
    "relationship": """
        event                    noted    observed active ended
        relationship_observed    observed .        .      observed
        relationship_established active   active   .      active
        relationship_changed     .        .        .      .
        relationship_ended       ended    ended    ended  .
    """,
    "right": """
        event                      noted          granted        part_exercised exercised lapsed
        right_granted              granted        .              .              !         !
        right_exercised            exercised      exercised      exercised      .         !
        right_exercised+part       part_exercised part_exercised .              !         !
        right_exercised+part=false exercised      exercised      exercised      .         !
        right_lapsed               lapsed         lapsed         lapsed         !         .
    """,
    "commitment": """
        event                 noted      stated     contracted under_way fulfilled withdrawn
        commitment_stated     stated     .          .          .         !         !
        commitment_detailed   .          .          .          .         .         .
        commitment_revised    .          .          .          .         .         .
        commitment_contracted contracted contracted .          .         !         !
        commitment_progressed under_way  under_way  under_way  .         !         !
        commitment_fulfilled  fulfilled  fulfilled  fulfilled  fulfilled .         !
        commitment_withdrawn  withdrawn  withdrawn  withdrawn  withdrawn !         .
    """,
    "rumour": """
    event                         noted         open          partly_denied denied    lapsed        confirmed
    rumour_reported               open          .             .             .         .             .
    rumour_corroborated           .             .             .             .         .             .
    rumour_comment_declined       .             .             .             .         .             .
    rumour_denied                 denied        denied        denied        .         denied        !
    rumour_denied+extent=full     denied        denied        denied        .         denied        !
    rumour_denied+extent=partial  partly_denied partly_denied .             .         partly_denied !
    rumour_denied+as_party        denied        denied        denied        .         denied        !
    rumour_denied+as_party=false  .             .             .             .         .             .
    rumour_revived                !             .             open          open      open          !
    rumour_lapsed                 lapsed        lapsed        lapsed        .         .             !
    rumour_confirmed              confirmed     confirmed     confirmed     confirmed confirmed     .
    """,
    "fact": """
        event             noted      stated:"a" stated:"b" ended
        fact_stated+value stated:"a" .          stated:"a" stated:"a"
        fact_ended        ended      ended      ended      .
    """,
    "company": """
        event              noted     active    dissolved
        company_registered active    .         active
        company_renamed    .         .         .
        company_identified .         .         .
        company_dissolved  dissolved dissolved .
    """,
    "source": """
        event             noted      registered
        source_registered registered .
    """,
}  # fmt: skip

VALUES = {"full": "full", "partial": "partial", "false": False}


def read(table: str) -> Iterator[tuple[str, str, str]]:
    """The cells: the event as written, the phase before, the phase after or ``!``."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    for event, *cells in rows:
        assert len(cells) == len(head) - 1, event
        for before, cell in zip(head[1:], cells, strict=True):
            yield event, before, before if cell == "." else cell


CELLS = [(name.partition(",")[0], *cell) for name, table in TABLES.items() for cell in read(table)]


def fields_of(kind: str, written: str) -> dict[str, Any]:
    """What an event carries: ``+part`` or ``+extent=partial``; of a stated fact its value."""
    option = written.partition("+")[2]
    name, _, text = option.partition("=")
    if kind == "fact":
        return {"value": "a"} if option else {}
    return {name: VALUES.get(text, True)} if option else {}


@pytest.mark.parametrize("kind, written, before, after", CELLS)
def test_an_event_leads_to(kind: str, written: str, before: str, after: str) -> None:
    event = EVENT_TYPES[written.partition("+")[0]]
    before, after = before.replace("S:", "suspended:"), after.replace("S:", "suspended:")
    found = KINDS[kind].evolve(before, event, fields_of(kind, written))
    assert found == (None if after == "!" else after)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_tables_are_complete(name: str) -> None:
    written = {event.partition("+")[0] for kind, event, _, _ in CELLS if kind == name}
    assert written == {event for event, kind in KIND_OF.items() if kind.name == name}
    cells = [(event, before, after) for kind, event, before, after in CELLS if kind == name]
    before = {phase for _, phase, _ in cells}
    assert {after for _, _, after in cells} <= before | {"!"}, "every phase has a column"
    assert len(cells) == len({(event, phase) for event, phase, _ in cells})


def statuses(kind: Kind) -> set[str]:
    found = {
        before.replace("S:", "suspended:") for name, _, before, _ in CELLS if name == kind.name
    }
    return {status_of(phase) for phase in found}


def test_the_statuses_are_those_of_the_vocabulary() -> None:
    assert {name: kind.final for name, kind in KINDS.items() if kind.final} == {
        "deal": {"withdrawn", "terminated", "expired"},
        "right": {"exercised", "lapsed"},
        "commitment": {"fulfilled", "withdrawn"},
        "rumour": {"confirmed"},
    }
    for name, kind in KINDS.items():
        assert statuses(kind) >= kind.final | kind.over, name
    assert KINDS["rumour"].over == {"confirmed", "denied"}, "what --open leaves out"


def test_nothing_follows_on_a_final_status() -> None:
    for kind, _, before, after in CELLS:
        if before in KINDS[kind].final:
            assert after in ("!", before)


FOLLOW_UPS = {
    "company_dissolved", "fact_ended", "relationship_ended", "deal_resumed", "deal_withdrawn",
    "deal_terminated", "deal_expired", "right_exercised", "right_lapsed", "commitment_fulfilled",
    "commitment_withdrawn", "rumour_denied", "rumour_revived", "rumour_lapsed", "rumour_confirmed",
}  # fmt: skip
"""Those with a † in the vocabulary."""

OPENINGS = {
    "deal_announced", "deal_signed", "deal_completed", "joint_venture_formed", "right_granted",
    "commitment_stated",
}  # fmt: skip
"""Those of which a second one with other bounds is a conflict."""


def test_what_an_event_type_is_to_the_fold() -> None:
    assert {name for name, event in EVENT_TYPES.items() if event.follow_up} == FOLLOW_UPS
    assert {name for name, event in EVENT_TYPES.items() if event.opens} == OPENINGS
    assert {name for name, event in EVENT_TYPES.items() if event.amends} == {
        "deal_amended", "commitment_revised", "relationship_changed",
    }  # fmt: skip
    assert {name for name, event in EVENT_TYPES.items() if event.always} == {
        "source_registered", "company_registered",
    }  # fmt: skip
    assert {name for name, kind in KINDS.items() if kind.claims} == {
        "fact", "rumour", "company", "source",
    }  # fmt: skip


TERMS = {
    "source": "publisher kind published title url language timezone archived_sha256",
    "company": "name kind aliases country identifiers",
    "fact": "company attribute value period comparison",
    "relationship": "kind from to products started share",
    "deal": "kind parties title form binding value stake price_per_share scope activities products sites"
    " rationale term expected_completion venture independent_of replaces",
    "right": "kind holder grantor over deal strike quantity window",
    "commitment": "actor purpose amount horizon firmness detail deal",
    "rumour": "kind parties value stake text deal",
}
REQUIRED = {
    "source": "publisher kind published", "company": "name", "fact": "company attribute",
    "relationship": "kind from to", "deal": "kind parties", "right": "kind holder grantor",
    "commitment": "actor", "rumour": "kind parties",
}  # fmt: skip
STEPS = {
    "company_renamed": "name name_kind", "company_identified": "scheme value",
    "company_dissolved": "successor", "relationship_ended": "reason", "deal_completed": "assumed",
    "deal_approval_decided": "authority outcome", "deal_payment_made": "amount by",
    "deal_breach_alleged": "by against", "deal_suspended": "reason", "deal_withdrawn": "by reason",
    "deal_terminated": "by reason fee", "right_exercised": "part amount", "right_lapsed": "reason",
    "commitment_progressed": "spent", "commitment_fulfilled": "reason",
    "commitment_withdrawn": "reason", "rumour_comment_declined": "by",
    "rumour_denied": "by as_party extent alternative", "rumour_lapsed": "reason",
}  # fmt: skip


def test_the_fields_are_those_of_the_vocabulary() -> None:
    assert {name: " ".join(kind.terms) for name, kind in KINDS.items()} == TERMS
    assert {name: " ".join(kind.required) for name, kind in KINDS.items()} == REQUIRED
    assert {name: " ".join(steps) for name, steps in STEPS_OF.items() if steps} == STEPS
    assert KIND_OF.keys() | RECORD_TYPES == EVENT_TYPES.keys()


# --- who is a party, and how it is called -------------------------------------------------------


@pytest.mark.parametrize(
    "kind, terms, parties",
    [
        ("relationship", {"kind": "parent_of", "from": "a", "to": "b"}, "a parent, b subsidiary"),
        ("relationship", {"kind": "supplies", "from": "a", "to": "b"}, "a supplier, b customer"),
        ("relationship", {"kind": "manufactures_for", "from": "a", "to": "b"}, "a supplier, b customer"),
        ("relationship", {"kind": "owns_stake_in", "from": "a", "to": "b"}, "a investor, b investee"),
        ("relationship", {"kind": "licenses_to", "from": "a", "to": "b"}, "a licensor, b licensee"),
        ("relationship", {"kind": "lends_to", "from": "a", "to": "b"}, "a lender, b borrower"),
        ("relationship", {"kind": "partners_with", "from": "a", "to": "b"}, "a partner, b partner"),
        ("relationship", {"kind": "competes_with", "from": "a", "to": "b"}, "a other, b other"),
        ("relationship", {"kind": "supplies", "from": "a", "to": "a"}, "a supplier customer"),
        ("relationship", {"kind": "partners_with", "from": "a", "to": "a"}, "a partner"),
        ("relationship", {"from": "a"}, "a other"),
        ("relationship", {}, ""),
        ("right", {"holder": "a", "grantor": "b"}, "a holder, b grantor"),
        ("right", {"holder": "a", "grantor": "a"}, "a holder grantor"),
        ("right", {"grantor": "b"}, "b grantor"),
        ("commitment", {"actor": "a"}, "a actor"),
        ("commitment", {}, ""),
        ("fact", {"company": "a"}, "a about"),
        ("fact", {}, ""),
        ("deal", {"parties": {"a": ["seller"]}}, "a seller"),
        ("deal", {}, ""),
        ("rumour", {"parties": {"a": ["target"]}}, "a target"),
        ("company", {"name": "A"}, ""),
        ("source", {"publisher": "A"}, ""),
    ],
)  # fmt: skip
def test_parties_follow_from_the_terms(kind: str, terms: dict[str, Any], parties: str) -> None:
    found = KINDS[kind].parties(terms)
    assert ", ".join(" ".join([company, *roles]) for company, roles in found.items()) == parties


def test_an_item_has_the_kind_of_its_terms() -> None:
    assert KINDS["deal"].item_kind({"kind": "supply"}) == "supply"
    assert KINDS["deal"].item_kind({}) is None
    assert KINDS["commitment"].item_kind({}) == "commitment"
    assert KINDS["fact"].item_kind({"attribute": "staff"}) == "staff"


# --- phases -------------------------------------------------------------------------------------


def test_a_phase_shows_as_its_status_or_the_value_that_is_stated() -> None:
    assert status_of("suspended:signed") == "suspended"
    assert claim_of("suspended:signed") == "suspended"
    assert claim_of('stated:{"exact":"5"}') == {"exact": "5"}
    assert claim_of("stated") == claim_of("stated:") == "stated"
    assert same_claim("suspended:signed", "suspended:talks")
    assert same_claim('stated:"5"', 'stated:"5.0"')
    assert not same_claim('stated:"5"', 'stated:"6"')
    assert not same_claim("signed", "talks")


# --- companies under every name they have had ---------------------------------------------------


@pytest.mark.parametrize(
    "before, fields, after",
    [
        ({"name": "Old"}, {"name": "New"}, {"name": "New", "aliases": ["Old"]}),
        ({"name": "Old"}, {"name": "Old"}, {"name": "Old"}),
        ({"name": "Old", "aliases": ["New", "X"]}, {"name": "New"}, {"name": "New", "aliases": ["X", "Old"]}),
        ({"name": "Old", "aliases": ["Old"]}, {"name": "New"}, {"name": "New", "aliases": ["Old"]}),
        ({"name": "Old"}, {"name": "B", "name_kind": "brand"}, {"name": "Old", "aliases": ["B"]}),
        ({"name": "Old", "aliases": ["B"]}, {"name": "B", "name_kind": "brand"},
         {"name": "Old", "aliases": ["B"]}),
        ({"name": "Old"}, {"name": "New", "name_kind": "legal"}, {"name": "New", "aliases": ["Old"]}),
        ({}, {"name": "New"}, {"name": "New"}),
        ({"name": "Old", "aliases": ["Old"]}, {"name": "Old"}, {"name": "Old"}),
    ],
)  # fmt: skip
def test_a_name_joins_the_aliases(
    before: dict[str, Any], fields: dict[str, Any], after: dict[str, Any]
) -> None:
    merge = KINDS["company"].merge
    assert merge is not None
    terms = dict(before)
    merge(terms, EVENT_TYPES["company_renamed"], fields)
    assert terms == after


def test_an_identifier_joins_the_others() -> None:
    merge = KINDS["company"].merge
    assert merge is not None
    terms: dict[str, Any] = {}
    for scheme, value in (("lei", "1"), ("isin", "2"), ("lei", "3")):
        merge(terms, EVENT_TYPES["company_identified"], {"scheme": scheme, "value": value})
    assert terms == {"identifiers": {"lei": "3", "isin": "2"}}
    merge(terms, EVENT_TYPES["company_dissolved"], {})
    assert terms == {"identifiers": {"lei": "3", "isin": "2"}}
