"""Which names a log that was empty may hold by now: enough to know of most that they are new."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

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

    def among(self, names: Iterable[str]) -> list[str]:
        """Those names that may be there; the others were never added."""
        bits, mask = self._bits, _BITS - 1
        return [n for n in names if bits[(p := hash(n) & mask) >> 3] >> (p & 7) & 1]
