"""A large file of JSONL, read ahead by another process while this one appends.

Reading and hashing an event takes as long as the database takes to store it. The other process sends the
drafts of lines that are plainly sound, and every other line as it is, so that problems are found and said
in one place. What it does not send, this process reads.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import suppress
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Struct

from timeline.errors import DataError
from timeline.ingest.draft import Content, Draft, Place
from timeline.ingest.jsonl import parse_sound, read_lines
from timeline.worker import apart, read_frame, write_frame

WORTH: Final = 8 * 1024 * 1024
"""Bytes of a file from which on another process pays: it starts in the time that 5,000 events take."""

FIRST: Final = 1024 * 1024
"""Bytes that are read here while the other process starts."""

FRAME: Final = 500
"""Lines in a frame: small enough for a few of them to wait in the pipe."""


class _Line(Struct, array_like=True, gc=False, omit_defaults=True):
    """A draft on its way through the pipe, or a line that the other side is to read."""

    number: int
    line: bytes | None = None
    fields: dict[str, Any] = {}
    content: Content | None = None
    origin: str | None = None
    recorded: str | None = None
    position: int | None = None
    hash: str | None = None


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[_Line]).decode


def send_ahead(stream: BinaryIO, out: BinaryIO, after: int) -> None:
    """Send the lines of a file that come after one, in frames; an empty one says that these are all."""
    lines = read_lines(stream, "", after)
    with suppress(DataError):  # of an endless line the other side finds out too
        while some := list(islice(lines, FRAME)):
            write_frame(out, _encode([_sent(number, line) for number, line in some]))
        write_frame(out, _encode([]))


def _sent(number: int, line: bytes) -> _Line:
    draft = parse_sound(line, "", number)
    if draft is None or draft.erased is not None:
        return _Line(number, line)
    draft.prepare()
    return _Line(
        number, None, draft.fields, draft.content,
        draft.origin, draft.recorded, draft.position, draft.hash,
    )  # fmt: skip


def load_ahead(stream: BinaryIO, name: str) -> Generator[tuple[int, bytes] | Draft]:
    """Of a large file its drafts, and the lines that were not plainly sound; of any other its lines."""
    done = 0
    if _is_large(stream):
        first = _first_lines(stream)
        with apart(send_ahead, stream, first.count(b"\n")) as other:
            for number, text in read_lines(BytesIO(first), name):
                done = number
                yield number, text
            while other is not None and (frame := read_frame(other.back)) is not None:
                lines = _decode(frame)
                if not lines:
                    return
                for line in lines:
                    done = line.number
                    if line.line is not None:
                        yield done, line.line
                        continue
                    yield Draft(
                        line.fields, Place(name, done), line.origin, line.content, None,
                        line.recorded, line.position, line.hash,
                    )  # fmt: skip
        stream.seek(0)
    for number, text in read_lines(stream, name):
        if number > done:
            yield number, text


def _first_lines(stream: BinaryIO) -> bytes:
    """What is read here while the other process starts; the file stands at its end then."""
    if not hasattr(os, "pread"):  # not on every system
        return b""
    number = stream.fileno()
    first = os.pread(number, FIRST, 0)
    first = first[: first.rfind(b"\n") + 1]
    os.lseek(number, len(first), os.SEEK_SET)
    return first


def _is_large(stream: BinaryIO) -> bool:
    """Whether it is a large file of which everything is still to be read."""
    try:
        return stream.tell() == 0 and os.fstat(stream.fileno()).st_size >= WORTH
    except OSError:  # what is in memory has no number, a pipe no position
        return False
