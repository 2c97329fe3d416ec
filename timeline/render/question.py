"""The question that a rumour or a deal puts: "Will Acme buy Globex?", and its answer in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as calendar
from typing import Any, Final

from msgspec import UNSET

from timeline.answers.story import OPEN, TRUE, Belief, BeliefAnswer, Settlement, Span
from timeline.language import tr, tr_as, tr_count
from timeline.model.kinds import KINDS
from timeline.model.values import UNDISCLOSED, Subject
from timeline.render.coordinate import nothing_of
from timeline.render.plot.said import item_title
from timeline.render.status import status_words
from timeline.render.text import capital, join
from timeline.render.words import Names, date, name_of, value_in_words

ASKED: Final[Mapping[str, Sequence[tuple[tuple[str, ...], str, tuple[str, ...]]]]] = {
    "acquisition": [(("acquirer",), "Will {who} buy {whom}?", ("target",))],
    "asset_purchase": [(("acquirer",), "Will {who} buy from {whom}?", ("seller", "target"))],
    "divestiture": [
        (("seller",), "Will {who} sell to {whom}?", ("acquirer",)),
        (("seller",), "Will {who} sell {whom}?", ("target",)),
    ],
    "investment": [(("investor",), "Will {who} invest in {whom}?", ("investee",))],
    "supply": [(("supplier",), "Will {who} supply {whom}?", ("customer",))],
    "capacity": [(("supplier",), "Will {who} provide capacity to {whom}?", ("customer",))],
    "contract_manufacturing": [
        (("manufacturer", "supplier"), "Will {who} manufacture for {whom}?", ("customer",))
    ],
    "financing": [(("lender",), "Will {who} finance {whom}?", ("borrower",))],
    "licence": [(("licensor",), "Will {who} license to {whom}?", ("licensee",))],
    "spin_off": [
        (("parent", "seller"), "Will {who} spin off {whom}?", ("subsidiary", "target", "venture"))
    ],
}
"""By the kind of deal: who acts (by role), what it does, and to whom."""

TOGETHER: Final = {
    "merger": "Will {who} merge?",
    "joint_venture": "Will {who} form a joint venture?",
    "strategic_alliance": "Will {who} form an alliance?",
    "research_development": "Will {who} do research together?",
}
"""What is asked of the partners of a deal of a kind."""

WHETHER: Final = {
    "begin": "Will {deal} come about?",
    "decision": "Will {deal} be decided?",
    "change": "Will {deal} change?",
    "delay": "Will {deal} delay?",
    "end": "Will {deal} end?",
}
"""What is asked of a deal without words of its own."""


def question(subject: str, kind: str | None, terms: Mapping[str, Any], names: Names) -> str:
    """What everybody wanted to know: "Will Volkswagen and Rivian form a joint venture?".

    Of a kind without words of its own it asks for what the deal is called.
    """
    parties = _parties(terms)
    of = terms.get("of", "begin")
    if of == "begin":
        for actors, asked, others in ASKED.get(kind or "", ()):
            who, whom = _named(parties, actors, names), _named(parties, others, names)
            if who and whom:
                return tr_count(asked, asked, len(who), who=_few(who), whom=_few(whom))
        partners = [name for name in parties if "venture" not in parties[name]]
        if kind in TOGETHER and len(partners) > 1:
            return tr(TOGETHER[kind], who=_few([name_of(each, names) for each in partners]))
    deal = tr_as("subject of a question", f"the {KINDS[Subject.of(subject).kind].noun(kind)}")
    if parties:
        deal = tr(
            "{deal} of {names}", deal=deal, names=_few([name_of(each, names) for each in parties])
        )
    return tr_as("question", WHETHER[of], deal=deal)


_MOST: Final = 3
"""Companies that a question names."""


def _few(names: Sequence[str]) -> str:
    more = len(names) - _MOST
    return join(names) if more <= 0 else join([*names[:_MOST], tr("{count} more", count=more)])


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: roles for name, roles in terms.get("parties", {}).items() if name != UNDISCLOSED}


def _named(parties: Mapping[str, Sequence[str]], roles: Sequence[str], names: Names) -> list[str]:
    return [name_of(each, names) for each, held in parties.items() if set(roles) & set(held)]


def belief_question(answer: BeliefAnswer) -> str:
    """The question of a strip; of what is no deal and no rumour, what it is."""
    if answer.course is None:
        return answer.subject
    if answer.subject.startswith(("deal:", "rumour:")):
        return question(answer.subject, answer.course.kind, answer.course.terms, answer.names)
    return item_title(answer.course, None, answer.names)


# --- its answer -----------------------------------------------------------------------------------


def outcome_words(outcome: Settlement) -> str:
    """How it was settled, in a word or two: "came true", "denied", "open"."""
    if outcome.outcome == TRUE:
        return tr("came true")
    return tr_as("outcome", "open") if outcome.outcome == OPEN else status_words(outcome.outcome)


def days_words(days: int) -> str:
    """``338 days``, ``1 day``."""
    return tr_count("{count} day", "{count} days", days)


def after_days(what: str, days: int) -> str:
    """What came so many days after the beginning: "denied after 338 days"."""
    return tr_count("{what} after {count} day", "{what} after {count} days", days, what=what)


def belief_words(belief: Belief | Span, names: Names) -> str:
    """What was believed, and how firmly: "partly denied", "perhaps denied", "terminated, contested"."""
    said = held_words(belief, names)
    if belief.certainty == "contested":
        return said if belief.disputed else tr("{status}, contested", status=said)
    return said if belief.certainty == "definite" else tr("perhaps {status}", status=said)


def held_words(belief: Belief | Span, names: Names) -> str:
    """The status; of a fact its value, of a stake the share besides."""
    if belief.status is None:
        return tr("nothing")
    said = tr_as("status", "rumoured") if belief.status == "open" else status_words(belief.status)
    if belief.value is not UNSET and belief.value is not None:
        value = value_in_words(belief.value, names)
        said = value if belief.status == "stated" else f"{said}, {value}"
    return tr("{status}, disputed", status=said) if belief.disputed else said


_TOLD: Final = 4
"""Turns that a sentence tells."""


def verdict(answer: BeliefAnswer) -> str:
    """How it went: "Denied. First reported on 18 Dec 2024, lapsed after 3 days, … after 338 days."."""
    outcome = answer.outcome
    if outcome is None:
        return tr("{nothing} has been reported about it.", nothing=nothing_of(answer.lens))
    turns = answer.beliefs[1:]
    said = [tr("First reported on {day}", day=date(outcome.first))]
    first = ordinal(outcome.first)
    kept = turns if len(turns) <= _TOLD else [*turns[: _TOLD - 1], turns[-1]]
    said += [
        after_days(belief_words(each, answer.names), ordinal(each.first) - first) for each in kept
    ]
    if len(kept) < len(turns):
        more = len(turns) - len(kept)
        said.insert(-1, tr_count("{count} turn more", "{count} turns more", more))
    if outcome.days is None:
        still = tr("still open on {day},", day=date(answer.until))
        said.append(after_days(still, ordinal(answer.until) - first))
    return f"{capital(outcome_words(outcome))}. {', '.join(said)}."


def ordinal(day: str) -> int:
    """The day as a number of the calendar."""
    return calendar.fromisoformat(day).toordinal()
