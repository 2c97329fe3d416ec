"""Rows in every format. A format never changes which rows there are, nor their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, TextIO, TypeAlias

from msgspec import UNSET
from msgspec.structs import asdict

from timeline.answers import StateAnswer
from timeline.answers.model import CompanyItem
from timeline.answers.tabular import Tabular
from timeline.render.formats import find_format
from timeline.render.json import json_lines, json_list

Row: TypeAlias = Mapping[str, Any]

STATE_COLUMNS: Final = (
    "company", "subject", "kind", "status", "certainty", "alternatives", "since", "roles",
    "counterparties", "disputed", "events", "sources",
)  # fmt: skip
"""The columns of a state that people can read in a Markdown table."""


def render_rows(
    rows: Iterable[Row],
    format_: str,
    *,
    out: TextIO,
    columns: Sequence[str] | None = None,
    width: int | None = None,
    color: bool = False,
) -> int:
    """Write rows to ``out`` and return how many there were; raises BrokenPlugin.

    The formats are table, json and jsonl, and all of :mod:`timeline.render.formats`.
    ``columns`` are those of all but json and jsonl (default: those of the first row, which then all must
    share); these two write every row as it is. All but table write row by row, so memory stays
    flat. A table wraps its cells to ``width``, or writes one row a line without one.
    """
    counted = _Counted(rows)
    if format_ == "jsonl":
        out.writelines(json_lines(counted))
    elif format_ == "json":
        out.writelines(json_list(counted))
    elif names := columns or counted.columns():
        if format_ == "table":
            from timeline.render.table import table_lines

            out.writelines(table_lines(counted, names, width, color))
        else:
            out.writelines(find_format(format_).lines(counted, names))
    return counted.count


def state_rows(answer: StateAnswer) -> Iterator[dict[str, Any]]:
    """The items of a state as rows, with the company in front; a company without items has none."""
    for company in answer.companies:
        for item in company.items:
            fields = asdict(item)
            if not isinstance(item.member, str):
                del fields["member"]
            if not item.erased:
                del fields["erased"]
            yield {"company": company.company, **fields}


def item_columns(items: Iterable[CompanyItem], *, group: bool) -> list[str]:
    """The columns of items: the member of a group, and what was erased, only where there is any."""
    absent = {"member"} if not group else set()
    if not any(item.erased for item in items):
        absent.add("erased")
    return [name for name in CompanyItem.__struct_fields__ if name not in absent]


def answer_rows(answer: Tabular) -> Iterator[dict[str, Any]]:
    """The rows of an answer as they are, each a mapping; a member only where there is a group."""
    for row in answer.rows():
        fields = row if isinstance(row, dict) else asdict(row)
        empty = {"erased"} if fields.get("erased") == [] else ()
        yield {n: value for n, value in fields.items() if value is not UNSET and n not in empty}


class _Counted:
    """Rows on their way: counted, and of the same columns once these were asked for."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._columns: frozenset[str] | None = None
        self.count = 0

    def columns(self) -> tuple[str, ...]:
        """The columns of the first row; none without one."""
        first = next(self._rows, None)
        if first is None:
            return ()
        self._rows = chain([first], self._rows)
        self._columns = frozenset(first)
        return tuple(first)

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            if self._columns is not None and not row.keys() <= self._columns:
                more = ", ".join(sorted(row.keys() - self._columns))
                raise ValueError(f"a row has columns that the first one has not: {more}")
            self.count += 1
            yield row
