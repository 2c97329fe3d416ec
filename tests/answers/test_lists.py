"""Lists with filters and sums, groups at a coordinate, and what the two have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.answers.stores import FIXTURES, new_store, new_timeline, replay_text, stories_of
from timeline import Timeline
from timeline.answers.model import CompanyItem
from timeline.answers.sums import sums
from timeline.answers.view import View, ties_of
from timeline.errors import InvalidValue, NotFound
from timeline.model.kinds import SHOWN

STORIES = sorted(path.stem for path in FIXTURES.glob("*.yaml"))


stories = stories_of(*STORIES)


# --- lists --------------------------------------------------------------------------------------


def test_a_list_holds_what_the_states_of_all_companies_hold(stories: Timeline) -> None:
    at: dict[str, Any] = {"on": "2025-11-21", "known": "2025-11-21"}
    every = {i.subject: i.status for c in stories.state(**at).companies for i in c.items}
    listed = {i.subject: i.status for kind in SHOWN for i in stories.items(kind, **at).items}
    assert every.items() <= listed.items()
    for kind in SHOWN:
        answer = stories.items(kind, **at)
        replayed = stories.items(kind, recorded=answer.position, **at)
        assert msgspec.json.encode(answer.items) == msgspec.json.encode(replayed.items)
        assert answer.sums == replayed.sums


def test_filters_of_a_list(stories: Timeline) -> None:
    at: dict[str, Any] = {"on": "2025-11-21", "known": "2025-11-21"}
    every = stories.items("deal", **at).items
    for name in {item.status for item in every}:
        found = stories.items("deal", status=[name], **at).items
        assert found == [item for item in every if item.status == name] != []
    both = stories.items("deal", item_kind=["supply", "capacity"], **at).items
    assert both == [item for item in every if item.kind in ("supply", "capacity")] != []
    possible = stories.items("deal", certainty="possible", **at).items
    assert possible == [item for item in every if item.certainty == "possible"]
    left = stories.items("rumour", open_only=True, on="2026-03-01").items
    assert "denied" not in {item.status for item in left}
    with pytest.raises(InvalidValue, match="nonsense"):
        stories.items("deal", status=["nonsense"], **at)


def test_the_list_of_a_company_says_what_its_state_says(stories: Timeline) -> None:
    at: dict[str, Any] = {"on": "2025-11-21", "known": "2025-11-21"}
    (state,) = stories.state("foxconn", **at).companies
    for kind in SHOWN:
        listed = stories.items(kind, company="Foxconn", **at).items
        assert listed == [item for item in state.items if item.subject.startswith(f"{kind}:")]
    with pytest.raises(NotFound):
        stories.items("deal", company="foxcon")
    for kind in ("deals", "source", "company", ""):
        with pytest.raises(InvalidValue, match="no list of"):
            stories.items(kind)


def money(**fields: Any) -> dict[str, Any]:
    return {"currency": "USD"} | fields


@pytest.mark.parametrize(
    "amounts, expected",
    [
        ([money(exact="1.10"), money(exact="2.2")], [("USD", "once", "exact", 2, "3.30", "3.30")]),
        ([money(exact="1"), money(min="2", max="5")], [("USD", "once", "exact", 2, "3", "6")]),
        ([money(exact="1"), money(min="2")], [("USD", "once", "exact", 2, "3", None)]),
        (
            [money(exact="5", basis="up_to"), money(max="7", basis="up_to")],
            [("USD", "once", "up_to", 2, None, "12")],
        ),
        ([money(exact="5", basis="at_least")], [("USD", "once", "at_least", 1, "5", None)]),
        ([money(exact="5", basis="about")], [("USD", "once", "about", 1, "5", "5")]),
        (
            [money(exact="1"), money(exact="1", currency="EUR"), money(exact="1", per="year"), None],
            [
                ("EUR", "once", "exact", 1, "1", "1"),
                ("USD", "once", "exact", 1, "1", "1"),
                ("USD", "year", "exact", 1, "1", "1"),
            ],
        ),
        (
            [money(exact="1e21"), money(exact="0.1")],
            [("USD", "once", "exact", 2, *["1000000000000000000000.1"] * 2)],
        ),
        ([money(exact="1", reported_as=[money(exact="9")])], [("USD", "once", "exact", 1, "1", "1")]),
        ([], []),
    ],
)  # fmt: skip
def test_sums_stay_within_currency_period_and_basis(amounts: Any, expected: Any) -> None:
    items = [worth(amount) for amount in amounts]
    found = [msgspec.structs.astuple(total) for total in sums(items)]
    assert found == [("live", *each) for each in expected]


def worth(amount: Any, status: str = "in_force", group: str = "live") -> CompanyItem:
    terms = {"value": amount} if amount else {}
    return CompanyItem(
        subject="deal:d", kind="supply", status=status, group=group, certainty="definite",
        alternatives=[], roles=[], counterparties=[], since=None, disputed=False, disputes=[],
        irregular=[], conflicts=[], changed={}, remarks=[], terms=terms, steps=[], events=[],
        corrections=[], sources=[],
    )  # fmt: skip


def test_sums_stay_within_a_group() -> None:
    over = worth(money(exact="5"), "terminated", "over")
    assert [(each.group, each.min) for each in sums([worth(money(exact="1")), over])] == [
        ("live", "1"),
        ("over", "5"),
    ]


def test_the_money_of_volkswagen_and_rivian_before_and_after(stories: Timeline) -> None:
    def totals(known: str) -> list[Any]:
        answer = stories.items("deal", company="rivian", on="2024-12-31", known=known)
        return [(s.basis, s.items, s.min, s.max) for s in answer.sums]

    note = ("exact", 1, "1000000000", "1000000000")
    assert totals("2024-11-11") == [note, ("up_to", 1, None, "5000000000")]
    assert totals("2024-11-12") == [note, ("up_to", 1, None, "5800000000")]


def test_companies_are_listed_with_the_number_of_their_items(stories: Timeline) -> None:
    rows = stories.companies(on="2025-11-21", known="2025-11-21").companies
    states = stories.state(on="2025-11-21", known="2025-11-21").companies
    assert [(r.company, r.name, r.status, r.items) for r in rows] == [
        (c.company, c.name, c.status, len(c.items)) for c in states
    ]


# --- groups -------------------------------------------------------------------------------------


def members(timeline: Timeline, company: str, **at: Any) -> dict[str, str]:
    (state,) = timeline.state(company, group=True, **at).companies
    return {i.subject: i.member for i in state.items if isinstance(i.member, str)}


def test_the_joint_venture_of_alphabet_is_intrinsic_s_until_it_moves(stories: Timeline) -> None:
    day: dict[str, Any] = {"on": "2025-11-21"}
    assert members(stories, "alphabet", **day)["deal:foxconn-intrinsic-robotics"] == "intrinsic"
    assert members(stories, "amazon", **day)["deal:openai-aws-capacity"] == "aws"
    assert "deal:foxconn-intrinsic-robotics" not in members(stories, "google", **day)
    (alone,) = stories.state("alphabet", **day).companies
    assert {item.subject for item in alone.items} == {"relationship:alphabet-intrinsic"}
    after: dict[str, Any] = {"on": "2026-02-25"}
    assert "deal:foxconn-intrinsic-robotics" in members(stories, "google", **after)
    tied = {link.event for link in stories.why("relationship:alphabet-intrinsic", **after).chain}
    assert tied
    listed = stories.items("deal", company="alphabet", group=True, **day).items
    assert [(i.subject, i.member) for i in listed] == [
        ("deal:foxconn-intrinsic-robotics", "intrinsic")
    ]


GROUP = """\
story: group
sources: {post: {publisher: Post, kind: news, published: 2025-01-01}}
companies: {a: {name: A}, b: {name: B}, c: {name: C}, d: {name: D}, e: {name: E}}
events:
  - {type: relationship_established, subject: relationship:ab, occurred: 2025-01-01, kind: parent_of, from: a, to: b}
  - {type: relationship_established, subject: relationship:bc, occurred: 2025-01-01, kind: parent_of, from: b, to: c}
  - {type: relationship_established, subject: relationship:ca, occurred: 2025-01-01, kind: parent_of, from: c, to: a}
  - {type: relationship_established, subject: relationship:ad, occurred: 2025-01-01, kind: owns_stake_in, from: a, to: d}
  - type: relationship_established
    subject: relationship:ae
    occurred: 2025-01-01
    fact_level: forecast
    kind: parent_of
    from: a
    to: e
  - {type: relationship_ended, subject: relationship:bc, occurred: 2025-06-01}
