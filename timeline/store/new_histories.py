"""The rows of subjects that have none yet; of many subjects they are made by two processes.

The other process folds three of four lots, while this one folds the fourth and writes the rows of all
(docs/decisions/0014-two-processes.md). Both do it by the same function, and they hand each other values only.
Where the other process cannot be started, or dies, everything is folded here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from itertools import chain, islice
from typing import Any, BinaryIO, Final, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from timeline.model.bitemporal.history import history
from timeline.model.company import NOBODY, Identity
from timeline.model.record import Entry
from timeline.store.companies import is_company, rows_of
from timeline.store.histories import Values, party_values, row_values
from timeline.worker import Started, apart, read_frame, write_frame

LOT: Final = 200
"""Subjects that are folded together."""

_AT_FIRST: Final = 10
"""Lots folded here while the other process starts."""

_THERE: Final = 3
"""Lots folded by the other process for each that is folded here."""

Lot: TypeAlias = list[Sequence[Entry]]


class NewRows(Struct, array_like=True, gc=False):
    """Rows of ``subject_history``, ``party_history`` and ``company_handle``."""

    rows: list[Values]
    parties: list[Values]
    handles: list[Values]


def new_rows(subjects: Iterable[Sequence[Entry]], one: Identity = NOBODY) -> NewRows:
    """The rows of subjects, from all the events of each; companies that are ``one`` under the id shown."""
    made = NewRows([], [], [])
    for entries in subjects:
        subject, told = entries[0].subject, history(entries, one=one)
        made.rows += [row_values(subject, row) for row in told.rows]
        made.parties += [party_values(subject, party) for party in told.parties]
        if is_company(subject):
            made.handles += rows_of(subject, entries)
    return made


def all_new_rows(
    subjects: Iterable[Sequence[Entry]], one: Identity = NOBODY, *, many: bool
) -> Iterator[NewRows]:
    """The same, lot by lot in the order of the subjects; ``many``: so many that another process pays."""
    lots = _lots(iter(subjects))
    with apart(fold_there) if many else nullcontext() as other:
        if other is not None:
            yield from (new_rows(lot, one) for lot in islice(lots, _AT_FIRST))
            here, there = _shared(other, lots, one)
            while here:
                yield new_rows(here, one)
                answer = read_frame(other.back) if there else None
                # The other goes on before this one writes. It reads to the end before it answers, and its
                # answer was read to the end, so neither waits for the other to read.
                before = there
                here, there = _shared(other, lots, one)
                if before:
                    yield new_rows(before, one) if answer is None else _decode_rows(answer)
        yield from (new_rows(lot, one) for lot in lots)


def _lots(subjects: Iterator[Sequence[Entry]]) -> Iterator[Lot]:
    while lot := list(islice(subjects, LOT)):
        yield lot


# --- the other process --------------------------------------------------------------------------

_GIVEN: Final = Entry.__struct_fields__.index("_typed")
"""How many fields of an entry are handed over: what comes then, each process makes of these."""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode_lot: Final = msgspec.msgpack.Decoder(tuple[dict[str, str], list[list[list[Any]]]]).decode
_decode_rows: Final = msgspec.msgpack.Decoder(NewRows).decode


def fold_there(stream: BinaryIO, out: BinaryIO, _number: int = 0) -> None:
    """Fold what comes in frames, and send back the rows: what the other process does."""
    while (frame := read_frame(stream)) is not None:
        first, lot = _decode_lot(frame)
        subjects = ([Entry(*values) for values in entries] for entries in lot)
        write_frame(out, _encode(new_rows(subjects, Identity(first))))


def _shared(other: Started, lots: Iterator[Lot], one: Identity) -> tuple[Lot, Lot]:
    """What is to be folded here next, and there, where it is sent; that nobody is there, no answer tells."""
    here = next(lots, [])
    there = list(chain.from_iterable(islice(lots, _THERE)))
    assert other.to is not None
    with suppress(BrokenPipeError):
        sent = [[astuple(entry)[:_GIVEN] for entry in entries] for entries in there]
        write_frame(other.to, _encode((one.first, sent)))
    return here, there
