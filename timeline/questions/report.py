"""Reports: queries with a title and parameters, and what the program computes where no query can."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.questions.question import About, Question, given

if TYPE_CHECKING:
    from timeline.answers.asked import Day, Moment
    from timeline.answers.query import Rows
    from timeline.answers.report import Report as Described
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class RunReport(Question["Rows"]):
    """What a report finds; ``reports`` are folders with more of them, asked as by a query in SQL.

    Raises NotFound for an unknown report, InvalidValue for a parameter that it does not have or needs.
    """

    about = About(
        "report",
        "What a report finds",
        argument="name",
        command=False,
        address="/reports/{name}",
    )

    name: str = given(parameters.REPORT, needed=True)
    on: Day | None = given(parameters.ON)
    known: Moment | None = given(parameters.KNOWN)
    params: Mapping[str, Any] | None = given(parameters.PARAMS)
    limit: int | None = given(parameters.most("rows", 1000, least=0))
    timeout: float | None = given(parameters.TIMEOUT)
    reports: Iterable[str | Path] = ()
    most_bytes: int | None = None

    @classmethod
    def answered(cls) -> Any:
        """Rows with whatever columns the report has."""
        return list[dict[str, Any]]

    def ask(self, reader: StoreReader) -> Rows:
        """The rows, which can be read once."""
        from timeline.answers.query import Asked, computed_values, rows_of, with_coordinate
        from timeline.answers.report import arguments, find_report
        from timeline.store.sql import ask_sql, read_sql

        report = find_report(self.name, self.reports)
        asked = None
        if report.is_dated:
            with reader.session() as connection:
                at = reader.at(connection, on=self.on, known=self.known)
            asked = Asked(on=at.on, known=at.known, position=at.position)

        def values() -> Generator[Sequence[Any], None, None]:
            with reader.session() as connection:
                zone = reader.timezone
                given = arguments(connection, report, self.params or {}, on=self.on, timezone=zone)
                at = {"on": self.on, "known": self.known}
                if report.computed is not None:
                    yield from computed_values(connection, report.computed, zone, at=at)
                    return
                given = with_coordinate(connection, report.sql, given, zone, at=at)
                if report.is_shipped:
                    yield from read_sql(connection, report.sql, given, timeout=self.timeout)
                    return
            yield from ask_sql(
                reader.store, report.sql, given, timeout=self.timeout, most_bytes=self.most_bytes
            )

        return rows_of(values(), self.limit, asked)


@dataclass(frozen=True)
class Reports(Question["list[Described]"]):
    """Every report that there is, those of these folders too."""

    about = About("reports", "Every report", command=False, address="/reports")

    reports: Iterable[str | Path] = ()

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.report import ReportRow

        return list[ReportRow]

    def ask(self, reader: StoreReader) -> list[Described]:
        """The reports by name."""
        from timeline.answers.report import read_reports

        return list(read_reports(self.reports).values())


QUESTIONS: Final = (RunReport, Reports)
