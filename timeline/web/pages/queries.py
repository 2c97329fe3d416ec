"""Reports with their queries, and queries of one's own where the server allows them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import asdict, replace
from starlette.exceptions import HTTPException

from timeline.answers.query import Rows
from timeline.answers.report import ReportRow, find_report, read_reports
from timeline.app import Timeline
from timeline.render.spoken import companies_in, heading, spoken
from timeline.web.addresses import report_path
from timeline.web.documented import documented
from timeline.web.formats import format_of
from timeline.web.parameters import Asked, OfQuery, OfReport
from timeline.web.replies import Page, Table, place, respond
from timeline.web.settings import MOST_BYTES, Settings

router = APIRouter()


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _queries(request: Request) -> AbstractContextManager[None]:
    """A place for a query that somebody wrote: each takes a process or a connection of its own."""
    return place(request.app.state.queries, seconds=0.5)


def _read(found: Rows, limit: int) -> Table:
    with found:
        rows = list(found)  # asked for one more, which tells whether there are more
    return Table(found.columns, rows[:limit], len(rows) > limit)


@router.get("/reports", **documented("reports", "Every report"))
def reports(request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """The reports that there are: queries with a title, a description and parameters."""

    def ask(timeline: Timeline) -> Page:
        found = [each.row for each in timeline.reports(_settings(request).reports)]
        return Page(
            template="reports.html",
            rows=lambda: map(asdict, found),
            columns=ReportRow.__struct_fields__,
            context=lambda: {"reports": found},
        )

    texts = "\n".join(each.sql for each in read_reports(_settings(request).reports).values())
    return respond(request, asked, "/reports", ask, rests_on=texts)


@router.get("/reports/{name}", **documented("report", "What a report finds"))
def report(request: Request, name: str, asked: Annotated[OfReport, Query()]) -> Response:
    """The rows of a report; its parameters are given by their names."""
    settings = _settings(request)
    found = find_report(name, settings.reports)

    def ask(timeline: Timeline) -> Page:
        given = asked.given()
        # a page asks for what is missing; who asks for rows is told
        missing = [p for p in found.params if p.default is None and p.name not in given]
        table, at = Table(), None
        most = asked.most(for_people=format_of(request) == "html")
        if not missing or format_of(request) != "html":
            with nullcontext() if found.is_shipped else _queries(request):
                rows = timeline.report(
                    name, on=asked.on, known=asked.known, params=given, reports=settings.reports,
                    limit=most + 1, timeout=settings.seconds, most_bytes=MOST_BYTES,
                )  # fmt: skip
                table, at = _read(rows, most), rows.at

        def context() -> dict[str, Any]:
            names = timeline.names(companies_in(table.rows), on=asked.on, known=asked.known)
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

    return respond(request, asked, report_path(name), ask, rests_on=found.sql)


@router.get("/sql", **documented("sql", "What a query in SQL finds"))
def sql(request: Request, asked: Annotated[OfQuery, Query()]) -> Response:
    """The rows of one query, which can change nothing; only where the server was started with --sql."""
    settings = _settings(request)
    if not settings.sql:
        raise HTTPException(404)

    def ask(timeline: Timeline) -> Page:
        table = Table()
        if asked.q is not None:
            at = {"on": asked.on, "known": asked.known}
            given = {name: value for name, value in at.items() if value is not None}
            most = asked.most(for_people=format_of(request) == "html")
            with _queries(request):
                rows = timeline.sql(
                    asked.q, given, limit=most + 1, timeout=settings.seconds,
                    most_bytes=MOST_BYTES,
                )  # fmt: skip
                table = _read(rows, most)
        return Page(
            template="sql.html",
            rows=lambda: table.rows,
            columns=table.columns,
            context=lambda: {"query": asked.q or "", "table": table},
        )

    return respond(request, asked, "/sql", ask)
