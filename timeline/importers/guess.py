"""A first mapping for a table, from its header and a sample of its rows, for a person to go on from.

Every line says how sure it is: *sure* where the cells themselves tell, *likely* where the header does,
*unsure* where there was nothing but a habit. Nothing is imported by it before somebody has read it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, get_args

from msgspec import Struct
from msgspec.structs import replace

from timeline.importers.profile import Profile, profile_of, profiles_of
from timeline.importers.settings import TableSettings
from timeline.importers.slugs import slug_of
from timeline.importers.tables import open_table
from timeline.model.kinds.deal import DealKind
from timeline.nearest import nearest

ENOUGH: Final = 0.8
"""The share of a column's cells that must look alike: tables have damaged cells."""

_ROLES: Final = {
    "acquirer": "acquirer acquiror buyer bidder purchaser",
    "target": "target acquired acquiree company",
    "seller": "seller vendor divestor",
    "investor": "investor lead fund",
    "investee": "investee portfolio startup",
    "supplier": "supplier provider manufacturer",
    "customer": "customer client buyer",
    "licensor": "licensor",
    "licensee": "licensee",
    "partner": "partner partner1 party",
    "other_partner": "partner2 counterparty",
}
"""Words of a header by the part that the company plays, in the order in which they are tried."""

_KINDS: Final = (
    ("acquirer", "acquisition"), ("investor", "investment"), ("supplier", "supply"),
    ("licensor", "licence"), ("partner", "strategic_alliance"),
)  # fmt: skip
_EVENTS: Final = {
    "deal_terminated": "terminated termination cancelled canceled ended end",
    "deal_withdrawn": "withdrawn",
    "deal_expired": "expired expiry",
    "deal_completed": "acquired completed completion closed closing effective close",
    "deal_signed": "signed signing signature",
    "deal_announced": "announced announcement date published",
}
"""Words of a header by the event whose day the column has; a deal is announced before it is closed."""

_IDENTIFIERS: Final = ("lei", "wikidata", "isin", "ticker", "cik", "permid")
_KEYS: Final = "id uuid permalink key url slug code number"
_AMOUNTS: Final = "price amount value size sum consideration usd eur"
_SCALES: Final = {
    "thousand": "k thousand thousands tsd", "million": "m mn mio mm million millions",
    "billion": "b bn mrd billion billions",
}  # fmt: skip
"""Words of a header by the scale of its numbers."""

_SHARES: Final = "stake percent percentage share pct"


class _Column(Struct, frozen=True):
    profile: Profile
    words: frozenset[str]

    @property
    def name(self) -> str:
        return self.profile.name

    def has(self, words: str) -> bool:
        """Whether a word of the header is one of these."""
        return not self.words.isdisjoint(words.split())

    def mostly(self, count: int) -> bool:
        return bool(self.profile.said) and self.profile.share(count) >= ENOUGH

    def told(self, count: int, what: str) -> str:
        return f"{count:,} of {self.profile.said:,} cells {what}"


class _Dated(Struct, frozen=True):
    column: _Column
    event: str
    formats: list[str]
    why: str


def guess_file(path: Path) -> Iterator[str]:
    """The lines of a mapping for the table in a file. Raises DataError for a file that is no table."""
    with open_table(path, TableSettings()) as table:
        profiles = profiles_of(table.columns, table.rows)
        notes = list(table.notes)
    published = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    return guess_mapping(path.name, profiles, notes, published)


