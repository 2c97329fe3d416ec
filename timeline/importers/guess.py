"""A first mapping for a table, from its header and a sample of its rows, for a person to go on from.

A column gets a part only where its header and its cells speak for it. Every line says how sure it is: *sure*
where the cells themselves tell, *likely* where the header does, *unsure* where somebody has to say. What
cannot be told at all, such as who buys whom, becomes a question; nothing is imported before it is answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from timeline.errors import DataError, Location, Problem, TimelineError
from timeline.importers.columns import NOTHING
from timeline.importers.headers import (
    AMOUNTS,
    BEGIN,
    BESIDE,
    COARSE,
    COMPANY,
    ENOUGH,
    EVENTS,
    FINISH,
    KEYS,
    MONTHS,
    NO_SHARES,
    OTHER_SIDE,
    OWN_SCHEMES,
    PAIRS,
    PER_SHARE,
    SCALES,
    SCHEMES,
    SHARES,
    SHARES_MORE,
    TIES,
    YEARS,
    Column,
    role_of,
    words_of,
)  # fmt: skip
from timeline.importers.profile import Profile, profiles_of
from timeline.importers.settings import TableSettings
from timeline.importers.slugs import slug_of
from timeline.importers.tables import open_table
from timeline.model.dates import read_phrase
from timeline.model.kinds.event import DealKind
from timeline.nearest import nearest


class _Dated(Struct, frozen=True):
    column: Column
    event: str
    formats: list[str]
    why: str
    is_said: bool
    """Whether the header says what happened on that day."""


class _Party(Struct, frozen=True):
    role: str
    column: Column
    why: str


def guess_file(path: Path) -> Iterator[str]:
    """The lines of a mapping for the table in a file. Raises DataError for a file that is no table."""
    with open_table(path, TableSettings()) as table:
        profiles = profiles_of(table.columns, table.rows)
        notes = list(table.notes)
    if not profiles:
        message = "no record of it can be read"
        raise DataError([Problem("unreadable-table", message, Location(str(path)))])
    published = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    return guess_mapping(path.name, profiles, notes, published)


def guess_mapping(
    name: str, profiles: Sequence[Profile], notes: Iterable[str], published: date
) -> Iterator[str]:
    """The lines of a commented mapping for a table of this ``name``.

    ``published`` is the day of the file, which stands for that of its source until somebody says better.
    """
    return _Guess(name, profiles).lines(notes, published)


class _Guess:
    """What the columns of a table seem to be. ``used`` are those that the mapping reads."""

    def __init__(self, name: str, profiles: Sequence[Profile]) -> None:
        self.name = name
        self.slug = slug_of(name.partition(".")[0]) or "table"
        self.columns = [Column(each, tuple(words_of(each.name))) for each in profiles]
        self.rows = max((each.rows for each in profiles), default=0)
        self.used: set[str] = set()
        self.questions: list[str] = []
        self.parties = self._find_parties()
        self.dates = self._find_dates()
        self.kind, self.tie = self._find_kind()

    def lines(self, notes: Iterable[str], published: date) -> Iterator[str]:
        name = _one_line(self.name)
        head = [
            f"# A first mapping of {name}, from its header and {self.rows:,} rows. Read every line first:",
            "# sure = the cells tell it, likely = the header does, unsure = somebody has to say.",
            *(f"# The file: {_one_line(note)}" for note in notes),
            f"name: {self.slug}",
            *self._key(),
        ]
        amounts = self._find_amounts()
        head += self._decimal(amounts)
        head += [
            "",
            "source:  # unsure: who says so, and since when it is public",
            f"  id: {self.slug}",
            f"  publisher: {_quoted(self.name)}",
            "  kind: data",
            f"  published: {published.isoformat()}  # unsure: the day of the file",
            "",
        ]
        companies = list(self._companies())
        events = list(self._events(amounts))
        yield from head
        if self.questions:
            yield "questions:  # answer them in this file, then delete them: nothing is imported before"
            yield from (f"  - {_json(question)}" for question in self.questions)
            yield ""
        yield from companies
        yield ""
        yield from events
        rest = [column.name for column in self.columns if column.name not in self.used]
        if rest:
            yield ""
            yield f"# not used: {', '.join(map(_one_line, rest))}"

    # --- which column is what ---------------------------------------------------------------------

    def _find_parties(self) -> list[_Party]:
        """The column with the name of each company that a row names, where header and cells say so."""
        named: dict[str, Column] = {}
        candidates = [column for column in self.columns if column.names_companies]
        # a header that says "name", then the shortest: acquirer_name before acquirer_city; of "buyer" and
        # "acquirer" the one that is called like the part
        for column in sorted(candidates, key=_nearness):
            role = role_of(column)
            if role == "partner" and role in named:
                role = "other_partner"
            if role is not None and role not in named and self._is_name(column):
                named[role] = column
        if "target" in named and "parent" in named and "acquirer" not in named:
            named["acquirer"] = named.pop("parent")  # who owns what was bought is who bought it
        plain = next(
            (c for c in candidates if c.has(COMPANY) and role_of(c) is None and self._is_name(c)),
            None,
        )
        if plain is not None and plain not in named.values():
            free = [
                (mine, other)
                for mine, other in OTHER_SIDE.items()
                if mine in named and other not in named
            ]
            if len(free) == 1:
                named[free[0][1]] = plain
        if (
            "acquirer" in named
            and "customer" not in named
            and "supplier" in named
            and "target" not in named
        ):
            named["customer"] = named.pop("acquirer")  # the buyer of a supplier
        order = [column.name for column in self.columns]
        found = [
            _Party(role, column, "likely: the header says so")
            for role, column in sorted(named.items(), key=lambda each: order.index(each[1].name))
        ]
        return self._pair(
            found, [c for c in candidates if c not in named.values() and self._is_name(c)]
        )

    def _pair(self, found: list[_Party], others: list[Column]) -> list[_Party]:
        """The two companies of a row; a question where the header does not tell one of them."""
        roles = {party.role for party in found}
        if any({one, two} <= roles for one, two, _ in PAIRS) or any(
            set(tie) <= roles for tie in TIES
        ):
            return found
        free = [column for column in others if role_of(column) is None]
        if len(found) == 1 and free:
            self.questions.append(
                f"{_one_line(found[0].column.name)} is the {found[0].role}: which column names the other "
                f"company, and what is it? It could be {_listed(free)}."
            )
            return found
        if not found and len(free) >= 2:
            self.questions.append(
                "Which columns name the two companies of a row, and who buys, sells or pays whom? "
                f"It could be {_listed(free)}."
            )
            return [_Party("one", free[0], "unsure"), _Party("other", free[1], "unsure")]
        if len(found) < 2:
            self.questions.append(
                "Which columns name the two companies of a row, and which part does each play?"
            )
        else:
            parts = " and ".join(party.role for party in found)
            self.questions.append(
                f"What have {parts} to do with each other: which deal or relationship is a row?"
            )
        return found

    def _is_name(self, column: Column) -> bool:
        """Whether a column of texts holds names and nothing beside them, such as a category or a city."""
        return not (column.has(BESIDE) or column.has(KEYS) or column.has(" ".join(SCHEMES)))

    def _find_dates(self) -> list[_Dated]:
        """The columns that are dates: for each event the most exact one, in the order of a deal's life."""
        found: list[_Dated] = []
        for column in self.columns:
            formats, why = _formats(column)
            if not why:
                continue
            event = next((each for each, words in EVENTS.items() if column.has(words)), "")
            found.append(_Dated(column, event, formats, why, bool(event)))
        said = [each for each in found if each.is_said]
        chosen = said or [replace(each, event="deal_announced") for each in found]
        exact: dict[str, _Dated] = {}
        for each in chosen:
            other = exact.get(each.event)
            if other is None or _fineness(each.column) > _fineness(other.column):
                exact[each.event] = each
        order = ["deal_announced", "deal_signed", "deal_completed"]
        return sorted(
            exact.values(), key=lambda d: order.index(d.event) if d.event in order else len(order)
        )

    def _find_kind(self) -> tuple[str | None, tuple[str, str] | None]:
        """The kind of deal that the parts make, and the relationship that they make instead."""
        roles = {party.role for party in self.parties}
        kind = next((kind for one, two, kind in PAIRS if {one, two} <= roles), None)
        tie = next((tie for tie in TIES if set(tie) <= roles), None)
        if tie is not None and (kind is None or not any(each.is_said for each in self.dates)):
            return None, tie
        return kind, None

    def _find_amounts(self) -> dict[str, Column]:
        """The columns of money, by the term."""
        found: dict[str, Column] = {}
        for column in self.columns:
            if not column.is_number or column.is_dated or column.has(KEYS):
                continue
            if column.has(PER_SHARE):
                term = "price_per_share"
            elif not column.has(AMOUNTS):
                continue
            elif column.has("equity"):
                term = "equity_value"
            elif column.has("enterprise ev"):
                term = "enterprise_value"
            else:
                term = "value"
            found.setdefault(term, column)
        return found

    # --- the parts of the mapping ---------------------------------------------------------------------

    def _key(self) -> Iterator[str]:
        for column in self.columns:
            profile = column.profile
            unique = profile.said == profile.rows == profile.distinct and profile.rows > 1
            names_rows = column.has(f"{KEYS} deal-number row number") and not column.has(COMPANY)
            if unique and names_rows and role_of(column) is None:
                self.used.add(column.name)
                yield f"key: {_quoted(column.name)}  # sure: another one in every row"
                return
        both = [self._own_key(party) for party in self.parties[:2]]
        if len(both) == 2 and None not in both:
            named = ", ".join(_quoted(column.name) for column in both if column is not None)
            yield f"key: [{named}]  # likely: what the list calls the two companies names a row"
            return
        yield "# key: [column, …]  # unsure: no column names a row; a row that is mended later is another one"

    def _own_key(self, party: _Party) -> Column | None:
        """The column by which the list itself tells the companies of a part apart, said in every row."""
        return _first(
            self.columns,
            lambda c: c.has(KEYS) and self._is_of(c, party) and c.profile.said == c.profile.rows,
        )

    def _decimal(self, amounts: dict[str, Column]) -> Iterator[str]:
        for amount in amounts.values():
            numbers = amount.profile.numbers
            if numbers[","] > numbers["."]:
                yield "table:"
                yield f'  decimal: ","  # sure: {amount.told(numbers[","], "are numbers so")}'
                return

    def _companies(self) -> Iterator[str]:
        yield "companies:"
        if not self.parties:
            yield "  # unsure: the header does not tell which columns name companies"
            yield "  company:"
            text = next((c for c in self.columns if not c.is_number and not c.is_dated), None)
            text = text or (self.columns[0] if self.columns else None)
            if text is not None:
                self.used.add(text.name)
            yield f"    name: {{column: {_quoted(text.name if text else 'name')}}}  # unsure"
            return
        for party in self.parties:
            self.used.add(party.column.name)
            yield f"  {party.role}:"
            yield f"    name: {{column: {_quoted(party.column.name)}}}  # {party.why}"
            yield from self._beside(party)

    def _beside(self, party: _Party) -> Iterator[str]:
        """The country and the identifiers of a company, from the columns whose header names its part."""
        identifiers: dict[str, str] = {}
        country: Column | None = None
        for other in self.columns:
            if other is party.column or other.name in self.used or not self._is_of(other, party):
                continue
            if other.mostly(other.profile.countries):
                country = country or other
                continue
            if other.is_dated or (other.is_number and not other.has(f"{KEYS} cik {OWN_SCHEMES}")):
                continue
            registers = (*SCHEMES, *OWN_SCHEMES.split())
            scheme: str | None = next((each for each in registers if each in other.words), None)
            if scheme is None and (
                word := next((w for w in KEYS.split() if w in other.words), None)
            ):
                scheme = f"{self.slug}-{word}"  # it counts within this list, not elsewhere
            if (
                scheme is not None
                and other.profile.distinct >= party.column.profile.distinct * ENOUGH
            ):
                identifiers.setdefault(scheme, other.name)
        if country is not None:
            self.used.add(country.name)
            told = country.told(country.profile.countries, "are countries")
            yield f"    country: {{column: {_quoted(country.name)}}}  # sure: {told}"
        if identifiers:
            yield "    identifiers:  # likely: the header says so, and the cells tell the companies apart"
            for scheme, name in identifiers.items():
                self.used.add(name)
                yield f"      {scheme}: {{column: {_quoted(name)}}}"

    def _is_of(self, column: Column, party: _Party) -> bool:
        """Whether a column says something of a party: by the part, or by the same words as its name."""
        role = role_of(column)
        if role is not None:
            return role == party.role
        mine = set(party.column.words) - {"name"}
        if mine & set(column.words):
            return True
        # a column of nobody's is of the plain company, as in: company, ticker, acquirer
        taken = any(set(column.words) & (set(p.column.words) - {"name"}) for p in self.parties)
        return not taken and party.column.has(COMPANY) and column.has(" ".join(SCHEMES))

    def _events(self, amounts: dict[str, Column]) -> Iterator[str]:
        yield "events:"
        if self.tie is not None:
            yield from self._relationships(self.tie)
            return
        dates = self.dates
        if not dates:
            self.questions.append(
                "Which column says when it happened? No column of dates was found."
            )
            name = self.columns[0].name
            nowhere = replace(self.columns[0], words=())
            dates = [
                _Dated(
                    nowhere, "deal_announced", [], f"unsure: {_one_line(name)} is no date", False
                )
            ]
        for dated in dates:
            yield from self._deal(dated, amounts)

    def _deal(self, dated: _Dated, amounts: dict[str, Column]) -> Iterator[str]:
        column = dated.column
        self.used.add(column.name)
        sure = (
            "likely: the header says so" if dated.is_said else "unsure: what happened on that day?"
        )
        yield f"  - type: {dated.event}  # {sure}"
        yield from self._when(column)
        yield f"    subject: deal:{self._subject()}"
        formats = f", formats: [{', '.join(dated.formats)}]" if dated.formats else ""
        month = self._month_beside(column)
        if month is not None:
            self.used.add(month.name)
            both = f"[{_quoted(month.name)}, {_quoted(column.name)}]"
            mark = "/" if month.is_number else " "
            yield f"    occurred: {{column: {both}, join: {_json(mark)}}}  # likely: the month of the year"
        else:
            yield f"    occurred: {{column: {_quoted(column.name)}{formats}}}  # {dated.why}"
        yield f"    kind: {self._deal_kind()}"
        played = (f"{party.role}: [{_plays(party.role)}]" for party in self.parties)
        yield f"    parties: {{{', '.join(played)}}}"
        for term, amount in amounts.items():
            yield from self._money(term, amount)
        share = _first(self.columns, lambda each: self._is_share(each, amounts))
        if share is not None:
            self.used.add(share.name)
            yield f"    stake: {{exact: {{column: {_quoted(share.name)}}}}}  # likely: in percent"

    def _relationships(self, tie: tuple[str, str]) -> Iterator[str]:
        """A relationship that begins, or is observed, and ends where a column says when."""
        kind = TIES[tie]
        share = _first(self.columns, lambda each: self._is_share(each, {}))
        if kind == "parent_of" and share is not None:
            kind = "owns_stake_in"
        dated = [(column, *_formats(column)) for column in self.columns]
        dated = [each for each in dated if each[2]]
        ends = next((each for each in dated if each[0].has(FINISH)), None)
        begins = next((each for each in dated if each[0].has(BEGIN) and each is not ends), None)
        begins = begins or next((each for each in dated if each is not ends), None)
        if begins is None:
            self.questions.append(
                "Since when is it so? No column of dates was found; a list that says that it is so is a "
                "relationship_observed on the day of the list."
            )
        first = begins or ends
        for column, formats, why in [each for each in (first, ends) if each is not None][
            : 1 + (ends is not None and ends is not first)
        ]:
            over = ends is not None and column is ends[0] and first is not ends
            type_ = (
                "relationship_ended"
                if over
                else ("relationship_established" if column.has(BEGIN) else "relationship_observed")
            )
            self.used.add(column.name)
            said = "likely: the header says so" if column.has(f"{BEGIN} {FINISH}") else "unsure"
            yield f"  - type: {type_}  # {said}"
            yield from self._when(column)
            yield f"    subject: relationship:{self._subject()}"
            named = f", formats: [{', '.join(formats)}]" if formats else ""
            yield f"    occurred: {{column: {_quoted(column.name)}{named}}}  # {why}"
            yield from self._tie(kind, tie, share)
        if first is None:
            yield "  - type: relationship_observed  # unsure"
            yield f"    subject: relationship:{self._subject()}"
            yield '    occurred: "2000-01-01"  # unsure: the day of the list'
            yield from self._tie(kind, tie, share)

    def _tie(self, kind: str, tie: tuple[str, str], share: Column | None) -> Iterator[str]:
        yield f"    kind: {kind}  # likely"
        yield f"    from: {tie[0]}"
        yield f"    to: {tie[1]}"
        if share is not None:
            self.used.add(share.name)
            yield f"    share: {{exact: {{column: {_quoted(share.name)}}}}}  # likely: in percent"

    def _when(self, column: Column) -> Iterator[str]:
        profile = column.profile
        if profile.said < profile.rows:
            empty = f"{profile.rows - profile.said:,} of {profile.rows:,} rows say nothing here"
            yield f"    when: {_quoted(column.name)}  # sure: {empty}"

    def _subject(self) -> str:
        return "-".join(f"{{{party.role}}}" for party in self.parties[:2]) or "{company}"

    def _month_beside(self, year: Column) -> Column | None:
        """The column with the month of the years of another one: called alike, and with months alone."""
        if not year.has(YEARS):
            return None
        beside = set(year.words) - set(YEARS.split())
        return _first(
            self.columns,
            lambda column: (
                column.has(MONTHS)
                and set(column.words) - set(MONTHS.split()) == beside
                and bool(column.profile.texts)
                and all(map(_is_month, column.profile.texts))
            ),
        )

    def _is_share(self, column: Column, amounts: dict[str, Column]) -> bool:
        return (
            column.has(f"{SHARES} {SHARES_MORE}")
            and not column.has(f"{PER_SHARE} {NO_SHARES}")
            and not column.has(AMOUNTS)
            and column not in amounts.values()
            and column.mostly(column.profile.percents)
        )

    def _deal_kind(self) -> str:
        """The kind of the deals, with how sure that is: what a column says, else what the parts say."""
        said = _first(
            self.columns,
            lambda c: (
                c.has("type kind art typ tipo soort")
                and 0 < c.profile.distinct <= 20
                and not c.is_number
            ),
        )
        if said is None:
            return f"{self.kind}  # likely" if self.kind else "other  # unsure"
        self.used.add(said.name)
        kinds = [str(each) for each in get_args(DealKind)]
        other = self.kind or "other"
        meant = {text: _meant(text, kinds, other) for text in said.profile.texts}
        values = ", ".join(f"{_json(text)}: {kind}" for text, kind in meant.items())
        sure = f"unsure: what fits none is {other}" if other in meant.values() else "likely"
        return f"{{column: {_quoted(said.name)}, values: {{{values}}}}}  # {sure}"

    def _money(self, term: str, amount: Column) -> Iterator[str]:
        self.used.add(amount.name)
        told = amount.told(max(amount.profile.numbers.values()), "are numbers")
        beside = _first(self.columns, lambda each: each.mostly(each.profile.currencies))
        scale = next((scale for scale, words in SCALES.items() if amount.has(words)), None)
        scaled = f", scale: {scale}" if scale else ""
        value = f"exact: {{column: {_quoted(amount.name)}{scaled}}}"
        per = ", per: share" if term == "price_per_share" else ""
        if beside is not None:
            self.used.add(beside.name)
            sure = beside.told(beside.profile.currencies, "are currencies")
            currency = f"{{column: {_quoted(beside.name)}}}"
            yield f"    {term}: {{{value}, currency: {currency}{per}}}  # sure: {told}, {sure}"
        elif amount.mostly(amount.profile.signs):
            yield f"    {term}: {{{value}{per}}}  # sure: {told}, with their currency"
        else:
            code = next(
                (word for word in ("usd", "eur", "gbp", "jpy") if word in amount.words), None
            )
            sure = "likely: the header says so" if code else "unsure: nothing says which currency"
            # a currency that nobody named would become data, so the line waits for somebody to name it
            mark = "" if code else "# "
            yield f"    {mark}{term}: {{{value}, currency: {(code or 'usd').upper()}{per}}}  # {sure}; {told}"
            if code is None:
                self.used.discard(amount.name)


