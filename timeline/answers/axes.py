"""A subject on both axes: what held of it on any day, as known at any instant."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType
from msgspec.json import encode
from msgspec.structs import replace

from timeline.answers.asked import LensAsked
from timeline.answers.course import (
    Course,
    Mark,
    Span,
    Told,
    course_of,
    marks_of,
    read_told,
    spans_of,
    titles_of,
)
from timeline.answers.log import check_subject_exists
from timeline.answers.tabular import Tabular, coordinate_words
from timeline.answers.view import View, names_at
from timeline.model.fold import main_order
from timeline.model.record import Entry, Lens, judge
from timeline.model.values import END_OF_TIME, Day, Instant, check_subject


class Patch(Span, frozen=True, kw_only=True):
    """A span, and for how long it was known like that. Half-open on both axes."""

    known_from: Instant
    known_to: Instant
    events: list[str]
    """What it rested on when it became known."""


class AxesAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """All that was ever held of a subject; no two patches overlap on both axes."""

    subject: str
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    names: dict[str, str]
    sources: dict[str, str]
    course: Course | None
    """What is known of it today, for its title; null where nothing is known of it."""
    known_at: Instant
    patches: list[Patch]
    marks: list[Mark]

    def rows(self) -> Iterator[Patch]:
        """Every patch, by when it became known, then by day."""
        yield from self.patches

    def caption(self) -> str:
        """Which subject, and at which coordinate."""
        return f"{self.subject} {coordinate_words(self)}"


def axes(view: View, subject: str) -> AxesAnswer:
    """A subject on both axes, at the view's position and through its lens.

    Raises InvalidValue for what is no subject, NotFound for one that the log does not know.
    """
    check_subject(subject)
    check_subject_exists(view.connection, subject)
    told = next(read_told(view, [subject]), None)
    course: Course | None = None
    patches: list[Patch] = []
    marks: list[Mark] = []
    if told is not None:
        course = course_of(view, told) or course_of(view, told, known=END_OF_TIME)
        patches = list(_patches(told, view.lens))
        marks = list(marks_of(view, told))
    at = view.at
    return AxesAnswer(
        subject=subject,
        **view.heading,
        names=names_at(view, course.counterparties if course else []),
        sources=titles_of(view, marks),
        course=course,
        known_at=at.known_at,
        patches=patches,
        marks=marks,
    )


def _patches(told: Told, lens: Lens | None) -> Iterator[Patch]:
    """The spans of each known instant, those that stay the same joined along the known axis."""
    begun: dict[bytes, tuple[Instant, Span]] = {}
    done: list[tuple[Instant, Span, Instant]] = []
    counting: dict[Instant, list[Entry]] = {}
    for known in sorted({row.known_from for row in told.rows}):
        counting[known] = judge(told.entries, known, lens).counting
        now = {_look(span): span for span in spans_of(told.subject, told.at(known))}
        done += [(*begun.pop(look), known) for look in begun.keys() - now.keys()]
        for look, span in now.items():
            begun.setdefault(look, (known, span))
    done += [(*each, END_OF_TIME) for each in begun.values()]
    for start, span, end in sorted(done, key=lambda each: (each[0], each[1].valid_from)):
        happened = [entry for entry in counting[start] if entry.earliest < span.valid_to]
        yield Patch(
            **{name: getattr(span, name) for name in Span.__struct_fields__},
            known_from=start,
            known_to=end,
            events=[entry.id for entry in sorted(happened, key=main_order)],
        )


def _look(span: Span) -> bytes:
    return encode(replace(span, since=None))
