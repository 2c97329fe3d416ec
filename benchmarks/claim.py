"""What a benchmark returns: a measured ratio and the bound that it must keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One line of the results; absolute times stand in ``detail`` only, since they are noise."""

    what: str
    against: str
    ratio: float
    bound: float
    at_most: bool
    """The ratio must be at most ``bound``, else at least."""
    detail: str

    @property
    def holds(self) -> bool:
        """Whether the measured ratio keeps its bound."""
        return self.ratio <= self.bound if self.at_most else self.ratio >= self.bound
