"""The events themselves, as the log holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from time import sleep
from typing import TYPE_CHECKING, Any, Final, Literal

from timeline import parameters
from timeline.questions.question import About, Onward, Question, first, given

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from timeline.answers.asked import Day, Moment
    from timeline.answers.model import Coordinate, LogEntry
    from timeline.questions.reader import StoreReader

_PAGE: Final = 1000


@dataclass(frozen=True)
class Log(Question["Iterator[LogEntry]"]):
    """List the events of a company or a subject, or all of them, newest last."""

    about = About(
        "log",
        "The events",
        examples=(
            "timeline log rumour:foxconn-nissan",
            "timeline log foxconn --from 2025-09-01 --type deal_announced --format csv",
            "timeline log --follow --after 108",
        ),
        argument="target",
        command=False,
        address="/log",
        tool="The events of a company or a subject, or all of them, oldest first, page by page.",
    )

    target: str | None = given(parameters.TARGET)
    start: Day | None = given(parameters.START)
    end: Day | None = given(parameters.END)
    types: Iterable[str] = given(parameters.TYPES)
    source: str | None = given(parameters.SOURCE)
    known: Moment | None = given(parameters.KNOWN)
    recorded: str | int | None = given(parameters.RECORDED)
    after: int = given(parameters.AFTER_ENTRY)
    before: int | None = given(parameters.BEFORE_ENTRY)
    order: Literal["oldest", "newest"] = given(parameters.ORDER)
    limit: int | None = given(parameters.most("events", 100))

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.model import LogEntry

        return list[LogEntry]

    def ask(self, reader: StoreReader) -> Iterator[LogEntry]:
        """The events one by one, in one session."""
        with reader.session() as connection:
            at = reader.at(connection, known=self.known, recorded=self.recorded)
            yield from islice(self.read(reader, connection, at, self.after), self.limit)

    def page(self, reader: StoreReader) -> tuple[Iterator[LogEntry], Onward]:
        """The events, and the entry after or before which the next page is."""
        found = replace(self, limit=None).ask(reader)
        name = "before" if self.order == "newest" else "after"
        entries, onward = first(found, self.limit, lambda entry: entry.position, name)
        return iter(entries), onward

    def read(
        self, reader: StoreReader, connection: Connection, at: Coordinate, after: int
    ) -> Iterator[LogEntry]:
        """The events after a position, as of a coordinate."""
        from timeline.answers.log import log

        return log(
            connection,
            at,
            self.target,
            start=reader.day(self.start),
            end=reader.day(self.end),
            types=tuple(self.types),
            source=self.source,
            after=after,
            before=self.before,
            newest_first=self.order == "newest",
        )

    def rows(self, answer: Iterator[LogEntry]) -> Iterator[dict[str, Any]]:
        """Every event."""
        from msgspec.structs import asdict

        return map(asdict, answer)

    def columns(self, answer: Iterator[LogEntry]) -> Sequence[str]:
        """What an event has."""
        from timeline.answers.model import LogEntry

        return LogEntry.__struct_fields__


@dataclass(frozen=True)
class Follow(Question["Iterator[LogEntry]"]):
    """The events after a position as they are appended, without end: each once, none left out.

    ``wait`` is called whenever there is nothing new; an exception that it raises ends the following.
    To go on later, give the position of the last event as ``after``. Of a company, events of a subject
    that came before the company was named in it are left out.
    """

    target: str | None = None
    start: Day | None = None
    end: Day | None = None
    types: Iterable[str] = ()
    source: str | None = None
    after: int = 0
    wait: Callable[[], object] = lambda: sleep(0.5)

    def ask(self, reader: StoreReader) -> Iterator[LogEntry]:
        """The events, without end."""
        log = Log(self.target, self.start, self.end, tuple(self.types), self.source)
        after = self.after
        while True:
            # a session a page, so that a slow reader keeps no transaction open
            with reader.store.reading() as connection:
                at = reader.at(connection, known=None, recorded=None)
                page = list(islice(log.read(reader, connection, at, after), _PAGE))
            yield from page
            if len(page) == _PAGE:
                after = page[-1].position
                continue
            after = max(after, at.position)
            self.wait()


QUESTIONS: Final = (Log,)
