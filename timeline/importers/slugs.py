"""From names and keys to slugs: transliterated, without the legal form, told apart where they meet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from anyascii import anyascii

_LONGEST = 60
"""Characters of a slug that is made of a text; longer ones end in a digest."""


def slug_of(text: str) -> str:
    """The text in lower-case ASCII words joined by hyphens; empty where nothing is left of it."""
    plain = anyascii(text).lower().replace("'", "").replace("&", " and ")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


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


@lru_cache(maxsize=65536)
def base_name(name: str) -> str:
    """A company's name without its legal form, as it is written; the name where nothing else is left."""
    from cleanco import basename  # its table of legal forms takes 10 ms to prepare

    found = " ".join(name.split())
    while True:  # "Co., Ltd." is two forms
        shorter = str(basename(found)).strip()
        if not shorter or shorter == found or not slug_of(shorter):
            return found
        found = shorter


def company_slug(name: str) -> str:
    """The id that a company of this name gets if nobody else has it; empty for no letter or digit."""
    return slug_of(base_name(name))[:_LONGEST].strip("-")
