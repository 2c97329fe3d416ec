"""Who is tied to whom: as data, as a picture of it, and in the files of other programs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from timeline import parameters
from timeline.errors import CannotAsk, InvalidValue
from timeline.questions.picture import Pictured
from timeline.questions.question import About, Declared, Lensed, Located, Question, given

if TYPE_CHECKING:
    from timeline.answers.story import NetworkAnswer
    from timeline.questions.reader import StoreReader
    from timeline.render.picture import Picture
    from timeline.render.plot.colours import Look
    from timeline.render.plot.sheet import Links, Scene


@dataclass(frozen=True)
class Tied(Declared):
    """Whose ties are asked for."""

    company: str | None = given(parameters.TIED_TO)
    depth: int | None = given(parameters.DEPTH)
    then: bool = given(parameters.THEN)

    def check(self) -> None:
        """Raise InvalidValue for ties that are counted from nobody."""
        super().check()
        if self.depth is not None and self.company is None:
            raise CannotAsk("depth", "counts from a company", "name it")


@dataclass(frozen=True, kw_only=True)
class DrawnTies(Declared):
    """Which ties are drawn, and how."""

    kinds: Collection[str] = given(parameters.TIE_KINDS)
    over: bool = given(parameters.OVER)
    matrix: bool = given(parameters.MATRIX)


@dataclass(frozen=True)
class Network(Tied, Located, Lensed, Question["NetworkAnswer"]):
    """Who is tied to whom over all days: all companies, or those ``depth`` ties (default 1) away.

    With ``then`` each day is told as it was known by its own end; the day asked for is one of them.
    """

    about = About(
        "network", "Who is tied to whom", argument="company", command=False, address="/network"
    )

    @classmethod
    def answered(cls) -> Any:
        """The type of the data of its picture."""
        from timeline.answers.story import NetworkAnswer
        from timeline.answers.tabular import drawn_type

        return drawn_type(NetworkAnswer)

    def ask(self, reader: StoreReader) -> NetworkAnswer:
        """Companies and ties."""
        from timeline.answers.network import network

        with reader.viewing(self._placed(reader)) as view:
            return network(view, self.company, self.depth, then=self.then, timezone=reader.timezone)

    def _placed(self, reader: StoreReader) -> Network:
        """The same question; with ``then``, at what was known by the end of its day."""
        if not self.then:
            return self
        from dataclasses import replace

        from timeline.answers.coordinate import today

        day = self.as_of or self.on or today(reader.timezone)
        if self.known is not None and str(self.known) != str(day):
            raise InvalidValue(
                "each day as it was known then leaves no other day of knowledge to choose",
                f"leave out known, or give {day}",
            )
        return replace(self, on=None, known=None, as_of=day)


@dataclass(frozen=True)
class DrawnNetwork(Pictured):
    """The picture of a network that was asked for before; see :class:`Graph`."""

    answer: NetworkAnswer
    kinds: Collection[str] = ()
    over: bool = False
    matrix: bool = False

    def ask(self, reader: StoreReader) -> Picture:
        """The picture, which is drawn when it is written."""
        from timeline.render.graph.layout import communities_of, places_of
        from timeline.render.plot.lines import Filter, parse_kinds
        from timeline.render.plot.matrix import matrix_scene
        from timeline.render.plot.network import (
            days_of_network,
            network_alt,
            network_scene,
            network_title,
            shown_of,
        )
        from timeline.render.plot.reports import reports_of

        answer = self.answer
        shown = Filter(kinds=parse_kinds(self.kinds), over=self.over)
        places: dict[frozenset[str], Mapping[str, tuple[float, float]]] = {}

        def draw(look: Look, width: int, links: Links | None) -> Scene:
            names = shown_of(answer, width)
            if self.matrix:
                groups = communities_of(answer, shown_of(answer))
                return matrix_scene(answer, groups, look, width, links, shown=shown)
            if frozenset(names) not in places:
                places[frozenset(names)] = places_of(answer, names)
            # a page has all days: a script plays them
            return network_scene(
                answer, places[frozenset(names)], look, width, links, shown=shown,
                all_days=look == "page",
            )  # fmt: skip

        return self.picture(
            answer,
            title=network_title(answer),
            alt=network_alt(answer),
            draw=draw,
            days=None if self.matrix else days_of_network(answer),
            reports=lambda: reports_of(answer, shown.kinds, reader.timezone),
        )


@dataclass(frozen=True)
class Graph(Tied, DrawnTies, Located, Lensed, Pictured):
    """A picture of who is tied to whom; see :class:`Network`. With ``matrix`` a cell a pair.

    ``kinds`` are those of ties to draw: of deals and relationships their own ("supply", "parent_of"), else
    the kind of subject ("right"). What is over or denied is drawn with ``over``.
    """

    about = About("graph", "A picture of who is tied to whom", argument="company", command=False)

    def ask(self, reader: StoreReader) -> Picture:
        """The picture, which is drawn when it is written."""
        answer = reader.ask(Network(self.company, self.depth, self.then, **self.placed()))
        return reader.ask(DrawnNetwork(answer, self.kinds, self.over, self.matrix, **self.looks()))


@dataclass(frozen=True)
class Exchange(Located, Lensed, Question[Iterator[str]]):
    """The network of all companies for another program, line by line.

    With ``on`` it has the ties that hold on that day. Without, FollowTheMoney and GEXF have the ties of all
    days with theirs; GraphML, which has no days, those of today.
    """

    format_: Literal["followthemoney", "graphml", "gexf"]

    def ask(self, reader: StoreReader) -> Iterator[str]:
        """The lines of the file."""
        from timeline.answers.network import network, on_day
        from timeline.answers.view import terms_at
        from timeline.store.lookups import source_terms

        with reader.viewing(self) as view:
            answer = network(view)
            if self.on is not None or self.as_of is not None:
                answer = on_day(answer)
            if self.format_ == "followthemoney":
                companies = terms_at(view)
                slugs = {slug for c in answer.courses for mark in c.marks for slug in mark.sources}
                sources = source_terms(view.connection, slugs, view.at.position)
        if self.format_ == "graphml":
            from timeline.render.exchange.graphml import graphml_lines

            return graphml_lines(answer)
        if self.format_ == "gexf":
            from timeline.render.exchange.gexf import gexf_lines

            return gexf_lines(answer)
        from timeline.render.exchange.followthemoney import entity_lines

        return entity_lines(answer, companies, sources)


QUESTIONS: Final = (Network,)