"""  # noqa: E501


def test_a_group_through_depth_and_a_cycle(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    replay_text(store, tmp_path, GROUP)
    timeline = Timeline(store)
    with timeline.reading() as connection:
        from timeline.answers.coordinate import coordinate

        for on, recorded, company, group in (
            ("2025-03-01", None, "a", ["a", "b", "c"]),
            ("2025-03-01", 11, "c", ["c", "a", "b"]),
            ("2025-06-01", None, "a", ["a", "b"]),
            ("2025-06-01", None, "c", ["c", "a", "b"]),
            ("2024-12-31", None, "a", ["a"]),
            ("2025-03-01", None, "d", ["d"]),
            ("2025-03-01", 7, "a", ["a", "b"]),
        ):
            view = View(connection, coordinate(connection, on=on, recorded=recorded))
            assert list(ties_of(view, company)) == group, (on, company)
    # what ties two members together is shown once, with the nearer one
    assert members(timeline, "a", on="2025-03-01") == {
        "relationship:ab": "a", "relationship:ca": "a", "relationship:ad": "a",
        "relationship:ae": "a", "relationship:bc": "b",
    }  # fmt: skip


def test_items_are_counted_alike_in_the_history_and_in_the_log(stories: Timeline) -> None:
    for at in (
        {},
        {"on": "2025-04-15"},
        {"on": "2025-11-21", "known": "2025-11-21"},
        {"on": "9999-12-31"},
    ):
        stored = stories.companies(**at)  # type: ignore[arg-type]
        replayed = stories.companies(**at, recorded=stored.position)  # type: ignore[arg-type]
        assert stored.companies == replayed.companies


@pytest.mark.parametrize("kind", ["deal", "rumour", "fact", "relationship"])
@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_pages_of_a_list_are_the_list(stories: Timeline, kind: str, limit: int) -> None:
    """From the history as from the log, and through every filter."""
    asked: list[dict[str, Any]] = [
        {}, {"open_only": True}, {"certainty": "possible"}, {"status": ["live", "denied"]},
        {"company": "foxconn"},
    ]  # fmt: skip
    if kind == "deal":
        asked.append({"item_kind": ["acquisition", "joint_venture"]})
    for filters in asked:
        for at in ({"on": "2025-11-21"}, {"on": "2025-11-21", "recorded": 1000}):
            given = {**filters, **at}
            every, found, after = stories.items(kind, **given).items, [], ""
            while page := stories.items(kind, **given, after=after, limit=limit).items:
                found += page
                after = page[-1].subject
            assert found == every


# --- sources ------------------------------------------------------------------------------------


def test_sources_say_what_rests_on_them(stories: Timeline) -> None:
    answer = stories.sources(cited=True)
    assert [row.source for row in answer.sources] == [r.source for r in stories.sources().sources]
    for row in answer.sources:
        named = list(stories.log(source=row.source))
        assert row.events == len(named), row.source
        assert row.subjects == len({entry.subject for entry in named})
    assert stories.sources(cited=True, recorded=1).sources[0].events == 0


def test_what_was_retracted_rests_on_no_source(tmp_path: Path) -> None:
    timeline = new_timeline(tmp_path)
    replay_text(
        timeline.store,
        tmp_path,
        """
sources:
  one: {publisher: A, kind: news, published: 2025-01-10}
  two: {publisher: B, kind: news, published: 2025-01-11}
companies:
  acme: {name: Acme}
  globex: {name: Globex}
events:
  - {type: deal_announced, id: first, subject: deal:d, occurred: 2025-01-10, source: one,
     kind: supply, parties: {acme: supplier, globex: customer}}
  - {type: deal_signed, id: wrong, subject: deal:d, occurred: 2025-01-10, source: one}
  - {type: event_retracted, target: wrong, reason: read wrongly}
  - {type: event_corrected, target: first, changes: {value: USD 5 bn}, source: two}
""",
    )
    found = {row.source: (row.events, row.subjects) for row in timeline.sources(cited=True).sources}
    assert found == {"one": (1, 1), "two": (1, 1)}
    timeline.close()
