"""A replay of large files in batches: each is a transaction, and what was stored stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from timeline.errors import DataError, InvalidValue, Problem
from timeline.ingest.draft import Draft
from timeline.ingest.fixtures import Found, find_files, is_yaml
from timeline.loading import STDIN, STDIN_ORIGIN, Counter, Progress, Replayed, stream_drafts
from timeline.store.append import Appender
from timeline.store.bulk import rare_collections
from timeline.store.files import FileAt, Files
from timeline.store.log import Head, chunks
from timeline.store.store import Store


def replay_in_batches(
    store: Store,
    paths: Sequence[str | Path],
    size: int,
    *,
    cloudevents: bool = False,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Append the new events of files of JSONL, ``size`` of them in a transaction.

    Ended at whatever moment, the store holds whole batches, and the same replay goes on after them: what is
    there already is found. A story in YAML is not taken apart, so it is refused. Raises DataError with the
    problems of the first batch that has any; the batches before it are stored.
    """
    if size < 1:
        raise InvalidValue(f"{size} is no size of a batch", "a batch has at least one event")
    files = _files_of(paths)
    counter = Counter(progress, files)
    stored = found = position = 0
    for file in files:
        problems: list[Problem] = []
        origin = STDIN_ORIGIN if file is None else _origin_of(store, file)
        with stream_drafts(file, origin, stdin, problems, cloudevents) as drafts:
            for batch in chunks(counter(drafts), size):
                appender, head = _append(store, batch, problems, stored)
                stored += appender.stored
                found += appender.found
                position = head.position
        if problems:  # behind the last event
            raise DataError(problems, stored=stored)
    counter.end()
    return Replayed(
        files=len(files), stored=stored, found=found, position=position, expectations=0,
        warnings=[], amendments=[], appended=[],
    )  # fmt: skip


def _origin_of(store: Store, file: Found) -> str:
    """The name by which the store knows the file, which no other file has."""

    def attempt() -> str:
        with store.writing(create=True) as connection:
            files = Files(connection)
            origin = files.origin_of(FileAt.of(file.path), file.name, (), is_story=False)
            files.keep(())
            return origin

    return store.retrying(attempt)


def _files_of(paths: Sequence[str | Path]) -> list[Found | None]:
    """The files, None for standard input. Raises InvalidValue for a story."""
    files: list[Found | None] = []
    for path in paths:
        files += [None] if str(path) == STDIN else find_files([path])
    for file in files:
        if file is not None and is_yaml(file.path):
            raise InvalidValue(
                f"{file.path} is a story, which is stored whole or not at all",
                "batches are for JSONL: replay stories without --batch",
            )
    return files


def _append(
    store: Store, batch: list[Draft], problems: list[Problem], stored: int
) -> tuple[Appender, Head]:
    """Append a batch in a transaction of its own, again where the store fails in passing."""

    def attempt() -> tuple[Appender, Head]:
        given = [replace(draft, fields=dict(draft.fields)) for draft in batch]
        with store.writing(create=True) as connection, rare_collections():
            appender = Appender(connection, clock=store.clock)
            appender.stream(given)
            appender.problems += problems
            return appender, appender.finish()

    try:
        return store.retrying(attempt)
    except DataError as error:
        raise DataError(error.problems, stored=stored) from None
