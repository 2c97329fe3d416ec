"""Whatever stands in a file or a date, only documented errors come out."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from sqlalchemy.engine import Connection

from tests.answers.stores import memory_store
from tests.fuzz.inputs import EVENTS, STORY, dates, json_lines, jsonl_files, yaml_files
from timeline.errors import DataError, ExpectationFailed, InvalidDate, Problem, TimelineError
from timeline.ingest.jsonl import load_lines
from timeline.loading import check_files, rehearse_files
from timeline.model import dates as edtf
from timeline.store.append import Appender
from timeline.store.store import Store
from timeline.store.verify import verify


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """A store that stays empty: making one takes longer than what is tried in it."""
    store = memory_store()
    yield store
    store.close()


class Undo(Exception):
    """Leaves a transaction without storing."""


@contextmanager
def tried(store: Store) -> Iterator[Connection]:
    """A session of which nothing is stored, and out of which only failures with a code come."""
    with suppress(Undo):
        try:
            with store.writing() as connection:
                yield connection
                raise Undo
        except TimelineError as error:
            explained(error)


def explained(error: TimelineError) -> None:
    """A failure has a code, says what is wrong, and can be printed."""
    found: Sequence[TimelineError | Problem] = [error]
    if isinstance(error, DataError | ExpectationFailed):
        found = [error, *error.problems]
    for each in found:
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", each.code)
        assert each.message
        assert str(each).encode(errors="surrogateescape")


def test_the_story_itself_is_sound(folder: Path) -> None:
    for name, data in {"story.yaml": STORY.encode(), "story.jsonl": json_lines(EVENTS)}.items():
        (folder / name).write_bytes(data)
        check_files([folder / name])


@given(data=yaml_files)
@example(data=b"story: [")
def test_a_yaml_file_is_read_or_refused(store: Store, folder: Path, data: bytes) -> None:
    file = folder / "story.yaml"
    file.write_bytes(data)
    try:
        rehearse_files(store, [file])
    except TimelineError as error:
        explained(error)


@given(data=jsonl_files)
@example(data=b"{}")
@example(data=b"[]")
def test_a_jsonl_file_is_stored_and_proved_or_refused(store: Store, data: bytes) -> None:
    with tried(store) as connection:
        append(Appender(connection), data)
        verify(connection)


@given(data=jsonl_files)
def test_an_export_is_stored_and_proved_or_refused(store: Store, data: bytes) -> None:
    with tried(store) as connection:
        append(Appender(connection, verify=True), data)
        verify(connection)


def append(appender: Appender, data: bytes) -> None:
    problems: list[Problem] = []
    appender.stream(load_lines(BytesIO(data), "story.jsonl", "story", problems))
    appender.problems += problems
    appender.finish()


@given(text=dates)
@example(text="2025-11-20/2025-11-21")
def test_a_date_has_bounds_or_is_refused(text: str) -> None:
    try:
        date = edtf.parse(text)
    except InvalidDate as error:
        explained(error)
    else:
        assert date.text == text
        assert date.earliest <= date.latest
