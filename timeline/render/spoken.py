"""Rows of a report for people: names for ids of companies, days as people write them, no JSON.

Data formats keep the values; so does ``timeline sql``, whose columns are those of the query.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from timeline.language import is_english, tr, tr_as
from timeline.model import dates, short_forms
from timeline.model.values import ALWAYS
from timeline.render import measures
from timeline.render.coordinate import moment_words
from timeline.render.fields import kind_words, label_of, type_words
from timeline.render.status import STATUSES, certainty_words, group_words, status_words
from timeline.render.terms import label_words
from timeline.render.words import Names, date, name_of, roles, since, value_in_words

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*", re.ASCII)
_DAYS: Final = frozenset(
    {"occurred", "since", "day", "date", "period", "reported", "settled", "month", "published"}
)
"""Columns of days, which may be vague; elsewhere "2025" is a number."""

_COMPANIES: Final = frozenset(
    {
        "company",
        "companies",
        "parties",
        "other",
        "counterparty",
        "counterparties",
        "supplier",
        "customer",
        "because",
    }
)


_TERMS: Final = ("expected_completion", "outside_date", "window")
"""The terms that a deadline may be of, as ``because`` of what is overdue."""

_LARGE: Final = 100_000
"""From here on nobody counts the digits of a number: "2,296.5 bn"."""


REMARKS: Final = {
    "premise-over": "what it rests on is over",
    "party-dissolved": "a party is dissolved",
    "overdue": "overdue",
    "sold": "sold",
}
"""Codes of remarks, where a table has one a row."""

PROBLEMS: Final = {
    "contradicted": "contradicted by a later report",
    "conflicting": "reports differ",
    "contested": "contested",
    "possible": "may be otherwise",
    "unsourced": "no source",
}
"""What the report of quality finds."""


def _detail(detail: str) -> str:
    """A status in words; an id, of what has no source, as it is."""
    return status_words(detail) if detail in STATUSES else detail


_WORDS: Final[dict[str, Callable[[str], str]]] = {
    "kind": kind_words,
    "type": type_words,
    "status": status_words,
    "certainty": certainty_words,
    "became": status_words,
    "status_group": group_words,
    "basis": lambda basis: tr_as("value", basis.replace("_", " ")),
    "code": lambda code: tr_as("remark", REMARKS.get(code, code)),
    "problem": lambda problem: tr_as("problem", PROBLEMS.get(problem, problem)),
    "detail": _detail,
}
_YES_OR_NO: Final = frozenset({"disputed", "assumed"})
"""Columns of truth values, which SQLite has as 0 and 1."""


def companies_in(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Every text that may be the id of a company, to be asked for its name."""
    found: set[str] = set()
    for row in rows:
        for column in _COMPANIES & row.keys():
            value = _read(row[column])
            found |= {value} if isinstance(value, str) else set(value or ())
    return found


_HEADINGS: Final = {"code": "beware"}


def heading(column: str) -> str:
    """What people read above a column."""
    return tr_as("column", _HEADINGS.get(column, column.replace("_", " ")))


def spoken(rows: Iterable[Mapping[str, Any]], names: Names) -> Iterator[dict[str, Any]]:
    """The rows with the same columns, each value as people read it."""
    for row in rows:
        yield {column: _spoken(column, value, names) for column, value in row.items()}


def _spoken(column: str, value: Any, names: Names) -> Any:
    if column in _YES_OR_NO and value in (0, 1):
        return tr("yes") if value else tr("no")
    if isinstance(value, int | float | Decimal) and abs(float(value)) >= _LARGE:
        return short_forms.write_number(value) if is_english() else measures.number(value)
    if not isinstance(value, str | list | dict):
        return value
    if isinstance(value, str) and column in _WORDS:
        return _WORDS[column](value)
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        with suppress(ValueError, OverflowError):  # what a title or a query says may look like one
            return _instant(value)
    if isinstance(value, str) and column in _DAYS and dates.parse_or_none(value) is not None:
        return since(value) if column == "since" else date(value)
    read = _read(value)
    if column in _COMPANIES:
        if isinstance(read, str):
            if read in _TERMS and read not in names:
                return label_words(label_of(read))
            return names.get(read, read)
        if isinstance(read, list):
            return ", ".join(name_of(each, names) for each in read)
    if column == "roles" and isinstance(read, list):
        return roles(read)
    if column == "conflicts" and isinstance(read, list):
        return ", ".join(
            tr("when it happened") if each == "occurred" else label_words(label_of(each))
            for each in read
        )
    return value_in_words(read, names)


def _instant(value: str) -> str:
    if value.startswith(dates.OPEN_END):
        return tr_as("end", "open")
    return tr("always") if value == ALWAYS else moment_words(value)


def _read(value: Any) -> Any:
    """What a text of JSON holds, as views give lists and mappings; any other value as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
