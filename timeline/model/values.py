"""The values that events carry: money, shares, horizons, parties, subjects, and the marked text types.

A text type is ``str`` to Python and carries two things besides: the rule it must obey (``Meta.extra``:
``check``, or ``refers`` for a name that must exist in the log) and the pattern that editors see in
the JSON Schema. msgspec checks shapes in C; :mod:`timeline.ingest.draft` applies the rules, once, at the
edge. What is read back from the log was checked when it was appended and is not checked again.

Decimals come in as numbers or strings and leave as strings, never through a binary float.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import force_setattr

from timeline.errors import InvalidValue
from timeline.model import dates

Fields: TypeAlias = dict[str, Any]
"""An event's fields, or a subject's terms, as plain JSON values (decimals as strings)."""

Instant: TypeAlias = str
"""A moment in UTC as ``YYYY-MM-DDTHH:MM:SS.ffffffZ``: fixed width, so that text order is time order."""

Day: TypeAlias = str
"""A day as ``YYYY-MM-DD``: fixed width, so that text order is time order."""

ALWAYS: Final[Instant] = "0001-01-01T00:00:00.000000Z"
"""Known before anybody could ask: identity, and mends of our own record."""

END_OF_TIME: Final[Instant] = "9999-12-31T23:59:59.999999Z"

LAST_DAY: Final[Day] = "9999-12-30"
LAST_INSTANT: Final[Instant] = "9999-12-31T23:59:59.999998Z"

SLUG: Final = r"[a-z0-9]+(-[a-z0-9]+)*"
ATTRIBUTE: Final = rf"{SLUG}(\.{SLUG})*"
is_slug = re.compile(SLUG, re.ASCII).fullmatch
_is_attribute = re.compile(ATTRIBUTE, re.ASCII).fullmatch
_is_sha256 = re.compile(r"[0-9a-f]{64}", re.ASCII).fullmatch
# as numbers are stored: "007", "1_000" and "1 " are texts, whatever Decimal makes of them
_is_plain_number = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII).fullmatch
_is_language = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII).fullmatch


def check_slug(text: str) -> None:
    """Raise InvalidValue unless ``text`` is a slug: lower-case words joined by single hyphens."""
    if not is_slug(text):
        suggestion = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        raise InvalidValue(
            f'"{text}" is not a slug (lower-case letters, digits, single hyphens)',
            f'write "{suggestion}"' if suggestion else None,
        )


def check_attribute(text: str) -> None:
    """Raise InvalidValue unless ``text`` is dotted slug words, as in ``segments.largest-revenue``."""
    if not _is_attribute(text):
        raise InvalidValue(f'"{text}" is not an attribute (slug words joined by dots)')


def check_edtf(text: str) -> None:
    """Raise InvalidDate unless ``text`` is an EDTF date (docs/concepts.md)."""
    dates.bounds(text)


@cache
def _codes(kind: Literal["currencies", "countries"]) -> frozenset[str]:
    import pycountry  # reads its tables from disk: only when something is entered

    attribute = "alpha_3" if kind == "currencies" else "alpha_2"
    return frozenset(getattr(entry, attribute) for entry in getattr(pycountry, kind))


def check_currency(text: str) -> None:
    """Raise InvalidValue unless ``text`` is an ISO 4217 code."""
    if text not in _codes("currencies"):
        hint = f'write "{text.upper()}"' if text.upper() in _codes("currencies") else None
        raise InvalidValue(
            f'"{text}" is not an ISO 4217 currency', hint or 'write a code such as "USD" or "EUR"'
        )


def check_country(text: str) -> None:
    """Raise InvalidValue unless ``text`` is an ISO 3166-1 alpha-2 code."""
    if text not in _codes("countries"):
        code = text.upper() if text.upper() in _codes("countries") else _country_called(text)
        hint = f'write "{code}"' if code else None
        raise InvalidValue(
            f'"{text}" is not an ISO 3166 country', hint or 'write a code such as "TW" or "US"'
        )


def _country_called(name: str) -> str | None:
    import pycountry

    try:
        return str(pycountry.countries.lookup(name).alpha_2)
    except LookupError:
        return None


@cache
def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; InvalidValue when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # no such zone is a KeyError
        raise InvalidValue(
            f'"{name}" is not a time zone', 'write an IANA name such as "Europe/Vienna" or "UTC"'
        ) from error


def day_of(instant: Instant, timezone: str = "UTC") -> Day:
    """The day by whose end the instant is over: ``--known`` that day, and what it brought is there."""
    if timezone == "UTC":
        return instant[:10]
    moment = datetime.fromisoformat(instant)
    try:
        return moment.astimezone(zone(timezone)).date().isoformat()
    except OverflowError:  # within a day of the first or the last year
        return instant[:10]


def check_timezone(text: str) -> None:
    """Raise InvalidValue unless ``text`` names an IANA time zone."""
    zone(text)


def check_language(text: str) -> None:
    """Raise InvalidValue unless ``text`` looks like a BCP 47 language tag."""
    if not _is_language(text):
        raise InvalidValue(f'"{text}" is not a language tag', 'write a tag such as "en" or "de"')


MOST_QUOTED: Final = 1000
"""The most characters of a quoted passage."""


def check_quote(text: str) -> None:
    """Raise InvalidValue where a quoted passage is too long to be one."""
    if len(text) > MOST_QUOTED:
        raise InvalidValue(
            f"a quote of {len(text):,} characters is longer than {MOST_QUOTED:,}",
            "quote the sentence that says it, or give a list of passages",
        )


def check_sha256(text: str) -> None:
    """Raise InvalidValue unless ``text`` is a SHA-256 in 64 lower-case hex digits."""
    if not _is_sha256(text):
        raise InvalidValue(f'"{text}" is not a SHA-256 (64 lower-case hex digits)')


def within(on: Day, known: Instant) -> tuple[Day, Instant]:
    """The coordinate at which history answers: the open ends stand for all that is not said to end."""
    return min(on, LAST_DAY), min(known, LAST_INSTANT)


def format_instant(moment: datetime) -> Instant:
    """An aware moment as text in UTC, with microseconds."""
    # isoformat pads the year, which strftime does not on every platform
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


_WRITTEN: Final = re.compile(r"\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
"""How an instant is written; Python may take 24:00 for the next day."""


def is_instant(text: object) -> bool:
    """Whether this is an instant as :func:`format_instant` writes it."""
    if not isinstance(text, str) or _WRITTEN.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)  # a fifth of the time that writing it anew takes
    except ValueError:
        return False
    return True


@lru_cache(maxsize=8192)
def parse_moment(text: str, timezone: str = "UTC") -> Instant:
    """The instant that ``text`` means: an ISO 8601 instant with offset, or a day.

    A bare day means its last microsecond in ``timezone``: a conservative bound, so that no question
    ever sees the future. Raises InvalidValue.
    """
    is_day = len(text) == 10
    try:
        moment = datetime.fromisoformat(text)
        if text[4:5] != "-" or text[7:8] != "-" or text[10:11] not in "Tt ":
            raise ValueError  # a week, or without hyphens, or anything between day and time
    except ValueError:
        raise InvalidValue(
            f'"{text}" is neither a day nor an instant',
            "write 2025-01-10, or an instant with offset such as 2025-01-10T09:30:00+01:00",
        ) from None
    if is_day:
        if moment.date() == date.max:
            return END_OF_TIME
        midnight = (moment + timedelta(days=1)).replace(tzinfo=zone(timezone))
        return format_instant(midnight.astimezone(UTC) - timedelta(microseconds=1))
    if moment.tzinfo is None:
        raise InvalidValue(
            f'"{text}" has no offset, so it is no instant', f'write "{text}Z" if it is in UTC'
        )
    try:
        return format_instant(moment)
    except OverflowError:
        raise InvalidValue(f'"{text}" lies outside the years 1 to 9999 in UTC') from None


def check_moment(text: str) -> None:
    """Raise InvalidValue unless ``text`` is a day or an instant with offset."""
    parse_moment(text)


def marked(check: Callable[[str], None] | None = None, refers: str = "", **schema: Any) -> Any:
    """What marks a text type: its rule, what must exist in the log by that name, and its JSON Schema."""
    return Meta(extra={"check": check, "refers": refers}, extra_json_schema=schema or None)


Slug = Annotated[str, marked(check_slug, pattern=f"^{SLUG}$")]
SourceRef = Annotated[str, marked(check_slug, "source", pattern=f"^{SLUG}$")]
CompanyRef = Annotated[str, marked(check_slug, "company", pattern=f"^{SLUG}$")]
EventRef = Annotated[str, marked(check_slug, "event", pattern=f"^{SLUG}$")]
Attribute = Annotated[str, marked(check_attribute, pattern=f"^{ATTRIBUTE}$")]
EdtfText = Annotated[
    str, marked(check_edtf, description="an EDTF date (ISO 8601-2), often imprecise")
]
MomentText = Annotated[str, marked(check_moment, description="a day, or an instant with offset")]
Country = Annotated[
    str, marked(check_country, pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")
]
Language = Annotated[str, marked(check_language, description="a BCP 47 language tag")]
Timezone = Annotated[str, marked(check_timezone, description="an IANA time zone")]
Sha256 = Annotated[str, marked(check_sha256, pattern="^[0-9a-f]{64}$")]
Currency = Annotated[str, marked(check_currency, pattern="^[A-Z]{3}$", description="ISO 4217")]

Quote = Annotated[
    str,
    marked(check_quote, maxLength=MOST_QUOTED, description="a passage of the source, verbatim"),
]

Role = Literal[
    "acquirer", "target", "seller", "investor", "investee", "supplier", "customer", "designer",
    "manufacturer", "licensor", "licensee", "partner", "lender", "borrower", "evaluator", "holder",
    "grantor", "parent", "subsidiary", "actor", "beneficiary", "venture", "claimant", "respondent",
    "applicant", "authority", "adviser", "guarantor", "about", "other",
]  # fmt: skip

Parties = dict[CompanyRef, list[Role]]

UNDISCLOSED: Final = "undisclosed"
"""Always registered: a party that nobody named. It has no state of its own and is never merged."""

_MOST_DIGITS: Final = 40
MOST_UNITS: Final = 9999
"""More days, months or years ahead than this are a slip."""


def plain_decimal(number: Decimal) -> Decimal:
    """The same number without an exponent; ValueError for what is no amount (NaN, 1e999)."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{number} is not a number")
    if exponent < -_MOST_DIGITS or number.adjusted() >= _MOST_DIGITS:
        raise ValueError(f"a number of more than {_MOST_DIGITS} digits")
    return Decimal(f"{number:f}") if exponent > 0 else number


