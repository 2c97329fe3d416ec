"""Rows as CSV that a spreadsheet can open without running anything."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from timeline.render.json import encode_value

# What a spreadsheet takes for a formula (OWASP, "CSV Injection"). A number alone is harmless.
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


class _Line:
    """Takes a row from the writer, which quotes carriage returns only if they end its lines."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text.removesuffix("\r\n") + "\n"


def csv_lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """A header and one record a row. Lists and objects are JSON in a cell; nothing is rounded."""
    line = _Line()
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow([harmless(column) for column in columns])
    yield line.text
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
        yield line.text


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = encode_value(value).decode()
    # a decimal, a date: text in JSON
    return harmless(text[1:-1] if text.startswith('"') else text)


def harmless(text: str) -> str:
    """The text of a cell that no spreadsheet takes for a formula."""
    return "'" + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
