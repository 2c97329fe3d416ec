"""Tables of Org mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from timeline.render.formats import RowFormat


def org_lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """A header, a rule, and one line a row."""
    yield _line(columns)
    yield f"|{'+'.join('---' for _ in columns)}|\n"
    for row in rows:
        yield _line("" if row.get(name) is None else str(row[name]) for name in columns)


def _line(cells: Iterable[str]) -> str:
    inside = " | ".join(" ".join(cell.replace("|", "\\vert{}").split()) for cell in cells)
    return f"| {inside} |\n"


ORG = RowFormat(org_lines, media_type="text/org")
