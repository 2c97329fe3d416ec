"""What the OpenAPI document says of a page: what is answered in each format, and what may go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from timeline.questions.schemas import ANSWERS, VERSION
from timeline.render.formats import media_types
from timeline.web.problems import MEDIA_TYPE, Problem

VERSIONED: Final = "Timeline-Answers"
_REF: Final = "#/components/schemas/{name}"

_HEADERS: Final = {
    "ETag": {
        "description": "Weak: the position of the log, and the question.",
        "schema": {"type": "string"},
    },
    "Timeline-Position": {
        "description": "Where the log ended when this was answered.",
        "schema": {"type": "integer"},
    },
    VERSIONED: {
        "description": "The version of the answers: `timeline schema --answers` prints their schemas.",
        "schema": {"type": "integer", "const": VERSION},
    },
}
_LINK: Final = {
    "Link": {
        "description": "The next page, where there is one (RFC 8288, rel=next).",
        "schema": {"type": "string"},
    }
}


def documented(question: str, summary: str, *, paged: bool = False, drawn: bool = False) -> Any:
    """The arguments of a route for a page whose JSON is the answer to a question of the library.

    ``paged`` says that a link leads to the next page, ``drawn`` that there is a picture of it.
    """
    (schema,), _ = msgspec.json.schema_components([ANSWERS[question]], ref_template=_REF)
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
                    **dict.fromkeys(media_types().values(), text),
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
        _, schemas = msgspec.json.schema_components([*ANSWERS.values(), Problem], ref_template=_REF)
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
