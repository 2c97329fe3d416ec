"""What was believed of a subject, evening by evening: both clocks walked together.

On the evening of a day people know what was public by then, and believe something of that very day. So the
belief of a day is the patch of both axes that the diagonal crosses, from the later of its two beginnings to
the earlier of its two ends. News makes a belief turn, and so does a day that was told ahead.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import zip_longest
from operator import itemgetter
from typing import Any, Final, Protocol, TypeVar

from msgspec.structs import replace

from timeline.answers.axes import axes
from timeline.answers.coordinate import today
from timeline.answers.model import Cited
from timeline.answers.story import (
    OPEN,
    TRUE,
    AxesAnswer,
    Belief,
    BeliefAnswer,
    Mark,
    Patch,
    Settlement,
    Span,
)
from timeline.answers.view import View
from timeline.model.dates import OPEN_END
from timeline.model.fold import advance, kind_of
from timeline.model.kinds import RECORD_TYPES
from timeline.model.kinds.event import ENVELOPE, NOTED
from timeline.model.values import ALWAYS, END_OF_TIME, Day, Fields, Instant, day_of, within
from timeline.store.log import read_events
from timeline.store.lookups import source_terms


def belief(view: View, subject: str, timezone: str = "UTC") -> BeliefAnswer:
    """What was believed of a subject, at the view's position and through its lens.

    Raises InvalidValue for what is no subject, NotFound for one that the log does not know.
    """
    found = axes(view, subject)
    marks = [mark for mark in found.marks if mark.known <= found.known_at]
    until = last_evening(found.known_at, timezone)
    alone = {
        entry.id: phase.status
        for entry in view.entries(subject)
        if entry.type not in RECORD_TYPES
        and not entry.is_erased
        and (phase := advance(kind_of(subject), NOTED, entry)) is not None
    }
    beliefs = list(_told(diagonal(found.patches, until, timezone), marks, alone, timezone))
    cited = sorted({slug for mark in marks for slug in mark.sources})
    return BeliefAnswer(
        subject=subject,
        **view.heading,
        names=found.names,
        cited=cite(view, cited),
        steps=_steps(view, subject, [each.reports[0] for each in beliefs if each.reports]),
        until=until,
        course=found.course,
        outcome=settle(subject, beliefs),
        beliefs=beliefs,
        hindsight=list(_hindsight(found, beliefs, until)),
        of_day=list(_of_day(found, until, timezone)),
    )


def last_evening(known: Instant, timezone: str) -> Day:
    """The evening on which a coordinate stands: that of what was known, else today's."""
    return today(timezone) if known == END_OF_TIME else day_of(known, timezone)


def cite(view: View, slugs: Iterable[str]) -> dict[str, Cited]:
    """Sources as people cite them, by their slugs."""
    terms = source_terms(view.connection, list(slugs), view.at.position)
    return {
        slug: Cited(
            source=slug,
            publisher=said.get("publisher"),
            title=said.get("title"),
            published=said.get("published"),
            url=said.get("url"),
        )
        for slug, said in terms.items()
    }


_AROUND: Final = 100
"""Events before and after one among which its sources are looked for: a report is appended together."""
_MANY: Final = 3
"""Subjects of which a report may tell and still be headed like a report of one of them."""


def _steps(view: View, subject: str, turned: Iterable[Mark]) -> dict[str, Fields]:
    """What events told that no source of theirs is about: the title of a survey says nothing of them."""
    told = {entry.id: entry for entry in view.entries(subject)}
    found: dict[str, Fields] = {}
    marks = sorted(turned, key=lambda mark: mark.position)
    near = _subjects_near(view, marks)
    for mark in marks:
        about = []
        for slug in mark.sources:
            places, subjects = near[slug]
            first = bisect_left(places, mark.position - _AROUND)
            last = bisect_right(places, mark.position + _AROUND)
            about.append({*subjects[first:last]})
        if all(len(each) > _MANY for each in about):
            entry = told[mark.event]
            said = {n: v for n, v in entry.fields.items() if n not in ENVELOPE}
            found[mark.event] = {
                "event": entry.id,
                "type": entry.type,
                "occurred": entry.occurred,
            } | said
    return found


def _subjects_near(view: View, marks: Sequence[Mark]) -> dict[str, tuple[list[int], list[str]]]:
    """By source of these marks, the positions of its events around any of them, and their subjects.

    Each stretch of the log is read once, however many marks are in it.
    """
    near: dict[str, tuple[list[int], list[str]]] = {
        slug: ([], []) for mark in marks for slug in mark.sources
    }
    stretches: list[tuple[int, int]] = []
    for mark in marks:
        after = mark.position - _AROUND - 1
        if stretches and after <= stretches[-1][1]:
            after = stretches.pop()[0]
        stretches.append((after, min(mark.position + _AROUND, view.at.position)))
    for after, last in stretches:
        for row in read_events(view.connection, until=last, after=after):
            for slug in near.keys() & {*row.entry.sources}:
                near[slug][0].append(row.position)
                near[slug][1].append(row.subject)
    return near


class Rectangle(Protocol):
    """A rectangle of both axes."""

    @property
    def valid_from(self) -> Day: ...  # noqa: D102
    @property
    def valid_to(self) -> Day: ...  # noqa: D102
    @property
    def known_from(self) -> Instant: ...  # noqa: D102
    @property
    def known_to(self) -> Instant: ...  # noqa: D102


Patched = TypeVar("Patched", bound=Rectangle)


