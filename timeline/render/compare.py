"""Two companies beside each other, in words."""

from __future__ import annotations

from timeline.answers.compare import CompareAnswer


def compared_words(answer: CompareAnswer) -> str:
    """How much they share: "2 in common · 14 only of Foxconn · 0 only of Sharp"."""
    shared = len(answer.shared)
    only = (
        f"{len(company.items) - shared:,} only of {company.name}" for company in answer.companies
    )
    return " · ".join([f"{shared:,} in common", *only])
