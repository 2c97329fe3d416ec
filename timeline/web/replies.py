"""Questions at addresses: the routes made of them, and the response to each of them.

An address takes what its question takes, and is documented as its answer. A response has a format, a tag by
which it is known again, and links.

The whole answer is computed and written inside one session of the store, so that all of it is of one
position. The tag is made from the position and the question alone: an answer that the asker has already
costs no more than reading where the log ends.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from importlib import metadata
from threading import BoundedSemaphore
from typing import Annotated, Any, Final, TypeVar, cast

from fastapi import APIRouter, Query
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from timeline.answers.coordinate import today
from timeline.app import Timeline
from timeline.errors import InvalidValue, StoreUnavailable
from timeline.language import ENGLISH, speaking
from timeline.plugins import versions
from timeline.questions.question import Declared, Onward, Question
from timeline.questions.schemas import VERSION
from timeline.render.formats import find_format
from timeline.render.json import encode_json, json_list
from timeline.render.picture import Picture
from timeline.render.rows import answer_rows
from timeline.store.anchor import Anchor
from timeline.web.addresses import Here, address, ended, keeping
from timeline.web.documented import documented
from timeline.web.formats import (
    DOCUMENTS,
    PICTURES,
    format_of,
    language_of,
    media_types,
    with_format,
)
from timeline.web.guard import EMBED
from timeline.web.html import render
from timeline.web.parameters import Asked, asked_of
from timeline.web.settings import FOR_PEOPLE, Settings

Made = TypeVar("Made", bound=Declared)
Answer = TypeVar("Answer")

_FIELD: Final = re.compile(r"{(\w+)(?::path)?}")

CACHED: Final = "private, no-cache"
"""Keep it, and ask whether it is still so before showing it again."""

DOCUMENTS_FOR_PEOPLE: Final = {"html", *PICTURES}
"""The formats that have a language; data has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer, ready for any format; what only one of them needs is computed when it is asked for."""

    template: str
    document: Any = None
    """What JSON says: an answer. None: the rows."""
    rows: Callable[[], Iterable[Mapping[str, Any]]]
    columns: Sequence[str]
    """The columns of CSV."""
    context: Callable[[], Mapping[str, Any]] = dict
    """What the template shows besides the document."""
    next: Mapping[str, Any] | None = None
    """The parameters that lead to the next page, where there is one."""
    picture: Callable[[], Picture] | None = None
    """The answer drawn, where it can be."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """The parameters that say what the question means today."""


class Table(Struct, frozen=True):
    """The rows of a query, as many as one page has, and whether there are more."""

    columns: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """An answer that has one format: a feed, a picture."""

    content: bytes
    media_type: str


class Busy(StoreUnavailable):
    """As many questions are being answered as the server can answer at once."""

    def __init__(self) -> None:
        super().__init__(
            "the server answers as many questions as it can", "ask again in some seconds"
        )


@cache
def version() -> str:
    """The version of the program: another one may say the same in other words."""
    return metadata.version("partnership-timeline")


def respond(
    request: Request,
    asked: Asked,
    path: str,
    ask: Callable[[Timeline], Page | File | str],
    *,
    rests_on: str = "",
) -> Response:
    """Answer the question at ``path``; a text instead of a page is the address where the answer is.

    Where the asker has this answer, nothing is computed and 304 is said. ``rests_on`` is what else than the
    log and the question the answer follows from: the text of a report.
    """
    timeline: Timeline = request.app.state.timeline
    _check_given_once(request, asked)
    parameters = asked.address()
    format_ = format_of(request)
    if format_ == "html" and any(value == "" for value in request.query_params.values()):
        return _moved(address(request.url.path, parameters))  # a form sent what was left empty
    spoken = language_of(request) if format_ in DOCUMENTS_FOR_PEOPLE else ENGLISH
    with (
        speaking(spoken),
        keeping(asked.lang),
        place(request.app.state.at_work, seconds=1.0),
        timeline.reading(seconds=request.app.state.settings.seconds),
    ):
        head = timeline.anchor()
        shown_at = f"{request.base_url} {is_embedded(request)}"
        tag = etag(
            head,
            format_,
            spoken,
            address(path, parameters),
            today(timeline.timezone),
            rests_on,
            shown_at,
        )
        headers = {"ETag": tag, "Cache-Control": CACHED, "Vary": "Accept, Accept-Language"}
        headers["Timeline-Position"] = str(head.position)
        headers["Timeline-Answers"] = str(VERSION)
        if _has(request, tag):
            return Response(status_code=304, headers=headers)
        page = ask(timeline)
        embedded = is_embedded(request)
        if isinstance(page, str):
            return _moved(f"{EMBED if embedded else ''}{page}")
        if request.headers.get("if-none-match", "").strip() == "*":  # any answer, and there is one
            return Response(status_code=304, headers=headers)
        if isinstance(page, File):
            return Response(page.content, media_type=page.media_type, headers=headers)
        if embedded and page.picture is None:
            raise HTTPException(404)
        here = Here(path, parameters, page.fixed)
        if page.next is not None:
            suffix = getattr(request.state, "format", None)
            onward = with_format(path, suffix) if suffix else path
            target = address(onward, {**parameters, **page.next})
            headers["Link"] = f'<{target}>; rel="next"'
        body = _body(request, page, here, head)
        if format_ != "html":
            how = "inline" if format_ in DOCUMENTS | PICTURES else "attachment"
            headers["Content-Disposition"] = f'{how}; filename="{file_name(path)}.{format_}"'
    return Response(body, media_type=media_types()[format_], headers=headers)


@contextmanager
def place(places: BoundedSemaphore, *, seconds: float) -> Iterator[None]:
    """Take one of so many places, waiting for it some seconds; raises Busy where there is none."""
    if not places.acquire(timeout=seconds):
        raise Busy
    try:
        yield
    finally:
        places.release()


def _check_given_once(request: Request, asked: Asked) -> None:
    """Raise InvalidValue for a parameter that has one value and is given several."""
    given = [name for name, _ in request.query_params.multi_items()]
    fields = {info.alias or name: info for name, info in type(asked).model_fields.items()}
    for name in dict.fromkeys(given):
        several = name in fields and fields[name].default_factory is list
        if given.count(name) > 1 and not several:
            raise InvalidValue(f'"{name}" is given {given.count(name)} times', "give it once")


def etag(head: Anchor, *question: str) -> str:
    """A weak entity tag (RFC 9110) of where the log ends and what is asked."""
    said = sha256("\n".join([head.hash, version(), versions(), *question]).encode()).hexdigest()
    return f'W/"{head.position}-{said[:16]}"'


def _has(request: Request, tag: str) -> bool:
    """Whether the asker has this answer: If-None-Match compares weakly."""
    given = request.headers.get("if-none-match", "")
    opaque = tag.removeprefix("W/")
    return any(each.strip().removeprefix("W/") == opaque for each in given.split(","))


def _moved(target: str) -> Response:
    return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})


def elsewhere(request: Request, path: str, parameters: dict[str, Any]) -> str:
    """The same question at another path, in the same format."""
    suffix = getattr(request.state, "format", None)
    return address(f"{path}.{suffix}" if suffix else path, parameters)


def is_embedded(request: Request) -> bool:
    """Whether the picture of the page is asked for, to stand in a frame of another site."""
    return getattr(request.state, "embedded", False)


def file_name(path: str) -> str:
    """What a page is called as a file: "then-foxconn"."""
    return re.sub(r"[^\w.@-]+", "-", path.removesuffix(".html"), flags=re.ASCII).strip("-")


def plain_context(request: Request) -> dict[str, Any]:
    """What every page shows, those without an answer too."""
    return {"version": version(), "sql": request.app.state.settings.sql, "here": None}


def _body(request: Request, page: Page, here: Here, head: Anchor) -> bytes:
    format_ = format_of(request)
    if format_ == "json":
        if page.document is None:
            return "".join(json_list(page.rows())).encode()
        return encode_json(page.document)
    if format_ in PICTURES:
        if page.picture is None:
            raise HTTPException(404)
        picture = page.picture().signed(_absolute(request, here.permanent))
        return picture.svg().encode() if format_ == "svg" else picture.png()
    if format_ != "html":
        return "".join(find_format(format_).lines(page.rows(), page.columns)).encode()
    if is_embedded(request) and page.picture is not None:
        picture = page.picture()
        shown = {
            "answer": picture.answer,
            "picture": picture,
            "here": here,
            "position": head.position,
        }
        return render("embed.html", plain_context(request) | shown)
    return render(
        page.template,
        {
            **plain_context(request),
            "answer": page.document,
            "here": here,
            "position": head.position,
            "recorded_at": head.recorded,
            "next": here.change(**page.next) if page.next else None,
            "shared": {
                "address": _absolute(request, here.permanent),
                "framed": _absolute(request, f"{EMBED}{here.permanent}"),
                "embeds": bool(request.app.state.settings.embed_origins),
                "drawn": page.picture is not None,
                "file": file_name(here.path),
            },
            **page.context(),
        },
    )


def _absolute(request: Request, target: str) -> str:
    """An address with the host by which the server was asked."""
    return f"{str(request.base_url).rstrip('/')}{target}"


_IN_TABLE: Final = (
    "subject", "status", "certainty", "valid_from", "valid_to",
    "known_from", "known_to",
)  # fmt: skip


def picture_page(
    picture: Picture,
    answer: Any,
    about: Callable[[], Mapping[str, Any]],
    template: str = "picture.html",
) -> Page:
    """The page of a picture of an answer with a coordinate and rows; ``about`` is what it says besides."""
    rows = list(answer_rows(answer))
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return Page(
        template=template,
        document=picture.document,
        rows=lambda: rows,
        columns=columns,
        context=lambda: {
            "answer": answer,
            "picture": picture,
            "rows": rows,
            "columns": [name for name in columns if name in _IN_TABLE],
            **about(),
        },
        picture=lambda: picture,
        fixed={"on": answer.on, "known": answer.known, "recorded": answer.position},
    )


# --- routes --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: whom it asks, and with what."""

    request: Request
    timeline: Timeline
    values: Mapping[str, Any]
    """By the names of the library; those of the path as well."""
    parameters: dict[str, Any]
    """As they stand in the address."""

    @property
    def for_people(self) -> bool:
        """Whether the answer is a page that people read."""
        return format_of(self.request) == "html"

    @property
    def settings(self) -> Settings:
        """Those of the server."""
        return cast(Settings, self.request.app.state.settings)

    def made(self, declared: type[Made], **fields: Any) -> Made:
        """Another question, or a part of one, with those of the values that it takes."""
        taken = {each.name for each in declared.takes()} - fields.keys()
        return declared.of({n: v for n, v in self.values.items() if n in taken}, **fields)

    def most(self, question: Question[Any]) -> int:
        """The most rows of one page: so many as are asked for, else people get fewer than programs."""
        (size,) = (each.page for each in question.takes() if each.page)
        return self.values["limit"] or (FOR_PEOPLE if self.for_people else size)

    def page(self, question: Question[Answer]) -> tuple[Answer, Onward]:
        """One page of an answer, and the parameters of the next one."""
        limited: Any = replace(cast(Any, question), limit=self.most(question))
        return self.timeline.reader.page(cast(Question[Answer], limited))

    def elsewhere(self, path: str) -> str:
        """The same question at another path, in the same format."""
        return elsewhere(self.request, path, self.parameters)


