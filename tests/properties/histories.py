"""Strategies for random histories: the entries of one subject, as chaotic as news can be.

``entries()`` draws any of them: late, imprecise, irregular, planned, corrected by news and by mends,
retracted, the retraction retracted, disputed. ``news()`` draws them mostly in order, as they are
appended one after the other. Values come from small pools, so that events meet: on the same day, in
the same instant, with the same value written in two ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.drawing import at_most, pick, pick_some
from timeline.model import dates
from timeline.model.kinds import EVENT_TYPES, KIND_OF, KINDS
from timeline.model.record import Entry, is_mend, sources_named
from timeline.model.values import ALWAYS, END_OF_TIME, Fields, Instant, parse_moment

FIRST_DAY = date(2025, 1, 1)

_PARTIES: Sequence[dict[str, list[str]]] = (
    {"acme": ["supplier"], "globex": ["customer"]},
    {"acme": ["supplier"]},
    {"globex": []},
    {"acme": ["partner"], "initech": ["other"]},
    {"initech": []},
)
_MONEY: Sequence[Any] = (
    {"exact": "5", "currency": "USD"},
    {"exact": "5.0", "currency": "USD"},
    {"min": "1", "currency": "EUR"},
)
_COMPANY = ("acme", "globex")

TERMS: dict[str, dict[str, Sequence[Any]]] = {
    "source": {"publisher": ("Post", "Times"), "kind": ("news", "data"), "title": ("One", "Two")},
    "company": {
        "name": ("Acme", "Acme Inc", "Bolt"),
        "aliases": (["Acme"], ["Bolt", "A"]),
        "country": ("US", "TW"),
        "identifiers": ({"lei": "1"}, {"isin": "2"}),
    },
    "fact": {
        "company": ("acme",),
        "attribute": ("staff", "revenue"),
        "value": ("5", "5.0", "6", "many", True, {"exact": "5"}, ["a", "b"]),
        "comparison": ([{"relation": "largest"}], [{"relation": "other"}]),
    },
    "relationship": {
        "kind": ("supplies", "parent_of"),
        "from": _COMPANY,
        "to": _COMPANY,
        "products": (["racks"], ["racks", "chips"]),
        "share": ({"exact": "10"}, {"exact": "10.0"}, {"exact": "20"}),
    },
    "deal": {
        "kind": ("supply", "merger"),
        "parties": _PARTIES,
        "value": _MONEY,
        "title": ("One", "Two"),
        "binding": (True, False),
    },
    "right": {"kind": ("warrant",), "holder": _COMPANY, "grantor": _COMPANY, "strike": _MONEY},
    "commitment": {"actor": _COMPANY, "amount": _MONEY, "firmness": ("aim", "plan")},
    "rumour": {"kind": ("merger",), "parties": _PARTIES, "value": _MONEY},
    "proceeding": {
        "kind": ("lawsuit",),
        "before": _COMPANY,
        "parties": ({"acme": ["claimant"], "globex": ["respondent"]}, {"globex": []}),
        "stage": ("phase 1", "phase 2"),
        "remedies": (["a"], ["a", "b"]),
    },
}
"""Values to draw from for some of the terms of each kind."""

BESIDES: dict[str, Sequence[Any]] = {
    "spent": _MONEY,
    "name_kind": ("legal", "brand"),
    "scheme": ("lei", "isin"),
    "successor": _COMPANY,
    "part": (True, False),
    "amount": _MONEY,
    "reason": ("waived", "expired"),
    "milestone": ("plant opened",),
    "conditions": (["a"], ["b"]),
    "quantity": ({"exact": "5", "unit": "MW"},),
    "stage": ("phase 2", "hearing"),
    "companies": (["acme", "globex"],),
    "judgement": ("same", "different"),
    "as_party": (True, False),
    "extent": ("full", "partial"),
    "by": _COMPANY,
    "authority": ("EU",),
    "outcome": ("granted", "refused"),
    "assumed": (True,),
}
"""Values for what events carry besides."""

NEEDED: dict[str, dict[str, Sequence[Any]]] = {
    "fact_stated": {"value": TERMS["fact"]["value"]},
    "company_renamed": {"name": TERMS["company"]["name"]},
    "company_identified": {"scheme": ("lei", "isin"), "value": ("1", "2")},
    "companies_judged": {"companies": (["acme", "globex"],), "judgement": ("same", "different")},
    "deal_approval_decided": {"authority": ("EU",), "outcome": ("granted", "refused")},
    "deal_payment_made": {"amount": _MONEY},
    "deal_milestone_reached": {"milestone": ("one", "two")},
    "right_lapsed": {"reason": ("waived", "expired")},
    "rumour_denied": {"by": _COMPANY},
    "proceeding_advanced": {"stage": ("phase 1", "phase 2")},
    "proceeding_decided": {"outcome": ("granted", "refused")},
}
"""What an event of the type always carries."""

TYPES: dict[str, list[str]] = {
    kind: [name for name, owner in KIND_OF.items() if owner.name == kind] for kind in KINDS
}

DAYS = st.sampled_from((0, 1, 2, 3, 4, 9, 30, 31, 58, 59))
"""Days after the first: few, and with the ends of months, so that bounds meet."""

SUBJECTS = {kind: f"{kind}:subject" for kind in KINDS} | {"fact": "fact:acme/staff"}


def _day(offset: int) -> str:
    return (FIRST_DAY + timedelta(days=offset)).isoformat()


def _occurrence(draw: st.DrawFn, offset: int) -> str:
    """An EDTF date about that many days after the first: half of them days."""
    day = _day(offset)
    if draw(st.booleans()):
        return day
    other = draw(DAYS) if draw(st.booleans()) else offset + draw(at_most(4))
    earlier, later = sorted((offset, other))
    span = f"{_day(earlier)}..{_day(later)}"
    shapes = (f"[{span}]", f"[{span}]", day[:7], day[:4], f"{day}~", f"[{day}..]", f"[..{day}]")
    return pick(draw, shapes)


def _instant(offset: int, part: int) -> Instant:
    day = _day(offset)
    return parse_moment(day if part == 0 else f"{day}T{part:02}:00:00Z")


def _chosen(draw: st.DrawFn, pool: dict[str, Sequence[Any]], most: int) -> Fields:
    return {name: pick(draw, pool[name]) for name in pick_some(draw, sorted(pool), most)}


def _news_fields(draw: st.DrawFn, kind: str, name: str) -> Fields:
    fields = _chosen(draw, TERMS[kind], 3)
    own = set(EVENT_TYPES[name].__struct_encode_fields__)
    besides = {field: values for field, values in BESIDES.items() if field in own}
    if besides:
        fields |= _chosen(draw, besides, 2)
    if name == "company_dissolved":
        fields.pop("reason", None)
    for field, values in NEEDED.get(name, {}).items():
        fields[field] = pick(draw, values)
    if draw(at_most(5)) == 0:
        fields["fact_level"] = pick(draw, ("forecast", "opinion", "fact"))
    return fields


def _changes(draw: st.DrawFn, kind: str, name: str, *, mend: bool) -> Fields:
    needed = NEEDED.get(name, {})
    changes = {f: value for f, value in _chosen(draw, TERMS[kind], 2).items() if f not in needed}
    for field in changes:
        if draw(at_most(3)) == 0:
            changes[field] = None
    if draw(st.booleans()):
        changes["occurred"] = _occurrence(draw, draw(DAYS))
    if draw(at_most(3)) == 0:
        changes["fact_level"] = pick(draw, ("forecast", "fact"))
    if mend and (not changes or draw(st.booleans())):
        changes["known"] = _day(draw(DAYS))
    return changes or {"note": "better"}


@st.composite
def entries(
    draw: st.DrawFn,
    *,
    kind: str | None = None,
    max_size: int = 10,
    in_order: bool = False,
    remarks: bool = True,
) -> list[Entry]:
    """The entries of one subject by position, in any other order.

    ``in_order``: each mostly known and happened after the ones before. ``remarks``: with events
    about the record.
    """
    kind = kind or pick(draw, (*KINDS, "deal", "deal", "rumour"))
    subject = SUBJECTS[kind]
    found: list[Entry] = []
    happened = known_on = 0
    for position in range(1, draw(st.integers(1, max_size)) + 1):
        if in_order and draw(at_most(9)):
            happened += pick(draw, (0, 1, 1, 3, 40))
            offset, known_on = happened, max(known_on, happened + draw(st.integers(-1, 1)))
            known = _instant(known_on, pick(draw, (0, 0, 0, 9)))
        else:
            offset = draw(DAYS)
            known = _instant(draw(DAYS), pick(draw, (0, 9)))
        name = pick(draw, TYPES[kind])
        if found and remarks and draw(at_most(9)) < (1 if in_order else 3):
            found.append(_remark(draw, kind, found, position, known))
            continue
        occurred: str | None = _occurrence(draw, offset)
        if EVENT_TYPES[name].always and draw(st.booleans()):
            occurred, known = None, pick(draw, (ALWAYS, known))
        elif draw(at_most(60)) == 0:
            occurred, known = pick(draw, (
                ("9999-12-31", known), ("9999", known), (occurred, END_OF_TIME), ("0001", ALWAYS),
            ))  # fmt: skip
        bounds = dates.bounds(occurred) if occurred else (dates.OPEN_START, dates.OPEN_START)
        reported, published, known = _report(draw, known)
        fields = reported | _news_fields(draw, kind, name)
        found.append(
            Entry(
                position, f"e{position}", name, subject, occurred, *bounds, known, fields, published
            )
        )
    return found


def _report(draw: st.DrawFn, known: Instant) -> tuple[Fields, dict[str, Instant], Instant]:
    """Who reported an event, when each of them did, and when it became known by that."""
    if draw(at_most(2)):
        return {"source": "s"}, {}, known
    published = {"s": known}
    for name in sorted(pick_some(draw, "tu", 2)):
        published[name] = _instant(draw(DAYS), pick(draw, (0, 9)))
    fields: Fields = {"source": sorted(published)}
    if draw(st.booleans()):
        given = _day(draw(DAYS))
        return fields | {"known": given}, published, parse_moment(given)
    return fields, published, min(published.values())


def _remark(draw: st.DrawFn, kind: str, found: list[Entry], position: int, known: Instant) -> Entry:
    is_mend_ = draw(st.booleans())
    name = pick(draw, ("event_corrected", "event_retracted", "event_disputed"))
    targets = [e for e in found if is_mend_ or not is_mend(e)]
    target = pick(draw, targets)
    root, by_id = target, {entry.id: entry for entry in found}
    while root.type.startswith("event_"):
        root = by_id[root.fields["target"]]
    reported, published, known = ({}, {}, ALWAYS) if is_mend_ else _report(draw, known)
    fields: Fields = {"target": target.id} | reported
    if name == "event_corrected":
        on_record = target.type.startswith("event_")
        fields["changes"] = (
            {"reason": "better"}
            if on_record and "changes" not in target.fields
            else {"changes": _changes(draw, kind, root.type, mend=False)}
            if on_record
            else _changes(draw, kind, target.type, mend=is_mend_)
        )
        if is_mend_ and on_record and "source" in target.fields and draw(st.booleans()):
            fields["changes"]["known"] = _day(draw(DAYS))
        if not is_mend(target) and draw(at_most(3)) == 0:
            fields["changes"]["source"] = pick(draw, ("u", ["t", "v"]))
    named = sources_named(fields.get("changes", {})) or []
    for slug in named:
        published = published or dict.fromkeys(["s"] if "source" in fields else [], known)
        published[slug] = _instant(draw(DAYS), 9)
    start = dates.OPEN_START
    return Entry(
        position,
        f"e{position}",
        name,
        found[0].subject,
        None,
        start,
        start,
        known,
        fields,
        published,
    )
