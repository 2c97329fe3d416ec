"""Companies: all of them, one at a coordinate, and one at two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from msgspec import Struct
from msgspec.structs import replace

from timeline.answers.model import (
    Change,
    CompaniesAnswer,
    CompanyItem,
    CompanyRow,
    DiffAnswer,
    StateAnswer,
)
from timeline.app import Timeline
from timeline.model.values import day_of
from timeline.parameters import Number, Parameter
from timeline.questions.companies import CompanyList
from timeline.questions.diff import Diff, LevelsIn
from timeline.questions.question import Declared, given
from timeline.questions.state import State
from timeline.render.page import kind_of
from timeline.render.rows import answer_rows, state_rows
from timeline.render.words import Names
from timeline.web.addresses import company_path
from timeline.web.facets import Facet, counted, facets, in_order, narrowed
from timeline.web.pages.sliding import sliders
from timeline.web.replies import Page, Visit, elsewhere, serves
from timeline.web.settings import FOR_PEOPLE

router = APIRouter()

LANES: Final = 12
"""Of the picture on a company's page: as many as fit above the fold."""

FEW: Final = 20
"""Items of a company that are all shown below the picture."""

FIRST: Final = 5
"""Of more, those that are shown before a reader asks for them."""


SKIP: Final = Parameter(
    "skip", "How many items of the page were shown before", number=Number(0, None, 0)
)


@dataclass(frozen=True, kw_only=True)
class Narrowed(Declared):
    """Which items of a company its page shows; data has them all."""

    tab: str | None = given(
        Parameter(
            "tab",
            "The kind of items that the page shows; data has them all",
            choices=("deal", "relationship", "right", "commitment", "rumour", "proceeding", "fact"),
        )
    )
    kind: str | None = given(
        Parameter("kind", "Only items of this kind on the page; data has them all")
    )
    status: str | None = given(
        Parameter("status", "Only items of this group of statuses on the page, as live or over")
    )
    with_: str | None = given(
        Parameter(
            "with_", "Only items with this counterparty, by its id, on the page", public="with"
        )
    )
    year: str | None = given(Parameter("year", "Only items since this year on the page"))
    sort: str | None = given(
        Parameter(
            "sort",
            "The order of the items on the page; by their kind unless given",
            choices=("newest", "oldest", "status", "name", "amount"),
        )
    )
    skip: int = given(SKIP)

    def facets(self) -> dict[str, str | None]:
        """What the items of the page are narrowed by."""
        return {"kind": self.kind, "status": self.status, "with": self.with_, "year": self.year}


@dataclass(frozen=True, kw_only=True)
class Formed(Declared):
    """A difference as a form sends it, and which part of it the page shows."""

    before_on: str | None = given(
        Parameter("before_on", "The first day of the range, where on is its last")
    )
    before_known: str | None = given(
        Parameter("before_known", "The first day of the range, where known is its last")
    )
    skip: int = given(SKIP)


@serves(router, CompanyList)
def companies(visit: Visit, asked: CompanyList) -> Page:
    """Every registered company at a coordinate, with the number of its items."""
    answer, onward = visit.page(asked)
    return Page(
        template="companies.html",
        document=answer,
        rows=lambda: answer_rows(answer),
        columns=CompanyRow.__struct_fields__,
        next=onward,
        fixed=fixed(answer),
    )


@serves(router, State, Narrowed, drawn=True)
def company(visit: Visit, asked: State) -> Page | str:
    """The state of a company, by any of its names, with its evidence."""
    answer = visit.timeline.ask(asked)
    found = answer.companies[0]
    if found.company != asked.company:
        return visit.elsewhere(company_path(found.company))
    return Page(
        template="company.html",
        document=answer,
        rows=lambda: state_rows(answer),
        columns=asked.columns(answer),
        context=lambda: _about(visit.timeline, answer, asked, visit.made(Narrowed)),
        picture=lambda: visit.timeline.plot(
            found.company, certainty=asked.certainty, open_only=asked.open_only, **asked.placed()
        ),
        fixed=fixed(answer),
    )


