"""What is doubtful about an item, and what follows for it from elsewhere, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, Final

from timeline.answers import CompanyItem
from timeline.answers.model import Claim, Told
from timeline.language import tr, tr_as, tr_count
from timeline.model.kinds import KINDS, claim_term_of
from timeline.model.values import Subject
from timeline.render.fields import label_of, type_words
from timeline.render.status import status_words
from timeline.render.terms import Row, facts, form_words, label_words, paid_words, term_words
from timeline.render.text import join
from timeline.render.words import Names, date, name_of, since, value_in_words


def standing_words(item: CompanyItem) -> str:
    """Since when the status holds, and what else may hold instead."""
    others = alternatives_words(item.subject, item.alternatives)
    said = tr("status unknown") if item.since is None else tr("since {day}", day=since(item.since))
    return f"{said}; {others}" if others else said


def alternatives_words(subject: str, alternatives: Sequence[Any]) -> str:
    """What else may hold of a subject: "may also be signed"; nothing where nothing may."""
    fact = claim_term_of(subject) is not None
    odd = {} if fact else {"noted": tr("may only have been mentioned")}
    odd["absent"] = tr("may not have happened")
    others = join((_alternative(each, fact) for each in alternatives if each not in [*odd]), "or")
    said = [tr("may also be {others}", others=others)] if others else []
    said += [odd[name] for name in odd if name in alternatives]
    return reduce(lambda one, other: tr("{others} or {last}", others=one, last=other), said or [""])


def _alternative(claim: Any, fact: bool) -> str:
    if isinstance(claim, str):
        return tr("“{text}”", text=claim) if fact and claim != "ended" else status_words(claim)
    return value_in_words(claim)


def warning_rows(item: CompanyItem, names: Names, told: Told | None = None) -> Iterator[Row]:
    """What is doubtful about an item, and what follows from elsewhere, each with its label.

    Without ``told`` the reports that contradict the record are counted and not quoted.
    """
    if told is not None and told.claims:
        yield from _contradicting(told.claims)
    elif item.irregular:
        yield (
            "contradicts",
            tr_count(
                "a report does not fit what was reported before; the status stays",
                "{count} reports do not fit what was reported before; the status stays",
                len(item.irregular),
            ),
        )
    if item.disputes:
        who = [name_of(each, names) for each in (told.disputers if told is not None else ())]
        yield "disputed", _disputed_words(who, whole=item.disputed)
    said = [label_words(label_of(each)) for each in item.conflicts if each != "occurred"]
    if said:
        text = "reports of the same time differ in {terms}; the later one is shown"
        yield "conflict", tr(text, terms=join(said))
    if "occurred" in item.conflicts:
        yield "conflict", tr("reports differ on when it happened")
    for remark in item.remarks:
        yield "beware", remark_words(remark, item.subject, names)


def _disputed_words(who: Sequence[str], *, whole: bool) -> str:
    """Who disputes an item, or a part of it."""
    named = join(who) or tr("somebody")
    if whole:
        return tr_count("{who} disputes it", "{who} dispute it", len(who) or 1, who=named)
    return tr_count(
        "{who} disputes part of it, which does not change the status",
        "{who} dispute part of it, which does not change the status",
        len(who) or 1,
        who=named,
    )


def _contradicting(claims: Sequence[Claim]) -> Iterator[Row]:
    """What reports say against the record: "the record: later reports say completed (27 Oct 2022)"."""
    days: dict[str, list[str]] = {}
    odd: dict[str, list[str]] = {}
    for claim in claims:
        said = days if claim.status is not None else odd
        word = status_words(claim.status) if claim.status is not None else type_words(claim.type)
        said.setdefault(word, []).extend([date(claim.occurred)] if claim.occurred else [])
    if days:
        yield "contradicts", tr("the record: later reports say {what}", what=_each(days))
    if odd:
        text = "what was reported before, and changes nothing: {what}"
        yield "contradicts", tr(text, what=_each(odd))


def _each(days: Mapping[str, Sequence[str]]) -> str:
    return join(f"{word} ({join(said)})" if said else word for word, said in days.items())


def marks(item: CompanyItem) -> list[str]:
    """What a reader of a list must not miss, in a word each; empty where nothing is in doubt."""
    return [
        word
        for word, applies in (
            (tr("contested"), item.certainty == "contested"),
            (tr("contradicted by a later report"), bool(item.irregular)),
            (tr("disputed"), item.disputed and item.certainty != "contested"),
            (tr("reports differ"), bool(item.conflicts)),
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
                yield tr("refused by {authority}", authority=name_of(step["authority"], names))
        if paid := paid_words(steps):
            yield tr("paid {amount}", amount=paid)
    for term in _DECIDING.get(kind.name, ()):
        if term in item.terms:
            said = term_words(kind, term, item.terms[term], names)
            yield tr("exercise window {window}", window=said) if term == "window" else said
    if item.status == "decided":
        outcomes = [s["outcome"] for s in steps if s["type"] == "proceeding_decided"]
        yield from (tr_as("value", each.replace("_", " ")) for each in outcomes[-1:])


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

_ENDED: Final = frozenset({"lapsed", "ended", "expired"})
"""Statuses that are verbs of their own."""

OVERDUE: Final = {
    "expected_completion": "it was expected to be completed by {day}, and nothing says that it was",
    "outside_date": "it had to be completed by {day}, and nothing says that it was",
    "window": "it could be exercised until {day}",
}
"""What is said when a day has passed, by the term that names it."""


def remark_words(remark: Mapping[str, Any], subject: str, names: Names) -> str:
    """A remark in a sentence: "the deal it hangs on was terminated on 9 Jun 2025"."""
    when = _when(remark.get("since"))
    match remark["code"]:
        case "premise-over":
            kind, status = remark["subject"].partition(":")[0], remark["status"]
            about = subject.startswith("proceeding:")
            happened = tr_as("remark", premise_words(status), status=status_words(status))
            text = "the {kind} it is about {happened}{when} ({subject})"
            if not about:
                text = "the {kind} it hangs on {happened}{when} ({subject})"
            return tr(
                text, kind=tr_as("subject", kind), happened=happened, when=when,
                subject=remark["subject"],
            )  # fmt: skip
        case "party-dissolved":
            company = name_of(remark["company"], names)
            return tr("{company} was dissolved{when}", company=company, when=when)
        case "overdue":
            return tr(OVERDUE[remark["key"]], day=date(remark["date"]))
        case "sold":
            return tr("it was sold{when} ({subject})", when=when, subject=remark["subject"])
    return str(remark["code"]).replace("-", " ")


def premise_words(status: str) -> str:
    """What happened to what something hangs on, in English: "lapsed", "was {status}"."""
    return status if status in _ENDED else "was {status}"


def _when(day: str | None) -> str:
    if not day:
        return ""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", day, re.ASCII):
        return f" {tr('on {day}', day=date(day))}"
    return f" ({date(day)})"
