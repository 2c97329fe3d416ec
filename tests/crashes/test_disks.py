"""A disk that is full, or only to be read, ends in an error and in no damage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generate import write_news
from tests.crashes.killing import content, position, tell
from timeline import Timeline
from timeline.errors import StoreUnavailable


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("news")
    whole, first = folder / "whole.jsonl", folder / "first.jsonl"
    with whole.open("wb") as stream:
        write_news(stream, 600)
    first.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:200]))
    return first, whole


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, news: tuple[Path, Path]) -> tuple[Path, Path]:
    """Stores with the first of the news, and with all."""
    folder = tmp_path_factory.mktemp("stores")
    first, whole = folder / "first.db", folder / "whole.db"
    tell(str(first), news[0])
    tell(str(whole), *news)
    return first, whole


def limited(target: str, size: int, *arguments: str | Path) -> tuple[int, str]:
    """Run the program where no file can be larger than so many bytes; its exit code and what it says."""
    program = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        "from timeline.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--db", target, *map(str, arguments)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_replay_on_a_full_disk_stores_all_or_nothing(
    tmp_path: Path, stores: tuple[Path, Path], news: tuple[Path, Path], share: float
) -> None:
    before, after = map(content, map(str, stores))
    target = shutil.copy(stores[0], tmp_path / "timeline.db")
    small, large = (each.stat().st_size for each in stores)
    code, said = limited(str(target), int(small + share * (large - small)), "replay", news[1])
    assert "Traceback" not in said
    if code:
        assert code == 4, said
        assert "error[store-unavailable]" in said
        assert position(str(target)) == len(before)
        assert content(str(target)) == before
        tell(str(target), news[1])
    else:  # all of it fits beside the database, in the write-ahead log
        assert share > 0.9
    assert content(str(target)) == after


def test_a_rebuild_on_a_full_disk_leaves_the_history_that_was(
    tmp_path: Path, news: tuple[Path, Path]
) -> None:
    target = str(tmp_path / "timeline.db")
    tell(target, news[0])
    code, said = limited(target, 40_000, "rebuild")
    assert code == 4, said
    assert position(target) is not None


def test_a_first_replay_on_a_full_disk_leaves_nothing(
    tmp_path: Path, news: tuple[Path, Path]
) -> None:
    folder = tmp_path / "stores"
    folder.mkdir()
    for size in (0, 10_000, 100_000):
        code, said = limited(str(folder / "timeline.db"), size, "replay", news[0])
        assert code == 4, said
        assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_only_to_be_read_is_read(tmp_path: Path, news: tuple[Path, Path]) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    target = folder / "timeline.db"
    tell(str(target), news[0])
    before = content(str(target))
    target.chmod(0o444)
    folder.chmod(0o555)
    try:
        refuses(target, news[1])
        assert content(str(target)) == before
    finally:
        folder.chmod(0o755)


def refuses(target: Path, file: Path) -> None:
    """Reading works, writing is an error that says why."""
    with Timeline.open(target) as timeline:
        timeline.verify()
        with pytest.raises(StoreUnavailable, match=r"cannot be (written|opened)"):
            timeline.replay([file])


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs to mount")
def test_a_file_system_that_is_only_to_be_read_is_read(
    tmp_path: Path, news: tuple[Path, Path]
) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "none", folder], check=False, capture_output=True
    ).returncode:
        pytest.skip("mounting is not allowed here")
    target = folder / "timeline.db"
    try:
        tell(str(target), news[0])
        before = content(str(target))
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        refuses(target, news[1])
        assert content(str(target)) == before
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs to mount")
def test_a_file_system_that_is_full_is_an_error(tmp_path: Path, news: tuple[Path, Path]) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    target = folder / "timeline.db"
    try:
        with Timeline.open(target) as timeline:
            timeline.init()
        (folder / "filler").write_bytes(b"x" * 500_000)
        with Timeline.open(target) as timeline:
            with pytest.raises(StoreUnavailable, match="disk is full"):
                timeline.replay([news[1]])
            assert timeline.verify().position == 0
    finally:
        subprocess.run(["umount", folder], check=True)
