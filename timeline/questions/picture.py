"""Questions that are answered with a picture: how it looks, and how it is made of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.questions.question import Declared, Question, given

if TYPE_CHECKING:
    from timeline.answers.tabular import Tabular
    from timeline.render.picture import Picture
    from timeline.render.plot.colours import Theme

WIDTH: Final = 780
"""Pixels, unless said otherwise."""


@dataclass(frozen=True, kw_only=True)
class Drawn(Declared):
    """The colours of a theme, and how many pixels wide."""

    theme: Theme = given(parameters.THEME)
    width: int | None = given(parameters.WIDTH)

    def looks(self) -> dict[str, Any]:
        """The theme and the width, for another question."""
        return {"theme": self.theme, "width": self.width}


@dataclass(frozen=True, kw_only=True)
class Pictured(Drawn, Question["Picture"]):
    """A picture in the colours of a theme, so many pixels wide."""

    def check(self) -> None:
        """Raise InvalidValue for a theme or a width that there is not."""
        from timeline.render.picture import check_look

        check_look(self.theme, self._wide)

    def picture(self, answer: Tabular, *, title: str, alt: str, **drawn: Any) -> Picture:
        """The picture of an answer, which is drawn when it is written."""
        from timeline.render.picture import Picture

        return Picture(answer, title=title, alt=alt, width=self._wide, theme=self.theme, **drawn)

    @property
    def _wide(self) -> int:
        return WIDTH if self.width is None else self.width