def _formats(column: Column) -> tuple[list[str], str]:
    """The formats that a column of dates must name, and how sure that is; nothing for other columns."""
    profile = column.profile
    if not column.is_dated:
        return [], ""
    if column.mostly(profile.dates):
        return [], f"sure: {column.told(profile.dates, 'are dates')}"
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


def _is_month(text: str) -> bool:
    """Whether a cell is a month of a year that stands elsewhere, or says nothing."""
    said = text.strip()
    if said.isdecimal():
        return 1 <= int(said) <= 12
    if said.casefold() in NOTHING:
        return True
    try:
        return read_phrase(f"{said} 2001").text.startswith("2001-")
    except TimelineError:
        return False


def _nearness(column: Column) -> tuple[bool, int, bool]:
    """How near a header is to the name of a company in its part; what is nearest sorts first."""
    return not column.has("name"), len(column.words), role_of(column) not in column.words


def _fineness(column: Column) -> tuple[bool, int]:
    """How exact the days of a column are: a column of months or years is a part of another one."""
    return not column.has(COARSE), max(map(len, column.profile.texts), default=0)


def _meant(text: str, kinds: Sequence[str], other: str) -> str:
    slug = slug_of(text).replace("-", "_")
    if slug in kinds:
        return slug
    near = nearest(slug, kinds)
    return near[0] if near else other


def _plays(role: str) -> str:
    return {"other_partner": "partner", "one": "partner", "other": "partner"}.get(role, role)


# --- texts ----------------------------------------------------------------------------------------


def _first(columns: Iterable[Column], test: Callable[[Column], bool]) -> Column | None:
    return next((column for column in columns if test(column)), None)


def _listed(columns: Sequence[Column]) -> str:
    names = [_one_line(column.name) for column in columns[:6]]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


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