Handler = Callable[[Visit, Any], Page | File | str]
RestsOn = Callable[[Settings, Mapping[str, str]], str]


def serves(
    router: APIRouter,
    question: type[Question[Any]],
    *more: type[Declared],
    path: str | None = None,
    optional: Collection[str] = (),
    drawn: bool = False,
    rests_on: RestsOn | None = None,
    fields: Mapping[str, Any] | None = None,
    **route: Any,
) -> Callable[[Handler], Handler]:
    """Answer a question at an address, by default at its own: the parameters are those that it takes.

    ``more`` are parameters of the page alone. What stands in the path is a field of the question; ``fields``
    are set to something. Where one of ``optional`` is missing the handler gets no question. ``drawn`` says
    that there is a picture, ``rests_on`` of what else than the log and the question the answer is made.
    """
    pattern = path or question.about.address
    assert pattern is not None
    in_path = _FIELD.findall(pattern)
    asked_with = asked_of(question, *more, without=in_path, optional=optional)
    paged = any(each.cursor for one in (question, *more) for each in one.takes())

    def decorate(handler: Handler) -> Handler:
        def endpoint(request: Request, asked: Any, **named: str) -> Response:
            here = ended(_FIELD.sub(lambda found: named[found[1]], pattern))
            values = {**asked.values(), **named}

            def ask(timeline: Timeline) -> Page | File | str:
                visit = Visit(request, timeline, values, asked.address())
                whole = all(values[name] not in (None, "") for name in optional)
                return handler(visit, visit.made(question, **(fields or {})) if whole else None)

            based = "" if rests_on is None else rests_on(request.app.state.settings, named)
            return respond(request, asked, here, ask, rests_on=based)

        keyword = inspect.Parameter.KEYWORD_ONLY
        endpoint.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what FastAPI reads
            [
                inspect.Parameter("request", keyword, annotation=Request),
                inspect.Parameter("asked", keyword, annotation=Annotated[asked_with, Query()]),
                *(inspect.Parameter(name, keyword, annotation=str) for name in in_path),
            ]
        )
        said = {
            "name": handler.__name__,
            "description": inspect.cleandoc(handler.__doc__ or ""),
            **documented(question.about.name, question.about.title, paged=paged, drawn=drawn),
            **route,
        }
        router.get(pattern, **said)(endpoint)
        return handler

    return decorate
