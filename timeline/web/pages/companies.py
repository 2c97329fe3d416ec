"""Companies: all of them, one at a coordinate, and one at two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from msgspec import Struct
from msgspec.structs import replace

from timeline.answers.days import day_of
from timeline.answers.diff import Change, DiffAnswer
from timeline.answers.lists import CompaniesAnswer, CompanyRow
from timeline.answers.model import CompanyItem, StateAnswer
from timeline.app import Timeline
from timeline.questions.lookups import LevelsIn
from timeline.render.page import kind_of
from timeline.render.rows import answer_rows, item_columns, state_rows
from timeline.render.words import Names
from timeline.web.addresses import company_path
from timeline.web.documented import documented
from timeline.web.facets import Facet, counted, facets, in_order, narrowed
from timeline.web.formats import format_of
from timeline.web.pages.sliding import sliders
from timeline.web.paging import FOR_PEOPLE, cut
from timeline.web.parameters import OfCompanies, OfCompanyPage, OfDiff
from timeline.web.replies import Page, elsewhere, respond

router = APIRouter()

LANES: Final = 12
"""Of the picture on a company's page: as many as fit above the fold."""

FEW: Final = 20
"""Items of a company that are all shown below the picture."""

FIRST: Final = 5
"""Of more, those that are shown before a reader asks for them."""


@router.get("/companies", **documented("companies", "Every company", paged=True))
def companies(request: Request, asked: Annotated[OfCompanies, Query()]) -> Response:
    """Every registered company at a coordinate, with the number of its items."""

    def ask(timeline: Timeline) -> Page:
        answer = timeline.companies(**asked.asked())
        most = asked.most(for_people=format_of(request) == "html")
        rows, more = cut(answer.companies, asked.after, most, lambda row: row.company)
        answer = replace(answer, companies=rows)
        return Page(
            template="companies.html",
            document=answer,
            rows=lambda: answer_rows(answer),
            columns=CompanyRow.__struct_fields__,
            next=more,
            fixed=fixed(answer),
        )

    return respond(request, asked, "/companies", ask)


@router.get("/companies/{company}", **documented("state", "The state of a company", drawn=True))
def company(request: Request, company: str, asked: Annotated[OfCompanyPage, Query()]) -> Response:
    """The state of a company, by any of its names, with its evidence."""

    def ask(timeline: Timeline) -> Page | str:
        answer = timeline.state(company, **asked.asked(), **asked.filters())
        found = answer.companies[0]
        if found.company != company:
            return elsewhere(request, company_path(found.company), asked.address())
        return Page(
            template="company.html",
            document=answer,
            rows=lambda: state_rows(answer),
            columns=["company", *item_columns(found.items, group=asked.group)],
            context=lambda: _about(timeline, answer, asked),
            picture=lambda: timeline.plot(
                company, certainty=asked.certainty, open_only=asked.open_only, **asked.asked()
            ),
            fixed=fixed(answer),
        )

    return respond(request, asked, company_path(company), ask)


def _about(timeline: Timeline, answer: StateAnswer, asked: OfCompanyPage) -> dict[str, Any]:
    """What the page shows of a company besides its state."""
    found = answer.companies[0]
    # of a hub, only the items that are shown are searched for names: facets need the counterparties alone
    parties = {found.company, *(party for item in found.items for party in item.counterparties)}
    at: dict[str, Any] = {n: getattr(answer, n) for n in ("on", "known", "recorded")}
    names = timeline.names(parties, **at)
    part = part_of(found.items, asked, found.company, names)
    shown = replace(answer, companies=[replace(found, items=part.items)])
    names |= timeline.names_in(shown)
    sources = {slug for item in part.items for slug in item.sources}
    about: dict[str, Any] = {
        "company": found,
        "names": names,
        "sliders": sliders(timeline, found.company, answer, asked),
        "told": timeline.told(found.items, **asked.asked()),
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
            found.company, only=most_telling(found.items), **asked.asked()
        )
    if not found.items:
        if asked.certainty or asked.open_only:
            every = timeline.state(found.company, group=asked.group, **asked.asked())
            about["left_out"] = len(every.companies[0].items)
        first = timeline.first(found.company, **asked.asked())
        about["first_day"] = first.day
        if first.known is not None:
            about["first_known"] = day_of(first.known, timeline.timezone)
    return about


@router.get("/companies/{company}/diff", **documented("diff", "What differs for a company"))
def diff(request: Request, company: str, asked: Annotated[OfDiff, Query()]) -> Response:
    """What differs between two days, two states of knowledge, or with and without one source."""
    path = f"{company_path(company)}/diff"

    def ask(timeline: Timeline) -> Page | str:
        if asked.before_on or asked.before_known:
            return elsewhere(request, path, _joined(asked))
        ranges = (
            asked.source,
            *(each for each in (asked.on, asked.known) if each and ".." in each),
        )
        if not any(ranges) and format_of(request) == "html":
            found = timeline.state(company).companies[0]
            names = {found.company: found.name}
            return _diff_page(None, asked, lambda: {"names": names}, found.company)
        answer = timeline.diff(
            company,
            on=asked.on,
            known=asked.known,
            source=asked.source,
            recorded=asked.recorded,
            group=asked.group,
            lens=asked.lens(),
        )
        if answer.company != company:
            moved = f"{company_path(answer.company)}/diff"
            return elsewhere(request, moved, asked.address())
        return _diff_page(
            answer,
            asked,
            lambda: {"names": timeline.names_in(answer), "levels": timeline.ask(LevelsIn(answer))},
            company,
        )

    return respond(request, asked, path, ask)


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


def part_of(items: Sequence[CompanyItem], asked: OfCompanyPage, company: str, names: Names) -> Part:
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
    answer: DiffAnswer | None, asked: OfDiff, words: Callable[[], dict[str, Any]], company: str
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


def _joined(asked: OfDiff) -> dict[str, Any]:
    """A form's two days as one range, as the address has it."""
    parameters = asked.address()
    for name in ("on", "known"):
        before = parameters.pop(f"before_{name}", None)
        if before is not None:
            parameters[name] = f"{before}..{parameters.get(name, 'today')}"
    return parameters


def fixed(answer: StateAnswer | CompaniesAnswer) -> dict[str, Any]:
    """The parameters with which an answer stays as it is for ever."""
    return {"on": answer.on, "known": answer.known, "recorded": answer.position}
