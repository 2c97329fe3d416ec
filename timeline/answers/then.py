"""Then and now: a day as it was reported by its evening, and as it is known since, side by side.

It is the difference of two horizons (:mod:`timeline.answers.diff`) for eyes: every item on both sides, what
differs first, with the day of the report that made the difference and how late it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from msgspec.structs import replace

from timeline.answers.belief import cite, days_between, last_evening
from timeline.answers.course import Told, course_of, otherwise, read_told
from timeline.answers.diff import cited_causes, differing
from timeline.answers.lists import list_items
from timeline.answers.log import check_subject_exists
from timeline.answers.model import Cause, ChangeName, CompanyItem
from timeline.answers.state import item_of, items_of
from timeline.answers.story import Course, Difference, Pair, ThenAnswer
from timeline.answers.told import levels_of
from timeline.answers.view import View, names_at, shown_order, with_remarks
from timeline.model.bitemporal import Content
from timeline.model.kinds import KINDS
from timeline.model.values import END_OF_TIME, Day, Instant, check_subject, day_of, within

MOST: Final = 40
"""Items of which the answer has the courses over the days: as many as a picture draws."""


_QUIET: Final[frozenset[ChangeName]] = frozenset({"evidence"})
"""What reads the same: only more reports of it."""


def then_and_now(then: View, now: View, target: str, timezone: str = "UTC") -> ThenAnswer:
    """The items of a target in two views of one day, of which the first is known by its evening.

    The target is a company by any of its names, a subject, or a kind of subject by its plural. Raises
    NotFound for an unknown one.
    """
    seen = _Target(now, target)
    was, became = seen.items(then), seen.items(now)
    found = differing(then, now, was, became)
    changed: dict[str, list[ChangeName]] = {}
    for change in found.changes:
        changed.setdefault(change.subject, []).append(change.change)
    first, last = ({item.subject: item for item in side} for side in (was, became))
    subjects = sorted((first | last).values(), key=shown_order)
    pairs = [
        _pair(each, first.get(each.subject), last.get(each.subject), changed.get(each.subject, ()))
        for each in subjects
    ]
    kept = sorted(pairs, key=lambda pair: pair.difference == "same")
    late = [pair.subject for pair in kept if pair.difference != "same"]
    told = {
        each.subject: each
        for each in read_told(now, dict.fromkeys([*late, *(p.subject for p in kept[:MOST])]))
    }
    causes = cited_causes(then, now, found.causes)
    kept = [_dated(pair, told, then, causes, timezone) for pair in kept]
    kept.sort(key=lambda pair: (pair.difference == "same", pair.days or 0))
    courses = [
        course
        for pair in kept[:MOST]
        if (course := _course(told[pair.subject], then, now, seen)) is not None
    ]
    until = last_evening(now.at.known_at, timezone)
    slugs = {slug for item in (*was, *became) for slug in item.sources}
    named = {*seen.parties, *(p for item in (*was, *became) for p in item.counterparties)}
    names = names_at(now, sorted(named))
    return ThenAnswer(
        target=seen.target,
        name=names.get(seen.target, seen.target),
        **now.heading,
        until=until,
        names=names,
        cited=cite(now, sorted(slugs)),
        pairs=kept,
        changes=found.changes,
        evidence=causes,
        courses=courses,
        reports=list(_reports(told.values(), until, timezone)),
        began_later=seen.began_later(now, until, last),
        levels={
            event: level
            for view, side in ((then, was), (now, became))
            for found in levels_of(view, [item.subject for item in side if item.steps]).values()
            for event, level in found.items()
        },
    )


class _Target:
    """What is compared: the items of a company, one subject, or all of a kind."""

    def __init__(self, view: View, text: str) -> None:
        plural = {kind.plural: name for name, kind in KINDS.items() if kind.plural}
        self.kind = plural.get(text.strip().lower())
        self.subject = text if ":" in text and self.kind is None else None
        self.company: str | None = None
        if self.subject is not None:
            check_subject(self.subject)
            check_subject_exists(view.connection, self.subject)
        elif self.kind is None:
            self.company = view.company(text)
        self.target = self.company or self.subject or KINDS[self.kind or ""].plural
        self.parties = [self.company] if self.company else []

    def items(self, view: View) -> list[CompanyItem]:
        """The items of a view."""
        if self.company is not None:
            return items_of(view, [self.company], group=False)
        if self.subject is not None:
            return [item_of(item) for item in with_remarks(view, view.items([self.subject]))]
        return list_items(view, self.kind or "").items

    def holds(self, content: Content) -> bool:
        """Whether a part of a course is the target's."""
        return self.company is None or self.company in content.parties

    def began_later(self, view: View, until: Day, known: Iterable[str]) -> int:
        """How many items of a company there are by a day that are not among those known."""
        if self.company is None or until <= view.at.on:
            return 0
        later = View(view.connection, replace(view.at, on=until), view.asked)
        there = {item.subject for item in later.held(later.subjects_of([self.company])).values()}
        return len(there - set(known))


