"""Answers as tables: dicts, data frames of the caller's library, HTML in notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import NODEFAULT, UNSET, Struct, defstruct, structs

from timeline.parameters import LENS

_MOST_ROWS = 200
"""Rows that a notebook shows; frames and dicts have them all."""


class Tabular(Struct, frozen=True):
    """An answer that is rows of something, with the coordinate that they were computed at."""

    def rows(self) -> Iterator[Any]:
        """The rows of the answer, a struct or a dict each."""
        raise TypeError(f"{type(self).__name__} has no rows")

    def caption(self) -> str:
        """What the answer is about, in a line."""
        return type(self).__name__

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as plain dicts, nested where they are nested (decimals as strings)."""
        return [msgspec.to_builtins(row) for row in self.rows()]

    def to_frame(self, backend: Literal["pandas", "polars", "pyarrow", "modin"]) -> Any:
        """A data frame of the library that the caller has, through narwhals.

        Nested values stand in it as JSON text, so that every column has one type. Raises
        ImportError where the library (or narwhals) is not installed.
        """
        import narwhals as nw

        flat = [{name: _cell(value) for name, value in row.items()} for row in self.to_dicts()]
        names = list(dict.fromkeys(name for row in flat for name in row))
        columns = {name: _alike([row.get(name) for row in flat]) for name in names}
        return nw.from_dict(columns, backend=backend).to_native()

    def to_pandas(self) -> Any:
        """A pandas DataFrame; see :meth:`to_frame`."""
        return self.to_frame("pandas")

    def to_polars(self) -> Any:
        """A polars DataFrame; see :meth:`to_frame`."""
        return self.to_frame("polars")

    def to_arrow(self) -> Any:
        """A pyarrow Table; see :meth:`to_frame`."""
        return self.to_frame("pyarrow")

    def _repr_html_(self) -> str:
        rows = self.to_dicts()
        shown = rows[:_MOST_ROWS]
        names = list(dict.fromkeys(name for row in shown for name in row))
        head = "".join(f"<th>{_html(name)}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{_html(row.get(name))}</td>" for name in names) + "</tr>"
            for row in shown
        )
        more = len(rows) - len(shown)
        note = f"<p>and {more} more rows</p>" if more else ""
        caption = f"<caption>{_html(self.caption())}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return value


def _alike(values: list[Any]) -> list[Any]:
    """A column of one type: where values of several types meet, what is no text becomes JSON."""
    if len({type(value) for value in values if value is not None}) < 2:
        return values
    return [
        v if v is None or isinstance(v, str) else msgspec.json.encode(v).decode() for v in values
    ]


def _html(value: Any) -> str:
    from html import escape  # only a notebook needs it

    if value is None or value in ([], {}):
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return escape(", ".join(value))
    return escape(str(_cell(value)))


def coordinate_words(answer: Any) -> str:
    """The coordinate of an answer in a line."""
    known = f"as known on {answer.known}" if answer.known else "with everything known"
    said = f"on {answer.on}, {known}, at entry {answer.position}"
    lens = getattr(answer, "lens", UNSET)
    if lens is UNSET:
        return said
    counting = (option.said(given) for option in LENS if (given := lens.given(option.name)))
    return f"{said}, counting {' and '.join(counting) or 'everything'}"


# --- the data of a picture ----------------------------------------------------------------------


@cache
def drawn_type(answer: type[Tabular]) -> type[Struct]:
    """The type of the data of a picture of an ``answer``."""
    said = [
        (each.name, each.type)
        if each.default is NODEFAULT
        else (each.name, each.type, each.default)
        for each in structs.fields(answer)
    ]
    fields: Any = [("title", str), ("alt", str), *said]
    return defstruct(
        f"Drawn{answer.__name__}",
        fields,
        namespace={"__doc__": f"A picture's title and text, and what it shows. {answer.__doc__}"},
        module=__name__,
        frozen=True,
        kw_only=True,
        omit_defaults=True,
    )


def drawn(answer: Tabular, title: str, alt: str) -> Struct:
    """The data of a picture of this answer."""
    said = {name: getattr(answer, name) for name in answer.__struct_fields__}
    return drawn_type(type(answer))(title=title, alt=alt, **said)
