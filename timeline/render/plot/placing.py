"""Where the names of companies go: beside their circles, where they cover least."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from timeline.render.plot.measure import shorten, width, wrap

_MOST_WIDE: Final = 150
"""Longer names are told in several lines."""
_MOST_LINES: Final = 3
"""What is longer is whole in the tooltip and in the data."""


class Box(Struct, frozen=True):
    """A rectangle, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: Box) -> float:
        """The area of both."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(wide, 0) * max(high, 0)


def apart(
    points: Mapping[str, tuple[float, float]],
    pairs: Collection[tuple[str, str]],
    bounds: Box,
    wide: float,
    high: float,
) -> dict[str, tuple[float, float]]:
    """The points moved until none is nearer to another than a width and a height, as far as there is room.

    None stays on the line of a pair of others either. The same points give the same places.
    """
    names = sorted(points)
    at = {name: list(points[name]) for name in names}
    for turn in range(60):
        moved = False
        for number, one in enumerate(names):
            for other in names[number + 1 :]:
                gap = [at[other][0] - at[one][0], at[other][1] - at[one][1]]
                missing = wide - abs(gap[0]), high - abs(gap[1])
                if min(missing) <= 0:
                    continue
                moved = True
                axis = 0 if missing[0] / wide < missing[1] / high else 1
                step = missing[axis] / 2 * (1 if gap[axis] >= 0 else -1)
                at[one][axis] -= step
                at[other][axis] += step
        for one, other in pairs if turn % 3 == 0 else ():
            others = (place for name, place in at.items() if name not in (one, other))
            moved |= _aside(others, at[one], at[other], high / 2)
        for place in at.values():
            place[0] = min(max(place[0], bounds.left), bounds.right)
            place[1] = min(max(place[1], bounds.top), bounds.bottom)
        if not moved:
            break
    return {name: (round(x, 1), round(y, 1)) for name, (x, y) in at.items()}


def _aside(
    places: Iterable[list[float]], one: Sequence[float], other: Sequence[float], away: float
) -> bool:
    """Move places a step aside from the line between two others, where they are nearer; whether any was."""
    left, top = one
    x, y = other[0] - left, other[1] - top
    square = x * x + y * y
    long = square**0.5
    if long < away:
        return False
    moved = False
    for place in places:
        share = ((place[0] - left) * x + (place[1] - top) * y) / square
        if not 0 < share < 1:
            continue
        off = ((place[0] - left) * y - (place[1] - top) * x) / long
        if abs(off) >= away:
            continue
        step = (away - abs(off)) / 3 * (1 if off >= 0 else -1)
        place[0] += step * y / long
        place[1] -= step * x / long
        moved = True
    return moved


def place_labels(
    names: Mapping[str, str],
    points: Mapping[str, tuple[float, float]],
    radii: Mapping[str, float],
    lines: Sequence[tuple[float, float, float, float]],
    bounds: Box,
    size: float,
    others: Sequence[Box] = (),
) -> Iterator[tuple[float, float, str]]:
    """Each line of each name: its middle, its baseline, and the text.

    Larger circles choose first. A name avoids names and ``others``, then circles, then lines.
    """
    circles = [
        Box(x - radii[name], y - radii[name], x + radii[name], y + radii[name])
        for name, (x, y) in points.items()
    ]
    taken: list[Box] = list(others)
    for name in sorted(names, key=lambda each: (-radii[each], each)):
        told = shorten(wrap(names[name], size, _MOST_WIDE), _MOST_LINES, size, _MOST_WIDE)
        wide = max(width(line, size) for line in told) + 4
        high = len(told) * size * 1.25 + 2
        best: tuple[float, Box] | None = None
        for number, box in enumerate(_around(points[name], radii[name], wide, high)):
            box = _within(box, bounds)
            covered = 20 * sum(box.shared(other) for other in taken)
            covered += 30 * sum(box.shared(other) for other in circles)
            covered += sum(_length_in(line, box) for line in lines) * size + number
            if best is None or covered < best[0]:
                best = covered, box
        assert best is not None
        box = best[1]
        taken.append(box)
        for number, line in enumerate(told):
            middle = (box.left + box.right) / 2
            yield round(middle, 1), round(box.top + size * (1 + 1.25 * number), 1), line


def _around(point: tuple[float, float], radius: float, wide: float, high: float) -> Iterator[Box]:
    yield from _beside(point, radius + 3, wide, high)
    yield from _beside(point, radius + 13, wide, high)


def _beside(point: tuple[float, float], away: float, wide: float, high: float) -> Iterator[Box]:
    """Below, above, right and left, then at the corners."""
    x, y = point
    for left, top in (
        (x - wide / 2, y + away),
        (x - wide / 2, y - away - high),
        (x + away, y - high / 2),
        (x - away - wide, y - high / 2),
        (x + away * 0.7, y + away * 0.7),
        (x - away * 0.7 - wide, y + away * 0.7),
        (x + away * 0.7, y - away * 0.7 - high),
        (x - away * 0.7 - wide, y - away * 0.7 - high),
    ):
        yield Box(left, top, left + wide, top + high)


def _within(box: Box, bounds: Box) -> Box:
    across = max(bounds.left - box.left, 0) or min(bounds.right - box.right, 0)
    down = max(bounds.top - box.top, 0) or min(bounds.bottom - box.bottom, 0)
    return Box(box.left + across, box.top + down, box.right + across, box.bottom + down)


def _length_in(line: tuple[float, float, float, float], box: Box) -> float:
    """How much of a line lies in a box (Liang and Barsky's clipping)."""
    x, y, x2, y2 = line
    if (x < box.left and x2 < box.left) or (x > box.right and x2 > box.right):
        return 0.0
    if (y < box.top and y2 < box.top) or (y > box.bottom and y2 > box.bottom):
        return 0.0
    first, last = 0.0, 1.0
    for step, low, high in (
        (x2 - x, box.left - x, box.right - x),
        (y2 - y, box.top - y, box.bottom - y),
    ):
        if step == 0:
            if low > 0 or high < 0:
                return 0.0
            continue
        one, other = sorted((low / step, high / step))
        first, last = max(first, one), min(last, other)
    return float(max(last - first, 0) * ((x2 - x) ** 2 + (y2 - y) ** 2) ** 0.5)
