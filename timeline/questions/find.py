"""Companies by any name or identifier; items, events and sources by their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.questions.question import About, Question, given

if TYPE_CHECKING:
    from timeline.answers.model import Found
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class Find(Question["list[Found]"]):
    """Find companies by any name, and items, events and sources by their words.

    Exact hits come first; near misses are shown only where nothing hits.
    """

    about = About(
        "find",
        "Companies by any name; items, events and sources by their words",
        examples=('timeline find "hon hai"', "timeline find data centre --only items"),
        argument="text",
        spread=True,
        command=False,
        address="/search",
        tool="Look up companies by any name or identifier; items, events and sources by words. "
        "Begin here to learn ids and subjects.",
    )

    text: str = given(parameters.TEXT, needed=True)
    limit: int = given(parameters.FOUND)
    only: Iterable[str] = given(parameters.ONLY)

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.model import Found

        return list[Found]

    def ask(self, reader: StoreReader) -> list[Found]:
        """What was found, the nearest first."""
        from timeline.answers.find import find
        from timeline.render.titles import title

        with reader.session() as connection:
            return find(
                connection,
                self.text,
                title=lambda item, names: title(item, None, names),
                only=tuple(self.only),
                limit=self.limit,
            )

    def rows(self, answer: list[Found]) -> Iterator[dict[str, Any]]:
        """Everything that was found."""
        from msgspec.structs import asdict

        return map(asdict, answer)

    def columns(self, answer: list[Found]) -> Sequence[str]:
        """What is said of it."""
        from timeline.answers.model import Found

        return Found.__struct_fields__


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


QUESTIONS: Final = (Find,)
