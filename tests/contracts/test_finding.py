"""Finding by names and words: the same on every database, kept by rebuild, verify and erasure."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.world import IDENTITY, MakeWorld, World
from timeline.errors import HistoryDamaged, InvalidValue, NotFound
from timeline.model.names import words_of
from timeline.model.values import Fields
from timeline.store.full_text import positions_with, with_subject

COMPANY: Fields = {"type": "company_registered"}
NEWS: Fields = {"source": "post", "occurred": "2025-01-10"}


def company(id_: str, name: str, **more: Any) -> Fields:
    return COMPANY | {"id": f"c-{id_}", "subject": f"company:{id_}", "name": name} | more


def deal(id_: str, subject: str, **more: Any) -> Fields:
    terms = {"kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}}
    return NEWS | {"type": "deal_signed", "id": id_, "subject": subject} | terms | more


def tell_names(world: World) -> None:
    world.append(*IDENTITY)
    world.append(
        company("gruen", "Cafe\u0301 Gru\u0308n AG"),
        company("full", "\uff21\uff22\uff23\u682a\u5f0f\u4f1a\u793e"),
        company("nbsp", "Non\u00a0Breaking Ltd"),
        company("dash", "Rolls\u2011Mill"),
        company("quote", "L\u2019Or\u00e9al", identifiers={"ticker": "OR.PA"}),
        company("inc", "Twin Inc."),
        company("gmbh", "Twin GmbH"),
        company("steel", "U.S. Steel Corporation", aliases=["Stahl"]),
        deal("d1", "deal:racks", title="Racks for data centres", note="built in Ohio"),
        deal("d2", "deal:chips", title="Chips", quote="the racks, he said"),
    )


@pytest.fixture
def named(make_world: MakeWorld) -> World:
    return make_world(tell_names)


@pytest.mark.parametrize(
    "typed, id_",
    [
        ("Caf\u00e9 Gr\u00fcn AG", "gruen"),
        ("CAF\u00c9  GR\u00dcN", "gruen"),
        ("ABC\u682a\u5f0f\u4f1a\u793e", "full"),
        ("abc", "full"),
        ("Non Breaking Ltd", "nbsp"),
        ("non breaking limited", "nbsp"),
        ("Rolls-Mill", "dash"),
        ("rolls mill", "dash"),
        ("L'Or\u00e9al", "quote"),
        ("or.pa", "quote"),
        ("Twin Incorporated", "inc"),
        ("TWIN, GMBH", "gmbh"),
        ("US Steel", "steel"),
        ("u.s. steel corp", "steel"),
        ("STAHL", "steel"),
        ("DASH", "dash"),
    ],
)
def test_a_name_is_found_however_it_is_typed(named: World, typed: str, id_: str) -> None:
    assert named.timeline.state(typed).companies[0].company == id_
    first = named.timeline.find(typed)[0]
    assert (first.what, first.id, first.score) == ("company", id_, 100)


@pytest.mark.parametrize("typed", ["Twin", "twin"])
def test_a_name_of_two_companies_names_neither(named: World, typed: str) -> None:
    with pytest.raises(NotFound) as refused:
        named.timeline.state(typed)
    assert refused.value.nearest == ["gmbh", "inc"]


@pytest.mark.parametrize("typed", ["Twin Ltd", "Rolls", "Cafe Grun AG", "U S Steel"])
def test_other_names_are_not_it(named: World, typed: str) -> None:
    with pytest.raises(NotFound):
        named.timeline.state(typed)


def test_what_is_typed_to_the_letter_is_meant(named: World) -> None:
    named.append(company("other", "Rolls Mill"))
    assert named.timeline.state("rolls mill").companies[0].company == "other"
    assert named.timeline.state("Rolls\u2011Mill").companies[0].company == "dash"
    with pytest.raises(NotFound):
        named.timeline.state("Rolls–Mill")


def test_former_names_find_a_company_until_they_were_a_slip(named: World) -> None:
    renamed = {"type": "company_renamed", "subject": "company:dash", "id": "r", "name": "Newmill"}
    named.append(renamed | {"source": "post", "occurred": "2025-01-09"})
    assert named.timeline.state("Rolls Mill").companies[0].company == "dash"
    assert named.timeline.state("NEWMILL").companies[0].company == "dash"
    named.append({"type": "event_retracted", "target": "r", "reason": "a slip"})
    with pytest.raises(NotFound):
        named.timeline.state("Newmill")


@pytest.mark.parametrize(
    "text, only, found",
    [
        pytest.param("racks", (), ["item deal:racks", "item deal:chips", "event d1", "event d2"], id="word"),
        pytest.param("data RACKS", (), ["item deal:racks", "event d1"], id="all words"),
        pytest.param("ohio", ("items",), ["item deal:racks"], id="a note"),
        pytest.param("he said", ("events",), ["event d2"], id="a quote"),
        pytest.param("post", (), ["source post", "source wire"], id="a publisher"),
        pytest.param("globex acme", ("items",), [], id="ids of parties are no words"),
        pytest.param("steel", ("companies",), ["company steel"], id="a word of a name"),
        pytest.param("rack", (), ["item deal:racks", "item deal:chips", "event d1", "event d2"], id="near"),
        pytest.param("rolls", ("events", "items", "sources"), [], id="of no such kind"),
    ],
)  # fmt: skip
def test_words_find(named: World, text: str, only: tuple[str, ...], found: list[str]) -> None:
    hits = named.timeline.find(text, only=only or ("companies", "items", "events", "sources"))
    hits = [hit for hit in hits if hit.what != "company" or hit.score >= 90]
    assert sorted(f"{hit.what} {hit.id}" for hit in hits) == sorted(found)


def test_a_phrase_comes_before_its_words(named: World) -> None:
    named.append(deal("d3", "deal:later", title="centres of data"))
    hits = named.timeline.find("data centres", only=["items"])
    assert [(hit.id, hit.score, hit.matched) for hit in hits] == [
        ("deal:racks", 100, "title"),
        ("deal:later", 90, "title"),
    ]
    assert hits[0].name is not None


def test_a_kind_that_cannot_be_found(named: World) -> None:
    with pytest.raises(InvalidValue):
        named.timeline.find("racks", only=["deals"])


def test_near_misses_only_where_nothing_hits(named: World) -> None:
    assert named.timeline.find("Rolls-Mil")[0].score < 100
    assert [hit.id for hit in named.timeline.find("Rolls-Mill")] == ["dash"]


def words(world: World, text: str) -> list[int]:
    with world.store.reading() as connection:
        return positions_with(connection, words_of([text]))


def test_what_is_erased_is_found_no_more(named: World) -> None:
    at = words(named, "ohio")
    assert len(at) == 1
    named.timeline.erase("d1", "an order")
    assert words(named, "ohio") == []
    assert [hit.id for hit in named.timeline.find("racks", only=["items"])] == ["deal:chips"]
    named.timeline.erase("c-dash", "an order")
    with pytest.raises(NotFound):
        named.timeline.state("Rolls-Mill")
    named.timeline.verify()
    named.timeline.rebuild()
    assert words(named, "ohio") == []
    named.timeline.verify()


def test_a_rebuild_finds_the_same(named: World) -> None:
    before = [words(named, text) for text in ("racks", "ohio", "steel")]
    rows = handles(named)
    named.timeline.rebuild()
    assert [words(named, text) for text in ("racks", "ohio", "steel")] == before
    assert handles(named) == rows


def handles(world: World) -> list[tuple[Any, ...]]:
    from timeline.store.companies import read_all_handles

    with world.store.reading() as connection:
        return list(read_all_handles(connection))


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM company_handle WHERE company = 'dash' AND matched = 'name'",
        "UPDATE company_handle SET folded = 'x' WHERE company = 'dash' AND matched = 'name'",
        "INSERT INTO company_handle (folded, company, matched, value, form) VALUES ('x', 'y', 'id', 'y', '')",
    ],
)
def test_damage_to_the_names_is_found(named: World, damage: str) -> None:
    with named.store.writing() as connection:
        connection.execute(sa.text(damage))
    with pytest.raises(HistoryDamaged):
        named.timeline.verify()
    named.timeline.rebuild()
    named.timeline.verify()


@pytest.mark.parametrize("lost", [True, False])
def test_damage_to_the_words_is_found(named: World, lost: bool) -> None:
    (at,) = words(named, "ohio")
    row = named.row("d1")
    from timeline.store.full_text import forget_words, insert_words

    with named.store.writing() as connection:
        forget_words(connection, row)
        if not lost:
            insert_words(connection, [(at, "something else")])
    with pytest.raises(HistoryDamaged):
        named.timeline.verify()
    named.timeline.rebuild()
    named.timeline.verify()


@given(
    st.lists(st.text("ab&.-ß株é ", max_size=8), max_size=3),
    st.sampled_from(
        [
            "company:a-b",
            "fact:a/b.ab@2025-q1",
            f"deal:{'ab' * 60}",
            f"deal:a-{'b' * 99}",
            "deal:a&b",
        ]
    ),
)
def test_words_of_a_subject_are_those_of_its_name_with_the_others(
    texts: list[str], subject: str
) -> None:
    words = " ".join(words_of(texts))
    named = words_of([*texts, subject.partition(":")[2]])
    assert with_subject(words, subject) == " ".join(named)
    assert with_subject(words, None) == words
