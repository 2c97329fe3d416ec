"""Companies, their ties and the sources as entities of FollowTheMoney (https://followthemoney.tech).

Who owns a stake or is the parent of a company becomes an Ownership, as does an acquisition that was
completed; who manages one, a Directorship; a loan, a Debt; a subject of more than four parties, a Project
with its participants; every other tie an UnknownLink whose role says what it is. Days are as exact as they
were told: the model has years, months and days, so of a quarter the year is left. Companies that nobody
named are left out, and the ties with them: the model has no entity without a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from timeline.answers.story import Course, NetworkAnswer, Span, is_subject
from timeline.model import dates
from timeline.model.fold import kind_of
from timeline.model.values import Fields
from timeline.render.exchange.ties import Edge, edges_of, is_company, kind_of_tie
from timeline.render.text import capital

Entity = dict[str, Any]
"""``id``, ``schema`` and ``properties``, each a list of texts."""

_SCHEMAS: Final = {"government": "PublicBody", "university": "Organization", "person": "Person"}
"""What a company is by its kind; a Company otherwise, which alone can be owned."""

_IDENTIFIERS: Final = {
    "lei": "leiCode",
    "wikidata": "wikidataId",
    "isin": "isinCode",
    "ticker": "ticker",
    "cik": "cikCode",
    "permid": "permId",
    "duns": "dunsCode",
}
_OF_COMPANIES: Final = frozenset({"isinCode", "ticker", "cikCode", "permId"})
"""Properties that a Person does not have, and most of them only a Company."""

_TIES: Final = {
    "owns_stake_in": ("Ownership", "owner", "asset"),
    "parent_of": ("Ownership", "owner", "asset"),
    "acquisition": ("Ownership", "owner", "asset"),
    "manages": ("Directorship", "director", "organization"),
    "lends_to": ("Debt", "creditor", "debtor"),
}
"""What a tie becomes by its kind: the schema, and the properties of its ends."""

_OTHER: Final = ("UnknownLink", "subject", "object")

_encode: Final = msgspec.json.Encoder().encode

_told_exactly: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?").fullmatch


def entity_lines(
    answer: NetworkAnswer, companies: Mapping[str, Fields], sources: Mapping[str, Fields]
) -> Iterator[str]:
    """The entities as lines of JSON, as ``ftm`` reads them."""
    for entity in entities(answer, companies, sources):
        yield _encode(entity).decode()


def entities(
    answer: NetworkAnswer, companies: Mapping[str, Fields], sources: Mapping[str, Fields]
) -> Iterator[Entity]:
    """The entities of a network, with the terms of its companies and of the sources it rests on."""
    for company, terms in companies.items():
        yield _company(company, terms)
    cited = {slug for course in answer.courses for slug in _sources(course)}
    for slug in sorted(cited & sources.keys()):
        yield _document(slug, sources[slug])
    schemas = {company: _schema(terms) for company, terms in companies.items()}
    projects: set[str] = set()
    for edge in edges_of(answer):
        if is_subject(edge.tie.one) or is_subject(edge.tie.other):
            yield from _participant(edge, projects, companies)
        elif {edge.tie.one, edge.tie.other} <= companies.keys():
            yield _tie(edge, schemas)


def _company(company: str, terms: Fields) -> Entity:
    schema = _schema(terms)
    found: dict[str, list[str]] = {"name": [terms.get("name", company)]}
    if aliases := terms.get("aliases"):
        found["alias"] = list(aliases)
    if country := terms.get("country"):
        found["country"] = [country.partition("-")[0].lower()]
    for scheme, value in terms.get("identifiers", {}).items():
        name = _IDENTIFIERS.get(scheme)
        if name is None or (schema != "Company" and name in _OF_COMPANIES):
            found.setdefault("idNumber", []).append(f"{scheme}:{value}")
        else:
            found[name] = [value]
    return {"id": f"company-{company}", "schema": schema, "properties": found}


def _schema(terms: Fields) -> str:
    return _SCHEMAS.get(terms.get("kind", ""), "Company")


def _document(slug: str, terms: Fields) -> Entity:
    found = {"fileName": [slug], "title": [terms.get("title") or slug]}
    for name, term in (("publisher", "publisher"), ("sourceUrl", "url")):
        if term in terms:
            found[name] = [terms[term]]
    if published := terms.get("published"):
        found["publishedAt"] = [published[:10]]
    return {"id": f"source-{slug}", "schema": "Document", "properties": found}


def _tie(edge: Edge, schemas: Mapping[str, str]) -> Entity:
    tie, course = edge.tie, edge.course
    kind = course.kind or ""
    schema, first, second = _TIES.get(kind, _OTHER)
    bought = [span for span in tie.spans if span.status == "completed"]
    if kind == "acquisition" and not bought:
        schema, first, second = _OTHER
    if not edge.directed or (schema == "Ownership" and schemas[edge.target] != "Company"):
        schema, first, second = _OTHER
    if schema == "Directorship" and schemas[edge.target] == "Person":
        schema, first, second = _OTHER
    found = {first: [f"company-{edge.source}"], second: [f"company-{edge.target}"]}
    if schema == "Ownership" and (percent := _percent(course.terms)) is not None:
        found["percentage"] = [percent]
    if schema == "Ownership" and kind == "acquisition":
        found |= _days(bought, course)
    else:
        found |= _days(tie.spans, course)
    found |= _told(edge, role=schema != "Debt")
    ends = "" if {edge.source, edge.target} >= set(course.counterparties) else f".{edge.number}"
    return {"id": f"{tie.subject.replace(':', '-')}{ends}", "schema": schema, "properties": found}


def _participant(
    edge: Edge, projects: set[str], companies: Mapping[str, Fields]
) -> Iterator[Entity]:
    """A party of a subject that joins more than four, and the subject itself, once."""
    subject = edge.tie.subject
    id_ = subject.replace(":", "-")
    if subject not in projects:
        projects.add(subject)
        noun = capital(kind_of(subject).noun(edge.course.kind))
        named = {"name": [noun], "projectId": [subject], "status": [_status(edge.course)]}
        yield {"id": id_, "schema": "Project", "properties": named}
    party = edge.tie.other if is_subject(edge.tie.one) else edge.tie.one
    if is_company(party) and party in companies:
        found = {"project": [id_], "participant": [f"company-{party}"]}
        found |= _days(edge.tie.spans, edge.course) | _told(edge, role=True)
        made = {"id": f"{id_}.{party}", "schema": "ProjectParticipant", "properties": found}
        yield made


def _told(edge: Edge, *, role: bool) -> dict[str, list[str]]:
    """What a tie is, how sure that is, and what it rests on."""
    course = edge.course
    found = {"summary": [edge.title], "recordId": [edge.tie.subject]}
    if role:
        found["role"] = [kind_of_tie(course.subject, course.kind)]
        found["status"] = [_status(course)]
    if proofs := _sources(course):
        found["proof"] = [f"source-{slug}" for slug in proofs]
    return found


def _status(course: Course) -> str:
    last = course.spans[-1]
    said = course.status or last.status
    return f"{said}, disputed" if course.disputed else said


def _sources(course: Course) -> list[str]:
    """The sources of what counts at the coordinate."""
    return sorted({slug for mark in course.marks if mark.counts for slug in mark.sources})


def _percent(terms: Fields) -> str | None:
    """The share where it was told exactly; the model has no range."""
    share = terms.get("share") or terms.get("stake")
    return share.get("exact") if isinstance(share, dict) else None


def _days(spans: list[Span], course: Course) -> dict[str, list[str]]:
    """When a tie began and ended, as exactly as that was told."""
    found: dict[str, list[str]] = {}
    if not spans:
        return found
    kind = kind_of(course.subject)
    started = course.terms.get("started")
    since = _day(started) if isinstance(started, str) else _day(spans[0].since)
    if since is not None:  # what was observed began some day before
        seen = spans[0].status == "observed" and started is None
        found["date" if seen else "startDate"] = [since]
    last = spans[-1]
    if kind.group_of(last.status) == "over":
        if (until := _day(last.since)) is not None:
            found["endDate"] = [until]
    elif last.valid_to != dates.OPEN_END:  # another company is in its place
        found["endDate"] = [last.valid_to]
    return found


def _day(told: str | None) -> str | None:
    """An imprecise date as a year, a month or a day: what its first and its last day share."""
    if told is None or _told_exactly(told):
        return told
    first, last = dates.bounds(told)
    for length in (10, 7, 4):
        if first[:length] == last[:length]:
            return first[:length]
    return None
