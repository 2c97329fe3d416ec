"""Coordinates: what people write, and the day, the instant and the position that it means."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from sqlalchemy.engine import Connection

from timeline.answers.model import Coordinate
from timeline.errors import InvalidDate, InvalidValue
from timeline.model import dates
from timeline.model.values import END_OF_TIME, Day, Instant, format_instant, parse_moment, zone
from timeline.store.log import position_at, read_head

DAY_HINT: Final = "a coordinate is a day: write 2025-11-20, today, yesterday or 3 months ago"

_is_day_shape = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII).fullmatch


def today(timezone: str = "UTC") -> Day:
    """Today's day in a time zone."""
    return datetime.now(zone(timezone)).date().isoformat()


def parse_day(text: str | date, timezone: str = "UTC") -> Day:
    """The day that people mean: an ISO day, or one day in words, which may count from today.

    Raises InvalidDate for what is longer or shorter than a day, or may be two: a coordinate is a day.
    """
    if isinstance(text, datetime):
        return text.date().isoformat()
    if isinstance(text, date):
        return text.isoformat()
    stripped = text.strip()
    if _is_day_shape(stripped):
        earliest, _ = dates.bounds(stripped)
        return earliest
    now = date.fromisoformat(today(timezone))
    try:
        return dates.read_day(stripped, now).isoformat()
    except InvalidDate as error:
        understood = error.hint and error.reason != dates.NOT_UNDERSTOOD
        hint = f"{DAY_HINT}; {error.hint}" if understood else DAY_HINT
        raise InvalidDate(error.text, error.reason, hint) from None


def parse_known(text: str | date, timezone: str = "UTC") -> tuple[str, Instant]:
    """An instant, or a day's last microsecond: as asked (normalised), and the instant it means."""
    if isinstance(text, datetime):
        if text.tzinfo is None:
            raise InvalidValue(f'"{text}" has no time zone, so it is no instant', "make it aware")
        instant = format_instant(text)
        return instant, instant
    if isinstance(text, str) and re.match(r"\d{4}-\d{2}-\d{2}[T ]", text.strip()):
        instant = parse_moment(text.strip())
        return instant, instant
    day = parse_day(text, timezone)
    instant = parse_moment(day, timezone)
    return (day if timezone == "UTC" else instant), instant


def coordinate(
    connection: Connection,
    *,
    on: str | date | None = None,
    known: str | date | None = None,
    recorded: str | int | date | None = None,
    as_of: str | date | None = None,
    timezone: str = "UTC",
    head: int | None = None,
) -> Coordinate:
    """The coordinate of a question: today, everything known, everything recorded, unless said.

    ``as_of`` is the shorthand for ``on`` and ``known`` on the same day. ``head`` is where the log ends, where
    that was read before.
    """
    if as_of is not None:
        if on is not None or known is not None:
            raise InvalidValue(
                "as-of says both on and known", "use --as-of alone, or --on with --known"
            )
        on = known = parse_day(as_of, timezone)
    day = today(timezone) if on is None else parse_day(on, timezone)
    asked, instant = (None, END_OF_TIME) if known is None else parse_known(known, timezone)
    if head is None:
        head = read_head(connection).position
    stated, position = _recorded(connection, recorded, head, timezone)
    return Coordinate(on=day, known=asked, recorded=stated, known_at=instant, position=position)


def _recorded(
    connection: Connection, recorded: str | int | date | None, head: int, timezone: str
) -> tuple[str | int | None, int]:
    if recorded is None:
        return None, head
    if isinstance(recorded, str) and recorded.isascii() and recorded.isdigit():
        recorded = int(recorded)
    if isinstance(recorded, int):
        if recorded < 0:
            raise InvalidValue(f"{recorded} is no entry", "entries count from 1")
        return recorded, min(recorded, head)
    try:
        asked, instant = parse_known(recorded, timezone)
    except InvalidDate as error:
        raise InvalidValue(
            f'"{recorded}" is neither the number of an entry nor a time of recording',
            "entries count from 1; a time is a day or an instant with offset",
        ) from error
    return asked, position_at(connection, instant, head)
