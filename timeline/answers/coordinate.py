"""Coordinates: what people write, and the day, the instant and the position that it means."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy.engine import Connection

from timeline.answers.model import Coordinate
from timeline.errors import InvalidDate, InvalidValue
from timeline.model import dates
from timeline.model.values import END_OF_TIME, Day, Instant, format_instant, parse_moment, zone
from timeline.store.log import position_at, read_head

DAY_HINT: Final = "a coordinate is a day: write 2025-11-20, today, yesterday or 3 months ago"

_AGO = re.compile(r"(\d{1,5}|an?) (day|week|month|year)s? ago", re.IGNORECASE | re.ASCII).fullmatch
_is_week = re.compile(r"\d{4}-?W\d{2}", re.ASCII).fullmatch
_names_a_month = re.compile(r"[a-z]{3}", re.IGNORECASE).search
_DAY_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII).fullmatch


def today(timezone: str = "UTC") -> Day:
    """Today's day in a time zone."""
    return datetime.now(zone(timezone)).date().isoformat()


def parse_day(text: str | date, timezone: str = "UTC") -> Day:
    """The day that people mean: an ISO day, a word, or what pendulum parses to one day.

    Raises InvalidDate for what is longer or shorter than a day: a coordinate is a day.
    """
    if isinstance(text, datetime):
        return text.date().isoformat()
    if isinstance(text, date):
        return text.isoformat()
    stripped = text.strip()
    if _DAY_SHAPE(stripped):
        earliest, _ = dates.bounds(stripped)
        return earliest
    words = " ".join(stripped.lower().split())
    now = date.fromisoformat(today(timezone))
    if words in ("today", "now"):
        return now.isoformat()
    if words in ("yesterday", "tomorrow"):
        return (now + timedelta(days=-1 if words == "yesterday" else 1)).isoformat()
    if ago := _AGO(words):
        return _ago(now, ago[1], ago[2])
    try:
        earliest, latest = dates.bounds(stripped)
    except InvalidDate:
        return _parse_freely(stripped)
    if earliest != latest:
        last = f"the last day of it is {latest}" if latest != dates.OPEN_END else DAY_HINT
        raise InvalidDate(text, "it is longer than a day", f"{DAY_HINT}; {last}")
    return earliest


def _ago(now: date, count: str, unit: str) -> Day:
    import pendulum  # costs 80 ms: only for what needs a calendar

    number = 1 if count in ("a", "an") else int(count)
    day = pendulum.Date(now.year, now.month, now.day)
    try:
        return day.subtract(**{f"{unit}s": number}).isoformat()
    except (OverflowError, ValueError):
        raise InvalidDate(f"{count} {unit}s ago", "that is before the year 1") from None


def _parse_freely(text: str) -> Day:
    import pendulum
    from dateutil import parser  # pendulum falls back to it, and would fill gaps from today

    def read(default: datetime, *, dayfirst: bool = False) -> Day:
        parsed = parser.parse(text, default=default, yearfirst=True, dayfirst=dayfirst)
        return str(parsed.date())

    found: set[Day] = set()
    some = datetime(2001, 2, 3, tzinfo=UTC)
    try:
        # what the text leaves out comes from the default: two different ones show it
        for default in (some, datetime(2014, 11, 25, tzinfo=UTC)):
            found.add(read(default))
    except (ValueError, OverflowError):
        try:
            parsed = pendulum.parse(text, exact=True)
        except ValueError:
            parsed = None
        if not isinstance(parsed, date) or _is_week(text):
            raise InvalidDate(text, "nothing that means a day", DAY_HINT) from None
        return parsed.isoformat()[:10]
    if len(found) > 1:
        raise InvalidDate(text, "it names no whole day", DAY_HINT)
    (day,) = found
    other = day if _names_a_month(text) or text[:4].isdigit() else read(some, dayfirst=True)
    if other != day:
        raise InvalidDate(text, f"it may be {day} or {other}", "write the one that you mean")
    return day


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
) -> Coordinate:
    """The coordinate of a question: today, everything known, everything recorded, unless said.

    ``as_of`` is the shorthand for ``on`` and ``known`` on the same day.
    """
    if as_of is not None:
        if on is not None or known is not None:
            raise InvalidValue(
                "as-of says both on and known", "use --as-of alone, or --on with --known"
            )
        on = known = parse_day(as_of, timezone)
    day = today(timezone) if on is None else parse_day(on, timezone)
    asked, instant = (None, END_OF_TIME) if known is None else parse_known(known, timezone)
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
            raise InvalidValue(f"{recorded} is no position", "positions count from 1")
        return recorded, min(recorded, head)
    try:
        asked, instant = parse_known(recorded, timezone)
    except InvalidDate as error:
        raise InvalidValue(
            f'"{recorded}" is neither a position nor a time of recording',
            "positions count from 1; a time is a day or an instant with offset",
        ) from error
    return asked, position_at(connection, instant, head)
