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
from timeline.model.identity import Identity
from timeline.model.record import Entry
from timeline.store import projection
from timeline.store.projection import NewRows, all_new_rows, fold_there, new_rows
from timeline.worker import read_frame, write_frame

ONE = Identity({"b": "a", "a": "a"})


@pytest.fixture(autouse=True)
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "LOT", 2)
    monkeypatch.setattr(projection, "_AT_FIRST", 1)


def put_together(found: list[NewRows]) -> NewRows:
    return NewRows(
        list(chain.from_iterable(made.rows for made in found)),
        list(chain.from_iterable(made.parties for made in found)),
        list(chain.from_iterable(made.evidence for made in found)),
        list(chain.from_iterable(made.handles for made in found)),
    )


def as_values(made: NewRows) -> list[list[tuple[object, ...]]]:
    tables = made.rows, made.parties, made.evidence, made.handles
    return [[tuple(row) for row in rows] for rows in tables]


def answer_once(stream: BinaryIO, out: BinaryIO, number: int) -> None:
    """As if it were killed after its first answer."""
    frame = read_frame(stream)
    assert frame is not None
    asked, answered = io.BytesIO(), io.BytesIO()
    write_frame(asked, frame)
    asked.seek(0)
    fold_there(asked, answered)
    out.write(answered.getvalue())
    out.flush()


def answer_nothing(stream: BinaryIO, out: BinaryIO, number: int) -> None:
    raise RuntimeError("as if the interpreter did not start")


@pytest.mark.parametrize("job", [fold_there, answer_once, answer_nothing])
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subjects=st.lists(entries(), min_size=1, max_size=40))
def test_two_processes_fold_as_one(
    subjects: list[list[Entry]], monkeypatch: pytest.MonkeyPatch, job: Callable[..., None]
) -> None:
    monkeypatch.setattr(projection, "fold_there", job)
    wanted = as_values(new_rows(subjects, ONE))
    for many in (False, True):
        found = put_together(list(all_new_rows(subjects, ONE, many=many)))
        assert as_values(found) == wanted


def test_nothing_is_folded_to_nothing() -> None:
    assert list(all_new_rows([], many=True)) == list(all_new_rows([], many=False)) == []
