"""Lists for people: two lines an item, and sums of money that mean something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from timeline.answers import CompanyItem
from timeline.answers.lists import CompaniesAnswer, ListAnswer, Sum
from timeline.model.kinds import KINDS
from timeline.render import words
from timeline.render.coordinate import coordinate_words
from timeline.render.page import HEADINGS, Page
from timeline.render.remarks import deciding_words
from timeline.render.state import standing_words
from timeline.render.status import group_of, status_words
from timeline.render.table import table_lines
from timeline.render.text import cells
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
) -> Iterator[str]:
    """A list in words, line by line, without ends of lines."""
    page = Page(width, color)
    heading = HEADINGS[answer.kind]
    yield page.paint(f"{heading.upper()} ({len(answer.items)})", "strong")
    yield from page.paragraph(coordinate_words(answer))
    yield ""
    if not answer.items:
        yield from page.paragraph(f"There are no {heading} like that at this coordinate.")
        return
    page = Page(width, color, max(12, *(cells(item.status) for item in answer.items)))
    for item in answer.items:
        status = status_words(item.status)
        style = group_of(item.status, disputed=item.disputed)
        what = title(item, None, names or {})
        yield from page.item(status, style, what, [("", _details(item, answer.kind, names or {}))])
    if answer.sums:
        yield ""
        yield from page.paragraph(
            f"Sums of what is stated{' as value' if answer.kind == 'deal' else ''}, "
            "within one group of statuses, currency, period and basis:"
        )
        for each in answer.sums:
            yield f"  {sum_words(each)}"


def _details(item: CompanyItem, kind: str, names: Names) -> str:
    """What tells the item from others: "since 2016-08-12 · JPY 388.8 bn · deal:foxconn-sharp"."""
    worth = KINDS[kind].money
    shown = worth is not None and not KINDS[kind].words[worth].told_apart
    money = item.terms.get(worth) if worth is not None and shown else None
    return " · ".join(
        filter(
            None,
            [
                standing_words(item),
                words.money(money, reported=False) if money else "",
                *deciding_words(item, names),
                item.subject,
            ],
        )
    )


def sum_words(each: Sum) -> str:
    """``USD 2–3 bn a year (live, 2 items)``."""
    money: dict[str, Any] = {"currency": each.currency}
    if each.per != "once":
        money["per"] = each.per
    if each.basis != "exact":
        money["basis"] = each.basis
    if each.min is not None and each.min == each.max:
        money["exact"] = each.min
    else:
        ends = {"min": each.min, "max": each.max}
        money |= {end: value for end, value in ends.items() if value is not None}
    of = f"{each.group}, {each.items:,} item{'' if each.items == 1 else 's'}"
    if each.min is None and each.max is None:
        return f"{each.currency}: not to be summed, every end is open ({of})"
    return f"{words.money(money)} ({of})"


def companies_lines(
    answer: CompaniesAnswer, *, width: int = 80, color: bool = False
) -> Iterator[str]:
    """The companies as a table, line by line, without ends of lines."""
    page = Page(width, color)
    yield page.paint(f"COMPANIES ({len(answer.companies)})", "strong")
    yield from page.paragraph(coordinate_words(answer))
    yield ""
    rows = [
        {
            "company": row.company,
            "name": row.name,
            "country": row.country,
            "kind": row.kind,
            "status": row.status or "not registered",
            "items": row.items,
        }
        for row in answer.companies
    ]
    if rows:
        for line in table_lines(rows, tuple(rows[0]), page.width, color):
            yield line.removesuffix("\n")
