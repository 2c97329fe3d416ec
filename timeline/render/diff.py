"""A difference for people: what changed item by item, from what to what, and what told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, TypeAlias

from msgspec import to_builtins

from timeline.answers import CompanyItem
from timeline.answers.model import Cause, Change, DiffAnswer, Side
from timeline.language import tr, tr_as, tr_count, written
from timeline.model.kinds import KINDS, claim_term_of
from timeline.render.coordinate import coordinate_options, coordinate_words, instant_words
from timeline.render.doubts import alternatives_words, remark_words, standing_words
from timeline.render.fields import change_words, label_of, nothing, type_words
from timeline.render.page import Page, heading_words, kind_of
from timeline.render.status import Group, certainty_words, status_words
from timeline.render.terms import Row, changed_words, label_words, step_words, term_rows
from timeline.render.text import capital, join
from timeline.render.titles import title
from timeline.render.words import Names, date, name_of, since, value_in_words

_STYLES: Final[dict[str, Group]] = {
    "appeared": "active",
    "vanished": "ended",
    "changed": "announced",
}
_ARROW: Final = " → "

Levels: TypeAlias = Mapping[str, str]
"""By the id of an event that is no fact: forecast or opinion."""


def diff_lines(
    answer: DiffAnswer,
    *,
    width: int = 80,
    color: bool = False,
    names: Names | None = None,
    levels: Levels | None = None,
    verbose: bool = False,
) -> Iterator[str]:
    """The difference in words, line by line, without ends of lines.

    ``names`` are what companies are called, by id; ``levels`` the fact levels of events that are no facts.
    ``verbose`` names the subject of facts too.
    """
    names = names or {}
    page = Page(width, color)
    yield from page.heading(name_of(answer.company, names), answer.company)
    yield from page.paragraph(headline(answer))
    yield from page.block("before", capital(coordinate_words(answer.before)))
    yield from page.block("after", capital(coordinate_words(answer.after)))
    if not answer.changes:
        yield ""
        yield from page.paragraph(
            tr("Nothing differs about {company}.", company=name_of(answer.company, names))
        )
    causes = {cause.event: cause for cause in answer.evidence}
    changes = {s: list(found) for s, found in groupby(answer.changes, key=lambda c: c.subject)}
    for change in changes.pop(f"company:{answer.company}", []):
        if change.change == "company":
            yield from page.section(tr("the company itself"))
            for label, text in company_rows(change, names):
                yield from page.row(label, text)
    for kind, group in groupby(answer.items, key=lambda item: kind_of(item.subject)):
        items = list(group)
        yield from page.section(f"{heading_words(kind)} ({len(items)})")
        for item in items:
            found = changes[item.subject]
            what, style = change_style(found)
            yield ""
            yield from page.item(
                tr_as("change", what),
                style,
                title(item, answer.company, names),
                _rows(item, found, causes, names, levels, verbose),
            )
    yield ""
    before, after = (coordinate_options(side) for side in (answer.before, answer.after))
    yield from page.paragraph(tr("Exactly, before: {options}", options=before), "faint")
    yield from page.paragraph(tr("Exactly, after: {options}", options=after), "faint")


def told_changes(answer: DiffAnswer, names: Names, levels: Levels) -> Iterator[dict[str, Any]]:
    """The difference as people read it in a table: a row for each thing that differs."""
    items = {item.subject: item for item in answer.items}
    causes = {cause.event: cause for cause in answer.evidence}
    for change in answer.changes:
        item = items.get(change.subject)
        if item is None:
            of, rows = name_of(answer.company, names), company_rows(change, names)
        else:
            of = title(item, answer.company, names)
            rows = change_rows(item, [change], names, levels)
        yield {
            "change": tr_as("change", change.change),
            "of": of,
            "details": "; ".join(f"{label_words(label)} {text}".strip() for label, text in rows),
            "told by": "; ".join(cause_words(causes[each]) for each in change.events),
            "subject": change.subject,
        }


def change_style(changes: Sequence[Change]) -> tuple[str, Group]:
    """What became of an item in a word (appeared, vanished, changed), and its group."""
    what = changes[0].change if changes[0].change in _STYLES else "changed"
    return what, _STYLES[what]


def sides(item: CompanyItem, changes: Sequence[Change]) -> tuple[str | None, str | None]:
    """The statuses of an item before and after, by its changes; None: it is not there."""
    of = {change.change: change for change in changes}
    if "appeared" in of:
        return None, item.status
    if "vanished" in of:
        return item.status, None
    return (of["status"].before if "status" in of else item.status), item.status


def counts_words(answer: DiffAnswer) -> str:
    """How much differs: "+16 new · 1 changed · 0 gone"."""
    found: dict[str, set[str]] = {"appeared": set(), "vanished": set(), "changed": set()}
    for change in answer.changes:
        what = change.change if change.change in ("appeared", "vanished") else "changed"
        found[what].add(change.subject)
    new, changed, gone = (len(found[each]) for each in ("appeared", "changed", "vanished"))
    return tr(
        "+{new} new · {changed} changed · {gone} gone",
        new=written(new), changed=written(changed), gone=written(gone),
    )  # fmt: skip


def headline(answer: DiffAnswer) -> str:
    """What is compared: "What changed in the world from 1 Jan to …"."""
    before, after = answer.before, answer.after
    sources = _told_by(before, after)
    if before.on != after.on:
        return tr(
            "What changed in the world from {first} to {last}",
            first=date(before.on),
            last=date(after.on),
        )
    if before.known != after.known:
        return tr(
            "What was learned about {day} from {first} to {last}",
            day=date(after.on),
            first=_known(before),
            last=_known(after),
        )
    if sources:
        return tr("What only {sources} told", sources=join(sources))
    return tr("What differs")


def _known(side: Side) -> str:
    if side.known is None:
        return tr("now")
    return date(side.known) if len(side.known) <= len("2025-11-21") else instant_words(side.known)


def _told_by(before: Side, after: Side) -> list[str]:
    """The sources that are left out before, and not after."""
    left_out, kept = (getattr(side.lens, "not_source", ()) for side in (before, after))
    return [slug for slug in left_out if slug not in kept]


def change_rows(
    item: CompanyItem, changes: Sequence[Change], names: Names, levels: Levels | None = None
) -> Iterator[Row]:
    """What became of an item, each change with its label; ``levels`` of the events that are no facts."""
    for change in changes:
        match change.change:
            case "appeared":
                yield from _appeared(item, names, levels)
            case "steps":
                yield from _steps(change, names, levels)
            case what:
                yield from _ROWS[what](item, change, names)


def _rows(
    item: CompanyItem,
    changes: Sequence[Change],
    causes: Mapping[str, Cause],
    names: Names,
    levels: Levels | None,
    verbose: bool,
) -> Iterator[Row]:
    yield from change_rows(item, changes, names, levels)
    if verbose or claim_term_of(item.subject) is None:  # else the title names it
        yield "subject", item.subject
    label = "told by"
    events = causing(changes)
    for id_ in events:
        yield label, cause_words(causes[id_])
        label = ""
    if not events:
        yield label, tr("no event: time itself made the difference")


def causing(changes: Sequence[Change]) -> list[str]:
    """The events that made the changes of an item, each once."""
    return [*dict.fromkeys(id_ for change in changes for id_ in change.events)]


def _appeared(item: CompanyItem, names: Names, levels: Levels | None) -> Iterator[Row]:
    sure = "" if item.certainty == "definite" else f", {certainty_words(item.certainty)}"
    yield "status", f"{status_words(item.status)}{sure}, {standing_words(item)}"
    yield from term_rows(item, names, levels)
    for step in item.steps:
        yield "step", step_words(step, names, levels)


def _vanished(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    status = tr("was {status}", status=status_words(item.status))
    yield "status", f"{status}, {standing_words(item)}"


def _status(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield "status", _ARROW.join(map(status_words, (change.before, change.after)))


def _since(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield (
        "since",
        _ARROW.join(
            nothing() if day is None else since(day) for day in (change.before, change.after)
        ),
    )


def _terms(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    for term in change.after:
        yield label_of(term), change_words(term, change.before[term], change.after[term], names)


def _certainty(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield (
        "certainty",
        _ARROW.join(_doubt(item.subject, side) for side in (change.before, change.after)),
    )


def _doubt(subject: str, doubt: Mapping[str, Any]) -> str:
    others = alternatives_words(subject, doubt["alternatives"])
    certainty = certainty_words(doubt["certainty"])
    return f"{certainty} ({others})" if others else certainty


def _member(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield (
        "party",
        _ARROW.join(
            name_of(each, names) if isinstance(each, str) else nothing()
            for each in (change.before, change.after)
        ),
    )


def _changed(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    """How a term came to its value, where the value itself is the same."""
    kind = KINDS[kind_of(item.subject)]
    for term, now in change.after.items():
        if now is not None and change.before[term] is not None and item.changed.get(term) == now:
            yield label_of(term), changed_words(kind, term, now, names)


def _disputed(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    said = tr("somebody disputes it") if change.after else tr("nobody disputes it any more")
    yield "disputed", said


def _disputes(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield "disputes", _ARROW.join(f"{len(each)}" for each in (change.before, change.after))


def _conflicts(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    if said := _differing(change.after, change.before):
        yield "conflict", tr("reports differ in {terms}", terms=said)
    if said := _differing(change.before, change.after):
        yield "conflict", tr("reports no longer differ in {terms}", terms=said)


def _differing(terms: Sequence[str], others: Sequence[str]) -> str:
    """The terms that are not among the others."""
    return join(
        tr("when it happened") if each == "occurred" else label_words(label_of(each))
        for each in terms
        if each not in others
    )


def _irregular(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    new = len([each for each in change.after if each not in change.before])
    gone = len([each for each in change.before if each not in change.after])
    if new:
        yield (
            "contradicts",
            tr_count(
                "a report contradicts the record; the status stays",
                "{count} reports contradict the record; the status stays",
                new,
            ),
        )
    if gone:
        yield (
            "contradicts",
            tr_count(
                "a report contradicts the record no longer",
                "{count} reports contradict the record no longer",
                gone,
            ),
        )


def _remarks(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    for remark in change.after:
        if remark not in change.before:
            yield "beware", remark_words(remark, item.subject, names)
    for remark in change.before:
        if remark not in change.after:
            yield "no longer", remark_words(remark, item.subject, names)


def _steps(change: Change, names: Names, levels: Levels | None) -> Iterator[Row]:
    for label, steps in (("step", change.after), ("step gone", change.before)):
        for step in steps:
            yield label, step_words(step, names, levels)


def _evidence(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    before, after = (each.get("sources") for each in (change.before, change.after))
    if before is not None and after is not None and len(before) != len(after):
        yield "reports", f"{len(before)} → {len(after)}"


_ROWS: Final = {
    "vanished": _vanished,
    "member": _member,
    "status": _status,
    "since": _since,
    "terms": _terms,
    "changed": _changed,
    "certainty": _certainty,
    "disputed": _disputed,
    "disputes": _disputes,
    "conflicts": _conflicts,
    "irregular": _irregular,
    "remarks": _remarks,
    "evidence": _evidence,
}


def company_rows(change: Change, names: Names) -> Iterator[Row]:
    """What became of the company itself: its names, its country, its status."""
    for name, before in change.before.items():
        sides = (_header_words(name, each, names) for each in (before, change.after[name]))
        yield "controls" if name == "members" else name.replace("_", " "), _ARROW.join(sides)


def _header_words(name: str, value: Any, names: Names) -> str:
    if not value:
        return nothing()
    if name == "members":
        return join(name_of(each["company"], names) for each in to_builtins(value))
    return status_words(value) if name == "status" else value_in_words(value)


def cause_words(cause: Cause) -> str:
    """What an event was, when, and who told it: "30 Mar 2016: deal amended – Sharp · its-id"."""
    said = type_words(cause.type)
    if cause.target is not None:
        said = tr("{what} of {event}", what=said, event=cause.target)
    elif cause.occurred is not None:
        said = f"{date(cause.occurred)}: {said}"
    tellers = [each.publisher or each.source for each in cause.cited]
    who = join(dict.fromkeys(tellers)) if tellers else tr("mended in our own record")
    return f"{said} – {who} · {cause.event}"
