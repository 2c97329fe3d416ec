"""Who is tied to whom on a day: companies that stand still, and lines that come and go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import hypot, sqrt
from typing import Final

from timeline.answers.circles import Circle, days_of_circles
from timeline.answers.story import NetworkAnswer, company_of, is_subject
from timeline.language import tr, tr_as, tr_count, written
from timeline.model.dates import OPEN_END, OPEN_START
from timeline.model.values import Day, within
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.plot.colours import Look
from timeline.render.plot.days import day_words
from timeline.render.plot.lines import (
    OVER,
    Filter,
    Line,
    currency_of,
    current_ties,
    lines_of,
    node_names,
    widths_in_words,
)
from timeline.render.plot.measure import width
from timeline.render.plot.placing import Box, apart, place_labels
from timeline.render.plot.said import item_title, standing
from timeline.render.plot.sheet import MARGIN, SMALL, TEXT, Links, Scene, Sheet, Value
from timeline.render.status import GROUPS, Group, legend_words
from timeline.render.text import capital, join

MOST: Final = 60
"""Companies in a picture; beyond it no name can be read. The data has them all."""

MANY: Final = 40
"""Companies beyond which a matrix is read more easily."""

_ON_A_PHONE: Final = 14
"""Companies that have room in a picture less than 500 pixels wide."""

_DASHES: Final[dict[Group, str | None]] = {
    "rumoured": "2 4",
    "announced": "9 5",
    "active": None,
    "disputed": "12 3 3 3",
    "denied": "5 6",
    "ended": "1 5",
}
"""So that no line is told by its colour alone."""

_LABELLED: Final = 16
"""Lines at once beyond which their labels would cover each other: hovering says them."""

_COVERED: Final = 4
"""Pixels of its height that a label may share with another one."""

_ALWAYS: Final = (OPEN_START, OPEN_END)


def network_title(answer: NetworkAnswer) -> str:
    """What the picture is called."""
    if answer.company is None:
        return tr("Who is tied to whom")
    name = answer.names.get(answer.company, answer.company)
    return tr("{company}: who is tied to whom", company=name)


def network_alt(answer: NetworkAnswer) -> str:
    """The picture in words, for whoever does not see it: the ties of the companies that are drawn."""
    said = []
    drawn = _among(answer, shown_of(answer).keys())
    courses = {course.subject: course for course in drawn.courses}
    for subject in dict.fromkeys(tie.subject for tie in drawn.ties if tie.status is not None):
        course = courses[subject]
        said.append(f"{item_title(course, None, answer.names)}: {standing(course, answer.names)}.")
    count = sum(not is_subject(node.company) for node in answer.nodes)
    head = tr_count(
        "Network of {count} company, {when}.",
        "Network of {count} companies, {when}.",
        count, count=count, when=coordinate_words(answer),
    )  # fmt: skip
    return " ".join([head, *said])


def network_scene(
    answer: NetworkAnswer,
    places: Mapping[str, tuple[float, float]],
    look: Look,
    wide: int,
    links: Links | None = None,
    *,
    shown: Filter | None = None,
    all_days: bool = False,
) -> Scene:
    """The picture of a network on the day asked for.

    ``places`` are where companies stand, from 0 to 1 on both axes; ``shown`` says which ties are drawn. With
    ``all_days`` the lines of other days are in it too, hidden, each with its days: a script shows them.
    """
    sheet = Sheet(wide, look, links)
    names = {name: text for name, text in shown_of(answer, wide).items() if name in places}
    title, alt = network_title(answer), network_alt(answer)
    sheet.head(title, _subtitle(answer, len(names)))
    answer = _among(answer, names.keys())
    lines = list(lines_of(answer, answer.ties, shown or Filter()))
    on = within(answer.on, answer.on)[0]
    now = [line for line in lines if line.valid_from <= on < line.valid_to]
    web = _Web(sheet, lines if all_days else now, on, dated=all_days)
    lit = _lit(answer, web, names.keys())
    _legend(sheet, web.lines, currency_of(answer, answer.ties), circles=bool(lit))
    sheet.y += 10
    high = max(round(sheet.width * 0.55), round(len(names) * 12_000 / sheet.width), 240)
    pairs = sorted({(tie.one, tie.other) for tie in answer.ties})
    web.points = _points(sheet, names, places, high, pairs)
    web.radii = {name: list(_radii(web, name)) for name in names}
    for stretch, pair, told in lit:
        web.light(stretch, pair, told)
    for line in web.lines:
        web.draw_line(line)
    bounds = Box(4, sheet.y, sheet.width - 4, sheet.y + high)
    labels = web.draw_labels() if wide >= 700 else []
    for name in names:
        web.draw_node(name, names[name])
    segments = [(*web.points[line.one], *web.points[line.other]) for line in now]
    largest = {name: max(radius for _, radius, _ in of) for name, of in web.radii.items()}
    for x, y, text in place_labels(names, web.points, largest, segments, bounds, TEXT, labels):
        sheet.text(x, y, text, align="middle", halo=True)
    if not answer.ties:
        sheet.text(
            MARGIN,
            sheet.y + 20,
            tr("Nothing that ties companies is known here."),
            color=sheet.colours.muted,
        )
    sheet.y += high + 34
    sheet.text(
        sheet.width - MARGIN, sheet.y - 8, day_words(answer.on), 24, align="end", bold=True,
        color=sheet.colours.muted, class_="day",
    )  # fmt: skip
    sheet.foot(f"{capital(coordinate_words(answer))} · {coordinate_options(answer)}")
    return sheet.scene(title, alt)


def _among(answer: NetworkAnswer, companies: Collection[str]) -> NetworkAnswer:
    """The part of a network that is among some companies."""
    ties = [tie for tie in answer.ties if tie.one in companies and tie.other in companies]
    return answer.part(ties, companies)


def _subtitle(answer: NetworkAnswer, shown: int) -> str:
    if answer.then:
        said = tr("Ties on the day below, as known by its evening.")
    elif answer.known is not None:
        text = "Ties on the day below, as known on {day}."
        said = tr(text, day=day_words(answer.known))
    else:
        said = tr("Ties on the day below.")
    said += f" {tr('A hollow circle has none that is current.')}"
    if shown < len(answer.nodes):
        text = "The {shown} companies with most ties of {count}."
        said += f" {tr(text, shown=shown, count=written(len(answer.nodes)))}"
    return said


def shown_of(answer: NetworkAnswer, wide: int | None = None) -> dict[str, str]:
    """The companies that are drawn, with their names: those with most ties where there are too many."""
    counts: defaultdict[str, int] = defaultdict(int)
    for tie in answer.ties:
        counts[tie.one] += 1
        counts[tie.other] += 1
    most = _ON_A_PHONE if wide is not None and wide < 500 else MOST
    nodes = sorted(answer.nodes, key=lambda n: (n.distance or 0, -counts[n.company], n.company))
    names = node_names(answer, nodes[:most])
    return {each: names[each] for each in sorted(names)}


def pairs_of(answer: NetworkAnswer, shown: Filter | None = None) -> list[Line]:
    """The pairs that are tied on the day asked for, in the order of their ids."""
    on = within(answer.on, answer.on)[0]
    lines = lines_of(answer, answer.ties, shown or Filter())
    return [line for line in lines if line.valid_from <= on < line.valid_to]


NATURES: Final = {
    "invests": "{payer} puts money or shares into {payee}",
    "buys": "{payer} buys from {payee}",
}
"""What flows in a circle of money, in a sentence."""


def circle_words(circle: Circle, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """A sentence for who pays whom in a circle of money, each with the first subject that says so."""
    said: dict[str, str] = {}
    for flow in circle.flows:
        sentence = tr_as(
            "headline", NATURES[flow.nature], payer=names[flow.payer], payee=names[flow.payee]
        )
        said.setdefault(sentence, flow.subject)
    return list(said.items())


def stops_of(answer: NetworkAnswer, shown: Filter | None = None) -> list[Day]:
    """The days on which a line begins or ends, in order."""
    return changes_between(lines_of(answer, answer.ties, shown or Filter()))


def hub_sentence(answer: NetworkAnswer, shown: Filter | None = None) -> str:
    """How many pairs have a tie on the day, and who stands in most of them."""
    taken = shown or Filter()
    now = [
        line for line in lines_of(answer, answer.ties, taken)
        if line.valid_from <= answer.on < line.valid_to
    ]  # fmt: skip
    count, day = len(now), day_words(answer.on)
    if not count and taken.over:
        return tr("No two companies had a tie on {day}.", day=day)
    if not count:
        return tr("No two companies had a current tie on {day}.", day=day)
    if taken.over:
        one, many = (
            "One pair of companies had a tie on {day}",
            "{count} pairs of companies had a tie on {day}",
        )
    else:
        one = "One pair of companies had a current tie on {day}"
        many = "{count} pairs of companies had a current tie on {day}"
    said = tr_count(one, many, count, day=day)
    ends = Counter(end for line in now for end in (line.one, line.other) if not is_subject(end))
    hub, most = max(ends.items(), key=lambda each: (each[1], each[0]), default=("", 0))
    if most > 1 and count > most:
        said += f"; {tr('{company} stands in {count} of them', company=node_names(answer)[hub], count=most)}"
    return f"{said}."


def days_of_network(answer: NetworkAnswer) -> tuple[Day, Day]:
    """The first and the last day on which a slider finds something to show."""
    days = {answer.on}
    for tie in answer.ties:
        for span in tie.spans:
            days |= {day for day in (span.valid_from, span.valid_to) if "0001" < day[:4] < "9999"}
    return min(days), max(days)


# --- where everything is --------------------------------------------------------------------------


def _points(
    sheet: Sheet,
    shown: Mapping[str, str],
    places: Mapping[str, tuple[float, float]],
    high: float,
    pairs: Sequence[tuple[str, str]],
) -> dict[str, tuple[float, float]]:
    """Where companies stand in pixels, none on another."""
    edge = min(70.0, sheet.width * 0.14)
    box = Box(
        MARGIN + edge, sheet.y + 34, sheet.width - MARGIN - edge, sheet.y + max(high - 34, 35)
    )
    points = {
        name: (
            box.left + places[name][0] * (box.right - box.left),
            box.top + places[name][1] * (box.bottom - box.top),
        )
        for name in shown
    }
    away = min(
        96.0, 0.8 * sqrt((box.right - box.left) * (box.bottom - box.top) / len(shown or "1"))
    )
    return apart(points, pairs, box, away, 0.72 * away)


# --- drawing --------------------------------------------------------------------------------------


class _Web:
    """The lines and companies that are drawn, and on which days each of them is seen."""

    def __init__(self, sheet: Sheet, lines: Sequence[Line], on: Day, *, dated: bool) -> None:
        self.sheet, self.lines, self.on, self.dated = sheet, lines, on, dated
        self.points: dict[str, tuple[float, float]] = {}
        self.radii: dict[str, list[tuple[tuple[Day, Day], float, int]]] = {}

    def seen(self, stretch: tuple[Day, Day]) -> dict[str, str | None]:
        """The attributes of a mark that is there on some days: hidden on the others."""
        first, last = stretch
        there = first <= self.on < last
        days = {"data_from": first, "data_to": last} if self.dated else {}
        return {"display": None if there else "none", **days}

    def light(self, stretch: tuple[Day, Day], pair: frozenset[str], told: str) -> None:
        """A pale band behind the line of two companies of a circle."""
        (x, y), (x2, y2) = (self.points[each] for each in sorted(pair))
        with self.sheet.about(None, told, class_="circle", **self.seen(stretch)):
            self.sheet.line(
                x, y, x2, y2, stroke=self.sheet.colours.groups["rumoured"], stroke_width=20,
                stroke_opacity=0.35, stroke_linecap="round",
            )  # fmt: skip

    def _ends(self, line: Line) -> tuple[float, float, float, float, float, float]:
        """Where a line begins and ends beside its circles, and its direction."""
        (x, y), (x2, y2) = self.points[line.one], self.points[line.other]
        long = max(hypot(x2 - x, y2 - y), 1)
        along, up = (x2 - x) / long, (y2 - y) / long
        first, last = (self._largest(end, line) + 3 for end in (line.one, line.other))
        return x + along * first, y + up * first, x2 - along * last, y2 - up * last, along, up

    def _largest(self, name: str, line: Line) -> float:
        """The radius of a circle while a line is there."""
        return max(
            (radius for (first, last), radius, _ in self.radii[name]
             if first < line.valid_to and line.valid_from < last),
            default=7.0,
        )  # fmt: skip

    def draw_line(self, line: Line) -> None:
        """A line as wide as it says, with an arrow where all of its ties have one direction."""
        x, y, x2, y2, along, up = self._ends(line)
        color = self.sheet.colours.groups[line.group]
        tip = 6 + 2 * min(line.wide, 6) if line.directed else 0
        with self.sheet.about(
            f"company:{company_of(line.one)}", line.sentence,
            **self.seen((line.valid_from, line.valid_to)),
        ):  # fmt: skip
            self.sheet.line(
                x, y, x2 - along * tip, y2 - up * tip, stroke=color,
                stroke_width=1.5 if line.group in OVER else line.wide,
                stroke_dasharray=_DASHES[line.group],
            )  # fmt: skip
            if tip:
                base_x, base_y, half = x2 - along * tip, y2 - up * tip, tip * 0.45
                self.sheet.mark(
                    "path", fill=color,
                    d=f"M{x2:.1f} {y2:.1f}L{base_x - up * half:.1f} {base_y + along * half:.1f}"
                    f"L{base_x + up * half:.1f} {base_y - along * half:.1f}Z",
                )  # fmt: skip

    def draw_labels(self) -> list[Box]:
        """What each line is, in its middle; above it where the line is shorter. None of many lines."""
        days = [OPEN_START, *sorted({line.valid_from for line in self.lines})]
        at_once = max(
            (
                sum(
                    line.valid_from <= day < line.valid_to
                    and not is_subject(line.one)
                    and not is_subject(line.other)
                    for line in self.lines
                )
                for day in days
            ),
            default=0,
        )
        if at_once > _LABELLED:
            return []
        circles = [Box(x - 12, y - 12, x + 12, y + 12) for x, y in self.points.values()]
        taken: list[tuple[Box, Line]] = []
        drawn: list[Box] = []
        for line in self.lines:
            if is_subject(line.one) or is_subject(line.other):
                continue  # the square says it
            x, y, x2, y2, _, _ = self._ends(line)
            wide = width(line.label, SMALL) + 8
            above = 12 if hypot(x2 - x, y2 - y) < wide + 12 else 0
            boxes = [
                Box(middle - wide / 2, level - 9 - above, middle + wide / 2, level + 8 - above)
                for share in (0.5, 0.4, 0.6, 0.3, 0.7)
                for middle, level in [(x + (x2 - x) * share, y + (y2 - y) * share)]
            ]
            met = [
                *circles,
                *(other for other, its in taken
                  if its.valid_from < line.valid_to and line.valid_from < its.valid_to),
            ]  # fmt: skip
            covered, box = min(
                ((sum(box.shared(other) for other in met), box) for box in boxes),
                key=lambda each: each[0],
            )
            if covered > _COVERED * wide:
                continue  # hovering says it
            taken.append((box, line))
            with self.sheet.about(
                None, line.sentence, **self.seen((line.valid_from, line.valid_to))
            ):
                self.sheet.rect(
                    box.left, box.top, box.right - box.left, box.bottom - box.top,
                    fill=self.sheet.colours.background,
                )  # fmt: skip
                self.sheet.text(
                    (box.left + box.right) / 2, box.bottom - 4, line.label, SMALL, align="middle",
                    color=self.sheet.colours.muted,
                )  # fmt: skip
            if line.valid_from <= self.on < line.valid_to:
                drawn.append(box)
        return drawn

    def draw_node(self, name: str, text: str) -> None:
        """A circle as large as its ties, over every stretch of days on which they are as many."""
        sheet, (x, y) = self.sheet, self.points[name]
        stroke: dict[str, Value] = {
            "stroke": sheet.colours.text, "stroke_width": 1.5, "data_company": name,
        }  # fmt: skip
        for stretch, radius, ties in self.radii[name]:
            fill = sheet.colours.text if ties else sheet.colours.background
            seen = self.seen(stretch)
            if is_subject(name):  # a square, to which the lines of all its parties lead
                one, many = "{count} current party", "{count} current parties"
                parties = tr_count(one, many, ties, count=ties)
                with sheet.about(
                    name,
                    f"{text}: {parties}",
                    **seen,
                ):
                    sheet.mark("rect", x=x - 7, y=y - 7, width=14, height=14, fill=fill, **stroke)
                continue
            many = tr("no current tie")
            if ties:
                many = tr_count("{count} current tie", "{count} current ties", ties, count=ties)
            with sheet.about(f"company:{company_of(name)}", f"{text}: {many}", **seen):
                sheet.mark("circle", cx=x, cy=y, r=radius, fill=fill, **stroke)


def _radii(web: _Web, name: str) -> Iterator[tuple[tuple[Day, Day], float, int]]:
    """How large a company is, and how many current ties it has, over which days."""
    own = [line for line in web.lines if name in (line.one, line.other)]
    days = [OPEN_START, *changes_between(own), OPEN_END] if web.dated else [*_ALWAYS]
    stretches: list[tuple[tuple[Day, Day], float, int]] = []
    for first, last in pairwise(days):
        ties = current_ties(own, first if web.dated else web.on).get(name, 0)
        if stretches and stretches[-1][2] == ties:
            first = stretches.pop()[0][0]
        radius = round(min(8 + 3.5 * sqrt(ties), 20), 1) if ties else 7.0
        stretches.append(((first, last), 10.0 if is_subject(name) else radius, ties))
    yield from stretches


def changes_between(lines: Iterable[Line]) -> list[Day]:
    """The days on which lines begin or end, in order, without the open ends."""
    days = {day for line in lines for day in (line.valid_from, line.valid_to)}
    return sorted(days - {OPEN_START, OPEN_END})


def _lit(
    answer: NetworkAnswer, web: _Web, names: Iterable[str]
) -> list[tuple[tuple[Day, Day], frozenset[str], str]]:
    """The pairs of circles of money, each with its days and with what it says; no days twice."""
    called = node_names(answer)
    until: dict[frozenset[str], Day] = {}
    found = []
    for first, last, companies in days_of_circles(answer, set(names)):
        told = tr("Money goes round: {names}", names=join(called[each] for each in companies))
        for ends in zip(companies, [*companies[1:], companies[0]], strict=True):
            pair = frozenset(ends)
            begin = max(first, until.get(pair, first))
            if begin < last and (web.dated or begin <= web.on < last):
                until[pair] = last
                found.append(((begin, last), pair, told))
    return found


def _legend(sheet: Sheet, lines: Sequence[Line], currency: str | None, *, circles: bool) -> None:
    groups = [group for group in GROUPS if any(line.group == group for line in lines)]
    called = {legend_words(group): group for group in groups}
    entries: list[tuple[str, float]] = [(text, 36.0) for text in called]
    widths = {wide: text for text, wide in widths_in_words(currency)}
    drawn = sorted({line.wide for line in lines if line.group not in OVER and line.wide in widths})
    if len(drawn) > 1:
        entries += [(widths[wide], 26.0) for wide in drawn]
    if circles:
        entries.append((tr("money goes round"), 36.0))
    if any(line.directed for line in lines):
        entries.append((tr("→ from who supplies, owns, pays or makes"), 0.0))
    for (text, before), (x, y) in zip(entries, sheet.flow(entries), strict=True):
        colours = sheet.colours
        if text in called:
            group = called[text]
            sheet.line(x, y, x + 30, y, stroke=colours.groups[group], stroke_width=3,
                       stroke_dasharray=_DASHES[group])  # fmt: skip
        elif before == 26.0:
            wide = next(each for each, said in widths.items() if said == text)
            sheet.line(x, y, x + 20, y, stroke=colours.muted, stroke_width=wide)
        elif before:
            sheet.line(x + 6, y, x + 26, y, stroke=colours.groups["rumoured"], stroke_width=12,
                       stroke_opacity=0.35, stroke_linecap="round")  # fmt: skip
        sheet.text(x + before, y + 4, text, SMALL)
