"""The course of a subject: what held of it over the days, as known at one instant.

What a picture of a company's story shows. The spans are the rows of history, cut at one
known instant, so they are the same fold as every other answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from timeline.answers.asked import Certainty
from timeline.answers.sources import source_titles
from timeline.answers.story import Course, CoursesAnswer, Mark, Span
from timeline.answers.view import View, in_order, names_at, shown_order
from timeline.model.bitemporal import Content, SubjectRow, history
from timeline.model.dates import OPEN_END
from timeline.model.fold import kind_of
from timeline.model.kinds import claim_term_of
from timeline.model.record import Entry, by_known, is_mend, judge
from timeline.model.values import END_OF_TIME, Day, Instant, within
from timeline.store.histories import read_subject_rows
from timeline.store.log import chunks, read_recorded, subjects_of_any


def courses(
    view: View,
    company: str,
    *,
    certainty: Certainty | None = None,
    open_only: bool = False,
    only: Collection[str] | None = None,
) -> CoursesAnswer:
    """The courses of a company (by any of its names), in the order of its state.

    ``only`` names the subjects to read, instead of all; ``certainty`` and ``open_only`` keep what they keep
    of its state on the day asked for. Raises NotFound for an unknown company.
    """
    company = view.company(company)
    found, later = [], 0
    named_in = set(only or subjects_of_any(view.connection, view.identity.ids(company)))
    for told in read_told(view, sorted(named_in), view.at.known_at):
        one = course_of(view, told, _party(company), company)
        if one is None:
            later += told.knows(company)
        else:
            found.append(one)
    if certainty is not None or open_only:
        found = [one for one in found if _is_kept(one, certainty, open_only)]
    found.sort(key=shown_order)
    named = {company}.union(*(course.counterparties for course in found))
    names = names_at(view, sorted(named))
    return CoursesAnswer(
        company=company,
        name=names.get(company, company),
        **view.heading,
        names=names,
        sources=titles_of(view, (mark for one in found for mark in one.marks)),
        learned_later=later,
        courses=found,
    )


def _is_kept(course: Course, certainty: Certainty | None, open_only: bool) -> bool:
    if course.status is None:
        return False
    over = kind_of(course.subject).is_closed(course.status)
    return certainty in (None, course.certainty) and not (open_only and over)


def _party(company: str) -> Callable[[Content], bool]:
    return lambda content: company in content.parties


# --- from the log -------------------------------------------------------------------------------


class Told(Struct, frozen=True, eq=False):
    """All that the log tells of one subject up to a position, through the lens."""

    subject: str
    entries: list[Entry]
    """Of their fields those that a state rests on, at least."""
    recorded: dict[int, Instant]
    rows: list[SubjectRow]
    """The history of it: at every coordinate, or what :func:`read_told` was asked for."""

    def at(self, known: Instant) -> list[SubjectRow]:
        """What was known at an instant to hold, by day."""
        _, instant = within(OPEN_END, known)
        rows = [row for row in self.rows if row.known_from <= instant < row.known_to]
        return sorted(rows, key=lambda row: row.valid_from)

    def knows(self, company: str) -> bool:
        """Whether it is known today that the company was ever a party."""
        return any(company in row.content.parties for row in self.at(END_OF_TIME))


def read_told(view: View, subjects: Iterable[str], known: Instant | None = None) -> Iterator[Told]:
    """All that is told of some subjects up to the view's position, through its lens.

    With ``known`` of their history no more is sure to be read than what was known at that instant, and
    what is known today.
    """
    for some in chunks(subjects):
        rows = read_subject_rows(view.connection, some, known) if view.stored else {}
        recorded = read_recorded(view.connection, some)
        for subject, entries in view.resting_on(some):
            own = [entry for entry in entries if not entry.is_erased]
            if own:
                found = rows.get(subject) or history(own, view.lens, view.identity).rows
                yield Told(subject, own, recorded, found)


def course_of(
    view: View,
    told: Told,
    holds: Callable[[Content], bool] = lambda content: True,
    company: str | None = None,
    *,
    known: Instant | None = None,
) -> Course | None:
    """The course of a subject over the rows whose content ``holds``; None where none does.

    With a ``company`` the roles are its own, and the others are its counterparties. ``known`` is that of
    the view unless it is given.
    """
    on, known = within(view.at.on, view.at.known_at if known is None else known)
    rows = [row for row in told.at(known) if holds(row.content)]
    if not rows:
        return None
    held = [row for row in rows if row.valid_from <= on]
    shown = held[-1] if held else rows[0]
    content = shown.content
    now = bool(held) and on < shown.valid_to
    roles = content.parties.get(company, []) if company else _all_roles(content)
    latest = [row for row in told.at(END_OF_TIME) if holds(row.content)]
    spans = spans_of(told.subject, rows)
    later = otherwise(spans_of(told.subject, latest), spans) if latest != rows else ()
    return Course(
        subject=told.subject,
        kind=content.kind,
        status=content.status if now else None,
        certainty=content.certainty if now else "definite",
        alternatives=content.alternatives if now else [],
        disputed=content.disputed if now else False,
        roles=sorted(roles),
        counterparties=sorted(name for name in content.parties if name != company),
        terms=in_order(kind_of(told.subject), content.terms),
        spans=spans,
        later=list(later),
        marks=list(marks_of(view, told)),
    )


def _all_roles(content: Content) -> set[str]:
    return {role for held in content.parties.values() for role in held}


def spans_of(subject: str, rows: Sequence[SubjectRow]) -> list[Span]:
    """The rows of one known instant as spans; neighbours of which a picture shows the same are one."""
    spans: list[Span] = []
    claimed = claim_term_of(subject) or ("share" if subject.startswith("relationship:") else None)
    for row in rows:
        content = row.content
        span = Span(
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            status=content.status,
            certainty=content.certainty,
            alternatives=content.alternatives,
            disputed=content.disputed,
            since=content.since,
            value=_value(content, claimed),
        )
        if spans and spans[-1].valid_to == span.valid_from and _look(spans[-1]) == _look(span):
            span = replace(spans.pop(), valid_to=span.valid_to)
        spans.append(span)
    return spans


def _value(content: Content, term: str | None) -> Any:
    """What a span shows besides its status; nothing of a relationship without a share."""
    if term is None or (term == "share" and term not in content.terms):
        return UNSET
    return content.terms.get(term)


def _look(span: Span) -> tuple[Any, ...]:
    return span.status, span.certainty, span.alternatives, span.disputed, span.value


def otherwise(spans: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    """The parts of some spans on whose days the others do not say the same."""
    for span in spans:
        rest = [(span.valid_from, span.valid_to)]
        for other in others:
            if _look(other) == _look(span):
                rest = [part for whole in rest for part in _without(whole, other)]
        for first, last in rest:
            yield replace(span, valid_from=first, valid_to=last)


def _without(whole: tuple[Day, Day], span: Span) -> Iterator[tuple[Day, Day]]:
    first, last = whole
    if first < span.valid_from:
        yield first, min(last, span.valid_from)
    if span.valid_to < last:
        yield max(first, span.valid_to), last


def marks_of(view: View, told: Told) -> Iterator[Mark]:
    """All that was told of the subject, as it became known: corrected where it counts, else as told."""
    known, lens = view.at.known_at, view.lens
    marks: list[Entry] = []
    judged = judge(told.entries, known, lens)
    every = judge(told.entries) if judged.remarks or judged.reasons else judged
    counting = {entry.id: entry for entry in judged.counting}
    counting |= {
        remark.id: remark
        for said in judged.remarks.values()
        for remark in said
        if remark.id not in judged.reasons
    }
    # the wording of what does not count, or not yet: as our own mends have it
    ours = every.mended
    retracted = {id_ for id_, said in every.retractions.items() if any(map(is_mend, said))}
    for each in told.entries:
        mended = ours.get(each.id, each)
        if is_mend(mended) or each.id in retracted:
            continue
        seen = mended if lens is None else lens(mended)
        if seen is not None:
            marks.append(counting.get(each.id, seen))
    for entry in sorted(marks, key=by_known):
        level = entry.fields.get("fact_level", "fact")
        yield Mark(
            event=entry.id,
            type=entry.type,
            position=entry.position,
            occurred=entry.occurred,
            earliest=entry.earliest,
            latest=entry.latest,
            known=entry.known,
            recorded=told.recorded[entry.position],
            sources=entry.sources,
            counts=entry.id in counting,
            later=entry.known > known,
            fact_level=UNSET if level == "fact" else level,
        )


def titles_of(view: View, marks: Iterable[Mark]) -> dict[str, str]:
    """Who published each source that the marks cite, when, and under which title."""
    slugs = sorted({slug for mark in marks for slug in mark.sources})
    # by all that is known of it, whatever was recorded by then
    position = view.at.position if view.at.recorded is None else None
    return source_titles(view.connection, slugs, position)
