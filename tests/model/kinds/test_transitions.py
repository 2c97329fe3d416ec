"""Every event on every status, written out from the vocabulary: what it leads to, or that it is irregular.

In the tables a column is a phase before, a row an event, a cell the phase after; ``.`` says that nothing
changes, ``!`` that the event is irregular, so that the phase stays as well. ``S:signed`` is suspended, to be
resumed to signed; ``W:``, ``T:`` and ``E:`` are withdrawn, terminated and expired, with what was before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Union

import msgspec
import pytest

from tests.model.kinds.events import event_of
from timeline.model.kinds import (
    EVENT_TYPES,
    KIND_OF,
    KINDS,
    NOTED,
    RECORD_TYPES,
    STEPS_OF,
    Kind,
    Phase,
    same_claim,
)
from timeline.model.kinds.deal import Over, Suspended
from timeline.model.kinds.event import At
from timeline.model.kinds.fact import Stated

TABLES = {
    "deal": """
        event                    noted      talks      announced  agreed     signed     in_force  completed
        deal_talks_confirmed     talks      .          .          .          .          .          .
        deal_announced           announced  announced  .          .          .          .          .
        deal_agreed_in_principle agreed     agreed     agreed     .          .          .          .
        deal_signed              signed     signed     signed     signed     .          .          .
        deal_took_effect         in_force   in_force   in_force   in_force   in_force   .          .
        joint_venture_formed     in_force   in_force   in_force   in_force   in_force   .          .
        deal_completed           completed  completed  completed  completed  completed  completed  .
        deal_terms_disclosed     .          .          .          .          .          .          .
        deal_amended             .          .          .          .          .          .          .
        deal_approval_decided    .          .          .          .          .          .          .
        deal_bid_rejected        .          .          .          .          .          .          .
        deal_payment_made        .          .          .          .          .          .          .
        deal_milestone_reached   .          .          .          .          .          .          .
        deal_breach_alleged      .          .          .          .          .          .          .
        deal_suspended           S:noted    S:talks    S:announced S:agreed  S:signed   S:in_force S:done
        deal_resumed             !          !          !          !          !          !          !
        deal_revived             !          .          .          .          .          .          .
        deal_withdrawn           W:noted    W:talks    W:announced W:agreed  W:signed   !          !
        deal_terminated          T:noted    T:talks    T:announced T:agreed  T:signed   T:in_force T:done
        deal_expired             E:noted    E:talks    E:announced E:agreed  E:signed   E:in_force E:done
    """,
    "deal, suspended": """
        event                    S:noted     S:talks     S:announced S:agreed   S:signed   S:in_force S:done
        deal_talks_confirmed     S:talks     .           .           .          .          .          .
        deal_announced           S:announced S:announced .           .          .          .          .
        deal_agreed_in_principle S:agreed    S:agreed    S:agreed    .          .          .          .
        deal_signed              S:signed    S:signed    S:signed    S:signed   .          .          .
        deal_took_effect         S:in_force  S:in_force  S:in_force  S:in_force S:in_force .          .
        joint_venture_formed     S:in_force  S:in_force  S:in_force  S:in_force S:in_force .          .
        deal_completed           S:done      S:done      S:done      S:done     S:done     S:done     .
        deal_terms_disclosed     .           .           .           .          .          .          .
        deal_amended             .           .           .           .          .          .          .
        deal_approval_decided    .           .           .           .          .          .          .
        deal_bid_rejected        .           .           .           .          .          .          .
        deal_payment_made        .           .           .           .          .          .          .
        deal_milestone_reached   .           .           .           .          .          .          .
        deal_breach_alleged      .           .           .           .          .          .          .
        deal_suspended           .           .           .           .          .          .          .
        deal_resumed             noted       talks       announced   agreed     signed     in_force  completed
        deal_revived             .           .           .           .          .          .          .
        deal_withdrawn           W:noted     W:talks     W:announced W:agreed   W:signed   !          !
        deal_terminated          T:noted     T:talks     T:announced T:agreed   T:signed   T:in_force T:done
        deal_expired             E:noted     E:talks     E:announced E:agreed   E:signed   E:in_force E:done
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
        right_granted              granted        .              .              .         !
        right_exercised            exercised      exercised      exercised      .         !
        right_exercised+part       part_exercised part_exercised .              .         !
        right_exercised+part=false exercised      exercised      exercised      .         !
        right_lapsed               lapsed         lapsed         lapsed         !         .
    """,
    "commitment": """
        event                 noted      stated     contracted under_way fulfilled withdrawn
        commitment_stated     stated     .          .          .         .         !
        commitment_detailed   .          .          .          .         .         .
        commitment_revised    .          .          .          .         .         .
        commitment_contracted contracted contracted .          .         .         !
        commitment_progressed under_way  under_way  under_way  .         .         !
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
    "proceeding": """
        event               noted   opened  decided  appealed settled closed
        proceeding_opened   opened  .       .        .        .       .
        proceeding_advanced .       .       .        .        .       .
        proceeding_decided  decided decided .        decided  !       !
        proceeding_appealed !       !       appealed .        !       !
        proceeding_settled  settled settled settled  settled  .       settled
        proceeding_closed   closed  closed  closed   closed   .       .
    """,
    "fact": """
        event             noted    stated:a stated:b ended
        fact_stated+value stated:a .        stated:a stated:a
        fact_ended        ended    ended    ended    .
    """,
    "company": """
        event              noted     active    dissolved
        company_registered active    .         active
        company_renamed    .         .         .
        company_identified .         .         .
        companies_judged   .         .         .
        company_dissolved  dissolved dissolved .
    """,
    "source": """
        event             noted      registered
        source_registered registered .
    """,
}  # fmt: skip

