"""A network as a matrix: who supplies, owns or makes in the rows, for whom in the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from timeline.answers.story import NetworkAnswer, company_of
from timeline.language import tr
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.plot.colours import Look
from timeline.render.plot.lines import Filter, Line, lines_of
from timeline.render.plot.measure import shorten, width, wrap
from timeline.render.plot.network import network_alt, network_title, shown_of
from timeline.render.plot.sheet import MARGIN, SMALL, Links, Scene, Sheet
from timeline.render.text import capital

_CELL = 20.0
_MOST_NAME = 190


def matrix_scene(
    answer: NetworkAnswer,
    groups: Sequence[Sequence[str]],
    look: Look,
    wide: int,
    links: Links | None = None,
    *,
    shown: Filter | None = None,
) -> Scene:
    """The ties of the day asked for, a cell a pair; ``groups`` are companies that deal with each other.

    A tie without direction is in two cells. Solid: in force; pale: announced; a number: ties of the pair.
    """
    sheet = Sheet(wide, look, links)
    names = shown_of(answer)
    order = [each for group in groups for each in group if each in names]
    said = tr(
        "Row: who supplies, owns, pays or makes. Column: for whom. Frames: who deals with each other."
    )
    sheet.head(tr("{what}, as a matrix", what=network_title(answer)), said)
    lines = [
        line for line in lines_of(answer, answer.ties, shown or Filter())
        if line.valid_from <= answer.on < line.valid_to and {line.one, line.other} <= names.keys()
    ]  # fmt: skip
    longest = max((width(names[each], SMALL) for each in order), default=0)
    label = min(longest, _MOST_NAME, wide * 0.3)
    cell = min(_CELL, (wide - 2 * MARGIN - label - 8) / max(len(order), 1))
    heads = min(longest, 120)
    left, top = MARGIN + label + 8, sheet.y + heads * 0.75 + 16
    _grid(sheet, names, order, (left, top, cell), label)
    at = {name: place for place, name in enumerate(order)}
    for line in lines:
        ends = [(line.one, line.other)]
        ends += [] if line.directed else [(line.other, line.one)]
        for row, column in ends:
            _cell(sheet, line, left + at[column] * cell, top + at[row] * cell, cell)
    first = 0
    for group in groups:
        inside = sum(each in at for each in group)
        if inside > 1:
            sheet.rect(
                left + first * cell, top + first * cell, inside * cell, inside * cell, fill="none",
                stroke=sheet.colours.muted, stroke_width=1.5, pointer_events="none",
            )  # fmt: skip
        first += inside
    sheet.y = top + len(order) * cell + 8
    sheet.foot(f"{capital(coordinate_words(answer))} · {coordinate_options(answer)}")
    return sheet.scene(tr("{what}, as a matrix", what=network_title(answer)), network_alt(answer))


def _grid(
    sheet: Sheet,
    names: Mapping[str, str],
    order: Sequence[str],
    place: tuple[float, float, float],
    label: float,
) -> None:
    left, top, cell = place
    size = min(SMALL, max(cell * 0.75, 8))
    for number, name in enumerate(order):
        told = _fit(names[name], size, label)
        end = cell * len(order)
        at = number * cell
        for x, y, x2, y2 in (
            (left, top + at, left + end, top + at),
            (left + at, top, left + at, top + end),
        ):
            sheet.line(x, y, x2, y2, stroke=sheet.colours.line, stroke_width=0.75)
        sheet.rect(left + at, top + at, cell, cell, fill=sheet.colours.band)
        with sheet.about(f"company:{company_of(name)}", names[name]):
            sheet.text(
                left - 6, top + at + cell * 0.72, told, size, align="end", color=sheet.colours.link
            )
        column = _fit(names[name], size, 120)
        x, y = left + at + cell * 0.7, top - 6
        sheet.text(x, y, column, size, transform=f"rotate(-50 {x:.1f} {y:.1f})")
    end = cell * len(order)
    sheet.line(left, top + end, left + end, top + end, stroke=sheet.colours.line)
    sheet.line(left + end, top, left + end, top + end, stroke=sheet.colours.line)


def _fit(name: str, size: float, room: float) -> str:
    return shorten(wrap(name, size, room), 1, size, room)[0]


def _cell(sheet: Sheet, line: Line, x: float, y: float, cell: float) -> None:
    colours = sheet.colours
    with sheet.about(f"company:{company_of(line.one)}", line.sentence):
        sheet.rect(
            x + 2, y + 2, cell - 4, cell - 4, rx=2, fill=colours.fills[line.group],
            stroke=colours.groups[line.group], stroke_width=1.25,
            stroke_dasharray="3 2" if line.group == "rumoured" else None,
        )  # fmt: skip
        if line.ties > 1 and cell >= 14:
            sheet.text(
                x + cell / 2, y + cell * 0.72, str(line.ties), min(SMALL, cell * 0.6), bold=True,
                align="middle", color=colours.on_fills[line.group],
            )  # fmt: skip
