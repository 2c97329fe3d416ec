"""What a question is: a record of what it is asked with, and a function that answers it.

A question is a dataclass. Its fields are what the library takes; a field that is :func:`given` by a declared
parameter is an option of the command line, a parameter of its address and an argument of its tool as well.
Nothing heavy is imported here, because the help of the program is made from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from inspect import get_annotations
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, NamedTuple, Self, TypeVar, cast

from timeline import parameters
from timeline.parameters import Parameter

if TYPE_CHECKING:
    from timeline.answers.asked import Certainty, Day, LensAsked, Moment
    from timeline.questions.reader import StoreReader

Answer = TypeVar("Answer")
Each = TypeVar("Each")
Row = Mapping[str, Any]
Onward = Mapping[str, Any] | None

_DECLARED: Final = "declared"


def given(*declared: Parameter, lens: bool = False, needed: bool = False) -> Any:
    """A field whose value comes from these parameters at every door.

    With ``lens`` its value is a lens, made of the options that are given; ``needed`` has no default.
    """
    default = None if lens else declared[0].initial
    metadata = {_DECLARED: declared, "lens": lens}
    return field(default=MISSING if needed else default, metadata=metadata)


class Look(NamedTuple):
    """How words are to look: the columns of the terminal, colours, and whether to say more."""

    width: int
    color: bool
    verbose: bool


class Words(NamedTuple):
    """An answer for people."""

    lines: Iterable[str] | None = None
    """The answer in lines; None: its rows as a table."""
    notes: Sequence[str] = ()
    """What is said beside the answer, in every format."""
    empty: str = ""
    """What is said beside an answer without rows, where the lines do not say it."""
    rows: Iterable[Row] | None = None
    """The rows of a table for people; None: those that programs get."""


class About(NamedTuple):
    """What is said of a question, besides what it takes."""

    name: str
    """As commands, pages and tools call it."""
    title: str
    """In a few words: the summary of its address, the title of its tool."""
    examples: tuple[str, ...] = ()
    """Command lines for its help."""
    argument: str | None = None
    """The field that the command line takes without an option."""
    spread: bool = False
    """Whether the argument is all the words that are left."""
    command: bool = True
    """Whether it is a command as it is declared; else a module of the command line makes it one."""
    formats: tuple[str, ...] = ()
    """Formats of its own, for which it has lines."""
    address: str | None = None
    """Where its page is; what stands in braces is a field. None: it has none."""
    tool: str | None = None
    """What agents are told of it; None: it is no tool."""


class Declared:
    """A frozen dataclass, of which the fields that are :func:`given` come from parameters at every door."""

    @classmethod
    def fields(cls) -> list[Field[Any]]:
        """Its fields: its own first, then those that it shares, in the order of its bases."""
        known = {each.name: each for each in fields(cast(Any, cls))}
        order = [n for base in cls.__mro__ for n in get_annotations(base)]
        return [known[name] for name in dict.fromkeys(order) if name in known]

    @classmethod
    def takes(cls) -> tuple[Parameter, ...]:
        """The parameters that it takes at every door, in the order in which they are shown."""
        return tuple(p for each in cls.fields() for p in each.metadata.get(_DECLARED, ()))

    @classmethod
    def needs(cls) -> tuple[str, ...]:
        """The names of the parameters that it cannot be asked without."""
        return tuple(
            p.name
            for each in cls.fields()
            if each.default is MISSING
            for p in each.metadata.get(_DECLARED, ())
        )

    @classmethod
    def of(cls, values: Mapping[str, Any], **more: Any) -> Self:
        """The question with the values of parameters, by their names in the library.

        What is None or empty counts as left out. ``more`` are fields that no parameter has.
        """
        made: dict[str, Any] = dict(more)
        rest = {name: value for name, value in values.items() if value not in (None, (), [], {})}
        for each in cls.fields():
            declared = each.metadata.get(_DECLARED, ())
            if each.metadata.get("lens"):
                lensed = {p.name: tuple(rest.pop(p.name)) for p in declared if p.name in rest}
                if lensed:
                    from timeline.answers.asked import LensAsked

                    made[each.name] = LensAsked(**lensed)
            elif each.name in rest:
                value = rest.pop(each.name)
                made[each.name] = tuple(value) if isinstance(value, list) else value
        assert not rest, f"{cls.__name__} does not take {', '.join(rest)}"
        found = cls(**made)
        found.check()
        return found

    def check(self) -> None:
        """Raise InvalidValue for what cannot be asked together."""


class Question(Declared, Generic[Answer]):
    """What can be asked of a store. Subclasses are frozen dataclasses; the docstring is their help."""

    about: ClassVar[About]

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer, as it is published; a list or an iterator has rows, and no document."""
        raise NotImplementedError

    def ask(self, reader: StoreReader) -> Answer:
        """The answer. Raises NotFound, InvalidDate, InvalidValue; StoreUnavailable, SchemaMismatch."""
        raise NotImplementedError

    def page(self, reader: StoreReader) -> tuple[Answer, Onward]:
        """The answer, of many rows one page, and the parameters that lead to the next page."""
        return self.ask(reader), None

    def rows(self, answer: Answer) -> Iterator[Row]:
        """The answer as rows."""
        from timeline.render.rows import answer_rows

        return answer_rows(cast(Any, answer))

    def columns(self, answer: Answer) -> Sequence[str]:
        """All columns of the rows, in their order; by default those of the first row."""
        return tuple(next(iter(self.rows(answer)), ()))

    def shown(self, answer: Answer) -> Sequence[str] | None:
        """The columns that a person can read side by side; None: all."""
        return None

    def told(self, reader: StoreReader, answer: Answer) -> Iterator[Row]:
        """The rows as people read them in a table: with names, words and days, and without codes."""
        from timeline.questions.lookups import NamesIn
        from timeline.render.spoken import spoken

        names = reader.ask(NamesIn(answer))
        shown = self.shown(answer) or self.columns(answer)
        for row in spoken(self.rows(answer), names):
            yield {name.replace("_", " "): row.get(name) for name in shown}

    def words(self, reader: StoreReader, answer: Answer, look: Look, format_: str) -> Words:
        """The answer for people, as ``table`` or in a format of its own."""
        return Words()