def plain_number(value: int | str) -> str:
    """A number as the decimal string that is stored (1.5e9 is "1500000000"); ValueError for none."""
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise ValueError(f'"{value}" is not a number') from None
    return f"{plain_decimal(number):f}"


def exact_number(value: int | float) -> str:
    """The same of a JSON number that is whole; ValueError for any other, whose digits are lost."""
    if isinstance(value, float):
        raise ValueError(f"{value} went through a binary float")
    return plain_number(value)


class Range(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An exact number, or bounds of which one may be missing."""

    exact: Decimal | UnsetType = UNSET
    min: Decimal | UnsetType = UNSET
    max: Decimal | UnsetType = UNSET

    def __post_init__(self) -> None:
        bounds = self.min is not UNSET or self.max is not UNSET
        if (self.exact is not UNSET) == bounds:
            raise ValueError('give either "exact", or "min" and/or "max"')
        for name in ("exact", "min", "max"):
            number = getattr(self, name)
            if number is not UNSET:
                plain = plain_decimal(number)
                if plain is not number:
                    force_setattr(self, name, plain)
        if self.min is not UNSET and self.max is not UNSET and self.min > self.max:
            raise ValueError(f'"min" {self.min} is more than "max" {self.max}')


Basis = Literal["exact", "up_to", "at_least", "about"]
ShareBasis = Literal["exact", "up_to", "at_least", "about", "majority"]
Per = Literal["once", "year", "quarter", "month", "share"]


class Money(Range, frozen=True, kw_only=True):
    """An amount of money in one currency; what a reporter converted stays under ``reported_as``."""

    currency: Currency
    per: Per | UnsetType = UNSET
    basis: Basis | UnsetType = UNSET
    reported_as: list[Money] | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        check_currency(self.currency)


class Quantity(Range, frozen=True, kw_only=True):
    """A number of things: shares, MW, vehicles."""

    unit: str
    basis: Basis | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.unit.strip():
            raise ValueError('a quantity needs a "unit", such as shares, MW or vehicles')


def _check_share(share: Range, basis: ShareBasis | UnsetType) -> None:
    """Raise ValueError unless these are percentages from 0 to 100, or a majority without a number."""
    numbers = [n for n in (share.exact, share.min, share.max) if n is not UNSET]
    if basis == "majority":
        if numbers:
            raise ValueError(
                '"majority" stands without a number; of a known share write the number'
            )
        return
    Range.__post_init__(share)
    for number in numbers:
        if not 0 <= number <= 100:
            raise ValueError(f"a share is a percentage from 0 to 100, not {number}")


class Share(Range, frozen=True, kw_only=True):
    """A share in percent, 0 to 100; ``majority`` stands without a number, for more than half."""

    basis: ShareBasis | UnsetType = UNSET

    def __post_init__(self) -> None:
        _check_share(self, self.basis)


class Measure(Range, frozen=True, kw_only=True):
    """The money or the share that a fact states: with a currency it is money, without a share."""

    currency: Currency | UnsetType = UNSET
    per: Per | UnsetType = UNSET
    basis: ShareBasis | UnsetType = UNSET
    reported_as: list[Money] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.currency is UNSET:
            if (self.per, self.reported_as) != (UNSET, UNSET):
                raise ValueError('money needs a "currency"; a share is a percentage and has none')
            _check_share(self, self.basis)
            return
        if self.basis == "majority":
            raise ValueError('"majority" is said of a share, not of money')
        super().__post_init__()
        check_currency(self.currency)


class Comparison(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """How a value stands to another, or to what was expected."""

    relation: Literal[
        "overtook", "above_expectations", "below_expectations", "largest", "first_time", "other"
    ]
    other: str | UnsetType = UNSET


class Consideration(
    Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """One part of what is paid: in which form, how much, or at which ratio (``"0.745 of a share"``)."""

    form: Literal["cash", "stock", "assumed_debt", "earn_out", "asset", "other"]
    value: Money | UnsetType = UNSET
    ratio: str | UnsetType = UNSET


class Tranche(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One instalment of a deal that is paid or delivered in parts."""

    amount: Money | UnsetType = UNSET
    quantity: Quantity | UnsetType = UNSET
    due: EdtfText | UnsetType = UNSET
    condition: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.due is not UNSET:
            dates.bounds(self.due)


class BreakFee(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What one party owes another when the deal fails."""

    by: CompanyRef | UnsetType = UNSET
    to: CompanyRef | UnsetType = UNSET
    amount: Money | UnsetType = UNSET
    when: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        for company in (self.by, self.to):
            if company is not UNSET:
                check_slug(company)


class Horizon(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A span of time ahead: 3 to 5 years from a date."""

    min: Annotated[int, Meta(ge=0, le=MOST_UNITS)] | UnsetType = UNSET
    max: Annotated[int, Meta(ge=0, le=MOST_UNITS)] | UnsetType = UNSET
    unit: Literal["day", "month", "quarter", "year"]
    from_: EdtfText | UnsetType = field(default=UNSET, name="from")

    def __post_init__(self) -> None:
        if self.min is UNSET and self.max is UNSET:
            raise ValueError('give "min", "max" or both')
        if self.min is not UNSET and self.max is not UNSET and self.min > self.max:
            raise ValueError(f'"min" {self.min} is more than "max" {self.max}')
        if self.from_ is not UNSET:
            dates.bounds(self.from_)


@lru_cache(maxsize=1024)
def _number(text: str) -> Decimal | None:
    return Decimal(text) if _is_plain_number(text) else None


def same_value(one: Any, other: Any) -> bool:
    """Whether two JSON values say the same: numbers by value ("5.0" is "5"), lists in order."""
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        number = _number(one)
        return number is not None and number == _number(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_value, one, other))
    return False


# --- subjects --------------------------------------------------------------------------------------

SUBJECT_KINDS: Final = (
    "source", "company", "relationship", "deal", "proceeding", "right", "commitment", "rumour", "fact",
)  # fmt: skip
"""The kinds of subjects, in the order in which answers show them; each is a module of ``model/kinds``."""

_ORDER: Final = {kind: place for place, kind in enumerate(SUBJECT_KINDS)}
_NAMED: Final = "|".join(kind for kind in SUBJECT_KINDS if kind != "fact")
_SUBJECT: Final = rf"(({_NAMED}):{SLUG}|fact:{SLUG}/{ATTRIBUTE}(@[^\s@]+)?)"
is_subject = re.compile(_SUBJECT, re.ASCII).fullmatch


class Subject(Struct, frozen=True, gc=False):
    """One subject: its kind, and its name within the kind. Sorts as answers list their items."""

    kind: str
    slug: str

    @classmethod
    def of(cls, text: str) -> Subject:
        """The subject of a text that was checked before, as every one in the log."""
        kind, _, slug = text.partition(":")
        return cls(kind, slug)

    @classmethod
    def parse(cls, text: str) -> Subject:
        """The subject that a person wrote; InvalidValue for what is none."""
        check_subject(text)
        return cls.of(text)

    @classmethod
    def of_fact(cls, company: str, attribute: str, period: str | None = None) -> Subject:
        """The subject of what is said of a company, for a period where it has one."""
        return cls("fact", f"{company}/{attribute}" + (f"@{period}" if period else ""))

    def __str__(self) -> str:
        return f"{self.kind}:{self.slug}"

    def __lt__(self, other: Subject) -> bool:
        return self.sort_key < other.sort_key

    @property
    def sort_key(self) -> tuple[int, str]:
        """By kind in the order of SUBJECT_KINDS, then by name."""
        return _ORDER[self.kind], self.slug

    @staticmethod
    def range_of(kind: str) -> tuple[str, str]:
        """The texts between which all subjects of a kind lie: the first inclusive, the last not."""
        return f"{kind}:", f"{kind};"  # the character after the colon


@lru_cache(maxsize=4096)
def check_subject(text: str) -> None:
    """Raise InvalidValue unless ``text`` is ``kind:slug`` (a fact: ``fact:company/attribute[@period]``)."""
    if not is_subject(text):
        raise InvalidValue(
            f'"{text}" is not a subject',
            'write kind:slug, as in "deal:acme-globex", or fact:company/attribute[@period]; kinds are '
            + ", ".join(SUBJECT_KINDS),
        )
    if text.startswith("fact:") and "@" in text:
        dates.bounds(text.partition("@")[2])


SubjectRef = Annotated[str, marked(check_subject, pattern=f"^{_SUBJECT}$")]
"""A text that names a subject."""
