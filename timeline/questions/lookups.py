"""What pages and words look up beside an answer: names, titles, evidence in short, first days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from timeline.questions.question import Lensed, Located, Question

if TYPE_CHECKING:
    from timeline.answers import days, model
    from timeline.answers.asked import Day, Moment
    from timeline.answers.model import CompanyItem
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class Names(Question["dict[str, str]"]):
    """The name at a coordinate of every company, or of those ``ids`` that are one, by its id."""

    ids: Iterable[str] | None = None
    on: Day | None = None
    known: Moment | None = None
    recorded: str | int | None = None

    def ask(self, reader: StoreReader) -> dict[str, str]:
        """The names."""
        from timeline.answers.view import names_at

        with reader.session() as connection:
            at = reader.at(connection, on=self.on, known=self.known, recorded=self.recorded)
            return names_at(reader.view(connection, at), self.ids)


@dataclass(frozen=True)
class NamesIn(Question["dict[str, str]"]):
    """The names, at an answer's own coordinate, of all companies whose id stands anywhere in it.

    A difference has two: there the later one decides. What has none, such as the log, is asked ``known``
    and ``recorded`` besides.
    """

    answer: Any
    known: Moment | None = None
    recorded: str | int | None = None

    def ask(self, reader: StoreReader) -> dict[str, str]:
        """The names."""
        from msgspec import to_builtins

        found: set[str] = set()
        todo: list[Any] = [to_builtins(self.answer)]
        while todo:
            value = todo.pop()
            if isinstance(value, str):
                found.add(value)
            elif isinstance(value, list):
                todo += value
            elif isinstance(value, dict):
                todo += [*value, *value.values()]
        side = getattr(self.answer, "after", self.answer)
        return reader.ask(
            Names(
                found,
                on=getattr(side, "on", None),
                known=getattr(side, "known", self.known),
                recorded=getattr(side, "recorded", self.recorded),
            )
        )


@dataclass(frozen=True)
class SourceTitles(Question["dict[str, str]"]):
    """Who published each source, when, and under which title, by its slug."""

    slugs: Iterable[str]

    def ask(self, reader: StoreReader) -> dict[str, str]:
        """The titles."""
        from timeline.answers.sources import source_titles

        with reader.session() as connection:
            return source_titles(connection, self.slugs, reader.at(connection).position)


@dataclass(frozen=True)
class EvidenceOf(Located, Lensed, Question["dict[str, model.Told]"]):
    """How many reports stand behind each item, and who contradicts it, by its subject."""

    items: Iterable[CompanyItem]

    def ask(self, reader: StoreReader) -> dict[str, model.Told]:
        """The evidence in short."""
        from timeline.answers.told import told

        with reader.viewing(self) as view:
            return told(view, self.items)


def evidence_deciding(
    reader: StoreReader, question: Located, items: Iterable[CompanyItem]
) -> dict[str, model.Told]:
    """The evidence of the items with a step that a line of a list tells of, so that no opinion decides."""
    from timeline.render.doubts import DECIDING

    deciding = [
        item for item in items if not DECIDING.isdisjoint(step["type"] for step in item.steps)
    ]
    return reader.ask(EvidenceOf(deciding, **question.placed())) if deciding else {}


@dataclass(frozen=True)
class FirstDays(Located, Lensed, Question["days.First"]):
    """From which day on a company has an item, and from when on one of the day is known."""

    company: str

    def ask(self, reader: StoreReader) -> days.First:
        """The day and the instant."""
        from timeline.answers.days import first

        with reader.viewing(self) as view:
            return first(view, self.company)
