"""What a mapping says about the table as a whole, and the form of its expressions and conditions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from timeline.importers.dates import DEFAULT_FORMATS, LATEST
from timeline.model.kinds.company import Scheme


class TableSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the file is read; all of it may be left out."""

    encoding: str | UnsetType = UNSET
    """Of CSV and TSV; default: UTF-8, and what else is detected is said."""
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] | UnsetType = UNSET
    """Of CSV; default: the one of comma, semicolon, tab and bar that the header has."""
    sheet: str | UnsetType = UNSET
    """Of a workbook; default: the first."""
    header: Annotated[int, Meta(ge=1)] = 1
    """The row with the names of the columns."""
    columns: list[str] = []
    """The names of the columns of a file without a header, in order."""
    nested: bool = False
    """Whether names of columns are paths: ``Entity.LegalName``, with the number of an item as a name too."""
    records: str | list[str] | UnsetType = UNSET
    """Where the records stand in a file of records: in JSON the names that lead to their list, joined by
    dots (``*`` for the values of an object), in XML the name of their element."""
    decimal: Literal[".", ","] = "."
    """The mark before the fraction of numbers; the other one groups digits."""
    empty: list[str] = []
    """Cells that say nothing, besides those without any character; case does not count."""


class DateSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How dates are written, unless a column says otherwise."""

    formats: list[str] = field(default_factory=lambda: list(DEFAULT_FORMATS))
    earliest: Annotated[int, Meta(ge=1, le=9999)] | UnsetType = UNSET
    """The first year that is no slip; default: 1900. With 1905 or earlier, days of 1905 are taken."""
    latest: Annotated[int, Meta(ge=1, le=9999)] = LATEST
    """The last year that is no slip."""
    precision: Literal["day", "month", "year"] | UnsetType = UNSET
    """Of whole days, where the table always says the first of a month or year."""


class Lookup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another table: under one column what a cell says, under another what it stands for."""

    file: str
    """Beside the mapping, or with a path from there."""
    key: str
    value: str


class Expression(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that stands in a column, or in the first of several that says something."""

    column: str | list[str]
    join: str | UnsetType = UNSET
    """Between the values of several columns, where all of them are meant."""
    strip_prefix: str | list[str] | UnsetType = UNSET
    """What is taken off the front of a cell, if it stands there."""
    strip_suffix: str | list[str] | UnsetType = UNSET
    """What is taken off its end."""
    pattern: str | UnsetType = UNSET
    """A regular expression: what it matches (its first group, where it has one) is the value. Other cells
    are ``otherwise``, or refused."""
    lookup: Lookup | UnsetType = UNSET
    """Another table that says what a cell stands for. What it does not say is ``otherwise``, or refused."""
    values: dict[str, str] | UnsetType = UNSET
    """What cells stand for; case does not count."""
    otherwise: str | UnsetType = UNSET
    """What a cell stands for that is not among the values; "" says nothing."""
    default: str | UnsetType = UNSET
    """What an empty cell stands for; without it the field is left out."""
    empty: list[str] | UnsetType = UNSET
    """Cells of this column that say nothing, besides those of the table."""
    formats: list[str] | UnsetType = UNSET
    earliest: Annotated[int, Meta(ge=1, le=9999)] | UnsetType = UNSET
    latest: Annotated[int, Meta(ge=1, le=9999)] | UnsetType = UNSET
    precision: Literal["day", "month", "year"] | UnsetType = UNSET
    scale: str | UnsetType = UNSET
    """Of numbers: thousand, million, billion, or a number to multiply with."""
    separator: str | UnsetType = UNSET
    """Between several values in one cell."""


class Each(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The items of lists in a record, where a path alone does not say it."""

    path: str
    side_by_side: bool = False
    """Whether lists of the same length stand under the path, each with one value of an item."""
    reverse: bool = False
    """Whether the last item comes first, as where the newest stands on top."""


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows: those whose cell says something, says one of some texts, or none of them."""

    column: str | list[str]
    separator: str | UnsetType = UNSET
    """Between several texts in one cell, one of which is enough."""
    is_: str | list[str] | UnsetType = field(default=UNSET, name="is")
    is_not: str | list[str] | UnsetType = UNSET
    pattern: str | UnsetType = UNSET
    """A regular expression that a text has to match, in place of these."""


class Company(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A company that rows name: by id, identifiers or name."""

    each: Any = UNSET
    """Where several companies stand in a record: paths begin at each of them."""
    id: Any = UNSET
    name: Any = UNSET
    identifiers: dict[Scheme, Any] = {}
    country: Any = UNSET
    kind: Any = UNSET
    aliases: Any = UNSET
    references: Any = UNSET
    """What other records of these files call it; held while they are imported, and not kept."""
    optional: bool = False
    """A row may leave it out; otherwise a row without it is refused."""


def several(said: str | list[str] | UnsetType) -> list[str]:
    """What may be said once or several times, as a list."""
    if said is UNSET:
        return []
    return [said] if isinstance(said, str) else list(said)
