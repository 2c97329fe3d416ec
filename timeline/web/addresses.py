"""Addresses: where a page is, with the whole question in it."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from timeline import parameters
from timeline.web.formats import media_types, with_format

COORDINATE: Final = tuple(each.name for each in (*parameters.COORDINATE, *parameters.LENS))
"""What a link to another page takes along: the coordinate and the lens."""


_KEPT: ContextVar[str | None] = ContextVar("kept", default=None)


@contextmanager
def keeping(lang: str | None) -> Iterator[None]:
    """Give every address meanwhile the language that was asked for by the address of the page."""
    before = _KEPT.set(lang)
    try:
        yield
    finally:
        _KEPT.reset(before)


def kept_language() -> str | None:
    """The language that addresses carry; None: it is the reader's own, or English."""
    return _KEPT.get()


def address(path: str, parameters: Mapping[str, Any] | None = None) -> str:
    """A path with its parameters; what is None is left out, a list stands there several times.

    The same question has the same address: the coordinate comes first.
    """
    given = {"lang": _KEPT.get(), **(parameters or {})}
    order = (*COORDINATE, *(name for name in given if name not in COORDINATE and name != "lang"))
    names = sorted(given, key=(*order, "lang").index)
    pairs = [
        (name, "true" if each is True else str(each))
        for name, value in ((name, given[name]) for name in names)
        for each in (value if isinstance(value, list | tuple) else [value])
        if each is not None and each is not False
    ]
    query = urlencode(pairs, quote_via=quote, safe=":/,")
    return f"{quote(path, safe='/:@')}{'?' if query else ''}{query}"


def company_path(company: str) -> str:
    """The page of a company."""
    return f"/companies/{company}"


def subject_path(subject: str) -> str:
    """The page of a subject; one whose name ends like a format (a fact may) says which it is."""
    return ended(f"/subjects/{subject}")


def ended(path: str) -> str:
    """The path of a page; one that ends like a format (a fact may) says that it is a page."""
    return (
        with_format(path, "html") if path.endswith(tuple(f".{f}" for f in media_types())) else path
    )


def timeline_path(company: str) -> str:
    """The picture of a company's story."""
    return f"{company_path(company)}/timeline"


def axes_path(subject: str) -> str:
    """The picture of a subject on both axes."""
    return ended(f"/axes/{subject}")


def then_path(target: str) -> str:
    """A day then and now, of a company, a subject or a list."""
    return ended(f"/then/{target}")


def belief_path(subject: str) -> str:
    """What was believed of a subject."""
    return ended(f"/belief/{subject}")


def event_address(subject: str, event: str) -> str:
    """Where an event stands: in the chain of its subject; of who somebody is, in the log."""
    if subject.startswith(("company:", "source:")):
        return address("/log", {"target": subject}) + f"#{event}"
    return address(subject_path(subject)) + f"#{event}"


def source_path(slug: str) -> str:
    """The page of a source."""
    return f"/sources/{slug}"


def report_path(name: str) -> str:
    """The page of a report."""
    return ended(f"/reports/{name}")


def web_address(text: str | None) -> str | None:
    """An address of the web that a person may follow; None for everything else (``javascript:`` …)."""
    if text is None:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None


@dataclass(frozen=True, slots=True)
class Here:
    """The page that is shown: its path, and the parameters of its question."""

    path: str
    parameters: Mapping[str, Any]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """What the question means today: with these the answer stays as it is for ever."""

    def __str__(self) -> str:
        return address(self.path, self.parameters)

    @property
    def asked(self) -> Mapping[str, Any]:
        """The parameters; of one that was not given, None."""
        return defaultdict(lambda: None, self.parameters)

    @property
    def lensed(self) -> bool:
        """Whether only some of the news counts."""
        return any(self.asked[option.name] for option in parameters.LENS)

    def change(self, **parameters: Any) -> str:
        """This page with other parameters; None leaves one out."""
        return address(self.path, {**self.parameters, **parameters})

    def slid(self, name: str, day: str) -> str:
        """This page on another day, or with what was known by another day."""
        on = {} if self.fixed.get("on") is None else {"on": self.fixed["on"]}
        return self.change(as_of=None, **{**on, name: day})

    def formatted(self, format_: str) -> str:
        """This page in a format."""
        path = self.path.removesuffix(".html")
        return address(with_format(path, format_), self.parameters)

    @property
    def permanent(self) -> str:
        """This page at the coordinate that it has today."""
        kept = {name: value for name, value in self.parameters.items() if name != "as_of"}
        return address(self.path, {**kept, **self.fixed})

    def at(self, names: Iterable[str] = COORDINATE) -> dict[str, Any]:
        """The parameters that go along to other pages."""
        return {name: self.parameters[name] for name in names if name in self.parameters}

    def to(self, path: str, **parameters: Any) -> str:
        """Another page at the same coordinate."""
        return address(path, {**self.at(), **parameters})

    def company(self, company: str) -> str:
        """The page of a company at the same coordinate."""
        return self.to(company_path(company))

    def subject(self, subject: str, event: str | None = None) -> str:
        """The page of a subject at the same coordinate, at one of its events."""
        return self.to(subject_path(subject)) + (f"#{event}" if event else "")

    def source(self, slug: str) -> str:
        """The page of a source."""
        return address(source_path(slug), self.at(["recorded"]))


def news_of_month(month: str) -> str:
    """Where the bar of a month leads: to the news up to its last day."""
    year, number = int(month[:4]), int(month[5:7])
    last = date(year, number, monthrange(year, number)[1])
    return address("/news", {"until": last.isoformat()})
