"""The questions that are answered with a picture, and those for the data behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Literal, Unpack

from timeline.answers.asked import Asked, Certainty, Day, LensAsked, Moment
from timeline.answers.coordinate import parse_day, today
from timeline.errors import InvalidValue
from timeline.queries import Queries

if TYPE_CHECKING:
    from timeline.answers.axes import AxesAnswer
    from timeline.answers.belief import BeliefAnswer
    from timeline.answers.course import CoursesAnswer
    from timeline.answers.network import NetworkAnswer
    from timeline.answers.then import ThenAnswer
    from timeline.render.picture import Picture
    from timeline.render.plot.colours import Look, Theme
    from timeline.render.plot.sheet import Links, Scene

WIDTH = 780
"""Pixels, unless said otherwise."""

PictureKind = Literal["timeline", "then-and-now", "belief", "two-axes"]
OF_COMPANY = ("timeline", "then-and-now")
OF_SUBJECT = ("two-axes", "belief", "then-and-now")
"""What a company, and what a subject can be shown as."""


class Pictures(Queries):
    """Every question that can be asked of a store, those that are answered with pictures too."""

    def courses(
        self,
        company: str,
        *,
        certainty: Certainty | None = None,
        open_only: bool = False,
        only: Collection[str] | None = None,
        **asked: Unpack[Asked],
    ) -> CoursesAnswer:
        """The items of a company (by any of its names) over all days, as known at one instant.

        ``certainty`` and ``open_only`` keep those that they keep of its state, ``only`` the subjects named.
        """
        from timeline.answers.course import courses

        with self._viewing(asked) as view:
            return courses(view, company, certainty=certainty, open_only=open_only, only=only)

    def axes(self, subject: str, **asked: Unpack[Asked]) -> AxesAnswer:
        """A subject on both axes: what held of it on any day, as known at any instant."""
        from timeline.answers.axes import axes

        with self._viewing(asked) as view:
            return axes(view, subject)

    def belief(self, subject: str, **asked: Unpack[Asked]) -> BeliefAnswer:
        """What was believed of a subject on each evening, by what was public by then."""
        from timeline.answers.belief import belief

        with self._viewing(asked) as view:
            return belief(view, subject, self.timezone)

    def then_and_now(
        self,
        target: str,
        *,
        on: Day | None = None,
        known: Moment | None = None,
        recorded: str | int | None = None,
        lens: LensAsked | None = None,
    ) -> ThenAnswer:
        """A day as it was reported by its evening, and as it is known since: today, or by ``known``.

        Of a company (by any of its names), of a subject, or of all of a kind ("rumours").
        """
        from timeline.answers.then import then_and_now
        from timeline.answers.view import View

        with self._session() as connection:
            now = self._at(connection, on=on, known=known, recorded=recorded)
            then = self._at(connection, as_of=now.on, recorded=recorded)
            if then.known_at > now.known_at:
                raise InvalidValue(
                    f"what was known by {known} is not yet what was reported by {now.on}",
                    "give a known that is later than on",
                )
            return then_and_now(
                View(connection, then, lens), View(connection, now, lens), target, self.timezone
            )

    def network(
        self,
        company: str | None = None,
        *,
        depth: int | None = None,
        then: bool = False,
        **asked: Unpack[Asked],
    ) -> NetworkAnswer:
        """Who is tied to whom over all days: all companies, or those ``depth`` ties (default 1) away.

        With ``then`` each day is told as it was known by its own end; the day asked for is one of them.
        """
        from timeline.answers.network import network

        with self._viewing(self._as_of(asked) if then else asked) as view:
            return network(view, company, depth, then=then, timezone=self.timezone)

    def _as_of(self, asked: Asked) -> Asked:
        """The coordinate at which what was known is what was known by the end of the day."""
        day = asked.get("as_of") or asked.get("on") or today(self.timezone)
        known = asked.get("known")
        if known is not None and str(known) != str(day):
            raise InvalidValue(
                "each day as it was known then leaves no other day of knowledge to choose",
                f"leave out known, or give {day}",
            )
        return {**asked, "on": None, "known": None, "as_of": day}

    def exchange(
        self, format_: Literal["followthemoney", "graphml", "gexf"], **asked: Unpack[Asked]
    ) -> Iterator[str]:
        """The network of all companies for another program, line by line.

        With ``on`` it has the ties that hold on that day. Without, FollowTheMoney and GEXF have the ties of
        all days with theirs; GraphML, which has no days, those of today.
        """
        from timeline.answers.companies import terms_at
        from timeline.answers.network import network, on_day
        from timeline.store.log import source_terms

        with self._viewing(asked) as view:
            answer = network(view)
            if asked.get("on") is not None or asked.get("as_of") is not None:
                answer = on_day(answer)
            if format_ == "followthemoney":
                companies = terms_at(view)
                slugs = {slug for c in answer.courses for mark in c.marks for slug in mark.sources}
                sources = source_terms(view.connection, slugs, view.at.position)
        if format_ == "graphml":
            from timeline.render.exchange.graphml import graphml_lines

            return graphml_lines(answer)
        if format_ == "gexf":
            from timeline.render.exchange.gexf import gexf_lines

            return gexf_lines(answer)
        from timeline.render.exchange.followthemoney import entity_lines

        return entity_lines(answer, companies, sources)

    def plot(
        self,
        target: str,
        *,
        kind: PictureKind | None = None,
        theme: Theme = "light",
        width: int | None = None,
        start: Day | None = None,
        end: Day | None = None,
        certainty: Certainty | None = None,
        open_only: bool = False,
        most: int | None = None,
        only: Collection[str] | None = None,
        **asked: Unpack[Asked],
    ) -> Picture:
        """A picture of a company's story, or of one subject on both axes; ``width`` in pixels.

        ``kind`` follows from the target: a company is a ``timeline``, a subject is shown on ``two-axes``.
        ``start`` and ``end`` are the first and the last day of the world to show; the data has them all.
        ``certainty`` and ``open_only`` keep some items of a company, as in its state and
        ``only`` those named; ``most`` lanes (40) are drawn.
        """
        from timeline.render.picture import Picture, check_look

        wide = WIDTH if width is None else width
        check_look(theme, wide)
        window = self._window(start, end)
        of_subject = ":" in target
        shown = kind or ("two-axes" if of_subject else "timeline")
        if shown not in (OF_SUBJECT if of_subject else OF_COMPANY):
            raise InvalidValue(
                f'"{target}" cannot be shown as {kind}',
                f"of a company there are {' and '.join(OF_COMPANY)}, "
                f"of a subject (kind:slug) {' and '.join(OF_SUBJECT)}",
            )
        if shown == "then-and-now":
            if certainty is not None or open_only or asked.get("as_of") is not None:
                raise InvalidValue(
                    "then and now shows all there is of one day",
                    "give on, and known for the later side",
                )
            from timeline.render.plot.then import then_alt, then_scene, then_title

            sides = self.then_and_now(
                target,
                on=asked.get("on"),
                known=asked.get("known"),
                recorded=asked.get("recorded"),
                lens=asked.get("lens"),
            )
            return Picture(
                sides,
                title=then_title(sides),
                alt=then_alt(sides),
                draw=lambda look, width, links: then_scene(sides, look, width, links),
                width=wide,
                theme=theme,
            )
        if shown == "timeline":
            from timeline.render.plot.courses import MOST, courses_alt, courses_scene, courses_title

            story = self.courses(
                target, certainty=certainty, open_only=open_only, only=only, **asked
            )
            return Picture(
                story,
                title=courses_title(story),
                alt=courses_alt(story),
                draw=lambda look, width, links: courses_scene(
                    story, look, width, window, links, most or MOST
                ),
                width=wide,
                theme=theme,
            )
        if certainty is not None or open_only:
            raise InvalidValue("a subject is one item: there is none to leave out")
        if shown == "belief":
            from timeline.render.plot.belief import belief_alt, belief_scene
            from timeline.render.question import belief_question

            strip = self.belief(target, **asked)
            return Picture(
                strip,
                title=belief_question(strip),
                alt=belief_alt(strip),
                draw=lambda look, width, links: belief_scene(strip, look, width, links),
                width=wide,
                theme=theme,
            )
        from timeline.render.plot.axes import axes_alt, axes_scene, axes_title

        answer = self.axes(target, **asked)
        return Picture(
            answer,
            title=axes_title(answer),
            alt=axes_alt(answer),
            draw=lambda look, width, links: axes_scene(answer, look, width, window, links),
            width=wide,
            theme=theme,
        )

    def _window(self, start: Day | None, end: Day | None) -> tuple[str | None, str | None]:
        first, last = (
            None if day is None else parse_day(day, self.timezone) for day in (start, end)
        )
        if first is not None and last is not None and first >= last:
            raise InvalidValue(
                f"there is nothing to show from {first} to {last}", "give two days, the first first"
            )
        return first, last

    def graph(
        self,
        company: str | None = None,
        *,
        depth: int | None = None,
        then: bool = False,
        kinds: Iterable[str] = (),
        over: bool = False,
        matrix: bool = False,
        theme: Theme = "light",
        width: int | None = None,
        **asked: Unpack[Asked],
    ) -> Picture:
        """A picture of who is tied to whom; see :meth:`network`. With ``matrix`` a cell a pair.

        ``kinds`` are those of ties to draw: of deals and relationships their own ("supply", "parent_of"),
        else the kind of subject ("right"). What is over or denied is drawn with ``over``.
        """
        from timeline.render.picture import check_look

        wide = WIDTH if width is None else width
        check_look(theme, wide)
        answer = self.network(company, depth=depth, then=then, **asked)
        return self.drawn_network(
            answer, kinds=kinds, over=over, matrix=matrix, theme=theme, width=wide
        )

    def drawn_network(
        self,
        answer: NetworkAnswer,
        *,
        kinds: Iterable[str] = (),
        over: bool = False,
        matrix: bool = False,
        theme: Theme = "light",
        width: int = WIDTH,
    ) -> Picture:
        """The picture of a network that was asked for before; see :meth:`graph`."""
        from timeline.render.graph.layout import communities_of, places_of
        from timeline.render.picture import Picture
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

        shown = Filter(kinds=parse_kinds(kinds), over=over)

        def draw(look: Look, width: int, links: Links | None) -> Scene:
            names = shown_of(answer, width)
            if matrix:
                groups = communities_of(answer, shown_of(answer))
                return matrix_scene(answer, groups, look, width, links, shown=shown)
            # a page has all days: a script plays them
            return network_scene(
                answer, places_of(answer, names), look, width, links, shown=shown,
                all_days=look == "page",
            )  # fmt: skip

        return Picture(
            answer,
            title=network_title(answer),
            alt=network_alt(answer),
            draw=draw,
            width=width,
            theme=theme,
            days=None if matrix else days_of_network(answer),
            reports=lambda: reports_of(answer, shown, self.timezone),
        )
