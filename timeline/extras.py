"""Optional libraries: what is missing is said with the command that installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from timeline.errors import MissingExtra


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Raise MissingExtra, which says how to get it, where an import inside fails."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtra(extra, error.name or extra) from error
