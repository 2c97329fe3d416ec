"""The proof that the log is what was appended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.questions.question import About, Question, given

if TYPE_CHECKING:
    from timeline.questions.reader import StoreReader
    from timeline.store.anchor import Anchor
    from timeline.store.verify import Verified


@dataclass(frozen=True, kw_only=True)
class Verify(Question["Verified"]):
    """Prove the log, and the history of every subject (or of a ``sample`` chosen by ``seed``).

    ``since`` proves only the events after that position, and the history of the subjects that they are
    about; an ``anchor`` of that position or a later one must vouch for the rest (else InvalidValue).
    Raises StoreDamaged at the first position that is not what was appended, HistoryDamaged for the
    first subject whose stored history does not follow from the log, and AnchorMismatch where the log
    is no continuation of the ``anchor``.
    """

    about = About("verify", "The proof of the log", command=False)

    anchor: Anchor | None = None
    since: int = given(parameters.SINCE)
    sample: int | None = given(parameters.SAMPLE)
    seed: int = given(parameters.SEED)
    progress: Callable[[int], None] | None = None

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        from timeline.store.verify import Verified

        return Verified

    def ask(self, reader: StoreReader) -> Verified:
        """What was proved."""
        from timeline.store.verify import verify

        with reader.session() as connection:
            return verify(
                connection,
                anchor=self.anchor,
                sample=self.sample,
                seed=self.seed,
                since=self.since,
                progress=self.progress,
            )


@dataclass(frozen=True)
class Anchored(Question["Anchor"]):
    """Where the log ends, to be kept elsewhere: its position, hash and time of recording."""

    def ask(self, reader: StoreReader) -> Anchor:
        """The end of the log."""
        from timeline.store.anchor import read_anchor

        with reader.session() as connection:
            return read_anchor(connection)


QUESTIONS: Final = (Verify,)
