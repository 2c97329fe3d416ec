"""Section "State: one fold" of docs/concepts.md once more, word by word and as slow as it reads.

It shares nothing with the fold but the transitions (``evolve``, held by tables of their own)
and what a company's names do to its terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from timeline.model import dates
from timeline.model.fold import Entry, event_of
from timeline.model.kinds import EVENT_TYPES, KINDS, NOTED, RECORD_TYPES, STEPS_OF, Kind, Phase
from timeline.model.values import parse_moment, same_value

Order = Callable[[Entry], Any]


def state(entries: Sequence[Entry], on: str, known: str) -> dict[str, Any] | None:
    """The fields of the item at a coordinate, or None where the subject is absent."""
    record = Record(entries, known)
    happened = sorted((e for e in record.effective() if e.earliest <= on), key=main_order)
    if not happened:
        return None
    kind = KINDS[happened[0].subject.split(":")[0]]
    readings = [happened, sorted(happened, key=by_earliest), sorted(happened, key=by_latest)]
    uncertain = [e for e in happened if e.latest > on or is_planned(e)]
    if uncertain:
        readings.append([e for e in happened if e not in uncertain])
        readings += [[e for e in happened if e is not u] for u in uncertain]
    reported, *doubts = [claim(kind, reading) for reading in readings]
    others: list[Any] = []
    for doubt in doubts:
        if not any(same_value(doubt, other) for other in [reported, *others]):
            others.append(doubt)
    terms, conflicts = merged(kind, happened)
    remarks = record.remarks({e.id for e in happened})
    return {
        "status": status(kind, happened),
        "alternatives": others,
        "certainty": "possible" if others else "definite",
        "since": since(kind, happened),
        "terms": terms,
        "conflicts": conflicts,
        "irregular": [
            e.id for n, e in enumerate(happened) if is_irregular(kind, happened[: n + 1])
        ],
        "steps": [step for e in happened if (step := step_of(e))],
        "events": [e.id for e in happened],
        "corrections": [e.id for e in remarks],
        "disputed": any(e.type == "event_disputed" for e in remarks),
        "sources": sorted({slug for e in [*happened, *remarks] for slug in sources(e)}),
    }


# --- which events count -------------------------------------------------------------------------


class Record:
    """What is said about the record, resolved from each event's own point of view."""

    def __init__(self, entries: Sequence[Entry], known: str) -> None:
        self.entries = sorted(entries, key=lambda e: e.position)
        self.known = known

    def effective(self) -> list[Entry]:
        """Mended, with known <= K, corrected."""
        return [e for entry in self.entries if not is_remark(entry) and (e := self.counting(entry))]

    def counting(self, entry: Entry) -> Entry | None:
        """The event as it counts: mended, known, and then corrected; None where it does not."""
        mended = self.mended(entry)
        if mended is None or mended.known > self.known:
            return None
        return self.settled(mended, self.news)

    def mended(self, entry: Entry) -> Entry | None:
        return self.settled(entry, self.mends)

    def mends(self, about: Entry) -> list[Entry]:
        """The mends about an event that stand, in the order in which they apply: by position."""
        found = [e for e in self.entries if is_remark(e) and not sources(e)]
        return [m for e in found if e.fields["target"] == about.id and (m := self.mended(e))]

    def news(self, about: Entry) -> list[Entry]:
        """The same of news that is known, by (known, position)."""
        found = [e for e in self.entries if is_remark(e) and sources(e)]
        counting = [m for e in found if e.fields["target"] == about.id and (m := self.counting(e))]
        return sorted(counting, key=lambda e: (e.known, e.position))

    def settled(self, entry: Entry, about: Callable[[Entry], list[Entry]]) -> Entry | None:
        said = about(entry)
        if any(e.type == "event_retracted" for e in said):
            return None
        for correction in said:
            if correction.type == "event_corrected":
                entry = changed(entry, correction.fields["changes"])
        return entry

    def remarks(self, ids: set[str]) -> list[Entry]:
        """Corrections and disputes of these events that stand, mends included, by position."""
        found = [e for e in self.entries if is_remark(e) and e.fields["target"] in ids]
        standing = [m for e in found if (m := self.counting(e) if sources(e) else self.mended(e))]
        return [e for e in standing if e.type != "event_retracted"]


def is_remark(entry: Entry) -> bool:
    return entry.type in RECORD_TYPES


def sources(entry: Entry) -> list[str]:
    found = entry.fields.get("source")
    return [] if found is None else [found] if isinstance(found, str) else found


