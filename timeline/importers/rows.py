"""One row to the events that it tells, sound by themselves; or every reason why it is refused."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct

from timeline.importers.cells import Reason, Refused, Row, text_of
from timeline.importers.columns import MISSING, Context
from timeline.importers.companies import Companies, Named
from timeline.importers.plan import Entry, Event, Plan, company_parts, source_fields
from timeline.importers.slugs import exact_slug
from timeline.ingest.canonical import derive_id
from timeline.ingest.draft import Draft
from timeline.ingest.jsonl import parse_line
from timeline.model.kinds import KINDS
from timeline.model.subject import Subject
from timeline.model.values import UNDISCLOSED, Fields

_encode: Final = msgspec.json.Encoder().encode


class Prepared(Struct):
    """A row that is sound by itself: its events, and what must be registered before them."""

    row: Row
    drafts: list[Draft]
    source: Draft | None
    companies: list[str]
    """The companies that its events name."""
    opening: set[str]
    """Subjects whose first event in the log none of its events can be."""
    left_out: list[Reason]
    """Why values beside the news, such as a country, were left out."""


class RowReader:
    """Reads rows by a plan; companies are found, or new, in ``companies``."""

    def __init__(self, plan: Plan, companies: Companies, file: str, file_date: str) -> None:
        self.plan = plan
        self.companies = companies
        self.file = file
        self.file_date = file_date

    def read(self, row: Row) -> Prepared | list[Reason] | None:
        """The row made ready, the reasons against it, or None where the mapping leaves it out."""
        if row.reasons:
            return row.reasons
        plan = self.plan
        found: dict[str, list[str] | Refused] = {}
        reasons: list[Reason] = []
        context = Context(row.cells, lambda name: self._company(name, context, found))
        if not plan.rows(context):
            return None
        told = [event for event in plan.events if event.when(context)]
        if plan.events and not told:
            return None
        mark = self.companies.mark()
        row.key = context.key = self._key(row, reasons)
        plan.publication.day = None
        source = self._source(context, row, reasons)
        if source is not None:
            plan.publication.day = date.fromisoformat(source.fields["published"][:10])
        drafts = [draft for event in told if (draft := self._draft(event, row, context, reasons))]
        if not plan.events:  # a list of companies
            self._check_parties(frozenset(plan.entries), context, reasons)
        if reasons:
            self.companies.undo(mark)
            return list(dict.fromkeys(reasons))
        companies = [id_ for ids in found.values() if isinstance(ids, list) for id_ in ids]
        left_out = list(dict.fromkeys(context.left_out))
        return Prepared(row, drafts, source, companies, _opening(told, drafts), left_out)

    def _key(self, row: Row, reasons: list[Reason]) -> str:
        texts = [text_of(row.cells[index]).strip() for index in self.plan.key]
        if not all(texts):
            column = self.plan.columns[self.plan.key[texts.index("")]]
            reasons.append(Reason("empty-cell", "a cell of the key says nothing", column))
        return exact_slug(texts) if texts and all(texts) else ""

    # --- companies -------------------------------------------------------------------------------

    def _company(self, name: str, row: Context, found: dict[str, list[str] | Refused]) -> list[str]:
        """The ids of the companies of an entry, looked up once in a row. Raises Refused."""
        if name not in found:
            try:
                found[name] = self._find(self.plan.entries[name], row)
            except Refused as refused:
                found[name] = refused
        result = found[name]
        if isinstance(result, Refused):
            raise result
        return result

    def _find(self, entry: Entry, row: Context) -> list[str]:
        parts, identifiers = company_parts(entry, row)
        ids, names = parts.pop("id", ""), parts.pop("name", "")
        if not ids and not names and not identifiers:
            if entry.optional:
                return []
            raise Refused("empty-name", f"no {entry.name} is named", entry.column)
        if isinstance(ids, list) or isinstance(names, list):
            if isinstance(ids, list) and isinstance(names, list) and len(ids) != len(names):
                message = f"{len(ids)} ids and {len(names)} names of {entry.name}"
                raise Refused("ambiguous-company", message, entry.column)
            several = max(len(each) for each in (ids, names) if isinstance(each, list))
            pairs = zip(_list(ids, several), _list(names, several), strict=True)
            found = [
                self.companies.find(Named(id_, name, {}, parts, entry.column))
                for id_, name in pairs
            ]
            return list(dict.fromkeys(found))
        return [self.companies.find(Named(ids, names, identifiers, parts, entry.column))]

    # --- events ----------------------------------------------------------------------------------

    def _source(self, context: Context, row: Row, reasons: list[Reason]) -> Draft | None:
        if self.plan.source is None:
            return None
        try:
            parsed = registration(source_fields(self.plan.source, context), self.file, row)
        except Refused as refused:
            reasons.append(refused.reason)
            return None
        if isinstance(parsed, list):
            reasons += parsed
            return None
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
        self._check_parties(event.entries, context, reasons)
        if self.plan.known_from_file and "known" not in fields:
            fields["known"] = row.dated or self.file_date
        if self.plan.key and "id" not in fields:
            fields["id"] = f"{self.plan.name}-{context.key}-{event.label}"
        if fields.get("subject") == f"company:{UNDISCLOSED}":
            message = f'"{UNDISCLOSED}" stands for companies that nobody named'
            reasons.append(Reason("reserved-company", message))
        if len(reasons) > before:
            return None
        parsed = _parse(fields, self.file, row.number)
        if isinstance(parsed, list):
            reasons += parsed
            return None
        parsed.origin = row.origin
        if "id" not in parsed.fields:
            parsed.fields["id"] = derive_id(parsed.fields)
        return parsed

    def _check_parties(self, entries: frozenset[str], row: Context, reasons: list[Reason]) -> None:
        """No company makes a deal with itself."""
        by_company: dict[str, str] = {}
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
                    reasons.append(Reason("self-dealing", message, self.plan.entries[name].column))


def _list(value: Any, length: int) -> list[str]:
    return value if isinstance(value, list) else [value] * length


def _parse(fields: Fields, file: str, number: int) -> Draft | list[Reason]:
    try:
        line = _encode(fields)
    except UnicodeEncodeError:
        return [Reason("undecodable-text", "bytes that are no text in the file's encoding")]
    parsed = parse_line(line, file, number)
    if isinstance(parsed, Draft):
        return parsed
    return [
        Reason(problem.code, problem.message + (f" ({problem.hint})" if problem.hint else ""))
        for problem in parsed
    ]


def _opening(told: list[Event], drafts: list[Draft]) -> set[str]:
    """Subjects to which the row tells events, and none that can be the first."""
    found: dict[str, bool] = {}
    for event, draft in zip(told, drafts, strict=False):
        subject = draft.fields["subject"]
        kind = KINDS[Subject.of(subject).kind]
        opens = event.opens and all(name in draft.fields for name in kind.required)
        found[subject] = found.get(subject, False) or opens
    return {subject for subject, opens in found.items() if not opens}


def registration(fields: Fields, file: str, row: Row) -> Draft | list[Reason]:
    """The draft that registers a company or a source which a row names."""
    parsed = _parse(fields, file, row.number)
    if isinstance(parsed, Draft):
        parsed.origin = row.origin
    return parsed
