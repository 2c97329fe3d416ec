"""The spans of a course as bars: what is drawn from where to where, how high, and how firm.

What holds for certain is full. A run of spans that may not hold yet fades in when it ends in certainty,
fades out when it began in it, and is pale when it is neither; what else may hold lies below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from timeline.answers.story import Course, Span
from timeline.model.dates import OPEN_END
from timeline.model.fold import kind_of
from timeline.model.kinds import claim_term_of
from timeline.model.values import Day
from timeline.render.plot.days import is_open
from timeline.render.status import STATUSES, Group, group_of

Look: TypeAlias = Literal["full", "in", "out", "pale", "below"]

_OTHERS: Final = frozenset(STATUSES) - {"absent"}


class Bar(Struct, frozen=True, kw_only=True):
    """A piece of a lane, of one look."""

    first: Day
    last: Day
    """Where it ends, the day before not included."""
    group: Group
    status: str
    over: bool
    """Final or denied: drawn thin."""
    look: Look
    span: Span
    """The first of those that it stands for."""


class Lane(Struct, frozen=True, kw_only=True):
    """What is drawn of a course."""

    bars: list[Bar]
    uncertain: list[Bar]
    """From the earliest to the latest day of what is not certain."""
    contested: list[Bar]
    """What later reports say against the bar that is drawn, from their day on."""
    arrow: Bar | None
    """What is still open, at its end."""


def lane_of(course: Course, on: Day) -> Lane:
    """The bars of a course; what is open ends on the day asked for, or where it begins later."""
    bars: list[Bar] = []
    uncertain: list[Bar] = []
    contested: list[Bar] = []
    runs = [list(run) for _, run in groupby(course.spans, key=_firmness)]
    for place, run in enumerate(runs):
        first, last = run[0].valid_from, _end(run[-1], on)
        before = _neighbour(runs, place - 1, run[0].valid_from)
        after = _neighbour(runs, place + 1, run[-1].valid_to)
        if run[0].certainty == "definite":
            bars += [_bar(course, span, span.valid_from, _end(span, on), "full") for span in run]
            continue
        if (
            run[0].certainty == "contested"
        ):  # both accounts are drawn: one of them is what is reported
            bars += [_bar(course, span, span.valid_from, _end(span, on), "full") for span in run]
            contested += _claims(course, run, on)
            continue
        bars += _below(course, run, before, on)
        uncertain.append(_bar(course, run[0], first, last, _look(run[0], before, after)))
        bars.append(uncertain[-1])
    end = course.spans[-1]
    ended = end.status in kind_of(course.subject).final or group_of(end.status) == "ended"
    still = end.valid_to == OPEN_END and not ended
    arrow = _bar(course, end, _end(end, on), OPEN_END, "full") if still else None
    return Lane(bars=bars, uncertain=uncertain, contested=contested, arrow=arrow)


def _firmness(span: Span) -> tuple[Any, ...]:
    return span.certainty, span.certainty == "possible" and (span.status, span.disputed)


def _end(span: Span, on: Day) -> Day:
    return span.valid_to if span.valid_to != OPEN_END else max(on, span.valid_from)


def _neighbour(runs: Sequence[Sequence[Span]], place: int, day: Day) -> Span | None:
    """The span that ends or begins on the day, where it is certain."""
    if not 0 <= place < len(runs):
        return None
    run = runs[place]
    span = run[0] if run[0].valid_from == day else run[-1]
    return (
        span if day in (span.valid_from, span.valid_to) and span.certainty == "definite" else None
    )


def _look(span: Span, before: Span | None, after: Span | None) -> Look:
    if after is not None and after.status == span.status:
        return "in"
    if before is not None and before.status == span.status:
        return "out"
    return "pale"


def _claims(course: Course, run: Sequence[Span], on: Day) -> Iterator[Bar]:
    """What is claimed against each span; one bar where neighbours meet the same claim."""
    held: Bar | None = None
    for span in run:
        claims = [each for each in span.alternatives if each in _OTHERS]
        bar = _bar(course, span, span.valid_from, _end(span, on), "full", (claims or [None])[-1])
        if held is not None and held.status == bar.status:
            held = replace(held, last=bar.last)
            continue
        if held is not None:
            yield held
        held = bar
    if held is not None:
        yield held


def _below(course: Course, run: Sequence[Span], before: Span | None, on: Day) -> Iterator[Bar]:
    """What else may hold, and goes: fading out where it held before, else pale."""
    kept: list[Span] = []
    for span in run:
        if before is None or before.status not in span.alternatives or before.status == span.status:
            break
        kept.append(span)
    if before is not None and kept:
        yield _bar(course, before, kept[0].valid_from, _end(kept[-1], on), "out")
    if claim_term_of(course.subject) is not None:
        return  # alternatives are values
    for span in run[len(kept) :]:
        for status in span.alternatives:
            if status in _OTHERS and status != span.status:
                yield _bar(course, span, span.valid_from, _end(span, on), "below", status)
                break


def _bar(
    course: Course, span: Span, first: Day, last: Day, look: Look, status: str | None = None
) -> Bar:
    shown = status or span.status
    return Bar(
        first=first,
        last=last,
        group=group_of(shown, disputed=span.disputed and status is None),
        status=shown,
        over=group_of(shown) in ("denied", "ended"),
        look=look,
        span=span,
    )


def later_bars(course: Course, on: Day) -> Iterator[Bar]:
    """What is known today, where it says otherwise than what was known; neighbours of a group as one."""
    held: Bar | None = None
    for span in course.later:
        bar = _bar(course, span, span.valid_from, _end(span, on), "full")
        if held is not None and (held.last, held.group) == (bar.first, bar.group):
            held = replace(held, last=bar.last)
            continue
        if held is not None:
            yield held
        held = bar
    if held is not None:
        yield held


def days_of(course: Course) -> Iterator[Day]:
    """Every day at which something of the course changes."""
    for span in (*course.spans, *course.later):
        yield from (day for day in (span.valid_from, span.valid_to) if not is_open(day))
