"""The data of a picture: its answer, after a title and a text for who cannot see it."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import NODEFAULT, Struct, defstruct, structs

from timeline.answers.tabular import Tabular


@cache
def drawn_type(answer: type[Tabular]) -> type[Struct]:
    """The type of the data of a picture of an ``answer``."""
    said = [
        (each.name, each.type)
        if each.default is NODEFAULT
        else (each.name, each.type, each.default)
        for each in structs.fields(answer)
    ]
    fields: Any = [("title", str), ("alt", str), *said]
    return defstruct(
        f"Drawn{answer.__name__}",
        fields,
        namespace={"__doc__": f"A picture's title and text, and what it shows. {answer.__doc__}"},
        module=__name__,
        frozen=True,
        kw_only=True,
        omit_defaults=True,
    )


def drawn(answer: Tabular, title: str, alt: str) -> Struct:
    """The data of a picture of this answer."""
    said = {name: getattr(answer, name) for name in answer.__struct_fields__}
    return drawn_type(type(answer))(title=title, alt=alt, **said)
