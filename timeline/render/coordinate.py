"""The coordinate of an answer in words, and as the options that ask the same again."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import Final, Protocol

from msgspec import UnsetType

from timeline.answers.asked import LensAsked
from timeline.language import tr
from timeline.parameters import LENS
from timeline.render.text import join
from timeline.render.words import date

_DAY: Final = len("2025-11-21")


class Placed(Protocol):
    """An answer that says where it was computed at."""

    @property
    def on(self) -> str: ...  # noqa: D102
    @property
    def known(self) -> str | None: ...  # noqa: D102
    @property
    def recorded(self) -> str | int | None: ...  # noqa: D102
    @property
    def position(self) -> int: ...  # noqa: D102
    @property
    def lens(self) -> LensAsked | UnsetType: ...  # noqa: D102


def coordinate_words(answer: Placed) -> str:
    """When it is about, and what was known by then: "as of 28 Nov 2026, with everything known today"."""
    on, known, recorded = date(answer.on), answer.known, answer.recorded
    if known is None and recorded is not None:
        said = tr("as of {day}, with everything {record}", day=on, record=_record_words(recorded))
    elif known is None:
        said = tr("as of {day}, with everything known today", day=on)
    elif known == answer.on:
        said = tr("as it was reported by the evening of {day}", day=on)
    elif len(known) > _DAY:
        said = tr(
            "as of {day}, as it was reported by {instant}", day=on, instant=instant_words(known)
        )
    else:
        said = tr(
            "as of {day}, as it was reported by the evening of {evening}",
            day=on,
            evening=date(known),
        )
    if known is not None and recorded is not None:
        said = f"{said}, {_record_words(recorded)}"
    return said if isinstance(answer.lens, UnsetType) else f"{said}, {lens_words(answer.lens)}"


def nothing_of(lens: LensAsked | UnsetType | bool) -> str:
    """What had been reported where there is nothing; where only some news counts, there may be other."""
    lensed = lens if isinstance(lens, bool) else not isinstance(lens, UnsetType)
    return tr("Nothing of what counts here") if lensed else tr("Nothing")


def _record_words(recorded: str | int) -> str:
    if isinstance(recorded, int):
        return tr("in our record up to entry {entry}", entry=recorded)
    when = date(recorded) if len(recorded) == _DAY else instant_words(recorded)
    return tr("in our record by {when}", when=when)


def coordinate_options(answer: Placed) -> str:
    """The options that ask exactly the same again: "--on 2025-11-21 --known 2025-11-22 --recorded 42"."""
    given = [("--on", answer.on), ("--known", answer.known), ("--recorded", str(answer.position))]
    lens = answer.lens
    if not isinstance(lens, UnsetType):
        given += [
            (f"--{name.replace('_', '-')}", each)
            for name in (option.name for option in LENS)
            for each in lens.given(name)
        ]
    return " ".join(f"{name} {shlex.quote(value)}" for name, value in given if value is not None)


def again_words(answer: Placed) -> str:
    """The last line of an answer: the options that ask exactly the same again."""
    return tr("The same again: {options}", options=coordinate_options(answer))


def lens_words(lens: LensAsked) -> str:
    """``counting only what source a or b told, and without what source c told``."""
    said = [option.said(given) for option in LENS if (given := lens.given(option.name))]
    return tr("counting {what}", what=join(said)) if said else tr("counting everything")


def instant_words(instant: str) -> str:
    """An instant to the minute, in UTC; the last microsecond of a day there as that day's end."""
    day, time = _parted(instant)
    if time is None:
        return tr("the end of {day}", day=day)
    return tr("{day}, {time} UTC", day=day, time=time)


def moment_words(instant: str) -> str:
    """An instant as it stands in a table: one that is the end of a day is the day."""
    day, time = _parted(instant)
    return day if time is None else tr("{day}, {time} UTC", day=day, time=time)


def _parted(instant: str) -> tuple[str, str | None]:
    """The day in words, and the time in UTC; None: its end."""
    at = datetime.fromisoformat(instant).astimezone(UTC)
    end = at.strftime("%H:%M:%S.%f") == "23:59:59.999999"
    return date(f"{at:%Y-%m-%d}"), None if end else f"{at:%H:%M}"
