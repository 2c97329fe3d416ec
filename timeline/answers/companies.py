"""Companies by any name they have ever had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from timeline.errors import NotFound
from timeline.model.company import NOBODY, Identity, name_at
from timeline.model.fold import replay
from timeline.model.values import SLUG, Fields
from timeline.nearest import nearest
from timeline.store.companies import read_all_handles, read_handles
from timeline.store.log import read_all_entries
from timeline.store.lookups import has_subject

if TYPE_CHECKING:
    from timeline.answers.view import View
    from timeline.model.record import Entry


def names_at(view: View, ids: Iterable[str] | None = None) -> dict[str, str]:
    """The name at a view's coordinate of every company, or of those ``ids`` that are one, by its id.

    What has no name there yet goes by that of its registration, whenever that was recorded. Companies that
    are one have one name.
    """
    connection, at, one = view.connection, view.at, view.identity
    found: Iterator[tuple[str, list[Entry]]]
    if ids is None:
        every = read_all_entries(connection, kinds=["company"])
        found = ((subject.partition(":")[2], entries) for subject, entries in every)
    else:
        ids = list(ids)
        found = iter(view.registered(one.of(id_) for id_ in ids).items())
    names = {
        company: name_at(company, entries, at.on, at.known_at, at.position)
        for company, entries in found
    }
    asked = names if ids is None else ids
    return {id_: names[one.of(id_)] for id_ in asked if one.of(id_) in names} if one else names


def terms_at(view: View) -> dict[str, Fields]:
    """What is known of every company at a view's coordinate, its name at least, by the id that is shown."""
    at, one = view.at, view.identity
    found: dict[str, Fields] = {}
    for subject, entries in read_all_entries(view.connection, at.position, ["company"]):
        company = subject.partition(":")[2]
        if one.of(company) == company:
            item = replay(entries, at.on, at.known_at)
            name = name_at(company, entries, at.on, at.known_at, at.position)
            found[company] = (item.terms if item else {}) | {"name": name}
    return found


def find_company(connection: Connection, text: str, one: Identity = NOBODY) -> str:
    """The id of the company that ``text`` names: by id, name, former name, alias or identifier.

    Of companies that are ``one`` it is the id that is shown. Raises NotFound with the nearest names, also
    where several companies have that name.
    """
    import re

    if re.fullmatch(SLUG, text, re.ASCII) and has_subject(connection, f"company:{text}"):
        return one.of(text)
    found = read_handles(connection, text)
    # two companies may differ in no more than a dash: what is typed to the letter is meant
    exact = [row for row in found if row.value.casefold() == text.casefold().strip()] or found
    companies = sorted({one.of(row.company) for row in exact})
    if len(companies) == 1:
        return companies[0]
    if companies:
        raise NotFound("single company", text, companies)
    by_value = {row.value: row.company for row in read_all_handles(connection)}
    close = [by_value[value] for value in nearest(text, by_value, limit=5)]
    raise NotFound("company", text, list(dict.fromkeys(close))[:3])
