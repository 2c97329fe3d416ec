"""Companies by any name they have ever had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy.engine import Connection

from timeline.answers.model import Coordinate
from timeline.errors import NotFound
from timeline.model.company import name_at
from timeline.model.record import Entry
from timeline.model.values import SLUG
from timeline.nearest import nearest
from timeline.store.handles import read_all_handles, read_handles
from timeline.store.log import read_all_entries, read_entries

_ALL: Final = 2**62
"""A position behind every log's end."""


def company_entries(connection: Connection, company: str, position: int) -> list[Entry]:
    """The events of a company's identity up to a position; empty for an unknown one."""
    found = read_entries(connection, [f"company:{company}"], position)
    return next((entries for _, entries in found), [])


def names_at(
    connection: Connection, at: Coordinate, ids: Iterable[str] | None = None
) -> dict[str, str]:
    """The name at a coordinate of every company, or of those ``ids`` that are one, by its id.

    What has no name there yet goes by that of its registration, whenever that was recorded.
    """
    if ids is None:
        found = read_all_entries(connection, _ALL, ["company"])
    else:
        found = read_entries(connection, [f"company:{id_}" for id_ in ids], _ALL)
    return {
        company: name_at(company, entries, at.on, at.known_at, at.position)
        for subject, entries in found
        for company in [subject.partition(":")[2]]
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
    found = read_handles(connection, text)
    # two companies may differ in no more than a dash: what is typed to the letter is meant
    exact = [row for row in found if row.value.casefold() == text.casefold().strip()] or found
    companies = sorted({row.company for row in exact})
    if len(companies) == 1:
        return companies[0], _entries_of(connection, companies[0])
    if companies:
        raise NotFound("single company", text, companies)
    by_value = {row.value: row.company for row in read_all_handles(connection)}
    close = [by_value[value] for value in nearest(text, by_value, limit=5)]
    raise NotFound("company", text, list(dict.fromkeys(close))[:3])


def _entries_of(connection: Connection, company: str) -> list[Entry]:
    return company_entries(connection, company, _ALL)
