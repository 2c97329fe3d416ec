"""What an import did: every row that was read is taken, already there, left out or rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from timeline.importers.cells import Reason
from timeline.importers.duplicates import Likely

MOST_SHOWN = 20
"""Rejected rows of which the report holds the reasons; the file of rejected rows has them all."""


class ReasonCount(Struct, frozen=True):
    """Rows that were rejected for the same reasons; each row is counted once."""

    reasons: list[str]
    rows: int


class ValueCount(Struct, frozen=True):
    """A value that could not be read, or another reason in one wording, and in how many rows it stands."""

    code: str
    message: str
    column: str
    rows: int
    first: str
    """The first of these rows."""


class RejectedRow(Struct, frozen=True):
    """A rejected row with its reasons."""

    origin: str
    reasons: list[Reason]


class GoneEvent(Struct, frozen=True):
    """An event that earlier editions of a list told, and this one does not."""

    id: str
    subject: str
    type: str


class Spelling(Struct, frozen=True):
    """A name that a row gave to a company which it identified otherwise."""

    company: str
    name: str


class Imported(Struct, frozen=True, kw_only=True):
    """The report of an import. ``rows`` is the sum of the four counts after it."""

    file: str
    dry_run: bool
    rows: int
    taken: int
    """Rows of which at least one event is new."""
    already_there: int
    """Rows whose events were all in the log already."""
    left_out: int
    """Rows that are blank, or that the mapping does not want."""
    rejected: int
    rejected_for: list[ReasonCount]
    rejected_values: list[ValueCount]
    """The same by their wording: every bad value once, with the number of its rows, most first."""
    values_left_out: list[ValueCount]
    """Values beside the news (a country, an identifier) that could not be read; their rows were taken."""
    first_rejected: list[RejectedRow]
    rejected_file: str | None
    """Where the rejected rows are, to be mended."""
    confirmed: int
    """Of the rows taken: those that say what an earlier edition of the list said."""
    corrected: int
    """Of the rows taken: those that say something else than an earlier edition."""
    gone: int
    """Events that earlier editions told and this one does not."""
    told_gone: int
    """Of these: those that were ended or retracted."""
    first_gone: list[GoneEvent]
    events: int
    """Events appended, registrations of companies and sources left out."""
    companies: int
    """Companies registered."""
    identified: int
    """Identifiers kept of companies that were registered already."""
    named: int
    """Further names kept of such companies, as aliases."""
    described: int
    """Countries and kinds kept of such companies, of which nobody had told them."""
    sources: int
    """Sources registered."""
    duplicates: int
    """Pairs of a company that is new and another one that looks like it."""
    likely_duplicates: list[Likely]
    """Of these the ones that are most alike."""
    other_spellings: list[Spelling]
    notes: list[str]
    """What had to be found out about the file, and what looks strange about a column."""
    position: int
    """The position of the log's last event."""


class Tally:
    """Counts rows while they are read."""

    def __init__(self) -> None:
        self.rows = self.taken = self.already_there = self.left_out = 0
        self.events = self.companies = self.sources = 0
        self.identified = self.named = self.described = self.confirmed = self.corrected = (
            self.gone
        ) = self.told_gone = 0
        self.first_gone: list[GoneEvent] = []
        self.notes: list[str] = []
        self.reasons: Counter[tuple[str, ...]] = Counter()
        self.rejected_values = _Distinct()
        self.values_left_out = _Distinct()
        self.first: list[RejectedRow] = []

    def reject(self, origin: str, reasons: Sequence[Reason]) -> None:
        """Count a rejected row."""
        self.reasons[tuple(sorted({reason.code for reason in reasons}))] += 1
        self.rejected_values.add(reasons, origin)
        if len(self.first) < MOST_SHOWN:
            self.first.append(RejectedRow(origin, list(reasons)))

    def leave_out(self, origin: str, reasons: Sequence[Reason]) -> None:
        """Count values that were left out of a row that is taken."""
        self.values_left_out.add(reasons, origin)

    @property
    def rejected(self) -> int:
        """How many rows were rejected."""
        return self.reasons.total()

    def rejected_for(self) -> list[ReasonCount]:
        """Rejected rows by their reasons, most first."""
        return [ReasonCount(list(codes), count) for codes, count in self.reasons.most_common()]


MOST_VALUES: Final = 10_000
"""Distinct values that are counted; what comes after them is counted together, in flat memory."""


class _Distinct:
    """Counts reasons by their wording, each with the first row where it stands."""

    def __init__(self) -> None:
        self._counts: Counter[Reason] = Counter()
        self._first: dict[Reason, str] = {}

    def add(self, reasons: Sequence[Reason], origin: str) -> None:
        for reason in reasons:
            if reason not in self._first and len(self._first) >= MOST_VALUES:
                reason = Reason(reason.code, "other values, which are too many to list")
            self._first.setdefault(reason, origin)
            self._counts[reason] += 1

    def counts(self) -> list[ValueCount]:
        """Every wording once, most rows first."""
        return [
            ValueCount(each.code, each.message, each.column, rows, self._first[each])
            for each, rows in self._counts.most_common()
        ]
