"""Which company a row names: one that is known by id, identifier or name, or a new one with an id of its own.

Companies of the same name in letter are one company, unless their identifiers differ. Nothing else is
merged: other spellings get ids of their own and are listed as likely duplicates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from timeline.importers.cells import Refused
from timeline.importers.shelf import MOST_HELD, Hashes, Shelf
from timeline.importers.slugs import company_slug, slug_of
from timeline.model.names import fold_name
from timeline.model.values import UNDISCLOSED, Fields
from timeline.store.companies import HandleRow


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
_IN_ORDER: Final = ("kind", "aliases", "country")
"""What :attr:`Named.more` holds, in the order in which an event gives its fields."""
DESCRIBING: Final = ("country", "kind")
"""Terms of a company that lists tell, and that are kept where nobody told them before."""
MOST_SPELLINGS: Final = 1000
"""Names that a report lists."""


class Learned(Struct):
    """What rows told of a company that was there: identifiers by scheme, names, and terms."""

    identifiers: dict[str, str] = {}
    names: dict[str, str] = {}
    terms: dict[str, Any] = {}


@lru_cache(maxsize=4096)
def key_of(name: str) -> str:
    """What two spellings share that differ in case and spaces only."""
    return " ".join(name.split()).casefold()


class _Known(Struct, array_like=True):
    """A company that is registered, or will be."""

    name: str
    identifiers: dict[str, str] = {}
    described: list[str] | None = None
    """Which of :data:`DESCRIBING` is known of it; None of one of which the log was not asked yet."""


class Companies:
    """Every known company by its names and identifiers, and the new ones of this import."""

    def __init__(self, handles: Iterable[HandleRow], *, in_memory: int = MOST_HELD) -> None:
        self.new: dict[str, Fields] = {}
        """What will be registered, by id, until :meth:`registration` has given it."""
        self.registered = Hashes()
        """The ids of the companies that this import registered."""
        self._created: list[str] = []
        """The new ones since :meth:`settle`."""
        self._learned: dict[str, Learned] = {}
        """What rows told of companies that are there already, until :meth:`learned` has given it."""
        self._lessons: list[tuple[str, str, str]] = []
        """Each of it since :meth:`settle`: company, kind of news and its key, in the order it came in."""
        self.spellings: dict[tuple[str, str], None] = {}
        """Names that rows gave to companies which are known by another one: (id, name)."""
        self._known: Shelf[_Known] = Shelf(_Known, in_memory)
        self._by_name: Shelf[list[str]] = Shelf(list[str], in_memory)
        self._by_identifier: Shelf[list[str]] = Shelf(list[str], in_memory)
        """By :func:`_identifier`."""
        self._known[UNDISCLOSED] = _Known(UNDISCLOSED)
        for count, handle in enumerate(handles):
            company, value = handle.company, handle.value
            known = self._known.get(company) or _Known(value)
            if handle.matched == "name":
                known.name = value
            if handle.matched in _NAMES:
                _add(self._by_name, key_of(value), company)
            elif handle.matched != "id":
                _add(self._by_identifier, _identifier(handle.matched, value), company)
                known.identifiers[handle.matched] = value
            self._known[company] = known
            if count % 1000 == 0:
                self.settle()

    def __contains__(self, company: str) -> bool:
        return company in self._known

    def settle(self) -> None:
        """Keep what rows told until now: nothing of it can be undone, and what is much goes to a file."""
        self._created.clear()
        self._lessons.clear()
        for shelf in (self._known, self._by_name, self._by_identifier):
            shelf.settle()

    def close(self) -> None:
        """Let go of the files; nothing is found any more."""
        for shelf in (self._known, self._by_name, self._by_identifier):
            shelf.close()

    def find(self, named: Named) -> str:
        """The id of the company; a new one is remembered as such. Raises Refused."""
        if named.id:
            slug = slug_of(named.id)
            if not slug:
                raise Refused("empty-name", f'"{named.id}" is no id', named.column)
            if slug not in self._known:
                return self._create(slug, named)
            return self._learn(slug, named)
        found = self._by_identifiers(named)
        if found is not None:
            return self._learn(found, named)
        if not named.name:
            raise Refused("empty-name", "no company is named", named.column)
        if key_of(named.name) == UNDISCLOSED:
            return UNDISCLOSED
        same = self._by_name.get(key_of(named.name)) or []
        if not same and named.name in self._known:  # an id, as everywhere in the program
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
            found |= dict.fromkeys(self._by_identifier.get(_identifier(scheme, value)) or ())
        if len(found) > 1:
            message = f"the identifiers belong to {' and '.join(found)}"
            raise Refused("ambiguous-company", message, named.column)
        return next(iter(found), None)

    def _differs(self, company: str, named: Named) -> bool:
        known = self._of(company).identifiers
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
        if short not in self._known:
            return short
        if (whole := slug_of(name)) not in self._known:
            return whole
        number = 2
        while f"{short}-{number}" in self._known:
            number += 1
        return f"{short}-{number}"

    def _create(self, company: str, named: Named) -> str:
        name = named.name or named.id
        fields: Fields = {
            "type": "company_registered",
            "subject": f"company:{company}",
            "name": name,
        }
        for term in _IN_ORDER:
            if term in named.more:
                fields[term] = named.more[term]
        if named.identifiers:
            fields["identifiers"] = dict(named.identifiers)
        described = [term for term in DESCRIBING if named.more.get(term)]
        self._known[company] = _Known(name, dict(named.identifiers), described)
        self.new[company] = fields
        self._created.append(company)
        _add(self._by_name, key_of(name), company)
        for alias in named.more.get("aliases", ()):
            _add(self._by_name, key_of(alias), company)
        for scheme, value in named.identifiers.items():
            _add(self._by_identifier, _identifier(scheme, value), company)
        return company

    def _of(self, company: str) -> _Known:
        known = self._known.get(company)
        assert known is not None
        return known

    def _learn(self, company: str, named: Named) -> str:
        """Keep what a company that is there has not: identifiers of further schemes, names, country, kind."""
        if company == UNDISCLOSED:
            return company
        known = self._of(company)
        for scheme, value in named.identifiers.items():
            if scheme not in known.identifiers:
                known.identifiers[scheme] = value
                self._known[company] = known
                self._lesson(company, "identifiers", scheme, value)
                _add(self._by_identifier, _identifier(scheme, value), company)
        for name in (named.name, *named.more.get("aliases", ())):
            if name:
                self._spelled(company, known.name, name)
        for term in DESCRIBING:
            told = named.more.get(term)
            if told and (known.described is None or term not in known.described):
                learned = self._learned.get(company)
                if learned is None or term not in learned.terms:
                    self._lesson(company, "terms", term, told)
        return company

    def _lesson(self, company: str, what: str, key: str, value: Any) -> None:
        learned = self._learned.setdefault(company, Learned())
        getattr(learned, what)[key] = value
        self._lessons.append((company, what, key))

    def _spelled(self, company: str, known: str, name: str) -> None:
        """Keep a name that the company does not have; one that differs in its spelling only is listed."""
        if name == known:
            return
        key = key_of(name)
        if key == key_of(known) or company in (self._by_name.get(key) or ()):
            return
        if len(self.spellings) < MOST_SPELLINGS:
            self.spellings[company, name] = None
        if fold_name(name).base != fold_name(known).base and slug_of(name):
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
                known = self._of(company)
                known.identifiers.pop(key)
                self._known[company] = known
                _remove(self._by_identifier, _identifier(key, value), company)
            elif what == "names":
                _remove(self._by_name, key_of(key), company)
        while len(self._created) > created:
            company = self._created.pop()
            fields = self.new.pop(company)
            for name in (fields["name"], *fields.get("aliases", ())):
                _remove(self._by_name, key_of(name), company)
            for scheme, value in self._of(company).identifiers.items():
                _remove(self._by_identifier, _identifier(scheme, value), company)
            self._known.pop(company)

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
            if each in self._learned
            and self._learned[each].terms
            and self._of(each).described is None
        ]

    def describe(self, company: str, terms: Iterable[str]) -> None:
        """Know which terms the log has of a company."""
        known = self._of(company)
        known.described = list(terms)
        self._known[company] = known

    def learned(self, company: str) -> Learned | None:
        """What rows told of a company which was there, and the log does not have, once; None: nothing."""
        found = self._learned.pop(company, None)
        if found is None:
            return None
        known = self._of(company)
        described = known.described or []
        for term in found.terms.keys() & described:
            del found.terms[term]
        known.described = [*described, *found.terms]
        self._known[company] = known
        return found


def _identifier(scheme: str, value: str) -> str:
    return f"{scheme}:{value.casefold()}"


def _add(index: Shelf[list[str]], key: str, company: str) -> None:
    found = index.get(key) or []
    if company not in found:
        index[key] = [*found, company]


def _remove(index: Shelf[list[str]], key: str, company: str) -> None:
    left = [each for each in index.get(key) or () if each != company]
    if left:
        index[key] = left
    else:
        index.pop(key)
