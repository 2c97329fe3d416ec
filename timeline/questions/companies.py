"""Every company at a coordinate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.questions.question import (
    About,
    Lensed,
    Located,
    Look,
    Onward,
    Question,
    Row,
    Words,
    first,
    given,
)

if TYPE_CHECKING:
    from timeline.answers.model import CompaniesAnswer
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class CompanyList(Located, Lensed, Question["CompaniesAnswer"]):
    """List the companies at a coordinate, with the number of their items."""

    about = About(
        "companies",
        "Every company",
        examples=("timeline companies --on 2025-11-21", "timeline companies --format csv"),
        address="/companies",
    )

    after: str | None = given(parameters.after("companies"))
    limit: int | None = given(parameters.most("companies", 200))

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.model import CompaniesAnswer

        return CompaniesAnswer

    def ask(self, reader: StoreReader) -> CompaniesAnswer:
        """The companies by id."""
        return self.page(reader)[0]

    def page(self, reader: StoreReader) -> tuple[CompaniesAnswer, Onward]:
        """The companies, and the one after which the next page begins."""
        from msgspec.structs import replace

        from timeline.answers.lists import list_companies

        with reader.viewing(self) as view:
            answer = list_companies(view)
        rows = (row for row in answer.companies if self.after is None or row.company > self.after)
        found, onward = first(rows, self.limit, lambda row: row.company)
        return replace(answer, companies=found), onward

    def columns(self, answer: CompaniesAnswer) -> Sequence[str]:
        """What is said of a company."""
        from timeline.answers.model import CompanyRow

        return CompanyRow.__struct_fields__

    def told(self, reader: StoreReader, answer: CompaniesAnswer) -> Iterator[Row]:
        """A line each."""
        from timeline.render.lists import told_companies

        return told_companies(answer)

    def words(
        self, reader: StoreReader, answer: CompaniesAnswer, look: Look, format_: str
    ) -> Words:
        """A line each."""
        from timeline.render.lists import companies_lines

        if format_ != "table":
            return Words()
        return Words(companies_lines(answer, width=look.width, color=look.color))


QUESTIONS: Final = (CompanyList,)
