"""Companies: identity under every name they have had."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Literal

from msgspec import UNSET, Meta, UnsetType

from timeline.model.kinds.event import At, Event, Flaw, Kind, Phase, Term, no_parties
from timeline.model.values import SLUG, CompanyRef, Country, Fields, check_slug, marked

Scheme = Annotated[str, marked(check_slug, pattern=f"^{SLUG}$")]
"""A known scheme (KNOWN_SCHEMES), or any other slug: a scheme of the user's own."""


class CompanyEvent(Event, frozen=True, kw_only=True):
    """Terms of a company."""

    name: str | UnsetType = UNSET
    kind: Literal["company", "government", "fund", "university", "person", "other"] | UnsetType = (
        UNSET
    )
    aliases: list[str] | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    identifiers: dict[Scheme, str] | UnsetType = UNSET

    @staticmethod
    def rules(fields: Mapping[str, Any]) -> Iterable[Flaw]:
        """Identifiers of known schemes have their form."""
        identifiers = fields.get("identifiers")
        given = (
            [("identifiers", *p) for p in identifiers.items()] if type(identifiers) is dict else []
        )
        if "scheme" in fields and "value" in fields:
            given.append(("value", fields["scheme"], fields["value"]))
        for field, scheme, value in given:
            if not isinstance(scheme, str) or not isinstance(value, str):
                continue  # its form is reported where the fields are shaped
            if (flaw := flaw_of_identifier(field, scheme, value)) is not None:
                yield flaw


class CompanyRegistered(CompanyEvent, frozen=True, kw_only=True, tag="company_registered"):
    """A company that events can name as a party."""

    always: ClassVar[bool] = True


class CompanyRenamed(CompanyEvent, frozen=True, kw_only=True, tag="company_renamed"):
    """A new legal name (the old one joins the aliases), or one more brand (an alias)."""

    step: ClassVar[str] = "renamed {name}"

    amends: ClassVar[bool] = True
    step_fields: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    name_kind: Literal["legal", "brand"] | UnsetType = UNSET


class CompanyIdentified(CompanyEvent, frozen=True, kw_only=True, tag="company_identified"):
    """One more identifier of a company."""

    step: ClassVar[str] = "identified: {scheme} {value}"

    scheme: Scheme
    value: str


class CompanyDissolved(CompanyEvent, frozen=True, kw_only=True, tag="company_dissolved"):
    """A company that is no more, perhaps with a successor."""

    step: ClassVar[str] = "dissolved"

    follow_up: ClassVar[bool] = True

    successor: CompanyRef | list[CompanyRef] | UnsetType = UNSET
    reason: Literal["merged", "split", "liquidated", "other"] | UnsetType = UNSET


class CompaniesJudged(CompanyEvent, frozen=True, kw_only=True, tag="companies_judged"):
    """A person's decision that companies are one, or are not; it is about the first one named."""

    step: ClassVar[str] = "judged {judgement}"

    named_by: ClassVar[tuple[str, ...]] = ("companies",)
    always: ClassVar[bool] = True

    companies: Annotated[list[CompanyRef], Meta(min_length=2)]
    judgement: Literal["same", "different"]
    reason: str | UnsetType = UNSET

    @staticmethod
    def named_subject(fields: Mapping[str, Any]) -> str | None:
        """The first of the companies."""
        companies = fields.get("companies")
        first = companies[0] if isinstance(companies, list) and companies else None
        return f"company:{first}" if isinstance(first, str) else None


# --- identifiers --------------------------------------------------------------------------------


def _is_lei(text: str) -> bool:
    """ISO 17442: 18 letters and digits, and two check digits by ISO 7064 (mod 97-10)."""
    return bool(re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", text)) and int(_digits(text)) % 97 == 1


def _is_isin(text: str) -> bool:
    """ISO 6166: a country, nine letters or digits, and a check digit by Luhn."""
    if not re.fullmatch(r"[A-Z]{2}[0-9A-Z]{9}[0-9]", text):
        return False
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(_digits(text))))
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0


def _digits(text: str) -> str:
    return "".join(str(int(character, 36)) for character in text)


_KNOWN_SCHEMES: Final[dict[str, tuple[Callable[[str], object], str]]] = {
    "lei": (_is_lei, "20 letters and digits, of which the last two are the check digits"),
    "isin": (_is_isin, "a country, nine letters or digits and a check digit, as in US0378331005"),
    "wikidata": (partial(re.fullmatch, "Q[1-9][0-9]*"), "an item, as in Q463094"),
    "cik": (partial(re.fullmatch, "[0-9]{1,10}"), "up to ten digits"),
    "permid": (partial(re.fullmatch, "[1-9][0-9]*"), "digits, as in 4295905573"),
    "ticker": (
        partial(re.fullmatch, r"[0-9A-Za-z^][0-9A-Za-z.:/=&_ -]{0,31}"),
        "a symbol, as in AAPL, 2317.TW or TYO:6753",
    ),
}

_ANY: Final = (bool, "a text that is not empty")


def flaw_of_identifier(field: str, scheme: str, value: str) -> Flaw | None:
    """What is wrong with the form of an identifier of a known scheme; other schemes are free."""
    check, form = _KNOWN_SCHEMES.get(scheme, _ANY)
    if check(value):
        return None
    return Flaw("invalid-value", f'"{value}" is no {scheme}', field, f"write {form}")


def evolve(phase: Phase, event: Event) -> Phase | None:
    """Registration makes a company active, dissolution ends it; names and judgements change nothing."""
    match event:
        case CompanyRegistered():
            return At("active")
        case CompanyDissolved():
            return At("dissolved")
        case _:
            return phase


def _merge(terms: Fields, event: Event) -> None:
    match event:
        case CompanyIdentified(scheme=scheme, value=value):
            terms["identifiers"] = terms.get("identifiers", {}) | {scheme: value}
        case CompanyRenamed(name=str(name), name_kind="brand"):
            _join(terms, name)
        case CompanyRenamed(name=str(name)):
            old = terms.get("name")
            if old is not None and old != name:
                _join(terms, old)
            terms["name"] = name


def _join(terms: Fields, alias: str) -> None:
    aliases = terms.get("aliases", [])
    if alias not in aliases:
        terms["aliases"] = [*aliases, alias]


KIND = Kind(
    name="company",
    base=CompanyEvent,
    evolve=evolve,
    plural="companies",
    words={
        "name": Term("name", "the legal name"),
        "kind": Term("kind", "company, government, fund, university, person or other"),
        "aliases": Term("aliases", "further names"),
        "country": Term("country", "ISO 3166 code"),
        "identifiers": Term("identifiers", "lei, wikidata, isin, ticker … or a scheme of one's own"),
    },
    required=("name",),
    claims=True,
    parties=no_parties,
    merge=_merge,
)  # fmt: skip
