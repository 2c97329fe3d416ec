"""Titles, terms and steps: the whole vocabulary has words, and no word of the storage shows."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from tests.model.kinds.events import events_of
from timeline.answers import CompanyItem
from timeline.model.kinds import EVENT_TYPES, KIND_OF, KINDS, STEPS_OF
from timeline.model.kinds.event import NOTED, DealKind, Phase
from timeline.model.kinds.relationship import RelationshipKind
from timeline.model.kinds.right import RightEvent
from timeline.model.values import Role
from timeline.render.status import GROUPS, group_of, status_words
from timeline.render.terms import step_words, term_rows
from timeline.render.titles import title

NAMES = {"acme": "Acme", "globex": "Globex", "initech": "Initech", "member": "Member"}
SHOWN = tuple(kind.name for kind in KINDS.values() if kind.groups)


def item(
    kind: str | None,
    roles: list[str],
    held: dict[str, list[str]] | None = None,
    subject: str = "deal:x",
    **fields: Any,
) -> CompanyItem:
    found = fields.pop("terms", {})
    if held is not None:
        found = {"kind": kind, "parties": {"acme": roles} | held} | found
    plain = {
        "subject": subject, "kind": kind, "status": "noted", "group": "noted", "certainty": "definite",
        "alternatives": [], "roles": roles, "counterparties": sorted(held or ()), "since": None,
        "disputed": False, "disputes": [], "irregular": [], "conflicts": [], "changed": {},
        "remarks": [], "terms": found, "steps": [],
        "events": [], "corrections": [], "sources": [],
    }  # fmt: skip
    return msgspec.convert(plain | fields, CompanyItem)


@pytest.mark.parametrize(
    "kind, own, held, said",
    [
        ("joint_venture", ["partner"], {"globex": ["partner"]},
         "Joint venture with Globex, as partner"),
        ("strategic_alliance", ["designer", "manufacturer"], {"globex": ["partner", "evaluator"]},
         "Strategic alliance with Globex, as designer and manufacturer"),
        ("acquisition", ["acquirer"], {"globex": ["target"]},
         "Acquisition of Globex, as acquirer"),
        ("acquisition", ["target"], {"globex": ["acquirer"]},
         "Acquisition by Globex, as target"),
        ("acquisition", ["acquirer"], {"globex": ["target"], "initech": ["seller"]},
         "Acquisition of Globex from Initech, as acquirer"),
        ("acquisition", ["acquirer"], {"globex": ["target"], "initech": ["acquirer"]},
         "Acquisition of Globex, as acquirer with Initech"),
        # a co-seller is no co-buyer, and several investors stand together
        ("acquisition", ["seller"],
         {"globex": ["target"], "initech": ["seller"], "member": ["acquirer"]},
         "Acquisition of Globex by Member, as seller with Initech"),
        ("acquisition", ["acquirer"],
         {"globex": ["target"], "initech": ["seller"], "member": ["seller"]},
         "Acquisition of Globex from Initech and Member, as acquirer"),
        ("investment", ["investor"],
         {"globex": ["investee"], "initech": ["investor"], "member": ["investor"]},
         "Investment in Globex, as investor with Initech and Member"),
        ("investment", ["investee"], {"globex": ["investor"], "initech": ["investor"]},
         "Investment by Globex and Initech, as investee"),
        ("joint_venture", ["partner"], {"globex": ["partner"], "initech": ["venture"]},
         "Joint venture in Initech with Globex, as partner"),
        ("joint_venture", ["venture"], {"globex": ["partner"], "initech": ["partner"]},
         "Joint venture between Globex and Initech, as venture"),
        ("merger", ["partner"], {"globex": ["partner"]}, "Merger with Globex, as partner"),
        ("asset_purchase", ["acquirer"], {"globex": ["seller"]},
         "Asset purchase from Globex, as acquirer"),
        ("ipo", ["investee"], {"globex": ["adviser"]}, "IPO with Globex, as investee"),
        ("spin_off", ["parent"], {"globex": ["subsidiary"]}, "Spin-off of Globex, as parent"),
        ("supply", ["customer"], {"globex": ["supplier"], "initech": ["supplier"]},
         "Supply from Globex and Initech, as customer"),
        ("capacity", ["supplier"], {"globex": ["customer"]}, "Capacity for Globex, as supplier"),
        ("investment", ["investee"], {"globex": ["investor"]}, "Investment by Globex, as investee"),
        ("financing", ["lender"], {"globex": ["borrower"]}, "Financing of Globex, as lender"),
        ("licence", ["licensor"], {"globex": ["licensee"]}, "Licence to Globex, as licensor"),
        ("research_development", ["partner"], {"undisclosed": ["partner"]},
         "Research and development with an undisclosed party, as partner"),
        ("other", ["other"], {}, "Agreement"),
    ],
)  # fmt: skip
def test_deals(kind: str, own: list[str], held: dict[str, list[str]], said: str) -> None:
    assert title(item(kind, own, held), "acme", NAMES) == said
    rumour = title(item(kind, own, held, "rumour:x"), "acme", NAMES)
    assert rumour == "Rumoured " + (said if kind == "ipo" else said[0].lower() + said[1:])


@pytest.mark.parametrize(
    "of, said",
    [
        ("begin", "Rumoured merger with Globex, as partner"),
        ("end", "Rumoured end of merger with Globex, as partner"),
        ("delay", "Rumoured delay of merger with Globex, as partner"),
        ("decision", "Rumoured decision on merger with Globex, as partner"),
    ],
)
def test_a_rumour_of_an_end_is_no_rumour_of_a_deal(of: str, said: str) -> None:
    one = item("merger", ["partner"], {"globex": ["partner"]}, "rumour:x", terms={"of": of})
    assert title(one, "acme", NAMES) == said


def test_a_proceeding_names_the_authority_and_the_other_side() -> None:
    held = {"before": "globex", "parties": {"acme": ["claimant"], "initech": ["respondent"]}}
    one = item(
        "antitrust_case", ["claimant"], None, "proceeding:x", terms={"kind": "antitrust_case"} | held,
        counterparties=["globex", "initech"],
    )  # fmt: skip
    assert title(one, "acme", NAMES) == "Antitrust case against Initech before Globex, as claimant"
    court = msgspec.structs.replace(one, roles=["authority"], counterparties=["acme", "initech"])
    assert title(court, "globex", NAMES) == "Antitrust case by Acme against Initech, as authority"
    both = msgspec.structs.replace(one, counterparties=["acme", "globex", "initech"])
    assert title(both, None, NAMES) == "Antitrust case by Acme against Initech before Globex"


@pytest.mark.parametrize(
    "subject, own, found, said",
    [
        ("relationship", "acme", {"kind": "parent_of", "from": "acme", "to": "globex"},
         "Parent of Globex"),
        ("relationship", "globex", {"kind": "parent_of", "from": "acme", "to": "globex"},
         "Subsidiary of Acme"),
        ("right", "acme", {"kind": "purchase_option", "holder": "acme", "grantor": "globex"},
         "Purchase option from Globex"),
        ("right", "globex", {"kind": "first_refusal", "holder": "acme", "grantor": "globex"},
         "Right of first refusal for Acme"),
        ("commitment", "acme", {"actor": "acme"}, "Commitment"),
        ("commitment", "acme", {"actor": "acme", "firmness": "approved", "purpose": "plants",
                                "horizon": {"max": 2, "unit": "year"}},
         "Approved plan for plants, for up to 2 years"),
        ("commitment", "acme", {"actor": "acme", "firmness": "aim",
                                "amount": {"exact": "5", "currency": "EUR"}}, "Aim: EUR 5"),
        ("fact", "acme", {"company": "acme", "attribute": "rank", "value": "world's largest",
                          "comparison": [{"relation": "largest"}, {"relation": "first_time"}]},
         "rank: world's largest (for the first time)"),
        ("fact", "acme", {"company": "acme", "attribute": "rank", "period": "2025-35",
                          "value": True}, "rank (Q3 2025): yes"),
    ],
)  # fmt: skip
def test_the_other_kinds_as_each_side_sees_them(
    subject: str, own: str, found: dict[str, Any], said: str
) -> None:
    parties = {found.get(name) for name in ("from", "to", "holder", "grantor")} - {None, own}
    one = item(
        found.get("kind", found.get("attribute")), [], subject=f"{subject}:x", terms=found,
        counterparties=sorted(parties),
    )  # fmt: skip
    assert title(one, own, NAMES) == said


def test_a_group_names_the_member_that_is_the_party() -> None:
    one = item("joint_venture", ["partner"], {"globex": ["partner"]}, member="member")
    assert title(one, "acme", NAMES) == "Member: Joint venture with Globex, as partner"


def test_a_list_of_all_companies_tells_of_whom_an_item_is() -> None:
    sale = item("supply", ["supplier"], {"globex": ["customer"]})
    both = msgspec.structs.replace(sale, counterparties=["acme", "globex"])
    assert title(both, None, NAMES) == "Supply to Globex from Acme"
    venture = item("joint_venture", ["partner"], {"globex": ["partner"]})
    both = msgspec.structs.replace(venture, counterparties=["acme", "globex"])
    assert title(both, None, NAMES) == "Joint venture between Acme and Globex"
    held = {"kind": "warrant", "holder": "globex", "grantor": "acme"}
    right = item("warrant", [], subject="right:x", terms=held, counterparties=["acme", "globex"])
    assert title(right, None, NAMES) == "Globex: Warrant from Acme"


RIGHT_KINDS = get_args(get_args(get_type_hints(RightEvent)["kind"])[0])


@pytest.mark.parametrize(
    "subject, kind",
    [
        *(("deal", kind) for kind in get_args(DealKind)),
        *(("relationship", kind) for kind in get_args(RelationshipKind)),
        *(("right", kind) for kind in RIGHT_KINDS),
    ],
)
def test_every_kind_and_role_has_words(subject: str, kind: str) -> None:
    sides = {"from": "acme", "to": "globex", "holder": "acme", "grantor": "globex"}
    for role in get_args(Role):
        one = item(
            kind, [role], {"globex": [role]}, subject=f"{subject}:x", terms={"kind": kind} | sides
        )
        for company in ("acme", "globex", None):
            said = title(one, company, NAMES)
            assert "_" not in said
            assert "Globex" in said or company == "globex"
            assert "Related" not in said


@pytest.mark.parametrize("kind", SHOWN)
def test_every_term_of_the_vocabulary_has_a_label_or_is_in_the_title(kind: str) -> None:
    words = KINDS[kind].words
    assert words.keys() == set(KINDS[kind].terms)
    assert all(told.label and len(told.label) <= 11 and told.meaning for told in words.values())


def test_terms_in_words() -> None:
    one = item(
        "supply", ["partner"], {"globex": ["partner", "evaluator"]},
        terms={
            "price_per_share": {"exact": "88", "currency": "JPY"}, "form": "loi", "binding": True,
            "stake": {"exact": "66"}, "expected_completion": "2016-06", "venture": "initech",
            "independent_of": ["deal:y"], "brand_new": ["x"],
        },
    )  # fmt: skip
    assert list(term_rows(one, NAMES)) == [
        ("others", "Globex as partner and evaluator"),
        ("form", "letter of intent, binding"),
        ("stake", "66 %"),
        ("per share", "JPY 88"),
        ("completion", "expected June 2016"),
        ("venture", "Initech"),
        ("independent", "of deal:y"),
        ("brand new", "x"),
    ]
    assert list(term_rows(item("other", [], {}, terms={"form": "unspecified"}), NAMES)) == []


_MONEY = {"exact": "5000000", "currency": "USD"}


@pytest.mark.parametrize(
    "type_, fields, said",
    [
        ("deal_approval_decided", {"authority": "the board", "outcome": "refused"},
         "approval refused by the board"),
        ("deal_payment_made", {"amount": _MONEY, "by": "acme"}, "USD 5 mn paid by Acme"),
        ("deal_breach_alleged", {"by": ["acme", "globex"], "against": "initech"},
         "breach alleged by Acme and Globex against Initech"),
        ("deal_completed", {"assumed": True}, "completed as the source infers"),
        ("deal_completed", {"assumed": False}, "completed"),
        ("deal_suspended", {"reason": "the signing waits"}, "suspended – the signing waits"),
        ("deal_terminated", {"by": "acme", "reason": "no approval", "fee": _MONEY},
         "terminated by Acme – no approval; fee USD 5 mn"),
        ("right_exercised", {"part": True, "amount": _MONEY}, "exercised in part for USD 5 mn"),
        ("right_lapsed", {"reason": "waived"}, "lapsed – waived"),
        ("deal_bid_rejected", {"by": "acme", "reason": "too low"}, "bid rejected by Acme – too low"),
        ("deal_payment_made", {"amount": _MONEY, "by": "acme", "to": ["globex"]},
         "USD 5 mn paid by Acme to Globex"),
        ("deal_milestone_reached", {"milestone": "half of the shares tendered", "amount": _MONEY},
         "milestone reached: half of the shares tendered for USD 5 mn"),
        ("deal_approval_decided",
         {"authority": "the board", "outcome": "granted_with_conditions", "conditions": ["sell it"]},
         "approval granted with conditions by the board – sell it"),
        ("deal_revived", {"reason": "they made up"}, "revived – they made up"),
        ("proceeding_decided", {"outcome": "for_claimant"}, "decided: for claimant"),
        ("proceeding_settled", {"terms_of": "a licence", "amount": _MONEY},
         "settled for USD 5 mn – terms: a licence"),
        ("commitment_progressed", {"spent": _MONEY}, "USD 5 mn spent"),
        ("rumour_denied", {"by": "acme", "extent": "partial", "alternative": "cooperation"},
         "denied in part by Acme – cooperation"),
        ("rumour_denied", {"by": "acme", "as_party": False, "extent": "full"},
         "denied by Acme, though not as a party"),
        ("rumour_comment_declined", {"by": "acme"}, "comment declined by Acme"),
        ("brand_new", {"some_field": {"exact": "5"}}, "brand new – some field: 5 %"),
    ],
)  # fmt: skip
def test_steps_in_words(type_: str, fields: dict[str, Any], said: str) -> None:
    step = {"event": "e", "type": type_, "occurred": "2025-02-12"} | fields
    assert step_words(step, NAMES) == f"12 Feb 2025: {said}"
    assert step == {"event": "e", "type": type_, "occurred": "2025-02-12"} | fields


def test_every_event_that_makes_a_step_has_words() -> None:
    wordless = {name for name, fields in STEPS_OF.items() if fields and not EVENT_TYPES[name].step}
    assert wordless == set(), "what happened, in words, belongs to the event type"


def test_every_status_that_can_be_reached_has_a_group_and_words() -> None:
    reached = {"absent"}
    for kind in KINDS.values():
        events = [event for name, of in KIND_OF.items() if of is kind for event in events_of(name)]
        phases: set[Phase] = {NOTED}
        waiting: list[Phase] = [NOTED]
        while waiting:
            phase = waiting.pop()
            for event in events:
                after = kind.evolve(phase, event)
                if after is not None and after not in phases:
                    phases.add(after)
                    waiting.append(after)
        reached |= {phase.status for phase in phases}
    assert reached == {status for group in GROUPS.values() for status in group}
    for status in reached:
        assert group_of(status) in GROUPS
        assert "_" not in status_words(status)
    assert group_of("announced", disputed=True) == "disputed"
