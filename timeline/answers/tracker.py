"""The tracker: rumours and announced deals as questions, and how each of them was settled.

A question is there when it was open for a while: what was reported only when it was done was none. The stored
history says in one pass how all of them stand; only those that are shown are read from the log.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import median, quantiles
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from timeline.answers.belief import cite, crossed, last_evening, settle, told_on
from timeline.answers.course import Told, read_told
from timeline.answers.model import Cited
from timeline.answers.story import (
    OPEN,
    TRUE,
    Reporter,
    Settled,
    Settlement,
    Stretch,
    Tracked,
    TrackerAnswer,
)
from timeline.answers.view import View, names_at
from timeline.model.bitemporal import Content
from timeline.model.fold import kind_of
from timeline.model.values import Day, Instant, day_of
from timeline.store.histories import read_crossed
from timeline.store.log import subjects_of_any
from timeline.store.lookups import subjects_of_kind

KINDS: Final = ("rumour", "deal")
MOST: Final = 20
"""Questions that are shown unless more are asked for."""


class _Row(NamedTuple):
    """A rectangle of both axes, with its status."""

    valid_from: Day
    valid_to: Day
    known_from: Instant
    known_to: Instant
    status: str


class _Stood(NamedTuple):
    told: Day
    status: str | None


def tracker(
    view: View,
    *,
    company: str | None = None,
    only: Literal["settled", "open"] | None = None,
    kind: Literal["rumour", "deal"] | None = None,
    limit: int | None = None,
    timezone: str = "UTC",
) -> TrackerAnswer:
    """The questions at a view's coordinate: of all companies, or of one by any of its names.

    ``only`` keeps the settled or the open ones, ``kind`` rumours or deals; ``limit`` (20) are shown, of which
    the sources are read. Raises NotFound for an unknown company.
    """
    until = last_evening(view.at.known_at, timezone)
    named = None if company is None else view.company(company)
    outcomes: dict[str, Settlement] = {}
    never = 0
    for subject, rows in _every(view, KINDS if kind is None else (kind,), named):
        stood = _stood(rows, until, timezone)
        outcome = settle(subject, stood)
        if outcome is None:
            continue
        if _was_open(subject, stood[0].status):
            outcomes[subject] = outcome
        else:
            never += 1
    kept = {
        subject: each
        for subject, each in outcomes.items()
        if only is None or (each.outcome == OPEN) == (only == "open")
    }
    shown = sorted(kept, key=lambda subject: _place(subject, kept[subject]))[: limit or MOST]
    told = {each.subject: each for each in read_told(view, shown)}
    questions = [
        _question(told[subject], kept[subject], view, until, timezone) for subject in shown
    ]
    slugs = {slug for q in questions for slug in (*q.first_by, *q.settled_by)}
    cited = cite(view, sorted(slugs))
    parties = {party for q in questions for party in q.terms.get("parties", ())}
    return TrackerAnswer(
        company=named,
        **view.heading,
        until=until,
        names=names_at(view, sorted({*parties, *([named] if named else [])})),
        cited=cited,
        groups=list(_groups(outcomes.values())),
        never_open=never,
        questions=questions,
        more=len(kept) - len(questions),
        reporters=_reporters(questions, cited),
    )


def _every(
    view: View, kinds: Sequence[str], company: str | None
) -> Iterator[tuple[str, list[_Row]]]:
    """The rows of every subject of some kinds, or of those that ever named a company."""
    subjects: list[str] | None = None
    if company is not None:
        named = subjects_of_any(view.connection, view.identity.ids(company))
        subjects = [each for each in named if each.partition(":")[0] in kinds]
    if view.stored:
        found: defaultdict[str, list[_Row]] = defaultdict(list)
        for subject, *row in read_crossed(view.connection, kinds, view.at.known_at, subjects):
            found[subject].append(_Row(*row))
        yield from found.items()
        return
    if subjects is None:
        subjects = [
            subject
            for kind in kinds
            for subject in subjects_of_kind(view.connection, kind, until=view.at.position)
        ]
    for told in read_told(view, subjects):
        yield (
            told.subject,
            [
                _Row(r.valid_from, r.valid_to, r.known_from, r.known_to, r.content.status)
                for r in told.rows
                if r.known_from <= view.at.known_at
            ],
        )


def _stood(rows: Iterable[_Row], until: Day, timezone: str) -> list[_Stood]:
    """The statuses of the evenings up to one, and None from where nothing was left."""
    stood: list[_Stood] = []
    end = ""
    for first, last, row in crossed(rows, until, timezone):
        if stood and end < first:
            stood.append(_Stood(end, None))
        stood.append(_Stood(told_on(first, row.known_from, timezone), row.status))
        end = last
    if stood and end <= until:
        stood.append(_Stood(end, None))
    return stood


def _was_open(subject: str, status: str | None) -> bool:
    kind = kind_of(subject)
    return status is not None and kind.group_of(status) in ("pending", "claimed", "noted")


def _place(subject: str, outcome: Settlement) -> tuple[bool, bool, str, str]:
    """Settled before open, rumours before deals, the newest first."""
    last = outcome.settled or outcome.first
    newest = "".join(chr(0x7F - ord(letter)) for letter in last)
    return outcome.settled is None, not subject.startswith("rumour:"), newest, subject


def _question(told: Told, outcome: Settlement, view: View, until: Day, timezone: str) -> Tracked:
    rows = [row for row in told.rows if row.known_from <= view.at.known_at]
    found = crossed(rows, until, timezone)
    content: Content = found[-1][2].content
    strip: list[Stretch] = []
    for first, last, row in found:
        seen = row.content
        new = Stretch(
            first=first, last=last, status=seen.status, certainty=seen.certainty, disputed=seen.disputed
        )  # fmt: skip
        held = strip[-1] if strip else None
        if held is not None and held.last == first and _alike(held, new):
            strip[-1] = replace(held, last=last)
        else:
            strip.append(new)

    def sources(day: Day | None) -> list[str]:
        some = [e for e in told.entries if day and day_of(e.known, timezone) == day]
        return list(dict.fromkeys(slug for entry in some for slug in entry.sources))

    return Tracked(
        subject=told.subject,
        kind=content.kind,
        terms={name: content.terms[name] for name in ("parties", "of") if name in content.terms},
        outcome=outcome,
        strip=[each for each in strip if each.first < each.last],
        first_by=sources(outcome.first),
        settled_by=sources(outcome.settled),
    )


def _alike(one: Stretch, other: Stretch) -> bool:
    return (one.status, one.certainty, one.disputed) == (
        other.status, other.certainty, other.disputed
    )  # fmt: skip


def _groups(outcomes: Iterable[Settlement]) -> Iterator[Settled]:
    """The questions of each outcome with the days that they took: came true first, open last."""
    days: defaultdict[str, list[int]] = defaultdict(list)
    count: Counter[str] = Counter()
    for each in outcomes:
        count[each.outcome] += 1
        if each.days is not None:
            days[each.outcome].append(each.days)
    for outcome in sorted(count, key=lambda name: (name == OPEN, name != TRUE, -count[name], name)):
        took = days[outcome]
        lower, upper = (None, None)
        if len(took) > 1:
            lower, _, upper = quantiles(took, n=4, method="inclusive")
        yield Settled(
            outcome=outcome,
            questions=count[outcome],
            lower=lower,
            median=float(median(took)) if took else None,
            upper=upper,
        )


def _reporters(questions: Sequence[Tracked], cited: dict[str, Cited]) -> list[Reporter]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def publishers(slugs: Iterable[str]) -> Iterable[str]:
        return dict.fromkeys(cited[s].publisher or s for s in slugs if s in cited)

    for each in questions:
        came = each.outcome.outcome
        what = came if came in (TRUE, OPEN) else "otherwise"
        for name in publishers(each.first_by):
            counts[name].update(["first", what])
        for name in publishers(each.settled_by):
            counts[name]["settled"] += 1
    found = [
        Reporter(
            publisher=name, first=count["first"], came_true=count[TRUE], otherwise=count["otherwise"],
            open=count[OPEN], settled=count["settled"],
        )
        for name, count in counts.items()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.first, -each.settled, each.publisher))
