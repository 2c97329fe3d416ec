"""What pages show that is no answer of the library: reports without their files, rows of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from timeline.answers.report import Parameter


class Report(Struct, frozen=True):
    """What others may know of a report: not where its file lies."""

    name: str
    title: str
    description: str
    params: list[Parameter]
    sql: str


class Table(Struct, frozen=True):
    """The rows of a query, as many as one page has, and whether there are more."""

    columns: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    more: bool = False
