"""What pays with many events only: fewer searches for garbage, and names that need not be looked up."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage in cycles rarely: a replay makes millions of objects, and hardly a cycle.

    With the collector off altogether a bulk replay was a quarter faster. How often it looks is a matter of
    the whole process, so the last of several threads brings back what was before the first.
    """
    with _counting:
        _usual.append(gc.get_threshold())
        gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        with _counting:
            before = _usual.pop()
            if not _usual:
                gc.set_threshold(*before)


_counting: Final = Lock()
_usual: Final[list[tuple[int, int, int]]] = []
"""What was found, once for each that is at work; the first is what others want back."""


_BITS: Final = 1 << 27


class Seen:
    """A set of names in 16 MB, however many they are, that may take a name for another.

    One bit a name, by its hash (a Bloom filter with one function): of a million names one in a hundred is
    taken for seen, of ten millions one in ten. Who asks looks again where a name may be there.
    """

    def __init__(self) -> None:
        self._bits = bytearray(_BITS >> 3)

    def update(self, names: Iterable[str]) -> None:
        """From now on the names may be there."""
        bits, mask = self._bits, _BITS - 1
        for place in [hash(name) & mask for name in names]:
            bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, name: str) -> bool:
        """Whether a name may be there."""
        place = hash(name) & (_BITS - 1)
        return bool(self._bits[place >> 3] >> (place & 7) & 1)

    def among(self, names: Iterable[str]) -> list[str]:
        """Those names that may be there; the others were never added."""
        bits, mask = self._bits, _BITS - 1
        return [n for n in names if bits[(p := hash(n) & mask) >> 3] >> (p & 7) & 1]
