"""The chain of events and sources behind the state of a subject, or of every item of a company."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from timeline import parameters
from timeline.questions.question import About, Lensed, Located, Look, Question, Row, Words, given

if TYPE_CHECKING:
    from timeline.answers.story import CompanyWhy, WhyAnswer
    from timeline.questions.reader import StoreReader

Answer = TypeVar("Answer")


class _Chained(Question[Answer]):
    """What is answered with chains of events."""

    def chains(self, answer: Answer) -> list[WhyAnswer]:
        """The chains of an answer."""
        raise NotImplementedError

    def asked(self) -> str:
        """Who was asked about."""
        raise NotImplementedError

    def rows(self, answer: Answer) -> Iterator[dict[str, Any]]:
        """Every event of every chain, with its subject in front."""
        from timeline.render.rows import answer_rows

        for chain in self.chains(answer):
            for row in answer_rows(chain):
                yield {"subject": chain.subject, **row}

    def columns(self, answer: Answer) -> Sequence[str]:
        """The subject, and what an event of a chain has."""
        from timeline.answers.story import Link

        return ("subject", *Link.__struct_fields__)

    def shown(self, answer: Answer) -> Sequence[str]:
        """What fits beside each other."""
        return (
            "subject", "counts", "occurred", "known", "type", "before", "after", "event", "cited",
        )  # fmt: skip

    def told(self, reader: StoreReader, answer: Answer) -> Iterator[Row]:
        """Every event of every chain, with what it did and who told it, in words."""
        from timeline.questions.lookups import NamesIn
        from timeline.render.why import told_chain

        names = reader.ask(NamesIn(answer))
        for chain in self.chains(answer):
            yield from told_chain(chain, names)

    def words(self, reader: StoreReader, answer: Answer, look: Look, format_: str) -> Words:
        """Every chain in words, or as a graph."""
        if format_ not in ("table", "dot", "mermaid"):
            return Words()
        from timeline.questions.lookups import NamesIn

        names = reader.ask(NamesIn(answer))
        chains = self.chains(answer)
        who = names.get(self.asked(), self.asked())
        notes = [] if chains else [f"Nothing had been reported about {who} by this date."]
        return Words(_lines(chains, names, look, format_), notes)


def _lines(
    chains: list[WhyAnswer], names: dict[str, str], look: Look, format_: str
) -> Iterable[str]:
    if format_ == "table":
        from timeline.render.why import why_company_lines

        return why_company_lines(chains, width=look.width, color=look.color, names=names)
    from timeline.render.chain import dot_lines, mermaid_lines

    return (dot_lines if format_ == "dot" else mermaid_lines)(chains, names)


_FORMATS: Final = ("dot", "mermaid")


@dataclass(frozen=True)
class Why(Located, Lensed, _Chained["WhyAnswer"]):
    """Show the chain of events and sources behind the state of a subject."""

    about = About(
        "why",
        "Why a subject is what it is",
        argument="subject",
        command=False,
        formats=_FORMATS,
        address="/subjects/{subject:path}",
        tool="The chain of events and sources behind the state of one subject, corrections included.",
    )

    subject: str = given(parameters.SUBJECT, needed=True)

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.story import WhyAnswer

        return WhyAnswer

    def ask(self, reader: StoreReader) -> WhyAnswer:
        """The chain."""
        from timeline.answers.why import why

        with reader.viewing(self) as view:
            return why(view, self.subject)

    def chains(self, answer: WhyAnswer) -> list[WhyAnswer]:
        """The one chain."""
        return [answer]

    def asked(self) -> str:
        """The subject."""
        return self.subject


@dataclass(frozen=True)
class WhyCompany(Located, Lensed, _Chained["CompanyWhy"]):
    """Show the chains behind every item of a company, or of it and all that it controls."""

    about = About(
        "why_company",
        "Why each item of a company is what it is",
        argument="company",
        command=False,
        formats=_FORMATS,
        address="/companies/{company}/why",
    )

    company: str = given(parameters.WHOSE, needed=True)
    group: bool = given(parameters.GROUP)

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.story import CompanyWhy

        return CompanyWhy

    def ask(self, reader: StoreReader) -> CompanyWhy:
        """The chains of all items."""
        from timeline.answers.why import why_company

        with reader.viewing(self) as view:
            return why_company(view, self.company, group=self.group)

    def chains(self, answer: CompanyWhy) -> list[WhyAnswer]:
        """A chain for each item."""
        return answer.answers

    def asked(self) -> str:
        """The company."""
        return self.company


QUESTIONS: Final = (Why, WhyCompany)
