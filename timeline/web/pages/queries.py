"""Reports with their queries, and queries of one's own where the server allows them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace as replaced
from typing import Any

from fastapi import APIRouter, Depends, Request
from msgspec.structs import asdict, replace
from starlette.exceptions import HTTPException

from timeline.answers.query import Rows
from timeline.answers.report import ReportRow, find_report, read_reports
from timeline.questions.report import Reports, RunReport
from timeline.questions.sql import Sql
from timeline.render.spoken import companies_in, heading, spoken
from timeline.web.replies import Page, Table, Visit, place, serves
from timeline.web.settings import MOST_BYTES

router = APIRouter()


def _queries(visit: Visit) -> AbstractContextManager[None]:
    """A place for a query that somebody wrote: each takes a process or a connection of its own."""
    return place(visit.request.app.state.queries, seconds=0.5)


def _read(visit: Visit, question: RunReport | Sql) -> tuple[Table, Rows]:
    """As many rows as one page has, within the limits of the server."""
    most = visit.most(question)
    limited = replaced(
        question, limit=most + 1, timeout=visit.settings.seconds, most_bytes=MOST_BYTES
    )
    with visit.timeline.ask(limited) as found:
        rows = list(found)  # asked for one more, which tells whether there are more
    return Table(found.columns, rows[:most], len(rows) > most), found


@serves(
    router,
    Reports,
    rests_on=lambda settings, _: "\n".join(r.sql for r in read_reports(settings.reports).values()),
)
def reports(visit: Visit, asked: Reports) -> Page:
    """The reports that there are: queries with a title, a description and parameters."""
    found = [each.row for each in visit.timeline.reports(visit.settings.reports)]
    return Page(
        template="reports.html",
        rows=lambda: map(asdict, found),
        columns=ReportRow.__struct_fields__,
        context=lambda: {"reports": found},
    )


@serves(
    router, RunReport, rests_on=lambda settings, at: find_report(at["name"], settings.reports).sql
)
def report(visit: Visit, asked: RunReport) -> Page:
    """The rows of a report; its parameters are given by their names."""
    found = find_report(asked.name, visit.settings.reports)
    # a page asks for what is missing; who asks for rows is told
    missing = [p for p in found.params if p.default is None and p.name not in (asked.params or {})]
    table, at = Table(), None
    if not missing or not visit.for_people:
        with nullcontext() if found.is_shipped else _queries(visit):
            table, rows = _read(visit, replaced(asked, reports=visit.settings.reports))
            at = rows.at

    def context() -> dict[str, Any]:
        names = visit.timeline.names(companies_in(table.rows), on=asked.on, known=asked.known)
        rows = [
            {heading(name): value for name, value in row.items()}
            for row in spoken(table.rows, names)
        ]
        said = replace(table, columns=[*map(heading, table.columns)], rows=rows)
        return {"report": found.row, "missing": missing, "table": said, "answer": at}

    return Page(
        template="report.html",
        rows=lambda: table.rows,
        columns=table.columns,
        context=context,
    )


def _offered(request: Request) -> None:
    if not request.app.state.settings.sql:
        raise HTTPException(404)


@serves(router, Sql, optional=("query",), dependencies=[Depends(_offered)])
def sql(visit: Visit, asked: Sql | None) -> Page:
    """The rows of one query, which can change nothing; only where the server was started with --sql."""
    table = Table()
    if asked is not None:
        with _queries(visit):
            table, _ = _read(visit, asked)
    return Page(
        template="sql.html",
        rows=lambda: table.rows,
        columns=table.columns,
        context=lambda: {"query": "" if asked is None else asked.query, "table": table},
    )
