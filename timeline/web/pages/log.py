"""The events themselves, as pages: all of them, and those of a source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from msgspec.structs import asdict

from timeline.answers.model import LogEntry
from timeline.questions.log import Log
from timeline.web.replies import Page, Visit, serves

router = APIRouter()


@serves(router, Log)
def log(visit: Visit, asked: Log) -> Page:
    """The events of a company or a subject, or all of them, by position."""
    return _page(visit, asked, "log.html", dict)


@serves(router, Log, path="/sources/{source}", summary="What a source reported")
def source(visit: Visit, asked: Log) -> Page:
    """The events that name a source, by position."""
    assert asked.source is not None
    row = visit.timeline.source(asked.source, recorded=asked.recorded)
    return _page(visit, asked, "source.html", lambda: {"source": row})


def _page(visit: Visit, asked: Log, template: str, about: Callable[[], Mapping[str, Any]]) -> Page:
    """One page of events; ``about`` is what it says besides."""
    found, onward = visit.page(asked)
    entries = list(found)
    names = visit.timeline.names_in
    return Page(
        template=template,
        rows=lambda: map(asdict, entries),
        columns=LogEntry.__struct_fields__,
        context=lambda: {
            "entries": entries,
            "names": names(entries, known=asked.known, recorded=asked.recorded),
            **about(),
        },
        next=onward,
        fixed={"recorded": asked.recorded or visit.timeline.anchor().position},
    )
