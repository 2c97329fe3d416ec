"""What a kind, a term and an event type must declare, demanded of the registry and of planted ones.

The same checks run over the whole vocabulary and over a planted term and a planted event type that declare
nothing: whoever adds one and forgets its words, its column or its documentation fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import msgspec
import pytest

from tests.model.kinds.events import NEEDED
from timeline.model.kinds import EVENT_TYPES, KIND_OF, KINDS, STEPS_OF
from timeline.model.kinds.deal import DealEvent
from timeline.model.kinds.event import Event, Kind, Term, besides
from timeline.store.columns import VIEWED, columns_of, columns_toml
from timeline.store.engine import migrations_folder
from timeline.store.views import TERM_COLUMNS, views

ROOT = Path(__file__).parent.parent.parent.parent
CATALOGUE = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
TRANSITIONS = (ROOT / "docs" / "transitions.md").read_text(encoding="utf-8")


def section(kind: str, page: str) -> str:
    """What a page says under the heading of a kind."""
    found = re.search(rf"^## {kind}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def lacks_of_terms(kind: Kind) -> Iterator[str]:
    """What the terms of a kind lack: words, a column in SQL, documentation."""
    made = {column["term"] for column in TERM_COLUMNS.get(kind.name, ())}
    for term in kind.terms:
        told = kind.words.get(term)
        if told is None:
            yield f"{term}: a label and a meaning in KIND.words"
        elif not (0 < len(told.label) <= 11 and told.meaning):
            yield f"{term}: a label of at most 11 letters, and a meaning"
        # the kind of an item is a column of every view; identity has a view of its own
        if kind in VIEWED and term != "kind" and term not in made:
            yield f"{term}: a column in SQL (make columns)"
        if f"| `{term}` |" not in section(kind.name, CATALOGUE):
            yield f"{term}: a row of docs/events.md (make docs)"
        if not re.search(rf"\b{term}\b", section(kind.name, TRANSITIONS)):
            yield f"{term}: a word in docs/transitions.md"


def lacks_of_event(name: str, event: type[Event], kind: Kind) -> Iterator[str]:
    """What an event type lacks: words for its step, documentation, cases, what tests give it."""
    fields = besides(event, kind)
    if fields and not event.step:
        yield f"{name}: the words of its step"
    if not event.__doc__ or event.__doc__.startswith(event.__name__ + "("):
        yield f"{name}: a docstring"
    if not re.search(rf"^### {name}( [†‡])?$", section(kind.name, CATALOGUE), re.MULTILINE):
        yield f"{name}: a section of docs/events.md (make docs)"
    if not re.search(rf"`{name}`", section(kind.name, TRANSITIONS)):
        yield f"{name}: a row of docs/transitions.md"
    case = ROOT / "tests" / "cases" / f"{kind.name}.yaml"
    if not case.exists() or f"type: {name}," not in case.read_text(encoding="utf-8"):
        yield f"{name}: a case in tests/cases/{kind.name}.yaml"
    described = msgspec.inspect.type_info(event)
    assert isinstance(described, msgspec.inspect.StructType)
    must = {field.encode_name for field in described.fields if field.required}
    if must - NEEDED.get(name, {}).keys():
        yield f"{name}: what it cannot do without, in tests/model/kinds/events.py"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_term_has_its_words_its_column_and_its_documentation(name: str) -> None:
    assert list(lacks_of_terms(KINDS[name])) == []
    assert KINDS[name].words.keys() == set(KINDS[name].terms), "words of no term"


@pytest.mark.parametrize("name", sorted(KIND_OF))
def test_every_event_type_has_its_words_its_documentation_and_a_case(name: str) -> None:
    if name == "source_registered" or name == "company_registered":
        return  # the sections of a fixture make these
    assert list(lacks_of_event(name, EVENT_TYPES[name], KIND_OF[name])) == []


def test_a_planted_term_is_missed_until_it_has_all_that_a_term_needs() -> None:
    planted = msgspec.defstruct(
        "PlantedDeal", [("planted", str | msgspec.UnsetType, msgspec.UNSET)], bases=(DealEvent,),
        frozen=True, kw_only=True, tag="planted_base",
    )  # fmt: skip
    kind = replace(KINDS["deal"], base=cast(type[Event], planted))
    assert list(lacks_of_terms(kind)) == [
        "planted: a label and a meaning in KIND.words",
        "planted: a row of docs/events.md (make docs)",
        "planted: a word in docs/transitions.md",
    ]
    worded = replace(kind, words={**kind.words, "planted": Term("planted", "what was planted")})
    column = next(found for found in columns_of(worded) if found.term == "planted")
    assert (column.name, column.type, column.meaning) == ("planted", "text", "what was planted")
    assert column.name not in {made["name"] for made in TERM_COLUMNS["deal"]}


def test_a_planted_event_type_is_missed_until_it_has_all_that_one_needs() -> None:
    planted = msgspec.defstruct(
        "DealPlanted", [("gardener", str)], bases=(DealEvent,), frozen=True, kw_only=True,
        tag="deal_planted",
    )  # fmt: skip
    assert list(lacks_of_event("deal_planted", cast(type[Event], planted), KINDS["deal"])) == [
        "deal_planted: the words of its step",
        "deal_planted: a docstring",
        "deal_planted: a section of docs/events.md (make docs)",
        "deal_planted: a row of docs/transitions.md",
        "deal_planted: a case in tests/cases/deal.yaml",
        "deal_planted: what it cannot do without, in tests/model/kinds/events.py",
    ]


def test_the_migration_has_the_columns_that_the_kinds_declare() -> None:
    written = migrations_folder() / "revision_0001" / "columns.toml"
    assert written.read_text(encoding="utf-8") == columns_toml(), "run make columns"


@pytest.mark.parametrize("kind", VIEWED, ids=lambda kind: kind.name)
def test_a_view_has_no_two_columns_of_one_name(kind: Kind) -> None:
    names = [column.name for column in columns_of(kind)]
    held = [column.name for column in views.tables["company_state"].columns]
    held = [
        name for name in held if name not in ("company", "subject_kind", "roles", "counterparties")
    ]
    held += ["alternatives", "conflicts"]
    assert len({*names, *held}) == len(names) + len(held)


def test_the_words_of_a_step_name_fields_that_make_it() -> None:
    for name, fields in STEPS_OF.items():
        assert set(re.findall(r"\{(\w+)\}", EVENT_TYPES[name].step)) <= set(fields), name


@pytest.mark.parametrize("name", [kind.name for kind in VIEWED])
def test_every_kind_of_item_has_cases_a_heading_and_a_command(name: str) -> None:
    from timeline.cli.lists import LISTS

    kind = KINDS[name]
    assert (ROOT / "tests" / "cases" / f"{name}.yaml").exists()
    assert kind.plural in LISTS
    assert kind.final <= kind.groups.keys()
    assert "noted" not in kind.groups
