"""What pages show that is no answer of the library: the rows of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct


class Table(Struct, frozen=True):
    """The rows of a query, as many as one page has, and whether there are more."""

    columns: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    more: bool = False
