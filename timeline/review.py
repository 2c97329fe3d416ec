"""What a check says of files that are sound: reports that contradict the record, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.answers.coordinate import coordinate
from timeline.answers.state import item_of
from timeline.answers.told import told
from timeline.answers.view import View, with_remarks
from timeline.errors import Problem
from timeline.ingest.draft import Draft, Place
from timeline.model.dates import parse
from timeline.model.fold import Item, kind_of
from timeline.model.record import Entry, judge
from timeline.model.values import Fields
from timeline.store.lookups import irregular_subjects

_ROLES: Final = {"acquisition": ("acquirer", "target"), "merger": ("acquirer", "target"),
                 "investment": ("investor", "investee")}  # fmt: skip
"""Who holds what of whom once such a deal is completed."""

_OWNERSHIP: Final = ("parent_of", "owns_stake_in")
_BEGUN: Final = ("signed", "in_force", "completed")
_ENDINGS: Final = ("deal_withdrawn", "deal_terminated", "deal_expired")


# --- reports that contradict the record -----------------------------------------------------------


def contradictions(connection: Connection, drafts: Callable[[], Iterable[Draft]]) -> list[Problem]:
    """A warning for each event that does not fit what came before, with what would explain it.

    The ``drafts`` of the files, which say where an event stands, are read only where there is any.
    """
    view = View(connection, coordinate(connection))
    items = _irregular(view)
    if not items:
        return []
    placed: dict[str, Place] = {}
    for draft in drafts():
        draft.prepare()
        placed[draft.fields.get("id", "")] = draft.place
    said = told(view, map(item_of, items))
    return [
        placed[claim.event]
        .problem(
            "contradicts-record",
            f"{item.subject} is {item.status}, and this says "
            f"{(claim.status or claim.type).replace('_', ' ')}: the status stays",
            "type",
            "if the deal is back, say so before it with deal_revived; else dispute or retract what is wrong"
            if item.group == "over" and kind_of(item.subject).name == "deal"
            else "is an event missing between them, or a day wrong?",
        )
        .as_warning()
        for item in items
        for claim in said[item.subject].claims
        if claim.event in placed
    ]


def _irregular(view: View) -> list[Item]:
    subjects = irregular_subjects(view.connection)
    return [item for item in view.items(subjects) if item.irregular]


# --- what usually follows, and is missing ---------------------------------------------------------


class Suggestion(Struct, frozen=True):
    """An event that usually goes with what is there."""

    reason: str
    """Why, in a sentence."""
    event: Fields


def suggestions(connection: Connection) -> list[Suggestion]:
    """The events that usually go with what the log holds and are missing, by subject.

    A completed acquisition without ownership, a sold stake still held, a signed deal never announced, an
    ending that a later report contradicts and ``deal_revived`` would explain, a rumour whose deal is there.
    Days and sources are those of the events that speak for it: a person decides whether they are right.
    """
    view = View(connection, coordinate(connection))
    items = list(with_remarks(view, view.every_item(("deal", "relationship", "rumour"))))
    deals = [item for item in items if item.subject.startswith("deal:")]
    owned = {
        (item.terms.get("from"), item.terms.get("to"))
        for item in items
        if item.subject.startswith("relationship:") and item.kind in _OWNERSHIP
    }
    found: list[Suggestion] = []
    for item in items:
        kind = kind_of(item.subject).name
        if kind == "deal":
            found += _announcement(view, item)
            found += _ownership(view, item, owned)
            found += _revival(view, item)
        elif kind == "relationship":
            found += _end(view, item)
        else:
            found += _confirmation(view, item, deals)
    return found


def _announcement(view: View, deal: Item) -> Iterator[Suggestion]:
    counting = _counting(view, deal)
    signed = next((entry for entry in counting if entry.type == "deal_signed"), None)
    if signed is None or deal.status not in _BEGUN:
        return
    if not any(entry.type == "deal_announced" for entry in counting):
        reason = f"{deal.subject} was signed, and nothing says that it was announced"
        yield Suggestion(reason, _event("deal_announced", deal.subject, signed))


def _ownership(view: View, deal: Item, owned: set[tuple[Any, Any]]) -> Iterator[Suggestion]:
    if deal.status != "completed" or deal.kind not in _ROLES:
        return
    completed = [e for e in _counting(view, deal) if e.type == "deal_completed"]
    holder, held = _ROLES[deal.kind]
    for owner in _having(deal, holder):
        for company in _having(deal, held):
            if (owner, company) in owned or not completed:
                continue
            share = deal.terms.get("stake")
            event = _event(
                "relationship_established", f"relationship:{owner}-{company}", completed[0]
            )
            event |= {
                "kind": "owns_stake_in" if share else "parent_of",
                "from": owner,
                "to": company,
                "deal": deal.subject,
            }
            if share:
                event["share"] = share
            reason = (
                f"{deal.subject} is completed, and nothing says what {owner} holds of {company}"
            )
            yield Suggestion(reason, event)


def _end(view: View, relationship: Item) -> Iterator[Suggestion]:
    for deal in [each["subject"] for each in relationship.remarks if each["code"] == "sold"][:1]:
        sale = next(e for e in _counting(view, deal) if e.type == "deal_completed")
        reason = f"{deal} sold it, and {relationship.subject} goes on"
        yield Suggestion(reason, _event("relationship_ended", relationship.subject, sale))


def _revival(view: View, deal: Item) -> Iterator[Suggestion]:
    if deal.group != "over" or not deal.irregular:
        return
    counting = {entry.id: entry for entry in _counting(view, deal)}
    later = counting[deal.irregular[0]]
    ended = [e for e in counting.values() if e.type in _ENDINGS and e.id not in deal.irregular]
    # a revival counts at its last day, and before what it explains
    last = (date.fromisoformat(later.earliest) - timedelta(days=1)).isoformat()
    if not ended or ended[-1].latest > last:
        return
    first = ended[-1].latest
    event = _event("deal_revived", deal.subject, later)
    event["occurred"] = first if first == last else f"[{first}..{last}]"
    said = later.type.removeprefix("deal_").replace("_", " ")
    reason = f"{deal.subject} is {deal.status}, and a later report says {said}"
    yield Suggestion(reason, event)


def _confirmation(view: View, rumour: Item, deals: list[Item]) -> Iterator[Suggestion]:
    if rumour.group != "claimed" or rumour.terms.get("of", "begin") != "begin":
        return
    about = rumour.terms.get("about")
    first = parse(rumour.since).earliest.isoformat() if rumour.since else ""
    for deal in deals:
        opened = next(iter(_counting(view, deal)), None)
        alike = rumour.parties.keys() <= deal.parties.keys() and deal.kind in (rumour.kind, None)
        if opened is None or deal.group == "noted" or opened.latest < first:
            continue
        if deal.subject == about or (alike and about is None and rumour.parties):
            event = _event("rumour_confirmed", rumour.subject, opened)
            reason = f"{rumour.subject} is open, and {deal.subject} is there"
            yield Suggestion(reason, event | {"deal": deal.subject})
            return


def _event(type_: str, subject: str, like: Entry) -> Fields:
    """An event with the day and the sources of another, which speaks for it."""
    event: Fields = {"type": type_, "subject": subject, "occurred": like.occurred}
    if like.sources:
        event["source"] = like.fields["source"]
    else:
        event["known"] = like.known
    return event


def _counting(view: View, item: Item | str) -> list[Entry]:
    """The events of a subject that count, in the order in which it has them."""
    subject = item if isinstance(item, str) else item.subject
    judged = judge(view.entries(subject), view.at.known_at, on=view.at.on)
    return sorted(judged.counting, key=lambda entry: (entry.earliest, entry.position))


def _having(item: Item, role: str) -> list[str]:
    return [company for company, roles in item.parties.items() if role in roles]
