"""What pages and words look up beside an answer: names, titles, evidence in short, days to slide to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from timeline.questions.question import Lensed, Located, Question

if TYPE_CHECKING:
    from timeline.answers import days, model
    from timeline.answers.asked import Day, Moment
    from timeline.answers.model import CompanyItem, DiffAnswer
    from timeline.questions.reader import StoreReader
    from timeline.store.anchor import Anchor


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
class LevelsIn(Question["dict[str, str]"]):
    """The fact level of each event in the steps of a difference that is no fact, by its id."""

    answer: DiffAnswer

    def ask(self, reader: StoreReader) -> dict[str, str]:
        """The levels at both coordinates."""
        from msgspec import UNSET

        from timeline.answers.told import levels_of

        stepping = {each.subject for each in self.answer.changes if each.change == "steps"}
        stepping |= {item.subject for item in self.answer.items if item.steps}
        levels: dict[str, str] = {}
        with reader.session() as connection:
            for side in (self.answer.before, self.answer.after):
                at = reader.at(connection, on=side.on, known=side.known, recorded=side.position)
                view = reader.view(connection, at, None if side.lens is UNSET else side.lens)
                for found in levels_of(view, sorted(stepping)).values():
                    levels |= found
        return levels


@dataclass(frozen=True)
class Described(Located, Lensed, Question["dict[str, CompanyItem]"]):
    """The items of some subjects at a coordinate, by subject, those that are absent left out."""

    subjects: Iterable[str]

    def ask(self, reader: StoreReader) -> dict[str, CompanyItem]:
        """The items."""
        from timeline.answers.state import item_of
        from timeline.model.kinds import SHOWN

        kinds = tuple(f"{kind}:" for kind in SHOWN)
        with reader.viewing(self) as view:
            found = view.items(sorted(each for each in self.subjects if each.startswith(kinds)))
            return {item.subject: item_of(item) for item in found}


@dataclass(frozen=True)
class SubjectsOfKinds(Question["dict[str, int]"]):
    """How many subjects of each kind the log has."""

    def ask(self, reader: StoreReader) -> dict[str, int]:
        """The counts, by kind."""
        from timeline.answers.stats import count_subjects_of_kinds

        with reader.session() as connection:
            return count_subjects_of_kinds(connection)


@dataclass(frozen=True)
class Subjects(Question["list[str]"]):
    """The first subjects in alphabetical order that begin with ``prefix``."""

    prefix: str = ""
    limit: int = 100

    def ask(self, reader: StoreReader) -> list[str]:
        """The subjects."""
        from timeline.store.lookups import subjects_like

        with reader.session() as connection:
            return subjects_like(connection, self.prefix, self.limit)


@dataclass(frozen=True)
class FirstDays(Located, Lensed, Question["days.First"]):
    """From which day on a company has an item, and from when on one of the day is known."""

    company: str

    def ask(self, reader: StoreReader) -> days.First:
        """The day and the instant."""
        from timeline.answers.days import first

        with reader.viewing(self) as view:
            return first(view, self.company)


@dataclass(frozen=True)
class TurningDays(Located, Lensed, Question["days.Turns"]):
    """The days on which a subject, or what a company (by its id) is a party of, became another.

    And those on which something was learned about the day asked for.
    """

    target: str

    def ask(self, reader: StoreReader) -> days.Turns:
        """The days."""
        from timeline.answers.days import turns

        with reader.viewing(self) as view:
            return turns(view, self.target, reader.timezone)


@dataclass(frozen=True)
class Anchored(Question["Anchor"]):
    """Where the log ends, to be kept elsewhere: its position, hash and time of recording."""

    def ask(self, reader: StoreReader) -> Anchor:
        """The end of the log."""
        from timeline.store.anchor import read_anchor

        with reader.session() as connection:
            return read_anchor(connection)
