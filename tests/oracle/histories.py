"""Random histories of every kind, dense enough for the rules to meet.

A history is a list of flat JSON events in the order of the log, each of them sound: the program must accept
all. Everything happens within two weeks, between six companies, in a few subjects that speak of each other.
Values come from small pools, so that events fall on one day, say one thing in two ways, or contradict
each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.drawing import at_most, pick, pick_some
from tests.oracle.companies import UNDISCLOSED, Identity
from tests.oracle.record import Lens, Log
from tests.oracle.vocabulary import BESIDES, EVENTS, KINDS

Fields = dict[str, Any]

FIRST_DAY = date(2025, 1, 25)
"""So that a month ends among the days."""

COMPANIES = ("a", "b", "c", "d", "e", "f")
ONES = (("d", "e", "f"), ("a", "e", "f"), ("c", "f"))
"""Companies that may be judged to be one, without one of them being both sides of a deal."""
SOURCES = ("s1", "s2", "s3", "s4")
ZONES = ("UTC", "UTC", "UTC", "Asia/Tokyo", "America/New_York")

USD: Fields = {"exact": "5", "currency": "USD"}
MONEY = (
    USD,
    {"exact": "5.0", "currency": "USD"},
    {"exact": 6, "currency": "USD"},
    {"max": "7", "currency": "USD", "basis": "up_to"},
)
SHARES = (
    {"exact": "51"}, {"exact": "51.0"}, {"exact": "50"}, {"min": "75", "max": "76"}, {"basis": "majority"},
    {"min": "50", "basis": "at_least"}, {"max": "60", "basis": "up_to"}, {"min": "50.1", "max": "50.2"},
)  # fmt: skip
TEXTS = (["x"], ["x", "y"], ["y", "x"])
FACTS = (
    "5",
    "5.0",
    6,
    "many",
    True,
    False,
    USD,
    {"exact": "6", "currency": "USD"},
    SHARES[0],
    ["x", "y"],
)
OTHER_TIES = (
    "supplies", "partners_with", "lends_to", "licenses_to", "manufactures_for", "competes_with", "manages",
)  # fmt: skip


def day(offset: int) -> str:
    return (FIRST_DAY + timedelta(offset)).isoformat()


offsets = st.integers(0, 12)


@st.composite
def occurrences(draw: st.DrawFn) -> str:
    """An EDTF text within the two weeks: half of them plain days, the others as vague as news is."""
    offset = draw(offsets)
    if draw(st.booleans()):
        return day(offset)
    other = day(offset + draw(at_most(5)))
    here = day(offset)
    shapes = (
        f"[{here}..{other}]", f"{here}/{other}", f"{here}~", here[:7], f"[{here}..]", f"[..{here}]",
        f"[{here},{other}]", f"{here[:7]}-XX", f"../{here}", "2025-24", "2025", "2025-02?",
        f"{here}/", f"/{here}", f"{here}%", "2025-33", "2025-21~", "2025-0X", "202X", "2025-37?", "2025-40",
        f"[2025-01,{here}]", f"{here}~/{other}~", f"[{here[:7]}..2025-02-03]", "2025~", "2024-24",
    )  # fmt: skip
    return pick(draw, shapes)


@st.composite
def moments(draw: st.DrawFn) -> str:
    """A bare day, or an hour of one."""
    here = day(draw(offsets))
    return here + pick(draw, ("", "", "T09:00:00Z", "T15:30:00Z", "T23:30:00-05:00"))


any_occurrence, any_moment = occurrences(), moments()


# --- what events say --------------------------------------------------------------------------------


def terms_of(subject: Subject) -> dict[str, Sequence[Any]]:
    """Values to draw from for the terms of a subject."""
    return _terms(subject.kind, tuple(subject.companies))


@cache
def _terms(kind: str, companies: tuple[str, ...]) -> dict[str, Sequence[Any]]:
    one, two, three, four, five, six = companies
    deals = [f"deal:{slug}" for slug in ("x", "y")]
    claims: dict[str, Sequence[Any]] = {
        "kind": ("acquisition", "merger", "supply"),
        "parties": (
            {one: ["acquirer"], two: ["target"]},
            {one: ["acquirer"], two: ["target"], three: ["seller"]},
            {four: ["acquirer", "investor"]},
            {three: []},
            {two: []},
            {five: ["adviser"], six: ["other"]},
            {UNDISCLOSED: ["customer"]},
        ),
        "value": MONEY,
        "stake": SHARES,
        "quantity": ({"exact": "10", "unit": "GW"}, {"exact": "10.0", "unit": "GW"}),
    }
    pools: dict[str, dict[str, Sequence[Any]]] = {
        "relationship": {
            "kind": ("parent_of", "owns_stake_in", "parent_of", "owns_stake_in", *OTHER_TIES),
            "from": (three, three, one),
            "to": (two,),
            "products": TEXTS,
            "share": SHARES,
            "direct": (True, False),
            "revenue_share": SHARES,
            "started": (day(1), "2024"),
            "interests": (["voting_rights"], ["voting_rights", "dividends"]),
            "disclosed_by": (three, one),
            "deal": deals,
        },
        "deal": claims
        | {
            "form": ("unspecified",),
            "binding": (True, False),
            "scope": TEXTS,
            "sites": TEXTS,
            "equity_value": MONEY,
            "enterprise_value": MONEY,
            "price_per_share": ({"exact": "54.2", "currency": "USD", "per": "share"},),
            "consideration": (
                [{"form": "cash", "value": USD}],
                [{"form": "stock", "ratio": "1:2"}],
            ),
            "tranches": ([{"amount": USD, "due": day(3)}], [{"amount": USD, "due": "2025"}]),
            "term": (
                {"min": 2, "max": 3, "unit": "year"},
                {"min": 2, "unit": "year", "from": "2025"},
            ),
            "replaces": (["deal:y"], ["rumour:x"]),
            "independent_of": (["deal:y"],),
            "conditions": TEXTS,
            "expected_completion": (day(2), "2025-01", f"[{day(1)}..{day(4)}]"),
            "outside_date": (day(5), day(9)),
            "venture": (five,),
            "break_fees": ([{"by": one, "to": two, "amount": USD}],),
            "title": ("One", "Two"),
        },
        "right": {
            "kind": ("warrant", "veto"),
            "holder": (one, one, three),
            "grantor": (two,),
            "over": (*deals, "what is left"),
            "deal": deals,
            "strike": MONEY,
            "quantity": ("all", {"exact": "1", "unit": "shares"}),
            "window": (day(3), "2025-01", f"../{day(6)}"),
            "governs": (five,),
            "conditions": TEXTS,
            "replaces": (["right:y"],),
        },
        "commitment": {
            "actor": (one,),
            "to": (two, [two, three], UNDISCLOSED),
            "quantity": ({"exact": "3", "unit": "plants"},),
            "horizon": ({"min": 3, "max": 5, "unit": "year"},),
            "detail": ("first", "second"),
            "purpose": ("plant", "fab"),
            "amount": MONEY,
            "firmness": ("aim", "plan"),
            "deal": deals,
            "conditions": TEXTS,
        },
        "rumour": claims
        | {"of": ("begin", "end"), "text": ("talks", "more"), "deal": deals, "about": deals},
        "proceeding": {
            "kind": ("merger_review", "lawsuit"),
            "before": ("court",),
            "parties": (
                {one: ["applicant"]},
                {one: ["respondent"], two: ["claimant"]},
                {two: []},
            ),
            "about": (*deals, "rumour:x"),
            "title": ("One", "Two"),
            "deadline": (day(4), "2025-02"),
            "stage": ("phase 1", "phase 2"),
            "remedies": TEXTS,
        },
        "fact": {
            "value": FACTS,
            "comparison": ([{"relation": "largest"}], [{"relation": "overtook", "other": two}]),
        },
        "company": {
            "aliases": (["A"], ["B", "A"]),
            "country": ("US", "TW"),
            "identifiers": ({"crunchbase": "1"}, {"crunchbase": "2"}),
        },
    }
    return pools[kind]


FIRST: dict[str, tuple[str, ...]] = {
    "relationship": ("kind", "from", "to"),
    "deal": ("kind", "parties"),
    "right": ("kind", "holder", "grantor"),
    "commitment": ("actor",),
    "rumour": ("kind", "parties"),
    "proceeding": ("kind", "before", "parties"),
    "fact": (),
    "company": (),
}
"""What the first event of a subject in the log must have (of a fact, the subject says it)."""

BY_EVENT: dict[str, dict[str, Sequence[Any]]] = {
    "deal_completed": {"assumed": (True,)},
    "deal_approval_decided": {
        "authority": ("EU", "court"),
        "outcome": ("granted", "refused"),
        "conditions": TEXTS,
    },
    "deal_bid_rejected": {"by": COMPANIES, "reason": ("low",)},
    "deal_payment_made": {"amount": MONEY, "by": COMPANIES, "to": (["a", "b"], "c")},
    "deal_milestone_reached": {
        "milestone": ("first train",),
        "quantity": ({"exact": "3", "unit": "GW"},),
        "amount": MONEY,
    },
    "deal_breach_alleged": {"by": COMPANIES, "against": COMPANIES},
    "deal_suspended": {"reason": ("why",)},
    "deal_revived": {"reason": ("why",)},
    "deal_withdrawn": {"by": COMPANIES},
    "deal_terminated": {"by": COMPANIES, "fee": MONEY},
    "right_exercised": {"part": (True, False), "amount": MONEY},
    "right_lapsed": {"reason": ("expired", "waived")},
    "commitment_progressed": {"spent": MONEY},
    "commitment_withdrawn": {"reason": ("why",)},
    "relationship_ended": {"reason": ("why",)},
    "rumour_comment_declined": {"by": COMPANIES},
    "rumour_denied": {
        "by": COMPANIES,
        "as_party": (True, False),
        "extent": ("full", "partial"),
        "alternative": ("no",),
    },
    "proceeding_advanced": {"stage": ("phase 2", "hearing")},
    "proceeding_decided": {"outcome": ("granted", "refused"), "conditions": TEXTS},
    "proceeding_appealed": {"by": COMPANIES},
    "proceeding_settled": {"amount": MONEY, "terms_of": ("secret",)},
    "fact_stated": {"value": FACTS},
    "company_renamed": {"name": ("New", "Newer", "A"), "name_kind": ("legal", "brand")},
    "company_identified": {"scheme": ("crunchbase", "gb-coh"), "value": ("1", "2")},
    "company_dissolved": {"reason": ("merged", "other"), "successor": ("e", ["e", "f"])},
}
NEEDED: dict[str, tuple[str, ...]] = {
    "deal_approval_decided": ("authority", "outcome"),
    "deal_payment_made": ("amount",),
    "deal_milestone_reached": ("milestone",),
    "right_lapsed": ("reason",),
    "rumour_denied": ("by",),
    "proceeding_advanced": ("stage",),
    "proceeding_decided": ("outcome",),
    "fact_stated": ("value",),
    "company_renamed": ("name",),
    "company_identified": ("scheme", "value"),
}

OFTEN = ("deal_completed", "deal_terminated", "deal_completed", "deal_signed", "right_granted")
TYPES = {
    kind: [*names, *(name for name in OFTEN if name in names)]
    for kind in KINDS
    if (names := [name.split()[0] for name in EVENTS[kind]])
} | {"company": ["company_renamed", "company_dissolved", "company_identified"]}


CALM = TYPES | {
    "deal": [
        "deal_announced",
        "deal_signed",
        "deal_completed",
        "deal_completed",
        "deal_terminated",
    ],
    "relationship": ["relationship_observed", "relationship_established"],
    "right": ["right_granted"],
    "commitment": ["commitment_stated", "commitment_contracted"],
    "proceeding": ["proceeding_opened"],
    "company": ["company_renamed", "company_dissolved", "company_dissolved"],
}
"""What mostly happens: deals that close or fail, with what rests on them."""

FOCUSED = TYPES | {
    "deal": [
        "deal_talks_confirmed", "deal_announced", "deal_signed", "deal_took_effect", "deal_completed",
        "joint_venture_formed", "deal_suspended", "deal_suspended", "deal_resumed", "deal_revived",
        "deal_revived", "deal_withdrawn", "deal_terminated", "deal_terminated", "deal_expired",
        "deal_amended", "deal_agreed_in_principle",
    ],
}  # fmt: skip
"""What moves a status, and much of it."""

LINKED = (
    ("deal", "right"),
    ("deal", "relationship"),
    ("deal", "deal"),
    ("deal", "deal", "relationship"),
    ("deal", "proceeding"),
    ("deal", "commitment"),
    ("deal", "rumour", "proceeding"),
)
"""Kinds of subjects that have something to say of each other."""


class Subject:
    """A subject to tell of, with the order in which companies take its roles."""

    def __init__(self, kind: str, slug: str, companies: Sequence[str]) -> None:
        self.kind = kind
        self.companies = companies
        self.period = "@2025" if kind == "fact" and slug != "x" else ""
        fact = f"fact:{companies[0]}/staff{self.period}"
        self.subject = fact if kind == "fact" else f"{kind}:{slug}"
        self.themes: frozenset[str] | None = None
        """The few terms that are spoken of, so that they meet; None: any."""

    def pool(self) -> dict[str, Sequence[Any]]:
        """The terms that are spoken of, with their values."""
        pool = terms_of(self)
        always = (*FIRST[self.kind], "parties")
        themes = self.themes
        return {n: v for n, v in pool.items() if themes is None or n in themes or n in always}


def _some(draw: st.DrawFn, pool: dict[str, Sequence[Any]], most: int) -> Fields:
    if not pool:
        return {}
    names = pick_some(draw, sorted(pool), most)
    return {name: pick(draw, pool[name]) for name in names}


def _told(draw: st.DrawFn, *, mend: bool = False) -> Fields:
    """Who says it, and since when it is known, where that is said at all."""
    sources = pick_some(draw, SOURCES, 3, least=1)
    told: Fields = {"source": sources[0] if len(sources) == 1 else sources}
    how = draw(at_most(9))
    if how == 0:
        told["known"] = draw(any_moment)
    elif how == 1 and not mend:
        told = {"known": draw(any_moment)}
    return told


def _label(draw: st.DrawFn) -> Fields:
    how = draw(at_most(11))
    if how == 0:
        return {"fact_level": pick(draw, ("forecast", "opinion", "fact"))}
    if how == 1:
        return {"attribution": pick(draw, ("filing", "media_report"))}
    return {}


def _event(
    draw: st.DrawFn, subject: Subject, *, is_first: bool, types: dict[str, list[str]]
) -> Fields:
    type_ = pick(draw, types[subject.kind])
    pool = subject.pool()
    own = BY_EVENT.get(type_, {})
    most = 1 if types is FOCUSED else 2
    fields = _some(draw, {n: v for n, v in pool.items() if n not in BESIDES[type_]}, most)
    fields |= _some(draw, own, 2)
    needed = {name: own[name] for name in NEEDED.get(type_, ())}
    if is_first:
        needed |= {name: pool[name] for name in FIRST[subject.kind]}
        if subject.kind == "fact":
            fields |= {"company": subject.companies[0], "attribute": "staff"}
            fields |= {"period": subject.period[1:]} if subject.period else {}
    for name, values in needed.items():
        if name not in fields:
            fields[name] = pick(draw, values)
    if is_first and subject.kind in ("deal", "rumour"):
        fields["parties"] = pool["parties"][0 if draw(st.booleans()) else 1]
    if is_first and subject.kind == "proceeding":
        fields["parties"] = pool["parties"][1]
    if is_first and subject.kind in ("right", "commitment", "proceeding") and draw(st.booleans()):
        fields["about" if subject.kind == "proceeding" else "deal"] = "deal:x"
    if "form" in fields and type_ == "deal_agreed_in_principle":
        fields["form"] = "mou"
    return (
        {"type": type_, "subject": subject.subject, "occurred": draw(any_occurrence)}
        | fields
        | _told(draw)
        | _label(draw)
    )


# --- what is said about the record ------------------------------------------------------------------


def _changes(
    draw: st.DrawFn, root: Fields, subject: Subject, *, is_first: bool, mend: bool
) -> Fields:
    """Changes for an event (``root``), by our own record or by a paper."""
    type_ = root["type"]
    pool = {n: v for n, v in subject.pool().items() if n not in BESIDES[type_]}
    pool |= BY_EVENT.get(type_, {})
    if type_ == "deal_agreed_in_principle":
        pool.pop("form", None)
    changes = _some(draw, pool, 2)
    fixed = {*NEEDED.get(type_, ()), *(FIRST[subject.kind] if is_first else ())}
    for name in changes:
        if name not in fixed and draw(at_most(3)) == 0:
            changes[name] = None
    said = [name for name in pool if name in root and name not in fixed]
    if said and draw(at_most(2)) == 0:  # it was wrong, and nothing takes its place
        changes[pick(draw, said)] = None
    if is_first and "parties" in changes:
        changes["parties"] = pool["parties"][0]
    if draw(at_most(2)) == 0:
        changes["occurred"] = draw(any_occurrence)
    if draw(at_most(5)) == 0:
        changes["fact_level"] = pick(draw, ("forecast", "fact"))
    if draw(at_most(7)) == 0:
        changes["attribution"] = pick(draw, ("filing", "media_report", None))
    if draw(at_most(5)) == 0 and "source" in root:
        changes["source"] = pick(draw, (*SOURCES, ["s2", "s1"], ["s3", "s4"]))
    if mend and draw(at_most(3)) == 0:
        again = (None,) if "source" in root else ()
        changes["known"] = pick(draw, (draw(any_moment), *again))
    return changes or {"note": "better"}


def _remark(draw: st.DrawFn, told: list[Fields], subjects: dict[str, Subject]) -> Fields | None:
    """A correction, a retraction or a dispute of something told before."""
    mend = draw(st.booleans())
    by_id = {event["id"]: event for event in told}
    targets = [
        event
        for event in told
        if mend or not event["type"].startswith("event_") or "source" in event
    ]
    if not targets:
        return None
    remarks = [event for event in targets if "target" in event]
    if remarks and draw(at_most(2)) == 0:
        target = pick(draw, remarks)
    else:
        target = pick(draw, [e for e in targets if "target" not in e])
    kinds = ["event_corrected", "event_corrected", "event_retracted", "event_disputed"]
    if target["type"].startswith("event_"):
        kinds = ["event_retracted", "event_corrected", "event_disputed"]
    type_ = pick(draw, kinds)
    fields: Fields = {"type": type_, "target": target["id"]}
    root = target
    while "target" in root:
        root = by_id[root["target"]]
    fields["subject"] = root["subject"]
    if not mend:
        fields |= {"source": pick(draw, SOURCES)} | _label(draw)
        if draw(at_most(5)) == 0:
            fields["known"] = draw(any_moment)
    if type_ == "event_corrected":
        subject = subjects[root["subject"]]
        is_first = not any(e["subject"] == root["subject"] for e in told[: told.index(root)])
        if target is root:
            fields["changes"] = _changes(draw, root, subject, is_first=is_first, mend=mend)
        elif target["type"] == "event_corrected" and draw(st.booleans()):
            was_mend = "source" not in target
            if target["target"] != root["id"]:
                fields["changes"] = {"reason": "better"}
            else:
                inner = _changes(draw, root, subject, is_first=is_first, mend=was_mend)
                fields["changes"] = {"changes": inner}
        elif mend and "source" in target and draw(st.booleans()):
            fields["changes"] = pick(draw, (
                {"known": draw(any_moment)},
                {"source": pick(draw, (*SOURCES, ["s1", "s3"]))},
                {"fact_level": "forecast"},
                {"attribution": "filing"},
            ))  # fmt: skip
        else:
            fields["changes"] = {"reason": "better"}
    return fields


# --- whole histories --------------------------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn, *, min_events: int = 4, max_events: int = 14) -> list[Fields]:
    """A history in the order of the log; every event has an id, ``e1`` and so on but for registrations."""
    log = _registrations(draw)
    chosen: Sequence[str]
    how = pick(draw, ("focused", "focused", "linked", "calm", "any"))
    is_focused, is_calm = how == "focused", how == "calm"
    if is_focused:
        chosen = [pick(draw, (*KINDS, "deal", "deal"))]
    elif how == "any":
        chosen = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
    else:
        chosen = pick(draw, LINKED)
    orders = (COMPANIES, COMPANIES, ("c", "b", "a", *COMPANIES[3:]))
    found = [
        Subject(kind, slug, pick(draw, orders))
        for kind, slug in zip(chosen, ("x", "y", "z"), strict=False)
    ]
    for subject in found:
        names = st.lists(st.sampled_from(sorted(terms_of(subject))), min_size=3, max_size=6)
        subject.themes = frozenset(draw(names)) if draw(at_most(3)) else None
    subjects = {subject.subject: subject for subject in found}
    types = CALM if is_calm else FOCUSED if is_focused else TYPES
    told: list[Fields] = []  # what something can be said about
    ones = pick(draw, (*ONES, *[None] * 9))  # mostly nobody is judged
    for number in range(1, draw(st.integers(min_events, max_events)) + 1):
        event: Fields | None = None
        what = draw(at_most(24))
        if what < (2 if is_calm else 4 if is_focused else 7):
            event = _remark(draw, told, subjects) if told else None
        elif is_focused:
            pass
        elif what == 7 or (is_calm and what in (5, 6)):
            company = pick(draw, (*COMPANIES, "a", "b", "a", "b"))
            subject = Subject("company", company, COMPANIES)
            subjects[subject.subject] = subject
            event = _event(draw, subject, is_first=False, types=types)
        elif what in (8, 9, 10) and ones is not None:
            event = _judgement(draw, ones, log)
        elif what == 11:
            event = _mend_of_registration(draw)
        if event is None:
            subject = pick(draw, found)
            is_first = not any(e["subject"] == subject.subject for e in told)
            event = _event(draw, subject, is_first=is_first, types=types)
        event["id"] = f"e{number}"
        log.append(event)
        if event["type"] == "companies_judged":
            if draw(at_most(2)) == 0:
                log.append(_retraction(event))
        elif event["subject"] in subjects and not event.get("target", "").startswith("company-"):
            told.append(event)
    return log


def _retraction(event: Fields) -> Fields:
    id_ = f"{event['id']}-undone"
    target = {"target": event["id"], "subject": event["subject"]}
    return {"type": "event_retracted", "id": id_} | target


def _registration_of_source(draw: st.DrawFn, slug: str) -> Fields:
    head = {"type": "source_registered", "subject": f"source:{slug}", "id": f"source-{slug}"}
    fields: Fields = {"publisher": "Post", "kind": "news", "published": draw(any_moment)}
    zone = pick(draw, ZONES)
    return head | fields | ({} if zone == "UTC" else {"timezone": zone})


def _registrations(draw: st.DrawFn) -> list[Fields]:
    found = [_registration_of_source(draw, slug) for slug in SOURCES]
    if draw(at_most(7)) == 0:  # one was a mistake, and is there again
        found += [_retraction(found[-1]), _registration_of_source(draw, SOURCES[-1])]
        found[-1]["id"] = "source-again"
    for slug in COMPANIES:
        fields: Fields = {"name": slug.upper(), "aliases": [f"{slug.upper()} Inc"]}
        if draw(at_most(9)) == 0:
            fields |= pick(draw, (
                {"source": "s1"}, {"occurred": day(3), "known": day(1)}, {"country": "US"},
            ))  # fmt: skip
        head = {"type": "company_registered", "subject": f"company:{slug}", "id": f"company-{slug}"}
        found.append(head | fields)
    court = {
        "subject": "company:court",
        "id": "company-court",
        "name": "Court",
        "kind": "government",
    }
    found.append({"type": "company_registered"} | court)
    if draw(at_most(7)) == 0:
        gone = {"subject": "company:gone", "id": "company-gone", "name": "Gone"}
        found.append({"type": "company_registered"} | gone)
        found.append(_retraction(found[-1]))
    return found


def _mend_of_registration(draw: st.DrawFn) -> Fields:
    """A slip in a name, ours or a paper's, or in the day of a source: what that told before keeps its day."""
    mend: Fields = {"type": "event_corrected"}
    if draw(st.booleans()):
        company = pick(draw, COMPANIES)
        about = {"target": f"company-{company}", "subject": f"company:{company}"}
        news: Fields = pick(draw, ({}, {}, {"source": "s1"}))
        changes: Fields = {"name": pick(draw, ("Slip", "New"))}
        if not news and draw(at_most(3)) == 0:
            changes = {"known": draw(st.one_of(st.none(), moments()))}
        elif draw(at_most(3)) == 0:
            changes["occurred"] = draw(st.one_of(st.none(), occurrences()))
        return mend | about | news | {"changes": changes}
    source = pick(draw, SOURCES[:-1])
    about = {"target": f"source-{source}", "subject": f"source:{source}"}
    return mend | about | {"changes": {"published": draw(any_moment)}}


