"""What a lens was asked to let pass."""

from __future__ import annotations

from msgspec import Struct

from timeline.errors import InvalidValue

ATTRIBUTIONS = (
    "company_statement", "named_person", "anonymous_sources", "media_report", "filing", "background",
)  # fmt: skip
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
