"""The question that a rumour or a deal puts: "Will Acme buy Globex?", and its answer in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as calendar
from typing import Any, Final

from msgspec import UNSET

from timeline.answers.belief import OPEN, TRUE, Belief, BeliefAnswer, Settlement
from timeline.answers.course import Span
from timeline.model.kinds import KINDS
from timeline.model.values import UNDISCLOSED, Subject
from timeline.render.coordinate import nothing_of
from timeline.render.plot.said import item_title
from timeline.render.status import status_words
from timeline.render.text import capital, join
from timeline.render.words import Names, date, name_of, value_in_words

_ASKED: Final[Mapping[str, Sequence[tuple[tuple[str, ...], str, tuple[str, ...]]]]] = {
    "acquisition": [(("acquirer",), "buy {}", ("target",))],
    "asset_purchase": [(("acquirer",), "buy from {}", ("seller", "target"))],
    "divestiture": [(("seller",), "sell to {}", ("acquirer",)), (("seller",), "sell {}", ("target",))],
    "investment": [(("investor",), "invest in {}", ("investee",))],
    "supply": [(("supplier",), "supply {}", ("customer",))],
    "capacity": [(("supplier",), "provide capacity to {}", ("customer",))],
    "contract_manufacturing": [(("manufacturer", "supplier"), "manufacture for {}", ("customer",))],
    "financing": [(("lender",), "finance {}", ("borrower",))],
    "licence": [(("licensor",), "license to {}", ("licensee",))],
    "spin_off": [(("parent", "seller"), "spin off {}", ("subsidiary", "target", "venture"))],
}  # fmt: skip
"""By the kind of deal: who acts (by role), what it does, and to whom."""

_TOGETHER: Final = {
    "merger": "merge",
    "joint_venture": "form a joint venture",
    "strategic_alliance": "form an alliance",
    "research_development": "do research together",
}
"""What the partners of a deal of a kind do."""


def question(subject: str, kind: str | None, terms: Mapping[str, Any], names: Names) -> str:
    """What everybody wanted to know: "Will Volkswagen and Rivian form a joint venture?".

    Of a kind without words of its own it asks for what the deal is called.
    """
    parties = _parties(terms)
    of = terms.get("of", "begin")
    noun = KINDS[Subject.of(subject).kind].noun(kind)
    if of == "begin":
        for actors, does, others in _ASKED.get(kind or "", ()):
            who, whom = _named(parties, actors, names), _named(parties, others, names)
            if who and whom:
                return f"Will {who} {does.format(whom)}?"
        partners = [name for name in parties if "venture" not in parties[name]]
        if kind in _TOGETHER and len(partners) > 1:
            return f"Will {_few([name_of(each, names) for each in partners])} {_TOGETHER[kind]}?"
    of_whom = _few([name_of(each, names) for each in parties])
    said = f"the {noun}" + (f" of {of_whom}" if of_whom else "")
    if of == "begin":
        return f"Will {said} come about?"
    return f"Will {said} {'be decided' if of == 'decision' else of}?"


_MOST: Final = 3
"""Companies that a question names."""


def _few(names: Sequence[str]) -> str:
    more = len(names) - _MOST
    return join(names) if more <= 0 else join([*names[:_MOST], f"{more} more"])


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: roles for name, roles in terms.get("parties", {}).items() if name != UNDISCLOSED}


def _named(parties: Mapping[str, Sequence[str]], roles: Sequence[str], names: Names) -> str:
    found = [name_of(each, names) for each, held in parties.items() if set(roles) & set(held)]
    return _few(found)


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
    return {TRUE: "came true", OPEN: "open"}.get(outcome.outcome) or status_words(outcome.outcome)


def days_words(days: int) -> str:
    """``338 days``, ``1 day``."""
    return f"{days:,} day{'' if days == 1 else 's'}"


def belief_words(belief: Belief | Span, names: Names) -> str:
    """What was believed, and how firmly: "partly denied", "perhaps denied", "terminated, contested"."""
    said = held_words(belief, names)
    if belief.certainty == "contested":
        return said if belief.disputed else f"{said}, contested"
    return said if belief.certainty == "definite" else f"perhaps {said}"


def held_words(belief: Belief | Span, names: Names) -> str:
    """The status; of a fact its value, of a stake the share besides."""
    if belief.status is None:
        return "nothing"
    said = "rumoured" if belief.status == "open" else status_words(belief.status)
    if belief.value is not UNSET and belief.value is not None:
        value = value_in_words(belief.value, names)
        said = value if belief.status == "stated" else f"{said}, {value}"
    return f"{said}, disputed" if belief.disputed else said


_TOLD: Final = 4
"""Turns that a sentence tells."""


def verdict(answer: BeliefAnswer) -> str:
    """How it went: "Denied. First reported on 18 Dec 2024, lapsed after 3 days, … after 338 days."."""
    outcome = answer.outcome
    if outcome is None:
        return f"{nothing_of(answer.lens)} has been reported about it."
    turns = answer.beliefs[1:]
    said = [f"First reported on {date(outcome.first)}"]
    first = ordinal(outcome.first)
    kept = turns if len(turns) <= _TOLD else [*turns[: _TOLD - 1], turns[-1]]
    said += [
        f"{belief_words(each, answer.names)} after {days_words(ordinal(each.first) - first)}"
        for each in kept
    ]
    if len(kept) < len(turns):
        said.insert(-1, f"{len(turns) - len(kept)} turns more")
    if outcome.days is None:
        open_for = days_words(ordinal(answer.until) - first)
        said.append(f"still open on {date(answer.until)}, after {open_for}")
    return f"{capital(outcome_words(outcome))}. {', '.join(said)}."


def ordinal(day: str) -> int:
    """The day as a number of the calendar."""
    return calendar.fromisoformat(day).toordinal()
