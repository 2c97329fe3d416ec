"""Records of CSV and TSV (RFC 4180): whatever the ends of lines, and however its quotes went wrong.

A quote that is never closed makes a plain reader swallow the rest of the file into one cell. Here a
record that does not come out well costs its first line only: the lines after it are read again.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TextIO

from msgspec import Struct

from timeline.importers.cells import Reason

DELIMITERS: Final = (",", ";", "\t", "|")
MAX_LINE: Final = 1 << 20
"""Characters; a longer line is no row."""
MAX_CELL: Final = 500
"""Lines that one quoted cell may span."""

_OPEN: Final = "unexpected end of data"  # how the csv module says that a quote is still open


class Record(Struct):
    """One record: its cells, or the cells as far as they can be told and why they are not sound."""

    cells: list[str]
    reason: Reason | None = None


def read_lines(stream: TextIO) -> Iterator[str | None]:
    """The physical lines with their ends (LF, CRLF or CR); None for one that is too long."""
    while line := stream.readline(MAX_LINE):
        if len(line) < MAX_LINE or line[-1] in "\r\n":
            yield line
            continue
        while (rest := stream.readline(MAX_LINE)) and rest[-1] not in "\r\n":
            pass
        yield None


def read_records(
    lines: Iterator[str | None], delimiter: str, width: Callable[[], int | None] = lambda: None
) -> Iterator[Record]:
    """The records in order, blank lines as records without cells.

    ``width`` gives the number of columns once it is known, by which lines that
    a quote swallowed are told from cells of several lines.
    """
    waiting: deque[str | None] = deque()
    while True:
        if waiting:
            line = waiting.popleft()
        else:
            try:
                line = next(lines)
            except StopIteration:
                return
        if line is None:
            message = f"a line of more than {MAX_LINE:,} characters is no row"
            yield Record([], Reason("line-too-long", message))
            continue
        bare = line.rstrip("\r\n")
        if '"' not in bare:  # nearly every line, and five times faster
            yield Record(bare.split(delimiter) if bare else [])
            continue
        cells, open_ = _parse(bare, delimiter)
        if open_:
            cells = _continued(line, lines, waiting, delimiter, width())
        if cells is not None:
            yield Record(cells)
            continue
        message = (
            "a quotation mark that is never closed" if open_ else "a quotation mark out of place"
        )
        yield Record(_leniently(bare, delimiter), Reason("broken-quotes", message))


def _parse(text: str, delimiter: str) -> tuple[list[str] | None, bool]:
    """The cells of one record, or None and whether it only ends too early."""
    try:
        return next(csv.reader((text,), delimiter=delimiter, strict=True)), False
    except csv.Error as error:
        return None, str(error) == _OPEN


def _continued(
    first: str,
    lines: Iterator[str | None],
    waiting: deque[str | None],
    delimiter: str,
    width: int | None,
) -> list[str] | None:
    """The cells of a record of several lines; None, with the lines put back, where it is no record."""
    taken: list[str | None] = []
    text = first
    while len(taken) < MAX_CELL and len(text) <= MAX_LINE:
        try:
            line = waiting.popleft() if waiting else next(lines)
        except StopIteration:
            break
        taken.append(line)
        if line is None:
            break
        text += line
        if '"' in line:
            cells, open_ = _parse(text.rstrip("\r\n"), delimiter)
            if cells is not None and width in (None, len(cells)):
                return cells
            if not open_:
                break
        if width is not None and width > 2:
            alone, _ = _parse(line.rstrip("\r\n"), delimiter)
            if alone is not None and len(alone) == width:
                break  # a row by itself: it was swallowed, not written into a cell
    waiting.extendleft(reversed(taken))
    return None


def _leniently(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader((text,), delimiter=delimiter))
    except csv.Error:
        return text.split(delimiter)


def find_delimiter(header: str, wanted: Sequence[str]) -> str:
    """The delimiter under which a header line has the most of the columns that a mapping names."""

    def fitness(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip() for cell in _leniently(header.rstrip("\r\n"), delimiter)]
        return len(set(wanted) & set(cells)), len(cells)

    return max(DELIMITERS, key=fitness)


def ends_of(lines: Iterable[str]) -> set[str]:
    """The ends that some lines have."""
    return {line[len(line.rstrip("\r\n")) :] for line in lines} - {""}
