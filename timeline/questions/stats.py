"""Counts and sizes of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.questions.question import About, Look, Question, Row, Words, given

if TYPE_CHECKING:
    from timeline.answers.stats import Stats
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True, kw_only=True)
class Counted(Question["Stats"]):
    """Count the events, subjects and bytes of the store."""

    about = About(
        "stats",
        "Counts and sizes",
        examples=("timeline stats", "timeline stats --archive texts", "timeline stats --json"),
    )

    archive: str | Path | None = given(parameters.ARCHIVE)

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.stats import Stats

        return Stats

    def ask(self, reader: StoreReader) -> Stats:
        """The counts, with an ``archive`` those of verified quotes. Raises NotFound without such a folder."""
        from msgspec.structs import replace

        from timeline.answers.stats import stats

        with reader.session() as connection:
            found = stats(connection, reader.store.name, reader.store.size(connection))
            if self.archive is None:
                return found
            from timeline.quotations import Archive, count_verified

            verified = count_verified(connection, Archive(Path(self.archive)))
            return replace(found, quotes_verified=verified)

    def rows(self, answer: Stats) -> Iterator[dict[str, Any]]:
        """A row for each count."""
        from msgspec.structs import asdict

        for name, value in asdict(answer).items():
            if isinstance(value, dict):
                for each, count in value.items():
                    yield {"of": name, "name": each, "value": count}
            else:
                yield {"of": "store", "name": name, "value": value}

    def columns(self, answer: Stats) -> Sequence[str]:
        """What is counted, and how much there is."""
        return ("of", "name", "value")

    def told(self, reader: StoreReader, answer: Stats) -> Iterator[Row]:
        """The counts as people read them: the last position is the last entry of the record."""
        return map(_spoken, super().told(reader, answer))

    def words(self, reader: StoreReader, answer: Stats, look: Look, format_: str) -> Words:
        """A line for each count."""
        from timeline.render.table import table_lines

        if format_ != "table":
            return Words()
        lines = table_lines(map(_spoken, self.rows(answer)), self.columns(answer), None, look.color)
        return Words(line.removesuffix("\n") for line in lines)


def _spoken(row: Row) -> Row:
    return {**row, "name": "last entry"} if row["name"] == "position" else row


@dataclass(frozen=True)
class SubjectsOfKinds(Question["dict[str, int]"]):
    """How many subjects of each kind the log has."""

    def ask(self, reader: StoreReader) -> dict[str, int]:
        """The counts, by kind."""
        from timeline.answers.stats import count_subjects_of_kinds

        with reader.session() as connection:
            return count_subjects_of_kinds(connection)


QUESTIONS: Final = (Counted,)
