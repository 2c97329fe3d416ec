"""Lists: the items of one kind of subject at a coordinate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.errors import CannotAsk
from timeline.questions.question import (
    About,
    Filtered,
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
    from timeline.answers.model import CompanyItem, ListAnswer
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class Items(Filtered, Located, Lensed, Question["ListAnswer"]):
    """The items of one kind of subject (deal, rumour, commitment, relationship, right, fact).

    A page (the first ``limit`` ``after`` a subject) has no sums, which would say nothing about the list. The
    command line and the page have one question of this for each kind.
    """

    about = About(
        "items",
        "The items of a kind",
        command=False,
        tool="Deals, rumours, commitments … at a coordinate, page by page.",
    )

    kind: str
    status: Iterable[str] = given(parameters.STATUS)
    item_kind: Iterable[str] = given(parameters.KIND)
    company: str | None = given(parameters.COMPANY)
    group: bool = given(parameters.GROUP)
    after: str | None = given(parameters.after("subjects"))
    limit: int | None = given(parameters.most("items", 200))

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.model import ListAnswer

        return ListAnswer

    def check(self) -> None:
        """Raise InvalidValue for a group of nobody, and for statuses and kinds that there are not."""
        if self.group and self.company is None:
            raise CannotAsk("group", "needs --company", "the one that controls the others")
        self._meant()

    def _meant(self) -> tuple[list[str], list[str]]:
        """The statuses, with those of groups, and the kinds that people mean."""
        if not self.status and not self.item_kind:
            return [], []
        from timeline.model.kinds import KINDS
        from timeline.render.kinds import parse_kind
        from timeline.render.status import parse_status

        if self.kind not in KINDS:
            return [], []
        statuses = [s for text in self.status for s in parse_status(self.kind, text)]
        return statuses, [parse_kind(self.kind, text) for text in self.item_kind]

    def ask(self, reader: StoreReader) -> ListAnswer:
        """The items; statuses, groups of them and kinds as people write them."""
        return self.page(reader)[0]

    def page(self, reader: StoreReader) -> tuple[ListAnswer, Onward]:
        """The items, and the subject after which the next page begins."""
        from msgspec.structs import replace

        from timeline.answers.lists import list_items

        statuses, kinds = self._meant()
        with reader.viewing(self) as view:
            answer = list_items(
                view,
                self.kind,
                company=self.company,
                group=self.group,
                statuses=statuses,
                item_kinds=kinds,
                certainty=self.certainty,
                open_only=self.open_only,
                after=self.after or "",
                limit=None if self.limit is None else self.limit + 1,
            )
        items, onward = first(answer.items, self.limit, lambda item: item.subject)
        if onward or self.after:
            answer = replace(answer, items=items, sums=[])
        return answer, onward

    def columns(self, answer: ListAnswer) -> Sequence[str]:
        """What an item has."""
        from timeline.render.rows import item_columns

        return item_columns(answer.items, group=self.group)

    def shown(self, answer: ListAnswer) -> Sequence[str]:
        """What fits beside each other."""
        from timeline.render.lists import LIST_COLUMNS

        return LIST_COLUMNS

    def told(self, reader: StoreReader, answer: ListAnswer) -> Iterator[Row]:
        """What each item is and how it stands, in words."""
        from timeline.questions.lookups import NamesIn, evidence_deciding
        from timeline.render.lists import told_items

        evidence = evidence_deciding(reader, self, answer.items)
        names = reader.ask(NamesIn(answer))
        return told_items(answer.items, names, evidence)

    def words(self, reader: StoreReader, answer: ListAnswer, look: Look, format_: str) -> Words:
        """Each item in two lines, and sums."""
        from timeline.questions.lookups import NamesIn, evidence_deciding
        from timeline.render.lists import list_lines, no_items_words

        if format_ != "table":
            return Words(empty="" if answer.items else no_items_words(answer))
        names = reader.ask(NamesIn(answer))
        told = evidence_deciding(reader, self, answer.items)
        return Words(list_lines(answer, width=look.width, color=look.color, names=names, told=told))


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


QUESTIONS: Final = (Items,)
