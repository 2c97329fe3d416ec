"""Who is tied to whom on a day: companies that stand still, and lines that come and go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import hypot, sqrt
from typing import Final

from msgspec import Struct

from timeline.answers.course import Course
from timeline.answers.network import NetworkAnswer, Tie, company_of, is_subject
from timeline.model.bitemporal.known_axis import within
from timeline.model.values import Day
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.plot.colours import Look
from timeline.render.plot.days import day_words
from timeline.render.plot.placing import Box, place_labels
from timeline.render.plot.said import item_title, node_names, span_words, standing
from timeline.render.plot.sheet import MARGIN, SMALL, TEXT, Links, Scene, Sheet
from timeline.render.status import GROUPS, Group, group_of
from timeline.render.text import capital

MOST: Final = 60
"""Companies in a picture; beyond it no name can be read. The data has them all."""

_DASHES: Final[dict[Group, str | None]] = {
    "rumoured": "2 4",
    "announced": "9 5",
    "active": None,
    "disputed": "12 3 3 3",
    "denied": "5 6",
    "ended": "1 5",
}
"""So that no line is told by its colour alone."""

_FIRM: Final[dict[Group, int]] = {
    "ended": 0, "denied": 1, "rumoured": 2, "disputed": 3, "announced": 4, "active": 5,
}  # fmt: skip
"""Which status of a pair of companies gives its line the colour: the strongest."""

_WIDTHS: Final = (2, 4, 6)
"""Of a line, for one tie, two, and more."""


class Line(Struct, frozen=True, kw_only=True):
    """A pair of companies from one day until another: how its line looks, and what it says."""

    one: str
    other: str
    valid_from: Day
    valid_to: Day
    group: Group
    ties: int
    directed: bool
    """Whether all ties lead from one to the other: it owns, supplies, makes."""
    sentence: str


def network_title(answer: NetworkAnswer) -> str:
    """What the picture is called."""
    if answer.company is None:
        return "Who is tied to whom"
    return f"{answer.names.get(answer.company, answer.company)}: who is tied to whom"


def network_alt(answer: NetworkAnswer) -> str:
    """The picture in words, for whoever does not see it."""
    said = []
    courses = {course.subject: course for course in answer.courses}
    for subject in dict.fromkeys(tie.subject for tie in answer.ties if tie.status is not None):
        course = courses[subject]
        said.append(f"{item_title(course, None, answer.names)}: {standing(course, answer.names)}.")
    count = sum(not is_subject(node.company) for node in answer.nodes)
    head = f"Network of {count} compan{'y' if count == 1 else 'ies'}, {coordinate_words(answer)}."
    return " ".join([head, *said])


def network_scene(
    answer: NetworkAnswer,
    places: Mapping[str, tuple[float, float]],
    look: Look,
    wide: int,
    links: Links | None = None,
    *,
    all_days: bool = False,
) -> Scene:
    """The picture of a network on the day asked for.

    ``places`` are where companies stand, from 0 to 1 on both axes. With ``all_days`` the lines of other days
    are in it too, hidden, each with its days: a script shows them.
    """
    sheet = Sheet(wide, look, links)
    on = within(answer.on, answer.on)[0]
    shown = {name: text for name, text in shown_of(answer).items() if name in places}
    ties = [tie for tie in answer.ties if {tie.one, tie.other} <= shown.keys()]
    sheet.head(network_title(answer), _subtitle(answer, len(shown)))
    lines = list(lines_of(answer, ties))
    now = [line for line in lines if line.valid_from <= on < line.valid_to]
    _legend(sheet, lines if all_days else now)
    sheet.y += 10
    high = max(round(sheet.width * 0.55), round(len(shown) * 12_000 / sheet.width), 240)
    points = _points(sheet, shown, places, high)
    current = Counter(
        end for line in now if line.group not in ("ended", "denied")
        for end in (line.one, line.other) for _ in range(line.ties)
    )  # fmt: skip
    radii = {
        name: round(min(8 + 3.5 * sqrt(current[name]), 20), 1) if current[name] else 7
        for name in shown
    }
    radii |= {name: 10 for name in shown if is_subject(name)}
    for line in lines if all_days else now:
        _draw_line(sheet, line, points, radii, hidden=line not in now, dated=all_days)
    for name in shown:
        _draw_node(sheet, name, shown[name], points[name], radii[name], current[name])
    bounds = Box(4, sheet.y, sheet.width - 4, sheet.y + high)
    segments = [(*points[line.one], *points[line.other]) for line in now]
    for x, y, text in place_labels(shown, points, radii, segments, bounds, TEXT):
        sheet.text(x, y, text, align="middle", halo=True)
    if not ties:
        sheet.text(
            MARGIN,
            sheet.y + 20,
            "Nothing that ties companies is known here.",
            color=sheet.colours.muted,
        )
    sheet.y += high + 34
    sheet.text(
        sheet.width - MARGIN, sheet.y - 8, day_words(answer.on), 24, align="end", bold=True,
        color=sheet.colours.muted, class_="day",
    )  # fmt: skip
    sheet.foot(f"{capital(coordinate_words(answer))} · {coordinate_options(answer)}")
    return sheet.scene(network_title(answer), network_alt(answer))


def _subtitle(answer: NetworkAnswer, shown: int) -> str:
    known = "" if answer.known is None else f", as known on {day_words(answer.known)}"
    said = f"Ties on the day below{known}. A hollow circle has none that is current."
    if shown < len(answer.nodes):
        said += f" The {shown} companies with most ties of {len(answer.nodes):,}."
    return said


def shown_of(answer: NetworkAnswer) -> dict[str, str]:
    """The companies that are drawn, with their names: those with most ties where there are too many."""
    counts: defaultdict[str, int] = defaultdict(int)
    for tie in answer.ties:
        counts[tie.one] += 1
        counts[tie.other] += 1
    nodes = sorted(answer.nodes, key=lambda n: (n.distance or 0, -counts[n.company], n.company))
    names = node_names(answer)
    return {each: names[each] for each in sorted(node.company for node in nodes[:MOST])}


def days_of_network(answer: NetworkAnswer) -> tuple[Day, Day]:
    """The first and the last day on which a slider finds something to show."""
    days = {answer.on}
    for tie in answer.ties:
        for span in tie.spans:
            days |= {day for day in (span.valid_from, span.valid_to) if "0001" < day[:4] < "9999"}
    return min(days), max(days)


# --- where everything is --------------------------------------------------------------------------


def _points(
    sheet: Sheet, shown: Iterable[str], places: Mapping[str, tuple[float, float]], high: float
) -> dict[str, tuple[float, float]]:
    edge = min(70.0, sheet.width * 0.14)
    return {
        name: (
            round(MARGIN + edge + places[name][0] * (sheet.room - 2 * edge), 1),
            round(sheet.y + 34 + places[name][1] * (high - 68), 1),
        )
        for name in shown
    }


def lines_of(answer: NetworkAnswer, ties: Iterable[Tie]) -> Iterator[Line]:
    """A line for each pair of companies and each stretch of days on which the same ties join them."""
    courses = {course.subject: course for course in answer.courses}
    pairs: defaultdict[tuple[str, str], list[Tie]] = defaultdict(list)
    for tie in ties:
        pairs[tie.one, tie.other].append(tie)
    for (one, other), some in pairs.items():
        days = sorted(
            {day for tie in some for s in tie.spans for day in (s.valid_from, s.valid_to)}
        )
        for first, last in pairwise(days):
            held = [
                (tie, span) for tie in some for span in tie.spans
                if span.valid_from <= first < span.valid_to
            ]  # fmt: skip
            if not held:
                continue
            groups = [group_of(span.status, disputed=span.disputed) for _, span in held]
            strongest = max(groups, key=_FIRM.__getitem__)
            live = [tie for (tie, _), group in zip(held, groups, strict=True) if group == strongest]
            ends = {_direction(courses[tie.subject], one, other) for tie in live}
            begin, end = (one, other) if ends != {(other, one)} else (other, one)
            told = (
                span_words(item_title(courses[tie.subject], None, answer.names), courses[tie.subject],
                           span, answer.names, answer.sources)
                for tie, span in held
            )  # fmt: skip
            yield Line(
                one=begin, other=end, valid_from=first, valid_to=last, group=strongest,
                ties=len(live), directed=len(ends) == 1 and None not in ends,
                sentence="\n".join(told),
            )  # fmt: skip


def _direction(course: Course, one: str, other: str) -> tuple[str, str] | None:
    """From whom to whom a tie leads: who owns, supplies, makes, grants or buys comes first."""
    terms = course.terms
    first = terms.get("from") or terms.get("holder")
    if first is None and "parties" in terms:
        acting = [
            end for end in (one, other)
            if _ACTING & set(terms["parties"].get(company_of(end), ()))
        ]  # fmt: skip
        first = acting[0] if len(acting) == 1 else None
    if first == company_of(one):
        return one, other
    return (other, one) if first == company_of(other) else None


_ACTING: Final = frozenset(
    {"supplier", "provider", "manufacturer", "acquirer", "investor", "lender", "licensor"}
)
"""Roles of those from whom an arrow leads."""


# --- drawing --------------------------------------------------------------------------------------


def _draw_line(
    sheet: Sheet,
    line: Line,
    points: Mapping[str, tuple[float, float]],
    radii: Mapping[str, float],
    *,
    hidden: bool,
    dated: bool,
) -> None:
    (x, y), (x2, y2) = points[line.one], points[line.other]
    long = max(hypot(x2 - x, y2 - y), 1)
    along, up = (x2 - x) / long, (y2 - y) / long
    wide = _WIDTHS[min(line.ties, len(_WIDTHS)) - 1]
    color = sheet.colours.groups[line.group]
    tip = 6 + 2 * wide if line.directed else 0
    first, last = radii[line.one] + 3, radii[line.other] + 3
    days = {"data_from": line.valid_from, "data_to": line.valid_to} if dated else {}
    subject = company_of(line.one)
    with sheet.about(
        f"company:{subject}", line.sentence, display="none" if hidden else None, **days
    ):
        sheet.line(
            x + along * first, y + up * first, x2 - along * (last + tip), y2 - up * (last + tip),
            stroke=color, stroke_width=wide if _FIRM[line.group] > 1 else 1.5,
            stroke_dasharray=_DASHES[line.group],
        )  # fmt: skip
        if tip:
            end_x, end_y = x2 - along * last, y2 - up * last
            base_x, base_y, half = end_x - along * tip, end_y - up * tip, tip * 0.45
            sheet.mark(
                "path", fill=color,
                d=f"M{end_x:.1f} {end_y:.1f}L{base_x - up * half:.1f} {base_y + along * half:.1f}"
                f"L{base_x + up * half:.1f} {base_y - along * half:.1f}Z",
            )  # fmt: skip


def _draw_node(
    sheet: Sheet, name: str, text: str, point: tuple[float, float], radius: float, ties: int
) -> None:
    many = f"{ties} current tie{'' if ties == 1 else 's'}" if ties else "no current tie"
    fill = sheet.colours.text if ties else sheet.colours.background
    if is_subject(name):  # a square, to which the lines of all its parties lead
        side, (x, y) = 14, point
        with sheet.about(name, f"{text}: {ties} current parties"):
            sheet.mark(
                "rect", x=x - side / 2, y=y - side / 2, width=side, height=side, fill=fill,
                stroke=sheet.colours.text, stroke_width=1.5, data_company=name,
            )  # fmt: skip
        return
    with sheet.about(f"company:{company_of(name)}", f"{text}: {many}"):
        sheet.mark(
            "circle", cx=point[0], cy=point[1], r=radius, fill=fill, stroke=sheet.colours.text,
            stroke_width=1.5, data_company=name,
        )  # fmt: skip


def _legend(sheet: Sheet, lines: Sequence[Line]) -> None:
    groups = [group for group in GROUPS if any(line.group == group for line in lines)]
    entries: list[tuple[str, float]] = [(group, 36.0) for group in groups]
    if any(line.ties > 1 for line in lines):
        entries.append(("wider: two ties, three or more", 0.0))
    if any(line.directed for line in lines):
        entries.append(("→ from who supplies, owns or makes", 0.0))
    for (text, before), (x, y) in zip(entries, sheet.flow(entries), strict=True):
        if before:
            group = next(each for each in groups if each == text)
            sheet.line(
                x, y, x + 30, y, stroke=sheet.colours.groups[group], stroke_width=3,
                stroke_dasharray=_DASHES[group],
            )  # fmt: skip
        sheet.text(x + before, y + 4, text, SMALL)
