"""What can be asked by the parameters of an address: what a question takes, by its names.

A parameter that a question does not have is refused, not ignored: the answer would be to another question.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from timeline.parameters import LANG, Parameter
from timeline.questions.question import Declared
from timeline.web.settings import FOR_PEOPLE

MANY: Final = 100
"""Values that one parameter may have."""

LONGEST: Final = 500
"""Characters of a parameter that a report or a query has."""


class Asked(BaseModel):
    """The parameters of an address; an empty one counts as left out (a form sends them)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    if TYPE_CHECKING:
        lang: str | None
    else:
        lang: Literal[LANG.choices] | None = Field(None, description=LANG.sentence)
    """The language of the answer, which every address takes."""

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        kept = {}
        for name, value in given.items():
            if isinstance(value, list):
                value = [each for each in value if each != ""]
            if value not in ("", []):
                kept[name] = value
        return kept

    def address(self) -> dict[str, Any]:
        """The parameters as they stand in an address."""
        return self.model_dump(by_alias=True, exclude_defaults=True)

    def values(self) -> dict[str, Any]:
        """The values by the names of the library; what no parameter is called are ``params``."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        if self.model_extra:
            found["params"] = {n: str(value)[:LONGEST] for n, value in self.model_extra.items()}
        return found


class Open(Asked):
    """The parameters of an address, and others by their own names."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)


def asked_of(
    *declared: type[Declared], without: Container[str] = (), optional: Container[str] = ()
) -> type[Asked]:
    """The parameters of an address: what these take, but for what stands in its path.

    What is ``optional`` may be left out, though the question cannot be asked without it.
    """
    fields: dict[str, Any] = {}
    base: type[Asked] = Asked
    for one in declared:
        for each in one.takes():
            if each.pairs:
                base = Open
            elif each.name not in without and not each.local:
                needed = each.name in one.needs() and each.name not in optional
                fields[each.name] = (_type_of(each, needed=needed), _field(each, needed=needed))
    return create_model(f"Of{declared[0].__name__}", __base__=base, **fields)


def _type_of(parameter: Parameter, *, needed: bool) -> Any:
    literal: Any = Literal
    kind: Any = Annotated[str, Field(max_length=parameter.longest)]
    if parameter.choices:
        kind = literal[parameter.choices]
    if parameter.flag:
        kind = bool
    if parameter.number is not None:
        least, most, _, served = parameter.number
        least = 1 if parameter.page else least
        ends: dict[str, Any] = {"ge": least, "le": most if served is None else served}
        kind = Annotated[int, Field(**{n: end for n, end in ends.items() if end is not None})]
    if parameter.several:
        kind = Annotated[list[kind], Field(max_length=MANY)]
    return kind if needed or parameter.initial is not None else kind | None


def _field(parameter: Parameter, *, needed: bool) -> Any:
    words: dict[str, Any] = {"description": parameter.sentence}
    if parameter.page:
        size = f"{parameter.page:,}, or {FOR_PEOPLE} for people"
        words["description"] = parameter._replace(default=size).sentence
    if parameter.public:
        words["alias"] = parameter.public
    if needed:
        return Field(**words)
    if parameter.several:
        return Field(default_factory=list, **words)
    return Field(parameter.initial, **words)
