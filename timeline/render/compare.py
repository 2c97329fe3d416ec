"""Two companies beside each other, in words."""

from __future__ import annotations

from timeline.answers.model import CompareAnswer
from timeline.language import tr, written


def compared_words(answer: CompareAnswer) -> str:
    """How much they share: "2 in common · 14 only of Foxconn · 0 only of Sharp"."""
    shared = len(answer.shared)
    only = (
        tr(
            "{count} only of {company}",
            count=written(len(company.items) - shared),
            company=company.name,
        )
        for company in answer.companies
    )
    return " · ".join([tr("{count} in common", count=written(shared)), *only])
