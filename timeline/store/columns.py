"""The columns that SQL has of a kind's terms, as the vocabulary declares them.

``alembic/revision_0001/columns.toml`` holds them for the migration, which imports nothing of the program;
``make columns`` writes it, and a test finds where it is behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from timeline.model.kinds import KINDS
from timeline.model.kinds.event import Kind, shape_of

Take: TypeAlias = Literal[
    "text", "json", "boolean", "low", "high", "integer", "of_money", "only_text"
]
"""How a column is taken out of a term: whole, as an end of what is a range, or a field of it."""

VIEWED: Final = tuple(kind for kind in KINDS.values() if kind.groups)
"""The kinds with a view of their own: all but identity."""


class TermColumn(Struct, frozen=True, omit_defaults=True):
    """One column of a view."""

    name: str
    type: Literal["text", "json", "boolean", "numeric", "integer"]
    take: Take
    meaning: str
    term: str
    field: str = ""
    """The field inside the value, where it is one."""
    default: str = ""
    """What stands for a field of money that is not given."""


def columns_of(kind: Kind) -> Iterator[TermColumn]:
    """The columns of a kind's terms, in the order in which the terms are declared."""
    for term in kind.terms:
        if term != "kind":  # a column of every view
            yield from _columns(kind, term)


def _columns(kind: Kind, term: str) -> Iterator[TermColumn]:
    words, shape = kind.words[term], shape_of(kind, term)
    name, meaning = words.column or term, words.meaning
    match shape:
        case "money" | "share" | "quantity":
            unit = ", in percent" if shape == "share" else ""
            yield from _ends(name, term, f"{meaning}{unit}")
            yield from _fields_of_range(name, term, shape, meaning)
        case "measure":
            yield TermColumn(name, "json", "json", f"{meaning}, as JSON", term)
            yield TermColumn(
                f"{name}_text", "text", "only_text", f"{meaning} where it is text", term
            )
            yield from _ends(name, term, f"{meaning} where it is money, a share or a number")
            yield from _fields_of_range(name, term, "money", meaning)
        case "horizon":
            for end, which in (("min", "shortest"), ("max", "longest")):
                said = f"{which} of {meaning}, in {name}_unit"
                yield TermColumn(f"{name}_{end}", "integer", "integer", said, term, end)
            said = "day, month, quarter or year"
            yield TermColumn(f"{name}_unit", "text", "text", said, term, "unit")
            yield TermColumn(
                f"{name}_from", "text", "text", "from when on it counts (EDTF)", term, "from"
            )
        case "boolean":
            yield TermColumn(name, "boolean", "boolean", meaning, term)
        case "list" | "mapping" | "companies":
            what = "object" if shape == "mapping" else "list"
            yield TermColumn(name, "json", "json", f"{meaning}, as a JSON {what}", term)
        case _:
            date = " (EDTF)" if shape == "date" else ""
            yield TermColumn(name, "text", "text", f"{meaning}{date}", term)


def _ends(name: str, term: str, meaning: str) -> Iterator[TermColumn]:
    low = f"lower end of {meaning}; an exact one is both ends"
    yield TermColumn(f"{name}_min", "numeric", "low", low, term)
    yield TermColumn(f"{name}_max", "numeric", "high", f"upper end of {meaning}", term)


def _fields_of_range(name: str, term: str, shape: str, meaning: str) -> Iterator[TermColumn]:
    basis = "exact, up_to, at_least or about"
    match shape:
        case "money":
            said = f"currency of {meaning} (ISO 4217)"
            yield TermColumn(f"{name}_currency", "text", "text", said, term, "currency")
            said = f"period of {meaning}: once, year, quarter, month or share"
            yield TermColumn(f"{name}_per", "text", "of_money", said, term, "per", "once")
            yield TermColumn(f"{name}_basis", "text", "of_money", basis, term, "basis", "exact")
        case "share":
            said = f"{basis}; majority: more than half, without a number"
            yield TermColumn(f"{name}_basis", "text", "text", said, term, "basis")
        case _:
            said = "what is counted: shares, MW, vehicles …"
            yield TermColumn(f"{name}_unit", "text", "text", said, term, "unit")
            yield TermColumn(f"{name}_basis", "text", "text", basis, term, "basis")


def columns_toml() -> str:
    """The columns of every view as the migration reads them."""
    lines = [
        "# The columns of the terms of each kind. `make columns` writes them from timeline/model/kinds:",
        "# never changed by hand, and never once this revision is released.",
    ]
    for kind in VIEWED:
        for column in columns_of(kind):
            fields = {n: getattr(column, n) for n in TermColumn.__struct_fields__}
            given = (f"{n} = {json.dumps(v, ensure_ascii=False)}" for n, v in fields.items() if v)
            lines += ["", f"[[{kind.name}]]", *given]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    from timeline.store.engine import migrations_folder

    (migrations_folder() / "revision_0001" / "columns.toml").write_text(
        columns_toml(), encoding="utf-8"
    )
