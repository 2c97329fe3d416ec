"""Two companies beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.questions.question import About, Lensed, Located, Look, Question, Words, given

if TYPE_CHECKING:
    from timeline.answers.model import CompareAnswer
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class Compare(Located, Lensed, Question["CompareAnswer"]):
    """Show two companies beside each other: what both have a part in, and what one of them has."""

    about = About(
        "compare",
        "Two companies beside each other",
        examples=(
            "timeline compare foxconn --with openai --on 2025-11-21",
            "timeline compare openai --with microsoft --format json",
        ),
        argument="company",
        address="/companies/{company}/compare",
    )

    company: str = given(parameters.WHOSE, needed=True)
    other: str = given(parameters.OTHER, needed=True)

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.model import CompareAnswer

        return CompareAnswer

    def ask(self, reader: StoreReader) -> CompareAnswer:
        """Both states, and what they share."""
        from timeline.answers.compare import compare

        with reader.viewing(self) as view:
            return compare(view, self.company, self.other)

    def columns(self, answer: CompareAnswer) -> Sequence[str]:
        """The company, whether the other has a part in it, and what an item has."""
        from timeline.render.rows import item_columns

        items = [item for company in answer.companies for item in company.items]
        return ["company", "shared", *item_columns(items, group=False)]

    def shown(self, answer: CompareAnswer) -> Sequence[str]:
        """What fits beside each other."""
        return ("company", "shared", "subject", "status", "certainty", "since")

    def words(self, reader: StoreReader, answer: CompareAnswer, look: Look, format_: str) -> Words:
        """The rows, and how many both share."""
        from timeline.render.compare import compared_words

        return Words(notes=[compared_words(answer)])


QUESTIONS: Final = (Compare,)
