"""Who is tied to whom on a day: companies that stand still, and lines that come and go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import hypot, sqrt
from typing import Any, Final

from timeline.answers.network import NetworkAnswer, Tie, company_of
from timeline.model.bitemporal.known_axis import within
from timeline.model.values import Day
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.plot.colours import Theme
from timeline.render.plot.days import day_words
from timeline.render.plot.placing import Box, place_labels
from timeline.render.plot.said import TIP, item_title, span_tip, standing
from timeline.render.plot.sheet import MARGIN, TEXT, Sheet, Spec
from timeline.render.status import GROUPS, Group, group_of
from timeline.render.text import capital

DAY: Final = "day"
"""The parameter of the specification that says of which day the lines are."""

MOST: Final = 60
"""Companies in a picture; beyond it no name can be read. The data has them all."""

_DASHES: Final[dict[Group, tuple[float, list[int]]]] = {
    "rumoured": (3, [2, 4]),
    "announced": (3, [9, 5]),
    "active": (3, [1, 0]),
    "disputed": (3, [12, 3, 3, 3]),
    "denied": (1.5, [5, 6]),
    "ended": (1.5, [1, 5]),
}
"""How wide, and how dashed, so that no line is told by its colour alone."""

_BETWEEN: Final = 6
"""Pixels between the lines of two companies, and at most between all of them."""
_BUNDLE: Final = 24

_IS_NOW: Final = f"datum.valid_from <= {DAY} && {DAY} < datum.valid_to"


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
    count = len(answer.nodes)
    head = f"Network of {count} compan{'y' if count == 1 else 'ies'}, {coordinate_words(answer)}."
    return " ".join([head, *said])


def network_spec(
    answer: NetworkAnswer,
    places: Mapping[str, tuple[float, float]],
    theme: Theme,
    wide: int,
) -> Spec:
    """The picture of a network, as a Vega-Lite specification with the parameter :data:`DAY`.

    ``places`` are where companies stand, from 0 to 1 on both axes.
    """
    sheet = Sheet(wide, theme)
    sheet.params.append({"name": DAY, "value": within(answer.on, answer.on)[0]})
    shown = shown_of(answer)
    ties = [tie for tie in answer.ties if {tie.one, tie.other} <= shown.keys()]
    sheet.head(network_title(answer), _subtitle(answer, len(shown)))
    _legend(sheet, ties)
    sheet.y += 10
    high = max(round(sheet.width * 0.62), round(len(shown) * 12_000 / sheet.width), 240)
    points = _points(sheet, shown, places, high)
    radii = _radii(answer, ties, shown)
    lines = list(_lines(answer, ties, points, radii))
    _draw_lines(sheet, lines)
    _draw_nodes(sheet, answer, ties, points, radii)
    _draw_labels(sheet, shown, points, radii, lines, high)
    if not ties:
        sheet.text(
            [{"x": MARGIN, "y": sheet.y + 20, "text": "Nothing that ties companies is known here."}],
            color=sheet.colours.muted,
        )  # fmt: skip
    sheet.y += high + 34
    sheet.text(
        [{"x": sheet.width - MARGIN, "y": sheet.y - 8}], size=24, align="right",
        color=sheet.colours.muted,
        encoding={"text": {"value": {"expr": f"utcFormat(toDate({DAY}), '%-d %b %Y')"}}},
    )  # fmt: skip
    sheet.foot(f"{capital(coordinate_words(answer))} · {coordinate_options(answer)}")
    return sheet.spec(network_title(answer), network_alt(answer))


def _subtitle(answer: NetworkAnswer, shown: int) -> str:
    known = "" if answer.known is None else f", as known on {day_words(answer.known)}"
    said = f"Ties on the day below{known}. A pale company has none that is live on it."
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
    return {node.company: node.name for node in sorted(nodes[:MOST], key=lambda n: n.company)}


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


def _radii(answer: NetworkAnswer, ties: Sequence[Tie], shown: Iterable[str]) -> dict[str, float]:
    counts: defaultdict[str, int] = defaultdict(int)
    for tie in ties:
        counts[tie.one] += 1
        counts[tie.other] += 1
    return {
        name: 13.0 if name == answer.company else round(min(5 + 1.5 * sqrt(counts[name]), 11), 1)
        for name in shown
    }


def _lines(
    answer: NetworkAnswer,
    ties: Iterable[Tie],
    points: Mapping[str, tuple[float, float]],
    radii: Mapping[str, float],
) -> Iterator[dict[str, Any]]:
    """A line for each span of each tie; the ties of two companies side by side."""
    courses = {course.subject: course for course in answer.courses}
    beside: defaultdict[tuple[str, str], list[Tie]] = defaultdict(list)
    for tie in ties:
        beside[tie.one, tie.other].append(tie)
    for (one, other), some in beside.items():
        (x, y), (x2, y2) = points[one], points[other]
        long = max(hypot(x2 - x, y2 - y), 1)
        along, up = (x2 - x) / long, (y2 - y) / long
        for number, tie in enumerate(some):
            aside = (number - (len(some) - 1) / 2) * min(_BETWEEN, _BUNDLE / len(some))
            first, last = radii[one] + 3, radii[other] + 3
            course = courses[tie.subject]
            label = item_title(course, None, answer.names)
            for span in tie.spans:
                tip = span_tip(label, course, span, answer.names, answer.sources)
                yield {
                    "x": round(x + along * first - up * aside, 1),
                    "y": round(y + up * first + along * aside, 1),
                    "x2": round(x2 - along * last - up * aside, 1),
                    "y2": round(y2 - up * last + along * aside, 1),
                    "valid_from": span.valid_from,
                    "valid_to": span.valid_to,
                    "group": group_of(span.status, disputed=span.disputed),
                    "certainty": span.certainty,
                    "description": f"{label}: {tip['status']}, {tip['days']}",
                    **tip,
                }


# --- drawing --------------------------------------------------------------------------------------


def _draw_lines(sheet: Sheet, lines: Sequence[dict[str, Any]]) -> None:
    for group, (wide, dash) in _DASHES.items():
        for certainty, opacity in (("definite", 1.0), ("possible", 0.5)):
            some = [
                line for line in lines if line["group"] == group and line["certainty"] == certainty
            ]
            sheet.add(
                "rule", some, tip=TIP, transform=[{"filter": _IS_NOW}], opacity=opacity,
                color=sheet.colours.groups[group], strokeWidth=wide, strokeDash=dash,
            )  # fmt: skip


def _draw_nodes(
    sheet: Sheet,
    answer: NetworkAnswer,
    ties: Sequence[Tie],
    points: Mapping[str, tuple[float, float]],
    radii: Mapping[str, float],
) -> None:
    names = {node.company: node.name for node in answer.nodes}
    rows = {
        name: {"x": x, "y": y, "area": round(3.1416 * radii[name] ** 2), "name": names[name],
               "company": company_of(name), "description": names[name]}
        for name, (x, y) in points.items()
    }  # fmt: skip
    size = {"size": {"field": "area", "type": "quantitative", "scale": None}}
    tip = {"name": "name", "company": "company"}
    paper = sheet.colours.background
    sheet.add(
        "circle", rows.values(), tip=tip, encoding=size, opacity=1, fill=paper,
        stroke=sheet.colours.node, strokeWidth=1.5, strokeOpacity=0.5,
    )  # fmt: skip
    live = [
        row
        | {"valid_from": first, "valid_to": last, "area": round(3.1416 * (radii[name] + 1) ** 2)}
        for name, row in rows.items()
        for first, last in _live(ties, name)
    ]
    for center in (False, True):
        some = [row for row in live if (row["company"] == answer.company) == center]
        sheet.add(
            "circle", some, tip=tip, encoding=size, opacity=1, aria=False,
            transform=[{"filter": _IS_NOW}], strokeWidth=0,
            fill=sheet.colours.text if center else sheet.colours.node,
        )  # fmt: skip


def _live(ties: Iterable[Tie], name: str) -> Iterator[tuple[Day, Day]]:
    """From when to when the company has a tie that is neither ended nor denied."""
    spans = sorted(
        (span.valid_from, span.valid_to)
        for tie in ties
        if name in (tie.one, tie.other)
        for span in tie.spans
        if group_of(span.status) not in ("ended", "denied")
    )
    held: tuple[Day, Day] | None = None
    for first, last in spans:
        if held is not None and first <= held[1]:
            held = held[0], max(held[1], last)
            continue
        if held is not None:
            yield held
        held = first, last
    if held is not None:
        yield held


def _draw_labels(
    sheet: Sheet,
    shown: Mapping[str, str],
    points: Mapping[str, tuple[float, float]],
    radii: Mapping[str, float],
    lines: Sequence[Mapping[str, Any]],
    high: float,
) -> None:
    bounds = Box(4, sheet.y, sheet.width - 4, sheet.y + high)
    # a line for each tie, however many spans it has
    segments = list({(line["x"], line["y"], line["x2"], line["y2"]) for line in lines})
    placed = place_labels(shown, points, radii, segments, bounds, TEXT)
    rows = [{"x": x, "y": y, "text": text} for x, y, text in placed]
    sheet.text(rows, align="center", halo=True)


def _legend(sheet: Sheet, ties: Iterable[Tie]) -> None:
    there = {group_of(s.status, disputed=s.disputed) for tie in ties for s in tie.spans}
    unsure = any(span.certainty == "possible" for tie in ties for span in tie.spans)
    groups = [group for group in GROUPS if group in there]
    entries = [(group, 36.0) for group in groups] + ([("uncertain", 36.0)] if unsure else [])
    places = sheet.flow(entries)
    for group, (x, y) in zip(groups, places, strict=False):
        wide, dash = _DASHES[group]
        sheet.add(
            "rule", [{"x": x, "x2": x + 30, "y": y}], color=sheet.colours.groups[group],
            strokeWidth=wide, strokeDash=dash, aria=False,
        )  # fmt: skip
    if unsure:
        x, y = places[-1]
        sheet.add(
            "rule", [{"x": x, "x2": x + 30, "y": y}], color=sheet.colours.muted, opacity=0.5,
            strokeWidth=3, aria=False,
        )  # fmt: skip
    sheet.text(
        [{"x": x + 36, "y": y, "text": text}
         for (text, _), (x, y) in zip(entries, places, strict=True)],
        size=TEXT, baseline="middle",
    )  # fmt: skip
