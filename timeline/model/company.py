"""What follows from several subjects: names, control, remarks, and when news became public.

Pure. The fold of :mod:`timeline.model.fold` says what holds of one subject; here the items of one
coordinate are read beside each other. The caller reads them, once for all that it asks. docs/concepts.md has
the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any, Final, Protocol, TypeAlias

from msgspec import Struct

from timeline.model import dates
from timeline.model.fold import fold, main_order, replay
from timeline.model.identity import Company, Pair, Subject
from timeline.model.kinds import EVENT_TYPES, KINDS
from timeline.model.record import Entry, judge, sources_named
from timeline.model.values import (
    ALWAYS,
    UNDISCLOSED,
    Day,
    Fields,
    Instant,
    is_subject,
    parse_moment,
)


class Held(Protocol):
    """What holds of one subject at a coordinate: an item of the fold."""

    @property
    def subject(self) -> Subject: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def group(self) -> str: ...  # noqa: D102
    @property
    def terms(self) -> Fields: ...  # noqa: D102
    @property
    def parties(self) -> dict[Company, list[str]]: ...  # noqa: D102
    @property
    def since(self) -> str | None: ...  # noqa: D102


# --- names ----------------------------------------------------------------------------------------


class Handle(Struct, frozen=True, order=True):
    """A name or an identifier by which a company can be found, and what of the company it is."""

    matched: str
    """id, name, alias, former name, or the scheme of an identifier."""
    value: str


def name_at(
    company: Company, entries: Sequence[Entry], on: Day, known: Instant, position: int
) -> str:
    """The name of a company at a coordinate; where it has none there yet, that of its registration.

    ``entries`` are all events of the company. One that nobody registered goes by its id.
    """
    recorded = [entry for entry in entries if entry.position <= position]
    item = replay(recorded, on, known)
    if item is not None and "name" in item.terms:
        return str(item.terms["name"])
    return registered_name(company, recorded or entries)


def is_registered(entries: Sequence[Entry]) -> bool:
    """Whether a company with these entries is registered. A retracted registration registers nothing."""
    if len(entries) == 1:  # nearly always the registration alone
        return True
    return any(entry.type == "company_registered" for entry in judge(entries).counting)


def registered_name(company: Company, entries: Iterable[Entry]) -> str:
    """The name under which a company was registered, as our own mends have it.

    What a publisher said later about that name is news, which has its own ``known``.
    """
    judged = judge(entries)
    told = sorted(judged.counting, key=lambda entry: entry.position)
    written = [judged.mended.get(entry.id, entry).fields for entry in told]
    return next((str(fields["name"]) for fields in written if "name" in fields), company)


def handles_of(company: Company, entries: Iterable[Entry]) -> list[Handle]:
    """Everything by which a company can be found, by all that is recorded of it, each value once a kind.

    A name that a later event replaced still finds the company.
    """
    told = list(entries)
    if len(told) != 1 or not told[0].is_plain:
        told = judge(told).counting
    given = [entry.fields for entry in told]
    if len(given) == 1:  # nearly always a registration, which says all
        (terms,) = given
    else:
        item = replay(told, dates.OPEN_END)
        terms = item.terms if item is not None else {}
        given.append(terms)
    found = {Handle("id", company)}
    name = terms.get("name")
    if name is not None:
        found.add(Handle("name", name))
    named = {name, *terms.get("aliases", ())}
    found |= {Handle("alias", alias) for alias in terms.get("aliases", ())}
    for fields in given:
        found |= {Handle(*pair) for pair in fields.get("identifiers", {}).items()}
        found |= {Handle("alias", alias) for alias in fields.get("aliases", ())}
        former = fields.get("name")
        if former is not None and former not in named:
            found.add(Handle("former name", former))
    return sorted(found)


# --- control --------------------------------------------------------------------------------------


def sales_of(items: Iterable[Held]) -> dict[Pair, list[Held]]:
    """The completed deals among some items, by each seller and each target."""
    found: defaultdict[Pair, list[Held]] = defaultdict(list)
    for item in items:
        if item.status == "completed" and item.subject.startswith("deal:"):
            for pair in product(_having(item, "seller"), _having(item, "target")):
                found[pair].append(item)
    return found


def controls(item: Held, sales: Mapping[Pair, Sequence[Held]]) -> list[Pair]:
    """Who controls whom through an item, as pairs of owner and owned.

    ``sales`` are the completed deals by (seller, target): an owner who sold later controls no longer.
    """
    terms, kind = item.terms, item.terms.get("kind")
    pairs: list[Pair] = []
    if item.subject.startswith("relationship:") and item.group == "live":
        held = kind == "parent_of" or (kind == "owns_stake_in" and is_majority(terms.get("share")))
        if held and "from" in terms and "to" in terms:
            pairs = [(terms["from"], terms["to"])]
    elif item.subject.startswith("deal:") and item.status == "completed":
        whole = "stake" not in terms or is_majority(terms["stake"])
        if kind in ("acquisition", "merger") and whole:
            pairs = list(product(_having(item, "acquirer"), _having(item, "target")))
    return [
        (owner, owned)
        for owner, owned in pairs
        if owner != owned and not later_sales(item, sales.get((owner, owned), ()))
    ]


def is_majority(share: Mapping[str, Any] | None) -> bool:
    """Whether a share is certainly above 50 percent."""
    if share is None:
        return False
    least = share.get("exact", share.get("min"))
    if least is None:
        return share.get("basis") == "majority"
    return Decimal(str(least)) > 50


def later_sales(item: Held, sales: Iterable[Held]) -> list[Held]:
    """The sales whose ``since`` ends later than that of what was sold."""
    if item.since is None:
        return []
    end = _last_day(item.since)
    return [
        sale
        for sale in sales
        if sale.subject != item.subject and sale.since is not None and _last_day(sale.since) > end
    ]


def group_of(
    company: Company, read: Callable[[Sequence[Company]], Iterable[Held]]
) -> dict[Company, list[Subject]]:
    """A company and all that it controls, through any depth, each with the ties that lead to it.

    The nearest ties count; of several, the first in the order in which items are shown. Of the members of
    one distance, those that come first by id are looked at first. ``read`` gives the items of some companies.
    Companies that nobody named are in no group.
    """
    ties: dict[Company, list[Subject]] = {company: []}
    ring = [company]
    while ring:
        items = {item.subject: item for item in read(ring)}
        sales = sales_of(items.values())
        found: dict[Company, list[Subject]] = {}
        for subject in sorted(items, key=_shown_order):
            for owner, owned in sorted(controls(items[subject], sales)):
                if owner in ring and owned not in (UNDISCLOSED, *ties, *found):
                    found[owned] = [*ties[owner], subject]
        ring = sorted(found)
        ties |= {member: found[member] for member in ring}
    return ties


def _having(item: Held, role: str) -> list[Company]:
    return [company for company, roles in item.parties.items() if role in roles]


def _last_day(edtf: str) -> Day:
    return dates.bounds(edtf)[1]


def _shown_order(subject: Subject) -> tuple[int, Subject]:
    return _PLACE[subject.partition(":")[0]], subject


_PLACE: Final = {name: place for place, name in enumerate(KINDS)}


# --- remarks --------------------------------------------------------------------------------------

REMARKED: Final = ("pending", "live", "claimed", "noted")
"""The groups of items that can have remarks: what is done, over or denied needs none."""

_PREMISES: Final = {
    "right": ("deal", "over"),
    "commitment": ("deal",),
    "proceeding": ("about",),
}
"""The terms by kind that name a subject without which an item makes no sense."""

_DEADLINES: Final = {
    ("deal", "pending"): ("expected_completion", "outside_date"),
    ("right", "live"): ("window",),
}
"""The terms, by kind and group, of which something should have happened by their latest day."""


class Around(Struct, frozen=True):
    """What the remarks of some items follow from, at the same coordinate."""

    premises: Mapping[Subject, Held]
    """The items of the subjects that :func:`premises_of` names; absent ones are left out."""
    dissolved: Mapping[Company, str | None]
    """Since when each party that is dissolved is so."""
    sales: Mapping[Pair, Sequence[Held]]
    """:func:`sales_of` of the deals that two ends of an ownership are both parties of."""


def premises_of(item: Held) -> list[Subject]:
    """The subjects that an item rests on."""
    named = (item.terms.get(term) for term in _PREMISES.get(_kind(item), ()))
    return list(dict.fromkeys(each for each in named if each is not None and is_subject(each)))


def ownership_of(item: Held) -> Pair | None:
    """Owner and owned of an item that can have been sold; None for all others."""
    terms = item.terms
    if _kind(item) != "relationship" or terms.get("kind") not in ("parent_of", "owns_stake_in"):
        return None
    return (terms["from"], terms["to"]) if "from" in terms and "to" in terms else None


def remarks_of(item: Held, on: Day, around: Around) -> list[Fields]:
    """What follows for an item from other subjects, and from its own deadlines, on a day."""
    if item.group not in REMARKED:
        return []
    found: list[Fields] = []
    for subject in premises_of(item):
        premise = around.premises.get(subject)
        if premise is not None and premise.group in ("over", "denied"):
            said = {"subject": subject, "status": premise.status, "since": premise.since}
            found.append({"code": "premise-over", **said})
    for company in item.parties:
        if company in around.dissolved:
            since = around.dissolved[company]
            found.append({"code": "party-dissolved", "company": company, "since": since})
    found += [
        {"code": "overdue", "key": key, "date": last}
        for key in _DEADLINES.get((_kind(item), item.group), ())
        if key in item.terms and (last := _last_day(item.terms[key])) < on
    ]
    owned = ownership_of(item)
    if owned is not None:
        sales = later_sales(item, around.sales.get(owned, ()))
        found += [{"code": "sold", "subject": each.subject, "since": each.since} for each in sales]
    return sorted(found, key=_remark_order)


def _remark_order(remark: Fields) -> tuple[str, ...]:
    return tuple(remark.get(name, "") for name in ("code", "subject", "company", "key"))


def _kind(item: Held) -> str:
    return item.subject.partition(":")[0]


# --- when news became public --------------------------------------------------------------------
#
# And when it happened, where the event itself does not say it in full: that follows from its sources.

Publication: TypeAlias = tuple[str, str]
"""When a source was published, as given, and the time zone that a bare day means."""

LAST_ZONE: Final = "Etc/GMT+12"
"""Where a day ends last; POSIX counts west of Greenwich."""

_REGISTRATIONS: Final = ("source_registered", "company_registered")


def registration(entries: Sequence[Entry]) -> list[Entry]:
    """The events of a source or a company that count, where one of them registers it; else none.

    A registration that was retracted registers nothing. One that was erased still does: nobody knows any
    more what it said, but that it was there.
    """
    if len(entries) < 2:  # the registration, which nearly always is all
        return list(entries)
    counting = judge(entries).counting
    first = entries[0]
    if first.is_erased:
        return [first, *counting]
    registers = any(e.type in _REGISTRATIONS or e.id == first.id for e in counting)
    return counting if registers else []


def publication(entries: Sequence[Entry]) -> Publication | None:
    """When a source was published; None where no registration of it counts. ``entries`` by position."""
    counting = registration(entries)
    told = [entry for entry in counting if not entry.is_erased]
    terms = (
        told[0].fields
        if len(told) == 1
        else fold(KINDS["source"], sorted(told, key=main_order)).terms
    )
    if "published" in terms:
        return terms["published"], terms.get("timezone", "UTC")
    # of a source that was erased the day is left; it was over everywhere when it was over there
    return next(((e.earliest, LAST_ZONE) for e in counting if e.is_erased), None)


def known_since(
    given: str | None, publications: dict[str, Publication], published: dict[str, Instant]
) -> Instant:
    """When an event became known: as given, else with the earliest of its sources, else always.

    A bare day ends in the time zone of the source whose day it is, else of the first that is named.
    """
    if given is None:
        return min(published.values(), default=ALWAYS)
    zones = [zone for moment, zone in publications.values() if moment == given]
    return parse_moment(given, next(iter([*zones, *(z for _, z in publications.values())]), "UTC"))


def redated(
    fields: Fields,
    entries: Callable[[], Sequence[Entry]],
    moment_of: Callable[[str], Publication | None],
) -> Instant | None:
    """When the event became known whose ``known`` a mend gives; None of all other events.

    A bare day ends where the event's sources are, so that has to be looked up: ``entries`` are those of the
    subject ahead of the mend, ``moment_of`` says when a source was published.
    """
    if "changes" not in fields or "source" in fields:
        return None
    changes, target = fields["changes"], fields["target"]
    while "known" not in changes and "changes" in changes:  # a mend of a mend
        changes = changes["changes"]
        target = next((e.fields.get("target") for e in entries() if e.id == target), None)
    given = changes.get("known")
    if given is None:
        return None
    slugs = sources_named(changes)
    if not slugs:
        found = list(entries())
        mended = judge(found).mended
        slugs = next((mended.get(e.id, e).sources for e in found if e.id == target), [])
    moments = {slug: moment for slug in slugs if (moment := moment_of(slug)) is not None}
    return known_since(given, moments, {})


def bounds_of(fields: Fields, known: Instant) -> tuple[Day, Day]:
    """The bounds of ``occurred``, and what they are when it is said nowhere."""
    occurred = fields.get("occurred")
    if occurred is not None:
        return dates.bounds(occurred)
    type_ = fields["type"]
    if type_ == "source_registered":
        day = (fields.get("published") or known)[:10]
    elif EVENT_TYPES[type_].always:  # whoever told of it: a company is not born with the news
        day = dates.OPEN_START
    else:
        day = known[:10]
    return day, day
