"""``timeline sql``: a question in SQL."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from timeline.cli.errors import CannotRead
from timeline.cli.options import (
    FILES,
    ROWS,
    Decorator,
    Seconds,
    examples,
    together,
    tone,
    written,
    zoned,
)
from timeline.cli.output import write_rows
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.answers.query import Rows


def _parameters(
    ctx: click.Context, param: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise click.BadParameter(f'"{text}" is not NAME=VALUE', ctx, param)
        found[name] = value
    return found


limited: Final[Decorator] = together(
    click.option(
        "--param", "params", metavar="NAME=VALUE", multiple=True, callback=_parameters,
        help="The value of :NAME in the query; as often as needed.",
    ),
    click.option(
        "--limit", metavar="ROWS", type=click.IntRange(min=0), help="At most so many rows."
    ),
    click.option(
        "--timeout", metavar="SECONDS", type=Seconds(),
        help="Give up after that time.",
    ),
)  # fmt: skip
"""``--param``, ``--limit`` and ``--timeout``: with what a query is asked, and for how long."""


@click.command(
    epilog=examples(
        'timeline sql "SELECT * FROM current_company_state" --format csv',
        "timeline sql query.sql --param company=foxconn --param known=2025-11-20",
    )
)
@click.argument("query", metavar="QUERY|FILE|-")
@limited
@written(*ROWS, *FILES)
@zoned
@tone
@click.pass_obj
def sql(session: Session, /, query: str, limit: int | None, **asked: Any) -> None:
    """Ask in SQL: one query, which can change nothing.

    Tables and views are those of `timeline schema`. :on is a day (default: today), :known a day's end or an
    instant (default: everything known).
    """
    text = _text(query)
    # one more, which is not written, tells whether there are more
    most = None if limit is None else limit + 1
    with session.open() as timeline, timeline.sql(text, limit=most, **asked) as rows:
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
