"""A difference for people: what changed item by item, from what to what, and what told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from timeline.answers import CompanyItem
from timeline.answers.diff import Cause, Change, DiffAnswer, Side
from timeline.render.coordinate import coordinate_words
from timeline.render.fields import NOTHING, change_words, label_of, type_words
from timeline.render.page import HEADINGS, Page, kind_of
from timeline.render.state import alternatives_words, standing_words
from timeline.render.status import Group, status_words
from timeline.render.terms import Row, step_words, term_rows
from timeline.render.text import join
from timeline.render.titles import title
from timeline.render.words import Names, date, name_of, since

_STYLES: Final[dict[str, Group]] = {
    "appeared": "active",
    "vanished": "ended",
    "changed": "announced",
}
_ARROW: Final = " → "


def diff_lines(
    answer: DiffAnswer,
    *,
    width: int = 80,
    color: bool = False,
    names: Names | None = None,
    verbose: bool = False,
) -> Iterator[str]:
    """The difference in words, line by line, without ends of lines.

    ``names`` are what companies are called, by id. ``verbose`` names the subject of facts too.
    """
    names = names or {}
    page = Page(width, color)
    yield from page.heading(name_of(answer.company, names), answer.company)
    yield from page.paragraph(headline(answer))
    yield from page.block("before", coordinate_words(answer.before))
    yield from page.block("after", coordinate_words(answer.after))
    if not answer.changes:
        yield ""
        yield from page.paragraph(f"Nothing differs of {name_of(answer.company, names)}.")
    causes = {cause.event: cause for cause in answer.evidence}
    changes = {s: list(found) for s, found in groupby(answer.changes, key=lambda c: c.subject)}
    for change in changes.get(f"company:{answer.company}", ()):
        if change.change == "company":
            for label, words in _company(None, change, names):
                yield from page.block(label, words)
    for kind, group in groupby(answer.items, key=lambda item: kind_of(item.subject)):
        items = list(group)
        yield from page.section(f"{HEADINGS[kind]} ({len(items)})")
        for item in items:
            found = changes[item.subject]
            what, style = change_style(found)
            yield ""
            yield from page.item(
                what,
                style,
                title(item, answer.company, names),
                _rows(item, found, causes, names, verbose),
            )


def change_style(changes: Sequence[Change]) -> tuple[str, Group]:
    """What became of an item in a word (appeared, vanished, changed), and its group."""
    what = changes[0].change if changes[0].change in _STYLES else "changed"
    return what, _STYLES[what]


def headline(answer: DiffAnswer) -> str:
    """What is compared: "What changed in the world from 2025-01-01 to 2025-06-30"."""
    before, after = answer.before, answer.after
    sources = _told_by(before, after)
    if before.on != after.on:
        return f"What changed in the world from {before.on} to {after.on}"
    if before.known != after.known:
        return (
            f"What was learned about {after.on} from {before.known or 'now'} "
            f"to {after.known or 'now'}"
        )
    if sources:
        return f"What only {join(sources)} told"
    return "What differs"


def _told_by(before: Side, after: Side) -> list[str]:
    """The sources that are left out before, and not after."""
    left_out, kept = (getattr(side.lens, "not_source", ()) for side in (before, after))
    return [slug for slug in left_out if slug not in kept]


def change_rows(item: CompanyItem, changes: Sequence[Change], names: Names) -> Iterator[Row]:
    """What became of an item, each change with its label."""
    for change in changes:
        yield from _ROWS[change.change](item, change, names)


def _rows(
    item: CompanyItem,
    changes: Sequence[Change],
    causes: Mapping[str, Cause],
    names: Names,
    verbose: bool,
) -> Iterator[Row]:
    yield from change_rows(item, changes, names)
    if verbose or kind_of(item.subject) != "fact":  # the title names the fact
        yield "subject", item.subject
    label = "told by"
    for id_ in changes[0].events:
        yield label, cause_words(causes[id_])
        label = ""
    if not changes[0].events:
        yield label, "no event: time itself made the difference"
    if changes[0].sources:
        yield "sources", ", ".join(changes[0].sources)


def _appeared(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield "status", f"{status_words(item.status)}, {item.certainty}, {standing_words(item)}"
    yield from term_rows(item, names)


def _vanished(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield "status", f"was {status_words(item.status)}, {standing_words(item)}"


def _status(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield "status", _ARROW.join(map(status_words, (change.before, change.after)))


def _since(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield (
        "since",
        _ARROW.join(
            NOTHING if day is None else since(day) for day in (change.before, change.after)
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
    return f"{doubt['certainty']} ({others})" if others else str(doubt["certainty"])


def _disputed(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    yield "disputed", "somebody contests it" if change.after else "nobody contests it any more"


def _company(item: CompanyItem | None, change: Change, names: Names) -> Iterator[Row]:
    for name in change.after:
        sides = (change.before[name], change.after[name])
        yield label_of(name), _ARROW.join(NOTHING if s in (None, []) else listed(s) for s in sides)


def listed(value: Any) -> str:
    """A text or a list of them."""
    return join(value) if isinstance(value, list) else str(value)


def _silent(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    """What the row of another change says already."""
    yield from ()


def _ids(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    """What joined a list of events or terms, and what left it."""
    new = [each for each in change.after if each not in change.before]
    gone = [each for each in change.before if each not in change.after]
    if new:
        yield change.change, f"now {join(map(str, new))}"
    if gone:
        yield change.change, f"no longer {join(map(str, gone))}"


def _remarks(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    for word, some, others in (
        ("now", change.after, change.before), ("no longer", change.before, change.after),
    ):  # fmt: skip
        for remark in some:
            if remark not in others:
                yield "remarks", f"{word} {remark['code'].replace('-', ' ')}"


def _steps(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    for step in change.after:
        yield "step", step_words(step, names)
    for step in change.before:
        yield "step", f"gone: {step_words(step, names)}"


def _evidence(item: CompanyItem, change: Change, names: Names) -> Iterator[Row]:
    before, after = change.before.get("events") or [], change.after.get("events") or []
    new = [id_ for id_ in after if id_ not in before]
    gone = [id_ for id_ in before if id_ not in after]
    if new:
        yield "evidence", f"{len(new)} more"
    if gone:
        yield "evidence", f"{len(gone)} fewer"


_ROWS: Final = {
    "company": _company,
    "member": _silent,
    "changed": _silent,
    "disputes": _ids,
    "conflicts": _ids,
    "irregular": _ids,
    "remarks": _remarks,
    "steps": _steps,
    "evidence": _evidence,
    "appeared": _appeared,
    "vanished": _vanished,
    "status": _status,
    "since": _since,
    "terms": _terms,
    "certainty": _certainty,
    "disputed": _disputed,
}


def cause_words(cause: Cause) -> str:
    """What an event was, when, and who told it: "2016-03-30: deal amended – Sharp · its-id"."""
    said = type_words(cause.type)
    if cause.target is not None:
        said = f"{said} of {cause.target}"
    elif cause.occurred is not None:
        said = f"{date(cause.occurred)}: {said}"
    tellers = [each.publisher or each.source for each in cause.cited]
    who = join(dict.fromkeys(tellers)) if tellers else "mended in our own record"
    return f"{said} – {who} · {cause.event}"
