"""The state of companies for people: what the program says in a terminal.

Every item is a block of two columns: its status and what it is, then labels and values. It reads
the same without colour, and fits the width by wrapping; nothing is cut. What is left out is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from msgspec import UnsetType

from timeline.answers import CompanyItem, CompanyState, StateAnswer
from timeline.answers.model import Told
from timeline.language import tr, tr_count
from timeline.model.kinds import KINDS, claim_term_of
from timeline.model.values import Subject
from timeline.render.coordinate import again_words, coordinate_words, nothing_of
from timeline.render.doubts import standing_words, warning_rows
from timeline.render.page import heading_words
from timeline.render.status import group_of, status_words
from timeline.render.summary import reports_words, summary
from timeline.render.terms import Row, label_words, step_words, term_rows
from timeline.render.text import block, capital, cells, clean, join, paint
from timeline.render.titles import title
from timeline.render.words import Names, date, name_of

_NARROWEST: Final = 12  # of the column of labels
_MOST: Final = 12  # ids and steps of an item, unless verbose
_STYLES: Final = {
    "possible": "rumoured",
    "contested": "disputed",
    "disputed": "disputed",
    "conflict": "disputed",
    "contradicts": "disputed",
    "beware": "disputed",
}
_FAINT: Final = frozenset({"reports", "evidence", "sources", "corrected"})


def state_lines(
    answer: StateAnswer,
    *,
    width: int = 80,
    color: bool = False,
    names: Names | None = None,
    told: Mapping[str, Told] | None = None,
    sources: Mapping[str, str] | None = None,
    first_day: str | None = None,
    first_known: str | None = None,
    filtered: bool = False,
    verbose: bool = False,
) -> Iterator[str]:
    """The state in words, line by line, without ends of lines.

    ``names`` are what companies are called, by id; ``told`` the evidence of items in short, by subject;
    ``sources`` the titles of sources, by slug, listed at the end. For a company without items, ``first_day``
    is the first day of which anything is known, and ``first_known`` the first day on which anything of the
    day asked for was known. ``filtered`` says that items were left out on demand. Events and sources are
    counted; ``verbose`` lists their ids.
    """
    page = _Page(width, color, names or {}, told or {}, filtered, verbose)
    lensed = not isinstance(answer.lens, UnsetType)
    if len(answer.companies) == 1:
        company = answer.companies[0]
        yield from page.header(company)
        yield from page.coordinate(answer)
        yield from page.paragraph_or_none(summary(company.items, page.told))
        yield from page.items(company)
        if not company.items:
            yield ""
            yield from page.nothing(company, first_day, first_known, lensed=lensed)
    else:
        yield from page.coordinate(answer)
        for company in answer.companies:
            if company.items:
                yield ""
                yield from page.header(company)
                yield from page.paragraph_or_none(summary(company.items, page.told))
                yield from page.items(company)
        yield from page.nobody([each for each in answer.companies if not each.items], lensed=lensed)
    if sources:
        used = {slug for each in answer.companies for item in each.items for slug in item.sources}
        yield from page.legend({slug: sources[slug] for slug in sorted(used) if slug in sources})
    yield ""
    yield from page.paragraph(again_words(answer), "faint")


class _Page:
    """How the lines look: width, colour, names."""

    def __init__(
        self,
        width: int,
        color: bool,
        names: Names,
        told: Mapping[str, Told],
        filtered: bool,
        verbose: bool,
    ) -> None:
        self.width = max(width, 40)
        self.color = color
        self.names = names
        self.told = told
        self.filtered = filtered
        self.verbose = verbose

    def paint(self, text: str, style: str) -> str:
        return paint(text, style, self.color)

    def paragraph(self, text: str, style: str = "", indent: int = 0) -> Iterator[str]:
        for line in block(clean(text), self.width, indent=indent):
            yield self.paint(line, style) if style else line

    def paragraph_or_none(self, text: str) -> Iterator[str]:
        if text:
            yield from self.paragraph(text)

    # --- who and when ---

    def header(self, company: CompanyState) -> Iterator[str]:
        """The company: its name and id, what else it is called, where it is."""
        name, *more = block(f"{clean(company.name)} ({company.company})", self.width)
        yield self.paint(name, "strong")
        yield from more
        status = "not known by then" if company.status is None else status_words(company.status)
        also = [tr("also {names}", names=", ".join(company.aliases))] if company.aliases else []
        country = [company.country] if company.country else []
        merged = []
        if company.merged:
            merged = [tr("also registered as {names}", names=", ".join(company.merged))]
        yield from self.paragraph(" · ".join([*also, *merged, *country, status]))
        if company.members:
            held = [f"{name_of(m.company, self.names)} ({m.subject})" for m in company.members]
            yield from self.paragraph(tr("controls {companies}", companies=join(held)))

    def coordinate(self, answer: StateAnswer) -> Iterator[str]:
        """When it is asked for, and what was known and recorded by then."""
        yield from self.paragraph(capital(coordinate_words(answer)))

    def nothing(
        self, company: CompanyState, first_day: str | None, first_known: str | None, *, lensed: bool
    ) -> Iterator[str]:
        """That there is no item, and from when on there is one."""
        if self.filtered:
            yield from self.paragraph(
                tr("Nothing about {company} is as asked for.", company=company.name)
            )
        else:
            said = nothing_words(company.name, first_day, first_known, lensed=lensed)
            yield from self.paragraph(said)

    def nobody(self, companies: Sequence[CompanyState], *, lensed: bool) -> Iterator[str]:
        """The companies of many that have no item."""
        if companies:
            yield ""
            who = join(each.name for each in companies)
            yield from self.paragraph(
                tr("Nothing about {company} is as asked for.", company=who)
                if self.filtered
                else nothing_words(who, lensed=lensed)
            )

    def legend(self, titles: Mapping[str, str]) -> Iterator[str]:
        """The sources in full."""
        if titles:
            yield ""
            yield self.paint(tr("sources").upper(), "strong")
            yield ""
        for slug, said in titles.items():
            yield from block(f"{slug}: {clean(said)}", self.width, first="  ", indent=4)

    # --- what ---

    def items(self, company: CompanyState) -> Iterator[str]:
        """Every item, under the heading of its kind."""
        column = (
            max([_NARROWEST, *(cells(status_words(each.status)) for each in company.items)]) + 2
        )
        for kind, group in groupby(company.items, key=lambda item: Subject.of(item.subject).kind):
            items = list(group)
            yield ""
            heading = heading_words(kind).upper()
            yield self.paint(f"{heading} ({len(items)})", "strong")
            for number, item in enumerate(items):
                if number == 0 or KINDS[kind].claim_term is None:  # facts are many and short
                    yield ""
                yield from self.item(item, company.company, column + 2)

    def item(self, item: CompanyItem, company: str, column: int) -> Iterator[str]:
        """The block of an item: status and title, then labelled rows."""
        status = status_words(item.status)
        painted = self.paint(status, group_of(item.status, disputed=item.disputed))
        first = f"  {painted}{' ' * (column - 2 - cells(status))}"
        what = clean(title(item, company, self.names))
        for line in block(what, self.width - column):
            yield first + self.paint(line, "strong")
            first = " " * column
        for label, text in self.rows(item):
            style = _STYLES.get(label) or "faint"
            faint = label in _FAINT
            shown = label_words(label)
            head = f"    {self.paint(shown, style)}{' ' * max(column - 4 - cells(shown), 1)}"
            for line in block(clean(text), self.width - column):
                yield head + (self.paint(line, "faint") if faint else line)
                head = " " * column

    def rows(self, item: CompanyItem) -> Iterator[Row]:
        """The labelled rows of an item: how sure, the terms, what happened, the evidence."""
        told = self.told.get(item.subject)
        yield ("" if item.certainty == "definite" else item.certainty), standing_words(item)
        yield from warning_rows(item, self.names, told)
        levels = None if told is None else told.levels
        yield from term_rows(item, self.names, levels)
        steps = item.steps if self.verbose else item.steps[-_MOST:]
        if len(steps) < len(item.steps):
            text = "{count} earlier ones are left out here"
            left_out = len(item.steps) - len(steps)
            yield "steps", tr_count(text, text, left_out, count=left_out)
        for number, step in enumerate(steps):
            label = "steps" if number == 0 and len(steps) == len(item.steps) else ""
            yield label, step_words(step, self.names, levels)
        if told is not None:
            named = "" if claim_term_of(item.subject) is not None else f" · {item.subject}"
            yield "reports", reports_words(told) + named
        if self.verbose:
            yield from self.evidence(item)
            if item.corrections:
                ids = ", ".join(item.corrections)
                yield "corrected", tr("corrections and disputes: {events}", events=ids)
        if item.erased:
            text = "the record no longer says what these told: {events}"
            yield "erased", tr(text, events=", ".join(item.erased))

    def evidence(self, item: CompanyItem) -> Iterator[Row]:
        """How many events, which ones, and from which sources."""
        said = tr_count("{count} event", "{count} events", len(item.events))
        together = len(item.sources) == 1
        if together:
            said = tr("{events} from {source}", events=said, source=item.sources[0])
        yield "evidence", f"{said}: {', '.join(item.events)}"
        if item.sources and not together:
            yield "sources", ", ".join(item.sources)


def nothing_words(
    name: str,
    first_day: str | None = None,
    first_known: str | None = None,
    *,
    lensed: bool = False,
) -> str:
    """That nothing was reported, and when something was: in days of the world, and of reports.

    ``lensed`` where only some of the news counts, so that there may be other reports.
    """
    text = "{nothing} had been reported about {company} by this date."
    said = [tr(text, nothing=nothing_of(lensed), company=name)]
    if first_known:
        said.append(tr("Reports about this day first appeared on {day}.", day=date(first_known)))
    if first_day:
        text = "The first day that anything is known about is {day}."
        said.append(tr(text, day=date(first_day)))
    return " ".join(said)
