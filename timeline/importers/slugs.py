"""From names and keys to slugs: transliterated, without the legal form, told apart where they meet."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from anyascii import anyascii

from timeline.model.names import fold_name

_LONGEST = 60
"""Characters of a slug that is made of a text; longer ones end in a digest."""


def slug_of(text: str) -> str:
    """The text in lower-case ASCII words joined by hyphens; empty where nothing is left of it."""
    plain = (text if text.isascii() else anyascii(text)).lower()
    if plain.isalnum():  # most ids and many names: a sixth of what follows takes
        return plain
    # through bytes: half of what a regular expression takes
    words = plain.replace("&", " and ").encode("ascii").translate(_WORDS, b"'").split()
    return b"-".join(words).decode()


_WORDS: Final = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))
"""Letters and digits of ASCII as they are, and spaces for all else."""


def exact_slug(texts: Sequence[str]) -> str:
    """A slug that no other texts have: joined where all are slugs, else their words and a digest."""
    slugs = [slug_of(text) for text in texts]
    joined = "-".join(filter(None, slugs))
    if (
        len(joined) <= _LONGEST
        and slugs == list(texts)
        and (len(texts) == 1 or "-" not in "".join(slugs))
    ):
        return joined
    return "-".join(filter(None, [joined[:_LONGEST].strip("-"), digest_of("\x1f".join(texts))]))


def digest_of(text: str) -> str:
    """Eight hex digits of a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def company_slug(name: str) -> str:
    """The id that a company of this name gets if nobody else has it; empty for no letter or digit."""
    return slug_of(fold_name(name).base)[:_LONGEST].strip("-")
