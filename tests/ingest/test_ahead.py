"""What another process reads ahead is what this process would have read."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from benchmarks.generate import write_news
from timeline.errors import DataError, Problem
from timeline.ingest import ahead
from timeline.ingest.ahead import load_ahead, send_ahead
from timeline.ingest.draft import Draft
from timeline.ingest.jsonl import MAX_LINE, load_lines, read_lines
from timeline.store.store import Store
from timeline.worker import read_frame

ODD = (
    b"\n"
    b"rubbish\n"
    b'{"type":"deal_announced"}\n'
    b'{"type":"company_registered","subject":"company:acme","name":"A","origin":"else"}\n'
    b'{"position":7,"id":"gone","type":"deal_signed","subject":"deal:x","erased":true,"digest":"'
    + b"0"
    * 64
    + b'","known":"2025-11-21T00:00:00.000000Z","earliest":"2025-11-21","latest":"2025-11-21",'
    b'"recorded":"2025-11-21T00:00:00.000000Z","hash":"' + b"1" * 64 + b'"}\n'
    b'{"position":8,"id":"there","type":"company_registered","subject":"company:acme","name":"A",'
    b'"recorded":"2025-11-21T00:00:00.000000Z","hash":"' + b"2" * 64 + b'"}\n'
    b'{"type":"event_retracted","target":"there","reason":"wrong"}\n'
    b'{"type":"company_registered","subject":"company:acme","name":"a null \\u0000"}\n'
    b'{"type":"company_registered","subject":"company:acme","name":"no end"}'
)

Found = tuple[list[Draft], list[Problem]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "news.jsonl"
    with path.open("wb") as stream:
        stream.write(b"\xef\xbb\xbf")
        write_news(stream, 1500)
        stream.write(ODD)
    return path


def read_here(stream: BinaryIO) -> Found:
    problems: list[Problem] = []
    drafts = list(load_lines(read_lines(stream, "news"), "news", "story", problems))
    for draft in drafts:
        draft.prepare()
    return drafts, problems


def read_ahead(stream: BinaryIO) -> Found:
    problems: list[Problem] = []
    with closing(load_ahead(stream, "news")) as lines:
        drafts = list(load_lines(lines, "news", "story", problems))
    for draft in drafts:
        draft.prepare()
    return drafts, problems


def plain(found: Found) -> Any:
    drafts, problems = found
    return [
        (d.fields, d.content, d.origin, d.place.file, d.place.line, d.erased, d.recorded, d.position, d.hash)
        for d in drafts
    ], problems  # fmt: skip


@pytest.mark.parametrize("first", [0, 2, 5000, 1 << 20])
def test_every_line_is_read_as_it_would_be_here(
    path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    monkeypatch.setattr(ahead, "WORTH", 0)
    monkeypatch.setattr(ahead, "FIRST", first)
    with path.open("rb") as stream:
        here = read_here(stream)
        stream.seek(0)
        assert plain(read_ahead(stream)) == plain(here)
    assert len(here[0]) == 1505
    assert {problem.location.line for problem in here[1] if problem.location} == {1502, 1503, 1508}


def test_the_other_process_sends_the_file_in_frames_and_says_that_it_is_all(path: Path) -> None:
    out = io.BytesIO()
    with path.open("rb") as stream:
        send_ahead(stream, out, 0)
    out.seek(0)
    frames = []
    while (frame := read_frame(out)) is not None:
        frames.append(ahead._decode(frame))
    assert [len(frame) for frame in frames[:3]] == [ahead.FRAME] * 3
    assert len(frames) == 5
    assert frames[-1] == []
    *_, last, _ = frames
    # what is not plainly sound, or erased, goes as it is
    assert [line.number for line in last if line.line is not None] == [1502, 1503, 1505, 1508]


def assert_read_as_here(path: Path) -> None:
    with path.open("rb") as stream:
        found = read_ahead(stream)
        stream.seek(0)
        assert plain(found) == plain(read_here(stream))


def send_some(stream: BinaryIO, out: BinaryIO, after: int) -> None:
    """As if it were killed after a frame and a half."""
    whole = io.BytesIO()
    send_ahead(stream, whole, after)
    out.write(whole.getvalue()[: len(whole.getvalue()) // 3])
    out.flush()


def send_nothing(stream: BinaryIO, out: BinaryIO, after: int) -> None:
    raise RuntimeError("as if the interpreter did not start")


@pytest.mark.parametrize("job", [send_some, send_nothing])
def test_what_the_other_process_does_not_send_is_read_here(
    path: Path, monkeypatch: pytest.MonkeyPatch, job: Callable[..., None]
) -> None:
    monkeypatch.setattr(ahead, "WORTH", 0)
    monkeypatch.setattr(ahead, "FIRST", 5000)
    monkeypatch.setattr(ahead, "send_ahead", job)
    assert_read_as_here(path)


def test_a_line_without_end_is_refused_as_it_would_be_here(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "WORTH", 0)
    path.write_bytes(b"{}\n" + b"x" * (2 * MAX_LINE))
    with path.open("rb") as stream, pytest.raises(DataError) as caught:
        read_ahead(stream)
    (problem,) = caught.value.problems
    assert (problem.code, str(problem.location)) == ("line-too-long", "news:2:1")


def test_without_reading_at_a_place_all_is_read_ahead(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pread")
    monkeypatch.setattr(ahead, "WORTH", 0)
    assert_read_as_here(path)


def test_what_is_small_half_read_or_no_file_is_read_here(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "send_ahead", send_nothing)
    with path.open("rb") as stream:
        assert os.fstat(stream.fileno()).st_size < ahead.WORTH
        assert not ahead._is_large(stream)
        monkeypatch.setattr(ahead, "WORTH", 0)
        assert ahead._is_large(stream)
        stream.readline()
        assert not ahead._is_large(stream)
    assert not ahead._is_large(io.BytesIO(b"{}"))
    assert [number for number, _ in load_ahead(io.BytesIO(b"{}\n[]"), "news")] == [1, 2]  # type: ignore[misc]


def test_a_replay_stores_the_same_either_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from timeline.loading import replay_files
    from timeline.store.log import read_head

    path = tmp_path / "news.jsonl"
    with path.open("wb") as stream:
        write_news(stream, 2000)
    heads = []
    for worth in (0, 1 << 40):
        monkeypatch.setattr(ahead, "WORTH", worth)
        store = Store(tmp_path / f"{worth}.db", clock=_at_noon)
        assert replay_files(store, [path]).stored == 2000
        with store.reading() as connection:
            heads.append(read_head(connection))
        store.close()
    assert heads[0] == heads[1]


def _at_noon() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 1, 1, 12, tzinfo=UTC)
