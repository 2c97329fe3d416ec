"""What a question was asked: its coordinate as people write it, and what a lens is to let pass."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypedDict

from msgspec import Struct

from timeline.errors import InvalidValue

Day = str | date
Moment = str | date

ATTRIBUTIONS = (
    "company_statement", "named_person", "anonymous_sources", "media_report", "filing", "background",
)  # fmt: skip
Certainty = Literal["definite", "possible", "contested"]
FACT_LEVELS = ("fact", "forecast", "opinion")


class LensAsked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What counts: an event passes when it passes every line that is given."""

    source: tuple[str, ...] = ()
    not_source: tuple[str, ...] = ()
    attribution: tuple[str, ...] = ()
    fact_level: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.source or self.not_source or self.attribution or self.fact_level)

    def check(self) -> None:
        """Raise InvalidValue for an attribution or a fact level that does not exist."""
        for name, given, choices in (
            ("attribution", self.attribution, ATTRIBUTIONS),
            ("fact level", self.fact_level, FACT_LEVELS),
        ):
            for value in given:
                if value not in choices:
                    raise InvalidValue(f'no {name} "{value}"', f"one of {', '.join(choices)}")


class Asked(TypedDict, total=False):
    """Where a question stands, as asked; what is left out or None has the default of the contract.

    ``on`` is a day (default: today), ``known`` a day (its end) or an instant (default: the latest),
    ``recorded`` an instant or a position (default: the latest), ``as_of`` a day for ``on`` and ``known``.
    """

    on: Day | None
    known: Moment | None
    recorded: str | int | None
    as_of: Day | None
    lens: LensAsked | None
