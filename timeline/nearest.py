"""Did you mean: the names nearest to one that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CUTOFF = 70  # below that a suggestion reads like a guess
_LONGEST = 100  # characters; what is longer is no slip of the pen, and takes long to compare


def nearest(name: str, choices: Iterable[str], limit: int = 1) -> list[str]:
    """The choices most like ``name``, best first; none when nothing is like it."""
    if len(name) > _LONGEST:
        return []
    from rapidfuzz import fuzz, process, utils  # only when something went wrong

    others = [choice for choice in choices if not _is_piece(choice, name)]
    found = process.extract(
        name, others, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit,
        score_cutoff=_CUTOFF,
    )  # fmt: skip
    return [choice for choice, _, _ in found]


def _is_piece(choice: str, name: str) -> bool:
    """Whether a choice is like the name only because it is so short: "id" in "outside"."""
    words = re.split(r"[\W_]+", name.lower())
    return len(choice) < 4 <= len(name) and choice.lower() not in words


def did_you_mean(name: str, choices: Iterable[str]) -> str | None:
    """A hint that names the nearest choice, or None."""
    found = nearest(name, choices)
    return f'did you mean "{found[0]}"?' if found else None


def most_alike(text: str, choices: Iterable[str], limit: int) -> list[str]:
    """The choices most like ``text``, best first, however unlike they are: as examples, no guesses."""
    from rapidfuzz import fuzz, process, utils  # only when something went wrong

    found = process.extract(
        text[:_LONGEST],
        list(choices),
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=limit,
    )
    return [choice for choice, _, _ in found]
