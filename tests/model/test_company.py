"""What follows from several subjects: names, identity, control and remarks, from plain items."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from timeline.model import dates
from timeline.model.company import (
    Around,
    Handle,
    controls,
    group_of,
    handles_of,
    is_majority,
    name_at,
    ownership_of,
    premises_of,
    registered_name,
    remarks_of,
    sales_of,
)
from timeline.model.identity import Identity, Judgement, contradiction, identity, judgements_of
from timeline.model.record import Entry
from timeline.model.values import ALWAYS, END_OF_TIME, Fields


class Held(Struct, frozen=True):
    subject: str
    status: str
    group: str
    terms: Fields = {}
    parties: dict[str, list[str]] = {}
    since: str | None = "2020-01-01"


def relationship(name: str, kind: str, a: str, b: str, **more: Any) -> Held:
    status, group = more.pop("status", "active"), more.pop("group", "live")
    since = more.pop("since", "2020-01-01")
    terms = {"kind": kind, "from": a, "to": b} | more
    return Held(f"relationship:{name}", status, group, terms, {a: ["parent"], b: ["other"]}, since)


def deal(name: str, kind: str, parties: dict[str, list[str]], **more: Any) -> Held:
    status, group = more.pop("status", "completed"), more.pop("group", "done")
    since = more.pop("since", "2021-01-01")
    return Held(
        f"deal:{name}", status, group, {"kind": kind, "parties": parties} | more, parties, since
    )


def entry(position: int, type_: str, subject: str, known: str = ALWAYS, **fields: Any) -> Entry:
    occurred = fields.pop("occurred", None)
    earliest, latest = dates.bounds(occurred) if occurred else (dates.OPEN_START,) * 2
    return Entry(
        position, f"e{position}", type_, subject, occurred, earliest, latest, known, fields
    )


# --- names ----------------------------------------------------------------------------------------

RENAMED = [
    entry(1, "company_registered", "company:old", name="Oldname AG", aliases=["Old"]),
    entry(
        5, "company_renamed", "company:old", "2023-01-10T23:59:59.999999Z",
        name="Newname SE", occurred="2023-01-01", source="s",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    "on, known, position, name",
    [
        pytest.param("2022-06-01", "2022-06-01T00:00:00.000000Z", 9, "Oldname AG", id="before"),
        pytest.param("2023-06-01", "2022-06-01T00:00:00.000000Z", 9, "Oldname AG", id="not known"),
        pytest.param("2022-06-01", END_OF_TIME, 9, "Oldname AG", id="not yet renamed"),
        pytest.param("2023-06-01", END_OF_TIME, 9, "Newname SE", id="renamed"),
        pytest.param("2023-06-01", END_OF_TIME, 4, "Oldname AG", id="not recorded"),
        pytest.param("2023-06-01", END_OF_TIME, 0, "Oldname AG", id="not registered then"),
    ],
)
def test_a_company_has_the_name_of_the_coordinate(
    on: str, known: str, position: int, name: str
) -> None:
    assert name_at("old", RENAMED, on, known, position) == name


def test_a_company_that_is_known_later_has_the_name_of_its_registration() -> None:
    told = [
        entry(1, "company_registered", "company:x", "2024-01-01T00:00:00.000000Z", name="X Ltd"),
        entry(
            2, "company_renamed", "company:x", "2025-01-01T00:00:00.000000Z",
            name="Y Ltd", occurred="2025-01-01", source="s",
        ),
    ]  # fmt: skip
    assert name_at("x", told, "2023-01-01", "2023-01-01T00:00:00.000000Z", 9) == "X Ltd"


def test_a_slip_in_a_registration_is_mended_in_its_name_too() -> None:
    mend = entry(2, "event_corrected", "company:x", target="e1", changes={"name": "X Limited"})
    told = [entry(1, "company_registered", "company:x", name="X Limted"), mend]
    assert registered_name("x", told) == "X Limited"


def test_before_it_is_known_a_company_has_no_name_that_a_paper_gave_it_later() -> None:
    named = entry(
        2, "event_corrected", "company:x", "2025-01-01T00:00:00.000000Z",
        target="e1", changes={"name": "Y Ltd"}, source="s",
    )  # fmt: skip
    told = [entry(1, "company_registered", "company:x", "2024-01-01T00:00:00.000000Z", name="X")]
    assert name_at("x", [*told, named], "2023-01-01", "2023-01-01T00:00:00.000000Z", 9) == "X"


def test_the_name_before_a_mend_is_the_one_that_was_recorded() -> None:
    mend = entry(2, "event_corrected", "company:x", target="e1", changes={"name": "Y"})
    told = [entry(1, "company_registered", "company:x", "2024-01-01T00:00:00.000000Z", name="X")]
    asked = ("2023-01-01", "2023-01-01T00:00:00.000000Z")
    assert [name_at("x", [*told, mend], *asked, position) for position in (0, 1, 2)] == [*"YXY"]


def test_a_correction_by_a_publisher_leaves_the_name_of_a_registration() -> None:
    news = entry(
        2, "event_corrected", "company:x", "2025-01-01T00:00:00.000000Z",
        target="e1", changes={"name": "Y Ltd"}, source="s",
    )  # fmt: skip
    told = [entry(1, "company_registered", "company:x", name="X Ltd", occurred="2024-06-01"), news]
    early, late = "2024-12-31T23:59:59.999999Z", "2025-01-02T00:00:00.000000Z"
    assert registered_name("x", told) == "X Ltd"
    assert name_at("x", told, "2024-05-31", late, 9) == "X Ltd", "it is not there yet"
    assert name_at("x", told, "2025-01-02", early, 9) == "X Ltd"
    assert name_at("x", told, "2025-01-02", late, 9) == "Y Ltd"


def test_the_name_of_a_registration_that_was_taken_back_is_not_shown() -> None:
    told = [
        entry(1, "company_registered", "company:x", name="X Ltd"),
        entry(2, "event_retracted", "company:x", target="e1"),
    ]
    assert registered_name("x", told) == "x"
    assert (
        registered_name("x", [*told, entry(3, "company_registered", "company:x", name="Y")]) == "Y"
    )


def test_a_company_that_nobody_registered_goes_by_its_id() -> None:
    assert registered_name("nobody", []) == "nobody"


def test_every_name_ever_known_finds_a_company() -> None:
    assert handles_of("old", RENAMED) == [
        Handle("alias", "Old"),
        Handle("alias", "Oldname AG"),
        Handle("id", "old"),
        Handle("name", "Newname SE"),
    ]


# --- identity -------------------------------------------------------------------------------------


def judged(position: int, *companies: str, same: bool = True) -> Judgement:
    return Judgement(position, companies, same)


REGISTERED = {"b": 1, "a": 2, "c": 3, "d": 4}


@pytest.mark.parametrize(
    "judgements, first",
    [
        pytest.param([], {}, id="none"),
        pytest.param([judged(5, "a", "b")], {"a": "b", "b": "b"}, id="the first registered shows"),
        pytest.param(
            [judged(5, "a", "b"), judged(6, "c", "a")], dict.fromkeys("abc", "b"), id="two steps"
        ),
        pytest.param([judged(5, "d", "c", "a")], dict.fromkeys("acd", "a"), id="three at once"),
        pytest.param([judged(5, "a", "b"), judged(6, "a", "b", same=False)], {}, id="later wins"),
        pytest.param(
            [judged(6, "a", "b"), judged(5, "b", "a", same=False)],
            {"a": "b", "b": "b"},
            id="in whichever order they are read and written",
        ),
        pytest.param([judged(5, "x", "y")], {"x": "x", "y": "x"}, id="nobody registered them"),
    ],
)
def test_companies_tied_by_same_are_one(judgements: list[Judgement], first: dict[str, str]) -> None:
    assert identity(judgements, REGISTERED).first == first


@pytest.mark.parametrize(
    "judgements, pair",
    [
        pytest.param([judged(1, "a", "b"), judged(2, "a", "c", same=False)], None, id="none"),
        pytest.param(
            [judged(1, "a", "b", same=False), judged(2, "a", "c"), judged(3, "c", "b")],
            ("a", "b"),
            id="by two steps",
        ),
        pytest.param(
            [judged(1, "a", "b"), judged(2, "b", "c"), judged(3, "c", "a", same=False)],
            ("a", "c"),
            id="different, and the same by others",
        ),
        pytest.param([judged(1, "a", "b", same=False), judged(2, "a", "b")], None, id="taken back"),
        pytest.param(
            [judged(1, "a", "b", same=False), judged(2, "a", "b", "c")], None, id="three, anew"
        ),
    ],
)
def test_a_contradiction_is_a_pair_that_is_one_and_judged_different(
    judgements: list[Judgement], pair: tuple[str, str] | None
) -> None:
    assert contradiction(judgements) == pair


def test_a_retracted_judgement_judges_nothing_and_holds_at_every_known() -> None:
    said = {"companies": ["a", "b"], "judgement": "same"}
    judging = entry(3, "companies_judged", "company:a", "2030-01-01T00:00:00.000000Z", **said)
    other = entry(1, "company_registered", "company:a", name="A")
    assert judgements_of([other, judging]) == [judged(3, "a", "b")]
    assert (
        judgements_of([other, judging, entry(4, "event_retracted", "company:a", target="e3")]) == []
    )


ONE = Identity({"a": "a", "b": "a"})


def test_one_company_has_the_roles_of_both_ids() -> None:
    parties = {"b": ["seller", "other"], "c": ["acquirer"], "a": ["other", "target"]}
    assert ONE.parties(parties) == {"a": ["other", "target", "seller"], "c": ["acquirer"]}
    assert ONE.ids("b") == ["a", "b"]
    assert ONE.merged("a") == ["b"]
    assert ONE.ids("c") == ["c"]


@pytest.mark.parametrize(
    "kind, terms, shown",
    [
        pytest.param(
            "relationship", {"kind": "supplies", "from": "b", "to": "c"},
            {"kind": "supplies", "from": "a", "to": "c"}, id="ends",
        ),
        pytest.param(
            "deal", {"parties": {"b": ["partner"]}, "venture": "b", "title": "b"},
            {"parties": {"a": ["partner"]}, "venture": "a", "title": "b"}, id="parties, no text",
        ),
        pytest.param("fact", {"company": "b", "value": "b"}, {"company": "a", "value": "b"}, id="fact"),
        pytest.param("right", {"holder": "b", "over": "b"}, {"holder": "a", "over": "b"}, id="right"),
    ],
)  # fmt: skip
def test_terms_name_a_company_by_the_id_that_is_shown(
    kind: str, terms: Fields, shown: Fields
) -> None:
    assert ONE.terms(kind, terms) == shown


def test_steps_name_a_company_by_the_id_that_is_shown() -> None:
    step = {"event": "b", "type": "deal_breach_alleged", "occurred": "2020", "by": ["b", "a", "c"]}
    assert ONE.step(step) == step | {"by": ["a", "c"]}


@pytest.mark.parametrize("authority, shown", [("b", "a"), ("FTC", "FTC"), ("c", "c")])
def test_an_authority_may_be_a_company(authority: str, shown: str) -> None:
    step = {"event": "e", "type": "deal_approval_decided", "occurred": "2020", "outcome": "refused"}
    assert ONE.step(step | {"authority": authority}) == step | {"authority": shown}


def test_companies_inside_values_are_named_by_the_id_that_is_shown() -> None:
    fees = [{"by": "b", "to": "c", "amount": {"exact": "1", "currency": "USD"}}]
    assert ONE.terms("deal", {"break_fees": fees}) == {"break_fees": [fees[0] | {"by": "a"}]}
    assert ONE.terms("commitment", {"to": ["c", "b", "a"]}) == {"to": ["c", "a"]}


def test_a_value_before_names_a_company_by_the_id_that_is_shown() -> None:
    changed = {"to": {"since": "2020", "before": "b", "unsettled": False}}
    assert ONE.changed("relationship", changed) == {"to": changed["to"] | {"before": "a"}}


# --- control --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "share, above",
    [
        (None, False),
        ({"exact": "50"}, False),
        ({"exact": "50.0001"}, True),
        ({"min": "50.1", "max": "60"}, True),
        ({"min": "50", "max": "60"}, False),
        ({"max": "90"}, False),
        ({"min": "51"}, True),
        ({"exact": "100", "basis": "about"}, True),
        ({"basis": "majority"}, True),
    ],
)
def test_a_majority_is_certainly_above_half(share: Fields | None, above: bool) -> None:
    assert is_majority(share) is above


PARTIES = {"a": ["acquirer"], "b": ["target"], "s": ["seller"]}


@pytest.mark.parametrize(
    "item, pairs",
    [
        pytest.param(relationship("r", "parent_of", "a", "b"), [("a", "b")], id="parent"),
        pytest.param(
            relationship("r", "parent_of", "a", "b", status="observed"), [("a", "b")], id="observed"
        ),
        pytest.param(
            relationship("r", "parent_of", "a", "b", status="ended", group="over"), [], id="ended"
        ),
        pytest.param(
            relationship("r", "parent_of", "a", "b", status="noted", group="noted"), [], id="noted"
        ),
        pytest.param(relationship("r", "owns_stake_in", "a", "b"), [], id="stake unknown"),
        pytest.param(
            relationship("r", "owns_stake_in", "a", "b", share={"exact": "66"}),
            [("a", "b")],
            id="stake above half",
        ),
        pytest.param(relationship("r", "supplies", "a", "b"), [], id="supplier"),
        pytest.param(relationship("r", "manages", "a", "b"), [], id="manager"),
        pytest.param(relationship("r", "parent_of", "a", "a"), [], id="itself"),
        pytest.param(deal("d", "acquisition", PARTIES), [("a", "b")], id="acquisition"),
        pytest.param(deal("d", "merger", PARTIES), [("a", "b")], id="merger"),
        pytest.param(deal("d", "investment", PARTIES), [], id="investment"),
        pytest.param(
            deal("d", "acquisition", PARTIES, stake={"exact": "30"}), [], id="part of it"
        ),
        pytest.param(
            deal("d", "acquisition", PARTIES, stake={"min": "51"}), [("a", "b")], id="most of it"
        ),
        pytest.param(
            deal("d", "acquisition", PARTIES, status="signed", group="pending"), [], id="signed"
        ),
        pytest.param(
            deal("d", "acquisition", {"a": ["acquirer"], "c": ["acquirer"], "b": ["target"]}),
            [("a", "b"), ("c", "b")],
            id="two acquirers",
        ),
    ],
)  # fmt: skip
def test_what_controls(item: Held, pairs: list[tuple[str, str]]) -> None:
    assert controls(item, {}) == pairs


def sale(since: str, **more: Any) -> Held:
    parties = {"x": ["acquirer"], "b": ["target"], "a": ["seller"]}
    return deal("sale", "acquisition", parties, since=since, **more)


@pytest.mark.parametrize(
    "since, sold",
    [
        pytest.param("2021-06-01", True, id="later"),
        pytest.param("2019-06-01", False, id="earlier"),
        pytest.param("2020-01-01", False, id="the same day"),
        pytest.param("2020", True, id="it ends later"),
    ],
)
@pytest.mark.parametrize(
    "held",
    [
        relationship("r", "parent_of", "a", "b"),
        relationship("r", "owns_stake_in", "a", "b", share={"exact": "80"}),
        deal("d", "acquisition", PARTIES, since="2020-01-01"),
    ],
)
def test_who_sold_it_later_controls_it_no_longer(held: Held, since: str, sold: bool) -> None:
    sales = sales_of([sale(since)])
    assert controls(held, sales) == ([] if sold else [("a", "b")])


def test_a_sale_that_is_not_completed_sells_nothing() -> None:
    assert sales_of([sale("2021-06-01", status="signed", group="pending")]) == {}


def test_a_part_that_is_sold_to_others_is_said_of_its_seller_only() -> None:
    (pair,) = sales_of([sale("2021")])
    assert pair == ("a", "b")


def read_from(items: list[Held]) -> Any:
    return lambda ring: [item for item in items if not set(ring).isdisjoint(item.parties)]


def test_a_group_goes_through_any_depth_and_survives_cycles() -> None:
    items = [
        relationship("ab", "parent_of", "a", "b"),
        deal("bc", "acquisition", {"b": ["acquirer"], "c": ["target"]}),
        relationship("ca", "parent_of", "c", "a"),
        relationship("cd", "owns_stake_in", "c", "d", share={"exact": "75"}),
        relationship("ax", "owns_stake_in", "a", "x", share={"exact": "40"}),
    ]
    assert group_of("a", read_from(items)) == {
        "a": [],
        "b": ["relationship:ab"],
        "c": ["relationship:ab", "deal:bc"],
        "d": ["relationship:ab", "deal:bc", "relationship:cd"],
    }


def test_the_nearest_tie_brings_a_member_in_and_of_two_the_first_shown() -> None:
    items = [
        deal("ab", "acquisition", {"a": ["acquirer"], "b": ["target"]}),
        relationship("z-ab", "parent_of", "a", "b"),
        relationship("bc", "parent_of", "b", "c"),
        deal("ac", "acquisition", {"a": ["acquirer"], "c": ["target"]}),
    ]
    found = group_of("a", read_from(items))
    assert found == {"a": [], "b": ["relationship:z-ab"], "c": ["deal:ac"]}


def test_nobody_knows_who_is_undisclosed_so_it_is_in_no_group() -> None:
    items = [
        relationship("au", "parent_of", "a", "undisclosed"),
        relationship("ub", "parent_of", "undisclosed", "b"),
    ]
    assert group_of("a", read_from(items)) == {"a": []}


# --- remarks --------------------------------------------------------------------------------------

NOTHING = Around({}, {}, {})
ENDED = Held("deal:d", "terminated", "over", since="2025-06-09")


def around(*premises: Held, **more: Any) -> Around:
    found = {item.subject: item for item in premises}
    return Around(found, more.get("dissolved", {}), sales_of(more.get("sales", ())))


@pytest.mark.parametrize(
    "item",
    [
        Held("right:r", "granted", "live", {"deal": "deal:d"}),
        Held("right:r", "granted", "live", {"over": "deal:d"}),
        Held("right:r", "noted", "noted", {"over": "deal:d", "deal": "deal:d"}),
        Held("commitment:c", "stated", "live", {"deal": "deal:d"}),
        Held("proceeding:p", "opened", "pending", {"about": "deal:d"}),
    ],
)
@pytest.mark.parametrize("status, group", [("terminated", "over"), ("denied", "denied")])
def test_a_premise_that_is_over_or_denied_is_said(item: Held, status: str, group: str) -> None:
    ended = Held("deal:d", status, group, since="2025-06-09")
    assert premises_of(item) == ["deal:d"]
    assert remarks_of(item, "2025-07-01", around(ended)) == [
        {"code": "premise-over", "subject": "deal:d", "status": status, "since": "2025-06-09"}
    ]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(Held("right:r", "lapsed", "over", {"deal": "deal:d"}), id="over itself"),
        pytest.param(Held("right:r", "exercised", "done", {"deal": "deal:d"}), id="done itself"),
        pytest.param(Held("right:r", "granted", "live", {"over": "shares of d"}), id="over a text"),
        pytest.param(Held("rumour:r", "open", "claimed", {"deal": "deal:d"}), id="a rumour"),
        pytest.param(Held("commitment:c", "stated", "live", {"about": "deal:d"}), id="other term"),
        pytest.param(Held("right:r", "granted", "live", {"deal": "deal:absent"}), id="absent"),
    ],
)
def test_no_premise_is_over(item: Held) -> None:
    assert remarks_of(item, "2025-07-01", around(ENDED)) == []


def test_a_premise_that_goes_on_is_not_said() -> None:
    item = Held("right:r", "granted", "live", {"deal": "deal:d"})
    assert remarks_of(item, "2025-07-01", around(Held("deal:d", "completed", "done"))) == []


def test_parties_that_are_dissolved_are_said_by_company() -> None:
    item = Held("deal:d", "signed", "pending", {}, {"b": ["partner"], "a": ["partner"]})
    dissolved = {"a": "2024-01-01", "b": "2023", "other": "2022"}
    assert remarks_of(item, "2025-01-01", around(dissolved=dissolved)) == [
        {"code": "party-dissolved", "company": "a", "since": "2024-01-01"},
        {"code": "party-dissolved", "company": "b", "since": "2023"},
    ]


@pytest.mark.parametrize(
    "item, on, keys",
    [
        pytest.param(
            Held(
                "deal:d", "signed", "pending",
                {"outside_date": "2025-06", "expected_completion": "2025-03"},
            ),
            "2025-07-01", ["expected_completion 2025-03-31", "outside_date 2025-06-30"], id="both",
        ),
        pytest.param(
            Held("deal:d", "signed", "pending", {"outside_date": "2025-06"}), "2025-06-30", [],
            id="on its last day",
        ),
        pytest.param(
            Held("deal:d", "noted", "noted", {"outside_date": "2025-06"}), "2025-07-01", [], id="noted",
        ),
        pytest.param(
            Held("deal:d", "in_force", "live", {"outside_date": "2025-06"}), "2025-07-01", [],
            id="in force",
        ),
        pytest.param(
            Held("right:r", "granted", "live", {"window": "2025-01/2025-06-15"}), "2025-06-16",
            ["window 2025-06-15"], id="window",
        ),
        pytest.param(
            Held("right:r", "granted", "live", {"window": "2025-01/.."}), "2099-01-01", [],
            id="open window",
        ),
        pytest.param(
            Held("right:r", "lapsed", "over", {"window": "2025-01"}), "2099-01-01", [], id="lapsed",
        ),
    ],
)  # fmt: skip
def test_deadlines_that_passed_are_said(item: Held, on: str, keys: list[str]) -> None:
    found = remarks_of(item, on, NOTHING)
    assert [f"{remark['key']} {remark['date']}" for remark in found] == keys
    assert all(remark["code"] == "overdue" for remark in found)


def test_what_was_sold_later_is_said() -> None:
    item = relationship("r", "parent_of", "a", "b")
    assert ownership_of(item) == ("a", "b")
    assert remarks_of(item, "2025-01-01", around(sales=[sale("2021-06-01")])) == [
        {"code": "sold", "subject": "deal:sale", "since": "2021-06-01"}
    ]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(
            relationship("r", "parent_of", "a", "b", since="2022-01-01"), id="bought again"
        ),
        pytest.param(relationship("r", "supplies", "a", "b"), id="no ownership"),
        pytest.param(relationship("r", "parent_of", "c", "b"), id="another owner"),
        pytest.param(relationship("r", "parent_of", "a", "c"), id="another company"),
        pytest.param(
            relationship("r", "parent_of", "a", "b", since=None), id="since nobody knows when"
        ),
        pytest.param(
            relationship("r", "parent_of", "a", "b", status="ended", group="over"), id="ended"
        ),
    ],
)
def test_what_was_not_sold_is_not_said(item: Held) -> None:
    assert remarks_of(item, "2025-01-01", around(sales=[sale("2021-06-01")])) == []


def test_remarks_are_sorted_by_code_subject_company_and_key() -> None:
    terms = {"deal": "deal:z", "over": "deal:d", "window": "2020"}
    item = Held("right:r", "granted", "live", terms, {"b": ["holder"], "a": ["grantor"]})
    other = Held("deal:z", "expired", "over", since="2024")
    said = remarks_of(item, "2025-01-01", around(ENDED, other, dissolved={"b": None, "a": "2020"}))
    assert [tuple(list(remark.values())[:2]) for remark in said] == [
        ("overdue", "window"),
        ("party-dissolved", "a"),
        ("party-dissolved", "b"),
        ("premise-over", "deal:d"),
        ("premise-over", "deal:z"),
    ]
