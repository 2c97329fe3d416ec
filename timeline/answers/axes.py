"""A subject on both axes: what held of it on any day, as known at any instant."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.json import encode
from msgspec.structs import replace

from timeline.answers.course import Told, course_of, marks_of, read_told, spans_of, titles_of
from timeline.answers.log import check_subject_exists
from timeline.answers.story import AxesAnswer, Course, Mark, Patch, Span
from timeline.answers.view import View, names_at
from timeline.model.fold import main_order
from timeline.model.record import Entry, Lens, judge
from timeline.model.values import END_OF_TIME, Instant, check_subject


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
