"""The state of companies' partnerships on any date, and what anybody could have known by then."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from timeline.app import Timeline

__all__ = ["Timeline"]


def __getattr__(name: str) -> Any:
    # imported when asked for: `timeline --help` needs none of it
    if name == "Timeline":
        return import_module("timeline.app").Timeline
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
