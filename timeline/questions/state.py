"""The state of a company, or of every company, at a coordinate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.errors import CannotAsk
from timeline.questions.question import (
    About,
    Filtered,
    Lensed,
    Located,
    Look,
    Question,
    Row,
    Words,
    given,
)

if TYPE_CHECKING:
    from timeline.answers.model import CompanyItem, StateAnswer
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class State(Located, Filtered, Lensed, Question["StateAnswer"]):
    """Show the state of a company, by any of its names, or of every company."""

    about = About(
        "state",
        "The state of a company",
        examples=(
            "timeline state foxconn --on 2025-11-21",
            "timeline state foxconn --as-of 2025-11-20 --format json",
            "timeline state alphabet --group --on 2025-11-21",
        ),
        argument="company",
        address="/companies/{company}",
        tool="The partnerships of a company at a coordinate, with certainty, remarks and sources.",
    )

    company: str | None = given(parameters.WHOSE)
    group: bool = given(parameters.GROUP)

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.model import StateAnswer

        return StateAnswer

    def check(self) -> None:
        """Raise InvalidValue for a group of nobody."""
        if self.group and self.company is None:
            raise CannotAsk("group", "is for one company", "name it")

    def ask(self, reader: StoreReader) -> StateAnswer:
        """The state of the company, or of every one."""
        from timeline.answers.state import state

        with reader.viewing(self) as view:
            return state(
                view,
                self.company,
                group=self.group,
                certainty=self.certainty,
                open_only=self.open_only,
            )

    def rows(self, answer: StateAnswer) -> Iterator[dict[str, Any]]:
        """Every item, with its company in front."""
        from timeline.render.rows import state_rows

        return state_rows(answer)

    def columns(self, answer: StateAnswer) -> Sequence[str]:
        """The company, and what an item has."""
        from timeline.render.rows import item_columns

        return ["company", *item_columns(_items(answer), group=self.group)]

    def shown(self, answer: StateAnswer) -> Sequence[str]:
        """What fits beside each other."""
        from timeline.render.rows import STATE_COLUMNS

        return STATE_COLUMNS

    def told(self, reader: StoreReader, answer: StateAnswer) -> Iterator[Row]:
        """What each item is and how it stands, in words, with the company in front."""
        from timeline.questions.lookups import NamesIn, evidence_deciding
        from timeline.render.lists import told_items

        names = reader.ask(NamesIn(answer))
        evidence = evidence_deciding(reader, self, _items(answer))
        for company in answer.companies:
            for row in told_items(company.items, names, evidence, company.company):
                yield {"company": company.name, **row}

    def words(self, reader: StoreReader, answer: StateAnswer, look: Look, format_: str) -> Words:
        """Each item with its evidence; of a company that has none, from when on there is something."""
        from timeline.questions.lookups import EvidenceOf, NamesIn, SourceTitles
        from timeline.render.state import nothing_words, state_lines

        left_out, since, notes, empty = "", dict[str, Any](), list[str](), ""
        if self.company is not None and not answer.companies[0].items:
            left_out = self._left_out(reader)
            if not left_out:
                since, notes = self._since(reader)
            empty = left_out or nothing_words(
                answer.companies[0].name, **since, lensed=self.lens is not None
            )
        if format_ != "table":
            return Words(notes=notes, empty=empty)
        items = list(_items(answer))
        slugs = {slug for item in items for slug in item.sources}
        lines = state_lines(
            answer,
            width=look.width,
            color=look.color,
            names=reader.ask(NamesIn(answer)),
            told=reader.ask(EvidenceOf(items, **self.placed())),
            sources=reader.ask(SourceTitles(slugs)) if look.verbose else None,
            verbose=look.verbose,
            **since,
        )
        if left_out:  # there is something, so only the header is right
            return Words([*takewhile(str, lines), "", left_out], notes)
        return Words(lines, notes)

    def _left_out(self, reader: StoreReader) -> str:
        """What the filters kept away, where all else is nothing."""
        filters = [f"--certainty {self.certainty}"] if self.certainty else []
        filters += ["--open"] if self.open_only else []
        if not filters:
            return ""
        every = reader.ask(replace(self, certainty=None, open_only=False)).companies[0]
        count = len(every.items)
        if not count:
            return ""
        items = "The only item" if count == 1 else f"All {count:,} items"
        verb = "is" if count == 1 else "are"
        return f"{items} about {every.name} {verb} left out by {' and '.join(filters)}."

    def _since(self, reader: StoreReader) -> tuple[dict[str, Any], list[str]]:
        """From when on there is something, in days; and what is to be said of our record."""
        from timeline.model.values import day_of
        from timeline.questions.lookups import FirstDays

        assert self.company is not None
        notes: list[str] = []
        found = reader.ask(FirstDays(self.company, **self.placed()))
        if found.day is None and self.recorded is not None:
            found = reader.ask(FirstDays(self.company, **{**self.placed(), "recorded": None}))
            if found.day is not None:
                notes.append("Our record had nothing about it by then; it has now.")
        since = {} if found.day is None else {"first_day": found.day}
        if found.known is not None:
            since["first_known"] = day_of(found.known, reader.timezone)
        return since, notes


def _items(answer: StateAnswer) -> Iterator[CompanyItem]:
    return (item for company in answer.companies for item in company.items)


QUESTIONS: Final = (State,)
