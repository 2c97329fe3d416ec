"""Subjects that are new are folded; many of them by two processes, of which one also writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from itertools import chain, islice
from typing import BinaryIO, Final, TypeAlias

import msgspec

from timeline.model.record import Entry
from timeline.store.history_rows import Folded, folded
from timeline.worker import Started, apart, read_frame, write_frame

LOT: Final = 200
"""Subjects that are folded together."""

_AT_FIRST: Final = 10
"""Lots folded here while the other process starts."""

_THERE: Final = 3
"""Lots folded by the other process for each that is folded here: this one writes all of their rows."""

Lot: TypeAlias = list[Sequence[Entry]]

_encode: Final = msgspec.msgpack.Encoder().encode
_decode_lot: Final = msgspec.msgpack.Decoder(list[list[Entry]]).decode
_decode_folded: Final = msgspec.msgpack.Decoder(Folded).decode


def fold_there(stream: BinaryIO, out: BinaryIO, _number: int = 0) -> None:
    """Fold what comes in frames, and send back the rows: what the other process does."""
    while (frame := read_frame(stream)) is not None:
        write_frame(out, _encode(folded(_decode_lot(frame))))


def fold_all(subjects: Iterable[Sequence[Entry]], *, many: bool) -> Iterator[Folded]:
    """The rows of subjects from all the events of each, lot by lot in their order.

    ``many``: so many that another process pays.
    """
    lots = _lots(iter(subjects))
    with apart(fold_there) if many else nullcontext() as other:
        if other is not None:
            yield from map(folded, islice(lots, _AT_FIRST))
            here, there = _shared(other, lots)
            while here:
                yield folded(here)
                answer = read_frame(other.back) if there else None
                # the other goes on before this one writes; it reads to the end before it answers, and its
                # answer was read to the end, so neither waits for the other to read
                before = there
                here, there = _shared(other, lots)
                if before:
                    yield folded(before) if answer is None else _decode_folded(answer)
        yield from map(folded, lots)


def _lots(subjects: Iterator[Sequence[Entry]]) -> Iterator[Lot]:
    while lot := list(islice(subjects, LOT)):
        yield lot


def _shared(other: Started, lots: Iterator[Lot]) -> tuple[Lot, Lot]:
    """What is to be folded here next, and there, where it is sent; that nobody is there, no answer tells."""
    here = next(lots, [])
    there = list(chain.from_iterable(islice(lots, _THERE)))
    assert other.to is not None
    with suppress(BrokenPipeError):
        write_frame(other.to, _encode(there))
    return here, there
