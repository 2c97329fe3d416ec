"""Routes made of questions: an address takes what its question takes, and is documented as its answer."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, TypeVar, cast

from fastapi import APIRouter, Query, Request, Response

from timeline.app import Timeline
from timeline.questions.question import Declared, Onward, Question
from timeline.web.addresses import ended
from timeline.web.documented import documented
from timeline.web.formats import format_of
from timeline.web.parameters import asked_of
from timeline.web.replies import File, Page, elsewhere, respond
from timeline.web.settings import FOR_PEOPLE, Settings

Made = TypeVar("Made", bound=Declared)
Answer = TypeVar("Answer")

_FIELD: Final = re.compile(r"{(\w+)(?::path)?}")


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
