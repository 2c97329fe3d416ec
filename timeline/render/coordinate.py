"""The coordinate of an answer in words, so that the same question can be asked again."""

from __future__ import annotations

from typing import Protocol

from msgspec import UnsetType

from timeline.answers.asked import LensAsked
from timeline.render.text import join


class Placed(Protocol):
    """An answer that says where it was computed at."""

    @property
    def on(self) -> str: ...  # noqa: D102
    @property
    def known(self) -> str | None: ...  # noqa: D102
    @property
    def recorded(self) -> str | int | None: ...  # noqa: D102
    @property
    def position(self) -> int: ...  # noqa: D102
    @property
    def lens(self) -> LensAsked | UnsetType: ...  # noqa: D102


def coordinate_words(answer: Placed) -> str:
    """``on 2025-11-21, with everything known up to position 42``."""
    on, known, recorded = answer.on, answer.known, answer.recorded
    recording = f", as recorded at {recorded}" if isinstance(recorded, str) else ""
    if known is None:
        knowing = "with everything known"
    elif len(known) > len("2025-11-21"):
        knowing = f"as known at {known}"
    else:
        knowing = f"as known at the end of {'that day' if known == on else known}"
    comma = "," if known or recording else ""
    where = f"on {on}, {knowing}{recording}{comma} up to position {answer.position}"
    return where if isinstance(answer.lens, UnsetType) else f"{where}, {lens_words(answer.lens)}"


def lens_words(lens: LensAsked) -> str:
    """``through the lens of only source a or b, without source c, only attribution filing``."""
    said = [
        f"{only} {name} {join(given, 'or')}"
        for only, name, given in (
            ("only", "source", lens.source),
            ("without", "source", lens.not_source),
            ("only", "attribution", lens.attribution),
            ("only", "fact level", lens.fact_level),
        )
        if given
    ]
    return f"through the lens of {', '.join(said)}" if said else "through no lens"
