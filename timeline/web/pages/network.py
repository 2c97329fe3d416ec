"""The network: who is tied to whom, around a company, played through its days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from fastapi import APIRouter

from timeline.answers.circles import circles
from timeline.answers.story import NetworkAnswer
from timeline.app import Timeline
from timeline.questions.network import DrawnTies, Network
from timeline.questions.picture import Drawn
from timeline.render.picture import Headline, Picture
from timeline.render.plot.lines import Filter, counts_of_kinds, kind_label, node_names
from timeline.render.plot.network import MANY, MOST, circle_words, hub_sentence, pairs_of, stops_of
from timeline.render.plot.reports import months_of, reports_of
from timeline.render.rows import answer_rows
from timeline.web.addresses import Here
from timeline.web.replies import Page, Visit, serves
from timeline.web.sliders import slider_of_world

router = APIRouter()

TOLD: Final = 5
"""Reports beside the picture: the last ones before the day that is shown."""

LOOKED_AT: Final = 60
"""The newest events in which companies are looked for that one may begin with."""

OFFERED: Final = 12
"""Companies that one may begin with."""

_IN_TABLE: Final = ("one", "other", "subject", "status", "certainty", "valid_from", "valid_to")


@serves(router, Network, DrawnTies, Drawn, drawn=True)
def network(visit: Visit, asked: Network) -> Page:
    """Companies and what ties them, over all days: around one, or all of them."""
    timeline = visit.timeline
    many = asked.company is None and len(timeline.subjects("company:", MOST + 1)) > MOST
    if visit.for_people and many:
        return _start(timeline)
    return _drawn(timeline, timeline.ask(asked), visit.made(DrawnTies), visit.made(Drawn))


def _start(timeline: Timeline) -> Page:
    """Where there are more companies than a picture holds: a search, and who was in the news last."""

    def context() -> dict[str, Any]:
        newest = timeline.log(order="newest", limit=LOOKED_AT)
        items = timeline.described({entry.subject for entry in newest})
        met = {company for item in items.values() for company in item.counterparties}
        names = sorted(timeline.names(met).items(), key=lambda each: each[1])
        return {"companies": dict(names[:OFFERED])}

    return Page(template="network_start.html", rows=list, columns=(), context=context)


def _drawn(timeline: Timeline, answer: NetworkAnswer, asked: DrawnTies, look: Drawn) -> Page:
    def draw(*, matrix: bool) -> Picture:
        return timeline.drawn_network(
            answer, kinds=asked.kinds, over=asked.over, matrix=matrix, **look.looks()
        )

    rows = list(answer_rows(answer))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    picture = draw(matrix=asked.matrix)
    return Page(
        template="network.html",
        document=picture.document,
        rows=lambda: rows,
        columns=columns,
        context=lambda: {
            "rows": rows,
            "columns": [name for name in columns if name in _IN_TABLE],
            **_about(timeline, answer, asked),
            "answer": answer,
            "picture": draw(matrix=False),
            "matrix": draw(matrix=True) if asked.matrix or len(answer.nodes) > MANY else None,
        },
        picture=lambda: picture,
        fixed={"recorded": answer.position, **_day(answer)},
    )


def _day(answer: NetworkAnswer) -> dict[str, Any]:
    if answer.then:
        return {"as_of": answer.on}
    return {"on": answer.on, "known": answer.known}


def _about(timeline: Timeline, answer: NetworkAnswer, asked: DrawnTies) -> dict[str, Any]:
    """What the page says besides the picture: the days, the kinds, the reports, the circles."""
    shown = Filter(kinds=tuple(asked.kinds), over=asked.over)
    reports = reports_of(answer, shown.kinds, timeline.timezone)
    stops = sorted({report.day for report in reports} | set(stops_of(answer, shown)))
    slider = slider_of_world(stops, answer.on, timeline.timezone)
    counts = counts_of_kinds(answer, shown)
    return {
        "slider": replace(slider, name="as_of") if answer.then else slider,
        "stops": stops,
        "reports": reports,
        "shown": _heard(reports, answer.on),
        "lead": hub_sentence(answer, shown),
        "kinds": {
            kind: (kind_label(kind), count)
            for kind, count in counts.items()
            if count or kind in asked.kinds
        },
        "circles": circles(answer),
        "circle_words": circle_words,
        "called": node_names(answer),
        "months": months_of((report.day, report.more + 1) for report in reports),
        "month_leads": _month_leads,
        "undrawn": max(len(answer.nodes) - MOST, 0),
        "pairs": pairs_of(answer, shown),
    }


def _heard(reports: Sequence[Headline], on: str) -> list[Headline]:
    """The last reports before a day, oldest first."""
    return [report for report in reports if report.day <= on][-TOLD:]


def _month_leads(here: Here, answer: NetworkAnswer) -> Callable[[str], str]:
    """Where the bar of a month leads: to its last day."""

    def lead(month: str) -> str:
        year, number = int(month[:4]), int(month[5:7])
        last = date(year, number, monthrange(year, number)[1]).isoformat()
        if answer.then:
            return here.change(as_of=last, on=None, known=None)
        return here.change(as_of=None, on=last)

    return lead
