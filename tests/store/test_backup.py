"""A backup comes back as it was, into any store, or not at all."""

from __future__ import annotations

import gzip
import random
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.answers.stores import FIXTURES, new_store, new_timeline
from timeline import Timeline
from timeline.errors import (
    BackupDamaged,
    InvalidValue,
    NotFound,
    StoreUnavailable,
)
from timeline.loading import replay_files

FORMS = ["timeline.backup", "timeline.jsonl.gz"]


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    return new_timeline(tmp_path, "nissan-honda", "foxconn-sharp")


@pytest.mark.parametrize("name", FORMS)
def test_a_backup_comes_back_as_it_was(timeline: Timeline, tmp_path: Path, name: str) -> None:
    anchor = timeline.anchor()
    made = timeline.backup(tmp_path / name)
    assert made.anchor == anchor
    assert made.bytes == (tmp_path / name).stat().st_size
    restored = Timeline.open(tmp_path / "restored.db")
    assert restored.restore(tmp_path / name) == anchor
    assert list(restored.export()) == list(timeline.export())
    assert restored.verify(anchor=anchor).position == anchor.position


@pytest.mark.parametrize("name", FORMS)
def test_an_empty_store_has_a_backup_too(tmp_path: Path, name: str) -> None:
    timeline = Timeline(new_store(tmp_path))
    timeline.backup(tmp_path / name)
    restored = Timeline.open(tmp_path / "restored.db")
    assert restored.restore(tmp_path / name).position == 0
    restored.verify()


@pytest.mark.parametrize("name", FORMS)
def test_nothing_is_left_beside_a_backup(timeline: Timeline, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for _ in range(2):  # an older one is replaced
        timeline.backup(folder / name)
    assert [file.name for file in folder.iterdir()] == [name]


def test_the_same_log_gives_the_same_bytes(timeline: Timeline, tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        timeline.backup(tmp_path / name)
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


def test_a_backup_holds_the_store_of_its_beginning(tmp_path: Path) -> None:
    timeline = new_timeline(tmp_path, "nissan-honda")
    anchor = timeline.anchor()

    def meanwhile(done: int, total: int | None) -> None:
        replay_files(timeline.store, [FIXTURES / "foxconn-sharp.yaml"])

    assert timeline.backup(tmp_path / "backup", meanwhile).anchor == anchor
    assert timeline.anchor().position > anchor.position
    restored = Timeline.open(tmp_path / "restored.db")
    assert restored.restore(tmp_path / "backup") == anchor


@pytest.mark.parametrize("name", FORMS)
def test_a_store_that_holds_events_is_not_restored_into(
    timeline: Timeline, tmp_path: Path, name: str
) -> None:
    timeline.backup(tmp_path / name)
    before = list(timeline.export())
    with pytest.raises(InvalidValue, match="is not empty"):
        timeline.restore(tmp_path / name)
    assert list(timeline.export()) == before


def test_an_empty_store_is_restored_into(timeline: Timeline, tmp_path: Path) -> None:
    timeline.backup(tmp_path / "backup")
    (tmp_path / "other").mkdir()
    other = Timeline(new_store(tmp_path / "other"))
    other.restore(tmp_path / "backup")
    assert list(other.export()) == list(timeline.export())


def test_the_store_itself_is_no_place_for_its_backup(timeline: Timeline) -> None:
    assert timeline.store.path is not None
    with pytest.raises(InvalidValue, match="is the store itself"):
        timeline.backup(timeline.store.path)


def test_a_backup_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Timeline.open(tmp_path / "restored.db").restore(tmp_path / "nothing")


def test_a_folder_that_is_not_there_is_an_error(timeline: Timeline, tmp_path: Path) -> None:
    for name in FORMS:
        with pytest.raises(StoreUnavailable, match="cannot be written"):
            timeline.backup(tmp_path / "nowhere" / name)


@pytest.mark.parametrize("name", FORMS)
def test_a_backup_that_was_cut_off_is_refused(
    timeline: Timeline, tmp_path: Path, name: str
) -> None:
    timeline.backup(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    for length in [0, 1, 2, 10, 30, *range(100, len(data), len(data) // 7), len(data) - 1]:
        refuse(tmp_path, data[:length])


def refuse(folder: Path, data: bytes) -> None:
    """Restoring this is refused, and nothing is left behind."""
    file, target = folder / "damaged", folder / "target" / "restored.db"
    file.write_bytes(data)
    target.parent.mkdir(exist_ok=True)
    with pytest.raises(BackupDamaged, match="nothing was stored"):
        Timeline.open(target).restore(file)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("name", FORMS)
def test_a_damaged_backup_gives_the_same_events_or_none(
    timeline: Timeline, tmp_path: Path, name: str
) -> None:
    timeline.backup(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    anchor, chance = timeline.anchor(), random.Random(4)
    refused = 0
    for number in range(60):
        damaged = bytearray(data)
        damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (tmp_path / "damaged").write_bytes(damaged)
        target = tmp_path / f"target-{number}.db"
        restored = Timeline.open(target)
        try:
            found = restored.restore(tmp_path / "damaged")
        except BackupDamaged:
            refused += 1
            assert not target.exists()
        else:  # the damage is where there is nothing, or in what is computed anew
            assert found == anchor
            restored.verify(anchor=anchor)
        finally:
            restored.close()
    assert refused > (45 if name.endswith(".gz") else 5)


def test_an_export_that_does_not_reach_its_anchor_is_refused(
    timeline: Timeline, tmp_path: Path
) -> None:
    timeline.backup(tmp_path / "whole.jsonl.gz")
    lines = gzip.decompress((tmp_path / "whole.jsonl.gz").read_bytes()).splitlines(keepends=True)
    refuse(tmp_path, gzip.compress(b"".join(lines[:-1])))
    refuse(tmp_path, gzip.compress(b"".join(lines[1:])))
    refuse(tmp_path, gzip.compress(b"".join([lines[0], lines[2], lines[1], *lines[3:]])))
    refuse(tmp_path, gzip.compress(b"".join([lines[0], b"{}\n", *lines[1:]])))


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    refuse(tmp_path, b"story: nothing\n")
    sqlite3.connect(tmp_path / "other.db").executescript(
        "CREATE TABLE t (x); INSERT INTO t VALUES (1)"
    )
    refuse(tmp_path, (tmp_path / "other.db").read_bytes())


# --- a disk that is full --------------------------------------------------------------------------


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process may be larger: a write beyond that fails, as on a full disk."""
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("name", FORMS)
def test_a_full_disk_leaves_the_older_backup(timeline: Timeline, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    timeline.backup(folder / name)
    before = (folder / name).read_bytes()
    with largest_file(4096), pytest.raises(StoreUnavailable, match="cannot be written"):
        timeline.backup(folder / name)
    assert [file.name for file in folder.iterdir()] == [name]
    assert (folder / name).read_bytes() == before


@pytest.mark.parametrize("name", FORMS)
def test_a_restore_onto_a_full_disk_leaves_nothing(
    timeline: Timeline, tmp_path: Path, name: str
) -> None:
    timeline.backup(tmp_path / name)
    folder = tmp_path / "target"
    folder.mkdir()
    with (
        largest_file(60_000),
        pytest.raises(StoreUnavailable, match=r"cannot be (read or )?written"),
    ):
        Timeline.open(folder / "restored.db").restore(tmp_path / name)
    assert list(folder.iterdir()) == []
