"""What the OpenAPI document says of a page: what is answered in each format, and what may go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from timeline.answers.axes import AxesAnswer
from timeline.answers.course import CoursesAnswer
from timeline.answers.diff import DiffAnswer
from timeline.answers.lists import CompaniesAnswer, ListAnswer
from timeline.answers.model import Found, LogEntry, StateAnswer
from timeline.answers.network import NetworkAnswer
from timeline.answers.sources import SourcesAnswer
from timeline.answers.why import WhyAnswer
from timeline.web.problems import MEDIA_TYPE, Problem
from timeline.web.shown import Report

_REF: Final = "#/components/schemas/{name}"
_ANSWERS: Final = (
    AxesAnswer, CompaniesAnswer, Found, CoursesAnswer, DiffAnswer, ListAnswer, LogEntry,
    NetworkAnswer, Problem, Report, SourcesAnswer, StateAnswer, WhyAnswer,
)  # fmt: skip

_HEADERS: Final = {
    "ETag": {
        "description": "Weak: the position of the log, and the question.",
        "schema": {"type": "string"},
    },
    "Timeline-Position": {
        "description": "Where the log ended when this was answered.",
        "schema": {"type": "integer"},
    },
}
_LINK: Final = {
    "Link": {
        "description": "The next page, where there is one (RFC 8288, rel=next).",
        "schema": {"type": "string"},
    }
}


def documented(
    answer: type | None,
    summary: str,
    *,
    paged: bool = False,
    many: bool = False,
    drawn: bool = False,
) -> Any:
    """The arguments of a route for a page whose JSON is an ``answer``, or a list of ``many``.

    None: objects with whatever columns a query has.

    ``paged`` says that a link leads to the next page, ``drawn`` that there is a picture of it.
    """
    schema: dict[str, Any] = {"type": "object"}
    if answer is not None:
        schema = {"$ref": _REF.format(name=answer.__name__)}
    if many:
        schema = {"type": "array", "items": schema}
    text = {"schema": {"type": "string"}}
    return {
        "summary": summary,
        "response_model": None,
        "responses": {
            200: {
                "description": "The answer.",
                "headers": _HEADERS | (_LINK if paged else {}),
                "content": {
                    "application/json": {"schema": schema},
                    "text/csv": text,
                    "text/html": text,
                    **({"image/svg+xml": text, "image/png": {}} if drawn else {}),
                },
            },
            303: {"description": "The answer is at the address in Location."},
            304: {"description": "You have it already: nothing was appended since."},
            "default": failed(),
        },
    }


def failed() -> dict[str, Any]:
    """What the document says of every answer that is none: a problem, and for people a page of it."""
    return {
        "description": "What went wrong (RFC 9457).",
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}},
            "text/html": {"schema": {"type": "string"}},
        },
    }


def openapi(app: FastAPI) -> Mapping[str, Any]:
    """The OpenAPI 3.1 document, with the answers as the program itself has them."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version="3.1.0",
            summary=app.summary,
            description=app.description,
            routes=app.routes,
        )
        _, schemas = msgspec.json.schema_components(_ANSWERS, ref_template=_REF)
        made["components"] = {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        }
        for path in made["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)  # it is a problem like all others
        app.openapi_schema = made
    return app.openapi_schema