def first(
    rows: Iterable[Each], limit: int | None, key: Callable[[Each], Any], name: str = "after"
) -> tuple[list[Each], Onward]:
    """The first ``limit`` rows of a page, and the parameter that leads on, where there are more."""
    page = list(rows if limit is None else islice(rows, limit + 1))
    if limit is None or len(page) <= limit:
        return page, None
    return page[:limit], {name: key(page[limit - 1])}


# --- what questions share -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Located(Declared):
    """A coordinate: a day, what was known by a day's end or an instant, what our log held.

    What is None has its default: today, the latest. ``as_of`` is short for ``on`` and ``known``.
    """

    on: Day | None = given(parameters.ON)
    known: Moment | None = given(parameters.KNOWN)
    recorded: str | int | None = given(parameters.RECORDED)
    as_of: Day | None = given(parameters.AS_OF)

    def placed(self) -> dict[str, Any]:
        """The coordinate, and the lens where there is one, for another question."""
        names = ("on", "known", "recorded", "as_of", "lens")
        return {name: getattr(self, name) for name in names if hasattr(self, name)}


@dataclass(frozen=True, kw_only=True)
class Lensed(Declared):
    """What of the news counts; None: everything."""

    lens: LensAsked | None = given(*parameters.lens_parameters(), lens=True)


@dataclass(frozen=True, kw_only=True)
class Filtered(Declared):
    """Which items of a state are kept."""

    certainty: Certainty | None = given(parameters.CERTAINTY)
    open_only: bool = given(parameters.OPEN)
