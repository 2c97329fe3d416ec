"""One row to the events that it tells, sound by themselves; or every reason why it is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct, structs

from timeline.importers.cells import Reason, Refused, Row, quoted, text_of
from timeline.importers.columns import MISSING, Context
from timeline.importers.companies import Companies, Named
from timeline.importers.paths import Alone
from timeline.importers.plan import Entry, Event, Key, Plan, company_parts, source_fields
from timeline.importers.shelf import Shelf
from timeline.importers.slugs import exact_slug, slug_of
from timeline.ingest.draft import Draft, derive_id
from timeline.ingest.jsonl import parse_fields
from timeline.model.kinds import KINDS
from timeline.model.values import UNDISCLOSED, Fields, Subject

WITH_ITSELF: Final = "self-dealing"


class Prepared(Struct):
    """A row that is sound by itself: its events, and what must be registered before them."""

    row: Row
    drafts: list[Draft]
    source: Draft | None
    """That of the first of the rows that name it one after the other."""
    companies: list[str]
    """The companies that its events name."""
    opening: set[str]
    """Subjects whose first event in the log none of its events can be."""
    left_out: list[Reason]
    """Why values beside the news, such as a country, were left out."""
    retracted: set[str]
    """The ids of events of which the row says that they are wrong."""
    unless_known: set[str]
    """The ids of events that are told only where nothing is known of their subject."""


class RowReader:
    """Reads rows by a plan; companies are found, or new, in ``companies``."""

    def __init__(
        self,
        plan: Plan,
        companies: Companies,
        file: str,
        file_date: str,
        references: Shelf[str],
    ) -> None:
        """``references``: the companies by what other records call them; the rows add to it."""
        self.references = references
        self._called: dict[str, str] = {}
        """The references of the row that is read just now."""
        self.plan = plan
        self.companies = companies
        self.file = file
        self.file_date = file_date
        self._last_source: tuple[Fields, Draft] | None = None
        """The fields and the draft of the source of the row before: mostly it is that of every row."""
        self.nameless: dict[str, None] = {}
        """Ids under which no company was registered and for which rows gave no name."""

    def items(self, row: Row) -> Iterator[Row]:
        """The rows that a row is: itself, or one for each item of a record, where the mapping says so.

        A record without such an item stays a row, which the mapping leaves out.
        """
        each = self.plan.each
        if each is None or row.reasons:
            yield row
            return
        empty = True
        for item in each.items(row.record):
            empty = False
            origin = row.origin if row.dated else f"{row.origin}, {item.where}"
            alone = Alone(each, row.record, item)
            yield Row(
                row.number,
                [],
                origin,
                row.dated,
                record=row.record,
                item=item.value,
                bound=item.bound,
                alone=alone,
            )
        if empty:
            yield structs.replace(row, item=None)

    def read(self, row: Row) -> Prepared | list[Reason] | None:
        """The row made ready, the reasons against it, or None where the mapping leaves it out."""
        if row.reasons:
            return row.reasons
        plan = self.plan
        if plan.nested and row.item is None:
            return None
        reasons: list[Reason] = []
        context = Context(row, row.dated or self.file_date, self._companies_of)
        if not plan.rows(context):
            return None
        told = [*self._told(context)]
        if plan.events and not told:
            return None
        mark = self.companies.mark()
        self._called.clear()
        row.key = context.key = self._key(plan.key, context, reasons)
        plan.publication.day = None
        source = self._source(context, row, reasons)
        if source is not None:
            plan.publication.day = date.fromisoformat(source.fields["published"][:10])
        drafts: list[Draft] = []
        opening: dict[str, bool] = {}
        retracted: set[str] = set()
        unless_known: set[str] = set()
        for event, item in told:
            item.key = context.key
            draft = self._draft(event, row, item, reasons)
            if draft is not None:
                drafts.append(draft)
                _open(opening, event, draft)
                if event.unless_known:
                    unless_known.add(draft.fields["id"])
                if event.retracted is not None and event.retracted(item):
                    retracted.add(draft.fields["id"])
        if not plan.events:  # a list of companies
            reasons += self._check_parties(frozenset(plan.entries), context, reasons)
        if reasons:
            self.companies.undo(mark)
            return list(dict.fromkeys(reasons))
        self.references.update(self._called)
        found = context.found.values()
        companies = [id_ for ids in found if isinstance(ids, list) for id_ in ids]
        left_out = list(dict.fromkeys(context.left_out))
        missing = {subject for subject, opens in opening.items() if not opens}
        return Prepared(row, drafts, source, companies, missing, left_out, retracted, unless_known)

    def _told(self, row: Context) -> Iterator[tuple[Event, Context]]:
        """The events that a row tells, each with the item of the record that tells it."""
        number = 0
        for event in self.plan.events:
            if event.each is None:
                if event.when(row):
                    yield event, row
                continue
            for item in event.each.items(row.record if event.each.path.rooted else row.item):
                number += 1
                place = row.at(item, number)
                if event.when(place):
                    yield event, place

    def _key(self, key: list[Key], row: Context, reasons: list[Reason]) -> str:
        texts: list[str] = []
        for column, read in key:
            try:
                texts.append(text_of(read(row)).strip())
            except Refused as refused:
                reasons.append(refused.reason)
                return ""
            if not texts[-1]:
                reasons.append(Reason("empty-cell", "a cell of the key says nothing", column))
                return ""
        return exact_slug(texts) if texts else ""

    # --- companies -------------------------------------------------------------------------------

    def _companies_of(self, row: Context, name: str) -> list[str] | Reason:
        """The ids of the companies of an entry, looked up once in a row or an item of it."""
        entry = self.plan.entries[name]
        place = (name, 0 if entry.rooted else row.place)
        found = row.found.get(place)
        if found is None:
            try:
                found = self._find(entry, row)
            except Refused as refused:
                found = refused.reason
            row.found[place] = found
        return found

    def _find(self, entry: Entry, row: Context) -> list[str]:
        if entry.each is None:
            return self._find_here(entry, row)
        found: list[str] = []
        for item in entry.each.items(row.record if entry.each.path.rooted else row.item):
            found += self._find_here(entry, row.at(item, row.place))
        if not found and not entry.optional:
            raise Refused("empty-name", f"no {entry.name} is named", entry.column)
        return list(dict.fromkeys(found))

    def _find_here(self, entry: Entry, row: Context) -> list[str]:
        parts, identifiers = company_parts(entry, row)
        ids, names = parts.pop("id", ""), parts.pop("name", "")
        called = parts.pop("references", [])
        if not ids and not names and not identifiers and not called:
            if entry.optional:
                return []
            raise Refused("empty-name", f"no {entry.name} is named", entry.column)
        if not isinstance(ids, list) and not isinstance(names, list):
            return [self._find_one(Named(ids, names, identifiers, parts, entry.column), called)]
        if isinstance(ids, list) and isinstance(names, list) and len(ids) != len(names):
            message = f"{len(ids)} ids and {len(names)} names of {entry.name}"
            raise Refused("ambiguous-company", message, entry.column)
        several = max(len(each) for each in (ids, names) if isinstance(each, list))
        pairs = zip(_list(ids, several), _list(names, several), strict=True)
        found = [self._find_one(Named(id_, name, {}, parts, entry.column)) for id_, name in pairs]
        return list(dict.fromkeys(found))

    def _find_one(self, named: Named, called: Sequence[str] = ()) -> str:
        """The id of a company: by what records call it, else by its id, its identifiers or its name."""
        for each in called:
            known = self.references.get(each) or self._called.get(each)
            if known is not None:
                named = structs.replace(named, id=known)
                break
        else:
            if not named.id and not named.name and not named.identifiers:
                message = f"no record describes {quoted(called[0])}"
                raise Refused("unknown-company", message, named.column)
            known = None
        nameless = named.id and not named.name and slug_of(named.id) not in self.companies
        found = UNDISCLOSED if known == UNDISCLOSED else self._find_named(named, called)
        if nameless or (found in self.companies.new and named.name in called):
            self.nameless[found] = None
        if called:
            self._called.update(dict.fromkeys(called, found))
        return found

    def _find_named(self, named: Named, called: Sequence[str]) -> str:
        if named.name not in called:
            return self.companies.find(named)
        try:  # what records call a company is no name of one that is there
            return self.companies.find(structs.replace(named, name=""))
        except Refused:
            return self.companies.find(named)

    # --- events ----------------------------------------------------------------------------------

    def _source(self, context: Context, row: Row, reasons: list[Reason]) -> Draft | None:
        if self.plan.source is None:
            return None
        try:
            fields = source_fields(self.plan.source, context)
        except Refused as refused:
            reasons.append(refused.reason)
            return None
        if self._last_source is not None and self._last_source[0] == fields:
            return self._last_source[1]
        parsed = registration(dict(fields), self.file, row)
        if isinstance(parsed, list):
            reasons += parsed
            return None
        self._last_source = fields, parsed
        return parsed

    def _draft(
        self, event: Event, row: Row, context: Context, reasons: list[Reason]
    ) -> Draft | None:
        fields: dict[str, Any] = {}
        before = len(reasons)
        for name, evaluate in event.fields.items():
            try:
                value = evaluate(context)
            except Refused as refused:
                reasons.append(refused.reason)
                continue
            if value is not MISSING:
                fields[name] = value
        same = self._check_parties(event.entries, context, reasons)
        if self.plan.known_from_file and "known" not in fields:
            fields["known"] = row.dated or self.file_date
        if self.plan.key and "id" not in fields and (event.key or event.each is None):
            of_item = self._key(event.key, context, reasons)
            item = f"{of_item}-" if of_item else ""
            fields["id"] = f"{self.plan.name}-{context.key}-{item}{event.label}"
        if fields.get("subject") == f"company:{UNDISCLOSED}":
            message = f'"{UNDISCLOSED}" stands for companies that nobody named'
            reasons.append(Reason("reserved-company", message))
        if len(reasons) > before:
            return None
        parsed = _parse(fields, self.file, row.number)
        if isinstance(parsed, list):
            if any(reason.code == WITH_ITSELF for reason in parsed):  # these say the columns too
                parsed = [*same, *(each for each in parsed if each.code != WITH_ITSELF or not same)]
            reasons += parsed
            return None
        parsed.origin = row.origin
        if "id" not in parsed.fields:
            parsed.fields["id"] = derive_id(parsed.fields)
        return parsed

    def _check_parties(
        self, entries: frozenset[str], row: Context, reasons: list[Reason]
    ) -> list[Reason]:
        """Say which companies cannot be told. Returns what is to be said of those that are one company."""
        by_company: dict[str, str] = {}
        same: list[Reason] = []
        for name in sorted(entries):
            try:
                found = row.company(name)
            except Refused as refused:
                reasons.append(refused.reason)
                continue
            for company in found:
                other = by_company.setdefault(company, name)
                if other != name:
                    message = f"{other} and {name} are the same company: {company}"
                    same.append(Reason(WITH_ITSELF, message, self.plan.entries[name].column))
        return same


def _list(value: Any, length: int) -> list[str]:
    return value if isinstance(value, list) else [value] * length


def _parse(fields: Fields, file: str, number: int) -> Draft | list[Reason]:
    try:
        parsed = parse_fields(fields, file, number)
    except UnicodeEncodeError:
        return [Reason("undecodable-text", "bytes that are no text in the file's encoding")]
    if isinstance(parsed, Draft):
        return parsed
    return [
        Reason(problem.code, problem.message + (f" ({problem.hint})" if problem.hint else ""))
        for problem in parsed
    ]


def _open(opening: dict[str, bool], event: Event, draft: Draft) -> None:
    """Note of a subject whether an event of the row can be its first."""
    subject = draft.fields["subject"]
    kind = KINDS[Subject.of(subject).kind]
    opens = event.opens and all(name in draft.fields for name in kind.required)
    opening[subject] = opening.get(subject, False) or opens


def registration(fields: Fields, file: str, row: Row) -> Draft | list[Reason]:
    """The draft that registers a company or a source which a row names."""
    parsed = _parse(fields, file, row.number)
    if isinstance(parsed, Draft):
        parsed.origin = row.origin
    return parsed
