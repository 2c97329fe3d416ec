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


class Expression(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that stands in a column."""

    column: str
    values: dict[str, str] | UnsetType = UNSET
    """What cells stand for; case does not count."""
    otherwise: str | UnsetType = UNSET
    """What a cell stands for that is not among the values."""
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


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows: those whose cell says something, says one of some texts, or none of them."""

    column: str
    is_: str | list[str] | UnsetType = field(default=UNSET, name="is")
    is_not: str | list[str] | UnsetType = UNSET


class Company(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A company that rows name: by id, identifiers or name."""

    id: Any = UNSET
    name: Any = UNSET
    identifiers: dict[Scheme, Any] = {}
    country: Any = UNSET
    kind: Any = UNSET
    aliases: Any = UNSET
    optional: bool = False
    """A row may leave it out; otherwise a row without it is refused."""