def _judgement(draw: st.DrawFn, ones: Sequence[str], before: list[Fields]) -> Fields | None:
    """A judgement that contradicts none before it."""
    judged = list(draw(st.permutations(ones)))[: draw(st.integers(2, len(ones)))]
    event = {
        "type": "companies_judged",
        "subject": f"company:{judged[0]}",
        "companies": judged,
        "judgement": pick(draw, ("same", "same", "different")),
    }
    identity = Identity(Log.of([*before, event]).at())
    parted = [pair for pair, judgement in identity.judged.items() if judgement == "different"]
    return None if any(pair <= set(identity.one(c)) for c in ones for pair in parted) else event


days_asked = st.one_of(st.integers(-1, 16), st.sampled_from((20, 36, 365))).map(day)


@st.composite
def known_asked(draw: st.DrawFn) -> str | None:
    """Mostly everything, else what was known at a moment among the two weeks."""
    return draw(any_moment) if draw(at_most(2)) == 0 else None


@st.composite
def lenses(draw: st.DrawFn) -> Lens | None:
    """Mostly none; else one line, sometimes two."""
    if draw(at_most(2)):
        return None
    some = st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3, unique=True).map(tuple)
    lines: dict[str, st.SearchStrategy[tuple[str, ...]]] = {
        "source": some,
        "not_source": some,
        "attribution": st.just(("filing",)),
        "fact_level": st.sampled_from((("fact",), ("forecast", "opinion"))),
    }
    names = pick_some(draw, sorted(lines), 2, least=1)
    return Lens(**{name: draw(lines[name]) for name in names})
