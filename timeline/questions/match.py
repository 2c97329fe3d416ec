"""Companies that are probably registered twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline.questions.question import About, Look, Question, Words

if TYPE_CHECKING:
    from timeline.answers.match import Match
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class Matching(Question["list[Match]"]):
    """List companies that are probably one, with the reasons, for you to decide.

    Pairs that were judged before are left out; timeline judge records a decision.
    """

    about = About(
        "match",
        "Companies that are probably one",
        examples=("timeline match", "timeline match --format csv -o candidates.csv"),
    )

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.match import Match

        return list[Match]

    def ask(self, reader: StoreReader) -> list[Match]:
        """The pairs, most likely first."""
        from timeline.answers.match import match
        from timeline.answers.view import View
        from timeline.importers.duplicates import likely_duplicates

        def alike(names: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
            for pair in likely_duplicates(names.items):
                yield pair.company, pair.like, pair.score

        with reader.session() as connection:
            return match(View(connection, reader.at(connection)), alike)

    def rows(self, answer: list[Match]) -> Iterator[dict[str, Any]]:
        """Every pair."""
        from msgspec.structs import asdict

        return map(asdict, answer)

    def columns(self, answer: list[Match]) -> Sequence[str]:
        """What is said of a pair."""
        from timeline.answers.match import Match

        return Match.__struct_fields__

    def words(self, reader: StoreReader, answer: list[Match], look: Look, format_: str) -> Words:
        """The rows."""
        return Words(notes=[] if answer else ["no two companies look like one"])


QUESTIONS: Final = (Matching,)