def guess_mapping(
    name: str, profiles: Sequence[Profile], notes: Iterable[str], published: date
) -> Iterator[str]:
    """The lines of a commented mapping for a table of this ``name``.

    ``published`` is the day of the file, which stands for that of its source until somebody says better.
    """
    columns = [_Column(each, frozenset(_words(each.name))) for each in profiles]
    rows = max((each.rows for each in profiles), default=0)
    slug = slug_of(name.partition(".")[0]) or "table"
    yield f"# A first mapping of {_one_line(name)}, from its header and {rows:,} rows. Read every line first:"
    yield "# sure = the cells tell it, likely = the header does, unsure = somebody has to say."
    yield from (f"# The file: {_one_line(note)}" for note in notes)
    yield f"name: {slug}"
    yield from _key(columns)
    amount = _first(columns, _is_amount)
    yield from _decimal(amount)
    yield ""
    yield "source:  # unsure: who says so, and since when it is public"
    yield f"  id: {slug}"
    yield f"  publisher: {_quoted(name)}"
    yield "  kind: data"
    yield f"  published: {published.isoformat()}  # unsure: the day of the file"
    parties = _parties(columns)
    yield ""
    yield from _companies(columns, parties)
    yield ""
    yield "events:"
    dates = _dates(columns)
    for dated in dates:
        yield from _event(dated, columns, parties, amount)
    if not dates:
        nowhere = _Column(profile_of("date", []), frozenset())
        why = "unsure: no column of dates was found"
        yield from _event(_Dated(nowhere, "deal_announced", [], why), columns, parties, amount)
    yield from _unused(columns, parties, amount)


# --- the parts of a mapping -----------------------------------------------------------------------


def _key(columns: Sequence[_Column]) -> Iterator[str]:
    for column in columns:
        profile = column.profile
        unique = profile.said == profile.rows == profile.distinct and profile.rows > 1
        if unique and column.has(_KEYS) and not _role(column):
            yield f"key: {_quoted(column.name)}  # sure: another one in every row"
            return
    yield "# key: [column, …]  # unsure: no column names a row; a row that is mended later is another one"


def _decimal(amount: _Column | None) -> Iterator[str]:
    if amount is None:
        return
    numbers = amount.profile.numbers
    if numbers[","] > numbers["."]:
        yield "table:"
        yield f'  decimal: ","  # sure: {amount.told(numbers[","], "are numbers so")}'


def _parties(columns: Sequence[_Column]) -> dict[str, _Column]:
    """The column with the name of each company that a row names, by its part."""
    found: dict[str, _Column] = {}
    for wanted in (True, False):  # a column that is said to be a name, before any other
        for column in columns:
            role = _role(column)
            if role is None or column in found.values() or _is_other(column):
                continue
            if role == "partner" and role in found:  # Partner A, Partner B
                role = "other_partner"
            if role not in found and (column.has("name") or not wanted):
                found[role] = column
    return found


def _role(column: _Column) -> str | None:
    return next((role for role, words in _ROLES.items() if column.has(words)), None)


def _is_other(column: _Column) -> bool:
    """Whether a column says something else of a company than its name."""
    if column.has(_KEYS) or column.has(" ".join(_IDENTIFIERS)) or column.has("country"):
        return True
    if column.mostly(column.profile.dates) or column.has("date at on"):
        return True
    return column.mostly(max(column.profile.numbers.values()))


def _companies(columns: Sequence[_Column], parties: dict[str, _Column]) -> Iterator[str]:
    yield "companies:"
    if len(parties) < 2:
        yield "  # unsure: the header does not tell which columns name the two companies of a row"
    for role, column in _complete(columns, parties):
        sure = "likely: the header says so" if role in parties else "unsure"
        yield f"  {role}:"
        yield f"    name: {{column: {_quoted(column.name)}}}  # {sure}"
        identifiers: dict[str, str] = {}
        for other in columns:
            if role not in parties or _role(other) != role or other is column:
                continue
            scheme: str | None = next((each for each in _IDENTIFIERS if each in other.words), None)
            if scheme is None and other.has(_KEYS):
                scheme = "other"
            if scheme is not None:
                identifiers.setdefault(scheme, other.name)
            elif other.mostly(other.profile.countries):
                told = other.told(other.profile.countries, "are countries")
                yield f"    country: {{column: {_quoted(other.name)}}}  # sure: {told}"
        if identifiers:
            yield "    identifiers:  # likely: the header says so"
            for scheme, name in identifiers.items():
                yield f"      {scheme}: {{column: {_quoted(name)}}}"


