"""What differs for a company between two coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.errors import InvalidValue
from timeline.questions.question import About, Look, Question, Row, Words, given

if TYPE_CHECKING:
    from timeline.answers.asked import Day, LensAsked, Moment
    from timeline.answers.model import DiffAnswer
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class Diff(Question["DiffAnswer"]):
    """Show what differs for a company between two coordinates: item by item, and what told it.

    Give one of --on A..B (what changed in the world), --known A..B (what was learned about the same
    day) and --source (what this source told that no other did).
    """

    about = About(
        "diff",
        "What differs for a company",
        examples=(
            "timeline diff foxconn --on 2025-11-19..2025-11-21",
            "timeline diff foxconn --on 2025-04-15 --known 2025-11-21..2025-11-22",
            "timeline diff foxconn --source reuters-2025-11-22",
        ),
        argument="company",
        address="/companies/{company}/diff",
        tool="Give one of on A..B (what changed), known A..B (what was learned) and source.",
    )

    company: str = given(parameters.WHOSE, needed=True)
    on: Day | tuple[Day, Day] | None = given(parameters.DIFF_ON)
    known: Moment | tuple[Moment, Moment] | None = given(parameters.DIFF_KNOWN)
    source: str | None = given(parameters.DIFF_SOURCE)
    recorded: str | int | None = given(parameters.DIFF_RECORDED)
    group: bool = given(parameters.GROUP)
    lens: LensAsked | None = given(*parameters.lens_parameters(source=False), lens=True)

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.answers.model import DiffAnswer

        return DiffAnswer

    def ask(self, reader: StoreReader) -> DiffAnswer:
        """The changes. ``on`` and ``known`` are pairs or ``"A..B"``; one of three makes the difference."""
        from msgspec.structs import replace

        from timeline.answers.asked import LensAsked
        from timeline.answers.diff import diff, split_range
        from timeline.answers.view import View

        pairs = {
            name: split_range(value) if isinstance(value, str) and ".." in value else value
            for name, value in (("on", self.on), ("known", self.known))
        }
        ranges = [name for name, value in pairs.items() if isinstance(value, tuple)]
        if len(ranges) + (self.source is not None) != 1:
            raise InvalidValue(
                "a difference is between two days, or with and without one source",
                "give one of --on A..B, --known A..B, --source SLUG",
            )
        with reader.session() as connection:
            views = []
            for side in (0, 1):
                asked = {n: v[side] if isinstance(v, tuple) else v for n, v in pairs.items()}
                at = reader.at(connection, recorded=self.recorded, **asked)
                seen = self.lens or LensAsked()
                if self.source is not None and side == 0:
                    seen = replace(seen, not_source=(*seen.not_source, self.source))
                views.append(View(connection, at, seen))
            return diff(views[0], views[1], self.company, group=self.group)

    def columns(self, answer: DiffAnswer) -> Sequence[str]:
        """What a change has; with a group its member in front."""
        from timeline.answers.model import Change

        columns = [name for name in Change.__struct_fields__ if name != "member"]
        return ["member", *columns] if self.group else columns

    def shown(self, answer: DiffAnswer) -> Sequence[str]:
        """What fits beside each other."""
        return ("subject", "change", "before", "after", "events", "sources")

    def told(self, reader: StoreReader, answer: DiffAnswer) -> Iterator[Row]:
        """Each thing that differs, in words."""
        from timeline.questions.lookups import NamesIn
        from timeline.render.diff import told_changes

        names, levels = reader.ask(NamesIn(answer)), reader.ask(LevelsIn(answer))
        return told_changes(answer, names, levels)

    def words(self, reader: StoreReader, answer: DiffAnswer, look: Look, format_: str) -> Words:
        """Each change, and what told it."""
        from timeline.questions.lookups import NamesIn
        from timeline.render.diff import diff_lines

        if format_ != "table":
            return Words()
        return Words(
            diff_lines(
                answer,
                width=look.width,
                color=look.color,
                names=reader.ask(NamesIn(answer)),
                levels=reader.ask(LevelsIn(answer)),
                verbose=look.verbose,
            )
        )


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


QUESTIONS: Final = (Diff,)
