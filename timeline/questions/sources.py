"""Sources: where the news comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.questions.question import About, Look, Onward, Question, Words, first, given

if TYPE_CHECKING:
    from timeline.answers.sources import SourceRow, SourcesAnswer
    from timeline.questions.reader import StoreReader

_SHOWN: Final = ("source", "publisher", "kind", "published", "title", "events", "subjects")


@dataclass(frozen=True, kw_only=True)
class Sources(Question["SourcesAnswer"]):
    """List the sources, with how many events and subjects rest on each.

    Counted are the events that count; what was retracted or erased does not. timeline log --source
    lists the events of one source.
    """

    about = About(
        "sources",
        "Every source",
        examples=("timeline sources", "timeline sources --format csv -o sources.csv"),
        command=False,
        address="/sources",
    )

    recorded: str | int | None = given(parameters.RECORDED)
    after: str | None = given(parameters.after("sources"))
    limit: int | None = given(parameters.most("sources", 200))
    cited: bool = given(parameters.CITED)

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.sources import SourcesAnswer

        return SourcesAnswer

    def ask(self, reader: StoreReader) -> SourcesAnswer:
        """The sources by slug, those that come ``after`` one, at most ``limit``."""
        return self.page(reader)[0]

    def page(self, reader: StoreReader) -> tuple[SourcesAnswer, Onward]:
        """The sources, and the one after which the next page begins."""
        from msgspec.structs import replace

        from timeline.answers.sources import list_sources

        with reader.session() as connection:
            at = reader.at(connection, recorded=self.recorded)
            limit = None if self.limit is None else self.limit + 1
            answer = list_sources(
                connection, at, after=self.after or "", limit=limit, cited=self.cited
            )
        found, onward = first(answer.sources, self.limit, lambda row: row.source)
        return replace(answer, sources=found), onward

    def columns(self, answer: SourcesAnswer) -> Sequence[str]:
        """What a source is, and how much rests on it where that was asked for."""
        from timeline.answers.sources import CITED_COLUMNS, SOURCE_COLUMNS

        return CITED_COLUMNS if self.cited else SOURCE_COLUMNS

    def words(self, reader: StoreReader, answer: SourcesAnswer, look: Look, format_: str) -> Words:
        """The rows with days as people write them."""
        from timeline.render.spoken import spoken

        empty = "" if answer.sources else "no source is registered"
        rows = spoken(self.rows(answer), {}) if format_ == "table" else None
        return Words(empty=empty, rows=rows)

    def shown(self, answer: SourcesAnswer) -> Sequence[str]:
        """What fits beside each other."""
        return _SHOWN


@dataclass(frozen=True)
class Source(Question["SourceRow"]):
    """One source, as it is by everything said of it. Raises NotFound with the nearest slugs."""

    slug: str
    recorded: str | int | None = None

    def ask(self, reader: StoreReader) -> SourceRow:
        """The source."""
        from timeline.answers.sources import source

        with reader.session() as connection:
            return source(connection, reader.at(connection, recorded=self.recorded), self.slug)


QUESTIONS: Final = (Sources,)