def _about(
    timeline: Timeline, answer: StateAnswer, asked: State, narrowed: Narrowed
) -> dict[str, Any]:
    """What the page shows of a company besides its state."""
    found = answer.companies[0]
    # of a hub, only the items that are shown are searched for names: facets need the counterparties alone
    parties = {found.company, *(party for item in found.items for party in item.counterparties)}
    at: dict[str, Any] = {n: getattr(answer, n) for n in ("on", "known", "recorded")}
    names = timeline.names(parties, **at)
    part = part_of(found.items, narrowed, found.company, names)
    shown = replace(answer, companies=[replace(found, items=part.items)])
    names |= timeline.names_in(shown)
    sources = {slug for item in part.items for slug in item.sources}
    about: dict[str, Any] = {
        "company": found,
        "names": names,
        "sliders": sliders(timeline, found.company, answer, asked),
        "told": timeline.told(found.items, **asked.placed()),
        "sources": timeline.source_titles(sources),
        "first_day": None,
        "first_known": None,
        "left_out": 0,
        "picture": None,
        "counts": counted(found.items),
        "part": part,
    }
    if found.items and not asked.group and part.is_overview:
        about["picture"] = timeline.plot(
            found.company, only=most_telling(found.items), **asked.placed()
        )
    if not found.items:
        if asked.certainty or asked.open_only:
            every = timeline.state(found.company, group=asked.group, **asked.placed())
            about["left_out"] = len(every.companies[0].items)
        first = timeline.first(found.company, **asked.placed())
        about["first_day"] = first.day
        if first.known is not None:
            about["first_known"] = day_of(first.known, timeline.timezone)
    return about


@serves(router, Diff, Formed)
def diff(visit: Visit, asked: Diff) -> Page | str:
    """What differs between two days, two states of knowledge, or with and without one source."""
    timeline, formed = visit.timeline, visit.made(Formed)
    if formed.before_on or formed.before_known:
        return elsewhere(visit.request, f"{company_path(asked.company)}/diff", _joined(visit))
    days = [str(each) for each in (asked.on, asked.known) if each is not None]
    if asked.source is None and not any(".." in day for day in days) and visit.for_people:
        found = timeline.state(asked.company).companies[0]
        names = {found.company: found.name}
        return _diff_page(None, asked, lambda: {"names": names}, found.company)
    answer = timeline.ask(asked)
    if answer.company != asked.company:
        return visit.elsewhere(f"{company_path(answer.company)}/diff")
    return _diff_page(
        answer,
        asked,
        lambda: {"names": timeline.names_in(answer), "levels": timeline.ask(LevelsIn(answer))},
        answer.company,
    )


def most_telling(items: Sequence[CompanyItem]) -> list[str]:
    """The subjects for a picture above the fold: what goes on first, and facts where nothing else is."""
    rank = {"live": 0, "pending": 1, "claimed": 2, "done": 3, "denied": 4, "over": 5, "noted": 6}
    stories = [item for item in items if kind_of(item.subject) != "fact"] or list(items)
    stories.sort(key=lambda item: (rank.get(item.group, 6), item.subject))
    return [item.subject for item in stories[:LANES]]


class Part(Struct, frozen=True, kw_only=True):
    """The items of a company that its page shows at a time."""

    items: list[CompanyItem]
    matching: int
    """Items that have the chosen values."""
    seen: int
    """Items shown up to here."""
    facets: list[Facet]
    is_overview: bool
    """Whether nothing was chosen: the page has its picture, and of many items the newest."""
    by_kind: bool
    """Whether items stand under the headings of their kinds."""


def part_of(items: Sequence[CompanyItem], asked: Narrowed, company: str, names: Names) -> Part:
    """The items that are asked for: of a short story all, of a long one some at a time."""
    chosen = asked.facets()
    of_tab = [item for item in items if asked.tab in (None, kind_of(item.subject))]
    matching = narrowed(of_tab, chosen)
    overview = asked.tab is None and asked.sort is None and not any(chosen.values())
    long = len(items) > FEW
    by_kind = asked.sort is None and (not overview or not long)
    found = matching if by_kind else in_order(matching, asked.sort or "newest", company, names)
    size = FIRST if overview and long else FOR_PEOPLE
    shown = found[asked.skip : asked.skip + size]
    return Part(
        items=shown,
        matching=len(matching),
        seen=asked.skip + len(shown),
        facets=facets(of_tab, chosen, names) if long or not overview else [],
        is_overview=overview,
        by_kind=by_kind,
    )


def _diff_page(
    answer: DiffAnswer | None, asked: Diff, words: Callable[[], dict[str, Any]], company: str
) -> Page:
    columns = [n for n in Change.__struct_fields__ if n != "member"]
    return Page(
        template="diff.html",
        document=answer,
        rows=lambda: answer_rows(answer) if answer else iter(()),
        columns=["member", *columns] if asked.group else columns,
        context=lambda: {"company": company, "missing": answer is None, **words()},
        fixed={} if answer is None or asked.recorded else {"recorded": answer.after.position},
    )


def _joined(visit: Visit) -> dict[str, Any]:
    """A form's two days as one range, as the address has it."""
    parameters = dict(visit.parameters)
    for name in ("on", "known"):
        before = parameters.pop(f"before_{name}", None)
        if before is not None:
            parameters[name] = f"{before}..{parameters.get(name, 'today')}"
    return parameters


def fixed(answer: StateAnswer | CompaniesAnswer) -> dict[str, Any]:
    """The parameters with which an answer stays as it is for ever."""
    return {"on": answer.on, "known": answer.known, "recorded": answer.position}