def _complete(columns: Sequence[_Column], parties: dict[str, _Column]) -> list[tuple[str, _Column]]:
    """The two companies of a row: those that the header names, else the first columns of texts."""
    found = list(parties.items())
    taken = {column.name for _, column in found}
    for column in columns:
        if len(found) >= 2:
            break
        if column.name not in taken and not _is_other(column) and column.profile.distinct > 1:
            free = "partner" if all(role != "partner" for role, _ in found) else "other_partner"
            found.append((free, column))
    return found


def _dates(columns: Sequence[_Column]) -> list[_Dated]:
    """The columns that are dates, in the order in which their events happen to a deal."""
    found: list[_Dated] = []
    for column in columns:
        formats, why = _formats(column)
        if not why:
            continue
        event = next((each for each, words in _EVENTS.items() if column.has(words)), None)
        found.append(_Dated(column, event or "", formats, why))
    known = [each for each in found if each.event]
    # a day of which nobody says what happened is guessed only where there is no other
    found = known or [replace(each, event="deal_announced") for each in found]
    order = ["deal_announced", "deal_signed", "deal_completed"]
    found.sort(key=lambda each: order.index(each.event) if each.event in order else len(order))
    once = {each.event: each for each in reversed(found)}
    return [each for each in found if once[each.event] is each]


def _formats(column: _Column) -> tuple[list[str], str]:
    """The formats that a column of dates must name, and how sure that is; nothing for other columns."""
    profile = column.profile
    if column.mostly(profile.dates):
        return [], f"sure: {column.told(profile.dates, 'are dates')}"
    if column.mostly(max(profile.numbers.values())) and not column.has("date at on"):
        return [], ""  # amounts look like the day numbers of spreadsheets
    if not profile.formats:
        return [], ""
    best = max(profile.formats, key=lambda each: profile.formats[each])
    if not column.mostly(profile.formats[best] + profile.dates):
        return [], ""
    same = [
        n for n, count in profile.formats.items() if n != best and count == profile.formats[best]
    ]
    read = column.told(profile.formats[best], f"are {best}")
    formats = [best, *(each for each in profile.plain if each != "EDTF")]
    if same:
        return formats, f"unsure: {read}, and as many are {same[0]}: which is the day?"
    return formats, f"sure: {read}"


def _event(
    dated: _Dated, columns: Sequence[_Column], parties: dict[str, _Column], amount: _Column | None
) -> Iterator[str]:
    column = dated.column
    both = [role for role, _ in _complete(columns, parties)][:2]
    known = any(column.has(words) for words in _EVENTS.values())
    yield f"  - type: {dated.event}  # {'likely: the header says so' if known else 'unsure'}"
    if column.profile.said < column.profile.rows:
        rows = column.profile.rows
        empty = f"{rows - column.profile.said:,} of {rows:,} rows say nothing here"
        yield f"    when: {_quoted(column.name)}  # sure: {empty}"
    subject = "-".join(f"{{{role}}}" for role in both) or "{key}"
    yield f"    subject: deal:{subject}"
    formats = f", formats: [{', '.join(dated.formats)}]" if dated.formats else ""
    yield f"    occurred: {{column: {_quoted(column.name)}{formats}}}  # {dated.why}"
    yield f"    kind: {_kind(columns, both)}"
    played = (f"{role}: [{_plays(role)}]" for role in both)
    yield f"    parties: {{{', '.join(played)}}}"
    if amount is not None:
        yield from _money(amount, columns)
    share = _first(columns, lambda each: each.has(_SHARES) and each is not amount)
    if share is not None and share.mostly(max(share.profile.numbers.values())):
        yield f"    stake: {{exact: {{column: {_quoted(share.name)}}}}}  # likely: in percent"


