"""Groups: a company with all that it controls at a coordinate, through any depth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from timeline.answers.view import View
from timeline.model.company import Held, group_of

_TYING = ("relationship:", "deal:")
"""The kinds of subject through which a company can control another."""


def ties_of(view: View, company: str) -> dict[str, list[str]]:
    """The members of a company's group, itself first, each with the subjects that lead to it from the top."""

    def read(companies: Sequence[str]) -> Iterable[Held]:
        subjects = view.subjects_of(companies)
        return view.held(sorted(s for s in subjects if s.startswith(_TYING))).values()

    return group_of(company, read)
