"""What a question was asked: its coordinate as people write it, and what a lens is to let pass."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, defstruct

from timeline.errors import InvalidValue
from timeline.parameters import LENS

Day = str | date
Moment = str | date

Certainty = Literal["definite", "possible", "contested"]


class _LensAsked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What counts: an event passes when it passes every line that is given.

    It has a field for every option of :data:`timeline.parameters.LENS`, with the values that are given.
    """

    def given(self, name: str) -> tuple[str, ...]:
        """The values of an option."""
        values: tuple[str, ...] = getattr(self, name)
        return values

    def __bool__(self) -> bool:
        return any(self.given(option.name) for option in LENS)

    def check(self) -> None:
        """Raise InvalidValue for a value that an option does not have, such as an attribution."""
        for option in LENS:
            for value in self.given(option.name):
                if option.choices and value not in option.choices:
                    name = option.name.replace("_", " ")
                    choices = ", ".join(option.choices)
                    raise InvalidValue(f'no {name} "{value}"', f"one of {choices}")


if TYPE_CHECKING:

    class LensAsked(_LensAsked, frozen=True):
        """The lens as asked."""

        def __init__(self, **given: tuple[str, ...]) -> None: ...

        def __getattr__(self, name: str) -> tuple[str, ...]: ...

else:
    LensAsked = defstruct(
        "LensAsked",
        [(option.name, tuple[str, ...], ()) for option in LENS],
        bases=(_LensAsked,),
        namespace={"__doc__": _LensAsked.__doc__},
        module=__name__,
        frozen=True,
        kw_only=True,
        omit_defaults=True,
    )
