"""The page that answers for people are written on: two columns, wrapped, coloured or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from timeline.language import tr_as
from timeline.model.kinds import KINDS
from timeline.model.values import Subject
from timeline.render.terms import Row, label_words
from timeline.render.text import block, cells, clean, paint

HEADINGS: Final = {kind.name: kind.plural for kind in KINDS.values() if kind.groups}
"""What the items of each kind are called, in the order in which they are shown; their pages, too."""


def heading_words(kind: str) -> str:
    """What the items of a kind are called: "joint ventures"."""
    return tr_as("heading", HEADINGS[kind])


_STYLES: Final = {
    "possible": "rumoured",
    "uncertain": "rumoured",
    "contested": "disputed",
    "disputed": "disputed",
    "conflict": "disputed",
    "contradicts": "disputed",
    "beware": "disputed",
}
_FAINT: Final = frozenset(
    {"subject", "reports", "evidence", "sources", "corrected", "origin", "event"}
)


def kind_of(subject: str) -> str:
    """The kind of a subject: what stands before its colon."""
    return Subject.of(subject).kind


class Page:
    """How wide the lines are, how wide the left column, and whether there is colour.

    Lines come without their ends, and fit the width by wrapping; nothing is cut.
    """

    def __init__(self, width: int, color: bool, column: int = 12) -> None:
        self.width = max(width, 40)
        self.color = color
        self.column = column + 4

    def paint(self, text: str, style: str) -> str:
        """The text in a style, where there is colour."""
        return paint(text, style, self.color)

    def heading(self, text: str, id_: str) -> Iterator[str]:
        """What the answer is about: its name, and its id."""
        name, *more = block(f"{clean(text)} ({id_})", self.width)
        yield self.paint(name, "strong")
        yield from more

    def paragraph(self, text: str, style: str = "") -> Iterator[str]:
        """A sentence, over the whole width."""
        for line in block(clean(text), self.width):
            yield self.paint(line, style) if style else line

    def section(self, text: str) -> Iterator[str]:
        """A heading inside the answer, after an empty line."""
        yield ""
        yield self.paint(text.upper(), "strong")

    def item(self, what: str, style: str, text: str, rows: Iterable[Row]) -> Iterator[str]:
        """A block: a word and a title, then labels and values."""
        first = f"  {self.paint(what, style)}{' ' * max(self.column - 2 - cells(what), 1)}"
        for line in block(clean(text), self.width - self.column):
            yield first + self.paint(line, "strong")
            first = " " * self.column
        for label, value in rows:
            yield from self.row(label, value)

    def row(self, label: str, text: str) -> Iterator[str]:
        """A label and its value."""
        shown = label_words(label)
        head = self.paint(shown, _STYLES.get(label, "faint"))
        head = f"    {head}{' ' * max(self.column - 4 - cells(shown), 1)}"
        for line in block(clean(text), self.width - self.column):
            yield head + (self.paint(line, "faint") if label in _FAINT else line)
            head = " " * self.column

    def block(self, label: str, text: str) -> Iterator[str]:
        """A label at the margin, and its value."""
        head = self.paint(f"{label_words(label):<8}", "faint")
        for line in block(clean(text), self.width - 8):
            yield head + line
            head = " " * 8
