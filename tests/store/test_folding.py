"""Subjects folded by two processes have the rows that one alone gives them, in the same order."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import chain
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.properties.histories import entries
from timeline.model.record import Entry
from timeline.store import folding
from timeline.store.folding import fold_all, fold_there
from timeline.store.history_rows import Folded, folded
from timeline.worker import read_frame, write_frame

LOT = 2


@pytest.fixture(autouse=True)
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "LOT", LOT)
    monkeypatch.setattr(folding, "_AT_FIRST", 1)


def put_together(found: list[Folded]) -> Folded:
    return Folded(*(list(chain.from_iterable(rows)) for rows in zip(*found, strict=True)))


def answer_once(stream: BinaryIO, out: BinaryIO, number: int) -> None:
    """As if it were killed after its first answer."""
    frame = read_frame(stream)
    assert frame is not None
    write_frame(out, folding._encode(folded(folding._decode_lot(frame))))


def answer_nothing(stream: BinaryIO, out: BinaryIO, number: int) -> None:
    raise RuntimeError("as if the interpreter did not start")


@pytest.mark.parametrize("job", [fold_there, answer_once, answer_nothing])
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subjects=st.lists(entries(), min_size=1, max_size=40))
def test_two_processes_fold_as_one(
    subjects: list[list[Entry]], monkeypatch: pytest.MonkeyPatch, job: Callable[..., None]
) -> None:
    monkeypatch.setattr(folding, "fold_there", job)
    alone = list(fold_all(subjects, many=False))
    assert put_together(alone) == folded(subjects)
    together = list(fold_all(subjects, many=True))
    assert put_together(together) == folded(subjects)


def test_nothing_is_folded_to_nothing() -> None:
    assert list(fold_all([], many=True)) == list(fold_all([], many=False)) == []


def test_the_other_process_answers_every_frame_until_there_are_no_more() -> None:
    lot = [[Entry(1, "e", "company_registered", "company:a", None, "", "", "", {"name": "A"})]]
    asked, out = io.BytesIO(), io.BytesIO()
    for _ in range(2):
        write_frame(asked, folding._encode(lot))
    asked.seek(0)
    fold_there(asked, out)
    out.seek(0)
    answers = [read_frame(out) for _ in range(3)]
    assert answers[2] is None
    assert answers[0] is not None
    assert answers[0] == answers[1]
    assert folding._decode_folded(answers[0]) == folded(lot)
