"""What a picture says in words: of an item, of a span, of the evidence for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from timeline.answers import CompanyItem
from timeline.answers.story import Course, Mark, Span
from timeline.language import tr, tr_count
from timeline.model.dates import OPEN_END, OPEN_START
from timeline.model.values import ALWAYS, Instant
from timeline.render.fields import type_words
from timeline.render.status import status_words
from timeline.render.terms import level_words
from timeline.render.text import join
from timeline.render.titles import title
from timeline.render.words import Names, date, value_in_words

_MOST_SOURCES = 3
"""Sources that hovering names; the data has them all."""


def item_title(course: Course, company: str | None, names: Names) -> str:
    """The course in a line, as the company sees it: "Joint venture with Intrinsic, as partner"."""
    return title(item_of_course(course, company), company, names)


def item_of_course(course: Course, company: str | None = None) -> CompanyItem:
    """The course as an item of a company, or of none, without its evidence."""
    return CompanyItem(
        subject=course.subject,
        kind=course.kind,
        status=course.status or "absent",
        group="",
        certainty=course.certainty,
        alternatives=course.alternatives,
        roles=course.roles if company else [],
        counterparties=course.counterparties,
        since=None,
        disputed=course.disputed,
        disputes=[],
        irregular=[],
        conflicts=[],
        changed={},
        remarks=[],
        terms=course.terms,
        steps=[],
        events=[],
        corrections=[],
        sources=[],
    )


def standing(course: Course | Span, names: Names) -> str:
    """Its status in words, with what else may hold: "announced; may also be absent"."""
    if course.status is None:
        return tr("absent on that day")
    claim = claim_words(course, names) if isinstance(course, Span) else status_words(course.status)
    said = tr("{status}, disputed", status=claim) if course.disputed else claim
    if course.certainty == "definite":
        return said
    if course.certainty == "contested":
        said = tr("{status}, contested", status=said)
    return tr(
        "{status}; may also be {others}",
        status=said,
        others=others_words(course.alternatives, names),
    )


def claim_words(span: Span, names: Names) -> str:
    """The status of a span; of a stated fact its value, of a stake the share besides."""
    if span.value is UNSET or span.value is None:
        return status_words(span.status)
    said = value_in_words(span.value, names)
    return said if span.status == "stated" else f"{status_words(span.status)}, {said}"


def others_words(alternatives: Iterable[Any], names: Names) -> str:
    """What else may hold: statuses, or values of a fact."""
    return join(
        (status_words(each) if isinstance(each, str) else value_in_words(each, names)
         for each in alternatives),
        "or",
    )  # fmt: skip


def days_words(span: Span) -> str:
    """``20 Nov 2025 until 1 Jan 2026``; open ends in words. The last day is not included in a span."""
    first = tr("always") if span.valid_from == OPEN_START else date(span.valid_from)
    if span.valid_to == OPEN_END:
        return tr("from {date}", date=first)
    return tr("{first} until {last}", first=first, last=date(span.valid_to))


def span_words(
    label: str, course: Course, span: Span, names: Names, sources: Mapping[str, str]
) -> str:
    """A span in a sentence: what it is, how it stands, from when, and who says so."""
    marks = [m for m in course.marks if m.counts and m.earliest < span.valid_to]
    return f"{label}: {standing(span, names)}, {days_words(span)}. {evidence_words(marks, sources)}"


def mark_words(mark: Mark) -> str:
    """What an event was, and that it is no fact: "deal suspended (only an opinion)"."""
    return f"{type_words(mark.type)}{mark_level_words(mark)}"


def mark_level_words(mark: Mark) -> str:
    """That an event is no fact; nothing of a fact."""
    return "" if mark.fact_level is UNSET else level_words(mark.fact_level)


def evidence_words(marks: Sequence[Mark], sources: Mapping[str, str]) -> str:
    """Who reported some events: the last ones by name."""
    cited = list(dict.fromkeys(slug for mark in marks for slug in mark.sources))
    if not cited:
        return tr("No source is named.")
    more = len(cited) - _MOST_SOURCES
    before = tr("{count} more", count=more) + ", " if more > 0 else ""
    said = "; ".join(sources.get(slug, slug) for slug in cited[-_MOST_SOURCES:])
    return tr_count("Source: {sources}.", "Sources: {sources}.", len(cited), sources=before + said)


def known_words(known: Instant) -> str:
    """The day on which something became public."""
    return tr("always") if known == ALWAYS else date(known[:10])
