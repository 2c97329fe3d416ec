"""Days as people write them, in seven languages, read as EDTF: ``early March 2025``, ``bis Ende 2026``.

The words of each language (``words``) are symbols of one grammar, whose rules go from a year to a whole
phrase (``calendar``, ``relations``). A phrase is read in every way that the grammar and the
languages allow. It is taken when all ways mean the same days. It is refused when there is no way, when two
ways differ, or when one of them leaves something open (a month without a year). So nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

# the modules with the rules are imported for what they add to the grammar
import timeline.model.phrases.calendar
import timeline.model.phrases.relations  # noqa: F401
from timeline.errors import InvalidDate
from timeline.model import dates
from timeline.model.dates import NOT_UNDERSTOOD, Edtf
from timeline.model.phrases.grammar import Blocked, Context, Reading, Span
from timeline.model.phrases.words import (
    LANGUAGES,
    fold,
    is_fiscal,
    lexicon_of,
    tokens_of,
    vocabulary_of,
)

__all__ = ["LANGUAGES", "read_day", "read_phrase"]

_LONGEST: Final = 60  # tokens; the longest phrase of the tests has 16


def read_phrase(
    text: str, published: date | str | None = None, languages: Sequence[str] | None = None
) -> Edtf:
    """See :func:`timeline.model.dates.read_phrase`."""
    if isinstance(published, str):
        try:
            published = date.fromisoformat(published[:10])
        except ValueError:
            raise InvalidDate(published, "the day of publication is a day in ISO 8601") from None
    elif isinstance(published, datetime):
        published = published.date()
    found = _read(text, published, languages, exact=False)
    read = dates.parse(found.text)
    assert (read.earliest, read.latest) == (found.earliest, found.latest), found
    return read


def read_day(text: str, today: date, languages: Sequence[str] | None = None) -> date:
    """The one day that is meant, seen from ``today``; "3 months ago" is meant to the day.

    Raises InvalidDate for anything longer, and for a weekday, of which nobody knows whether it is past.
    """
    found = _read(text, today, languages, exact=True)
    if found.day is not None:
        return found.day
    if found.earliest != found.latest:
        last = f"the last day of it is {found.latest}" if found.latest != date.max else None
        raise InvalidDate(text, "it is longer than a day", last)
    return found.earliest


def _read(
    text: str, published: date | None, languages: Sequence[str] | None, *, exact: bool
) -> Span:
    if not isinstance(text, str):
        raise InvalidDate("…", f"dates are written as text, not as {type(text).__name__}")
    shown = text if len(text) <= 80 else f"{text[:80]}…"
    if isinstance(languages, str):
        languages = (languages,)
    for language in languages or ():
        if language not in LANGUAGES:
            raise InvalidDate(
                shown, f'"{language}" is no language of days', f"they are {', '.join(LANGUAGES)}"
            )
    if len(text) > 500:
        raise InvalidDate(shown, "it is too long for a date")
    stripped = unicodedata.normalize("NFKC", text).strip()
    if stripped.isascii() and (edtf := _read_edtf(stripped)):
        return edtf
    folded = fold(text)
    if is_fiscal(folded):
        raise InvalidDate(
            shown,
            "the bounds of a fiscal year are the company's own",
            "write its first and last day, as in 2024-07-01/2025-06-30",
        )
    tokens = tokens_of(folded)
    if not tokens or len(tokens) > _LONGEST:
        raise InvalidDate(shown, "it is empty" if not tokens else "it is too long for a date")
    spans: dict[tuple[date, date, date | None], Span] = {}
    blocked: list[Blocked] = []
    for language in languages or LANGUAGES:
        if not _knows(language, tokens):
            continue
        context = Context(published, exact, language)
        for found in Reading(folded, tokens, lexicon_of(language), context).all():
            if isinstance(found, Blocked):
                blocked.append(found)
            else:
                spans.setdefault((found.earliest, found.latest, found.day), found)
    blocked = [each for each in blocked if not (each.contradicts and spans)]
    if blocked:
        raise InvalidDate(shown, blocked[0].reason, blocked[0].hint)
    if len(spans) > 1:
        first, second, *_ = (
            span.text for _, span in sorted(spans.items(), key=lambda each: each[0][:2])
        )
        raise InvalidDate(shown, f"it may be {first} or {second}", "write the one that you mean")
    if not spans:
        raise InvalidDate(
            shown,
            NOT_UNDERSTOOD,
            "docs/formats.md lists what is read, such as 20 November 2025, early 2025 or Q3 2025",
        )
    (span,) = spans.values()
    if third := re.fullmatch(r"(\d{4})-3([789])", span.text):  # early 2025: more people read months
        month = 4 * int(third[2]) - 27
        return replace(span, text=f"{third[1]}-{month:02}/{third[1]}-{month + 3:02}")
    return span


def _read_edtf(text: str) -> Span | None:
    years = re.fullmatch(r"\d\d(\d\d)-(\d\d)", text)
    if years and int(years[2]) > 12 and int(years[2]) == (int(years[1]) + 1) % 100:
        raise InvalidDate(
            text,
            "two years, or a season in EDTF",
            f'write "{text[:4]}/{int(text[:4]) + 1}" or the name of the season',
        )
    found = dates.parse_or_none(text)
    return Span(found.text, found.earliest, found.latest) if found else None


def _knows(language: str, tokens: list[re.Match[str]]) -> bool:
    """Whether the language has all words of the text: most have not, and are no work."""
    words = vocabulary_of(language)
    return all(token[0] in words or not token[0].isalpha() or token[0] in "wtz" for token in tokens)
