"""``timeline sql``: a question in SQL."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from timeline.cli.asking import made, options_of
from timeline.cli.errors import CannotRead
from timeline.cli.options import FILES, ROWS, examples, tone, written, zoned
from timeline.cli.output import write_rows
from timeline.cli.session import Session
from timeline.questions.sql import Sql

if TYPE_CHECKING:
    from timeline.answers.query import Rows


@click.command(
    epilog=examples(
        'timeline sql "SELECT * FROM current_company_state" --format csv',
        "timeline sql query.sql --param company=foxconn --param known=2025-11-20",
    )
)
@options_of(Sql)
@written(*ROWS, *FILES)
@zoned
@tone
@click.pass_obj
def sql(session: Session, /, query: str, limit: int | None, **asked: Any) -> None:
    """Ask in SQL: one query, which can change nothing.

    Tables and views are those of `timeline schema`. :on is a day (default: today), :known a day's end or an
    instant (default: everything known).
    """
    # one more, which is not written, tells whether there are more
    most = None if limit is None else limit + 1
    question = made(Sql, asked, query=_text(query), limit=most)
    with session.open() as timeline, timeline.ask(question) as rows:
        write_limited(session, rows, limit)


def write_limited(session: Session, rows: Rows, limit: int | None) -> None:
    """Write the rows up to a limit, and say where there are more."""
    cut = Cut(rows, limit)
    write_rows(session, cut, columns=rows.columns)
    if cut.more:
        session.note(f"there are more than {limit} rows")


class Cut:
    """Rows up to a limit, and whether there were more."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], limit: int | None) -> None:
        self._rows = rows
        self._limit = limit
        self.more = False

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for count, row in enumerate(self._rows):
            if count == self._limit:
                self.more = True
                return
            yield row


def _text(query: str) -> str:
    """The query: as given, out of a file, or from standard input, and no more of it than is refused."""
    from timeline.store.sql import LONGEST_QUERY

    if query == "-":
        data = sys.stdin.buffer.read(LONGEST_QUERY + 1)
    elif query.lower().endswith(".sql") or not any(sign.isspace() for sign in query):
        with Path(query).open("rb") as file:
            data = file.read(LONGEST_QUERY + 1)
    else:
        return query
    whole = len(data) <= LONGEST_QUERY  # else it may end in the middle of a character
    try:
        return data.decode("utf-8-sig", "strict" if whole else "replace")
    except UnicodeDecodeError as error:
        raise CannotRead(f"{query} is no text in UTF-8") from error