def _pair(
    item: CompanyItem,
    then: CompanyItem | None,
    now: CompanyItem | None,
    changes: Sequence[ChangeName],
) -> Pair:
    difference: Difference = "changed" if set(changes) - _QUIET else "same"
    if then is None or now is None:
        difference = "new" if then is None else "gone"
    return Pair(
        subject=item.subject, kind=item.kind, difference=difference, then=then, now=now,
        reported=None, days=None,
    )  # fmt: skip


def _dated(
    pair: Pair, told: dict[str, Told], then: View, causes: Sequence[Cause], timezone: str
) -> Pair:
    """The pair with the day of the report that first made it differ."""
    if pair.difference == "same":
        return pair
    instant = _first_report(told[pair.subject], then, causes)
    if instant is None:
        return pair
    reported = day_of(instant, timezone)
    return replace(pair, reported=reported, days=days_between(then.at.on, reported))


def _first_report(told: Told, then: View, causes: Sequence[Cause]) -> Instant | None:
    """The first instant after the evening from which on the day was known otherwise than then.

    What shows is compared first; where that stayed, it is the first of the events that made the difference.
    """
    day, evening = within(then.at.on, then.at.known_at)
    rows = sorted(
        (row for row in told.rows if row.valid_from <= day < row.valid_to),
        key=lambda row: row.known_from,
    )
    was = [row.content for row in rows if row.known_from <= evening < row.known_to]
    turns = [row.known_from for row in rows if row.known_from > evening]
    turns += [row.known_to for row in rows if row.known_to > evening]  # what is gone since
    for instant in sorted(set(turns) - {END_OF_TIME}):
        seen = [row.content for row in rows if row.known_from <= instant < row.known_to]
        if [_look(each) for each in seen] != [_look(each) for each in was]:
            return instant
    late = [c.known for c in causes if c.subject == told.subject and c.known > evening]
    return min(late, default=None)


def _look(content: Content) -> tuple[Any, ...]:
    return content.status, content.certainty, content.alternatives, content.disputed


def _course(told: Told, then: View, now: View, seen: _Target) -> Course | None:
    """The days as known then, and what is known otherwise since."""
    holds: Callable[[Content], bool] = seen.holds
    was = course_of(then, told, holds, seen.company)
    became = course_of(now, told, holds, seen.company)
    shown = was or became
    if shown is None:
        return None
    spans = was.spans if was is not None else []
    later = list(otherwise(became.spans, spans)) if became is not None else []
    return replace(shown, spans=spans, later=later)


def _reports(told: Iterable[Told], until: Day, timezone: str) -> Iterator[Day]:
    days = {day_of(row.known_from, timezone) for each in told for row in each.rows}
    yield from sorted(day for day in days if "0001-01-02" < day <= until)
