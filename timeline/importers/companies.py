"""Which company a row names: one that is known by id, identifier or name, or a new one with an id of its own.

Companies of the same name in letter are one company, unless their identifiers differ. Nothing else is
merged: other spellings get ids of their own and are listed as likely duplicates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from timeline.importers.cells import Refused
from timeline.importers.slugs import company_slug, slug_of
from timeline.model.names import fold_name
from timeline.model.values import UNDISCLOSED, Fields
from timeline.store.handles import HandleRow


class Named(Struct, frozen=True):
    """A company as a row names it."""

    id: str = ""
    name: str = ""
    identifiers: Mapping[str, str] = {}
    more: Mapping[str, Any] = {}
    """What else is registered of it if it is new: country, kind, aliases."""
    column: str = ""
    """The column to name in messages."""


_NAMES = ("name", "alias", "former name")
DESCRIBING: Final = ("country", "kind")
"""Terms of a company that lists tell, and that are kept where nobody told them before."""
MOST_SPELLINGS: Final = 1000
"""Names that a report lists."""


class Learned(Struct):
    """What rows told of a company that was there: identifiers by scheme, names, and terms."""

    identifiers: dict[str, str] = {}
    names: dict[str, str] = {}
    terms: dict[str, Any] = {}


def key_of(name: str) -> str:
    """What two spellings share that differ in case and spaces only."""
    return " ".join(name.split()).casefold()


class Companies:
    """Every known company by its names and identifiers, and the new ones of this import."""

    def __init__(self, handles: Iterable[HandleRow]) -> None:
        self.names: dict[str, str] = {UNDISCLOSED: UNDISCLOSED}
        self.new: dict[str, Fields] = {}
        """What will be registered, by id, until :meth:`registration` has given it."""
        self.registered: set[str] = set()
        """The ids of the companies that this import registered."""
        self._created: list[str] = []
        self._learned: dict[str, Learned] = {}
        """What rows told of companies that are there already, until :meth:`learned` has given it."""
        self._lessons: list[tuple[str, str, str]] = []
        """Each of it by company, kind of news and its key, in the order in which it came."""
        self._described: dict[str, set[str]] = {}
        """Which of :data:`DESCRIBING` is known of a company; those that were there are asked for first."""
        self.spellings: dict[tuple[str, str], None] = {}
        """Names that rows gave to companies which are known by another one: (id, name)."""
        self._by_name: dict[str, list[str]] = {}
        self._by_identifier: dict[tuple[str, str], list[str]] = {}
        self._identifiers: dict[str, dict[str, str]] = {}
        for handle in handles:
            company, value = handle.company, handle.value
            if handle.matched == "name" or company not in self.names:
                self.names[company] = value
            if handle.matched in _NAMES:
                _add(self._by_name, key_of(value), company)
            elif handle.matched != "id":
                _add(self._by_identifier, (handle.matched, value.casefold()), company)
                self._identifiers.setdefault(company, {})[handle.matched] = value

    def find(self, named: Named) -> str:
        """The id of the company; a new one is remembered as such. Raises Refused."""
        if named.id:
            slug = slug_of(named.id)
            if not slug:
                raise Refused("empty-name", f'"{named.id}" is no id', named.column)
            if slug not in self.names:
                return self._create(slug, named)
            return self._learn(slug, named)
        found = self._by_identifiers(named)
        if found is not None:
            return self._learn(found, named)
        if not named.name:
            raise Refused("empty-name", "no company is named", named.column)
        if key_of(named.name) == UNDISCLOSED:
            return UNDISCLOSED
        same = self._by_name.get(key_of(named.name), [])
        if (
            not same and named.name in self.names
        ):  # the id of a company, as everywhere in the program
            same = [named.name]
        fitting = [each for each in same if not self._differs(each, named)]
        if len(fitting) > 1:
            message = f'"{named.name}" may be {" or ".join(fitting)}; name it by its id'
            raise Refused("ambiguous-company", message, named.column)
        if fitting:
            return self._learn(fitting[0], named)
        return self._create(self._free(named.name, named.column), named)

    def _by_identifiers(self, named: Named) -> str | None:
        found: dict[str, None] = {}
        for scheme, value in named.identifiers.items():
            found |= dict.fromkeys(self._by_identifier.get((scheme, value.casefold()), ()))
        if len(found) > 1:
            message = f"the identifiers belong to {' and '.join(found)}"
            raise Refused("ambiguous-company", message, named.column)
        return next(iter(found), None)

    def _differs(self, company: str, named: Named) -> bool:
        known = self._identifiers.get(company, {})
        return any(
            known[scheme].casefold() != value.casefold()
            for scheme, value in named.identifiers.items()
            if scheme in known
        )

    def _free(self, name: str, column: str) -> str:
        """An id that nobody has: without the legal form, with it, or numbered."""
        short = company_slug(name)
        if not short:
            raise Refused("empty-name", f'"{name}" has no letter and no digit', column)
        if short not in self.names:
            return short
        if (whole := slug_of(name)) not in self.names:
            return whole
        number = 2
        while f"{short}-{number}" in self.names:
            number += 1
        return f"{short}-{number}"

    def _create(self, company: str, named: Named) -> str:
        name = named.name or named.id
        fields: Fields = {
            "type": "company_registered",
            "subject": f"company:{company}",
            "name": name,
        }
        fields |= named.more
        if named.identifiers:
            fields["identifiers"] = dict(named.identifiers)
        self.names[company] = name
        self.new[company] = fields
        self._described[company] = {term for term in DESCRIBING if named.more.get(term)}
        self._created.append(company)
        _add(self._by_name, key_of(name), company)
        for alias in named.more.get("aliases", ()):
            _add(self._by_name, key_of(alias), company)
        self._identifiers[company] = dict(named.identifiers)
        for scheme, value in named.identifiers.items():
            _add(self._by_identifier, (scheme, value.casefold()), company)
        return company

    def _learn(self, company: str, named: Named) -> str:
        """Keep what a company that is there has not: identifiers of further schemes, names, country, kind."""
        if company == UNDISCLOSED:
            return company
        known = self._identifiers.setdefault(company, {})
        for scheme, value in named.identifiers.items():
            if scheme not in known:
                known[scheme] = value
                self._lesson(company, "identifiers", scheme, value)
                _add(self._by_identifier, (scheme, value.casefold()), company)
        for name in (named.name, *named.more.get("aliases", ())):
            if name:
                self._spelled(company, name)
        described = self._described.get(company)
        for term in DESCRIBING:
            told = named.more.get(term)
            if told and (described is None or term not in described):
                learned = self._learned.get(company)
                if learned is None or term not in learned.terms:
                    self._lesson(company, "terms", term, told)
        return company

    def _lesson(self, company: str, what: str, key: str, value: Any) -> None:
        learned = self._learned.setdefault(company, Learned())
        getattr(learned, what)[key] = value
        self._lessons.append((company, what, key))

    def _spelled(self, company: str, name: str) -> None:
        """Keep a name that the company does not have; one that differs in its spelling only is listed."""
        key = key_of(name)
        if key == key_of(self.names[company]) or company in self._by_name.get(key, ()):
            return
        if len(self.spellings) < MOST_SPELLINGS:
            self.spellings[company, name] = None
        if fold_name(name).base != fold_name(self.names[company]).base and slug_of(name):
            self._lesson(company, "names", name, name)
            _add(self._by_name, key, company)

    def mark(self) -> tuple[int, int]:
        """To go back to, if the row turns out to be refused."""
        return len(self._created), len(self._lessons)

    def undo(self, mark: tuple[int, int]) -> None:
        """Forget the companies that were created, and what was learned of others, since a mark."""
        created, learned = mark
        while len(self._lessons) > learned:
            company, what, key = self._lessons.pop()
            value = getattr(self._learned[company], what).pop(key)
            if what == "identifiers":
                self._identifiers[company].pop(key)
                _remove(self._by_identifier, (key, value.casefold()), company)
            elif what == "names":
                _remove(self._by_name, key_of(key), company)
        while len(self._created) > created:
            company = self._created.pop()
            fields = self.new.pop(company)
            del self.names[company], self._described[company]
            for name in (fields["name"], *fields.get("aliases", ())):
                _remove(self._by_name, key_of(name), company)
            for scheme, value in self._identifiers.pop(company).items():
                _remove(self._by_identifier, (scheme, value.casefold()), company)

    def registration(self, company: str) -> Fields | None:
        """What registers a new company, once; None for one that is in the log."""
        fields = self.new.pop(company, None)
        if fields is not None:
            self.registered.add(company)
        return fields

    def undescribed(self, companies: Iterable[str]) -> list[str]:
        """Those companies of which rows told something, and of which nobody knows what the log has of it."""
        return [
            each
            for each in companies
            if each not in self._described and each in self._learned and self._learned[each].terms
        ]

    def describe(self, company: str, terms: Iterable[str]) -> None:
        """Know which terms the log has of a company."""
        self._described[company] = set(terms)

    def learned(self, company: str) -> Learned:
        """What rows told of a company which was there, and the log does not have, once."""
        found = self._learned.pop(company, None)
        if found is None:
            return Learned()
        described = self._described.setdefault(company, set())
        for term in described & found.terms.keys():
            del found.terms[term]
        described |= found.terms.keys()
        return found


def _add(index: dict[Any, list[str]], key: Any, company: str) -> None:
    found = index.setdefault(key, [])
    if company not in found:
        found.append(company)


def _remove(index: dict[Any, list[str]], key: Any, company: str) -> None:
    found = index.get(key, [])
    if company in found:
        found.remove(company)
    if not found:
        index.pop(key, None)
