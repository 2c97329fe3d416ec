"""What fits a log: references, first events, and what may be said about the record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.world import (
    ACME,
    DEAL,
    GLOBEX,
    IDENTITY,
    POST,
    SIGNED,
    SOURCE,
    WIRE,
    MakeWorld,
    World,
    correction,
    retraction,
    without,
)
from timeline.errors import DataError
from timeline.model.values import Fields

# --- references ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, code, hint",
    [
        ({"parties": {"acme": ["supplier"], "globx": []}}, "unknown-company", 'did you mean "globex"?'),
        ({"venture": "zzz"}, "unknown-company", 'register it under "companies"'),
        ({"source": "psot"}, "unknown-source", 'did you mean "post"?'),
        ({"source": ["post", "zzz"]}, "unknown-source", 'register it under "sources"'),
    ],
)  # fmt: skip
def test_what_is_nowhere_registered_is_said_with_the_nearest(
    world: World, changes: Fields, code: str, hint: str
) -> None:
    world.append(*IDENTITY)
    (problem,) = world.problems(DEAL | changes)
    assert (problem.code, problem.hint) == (code, hint)


def test_the_nearest_may_stand_in_the_same_file(world: World) -> None:
    problems = world.problems(*IDENTITY, DEAL | {"source": "psot", "parties": {"acm": ["partner"]}})
    assert {problem.hint for problem in problems} == {
        'did you mean "post"?',
        'did you mean "acme"?',
    }


def test_every_company_that_an_event_names_must_be_there(world: World) -> None:
    by: Fields = {"type": "deal_withdrawn", "id": "w", "subject": "deal:widgets", "source": "post"}
    by |= {"occurred": "2025-02-01"}
    world.append(*IDENTITY, DEAL)
    assert world.refuse(by | {"by": "nobody"}) == ["unknown-company"]
    assert world.refuse(by | {"by": ["acme", "nobody", "noone"]}) == ["unknown-company"] * 2
    assert world.append(by | {"by": ["acme"]})[0].new


def test_a_reference_points_backwards(world: World) -> None:
    assert world.refuse(POST, DEAL, ACME, GLOBEX) == ["unknown-company", "unknown-company"]
    assert world.refuse(ACME, GLOBEX, DEAL, POST) == ["unknown-source"]
    assert world.refuse(*IDENTITY, retraction("announced"), DEAL) == ["unknown-target"]
    assert len(world.append(*IDENTITY, DEAL, retraction("announced"))) == 6


def test_an_unnamed_company_is_always_registered_and_has_no_events(world: World) -> None:
    world.append(*IDENTITY, DEAL | {"parties": {"acme": ["supplier"], "undisclosed": ["customer"]}})
    item = world.item()
    assert item is not None
    assert item.counterparties == ["undisclosed"]
    unnamed = ACME | {"id": "u", "subject": "company:undisclosed"}
    assert world.refuse(unnamed) == ["reserved-company"]


# --- first events -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first, missing",
    [
        (without(DEAL, "kind", "parties"), 2),
        (without(DEAL, "parties"), 1),
        (SIGNED, 2),
        (without(ACME, "name"), 1),
        (without(POST, "publisher", "kind", "published"), 3),
        ({"type": "rumour_denied", "subject": "rumour:a", "by": "acme"}, 2),
        ({"type": "relationship_observed", "subject": "relationship:a", "kind": "supplies"}, 2),
        ({"type": "right_granted", "subject": "right:a", "holder": "acme"}, 2),
        ({"type": "commitment_detailed", "subject": "commitment:a"}, 1),
        ({"type": "fact_ended", "subject": "fact:acme/staff"}, 2),
    ],
)  # fmt: skip
def test_the_first_event_of_a_subject_says_what_it_is(
    world: World, first: Fields, missing: int
) -> None:
    world.append(*IDENTITY)
    first = {"occurred": "2025-01-01", "source": "post"} | first | {"id": "first"}
    if first["type"].endswith("_registered"):
        first["subject"] += "-2"
    problems = world.problems(first)
    assert [problem.code for problem in problems] == ["missing-field"] * missing
    hints = {problem.hint for problem in problems}
    day = "write published: 2025-01-10, a day or an instant with offset"
    assert hints <= {None, "is the subject spelled as before?", day}


def test_where_all_is_missing_it_may_be_another_subject(world: World) -> None:
    world.append(*IDENTITY, DEAL)
    problems = world.problems(SIGNED | {"subject": "deal:widget"})
    assert {problem.hint for problem in problems} == {"is the subject spelled as before?"}
    (problem,) = world.problems(SIGNED | {"subject": "deal:widget", "kind": "supply"})
    assert problem.hint is None


def test_a_second_registration_need_not_say_it_all_again(world: World) -> None:
    again = {
        "type": "source_registered",
        "id": "post-2",
        "subject": "source:post",
        "title": "A title",
    }
    world.append(*IDENTITY, again, DEAL)
    assert world.row("post-2").earliest == "0001-01-01"
    assert world.row("announced").known == "2025-01-10T23:59:59.999999Z"
    world.check()


# --- about the record ---------------------------------------------------------------------------


def tell(world: World) -> None:
    """A deal, news that corrects it, and a mend of it."""
    world.append(*IDENTITY, DEAL, SIGNED)
    world.append(correction("announced", {"title": "News"}, id="news", source="wire"))
    world.append(correction("announced", {"title": "Mend"}, id="mend"))


@pytest.fixture
def told(make_world: MakeWorld) -> World:
    return make_world(tell)


def test_what_is_said_of_an_event_belongs_to_its_subject(told: World) -> None:
    assert [told.row(id_).subject for id_ in ("news", "mend")] == ["deal:widgets"] * 2
    told.append(retraction("news", id="given", subject="deal:widgets"))
    (problem,) = told.problems(retraction("news", subject="deal:gadgets"))
    assert (problem.code, problem.hint) == (
        "wrong-subject",
        "leave the subject out: it is the target's",
    )
    (problem,) = told.problems(retraction("anounced"))
    assert (problem.code, problem.hint) == ("unknown-target", 'did you mean "announced"?')
    (problem,) = told.problems(retraction("zzzzzz"))
    assert (problem.code, problem.hint) == ("unknown-target", None)


def test_only_a_mend_may_be_about_a_mend(told: World) -> None:
    for about in (
        retraction("mend", source="wire"),
        correction("mend", {"reason": "x"}, source="wire"),
    ):
        assert told.refuse(about) == ["wrong-target"]
    told.append(correction("mend", {"changes": {"title": "Mended again"}}, id="m2"))
    told.append(correction("news", {"changes": {"title": "News, mended"}}, id="m3"))
    told.append(retraction("news", source="post", id="n2"))
    assert told.item(known="2025-01-12").terms["title"] == "Mended again"  # type: ignore[union-attr]
    told.check()


@pytest.mark.parametrize("field", ["type", "subject", "id", "schema_version", "target"])
def test_some_fields_never_change(told: World, field: str) -> None:
    from tests.contracts.world import read

    with pytest.raises(AssertionError, match="immutable-field"):
        read(correction("announced", {field: "x"}))


@pytest.mark.parametrize(
    "target, changes, codes",
    [
        ("announced", {"colour": "red"}, ["unknown-field"]),
        ("announced", {"kind": "marriage"}, ["invalid-value"]),
        ("announced", {"occurred": "2025-13"}, ["invalid-date"]),
        ("announced", {"occurred": None}, ["missing-field"]),
        ("announced", {"source": None}, ["missing-source"]),
        ("announced", {"known": "soon"}, ["invalid-value"]),
        ("announced", {"parties": {"nobody": ["partner"]}}, ["unknown-company"]),
        ("announced", {"source": "nowhere"}, ["unknown-source"]),
        ("announced", {"value": {"exact": 5}}, ["missing-field"]),
        ("announced", {"title": "a\0"}, ["unstorable-value"]),
        ("announced", {"title": [], "scope": "a"}, ["wrong-type", "wrong-type"]),
        ("stated", {"value": None}, ["missing-field"]),
        ("stated", {"attribute": "margin"}, ["wrong-subject"]),
        ("news", {"source": None}, ["wrong-target"]),
        ("mend", {"source": "wire"}, ["wrong-target"]),
        ("mend", {"target": "signed"}, ["immutable-field"]),
    ],
)  # fmt: skip
def test_changes_must_leave_their_target_sound(
    told: World, target: str, changes: Fields, codes: list[str]
) -> None:
    stated: Fields = {
        "type": "fact_stated",
        "id": "stated",
        "company": "acme",
        "attribute": "staff",
    }
    told.append(stated | {"occurred": "2025", "source": "post", "value": 5})
    if codes == ["immutable-field"]:
        with pytest.raises(AssertionError, match="immutable-field"):
            told.refuse(correction(target, changes))
    else:
        assert told.refuse(correction(target, changes)) == codes


def test_what_a_first_event_must_have_cannot_be_removed(told: World) -> None:
    with pytest.raises(DataError) as caught:
        told.append(correction("announced", {"kind": None}, id="m"))
    assert [problem.code for problem in caught.value.problems] == ["missing-field"]
    told.append(correction("announced", {"kind": "capacity"}, id="n"))
    item = told.item()
    assert item is not None
    assert item.kind == "capacity"
    told.check()


def test_changes_are_stored_as_their_target_wants_them(told: World) -> None:
    told.append(
        correction(
            "announced", {"value": {"exact": 5.10, "currency": "USD"}, "title": None}, id="m"
        )
    )
    assert told.row("m").fields["changes"] == {
        "value": {"exact": "5.1", "currency": "USD"}, "title": None,
    }  # fmt: skip
    told.check()


def test_a_company_that_only_a_correction_names_finds_its_deal(told: World) -> None:
    initech: Fields = ACME | {"id": "initech", "subject": "company:initech", "name": "Initech"}
    told.append(initech, correction("announced", {"parties": {"initech": ["customer"]}}, id="m"))
    for recorded in (None, told.head().position):
        assert told.item(company="initech", recorded=recorded) is not None
        assert told.item(company="globex", recorded=recorded) is None
    assert told.item(company="globex", recorded=8) is not None
    told.check()


def test_a_remark_on_a_source_counts_for_what_comes_after_it(world: World) -> None:
    world.append(*IDENTITY, DEAL)
    world.append(correction("post", {"published": "2025-01-05"}, id="m"))
    world.append(DEAL | {"id": "second", "subject": "deal:second"})
    known: dict[str, Any] = {row.id: row.known for row in world.rows()}
    assert known["announced"] == "2025-01-10T23:59:59.999999Z", "computed when it was appended"
    assert known["second"] == "2025-01-05T23:59:59.999999Z"
    world.check()


def test_a_source_that_is_not_registered_in_this_batch_is_read_from_the_log(world: World) -> None:
    world.append(*IDENTITY)
    world.append(SOURCE | {"id": "new", "subject": "source:new", "published": "2025-03-01"}, DEAL)
    world.append(
        SIGNED | {"source": ["new", "wire"]}, DEAL | {"id": "d2", "subject": "deal:d2"}, WIRE
    )
    assert world.row("signed").known == "2025-01-20T23:59:59.999999Z"
