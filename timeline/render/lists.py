"""Lists for people: two lines an item, and sums of money that mean something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import UnsetType

from timeline.answers import CompanyItem
from timeline.answers.model import CompaniesAnswer, ListAnswer, Sum, Told
from timeline.answers.sums import sums
from timeline.language import tr, tr_count
from timeline.model.kinds import KINDS
from timeline.model.values import Subject
from timeline.render import words
from timeline.render.coordinate import Placed, again_words, coordinate_words, nothing_of
from timeline.render.doubts import deciding_words, marks, remark_words, standing_words
from timeline.render.page import Page, heading_words
from timeline.render.status import group_of, group_words, status_words
from timeline.render.table import table_lines
from timeline.render.terms import Row
from timeline.render.text import capital, cells
from timeline.render.titles import title
from timeline.render.words import Names

LIST_COLUMNS: Final = (
    "subject", "kind", "status", "certainty", "alternatives", "since", "counterparties",
    "disputed", "sources",
)  # fmt: skip
"""The columns of a list that people can read in a Markdown table."""


def list_lines(
    answer: ListAnswer,
    *,
    width: int = 80,
    color: bool = False,
    names: Names | None = None,
    told: Mapping[str, Told] | None = None,
) -> Iterator[str]:
    """A list in words, line by line, without ends of lines; ``told`` the evidence in short, by subject."""
    page = Page(width, color)
    heading = heading_words(answer.kind)
    yield page.paint(f"{heading.upper()} ({len(answer.items)})", "strong")
    yield from page.paragraph(capital(coordinate_words(answer)))
    yield ""
    if not answer.items:
        yield from page.paragraph(no_items_words(answer))
        yield from again(page, answer)
        return
    page = Page(width, color, max(12, *(cells(status_words(item.status)) for item in answer.items)))
    for item in answer.items:
        status = status_words(item.status)
        style = group_of(item.status, disputed=item.disputed)
        found = marks(item)
        what = f"{'! ' if found else ''}{title(item, None, names or {})}"
        yield from page.item(status, style, what, _rows(item, found, names or {}, told or {}))
    if answer.sums:
        yield ""
        yield from page.paragraph(sums_words(answer.kind))
        for said in sum_lines(answer):
            yield f"  {said}"
    yield from again(page, answer)


def sums_words(kind: str) -> str:
    """What the sums of a list are of."""
    if kind == "deal":
        return tr(
            "Sums of stated values, each of items that stand alike, within one currency, period and basis:"
        )
    return tr(
        "Sums of what is stated, each of items that stand alike, within one currency, period and basis:"
    )


def _rows(
    item: CompanyItem, found: list[str], names: Names, told: Mapping[str, Told]
) -> Iterator[Row]:
    yield (
        "",
        " · ".join(
            [standing_words(item), *_details(item, names, told.get(item.subject)), item.subject]
        ),
    )
    if found:
        yield "!", "; ".join(found)
    for remark in item.remarks:
        yield "beware", remark_words(remark, item.subject, names)


def _details(item: CompanyItem, names: Names, told: Told | None = None) -> Iterator[str]:
    """What tells the item from others: "JPY 388.8 bn", "letter of intent, not binding"."""
    kind = KINDS[Subject.of(item.subject).kind]
    if kind.money in item.terms and not kind.words[kind.money].told_apart:
        yield words.money(item.terms[kind.money], reported=False)
    yield from deciding_words(item, names, None if told is None else told.levels)


def no_items_words(answer: ListAnswer) -> str:
    """That a list is empty; where only some of the news counts, there may be other reports."""
    heading = heading_words(answer.kind)
    if isinstance(answer.lens, UnsetType):
        return tr("No {items} like that had been reported by this date.", items=heading)
    return tr(
        "{nothing} had been reported about {items} like that by this date.",
        nothing=nothing_of(answer.lens),
        items=heading,
    )


def sum_lines(answer: ListAnswer) -> Iterator[str]:
    """The sums in words. What is contested is added up apart: nobody knows how it stands."""
    if not answer.sums:  # of a page, which would say nothing about the list
        return
    for each in sums(item for item in answer.items if item.certainty != "contested"):
        items = tr_count("{count} item", "{count} items", each.items)
        yield sum_words(each, f"{group_words(each.group)}, {items}")
    for each in sums(item for item in answer.items if item.certainty == "contested"):
        text = "{count} contested, perhaps {group}"
        yield sum_words(each, tr_count(text, text, each.items, group=group_words(each.group)))


def sum_words(each: Sum, of: str) -> str:
    """``USD 2–3 bn a year (in force, 2 items)``, with what stands in the brackets."""
    money: dict[str, Any] = {"currency": each.currency}
    money |= {"per": each.per} if each.per != "once" else {}
    money |= {"basis": each.basis} if each.basis != "exact" else {}
    if each.min is not None and each.min == each.max:
        money["exact"] = each.min
    else:
        ends = ("min", "max")
        money |= {end: getattr(each, end) for end in ends if getattr(each, end) is not None}
    if each.min is None and each.max is None:
        text = "{currency}: not to be summed, every end is open"
        return f"{tr(text, currency=each.currency)} ({of})"
    return f"{words.money(money)} ({of})"


def companies_lines(
    answer: CompaniesAnswer, *, width: int = 80, color: bool = False
) -> Iterator[str]:
    """The companies as a table, line by line, without ends of lines."""
    page = Page(width, color)
    yield page.paint(f"{tr('companies').upper()} ({len(answer.companies)})", "strong")
    yield from page.paragraph(capital(coordinate_words(answer)))
    yield ""
    rows = list(told_companies(answer))
    if rows:
        for line in table_lines(rows, tuple(rows[0]), page.width, color):
            yield line.removesuffix("\n")
    yield from again(page, answer)


def told_companies(answer: CompaniesAnswer) -> Iterator[dict[str, Any]]:
    """The companies as people read them in a table."""
    for row in answer.companies:
        yield {
            "company": row.company,
            "name": row.name,
            "country": row.country,
            "kind": row.kind,
            "status": status_words(row.status or "not known by then"),
            "items": row.items,
        }


def told_items(
    items: Iterable[CompanyItem],
    names: Names,
    told: Mapping[str, Told],
    company: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Items as people read them in a table, with their evidence by subject; of a company as it sees them."""
    for item in items:
        remarks = (remark_words(remark, item.subject, names) for remark in item.remarks)
        yield {
            "status": status_words(item.status),
            "what": title(item, company, names),
            "since": standing_words(item),
            "details": " · ".join(_details(item, names, told.get(item.subject))),
            "beware": "; ".join([*marks(item), *remarks]),
            "subject": item.subject,
        }


def again(page: Page, answer: Placed) -> Iterator[str]:
    """The last line of an answer: the options that ask exactly the same again."""
    yield ""
    yield from page.paragraph(again_words(answer), "faint")
