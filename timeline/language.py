"""The language in which people are answered: sentences by a catalogue, days and numbers by CLDR.

English is the language of this source: it has no catalogue, and nothing is imported or read for it. Every
other language is one file of gettext, ``locales/LANGUAGE.po``; what it does not say stays English. Codes,
identifiers and the values of JSON, CSV and SQL have no language.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from gettext import NullTranslations

    from babel import Locale

ENGLISH: Final = "en"


def _catalogues() -> dict[str, Path]:
    """The file of each language: those that are shipped, and those of the folder TIMELINE_LOCALES."""
    folders = [Path(__file__).with_name("locales"), Path(os.environ.get("TIMELINE_LOCALES") or "-")]
    files = (file for folder in folders for file in folder.glob("*.po"))
    return {file.stem.replace("_", "-"): file for file in files}


CATALOGUES: Final = _catalogues()
LANGUAGES: Final = (ENGLISH, *sorted(CATALOGUES))
"""The languages that there are, by their tags (BCP 47)."""

_SPOKEN: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """The language that is spoken now."""
    return _SPOKEN.get()


def is_english() -> bool:
    """Whether English is spoken, for which nothing is looked up."""
    return _SPOKEN.get() == ENGLISH


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Speak a language of :data:`LANGUAGES` meanwhile, in this thread or task."""
    before = _SPOKEN.set(tag)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def named_in(tag: str) -> str:
    """What a language calls itself: "Deutsch"."""
    if tag == ENGLISH:
        return "English"
    return (_locale(tag).get_display_name(tag.replace("-", "_")) or tag).capitalize()


# --- sentences ------------------------------------------------------------------------------------


def tr(text: str, /, **parts: object) -> str:
    """A sentence, or a word of the program, with its parts put in: ``tr("as of {day}", day=…)``."""
    if text and not is_english():
        text = _catalogue(_SPOKEN.get()).gettext(text)
    return text.format(**parts) if parts else text


def tr_as(context: str, text: str, /, **parts: object) -> str:
    """The same of a word that means something else elsewhere; the context says what, to translators."""
    if text and not is_english():
        catalogue = _catalogue(_SPOKEN.get())
        found = catalogue.pgettext(context, text)
        text = catalogue.gettext(text) if found == text else found
    return text.format(**parts) if parts else text


def tr_count(one: str, many: str, number: int, /, **parts: object) -> str:
    """A sentence about a number of things, in the form for that number, which is ``{count}`` in it."""
    if is_english():
        text = one if number == 1 else many
    else:
        text = _catalogue(_SPOKEN.get()).ngettext(one, many, number)
    return text.format(**({"count": written(number)} | parts))


@cache
def _catalogue(tag: str) -> NullTranslations:
    from gettext import GNUTranslations
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with CATALOGUES[tag].open("rb") as file:
        found = read_po(file, locale=tag.replace("-", "_"))
    compiled = BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    return GNUTranslations(compiled)


# --- days and numbers -----------------------------------------------------------------------------


@cache
def _locale(tag: str) -> Locale:
    from babel import Locale

    return Locale.parse(tag, sep="-")


def written(number: int | float | Decimal) -> str:
    """A number with its digits in groups: "1,200"."""
    if is_english():
        return f"{number:,f}" if not isinstance(number, int) else f"{number:,}"
    from babel.numbers import format_decimal

    return str(format_decimal(number, locale=_locale(_SPOKEN.get()), decimal_quantization=False))


def scale_word(scale: int) -> str | None:
    """What a language puts behind a number for a million, a billion … of it; None: it has no such word."""
    from babel.numbers import format_compact_decimal

    said = str(format_compact_decimal(scale, locale=_locale(_SPOKEN.get())))
    word = said.removeprefix("1").strip()
    return None if not word or any(each.isdigit() for each in word) else word


def formatted(skeleton: str, day: date) -> str:
    """A day by a pattern of CLDR, in the language that is spoken."""
    return _formatted(_SPOKEN.get(), skeleton, day)


@cache
def _formatted(tag: str, skeleton: str, day: date) -> str:
    from babel.dates import format_skeleton

    return str(format_skeleton(skeleton, day, locale=_locale(tag)))


class Calendar:
    """How another language than English says days, for :func:`timeline.model.dates.describe`.

    A ``context`` is what the day stands behind, such as "since", where that changes its form.
    """

    def __init__(self, context: str = "") -> None:
        self._context = context

    def phrase(self, text: str, /, **parts: object) -> str:
        """A sentence about days."""
        return tr_as(self._context, text, **parts)

    def day(self, day: date, *, month: bool = True, year: bool = True) -> str:
        """A day, without what the next one says too."""
        if not month:
            return tr_as("day", "{day}", day=_formatted(_SPOKEN.get(), "d", day))
        return _formatted(_SPOKEN.get(), "yMMMd" if year else "MMMd", day)

    def month(self, day: date, *, year: bool = True) -> str:
        """A month, without the year that the next one says too."""
        from babel.dates import format_skeleton, get_month_names

        locale = _locale(_SPOKEN.get())
        if not year:
            return str(get_month_names("wide", "stand-alone", locale)[day.month])
        return str(format_skeleton("yMMMM", day, locale=locale))


def speech(context: str = "") -> Any:
    """How days are said in the language that is spoken; None: as the model says them, in English."""
    return None if is_english() else Calendar(context)