def changed(entry: Entry, changes: dict[str, Any]) -> Entry:
    fields = dict(entry.fields) | {"occurred": entry.occurred} | changes
    fields = {name: value for name, value in fields.items() if value is not None}
    occurred = fields.pop("occurred", None)
    earliest, latest = dates.bounds(occurred) if occurred else ("0001-01-01", "0001-01-01")
    known = parse_moment(changes["known"]) if "known" in changes else entry.known
    return Entry(
        entry.position, entry.id, entry.type, entry.subject, occurred, earliest, latest, known, fields
    )  # fmt: skip


# --- in which order -----------------------------------------------------------------------------


def main_order(entry: Entry) -> Any:
    key = entry.latest if EVENT_TYPES[entry.type].follow_up else entry.earliest
    return key, entry.latest, entry.known, entry.position


def by_earliest(entry: Entry) -> Any:
    return entry.earliest, entry.latest, entry.known, entry.position


def by_latest(entry: Entry) -> Any:
    return entry.latest, entry.earliest, entry.known, entry.position


def is_planned(entry: Entry) -> bool:
    known = date.fromisoformat(entry.known[:10])
    return date.fromisoformat(entry.earliest) - known > timedelta(days=1)


# --- what comes of it ---------------------------------------------------------------------------


def moves(kind: Kind, entry: Entry) -> bool:
    """Only facts move a status, except of what is a claim anyway."""
    return kind.claims or entry.fields.get("fact_level", "fact") == "fact"


def phase(kind: Kind, events: Sequence[Entry]) -> Phase:
    found: Phase = NOTED
    for entry in events:
        if moves(kind, entry):
            found = kind.evolve(found, event_of(entry)) or found
    return found


def status(kind: Kind, events: Sequence[Entry]) -> str:
    return phase(kind, events).status


def claim(kind: Kind, events: Sequence[Entry]) -> Any:
    return phase(kind, events).claim if events else "absent"


def is_irregular(kind: Kind, events: Sequence[Entry]) -> bool:
    *before, last = events
    then = phase(kind, before)
    return moves(kind, last) and kind.evolve(then, event_of(last)) is None


def since(kind: Kind, events: Sequence[Entry]) -> str | None:
    now = claim(kind, events)
    if phase(kind, events) == NOTED:
        return None
    first = len(events) - 1
    while first and same_value(claim(kind, events[:first]), now):
        first -= 1
    brought = events[first]
    again = [e for e in events[first:] if e.type == brought.type and claim(kind, [e]) == now]
    if status(kind, events) == "stated":
        return brought.occurred
    return min([brought, *again], key=width).occurred


def width(entry: Entry) -> timedelta:
    return date.fromisoformat(entry.latest) - date.fromisoformat(entry.earliest)


def merged(kind: Kind, events: Sequence[Entry]) -> tuple[dict[str, Any], list[str]]:
    terms: dict[str, Any] = {}
    givers: dict[str, Entry] = {}
    opened: dict[str, Entry] = {}
    conflicts: set[str] = set()
    for entry in events:
        event, before = EVENT_TYPES[entry.type], dict(terms)
        if entry.type == "fact_stated":  # value and comparison replace together
            terms = {n: v for n, v in terms.items() if n not in ("value", "comparison")}
        own = [n for n in kind.terms if n in entry.fields]
        if entry.type == "company_renamed":
            own = [n for n in own if n != "name"]
        for name in own:
            value = entry.fields[name]
            if name == "parties":
                value = {c: r for c, r in (terms.get(name, {}) | value).items() if r}
            elif name in before and not event.amends and not same_value(before[name], value):
                conflicts |= {name} if overlap(givers[name], entry) else set()
            terms[name] = value
            givers[name] = entry
        if kind.merge is not None:  # names and identifiers of companies
            kind.merge(terms, event_of(entry))
            givers |= {n: entry for n in terms if terms[n] != before.get(n)}
        if event.opens:
            if entry.type in opened and not overlap(opened[entry.type], entry):
                conflicts.add("occurred")
            opened[entry.type] = entry
    return terms, sorted(conflicts)


def overlap(one: Entry, other: Entry) -> bool:
    return one.earliest <= other.latest and other.earliest <= one.latest


def step_of(entry: Entry) -> dict[str, Any] | None:
    carried = {n: entry.fields[n] for n in STEPS_OF[entry.type] if n in entry.fields}
    head = {"event": entry.id, "type": entry.type, "occurred": entry.occurred}
    return head | carried if carried else None