ENDS = {"W": "withdrawn", "T": "terminated", "E": "expired"}
PROGRESS = ["noted", "talks", "announced", "agreed", "signed", "in_force", "done"]
SHORT = {"agreed": "agreed_in_principle", "done": "completed"}
VALUES = {"full": "full", "partial": "partial", "false": False}


def read(table: str) -> Iterator[tuple[str, str, str]]:
    """The cells: the event as written, the phase before, the phase after or ``!``."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    for event, *cells in rows:
        assert len(cells) == len(head) - 1, event
        for before, cell in zip(head[1:], cells, strict=True):
            yield event, before, before if cell == "." else cell


def ended() -> Iterator[tuple[str, str, str]]:
    """Every event on a deal that ended, whatever it was before: only a revival moves it."""
    evidence = {
        "deal_terms_disclosed", "deal_amended", "deal_approval_decided", "deal_bid_rejected",
        "deal_payment_made", "deal_milestone_reached", "deal_breach_alleged",
    }  # fmt: skip
    for event in sorted(name for name, kind in KIND_OF.items() if kind.name == "deal"):
        for letter, end in ENDS.items():
            for status in PROGRESS:
                before = f"{letter}:{status}"
                if event == "deal_revived":
                    revived = {"noted": "announced", "done": "completed"}.get(status, status)
                    yield event, before, revived
                elif event in evidence or event == f"deal_{end}":
                    yield event, before, before
                else:
                    yield event, before, "!"


CELLS = [(name.partition(",")[0], *cell) for name, table in TABLES.items() for cell in read(table)]
CELLS += [("deal", *cell) for cell in ended()]


def phase_of(written: str) -> Phase:
    """The phase that a table names: ``S:`` suspended, ``W: T: E:`` ended, with the status before."""
    kind, _, rest = written.partition(":")
    kind, rest = (SHORT.get(word, word) for word in (kind, rest))
    progress = NOTED if rest == "noted" else At(rest)
    if kind == "S":
        return Suspended(progress)
    if kind in ENDS:
        return Over(ENDS[kind], progress)
    if kind == "stated" and rest:
        return Stated(rest)
    return NOTED if kind == "noted" else At(kind)


def fields_of(kind: str, written: str) -> dict[str, Any]:
    """What an event carries: ``+part`` or ``+extent=partial``; of a stated fact its value."""
    option = written.partition("+")[2]
    name, _, text = option.partition("=")
    if kind == "fact":
        return {"value": "a"} if option else {}
    return {name: VALUES.get(text, True)} if option else {}


@pytest.mark.parametrize("kind, written, before, after", CELLS)
def test_an_event_leads_to(kind: str, written: str, before: str, after: str) -> None:
    event = event_of(written.partition("+")[0], **fields_of(kind, written))
    found = KINDS[kind].evolve(phase_of(before), event)
    assert found == (None if after == "!" else phase_of(after))


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_tables_are_complete(name: str) -> None:
    written = {event.partition("+")[0] for kind, event, _, _ in CELLS if kind == name}
    assert written == {event for event, kind in KIND_OF.items() if kind.name == name}
    cells = [(event, before, after) for kind, event, before, after in CELLS if kind == name]
    before = {phase for _, phase, _ in cells}
    assert {after for _, _, after in cells} <= before | {"!"}, "every phase has a column"
    assert len(cells) == len({(event, phase) for event, phase, _ in cells})


@pytest.mark.parametrize("written", sorted({before for _, _, before, _ in CELLS}))
def test_a_phase_is_kept_as_json(written: str) -> None:
    phase = phase_of(written)
    stored = msgspec.json.encode(phase)
    any_phase: Any = Union[tuple(Phase.__subclasses__())]  # noqa: UP007
    assert msgspec.json.decode(stored, type=any_phase) == phase
    assert hash(phase) == hash(phase_of(written))


def statuses(kind: Kind) -> set[str]:
    return {phase_of(before).status for name, _, before, _ in CELLS if name == kind.name}


GROUPS = {
    "pending": "talks announced agreed_in_principle signed suspended opened appealed",
    "live": "in_force observed active granted part_exercised stated contracted under_way",
    "claimed": "open partly_denied",
    "done": "completed exercised fulfilled confirmed decided settled",
    "over": "withdrawn terminated expired ended lapsed closed",
    "denied": "denied",
    "noted": "noted",
}
"""The statuses of every kind; no status means two things."""


def test_the_statuses_are_those_of_the_vocabulary() -> None:
    assert {name: kind.final for name, kind in KINDS.items() if kind.final} == {
        "deal": {"withdrawn", "terminated", "expired"},
        "right": {"exercised", "lapsed"},
        "commitment": {"fulfilled", "withdrawn"},
        "rumour": {"confirmed"},
        "proceeding": {"settled", "closed"},
    }
    group_of = {status: group for group, names in GROUPS.items() for status in names.split()}
    for name, kind in KINDS.items():
        if name in ("source", "company"):
            continue  # identity: neither is ever an item
        assert statuses(kind) - {"noted"} == set(kind.groups), name
        for status in statuses(kind):
            assert kind.group_of(status) == group_of[status], (name, status)
            assert kind.is_closed(status) == (group_of[status] in ("done", "over", "denied"))
        assert kind.closed == sorted(filter(kind.is_closed, kind.groups))


def test_little_follows_on_a_final_status() -> None:
    moved = {
        (kind, written.partition("+")[0], phase_of(before).status)
        for kind, written, before, after in CELLS
        if phase_of(before).status in KINDS[kind].final and after not in ("!", before)
    }
    assert moved == {
        ("deal", "deal_revived", "withdrawn"), ("deal", "deal_revived", "terminated"),
        ("deal", "deal_revived", "expired"), ("proceeding", "proceeding_settled", "closed"),
    }  # fmt: skip


FOLLOW_UPS = {
    "company_dissolved", "fact_ended", "relationship_ended", "deal_resumed", "deal_revived",
    "deal_withdrawn", "proceeding_decided", "proceeding_appealed", "proceeding_settled",
    "proceeding_closed",
    "deal_terminated", "deal_expired", "right_exercised", "right_lapsed", "commitment_fulfilled",
    "commitment_withdrawn", "rumour_denied", "rumour_revived", "rumour_lapsed", "rumour_confirmed",
}  # fmt: skip
"""Those with a † in the vocabulary."""

OPENINGS = {
    "deal_announced", "deal_agreed_in_principle", "deal_signed", "deal_completed",
    "joint_venture_formed", "right_granted", "commitment_stated",
}  # fmt: skip
"""Those of which a second one with other bounds is a conflict."""


def test_what_an_event_type_is_to_the_fold() -> None:
    assert {name for name, event in EVENT_TYPES.items() if event.follow_up} == FOLLOW_UPS
    assert {name for name, event in EVENT_TYPES.items() if event.opens} == OPENINGS
    assert {name for name, event in EVENT_TYPES.items() if event.amends} == {
        "deal_amended", "commitment_revised", "relationship_changed", "company_renamed",
    }  # fmt: skip
    assert {name for name, event in EVENT_TYPES.items() if event.always} == {
        "source_registered", "company_registered", "companies_judged",
    }  # fmt: skip
    assert {name for name, kind in KINDS.items() if kind.claims} == {
        "fact", "rumour", "company", "source",
    }  # fmt: skip


TERMS = {
    "source": "publisher kind published title url language timezone archived_sha256",
    "company": "name kind aliases country identifiers",
    "fact": "company attribute value period comparison",
    "relationship": "kind from to products started share revenue_share disclosed_by interests direct deal",
    "deal": "kind parties title form binding value equity_value enterprise_value consideration stake"
    " price_per_share quantity scope activities products sites rationale conditions tranches break_fees"
    " term expected_completion outside_date venture independent_of replaces",
    "right": "kind holder grantor over deal governs strike quantity window conditions replaces",
    "commitment": "actor to purpose amount quantity horizon firmness detail conditions deal",
    "rumour": "kind parties of value stake quantity text about deal",
    "proceeding": "kind before parties about title deadline stage remedies",
}
REQUIRED = {
    "source": "publisher kind published", "company": "name", "fact": "company attribute",
    "relationship": "kind from to", "deal": "kind parties", "right": "kind holder grantor",
    "commitment": "actor", "rumour": "kind parties", "proceeding": "kind before parties",
}  # fmt: skip
STEPS = {
    "company_renamed": "name name_kind", "company_identified": "scheme value",
    "company_dissolved": "successor reason", "companies_judged": "companies judgement reason",
    "relationship_ended": "reason", "deal_completed": "assumed",
    "deal_approval_decided": "conditions authority outcome", "deal_bid_rejected": "by reason",
    "deal_payment_made": "amount by to", "deal_milestone_reached": "quantity milestone amount",
    "deal_breach_alleged": "by against", "deal_suspended": "reason", "deal_revived": "reason",
    "deal_withdrawn": "by reason", "deal_terminated": "by reason fee",
    "right_exercised": "part amount", "right_lapsed": "reason",
    "commitment_progressed": "spent", "commitment_fulfilled": "reason",
    "commitment_withdrawn": "reason", "rumour_comment_declined": "by",
    "rumour_denied": "by as_party extent alternative", "rumour_lapsed": "reason",
    "proceeding_decided": "outcome conditions", "proceeding_appealed": "by",
    "proceeding_settled": "terms_of amount", "proceeding_closed": "reason",
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
        ("commitment", {"actor": "a", "to": "b"}, "a actor, b beneficiary"),
        ("commitment", {"actor": "a", "to": ["b", "a"]}, "a actor beneficiary, b beneficiary"),
        ("relationship", {"kind": "manages", "from": "a", "to": "b"}, "a parent, b subsidiary"),
        ("deal", {"parties": {"a": ["partner"]}, "venture": "v"}, "a partner, v venture"),
        ("deal", {"parties": {"v": ["partner"]}, "venture": "v"}, "v partner venture"),
        ("deal", {"parties": {"v": ["venture"]}, "venture": "v"}, "v venture"),
        ("deal", {"venture": "v"}, "v venture"),
        ("proceeding", {"before": "c", "parties": {"a": ["claimant"]}}, "a claimant, c authority"),
        ("proceeding", {"parties": {"a": ["respondent"]}}, "a respondent"),
        ("proceeding", {}, ""),
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
    signed, talks = Suspended(At("signed")), Suspended(At("talks"))
    assert signed.status == signed.claim == "suspended"
    assert Over("expired", NOTED).claim == "expired"
    assert NOTED.claim == "noted"
    assert Stated({"exact": "5"}).claim == {"exact": "5"}
    assert same_claim(signed, talks)
    assert same_claim(Stated("5"), Stated("5.0"))
    assert not same_claim(Stated("5"), Stated("6"))
    assert not same_claim(At("signed"), At("talks"))


def test_a_parties_list_is_not_the_terms_own() -> None:
    terms = {"parties": {"v": ["partner"]}, "venture": "v"}
    KINDS["deal"].parties(terms)
    assert terms["parties"] == {"v": ["partner"]}


# --- companies under every name they have had ---------------------------------------------------


@pytest.mark.parametrize(
    "before, fields, after",
    [
        ({"name": "Old"}, {"name": "New"}, {"name": "New", "aliases": ["Old"]}),
        ({"name": "Old"}, {"name": "Old"}, {"name": "Old"}),
        ({"name": "Old", "aliases": ["New", "X"]}, {"name": "New"},
         {"name": "New", "aliases": ["New", "X", "Old"]}),
        ({"name": "Old", "aliases": ["Old"]}, {"name": "New"}, {"name": "New", "aliases": ["Old"]}),
        ({"name": "Old"}, {"name": "B", "name_kind": "brand"}, {"name": "Old", "aliases": ["B"]}),
        ({"name": "Old", "aliases": ["B"]}, {"name": "B", "name_kind": "brand"},
         {"name": "Old", "aliases": ["B"]}),
        ({"name": "Old"}, {"name": "New", "name_kind": "legal"}, {"name": "New", "aliases": ["Old"]}),
        ({}, {"name": "New"}, {"name": "New"}),
        ({"name": "Old", "aliases": ["Old"]}, {"name": "Old"}, {"name": "Old", "aliases": ["Old"]}),
    ],
)  # fmt: skip
def test_a_name_joins_the_aliases(
    before: dict[str, Any], fields: dict[str, Any], after: dict[str, Any]
) -> None:
    merge = KINDS["company"].merge
    assert merge is not None
    terms = dict(before)
    merge(terms, event_of("company_renamed", **fields))
    assert terms == after


def test_an_identifier_joins_the_others() -> None:
    merge = KINDS["company"].merge
    assert merge is not None
    terms: dict[str, Any] = {}
    for scheme, value in (("lei", "1"), ("isin", "2"), ("lei", "3")):
        merge(terms, event_of("company_identified", scheme=scheme, value=value))
    assert terms == {"identifiers": {"lei": "3", "isin": "2"}}
    merge(terms, event_of("company_dissolved"))
    assert terms == {"identifiers": {"lei": "3", "isin": "2"}}
