"""The lines of a network: two companies and what ties them over some days, as one line that can be drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from msgspec import UNSET, Struct

from timeline.answers.story import (
    TYING,
    Course,
    NetworkAnswer,
    Node,
    Span,
    Tie,
    company_of,
    is_subject,
    kind_of_tie,
)
from timeline.errors import InvalidValue
from timeline.language import tr, tr_as
from timeline.model.kinds import KINDS
from timeline.model.values import Day, Subject
from timeline.nearest import did_you_mean
from timeline.render.fields import kind_words
from timeline.render.kinds import kinds_of
from timeline.render.plot.said import item_title, span_words
from timeline.render.status import Group, group_of
from timeline.render.text import capital
from timeline.render.words import noun, value_in_words

_FIRM: Final[dict[Group, int]] = {
    "ended": 0, "denied": 1, "rumoured": 2, "disputed": 3, "announced": 4, "active": 5,
}  # fmt: skip
"""Which status of a pair of companies gives its line the colour: the strongest."""

OVER: Final[frozenset[Group]] = frozenset({"ended", "denied"})
"""What a picture leaves out unless it is asked for."""

_BY_TIES: Final = (2, 4, 6)
"""Width of a line for one tie, two, and more."""

_BY_MONEY: Final = ((10**9, 2.5), (10**10, 4.5), (10**11, 6.5))
"""Width of a line below so much money; beyond it :data:`_WIDEST`."""
_WIDEST: Final = 9.0
_UNSTATED: Final = 1.5

_LEAST_STATED: Final = 3
"""Pairs that must state money in one currency before lines are as wide as it."""


class Line(Struct, frozen=True, kw_only=True):
    """A pair of companies from one day until another: how its line looks, and what it says."""

    one: str
    other: str
    valid_from: Day
    valid_to: Day
    group: Group
    ties: int
    directed: bool
    """Whether all ties lead from one to the other: it owns, supplies, makes."""
    wide: float
    """In pixels."""
    label: str
    """What the line is, in few words."""
    say: Callable[[], str]

    @property
    def sentence(self) -> str:
        """Every tie in a sentence, a line each."""
        return self.say()


class Filter(Struct, frozen=True, kw_only=True):
    """Which ties of a network are drawn."""

    kinds: tuple[str, ...] = ()
    """Kinds as :func:`kind_of_tie` names them; none: every one."""
    over: bool = False
    """What is over or denied, too."""

    def takes(self, course: Course, span: Span) -> bool:
        """Whether a tie is drawn while it stands so."""
        if self.kinds and kind_of_tie(course) not in self.kinds:
            return False
        return self.over or group_of(span.status, disputed=span.disputed) not in OVER


def node_names(answer: NetworkAnswer, nodes: Sequence[Node] | None = None) -> dict[str, str]:
    """What nodes of a network are called, or all: its company each, or what a subject of many parties is."""
    named = answer.nodes if nodes is None else nodes
    subjects = {node.company for node in named if is_subject(node.company)}
    nouns = {
        course.subject: capital(noun(KINDS[Subject.of(course.subject).kind], course.kind))
        for course in answer.courses
        if course.subject in subjects
    }
    return {node.company: nouns.get(node.company, node.name) for node in named}


_EVERY: Final = Filter(over=True)


def parse_kinds(texts: Iterable[str]) -> tuple[str, ...]:
    """The sorts of ties that texts mean; InvalidValue with the nearest one where there is none."""
    known = {
        *kinds_of("deal"), *kinds_of("relationship"),
        *(kind for kind in TYING if kind not in ("deal", "relationship")),
    }  # fmt: skip
    found = []
    for text in texts:
        meant = "_".join(text.lower().replace("-", " ").split())
        if meant not in known:
            hint = did_you_mean(meant, sorted(known)) or f"one of {', '.join(sorted(known))}"
            raise InvalidValue(f'no tie is of the kind "{text}"', hint)
        found.append(meant)
    return tuple(dict.fromkeys(found))


def kind_label(kind: str) -> str:
    """A sort of tie in words: "Supply", "Owns a stake in"."""
    phrase = KINDS["relationship"].phrases.get(kind)
    return capital(kind_words(kind) if phrase else tr_as("noun", kind.replace("_", " ")))


def counts_of_kinds(answer: NetworkAnswer, shown: Filter) -> dict[str, int]:
    """How many subjects of each sort tie on the day asked for, most first; those that are 0 too."""
    courses = {course.subject: course for course in answer.courses}
    every = Filter(over=shown.over)
    counts = Counter({kind_of_tie(course): 0 for course in answer.courses})
    held = {
        tie.subject for tie in answer.ties for span in tie.spans
        if span.valid_from <= answer.on < span.valid_to and every.takes(courses[tie.subject], span)
    }  # fmt: skip
    counts.update(kind_of_tie(courses[subject]) for subject in held)
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def currency_of(answer: NetworkAnswer, ties: Iterable[Tie]) -> str | None:
    """The currency in which lines are as wide as the money; None where too few pairs state any.

    It is the same on every day, so that a width means the same while the network plays.
    """
    courses = {course.subject: course for course in answer.courses}
    stated: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    pairs = set()
    for tie in ties:
        pairs.add((tie.one, tie.other))
        money = _money_of(courses[tie.subject])
        if money is not None:
            stated[money[0]].add((tie.one, tie.other))
    most = max(sorted(stated), key=lambda each: len(stated[each]), default=None)
    if most is None or len(stated[most]) < max(_LEAST_STATED, len(pairs) / 3):
        return None
    return most


def _money_of(course: Course) -> tuple[str, Decimal] | None:
    """What a subject is worth, at most, as stated; what comes every year is no total."""
    money = course.terms.get(KINDS[Subject.of(course.subject).kind].money or "")
    if not money or money.get("per", "once") != "once":
        return None
    most = money.get("max") or money.get("exact") or money.get("min")
    return None if most is None else (money["currency"], Decimal(most))


def lines_of(
    answer: NetworkAnswer, ties: Iterable[Tie], shown: Filter | None = None
) -> Iterator[Line]:
    """A line for each pair of companies and each stretch of days on which the same ties join them.

    Without a filter every tie is one, what is over or denied too.
    """
    shown = shown or _EVERY
    courses = {course.subject: course for course in answer.courses}
    pairs: defaultdict[tuple[str, str], list[Tie]] = defaultdict(list)
    for tie in ties:
        pairs[tie.one, tie.other].append(tie)
    currency = currency_of(answer, answer.ties)
    for (one, other), some in pairs.items():
        days = sorted(
            {day for tie in some for s in tie.spans for day in (s.valid_from, s.valid_to)}
        )
        for first, last in pairwise(days):
            held = [
                (courses[tie.subject], span) for tie in some for span in tie.spans
                if span.valid_from <= first < span.valid_to
                and shown.takes(courses[tie.subject], span)
            ]  # fmt: skip
            if held:
                yield _line(answer, (one, other), (first, last), held, currency)


def _line(
    answer: NetworkAnswer,
    pair: tuple[str, str],
    days: tuple[Day, Day],
    held: Sequence[tuple[Course, Span]],
    currency: str | None,
) -> Line:
    one, other = pair
    groups = [group_of(span.status, disputed=span.disputed) for _, span in held]
    strongest = max(groups, key=_FIRM.__getitem__)
    live = [each for each, group in zip(held, groups, strict=True) if group == strongest]
    current = sum(group not in OVER for group in groups)
    ends = {direction(course, one, other) for course, _ in live}
    begin, end = (one, other) if ends != {(other, one)} else (other, one)

    def say() -> str:  # of the many lines of all days only a few are read
        names, sources = answer.names, answer.sources
        told = (
            span_words(item_title(course, None, names), course, span, names, sources)
            for course, span in held
        )
        return "\n".join(told)

    return Line(
        one=begin, other=end, valid_from=days[0], valid_to=days[1], group=strongest,
        ties=current or len(live), directed=len(ends) == 1 and None not in ends,
        wide=_width([course for course, _ in live], currency),
        label=_label(live, len(held)), say=say,
    )  # fmt: skip


def _width(courses: Sequence[Course], currency: str | None) -> float:
    if currency is None:
        return _BY_TIES[min(len(courses), len(_BY_TIES)) - 1]
    stated = [money for course in courses if (money := _money_of(course)) and money[0] == currency]
    if not stated:
        return _UNSTATED
    total = sum(amount for _, amount in stated)
    return next((wide for below, wide in _BY_MONEY if total < below), _WIDEST)


def widths_in_words(currency: str | None) -> list[tuple[str, float]]:
    """What the widths of lines mean, each with its pixels."""
    if currency is None:
        return [(tr("one tie"), 2.0), (tr("two"), 4.0), (tr("three or more"), 6.0)]
    steps = (tr("under 1 bn"), tr("1–10 bn"), tr("10–100 bn"), tr("100 bn or more"))
    widths = [*(wide for _, wide in _BY_MONEY), _WIDEST]
    said = [
        (tr("{currency} {amount}", currency=currency, amount=step), wide)
        for step, wide in zip(steps, widths, strict=True)
    ]
    return [(tr("no amount"), _UNSTATED), *said]


def _label(live: Sequence[tuple[Course, Span]], held: int) -> str:
    course, span = live[0]
    kind = KINDS[Subject.of(course.subject).kind]
    if kind.name == "relationship":
        said = kind_words(course.kind or "")
        if span.value is not UNSET and span.value is not None:
            said = tr("owns {share}", share=value_in_words(span.value, {}))
    else:
        commits = kind.name == "commitment"
        said = tr_as("noun", kind.name) if commits else noun(kind, course.kind)
        said = tr("rumoured {what}", what=said) if kind.name == "rumour" else said
    return f"{said} + {held - 1}" if held > 1 else said


def direction(course: Course, one: str, other: str) -> tuple[str, str] | None:
    """From whom to whom a tie leads: who owns, supplies, makes, grants or buys comes first."""
    terms = course.terms
    # a right leads to who holds it
    first = terms.get("from") or terms.get("grantor") or terms.get("actor")
    if first is None and "parties" in terms:
        acting = [
            end for end in (one, other)
            if _ACTING & set(terms["parties"].get(company_of(end), ()))
        ]  # fmt: skip
        first = acting[0] if len(acting) == 1 else None
    if first == company_of(one):
        return one, other
    return (other, one) if first == company_of(other) else None


_ACTING: Final = frozenset(
    {"supplier", "provider", "manufacturer", "acquirer", "investor", "lender", "licensor"}
)
"""Roles of those from whom an arrow leads."""


def current_ties(lines: Iterable[Line], on: Day) -> Mapping[str, int]:
    """How many ties every company has on a day, those that are over or denied left out."""
    counts: Counter[str] = Counter()
    for line in lines:
        if line.valid_from <= on < line.valid_to and line.group not in OVER:
            counts[line.one] += line.ties
            counts[line.other] += line.ties
    return counts