def _kind(columns: Sequence[_Column], roles: Sequence[str]) -> str:
    """The kind of the deals, with how sure that is: what a column says, else what the parts say."""
    said = _first(columns, lambda each: each.has("type kind") and 0 < each.profile.distinct <= 20)
    if said is None:
        kind = next((kind for role, kind in _KINDS if role in roles), "other")
        return f"{kind}  # {'likely' if kind != 'other' else 'unsure'}"
    kinds = [str(each) for each in get_args(DealKind)]
    meant = {text: _meant(text, kinds) for text in said.profile.texts}
    values = ", ".join(f"{_json(text)}: {kind}" for text, kind in meant.items())
    sure = "unsure: what fits none is other" if "other" in meant.values() else "likely"
    return f"{{column: {_quoted(said.name)}, values: {{{values}}}}}  # {sure}"


def _meant(text: str, kinds: Sequence[str]) -> str:
    slug = slug_of(text).replace("-", "_")
    if slug in kinds:
        return slug
    near = nearest(slug, kinds)
    return near[0] if near else "other"


def _plays(role: str) -> str:
    return "partner" if role == "other_partner" else role


def _is_amount(column: _Column) -> bool:
    numbers = max(column.profile.numbers.values())
    return column.has(_AMOUNTS) and column.mostly(numbers)


def _money(amount: _Column, columns: Sequence[_Column]) -> Iterator[str]:
    numbers = max(amount.profile.numbers.values())
    told = amount.told(numbers, "are numbers")
    beside = _first(columns, lambda each: each.mostly(each.profile.currencies))
    scale = next((scale for scale, words in _SCALES.items() if amount.has(words)), None)
    scaled = f", scale: {scale}" if scale else ""
    value = f"exact: {{column: {_quoted(amount.name)}{scaled}}}"
    if beside is not None:
        sure = beside.told(beside.profile.currencies, "are currencies")
        yield f"    value: {{{value}, currency: {{column: {_quoted(beside.name)}}}}}  # sure: {told}, {sure}"
    elif amount.mostly(amount.profile.signs):
        yield f"    value: {{{value}}}  # sure: {told}, with their currency"
    else:
        code = next((word for word in ("usd", "eur", "gbp", "jpy") if word in amount.words), None)
        sure = "likely: the header says so" if code else "unsure: nothing says which currency"
        yield f"    value: {{{value}, currency: {(code or 'usd').upper()}}}  # {sure}; {told}"


def _unused(
    columns: Sequence[_Column], parties: dict[str, _Column], amount: _Column | None
) -> Iterator[str]:
    used = {column.name for _, column in _complete(columns, parties)}
    used |= {each.column.name for each in _dates(columns)}
    used |= {amount.name} if amount is not None else set()
    rest = [
        column.name
        for column in columns
        if column.name not in used
        and not (_role(column) in parties and _is_other(column))
        and not column.mostly(column.profile.currencies)
    ]
    if rest:
        yield ""
        yield f"# not used: {', '.join(map(_one_line, rest))}"


# --- words ----------------------------------------------------------------------------------------


def _words(header: str) -> list[str]:
    """The words of a header: acquirer_name, Acquirer Name and acquirerName are the same two."""
    return slug_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)).split("-")


def _first(columns: Iterable[_Column], test: Callable[[_Column], bool]) -> _Column | None:
    return next((column for column in columns if test(column)), None)


def _quoted(text: str) -> str:
    """A text as YAML reads it back, in quotation marks where it needs them."""
    plain = re.fullmatch(r"[A-Za-z_]{3,40}", text) and text.lower() not in ("null", "true", "false")
    return text if plain else _json(text)


def _json(text: str) -> str:
    # escapes of JSON are those of YAML; a byte that is no text cannot be named at all
    return json.dumps(_readable(text), ensure_ascii=not text.isprintable())


def _one_line(text: str) -> str:
    """A text for a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in _readable(text)).split())


def _readable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
