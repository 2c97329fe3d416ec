"""Companies that are one, control and remarks: the same from the stored history and from the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.contracts.world import IDENTITY, MakeWorld, World
from timeline.answers.asked import LensAsked
from timeline.model.values import Fields
from timeline.render.spoken import spoken

OTHERS = [
    {"type": "company_registered", "id": f"c-{name}", "subject": f"company:{name}", "name": said}
    for name, said in (
        ("globe-x", "Globe-X Ltd"),
        ("third", "Third"),
        ("sub", "Sub"),
        ("last", "Last"),
    )
]
DAY = "2025-06-01"


def told(type_: str, id_: str, subject: str, occurred: str = "2025-01-05", **fields: Any) -> Fields:
    head = {"type": type_, "id": id_, "subject": subject, "occurred": occurred, "source": "post"}
    return head | fields


EVENTS = (
    told(
        "deal_completed", "bought", "deal:bought", kind="acquisition",
        parties={"acme": ["acquirer"], "globe-x": ["target"], "third": ["seller"]},
    ),
    told("relationship_established", "owns", "relationship:owns", "2025-01-06", kind="parent_of")
    | {"from": "globex", "to": "sub"},
    told("relationship_established", "held", "relationship:held", "2025-01-02", kind="owns_stake_in")
    | {"from": "third", "to": "globe-x", "share": {"exact": "80"}},
    told(
        "deal_signed", "both", "deal:both", kind="supply", expected_completion="2025-02",
        parties={"globex": ["supplier"], "globe-x": ["customer"], "acme": ["other"]},
    ),
    told("deal_announced", "ended-1", "deal:ended", kind="supply", parties={"acme": ["partner"]}),
    told("deal_terminated", "ended-2", "deal:ended", "2025-01-08"),
    told(
        "right_granted", "right", "right:option", kind="purchase_option", holder="globe-x",
        grantor="last", deal="deal:ended",
    ),
    told("company_dissolved", "gone", "company:last", "2025-01-09"),
)  # fmt: skip

JUDGED = {"type": "companies_judged", "id": "judged", "companies": ["globe-x", "globex"]}
SAME = JUDGED | {"judgement": "same", "reason": "one register number"}


def tell_group(world: World) -> None:
    world.append(*IDENTITY, *OTHERS)
    world.append(*EVENTS)


@pytest.fixture
def group(make_world: MakeWorld) -> World:
    return make_world(tell_group)


def states(world: World, company: str, **asked: Any) -> Iterator[Any]:
    """The state from the stored history, and from the log."""
    at = {"on": DAY} | asked
    stored = world.timeline.state(company, **at)
    replayed = world.timeline.state(company, **at, recorded=world.head().position)
    assert msgspec.json.encode(stored.companies) == msgspec.json.encode(replayed.companies)
    yield from stored.companies


def state(world: World, company: str, **asked: Any) -> Any:
    (found,) = states(world, company, **asked)
    return found


def subjects(found: Any) -> list[str]:
    return [item.subject for item in found.items]


def test_two_companies_become_one_at_every_coordinate(group: World) -> None:
    before = group.head().position
    group.append(SAME)
    for known in (None, "2025-01-31"):
        found = state(group, "globe-x", known=known)
        assert (found.company, found.name, found.merged) == ("globex", "Globex", ["globe-x"])
        assert found.aliases == ["Globe-X Ltd"]
        assert subjects(found) == [
            "relationship:held", "relationship:owns", "deal:both", "deal:bought", "right:option",
        ]  # fmt: skip
        both = next(item for item in found.items if item.subject == "deal:both")
        assert (both.roles, both.counterparties) == (["customer", "supplier"], ["acme"])
        assert both.terms["parties"] == {"acme": ["other"], "globex": ["customer", "supplier"]}
    assert group.timeline.state("Globe-X", recorded=before).companies[0].company == "globe-x"
    assert "globe-x" not in [c.company for c in group.timeline.state(on=DAY).companies]
    group.timeline.verify()


def test_every_answer_shows_one_company(group: World) -> None:
    group.append(SAME)
    timeline = group.timeline
    seen = [
        timeline.items("deal", on=DAY),
        timeline.items("relationship", on=DAY),
        timeline.courses("globe-x", on=DAY),
        timeline.network("globe-x", on=DAY),
        timeline.companies(on=DAY),
        timeline.diff("globe-x", on=("2024-01-01", DAY)).changes,
        timeline.why("right:option", on=DAY).item,
    ]
    for answer in seen:
        assert b'"globe-x"' not in msgspec.json.encode(answer).replace(b'"merged":["globe-x"]', b"")
    counts = {row.company: row.items for row in timeline.companies(on=DAY).companies}
    assert counts["globex"] == len(state(group, "globex").items) == 5
    asked = "SELECT DISTINCT company FROM company_state ORDER BY company"
    companies = [row["company"] for row in timeline.sql(asked).found]
    assert companies == ["acme", "globex", "last", "sub", "third"]
    rights = list(timeline.sql("SELECT holder FROM right_history").found)
    assert {row["holder"] for row in rights} == {"globex"}
    assert timeline.names_in(seen)["globex"] == "Globex"
    for typed in ("Globex", "Globe-X", "globe"):
        assert [hit.id for hit in timeline.find(typed, only=["companies"])] == ["globex"]
    assert {e.subject for e in timeline.log("globe-x")} >= {"company:globe-x", "company:globex"}
    assert timeline.first("globe-x", on="2000-01-01").day == "2025-01-02"


def test_a_judgement_is_undone_by_retraction(group: World) -> None:
    untouched = [state(group, company) for company in ("globex", "globe-x", "acme")]
    group.append(SAME)
    group.append({"type": "event_retracted", "target": "judged", "reason": "two after all"})
    assert [state(group, company) for company in ("globex", "globe-x", "acme")] == untouched
    group.timeline.verify()


def test_a_judgement_makes_no_company_visible(group: World) -> None:
    late = {"type": "company_registered", "id": "c-late", "subject": "company:late", "name": "Late"}
    group.append(late | {"source": "wire"})
    judged = {"type": "companies_judged", "id": "j", "companies": ["late", "third"]}
    group.append(judged | {"judgement": "different"})
    found = state(group, "late", known="2025-01-15")
    assert (found.status, found.name) == (None, "Late")
    rows = group.timeline.companies(on=DAY, known="2025-01-15").companies
    assert next(row for row in rows if row.company == "late").status is None
    assert state(group, "late").status == "active"


def test_a_rebuild_keeps_what_is_one(group: World) -> None:
    group.append(SAME)
    before = state(group, "globex")
    group.timeline.rebuild()
    assert state(group, "globex") == before
    group.timeline.verify()


def test_of_one_pair_the_later_judgement_wins(group: World) -> None:
    group.append(SAME)
    group.append(JUDGED | {"id": "again", "judgement": "different"})
    assert state(group, "globe-x").merged == []
    group.append(SAME | {"id": "third-time"})
    assert state(group, "globe-x").company == "globex"


@pytest.mark.parametrize("together", [True, False])
def test_a_judgement_that_contradicts_others_is_refused(group: World, together: bool) -> None:
    apart = JUDGED | {"id": "apart", "judgement": "different"}
    first = JUDGED | {"id": "first", "companies": ["globex", "third"], "judgement": "same"}
    second = JUDGED | {"id": "second", "companies": ["third", "globe-x"], "judgement": "same"}
    if together:
        assert group.refuse(apart, first, second) == ["identity-contradiction"]
    else:
        group.append(apart, first)
        assert group.refuse(second) == ["identity-contradiction"]


def test_a_retraction_that_leaves_a_contradiction_is_refused(group: World) -> None:
    group.append(JUDGED | {"id": "apart", "judgement": "different"})
    group.append(JUDGED | {"id": "a", "companies": ["globex", "third"], "judgement": "same"})
    group.append(JUDGED | {"id": "b", "companies": ["globex", "third"], "judgement": "different"})
    group.append(JUDGED | {"id": "c", "companies": ["third", "globe-x"], "judgement": "same"})
    assert group.refuse({"type": "event_retracted", "target": "b"}) == ["identity-contradiction"]


def test_nobody_is_the_same_as_whoever_was_not_named(group: World) -> None:
    judged = JUDGED | {"companies": ["globex", "undisclosed"], "judgement": "same"}
    assert group.refuse(judged) == ["reserved-company"]


# --- control --------------------------------------------------------------------------------------


def test_a_group_names_the_tie_of_each_member(group: World) -> None:
    group.append(SAME)
    found = state(group, "acme", group=True)
    assert [(m.company, m.subject) for m in found.members] == [
        ("globex", "deal:bought"),
        ("sub", "relationship:owns"),
    ]
    assert {item.member for item in found.items} == {"acme", "globex"}
    assert state(group, "acme").members is msgspec.UNSET
    assert state(group, "third", group=True).members == []


def test_a_group_is_of_its_coordinate(group: World) -> None:
    group.append(SAME)
    (early,) = states(group, "third", group=True, on="2025-01-03")
    assert [m.company for m in early.members] == ["globex"]
    (none,) = states(group, "acme", group=True, on="2025-01-03")
    assert none.members == []


# --- remarks --------------------------------------------------------------------------------------


def remarks(found: Any) -> dict[str, list[str]]:
    return {
        item.subject: [remark["code"] for remark in item.remarks]
        for item in found.items
        if item.remarks
    }


def test_what_follows_is_said_of_each_item(group: World) -> None:
    assert remarks(state(group, "globe-x")) == {
        "relationship:held": ["sold"],
        "deal:both": ["overdue"],
        "right:option": ["party-dissolved", "premise-over"],
    }
    assert remarks(state(group, "globe-x", known="2025-01-31", on="2025-01-04")) == {}
    option = group.timeline.why("right:option", on=DAY).item
    assert option is not None
    assert option.remarks == [
        {"code": "party-dissolved", "company": "last", "since": "2025-01-09"},
        {
            "code": "premise-over", "subject": "deal:ended", "status": "terminated",
            "since": "2025-01-08",
        },
    ]  # fmt: skip


def test_lists_and_every_company_say_the_same(group: World) -> None:
    alone = {item.subject: item.remarks for item in state(group, "globe-x").items}
    everyone = {c.company: c for c in group.timeline.state(on=DAY).companies}
    assert {item.subject: item.remarks for item in everyone["globe-x"].items} == alone
    for kind in ("relationship", "deal", "right"):
        for item in group.timeline.items(kind, on=DAY).items:
            assert item.remarks == alone.get(item.subject, [])
        paged = group.timeline.items(kind, on=DAY, limit=50).items
        assert paged == group.timeline.items(kind, on=DAY).items


def test_a_lens_lets_through_only_remarks_of_its_sources(group: World) -> None:
    group.append(
        told("deal_terminated", "wire-ended", "deal:both", "2025-01-15") | {"source": "wire"}
    )
    commitment = told(
        "commitment_stated", "promise", "commitment:c", actor="acme", deal="deal:both"
    )
    group.append(commitment)
    assert remarks(state(group, "acme"))["commitment:c"] == ["premise-over"]
    lens = LensAsked(not_source=("wire",))
    (seen,) = group.timeline.state("acme", on=DAY, lens=lens).companies
    assert "commitment:c" not in remarks(seen)


def test_attention_has_all_remarks_of_a_day(group: World) -> None:
    rows = list(group.timeline.report("attention", on=DAY).found)
    assert [(row["code"], row["subject"], row["because"], row["day"]) for row in rows] == [
        ("overdue", "deal:both", "expected_completion", "2025-02-28"),
        ("party-dissolved", "right:option", "last", "2025-01-09"),
        ("premise-over", "right:option", "deal:ended", "2025-01-08"),
        ("sold", "relationship:held", "deal:bought", "2025-01-05"),
    ]
    assert list(group.timeline.report("attention", on="2024-01-01").found) == []
    said = list(spoken(rows, {"last": "Last Ltd"}))
    assert [(row["code"], row["because"], row["day"]) for row in said] == [
        ("overdue", "completion", "28 Feb 2025"),
        ("a party is dissolved", "Last Ltd", "9 Jan 2025"),
        ("what it rests on is over", "deal:ended", "8 Jan 2025"),
        ("sold", "deal:bought", "5 Jan 2025"),
    ]


def test_the_report_and_the_list_give_the_same_sums(group: World) -> None:
    def promise(name: str, type_: str = "commitment_stated", **amount: Any) -> Fields:
        money = {"currency": "USD"} | amount
        return told(type_, f"p-{name}", f"commitment:{name}", actor="acme", amount=money)

    group.append(
        promise("one", exact="5"), promise("two", exact="7.5"), promise("three", min="1"),
        promise("euro", exact="3", currency="EUR"), promise("about", exact="2", basis="about"),
        promise("over", exact="100"),
        told("commitment_withdrawn", "w", "commitment:over", "2025-01-07"),
    )  # fmt: skip
    listed = [
        (
            s.group,
            s.currency,
            s.per,
            s.basis,
            s.items,
            s.min and float(s.min),
            s.max and float(s.max),
        )
        for s in group.timeline.items("commitment", on=DAY).sums
    ]
    rows = group.timeline.report("commitments", on=DAY).found
    assert [
        (
            row["status_group"], row["currency"], row["per"], row["basis"], row["commitments"],
            None if row["least"] is None else float(row["least"]),
            None if row["most"] is None else float(row["most"]),
        )
        for row in rows
    ] == listed  # fmt: skip
    assert ("live", "USD", "once", "exact", 3, 13.5, None) in listed


def test_concentration_counts_the_other_side(group: World) -> None:
    parties = {"acme": ["acquirer"], "sub": ["seller"], "third": ["seller"], "globex": ["target"]}
    group.append(told("deal_signed", "co", "deal:co", kind="acquisition", parties=parties))
    rows = list(group.timeline.report("concentration", on=DAY, params={"company": "sub"}).found)
    assert [row["counterparty"] for row in rows] == ["acme", "globex"]
