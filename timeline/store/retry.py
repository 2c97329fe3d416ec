"""Trying again what failed for a reason that goes away: a busy store, a deadlock, a server that restarts.

Safe because appending is idempotent: where a commit came through and only its confirmation was lost, the
second try finds the events and stores nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from timeline.errors import StoreUnavailable

Result = TypeVar("Result")


class Patience(Struct, frozen=True):
    """How long to go on trying."""

    lock: float = 30.0
    """Seconds that a transaction waits for another one that writes."""
    seconds: float = 30.0
    """Seconds after which nothing is tried again, the time of the tries included."""
    attempts: int = 20
    first: float = 0.02
    """Seconds to wait before the second try; twice as long each time, cut at random."""
    longest: float = 2.0


def persist(
    attempt: Callable[[], Result],
    passes: Callable[[StoreUnavailable], bool],
    patience: Patience,
) -> Result:
    """What ``attempt`` returns, tried again while it fails for a reason that ``passes``.

    Raises StoreUnavailable, which says how often it was tried, when patience ends.
    """
    failures: list[StoreUnavailable] = []
    try:
        return attempt()
    except StoreUnavailable as error:
        if not passes(error):
            raise
        failures.append(error)

    # imports for 20 ms: only after a failure, which it is told of as the first try
    from tenacity import Retrying, retry_if_exception, wait_random_exponential
    from tenacity.stop import stop_after_attempt, stop_after_delay

    def again() -> Result:
        if failures:
            raise failures.pop()
        return attempt()

    retrying = Retrying(
        retry=retry_if_exception(lambda e: isinstance(e, StoreUnavailable) and passes(e)),
        stop=stop_after_attempt(patience.attempts) | stop_after_delay(patience.seconds),
        wait=wait_random_exponential(multiplier=patience.first, max=patience.longest),
        reraise=True,
    )
    try:
        return retrying(again)
    except StoreUnavailable as error:
        tried = retrying.statistics.get("attempt_number", 1)
        if tried > 1 and passes(error):
            message = f"{error.message} (tried {tried} times)"
            raise StoreUnavailable(message, error.hint, passing=error.passing) from error
        raise
