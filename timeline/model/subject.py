"""Subjects: the streams that events belong to, ``deal:acme-globex``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Final

from msgspec import Struct

from timeline.errors import InvalidValue
from timeline.model import dates
from timeline.model.values import ATTRIBUTE, SLUG, marked

SUBJECT_KINDS: Final = (
    "source", "company", "relationship", "deal", "proceeding", "right", "commitment", "rumour", "fact",
)  # fmt: skip
"""The kinds of subjects, in the order in which answers show them."""

_ORDER: Final = {kind: place for place, kind in enumerate(SUBJECT_KINDS)}
_SUBJECT: Final = rf"(({'|'.join(SUBJECT_KINDS[:-1])}):{SLUG}|fact:{SLUG}/{ATTRIBUTE}(@[^\s@]+)?)"
is_subject = re.compile(_SUBJECT, re.ASCII).fullmatch


class Subject(Struct, frozen=True, gc=False):
    """One subject: its kind, and its name within the kind. Sorts as answers list their items."""

    kind: str
    slug: str

    @classmethod
    def of(cls, text: str) -> Subject:
        """The subject of a text that was checked before, as every one in the log."""
        kind, _, slug = text.partition(":")
        return cls(kind, slug)

    @classmethod
    def parse(cls, text: str) -> Subject:
        """The subject that a person wrote; InvalidValue for what is none."""
        check_subject(text)
        return cls.of(text)

    @classmethod
    def of_fact(cls, company: str, attribute: str, period: str | None = None) -> Subject:
        """The subject of what is said of a company, for a period where it has one."""
        return cls("fact", f"{company}/{attribute}" + (f"@{period}" if period else ""))

    def __str__(self) -> str:
        return f"{self.kind}:{self.slug}"

    def __lt__(self, other: Subject) -> bool:
        return self.sort_key < other.sort_key

    @property
    def sort_key(self) -> tuple[int, str]:
        """By kind in the order of SUBJECT_KINDS, then by name."""
        return _ORDER[self.kind], self.slug

    @staticmethod
    def range_of(kind: str) -> tuple[str, str]:
        """The texts between which all subjects of a kind lie: the first inclusive, the last not."""
        return f"{kind}:", f"{kind};"  # the character after the colon


@lru_cache(maxsize=4096)
def check_subject(text: str) -> None:
    """Raise InvalidValue unless ``text`` is ``kind:slug`` (a fact: ``fact:company/attribute[@period]``)."""
    if not is_subject(text):
        raise InvalidValue(
            f'"{text}" is not a subject',
            'write kind:slug, as in "deal:acme-globex", or fact:company/attribute[@period]; kinds are '
            + ", ".join(SUBJECT_KINDS),
        )
    if text.startswith("fact:") and "@" in text:
        dates.bounds(text.partition("@")[2])


SubjectRef = Annotated[str, marked(check_subject, pattern=f"^{_SUBJECT}$")]
"""A text that names a subject."""
