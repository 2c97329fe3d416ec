"""Dates as people and spreadsheets write them, to EDTF with the precision that they have.

What no format reads may be a date in words (``timeline.model.dates.read_phrase``).

A format is a pattern such as ``DD/MM/YYYY``; several are tried in order. Where two of them read one cell
as different days, the cell is refused: nobody can know which was meant. What spreadsheets are known to
do to dates (years that became days of 1905, serial numbers) is recognised and refused with the way out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, NoReturn, TypeVar

from timeline.errors import InvalidDate, InvalidValue
from timeline.importers.cells import Cell, Reason, Refused, quoted, text_of
from timeline.model import dates
from timeline.model.dates import NOT_UNDERSTOOD

Precision = Literal["day", "month", "year"]

DEFAULT_FORMATS: Final = (
    "YYYY-MM-DD", "YYYY/MM/DD", "YYYY-MM", "YYYY", "MM/YYYY", "Q YYYY", "YYYY-Q", "H YYYY",
    "season YYYY", "D Mon YYYY", "Mon D, YYYY", "D-Mon-YYYY", "Mon YYYY", "EDTF",
)  # fmt: skip
"""What can be read in one way only; which of 03/04 is the month, a mapping must say."""

EARLIEST: Final = 1900
LATEST: Final = 2100
"""Years outside are slips (1201, 3201), unless a mapping says how old its deals are."""

_MONTHS: Final = {
    name[:size]: number
    for number, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
    for size in (3, 4, 12)
}
_SEASONS: Final = {"spring": "21", "summer": "22", "autumn": "23", "fall": "23"}

# A year typed into a cell that shows days: the 2006th day from 1900 on is 28 June 1905.
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_EXCEL_YEARS: Final = range(1900, 2101)

_TOKENS: Final = re.compile(r"YYYY|YY|MM|M(?!on)|DD|D|Mon|Q|H|season")
_PATTERNS: Final = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MM": r"(?P<month>\d{1,2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
    "D": r"(?P<day>\d{1,2})",
    "Mon": r"(?P<name>[a-z]{3,9})\.?",
    "Q": r"q(?P<quarter>[1-4])",
    "H": r"h(?P<half>[12])",
    "season": r"(?P<season>[a-z]{4,6})",
}
_HINT: Final = (
    "formats are made of YYYY, YY, MM, DD, Mon, Q, H and season, as in DD/MM/YYYY; "
    "or EDTF, or serial for the day numbers of spreadsheets, or Wikibase for its times and precisions"
)

Reader = Callable[[str], str | None]
"""The EDTF of a text in one format, or None."""


class Publication:
    """The day of the source of the row that is read, from which "yesterday" and "last month" count."""

    __slots__ = ("day",)

    def __init__(self) -> None:
        self.day: date | None = None


@lru_cache(maxsize=256)
def reader_of(pattern: str) -> Reader:
    """What reads texts of one format. Raises InvalidValue for a pattern that is none."""
    if pattern == "EDTF":
        return _read_edtf
    if pattern == "serial":
        return _read_serial
    if pattern == "Wikibase":
        return _read_wikibase
    tokens = _TOKENS.findall(pattern)
    rest = _TOKENS.sub("", pattern)
    if len(set(tokens) & {"YYYY", "YY"}) != 1 or re.search(r"[A-Za-z0-9]", rest):
        raise InvalidValue(f'"{pattern}" is not a format of dates', _HINT)
    joined = not re.search(r"[^A-Za-z]", pattern)  # YYYYMMDD: every part has its digits
    regex = ""
    end = 0
    for match in _TOKENS.finditer(pattern):
        regex += _literal(pattern[end : match.start()])
        part = _PATTERNS[match[0]]
        regex += part.replace("{1,2}", "{2}") if joined else part
        end = match.end()
    try:
        matches = re.compile(regex + _literal(pattern[end:]), re.ASCII | re.IGNORECASE).fullmatch
    except re.error:  # the same part twice
        raise InvalidValue(f'"{pattern}" is not a format of dates', _HINT) from None

    def read(text: str) -> str | None:
        found = matches(text)
        return None if found is None else _edtf_of(found.groupdict())

    return read


def _literal(text: str) -> str:
    return re.sub(r"\\? ", r"\\s*", re.escape(text))


def _edtf_of(parts: dict[str, str | None]) -> str | None:
    year = parts.get("year")
    if year is None:
        short = int(parts["short"] or 0)
        year = str(short + (1900 if short > 68 else 2000))  # as POSIX reads two digits
    if parts.get("quarter"):
        return f"{year}-{32 + int(parts['quarter'] or 0)}"
    if parts.get("half"):
        return f"{year}-{39 + int(parts['half'] or 0)}"
    if "season" in parts:
        season = _SEASONS.get(str(parts["season"]).lower())
        return season and f"{year}-{season}"
    month: int | str | None = parts.get("month")
    if parts.get("name"):
        month = _MONTHS.get(str(parts["name"]).lower())
        if month is None:
            return None
    text = year if month is None else f"{year}-{int(month):02}"
    if parts.get("day"):
        text += f"-{int(parts['day'] or 0):02}"
    return text if _is_date(text) else None


def _is_date(text: str) -> bool:
    if len(text) == 7 and not 1 <= int(text[5:]) <= 12:
        return False
    try:
        date.fromisoformat(text)  # most are days, and this takes a third of the time
    except ValueError:
        return dates.parse_or_none(text) is not None
    return True


def _read_edtf(text: str) -> str | None:
    return None if dates.parse_or_none(text) is None else text


def _read_serial(text: str) -> str | None:
    if not re.fullmatch(r"\d{1,5}(\.\d+)?", text, re.ASCII):
        return None
    day = int(float(text))
    return (_EXCEL_EPOCH + timedelta(days=day)).isoformat() if day > 60 else None


def _read_wikibase(text: str) -> str | None:
    """A time of Wikibase with its precision behind a slash, as in ``+2012-05-00T00:00:00Z/10``.

    11 is a day, 10 a month, 9 a year, 8 a decade (2010–2019), 7 a century (1901–2000), 6 a millennium.
    """
    found = re.fullmatch(r"\+0*(\d{4})-(\d\d)-(\d\d)T[\d:]{8}Z/(\d{1,2})", text, re.ASCII)
    if found is None:
        return None
    year, month, day, precision = found[1], found[2], found[3], int(found[4])
    if precision >= 11:
        said = f"{year}-{month}-{day}"
    elif precision == 10:
        said = f"{year}-{month}"
    elif precision == 9:
        said = year
    elif precision == 8:
        said = f"{year[:3]}X"
    elif precision in (6, 7):
        size = 100 if precision == 7 else 1000
        last = -(-int(year) // size) * size
        said = f"[{last - size + 1:04}..{last:04}]"
    else:
        return None
    return said if dates.parse_or_none(said) is not None else None


class DateReader:
    """Reads the dates of one column, and counts what the column as a whole gives away."""

    def __init__(
        self,
        column: str,
        formats: Sequence[str] = DEFAULT_FORMATS,
        *,
        earliest: int | None = None,
        latest: int = LATEST,
        precision: Precision | None = None,
        publication: Publication | None = None,
        words: bool = True,
    ) -> None:
        """``words`` says whether dates in words are read that no format reads."""
        self.column = column
        self.formats = tuple(formats)
        self.readers = [reader_of(each) for each in formats]
        self.earliest = EARLIEST if earliest is None else earliest
        self.latest = latest
        self.precision = precision
        self.historical = earliest is not None and earliest <= 1905
        """Whether days of 1905 are meant: a mapping that goes back so far says so."""
        self.serial = "serial" in formats
        self._swapped = [(each, reader_of(_swap(each))) for each in formats if _swap(each) != each]
        self.both = self.other = self.typed = self.texts = 0
        self._publication = publication or Publication()
        self._words = words
        self._texts: dict[str, str | Reason | None] = {}
        """What formats say of a text; None where only its words can tell, which may count from a day."""
        self._phrases: dict[tuple[str, date | None], str | Reason] = {}

    def __call__(self, cell: Cell) -> str:
        """The EDTF of a cell. Raises Refused."""
        if isinstance(cell, date):
            self.typed += cell.day <= 12
            return self._checked(cell.isoformat()[:10], cell)
        text = text_of(cell).strip()
        self.texts += 1
        found = self._texts.get(text, _NEW)
        if found is _NEW:
            found = self._texts[text] = _kept(self._texts, self._read, text)
        if found is None:
            key = text, self._publication.day
            if key not in self._phrases:
                self._phrases[key] = _kept(self._phrases, self._read_words, text)
            found = self._phrases[key]
        if self._swapped:
            self._count(text)
        if isinstance(found, Reason):
            raise Refused(found.code, found.message, found.column)
        return found

    def _read(self, text: str) -> str | None:
        """The EDTF by the formats; None where the text may be words. Raises Refused."""
        bare = text[:10] if _is_instant(text) else text
        # a whole day in ISO 8601 is always understood: that is how days are written back
        found = (
            [bare] if re.fullmatch(r"\d{4}-\d\d-\d\d", bare, re.ASCII) and _is_date(bare) else []
        )
        if not found:
            found = [each for read in self.readers if (each := read(bare)) is not None]
        if not found:
            self._check_mistaken(text)
            return None
        if len(set(found)) > 1:
            message = (
                f"{quoted(text)} is {found[0]} by one of the formats and {found[1]} by another"
            )
            raise Refused("ambiguous-date", message, self.column)
        return self._checked(found[0], text)

    def _checked(self, found: str, cell: Cell) -> str:
        shown = quoted(cell)
        years = [int(year) for year in re.findall(r"\d{4}", found)]
        self._check_damage(found, shown)
        if any(not self.earliest <= year <= self.latest for year in years):
            message = f"the year of {shown} lies outside {self.earliest} to {self.latest}"
            raise Refused("unlikely-date", message, self.column)
        if self.precision is not None and self.precision != "day":
            return found[: 7 if self.precision == "month" else 4] if len(found) == 10 else found
        return found

    def _check_damage(self, found: str, shown: str) -> None:
        """Raise Refused for a day that a spreadsheet made of a year."""
        if self.historical or len(found) != 10 or not found.startswith("1905-") or "X" in found:
            return
        serial = (date.fromisoformat(found) - _EXCEL_EPOCH).days
        if serial in _EXCEL_YEARS:
            message = (
                f"{shown} is what a spreadsheet makes of the year {serial}: write {serial} (where days of "
                "1905 are meant, the mapping says earliest: 1905)"
            )
            raise Refused("damaged-date", message, self.column)

    def _read_words(self, text: str) -> str:
        """The EDTF of a date in words. Raises Refused."""
        if not self._words:
            raise Refused("invalid-date", f"{quoted(text)} is no date of the formats", self.column)
        try:
            found = dates.read_phrase(text, self._publication.day)
        except InvalidDate as error:
            self._explain(text, error)
        return self._checked(found.text, text)

    def _check_mistaken(self, text: str) -> None:
        """Raise Refused for a text that no format reads and that is known to be something else."""
        shown = quoted(text)
        if re.fullmatch(r"(19|20)\d\d", text):
            message = f"{shown} is a year, and the formats have none: add YYYY to them"
            raise Refused("invalid-date", message, self.column)
        day = None if self.serial else _read_serial(text)
        if day is not None and self.earliest <= int(day[:4]) <= self.latest:
            message = f"{shown} is a spreadsheet's number for {day}: add serial to the formats"
            raise Refused("damaged-date", message, self.column)
        for format_, read in self._swapped:
            if read(text) is not None:
                message = f"{shown} has day and month the other way round than {format_}"
                raise Refused("swapped-date", message, self.column)

    def _explain(self, text: str, error: InvalidDate) -> NoReturn:
        """Raise Refused with what is probably wrong with a text that is no date in words either."""
        shown = quoted(text)
        if re.fullmatch(r"winter\s*\d{4}", text, re.IGNORECASE):
            year = int(text[-4:])
            message = f"which winter is {shown}? Write {year - 1}-24 or {year}-24, when it began"
            raise Refused("ambiguous-date", message, self.column)
        for one in ("DD/MM/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "DD/MM/YY"):
            ways = [way for each in (one, _swap(one)) if (way := reader_of(each)(text))]
            for way in ways:
                self._check_damage(way, shown)
            if ways:
                message = (
                    f"{shown}: which is the day? Give the column formats: [{one}] or [{_swap(one)}]"
                )
                raise Refused("ambiguous-date", message, self.column)
        message = f"{shown} is no date of the formats {', '.join(self.formats)}, nor one in words"
        if error.reason != NOT_UNDERSTOOD:
            message += f": {error.reason}"
        try:
            dates.bounds(text)
        except InvalidDate as edtf:
            if edtf.hint and edtf.hint.startswith("did you mean"):
                message += f"; {edtf.hint}"
        raise Refused("invalid-date", message, self.column)

    def _count(self, text: str) -> None:
        for (_, other), read in zip(self._swapped, self.readers, strict=False):
            there = other(text)
            if there is None:
                continue
            here = read(text)
            self.both += here is not None and here != there
            self.other += here is None

    def notes(self) -> list[str]:
        """What the column as a whole gives away about days and months that changed places."""
        said = []
        if self.other and self.both:
            format_, other = self._swapped[0][0], _swap(self._swapped[0][0])
            said.append(
                f"column {self.column}: {self.other:,} cells can only be {other} and are refused, so the "
                f"{self.both:,} that could be either and were read as {format_} may be wrong too"
            )
        if self.typed and self.texts:
            said.append(
                f"column {self.column} holds days and texts: a spreadsheet may have turned some texts "
                f"into days with day and month swapped; {self.typed:,} days could be"
            )
        return said


_NEW: Final = Reason("", "")
"""A text that was not met before."""

_Key = TypeVar("_Key")


def _kept(memory: dict[_Key, Any], read: Callable[[str], str | None], text: str) -> Any:
    """What is read of a text, or the reason against it, to be kept in a memory with a limit."""
    if len(memory) > 50_000:  # dates repeat, and a table has not many
        memory.clear()
    try:
        return read(text)
    except Refused as refused:
        # not the exception: raised again, it would keep the frames of every row that it met
        return refused.reason


def _swap(format_: str) -> str:
    """The format with day and month in each other's place; the same where it has not both as numbers."""
    if not re.search(r"D", format_) or not re.search(r"M(?!on)", format_) or format_ == "EDTF":
        return format_
    if format_.startswith("YYYY-MM"):
        return format_  # ISO 8601, which nobody swaps
    swapped = re.sub(r"D+", "\0", format_)
    return re.sub(r"M+(?!on)", "DD", swapped).replace("\0", "MM")


def _is_instant(text: str) -> bool:
    if len(text) < 16 or text[10] not in "T " or text[4] != "-":
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
