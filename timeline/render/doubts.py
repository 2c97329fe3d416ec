"""What is doubtful about an item, and what follows for it from elsewhere, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from timeline.answers import CompanyItem
from timeline.answers.model import Claim, Told
from timeline.model.kinds import KINDS, claim_term_of
from timeline.model.values import Subject
from timeline.render.fields import label_of, type_words
from timeline.render.status import status_words
from timeline.render.terms import Row, facts, form_words, paid_words, term_words
from timeline.render.text import join
from timeline.render.words import Names, date, name_of, since, value_in_words

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def standing_words(item: CompanyItem) -> str:
    """Since when the status holds, and what else may hold instead."""
    others = alternatives_words(item.subject, item.alternatives)
    said = "status unknown" if item.since is None else f"since {since(item.since)}"
    return f"{said}; {others}" if others else said


def alternatives_words(subject: str, alternatives: Sequence[Any]) -> str:
    """What else may hold of a subject: "may also be signed"; nothing where nothing may."""
    fact = claim_term_of(subject) is not None
    odd = {} if fact else {"noted": "may only have been mentioned"}
    odd["absent"] = "may not have happened"
    others = join((_alternative(each, fact) for each in alternatives if each not in [*odd]), "or")
    said = [f"may also be {others}"] if others else []
    return " or ".join([*said, *(odd[name] for name in odd if name in alternatives)])


def _alternative(claim: Any, fact: bool) -> str:
    if isinstance(claim, str):
        return f"“{claim}”" if fact and claim != "ended" else status_words(claim)
    return value_in_words(claim)


def warning_rows(item: CompanyItem, names: Names, told: Told | None = None) -> Iterator[Row]:
    """What is doubtful about an item, and what follows from elsewhere, each with its label.

    Without ``told`` the reports that contradict the record are counted and not quoted.
    """
    if told is not None and told.claims:
        yield from _contradicting(told.claims)
    elif item.irregular:
        count = len(item.irregular)
        reports = "a report does" if count == 1 else f"{count} reports do"
        yield "contradicts", f"{reports} not fit what was reported before; the status stays"
    if item.disputes:
        who = join(name_of(each, names) for each in (told.disputers if told is not None else ()))
        verb = "dispute" if " and " in who else "disputes"
        what = "it" if item.disputed else "part of it, which does not change the status"
        yield "disputed", f"{who or 'somebody'} {verb} {what}"
    said = [label_of(each) for each in item.conflicts if each != "occurred"]
    if said:
        yield "conflict", f"reports of the same time differ in {join(said)}; the later one is shown"
    if "occurred" in item.conflicts:
        yield "conflict", "reports differ on when it happened"
    for remark in item.remarks:
        yield "beware", remark_words(remark, item.subject, names)


def _contradicting(claims: Sequence[Claim]) -> Iterator[Row]:
    """What reports say against the record: "the record: later reports say completed (27 Oct 2022)"."""
    days: dict[str, list[str]] = {}
    odd: dict[str, list[str]] = {}
    for claim in claims:
        said = days if claim.status is not None else odd
        word = status_words(claim.status) if claim.status is not None else type_words(claim.type)
        said.setdefault(word, []).extend([date(claim.occurred)] if claim.occurred else [])
    if days:
        yield "contradicts", f"the record: later reports say {_each(days)}"
    if odd:
        yield ("contradicts", f"what was reported before, and changes nothing: {_each(odd)}")


def _each(days: Mapping[str, Sequence[str]]) -> str:
    return join(f"{word} ({join(said)})" if said else word for word, said in days.items())


def marks(item: CompanyItem) -> list[str]:
    """What a reader of a list must not miss, in a word each; empty where nothing is in doubt."""
    return [
        word
        for word, applies in (
            ("contested", item.certainty == "contested"),
            ("contradicted by a later report", bool(item.irregular)),
            ("disputed", item.disputed and item.certainty != "contested"),
            ("reports differ", bool(item.conflicts)),
        )
        if applies
    ]


def deciding_words(
    item: CompanyItem, names: Names, levels: Mapping[str, str] | None = None
) -> Iterator[str]:
    """What a reader of one line must know besides the status: form, share, quantity, refusals, payments.

    ``levels`` are those of the events that are no facts, which decide nothing.
    """
    kind = KINDS[Subject.of(item.subject).kind]
    steps = facts(item.steps, levels)
    if kind.name == "deal":
        form = form_words(item.terms)
        if form and (item.terms.get("binding") is False or item.terms.get("form") in _LOOSE):
            yield form
        for step in steps:
            if step["type"] == "deal_approval_decided" and step.get("outcome") == "refused":
                yield f"refused by {name_of(step['authority'], names)}"
        if paid := paid_words(steps):
            yield f"paid {paid}"
    for term in _DECIDING.get(kind.name, ()):
        if term in item.terms:
            said = term_words(kind, term, item.terms[term], names)
            yield f"exercise window {said}" if term == "window" else said
    if item.status == "decided":
        outcomes = [s["outcome"] for s in steps if s["type"] == "proceeding_decided"]
        yield from (each.replace("_", " ") for each in outcomes[-1:])


DECIDING: Final = frozenset({"deal_approval_decided", "deal_payment_made", "proceeding_decided"})
"""The steps that a line of a list tells of."""

_LOOSE: Final = frozenset({"loi", "mou", "term_sheet"})
_DECIDING: Final = {
    "deal": ("quantity",),
    "relationship": ("share",),
    "right": ("quantity", "window"),
    "commitment": ("quantity",),
    "proceeding": ("stage",),
}
"""The terms that tell items of a kind apart, besides their title."""


# --- remarks ------------------------------------------------------------------------------------------

_ENDED: Final = {"lapsed": "lapsed", "ended": "ended", "expired": "expired"}
_OVERDUE: Final = {
    "expected_completion": "it was expected to be completed by {}, and nothing says that it was",
    "outside_date": "it had to be completed by {}, and nothing says that it was",
    "window": "it could be exercised until {}",
}


def remark_words(remark: Mapping[str, Any], subject: str, names: Names) -> str:
    """A remark in a sentence: "the deal it hangs on was terminated on 9 Jun 2025"."""
    when = _when(remark.get("since"))
    match remark["code"]:
        case "premise-over":
            kind, status = remark["subject"].partition(":")[0], remark["status"]
            verb = _ENDED.get(status, f"was {status_words(status)}")
            tie = "is about" if subject.startswith("proceeding:") else "hangs on"
            return f"the {kind} it {tie} {verb}{when} ({remark['subject']})"
        case "party-dissolved":
            return f"{name_of(remark['company'], names)} was dissolved{when}"
        case "overdue":
            return _OVERDUE[remark["key"]].format(date(remark["date"]))
        case "sold":
            return f"it was sold{when} ({remark['subject']})"
    return str(remark["code"]).replace("-", " ")


def _when(day: str | None) -> str:
    if not day:
        return ""
    return f" on {date(day)}" if _DAY.fullmatch(day) else f" ({date(day)})"