def crossed(
    patches: Iterable[Patched], until: Day, timezone: str = "UTC"
) -> list[tuple[Day, Day, Patched]]:
    """The patches that the diagonal crosses, each with its first day and the day before which it ends."""
    found = []
    for patch in patches:
        begun = "" if patch.known_from == ALWAYS else day_of(patch.known_from, timezone)
        ended = OPEN_END if patch.known_to == END_OF_TIME else day_of(patch.known_to, timezone)
        first, last = max(patch.valid_from, begun), min(patch.valid_to, ended)
        if first < last and first <= until:
            found.append((first, OPEN_END if last > until else last, patch))
    return sorted(found, key=lambda each: each[0])


def told_on(first: Day, known: Instant, timezone: str) -> Day:
    """The evening of the report that a belief turned on: a day ahead it is news, sooner it is a plan."""
    if known == ALWAYS:
        return first
    told = day_of(known, timezone)
    return told if days_between(told, first) == 1 else first


def diagonal(patches: Iterable[Patch], until: Day, timezone: str = "UTC") -> Iterator[Belief]:
    """The beliefs of the evenings up to one, without reports; a gap is a belief in nothing."""
    held: Belief | None = None
    for first, last, patch in crossed(patches, until, timezone):
        new = Belief(
            first=first,
            last=last,
            told=told_on(first, patch.known_from, timezone),
            status=patch.status,
            certainty=patch.certainty,
            alternatives=patch.alternatives,
            disputed=patch.disputed,
            value=patch.value,
            reports=[],
        )
        if held is not None:
            if held.last == first and _look(held) == _look(new):
                held = replace(held, last=last)
                continue
            yield held
            if held.last < first:
                yield _nothing(held.last, first)
        held = new
    if held is not None:
        yield held
        if held.last <= until:
            yield _nothing(held.last, OPEN_END)


def _nothing(first: Day, last: Day) -> Belief:
    return Belief(
        first=first, last=last, told=first, status=None, certainty="definite", alternatives=[],
        disputed=False, reports=[],
    )  # fmt: skip


def _look(belief: Belief) -> tuple[Any, ...]:
    return belief.status, belief.certainty, belief.alternatives, belief.disputed, belief.value


def _told(
    beliefs: Iterable[Belief], marks: Sequence[Mark], alone: dict[str, str], timezone: str
) -> Iterator[Belief]:
    """The beliefs with what became public on their days; what turned one comes first."""
    every = list(beliefs)
    dated = sorted(((day_of(mark.known, timezone), mark) for mark in marks), key=itemgetter(0))
    days = [day for day, _ in dated]
    for each, following in zip_longest(every, every[1:]):
        end = following.told if following is not None else each.last
        own = dated[bisect_left(days, each.told) : bisect_left(days, end)]

        def place(one: tuple[Day, Mark], turned: Belief = each) -> tuple[bool, bool, Instant, int]:
            day, mark = one
            is_other = alone.get(mark.event) != turned.status
            return day != turned.told, is_other, mark.known, mark.position

        yield replace(each, reports=[mark for _, mark in sorted(own, key=place)])


def _hindsight(found: AxesAnswer, beliefs: Sequence[Belief], until: Day) -> Iterator[Span]:
    """What is known at the coordinate of the days that the beliefs are of."""
    if not beliefs:
        return
    _, known = within(OPEN_END, found.known_at)
    spans = [each for each in found.patches if each.known_from <= known < each.known_to]
    for patch in sorted(spans, key=lambda each: each.valid_from):
        first = max(patch.valid_from, beliefs[0].first)
        if first < patch.valid_to and first <= until:
            last = OPEN_END if patch.valid_to > until else patch.valid_to
            said = {name: getattr(patch, name) for name in Span.__struct_fields__}
            yield Span(**said | {"valid_from": first, "valid_to": last})


def _of_day(found: AxesAnswer, until: Day, timezone: str) -> Iterator[Belief]:
    """The patches of one day in the world, as what was known of it changed."""
    on, _ = within(found.on, END_OF_TIME)
    column = [
        replace(each, valid_from="", valid_to=OPEN_END)
        for each in found.patches
        if each.valid_from <= on < each.valid_to
    ]
    return diagonal(column, until, timezone)


# --- how it was settled ---------------------------------------------------------------------------


class Stood(Protocol):
    """A status, and the evening by which it was reported."""

    @property
    def told(self) -> Day: ...  # noqa: D102
    @property
    def status(self) -> str | None: ...  # noqa: D102


def settle(subject: str, beliefs: Sequence[Stood]) -> Settlement | None:
    """How the question was settled that a subject is: it came true, ended, was denied, or is open.

    Days end with the evening on which the report came, not with the day on which it is said to have happened.
    """
    if not beliefs:
        return None
    kind, first = kind_of(subject), beliefs[0].told
    for each in beliefs:
        if each.status is not None and kind.group_of(each.status) in ("live", "done"):
            return _outcome(TRUE, first, each.told)
    status = beliefs[-1].status
    if status is not None and not kind.is_closed(status):
        return Settlement(outcome=OPEN, first=first, settled=None, days=None)
    settled = beliefs[-1].told
    for each in reversed(beliefs):
        if each.status != status:
            break
        settled = each.told
    return _outcome(status or "absent", first, settled)


def _outcome(outcome: str, first: Day, settled: Day) -> Settlement:
    return Settlement(
        outcome=outcome, first=first, settled=settled, days=days_between(first, settled)
    )


def days_between(first: Day, last: Day) -> int:
    """How many days after one another one is."""
    return date.fromisoformat(last).toordinal() - date.fromisoformat(first).toordinal()
