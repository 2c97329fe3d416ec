"""A company's story, and a subject on both axes, as data; and every picture of a company or a subject."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from timeline import parameters
from timeline.errors import InvalidValue
from timeline.questions.belief import Belief, ThenAndNow
from timeline.questions.question import About, Filtered, Lensed, Located, Question, given
from timeline.questions.tracker import PlotTracker

if TYPE_CHECKING:
    from timeline.answers.asked import Day
    from timeline.answers.axes import AxesAnswer
    from timeline.answers.course import CoursesAnswer
    from timeline.questions.reader import Reader
    from timeline.render.picture import Picture
    from timeline.render.plot.colours import Theme

WIDTH: Final = 780
"""Pixels, unless said otherwise."""

PictureKind = Literal["timeline", "then-and-now", "belief", "two-axes", "tracker"]
OF_COMPANY: Final = ("timeline", "then-and-now", "tracker")
OF_SUBJECT: Final = ("two-axes", "belief", "then-and-now")
"""What a company, and what a subject can be shown as."""


@dataclass(frozen=True)
class Courses(Located, Filtered, Lensed, Question["CoursesAnswer"]):
    """The items of a company (by any of its names) over all days, as known at one instant.

    ``certainty`` and ``open_only`` keep those that they keep of its state, ``only`` the subjects named.
    """

    about = About(
        "courses",
        "The story of a company",
        command=False,
        address="/companies/{company}/timeline",
    )

    company: str = given(parameters.WHOSE, needed=True)
    only: Collection[str] | None = None

    @classmethod
    def answered(cls) -> Any:
        """The type of the data of its picture."""
        from timeline.answers.course import CoursesAnswer
        from timeline.answers.drawn import drawn_type

        return drawn_type(CoursesAnswer)

    def ask(self, reader: Reader) -> CoursesAnswer:
        """The courses."""
        from timeline.answers.course import courses

        with reader.viewing(self) as view:
            return courses(
                view,
                self.company,
                certainty=self.certainty,
                open_only=self.open_only,
                only=self.only,
            )


@dataclass(frozen=True)
class Axes(Located, Lensed, Question["AxesAnswer"]):
    """A subject on both axes: what held of it on any day, as known at any instant."""

    about = About("axes", "A subject on both axes", command=False, address="/axes/{subject:path}")

    subject: str = given(parameters.SUBJECT, needed=True)

    @classmethod
    def answered(cls) -> Any:
        """The type of the data of its picture."""
        from timeline.answers.axes import AxesAnswer
        from timeline.answers.drawn import drawn_type

        return drawn_type(AxesAnswer)

    def ask(self, reader: Reader) -> AxesAnswer:
        """The patches."""
        from timeline.answers.axes import axes

        with reader.viewing(self) as view:
            return axes(view, self.subject)


@dataclass(frozen=True)
class Plot(Located, Filtered, Lensed, Question["Picture"]):
    """A picture of a company's story, or of one subject on both axes; ``width`` in pixels.

    ``kind`` follows from the target: a company is a ``timeline``, a subject is shown on ``two-axes``.
    ``start`` and ``end`` are the first and the last day of the world to show; the data has them all.
    ``certainty`` and ``open_only`` keep some items of a company, as in its state and
    ``only`` those named; ``most`` lanes (40) are drawn.
    """

    about = About("plot", "A picture of a story", argument="target", command=False)

    target: str = given(parameters.DRAWN, needed=True)
    kind: PictureKind | None = given(parameters.PICTURE)
    start: Day | None = given(parameters.FIRST_DRAWN)
    end: Day | None = given(parameters.LAST_DRAWN)
    theme: Theme = "light"
    width: int | None = None
    most: int | None = None
    only: Collection[str] | None = None

    def ask(self, reader: Reader) -> Picture:
        """The picture, which is drawn when it is written."""
        from timeline.render.picture import Picture, check_look

        wide = WIDTH if self.width is None else self.width
        check_look(self.theme, wide)
        window = self._window(reader)
        of_subject = ":" in self.target
        shown: str = self.kind or ("two-axes" if of_subject else "timeline")
        if shown not in (OF_SUBJECT if of_subject else OF_COMPANY):
            raise InvalidValue(
                f'"{self.target}" cannot be shown as {self.kind}',
                f"a company is shown as {', '.join(OF_COMPANY)}; "
                f"a subject (kind:slug) as {', '.join(OF_SUBJECT)}",
            )
        if shown == "then-and-now":
            if self.certainty is not None or self.open_only or self.as_of is not None:
                raise InvalidValue(
                    "then and now shows all there is of one day",
                    "give on, and known for the later side",
                )
            from timeline.render.plot.then import then_alt, then_scene, then_title

            sides = reader.ask(
                ThenAndNow(
                    self.target,
                    on=self.on,
                    known=self.known,
                    recorded=self.recorded,
                    lens=self.lens,
                )
            )
            return Picture(
                sides,
                title=then_title(sides),
                alt=then_alt(sides),
                draw=lambda look, width, links: then_scene(sides, look, width, links),
                width=wide,
                theme=self.theme,
            )
        if shown == "tracker":
            if self.certainty is not None or self.open_only:
                raise InvalidValue("a tracker has every question", "leave out certainty and open")
            named = {"rumours": "rumour", "deals": "deal"}.get(self.target)
            of: Any = named
            company = None if named else self.target
            return reader.ask(
                PlotTracker(company=company, kind=of, theme=self.theme, width=wide, **self.placed())
            )
        if shown == "timeline":
            from timeline.render.plot.courses import MOST, courses_alt, courses_scene, courses_title

            story = reader.ask(
                Courses(
                    self.target,
                    certainty=self.certainty,
                    open_only=self.open_only,
                    only=self.only,
                    **self.placed(),
                )
            )
            return Picture(
                story,
                title=courses_title(story),
                alt=courses_alt(story),
                draw=lambda look, width, links: courses_scene(
                    story, look, width, window, links, self.most or MOST
                ),
                width=wide,
                theme=self.theme,
            )
        if self.certainty is not None or self.open_only:
            raise InvalidValue("a subject is one item: there is none to leave out")
        if shown == "belief":
            from timeline.render.plot.belief import belief_alt, belief_scene
            from timeline.render.question import belief_question

            strip = reader.ask(Belief(self.target, **self.placed()))
            return Picture(
                strip,
                title=belief_question(strip),
                alt=belief_alt(strip),
                draw=lambda look, width, links: belief_scene(strip, look, width, links),
                width=wide,
                theme=self.theme,
            )
        from timeline.render.plot.axes import axes_alt, axes_scene, axes_title

        answer = reader.ask(Axes(self.target, **self.placed()))
        return Picture(
            answer,
            title=axes_title(answer),
            alt=axes_alt(answer),
            draw=lambda look, width, links: axes_scene(answer, look, width, window, links),
            width=wide,
            theme=self.theme,
        )

    def _window(self, reader: Reader) -> tuple[str | None, str | None]:
        first, last = reader.day(self.start), reader.day(self.end)
        if first is not None and last is not None and first >= last:
            raise InvalidValue(
                f"there is nothing to show from {first} to {last}", "give two days, the first first"
            )
        return first, last


QUESTIONS: Final = (Courses, Axes)
