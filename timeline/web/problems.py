"""What went wrong, as problem details (RFC 9457): a status, a stable code, a sentence, a way out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from timeline.errors import (
    BrokenPlugin,
    InvalidDate,
    InvalidValue,
    MissingExtra,
    NotFound,
    OutOfTime,
    QueryFailed,
    QueryRefused,
    SchemaMismatch,
    StoreUnavailable,
    TimelineError,
    UnsafeReader,
)

MEDIA_TYPE: Final = "application/problem+json"

STATUSES: Final[dict[type[TimelineError], HTTPStatus]] = {
    BrokenPlugin: HTTPStatus.NOT_IMPLEMENTED,
    InvalidDate: HTTPStatus.BAD_REQUEST,
    InvalidValue: HTTPStatus.BAD_REQUEST,
    MissingExtra: HTTPStatus.NOT_IMPLEMENTED,
    NotFound: HTTPStatus.NOT_FOUND,
    OutOfTime: HTTPStatus.GATEWAY_TIMEOUT,
    QueryFailed: HTTPStatus.BAD_REQUEST,
    QueryRefused: HTTPStatus.FORBIDDEN,
    SchemaMismatch: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    UnsafeReader: HTTPStatus.FORBIDDEN,
}
"""The status of every failure that a question can meet; of any other it is 500."""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Problem details of RFC 9457, with our code, hint and nearest names as extensions."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str | UnsetType = UNSET
    nearest: list[str] | UnsetType = UNSET


class ProblemResponse(Response):
    """A problem as JSON."""

    media_type = MEDIA_TYPE

    def __init__(self, content: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(
            msgspec.json.encode(content),
            status_code=content.status,
            headers={"Cache-Control": "no-store", **(headers or {})},
        )
        self.problem = content


def problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    hint: str | None = None,
    nearest: Iterable[str] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """A problem by its stable ``code``; ``nearest`` are names that may have been meant."""
    names = list(nearest)
    return ProblemResponse(
        Problem(
            type=f"urn:timeline:problem:{code}",
            title=status.phrase,
            status=status.value,
            detail=detail,
            code=code,
            hint=hint or UNSET,
            nearest=names or UNSET,
        ),
        headers,
    )


def problem_of(error: TimelineError) -> ProblemResponse:
    """A failure of the library as a problem."""
    kinds = (kind for kind in type(error).__mro__ if kind in STATUSES)
    status = STATUSES[kind] if (kind := next(kinds, None)) else HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(
        status,
        error.code,
        error.message,
        hint=error.hint,
        nearest=error.nearest if isinstance(error, NotFound) else (),
        headers={"Retry-After": "5"} if status is HTTPStatus.SERVICE_UNAVAILABLE else None,
    )


def invalid_parameters(
    errors: Iterable[Mapping[str, Any]], known: Iterable[str]
) -> ProblemResponse:
    """Parameters of a question that are not what they should be, all of them."""
    from timeline.nearest import did_you_mean

    said, hints = [], []
    names = list(known)
    for error in errors:
        name = str(error["loc"][-1])
        where = next((str(part) for part in reversed(error["loc"]) if isinstance(part, str)), name)
        if error["type"] == "extra_forbidden":
            said.append(f'there is no parameter "{name}"')
            hints.append(did_you_mean(name, names) or "")
        else:
            said.append(f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]}")
    return problem(
        HTTPStatus.BAD_REQUEST,
        "invalid-parameter",
        "; ".join(said),
        hint="; ".join(filter(None, hints))
        or "the page /docs lists the parameters of every question",
    )
