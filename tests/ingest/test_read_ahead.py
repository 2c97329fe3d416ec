"""A large file that another process reads ahead gives the drafts, and the problems, that it gives without."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from msgspec.structs import astuple

from timeline.errors import DataError
from timeline.ingest import jsonl
from timeline.ingest.draft import Draft
from timeline.ingest.jsonl import load_file, load_lines, read_there
from timeline.worker import read_frame, write_frame

S = '{"type":"source_registered","subject":"source:s%d","publisher":"P","kind":"news",'
DEAL = '{"type":"deal_signed","subject":"deal:d%d","kind":"supply","occurred":"2025-01-02"'
COMPANY = '{"type":"company_registered","subject":"company:c%d","name":"C"'
SOURCE = S + '"published":"2025-01-01"}'
SIGNED = DEAL + ',"source":"s1"}'
CORRECTED = '{"type":"event_corrected","target":"e-1","changes":{"note":"N"},"reason":"r%d"}'
LARGE_NUMBER = COMPANY + ',"extra":{"n":12345678901234567890123}}'
SHORT_FORM = SIGNED[:-1] + ',"value":"5 bn USD"}'
ADDED = '{"position":%d,"recorded":"2025-01-03T00:00:00Z","hash":"0","origin":"o",'
EXPORTED = ADDED + '"type":"company_registered","subject":"company:x","name":"X"}'
WRONG = DEAL[:-1] + '3"}'
TWICE = COMPANY + ',"name":"D"}'
LINES = (
    SOURCE, SIGNED, CORRECTED, LARGE_NUMBER, SHORT_FORM, EXPORTED, WRONG, TWICE, "no JSON %d",
)  # fmt: skip


def stops_early(stream: BinaryIO, out: BinaryIO, number: int) -> None:
    """As if it were killed after its first frame."""
    write_frame(out, jsonl._pack([next(jsonl.read_lines(stream, ""))]))


def cannot_start(stream: BinaryIO, out: BinaryIO, number: int) -> None:
    raise RuntimeError("as if the interpreter did not start")


def told(drafts: list[Draft]) -> list[tuple[object, ...]]:
    found = []
    for draft in drafts:
        draft.prepare()
        fields, place, *rest = astuple(draft)
        found.append((fields, place.file, place.line, *rest))
    return found


@pytest.mark.parametrize("job", [read_there, stops_early, cannot_start])
def test_a_file_read_ahead_gives_the_same(
    job: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "LARGE", 0)
    monkeypatch.setattr(jsonl, "_AT_ONCE", 4)
    monkeypatch.setattr(jsonl, "read_there", job)
    path = tmp_path / "large.jsonl"
    written = "\n\n".join(line % n for n in range(5) for line in LINES)
    path.write_bytes(b"\xef\xbb\xbf" + written.encode())
    wanted_problems: list[object] = []
    found_problems: list[object] = []
    with path.open("rb") as stream:
        wanted = list(load_lines(stream, "f", "o", wanted_problems))  # type: ignore[arg-type]
    with path.open("rb") as stream:
        found = list(load_file(stream, "f", "o", found_problems))  # type: ignore[arg-type]
    assert told(found) == told(wanted)
    assert found_problems == wanted_problems
    assert len(found) == 20
    assert len(found_problems) >= 25


def test_an_endless_line_is_told_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "LARGE", 0)
    path = tmp_path / "endless.jsonl"
    path.write_bytes((SOURCE % 1).encode() + b"\n" + b"x" * (jsonl.MAX_LINE + 1))
    with path.open("rb") as stream, pytest.raises(DataError) as caught:
        list(load_file(stream, "f", None, []))
    (problem,) = caught.value.problems
    assert problem.code == "line-too-long"
    assert problem.location is not None
    assert problem.location.line == 2


def test_the_other_process_sends_every_line_and_then_nothing() -> None:
    asked = io.BytesIO("\n".join(line % n for n in range(200) for line in LINES).encode())
    out = io.BytesIO()
    read_there(asked, out)
    out.seek(0)
    frames = []
    while (frame := read_frame(out)) is not None:
        frames.append(jsonl._unpack(frame))
    assert [len(frame) for frame in frames] == [500, 500, 500, 300, 0]
    drafts = [jsonl._received(line, "f", n) for frame in frames for n, line in frame]
    asked.seek(0)
    wanted = [jsonl.parse_line(line, "f", n) for n, line in jsonl.read_lines(asked, "f")]
    assert told([d for d in drafts if isinstance(d, Draft)]) == told(
        [d for d in wanted if isinstance(d, Draft)]
    )
    assert [d for d in drafts if isinstance(d, list)] == [d for d in wanted if isinstance(d, list)]


def test_a_line_that_a_frame_cannot_hold_is_sent_as_it_is() -> None:
    large = (COMPANY % 1 + ',"extra":{"n":1}}').encode()
    assert jsonl._ready(large) == large
    record = b'{"type":"event_corrected","target":"e","changes":{"n":123456789012345678901},"reason":"r"}'
    assert jsonl._ready(record) == record
