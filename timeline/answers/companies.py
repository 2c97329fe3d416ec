"""Companies by any name they have ever had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy.engine import Connection

from timeline.answers.model import CompanyMatch
from timeline.errors import NotFound
from timeline.model import dates
from timeline.model.fold import replay
from timeline.model.record import Entry, judge
from timeline.model.values import SLUG
from timeline.nearest import nearest
from timeline.store.log import read_all_entries, read_entries, read_head


def company_entries(connection: Connection, company: str, position: int) -> list[Entry]:
    """The events of a company's identity up to a position; empty for an unknown one."""
    found = read_entries(connection, [f"company:{company}"], position)
    return next((entries for _, entries in found), [])


def latest_name(company: str, entries: list[Entry]) -> str:
    """What the company is called by all that is known."""
    item = replay(entries, dates.OPEN_END)
    return str(item.terms["name"]) if item and "name" in item.terms else company


def names_of(connection: Connection, ids: Iterable[str] | None = None) -> dict[str, str]:
    """The present name of every company, or of those ``ids`` that are one, by its id."""
    position = read_head(connection).position
    if ids is None:
        found = read_all_entries(connection, position, ["company"])
    else:
        found = read_entries(connection, [f"company:{id_}" for id_ in ids], position)
    return {
        subject.partition(":")[2]: latest_name(subject.partition(":")[2], entries)
        for subject, entries in found
    }


def find_company(connection: Connection, text: str) -> str:
    """The id of the company that ``text`` names: by id, name, former name, alias or identifier.

    Raises NotFound with the nearest names, also where several companies have that name.
    """
    return company_named(connection, text)[0]


def company_named(connection: Connection, text: str) -> tuple[str, list[Entry]]:
    """The id of the company that ``text`` names, as :func:`find_company` does, and its events."""
    import re

    if re.fullmatch(SLUG, text, re.ASCII) and (entries := _entries_of(connection, text)):
        return text, entries
    wanted = text.casefold().strip()
    known = list(handles(connection))
    exact = {handle.company for handle in known if handle.value.casefold() == wanted}
    if len(exact) == 1:
        company = exact.pop()
        return company, _entries_of(connection, company)
    if exact:
        raise NotFound("single company", text, sorted(exact))
    by_value = {handle.value: handle.company for handle in known}
    close = [by_value[value] for value in nearest(text, by_value, limit=5)]
    raise NotFound("company", text, list(dict.fromkeys(close))[:3])


def _entries_of(connection: Connection, company: str) -> list[Entry]:
    return company_entries(connection, company, 2**62)


def find(connection: Connection, text: str, limit: int = 10) -> list[CompanyMatch]:
    """Companies by id, name, former name, alias or identifier; exact first, near misses ranked."""
    from rapidfuzz import fuzz, process, utils

    known = list(handles(connection))
    found = process.extract(
        text,
        [handle.value for handle in known],
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=None,
        score_cutoff=60,
    )
    best: dict[str, CompanyMatch] = {}
    for value, score, index in found:
        handle = known[index]
        exact = value.casefold() == text.casefold().strip()
        points = 100 if exact else min(round(score), 99)
        if handle.company not in best or best[handle.company].score < points:
            best[handle.company] = CompanyMatch(
                company=handle.company, name=handle.name, country=handle.country,
                matched=handle.matched, value=value, score=points,
            )  # fmt: skip
    return sorted(best.values(), key=lambda match: (-match.score, match.company))[:limit]


def handles(connection: Connection) -> Iterator[CompanyMatch]:
    """Everything by which every company can be found: id, names, aliases, former names, identifiers."""
    position = read_head(connection).position
    for subject, entries in read_all_entries(connection, position, ["company"]):
        company = subject.partition(":")[2]
        item = replay(entries, dates.OPEN_END)
        terms = item.terms if item else {}
        name = terms.get("name", company)
        seen = {("id", company), ("name", name)}
        seen |= {("alias", alias) for alias in terms.get("aliases", [])}
        seen |= set(terms.get("identifiers", {}).items())
        # names that later events replaced still find it
        for entry in judge(entries).counting:
            former = entry.fields.get("name")
            if former and former not in {value for _, value in seen}:
                seen.add(("former name", former))
            seen |= {("alias", alias) for alias in entry.fields.get("aliases", [])}
            seen |= set(entry.fields.get("identifiers", {}).items())
        for matched, value in sorted(seen):
            yield CompanyMatch(
                company=company, name=name, country=terms.get("country"),
                matched=matched, value=value, score=100,
            )  # fmt: skip
