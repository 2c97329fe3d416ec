"""From the events of a subject that count to its item (docs/concepts.md, "Replay").

effective = the events of the subject as the record has them at the coordinate
happened  = effective with earliest <= V
uncertain = happened with latest > V, or a plan until somebody reports it as done
reported  = fold(happened in the main order); nothing happened: the subject is absent
doubts    = the statuses of the fold by earliest, of the fold by latest, of the fold without uncertain,
            and of the fold without u for every u in uncertain
contests  = the status of the fold without the disputed events, and the claims of reported
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tests.oracle.days import day_after, overlap, width
from tests.oracle.evolve import NO_PHASE, NOTED, Phase, evolve
from tests.oracle.record import Event
from tests.oracle.values import same, same_value_of_fact, sorted_texts_and_values
from tests.oracle.vocabulary import BESIDES, ONLY_FACTS_MOVE, SAID_ONCE, TERMS, group_of, kind_of

ABSENT = "absent"


# --- orders -----------------------------------------------------------------------------------------


def _class(event: Event) -> int:
    """What happened on one day, in the order in which such things happen."""
    return 2 if event.is_follow_up else 1 if event.is_amendment else 0


def main_order(event: Event) -> tuple:
    earliest, latest = event.bounds
    key_day = latest if event.is_follow_up else earliest
    return key_day, latest, _class(event), event.known, event.position


def by_earliest(event: Event) -> tuple:
    earliest, latest = event.bounds
    return earliest, latest, _class(event), event.known, event.position


def by_latest(event: Event) -> tuple:
    earliest, latest = event.bounds
    return latest, earliest, _class(event), event.known, event.position


def is_uncertain(event: Event, on: date, known: datetime) -> bool:
    """Whether it may not have happened by that day: it is imprecise, or a plan."""
    earliest, latest = event.bounds
    told_on = event.told_by(known).astimezone(UTC).date()
    return latest > on or earliest > day_after(told_on)


# --- the status -------------------------------------------------------------------------------------


def sets_no_status(kind: str, event: Event) -> bool:
    """Only facts move a status."""
    return kind in ONLY_FACTS_MOVE and event.fields.get("fact_level", "fact") != "fact"


def step(kind: str, phase: Phase, event: Event) -> tuple[Phase, bool]:
    if sets_no_status(kind, event):
        return phase, False
    return evolve(kind, phase, event.type, event.fields)


def alone(kind: str, event: Event) -> str | None:
    """The status that an event alone would bring about; None where that is none, or irregular."""
    phase, irregular = step(kind, NO_PHASE, event)
    return None if irregular or phase.status == NOTED else phase.status


def standing(kind: str, events: list[Event]) -> Any:
    """What stands after events in this order: the status, or of a fact its value while it is stated."""
    if not events:
        return ABSENT
    phase = NO_PHASE
    for event in events:
        phase, _ = step(kind, phase, event)
    if kind == "fact" and phase.status == "stated":
        return terms_of(kind, events)["value"]
    return phase.status


def same_standing(kind: str, one: Any, other: Any) -> bool:
    return same_value_of_fact(one, other) if kind == "fact" else one == other


# --- terms ------------------------------------------------------------------------------------------


@dataclass
class Terms:
    """The terms as they merge, key by key, with what is to be told about each."""

    kind: str
    uncertain: list[Event] = field(default_factory=list)
    present: dict[str, Any] = field(default_factory=dict)
    given_by: dict[str, Event] = field(default_factory=dict)
    """The event that last gave the present value of a key."""
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    conflicts: set[str] = field(default_factory=set)

    def merge(self, event: Event) -> None:
        given = {
            key: event.fields[key]
            for key in TERMS[self.kind]
            if key in event.fields and key not in BESIDES.get(event.type, ())
        }
        if event.type == "fact_stated" and "comparison" not in given:
            self.forget("comparison")  # value and comparison replace together
        for key, value in given.items():
            if key == "parties":
                parties = self.present.get("parties", {}) | value
                self.present["parties"] = {c: roles for c, roles in parties.items() if roles}
            else:
                self.give(key, value, event)

    def give(self, key: str, value: Any, event: Event) -> None:
        if key in self.present and not self.same(key, self.present[key], value):
            before = self.given_by[key]
            if overlap(before.bounds, event.bounds) and not event.is_amendment:
                self.conflicts.add(key)
                self.changed.pop(key, None)
            else:
                self.changed[key] = {
                    "since": event.occurred,
                    "before": self.present[key],
                    "unsettled": event in self.uncertain,
                }
        self.present[key] = value
        self.given_by[key] = event

    def same(self, key: str, one: Any, other: Any) -> bool:
        if self.kind == "fact" and key == "value":
            return same_value_of_fact(one, other)
        return same(one, other)

    def forget(self, key: str) -> None:
        for of in (self.present, self.given_by, self.changed):
            of.pop(key, None)


def terms_of(kind: str, events: list[Event]) -> dict[str, Any]:
    terms = Terms(kind)
    for event in events:
        terms.merge(event)
    return terms.present


# --- the item ---------------------------------------------------------------------------------------


def item(subject: str, effective: list[Event], on: date, known: datetime) -> dict[str, Any] | None:
    """The item of a subject as a JSON object, without what follows from other subjects; None: absent."""
    kind = kind_of(subject)
    happened = sorted((e for e in effective if e.bounds[0] <= on), key=main_order)
    if not happened:
        return None
    uncertain = [event for event in happened if is_uncertain(event, on, known)]

    phase = NO_PHASE
    irregular: list[str] = []
    claims: list[str] = []
    brought_by: Event | None = None  # the event that brought the present status
    terms = Terms(kind, uncertain)
    steps: list[dict[str, Any]] = []
    last_of_type: dict[str, Event] = {}
    for event in happened:
        after, is_irregular = step(kind, phase, event)
        if is_irregular:
            irregular.append(event.id)
            claim = alone(kind, event)
            if claim is not None:
                claims.append(claim)
        if after.status != phase.status:
            brought_by, claims = event, []
        phase = after
        terms.merge(event)
        besides = {n: event.fields[n] for n in BESIDES[event.type] if n in event.fields}
        if besides:
            head = {"event": event.id, "type": event.type, "occurred": event.occurred}
            steps.append(head | besides)
        if event.type in SAID_ONCE:
            before = last_of_type.get(event.type)
            if before is not None and not overlap(before.bounds, event.bounds):
                terms.conflicts.add("occurred")
            last_of_type[event.type] = event
    status = phase.status
    reported = standing(kind, happened)

    doubts = [
        standing(kind, sorted(happened, key=by_earliest)),
        standing(kind, sorted(happened, key=by_latest)),
        standing(kind, [event for event in happened if event not in uncertain]),
        *(standing(kind, [event for event in happened if event is not u]) for u in uncertain),
    ]
    disputes = [
        (remark, event)
        for event in happened
        for remark in event.remarks
        if remark.type == "event_disputed"
    ]
    disputed = [event for _, event in disputes]
    contests: list[Any] = []
    if disputed:
        contests.append(standing(kind, [event for event in happened if event not in disputed]))
    is_disputed = any(not same_standing(kind, other, reported) for other in contests)
    contests += [c for c in claims if group_of(kind, c) != group_of(kind, status)]

    in_doubt = [other for other in doubts if not same_standing(kind, other, reported)]
    contested = [other for other in contests if not same_standing(kind, other, reported)]
    alternatives: list[Any] = []
    # of values that are alike as numbers, which the pages leave open, the first in their order is shown
    for other in sorted_texts_and_values([*in_doubt, *contested]):
        if not any(same_standing(kind, other, already) for already in alternatives):
            alternatives.append(other)

    remarks = sorted(
        (r for e in happened for r in e.remarks if r.type != "event_retracted"),
        key=lambda remark: remark.position,
    )
    item_kind = terms.present.get("attribute" if kind == "fact" else "kind")
    return {
        "subject": subject,
        "kind": "commitment" if kind == "commitment" else item_kind,
        "status": status,
        "group": group_of(kind, status),
        "certainty": "contested" if contested else "possible" if in_doubt else "definite",
        "alternatives": alternatives,
        "since": since_when(kind, happened, status, brought_by),
        "disputed": is_disputed,
        "disputes": [r.id for r in remarks if r.type == "event_disputed"],
        "irregular": irregular,
        "conflicts": sorted(terms.conflicts),
        "changed": terms.changed,
        "terms": terms.present,
        "steps": steps,
        "events": [event.id for event in happened],
        "corrections": [remark.id for remark in remarks],
        "sources": sorted(
            {
                publication.source
                for saying in (*happened, *remarks)
                for publication in saying.sources
                if publication.at <= known
            }
        ),
    }


def since_when(
    kind: str, happened: list[Event], status: str, brought_by: Event | None
) -> str | None:
    """The day of the event that brought the present status, or of the narrowest report that repeats it."""
    if status == NOTED or brought_by is None:
        return None
    if kind == "fact" and status == "stated":
        return _stated_since(happened)
    later = happened[happened.index(brought_by) + 1 :]
    repeats = [e for e in later if e.type == brought_by.type and alone(kind, e) == status]
    return min((brought_by, *repeats), key=lambda event: width(event.bounds)).occurred


def _stated_since(happened: list[Event]) -> str | None:
    """The day of the first event since it was last not stated that gave the present value."""
    value = terms_of("fact", happened)["value"]
    statements: list[Event] = []
    for event in happened:
        if event.type == "fact_ended":
            statements = []
        else:
            statements.append(event)
    return next(
        event.occurred for event in statements if same_value_of_fact(event.fields["value"], value)
    )
