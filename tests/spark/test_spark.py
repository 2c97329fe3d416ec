"""The fold on a real Spark: the rows of the embedded store, whatever happens.

The test that kills a worker has a cluster of two worker processes. All others share a session in one process,
which takes half of the time. They stay on one worker of the test run, in this order, and go on from what
others have folded, since a run takes seconds however short the log is.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings

from benchmarks.generate import News
from tests import databases
from tests.answers.stores import FIXTURES, draft
from tests.properties.histories import TERMS, entries
from tests.store.test_projection_property import IDENTITY, SHOWN, append, fields_of
from timeline.app import Timeline
from timeline.errors import AnchorMismatch, InvalidValue, StoreDamaged
from timeline.model.kinds import KINDS
from timeline.model.record import Entry
from timeline.render.folder import RELATIONS
from timeline.spark.replay import Folded, _Run, read_log, replay
from timeline.spark.session import java_home, session
from timeline.spark.views import ask, register
from timeline.store.anchor import Anchor
from timeline.store.export import files_of
from timeline.store.sql_duckdb import version_of
from timeline.store.store import Store

pytestmark = [
    pytest.mark.xdist_group("spark"),
    # of the library itself
    pytest.mark.filterwarnings("ignore"),
]

EVENTS = int(os.environ.get("TIMELINE_SPARK_EVENTS", "200"))
"""How many events are generated; more of them take a while."""
BATCH = 100
"""Rows that an executor's Python gets at once."""
PART = 260
"""Events for which each relation has one more file."""

CLUSTER = "local-cluster[2,1,1024]"
SHORT = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC "
    "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
"""Java that ends soon has no time to earn back what it would compile better, clear away beside, or verify."""
SETTINGS = {
    "spark.driver.extraJavaOptions": SHORT,
    "spark.executor.extraJavaOptions": SHORT,
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",  # a query of a few rows is read, not compiled
    "spark.sql.codegen.wholeStage": "false",
    "spark.executor.memory": "1g",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",  # nor planned anew while it runs
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH),
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "5s",
    "spark.shuffle.io.maxRetries": "1",  # who was killed does not come back
    "spark.shuffle.io.retryWait": "1s",
}


DRIVER = Path("/usr/share/java/postgresql.jar")
"""The JDBC driver of PostgreSQL, as Debian's libpostgresql-jdbc-java has it."""
if DRIVER.exists():
    SETTINGS["spark.jars"] = str(DRIVER)


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips what needs Java where there is none."""
    try:
        java_home(tmp_path_factory.mktemp("java"))
    except InvalidValue as error:
        pytest.skip(f"no Java can be had: {error}")


@pytest.fixture(scope="module")
def spark(java: None) -> Iterator[Any]:
    """A session in one process, of two tasks at once."""
    with session("local[2]", SETTINGS) as started:
        yield started


def exported(folder: Path, fill: Any) -> Path:
    """A store that is filled, exported as Parquet."""
    with Timeline.open(folder / "timeline.db") as timeline:
        fill(timeline)
        timeline.export_tables(folder / "tables")
    return folder / "tables"


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All stories, with companies that were judged to be one, and an erased event."""

    def fill(timeline: Timeline) -> None:
        timeline.replay([FIXTURES])
        timeline.judge("foxconn", "sharp", same=True)
        timeline.erase("foxconn-nissan-speculation-reported", "asked")

    return exported(tmp_path_factory.mktemp("stories"), fill)


def lines(count: int, seed: int) -> bytes:
    encode = msgspec.json.encode
    return b"".join(encode(fields) + b"\n" for fields in News(count, seed).lines())


def hub(count: int) -> bytes:
    """Many events of one subject: more than a batch holds."""
    encode = msgspec.json.encode
    return b"".join(
        encode({
            "type": "fact_stated", "id": f"hub-{n}", "subject": "fact:acme/headcount",
            "occurred": f"20{n % 20:02d}-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
            "known": f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d}", "company": "acme",
            "attribute": "headcount", "value": str(n),
        }) + b"\n"
        for n in range(count)
    )  # fmt: skip


def spokes(count: int) -> bytes:
    """Many subjects of one company."""
    encode = msgspec.json.encode
    return b"".join(
        encode({
            "type": "fact_stated", "id": f"spoke-{n}", "subject": f"fact:acme/a{n}",
            "occurred": "2024-01-01", "known": "2024-01-02", "company": "acme", "attribute": f"a{n}",
            "value": str(n),
        }) + b"\n"
        for n in range(count)
    )  # fmt: skip


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A generated log with a hub, first without its last part, then whole."""
    folder = tmp_path_factory.mktemp("news")
    all_lines = lines(EVENTS, seed=7).splitlines(keepends=True)
    most = len(all_lines) * 9 // 10
    acme = b'{"type":"company_registered","subject":"company:acme","name":"Acme"}\n'

    def first(timeline: Timeline) -> None:
        timeline.append_lines(
            io.BytesIO(acme + hub(BATCH + 20) + spokes(2 * BATCH) + b"".join(all_lines[:most]))
        )

    def rest(timeline: Timeline) -> None:
        timeline.append_lines(io.BytesIO(b"".join(all_lines[most:])))

    early = exported(folder, first).rename(folder / "early")
    return early, exported(folder, rest)


def rows(folder: Path) -> dict[str, list[tuple[str, ...]]]:
    """Every row of every relation, in an order of its own."""
    version = version_of(folder)
    found = {}
    for table in RELATIONS:
        names = table.columns.keys()
        parts = [pq.ParquetFile(path).read() for path in files_of(version, table.name)]
        assert parts, table.name
        found[table.name] = sorted(
            tuple(str(row[name]) for name in names) for part in parts for row in part.to_pylist()
        )
    return found


@pytest.fixture(scope="module")
def survived(java: None, news: tuple[Path, Path]) -> tuple[Path, Folded]:
    """The news without its last part, folded in several files on a cluster of which a worker was killed."""
    killed: list[int] = []
    write = _Run._relation

    def kill_one(run: _Run, *given: Any) -> None:
        if not killed:
            executors = [
                process
                for process in psutil.Process().children(recursive=True)
                if process.status() != psutil.STATUS_ZOMBIE
                and "CoarseGrainedExecutorBackend" in " ".join(process.cmdline())
            ]
            killed.append(executors[0].pid)
            os.kill(executors[0].pid, signal.SIGKILL)
        write(run, *given)

    to = news[0].parent / "survived"
    with pytest.MonkeyPatch.context() as patch, session(CLUSTER, SETTINGS) as spark:
        patch.setattr("timeline.spark.replay.PART", PART)
        patch.setattr(_Run, "_relation", kill_one)
        done = replay(spark, str(news[0]), to)
    assert killed
    return to, done


def test_a_worker_that_is_killed_changes_nothing(
    news: tuple[Path, Path], survived: tuple[Path, Folded]
) -> None:
    to, done = survived
    assert done.whole
    assert rows(to) == rows(news[0])
    assert_split(to, "acme")


def test_a_later_run_folds_only_what_is_new(
    survived: tuple[Path, Folded], spark: Any, news: tuple[Path, Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("timeline.spark.replay.PART", PART)
    early, whole = news
    to, first = shutil.copytree(survived[0], tmp_path / "to"), survived[1]
    second = replay(spark, str(whole), to)
    assert not second.whole
    assert 0 < second.subjects < first.subjects / 2
    assert rows(to) == rows(whole)
    assert_split(to, "acme")
    with pytest.raises(InvalidValue, match="the log ends at entry"):
        replay(spark, str(early), to)
    assert version_of(to).name == second.version
    there = {version.name for version in (to / "versions").iterdir()}
    assert there == {first.version, second.version}


def assert_split(folder: Path, company: str) -> None:
    """The rows of a hub company lie in several files, none of which holds most of all rows."""
    for relation in ("party_history", "subject_company"):  # elsewhere one subject has most rows
        tables = [pq.read_table(path) for path in files_of(version_of(folder), relation)]
        assert sum(company in table["company"].to_pylist() for table in tables) > 1, relation
        sizes = [len(table) for table in tables]
        assert max(sizes) < 0.7 * sum(sizes), (relation, sizes)


@pytest.fixture(scope="module")
def folded(spark: Any, stories: Path) -> Path:
    """All stories, proved and folded; whoever goes on from there takes a copy."""
    to = stories.parent / "folded"
    with Timeline.open(f"parquet:{stories}") as exported:
        anchor = exported.anchor()
    done = replay(spark, str(stories), to, verify=True, anchor=anchor)
    assert (done.position, done.whole) == (anchor.position, True)
    return to


def test_stories_and_reports_are_those_of_the_store(
    spark: Any, stories: Path, folded: Path
) -> None:
    assert rows(folded) == rows(stories)

    backup = stories.parent / "timeline.gz"
    register(spark, folded)
    at = {"on": "2025-11-22", "known": "2025-12-01T23:59:59.999999Z"}
    more = {
        "since": "2025-11-16", "until": "2025-11-23", "company": "foxconn",
        "subject": "fact:foxconn/revenue",
    }  # fmt: skip
    with (
        Timeline.open(stories.parent / "timeline.db") as timeline,
        databases.database(empty=True) as url,
        Timeline.open(databases.url_text(url)) as server,
        Timeline.open(f"parquet:{folded}") as there,
    ):
        timeline.backup(backup)
        server.restore(backup)
        asked = set()
        for report in timeline.reports():
            taken = (
                at.keys() if report.computed else {n for n in at | more if f":{n}" in report.sql}
            )
            when: Any = {name: value for name, value in at.items() if name in taken}
            params = {name: value for name, value in more.items() if name in taken}
            expected = list(timeline.report(report.name, params=params, **when))
            for other in (server, there):
                found = list(other.report(report.name, params=params, **when))
                assert found == expected, (report.name, other)
            if report.computed is None:
                assert ask(spark, report.sql, params | when) == expected, report.name
            if expected:
                asked.add(report.name)
        assert len(asked) >= 10
        query = "SELECT * FROM current_company_state ORDER BY company, subject"
        assert ask(spark, query) == list(timeline.sql(query))


@pytest.mark.skipif(not DRIVER.exists(), reason=f"no JDBC driver of PostgreSQL: {DRIVER}")
def test_a_store_on_postgresql_is_read_over_jdbc(
    spark: Any, stories: Path, folded: Path, tmp_path: Path
) -> None:
    """Its log is that of the export, so what is folded of it is, too."""
    to, backup = shutil.copytree(folded, tmp_path / "to"), tmp_path / "stories.gz"
    with (
        Timeline.open(stories.parent / "timeline.db") as timeline,
        databases.database(empty=True) as url,
        Timeline.open(databases.url_text(url)) as server,
        databases.over_tcp(url) as port,
    ):
        timeline.backup(backup)
        server.restore(backup)
        log = f"jdbc:postgresql://127.0.0.1:{port}/{url.database}?user={url.username}"
        logs = [
            read_log(spark, each, 2).orderBy("position").toArrow() for each in (log, str(stories))
        ]
        assert logs[0].to_pydict() == logs[1].to_pydict()

        server.append({"type": "company_registered", "subject": "company:newco", "name": "Newco"})
        anchor = server.anchor()
        later = replay(spark, log, to, verify=True, anchor=anchor)
        assert (later.position, later.whole, later.subjects) == (anchor.position, False, 1)
    with Timeline.open(f"parquet:{to}") as after:
        assert after.state("newco").companies[0].name == "Newco"
        assert after.state("foxconn").companies


def test_random_histories_are_those_of_the_store(
    spark: Any, stories: Path, folded: Path, tmp_path: Path
) -> None:
    """What hypothesis draws, after the stories."""
    to = shutil.copytree(folded, tmp_path / "to")
    store = Store(shutil.copy(stories.parent / "timeline.db", tmp_path))
    store.append([draft(fields) for fields in IDENTITY])
    numbers = count(1)

    def tell(kind: str) -> None:
        @settings(max_examples=8, derandomize=True, database=None, phases=[Phase.generate])
        @given(entries(kind=kind, max_size=10))
        def draw(found: list[Entry]) -> None:
            number = next(numbers)
            stream = [fields_of(entry, f"h{number}") for entry in found]
            stream[0] = {n: TERMS[kind][n][0] for n in KINDS[kind].required} | stream[0]
            append(store, stream)

        draw()

    with Timeline(store) as timeline:
        for kind in SHOWN:
            tell(kind)
        assert timeline.stats().subjects.keys() >= set(SHOWN)
        timeline.export_tables(tmp_path / "whole")
    assert not replay(spark, str(tmp_path / "whole"), to, keep=1).whole
    assert rows(to) == rows(tmp_path / "whole")
    assert len(list((to / "versions").iterdir())) == 1


def broken(stories: Path, folder: Path, column: str, position: int, value: str) -> Path:
    """A copy of the log in which one value is another."""
    shutil.copytree(stories / "event", folder / "event")
    (file,) = (folder / "event").iterdir()
    table = pq.read_table(file)
    values = table[column].to_pylist()
    values[position - 1] = value
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, column, [values]), file)
    return folder


def test_a_broken_row_is_named_and_nothing_is_written(
    spark: Any, stories: Path, tmp_path: Path
) -> None:
    log = broken(stories, tmp_path / "broken", "payload", 42, "{")
    with pytest.raises(StoreDamaged, match="position 42: the content of"):
        replay(spark, str(log), tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_the_proof_finds_what_was_changed_and_joins_the_borders(
    spark: Any, stories: Path, tmp_path: Path
) -> None:
    changed = broken(stories, tmp_path / "changed", "digest", 130, "0" * 64)
    with pytest.raises(StoreDamaged, match="position 130"):
        replay(spark, str(changed), tmp_path / "to", verify=True, partitions=4)
    wrong = Anchor(position=100, recorded=None, hash="0" * 64)
    with pytest.raises(AnchorMismatch):
        replay(spark, str(stories), tmp_path / "to", verify=True, anchor=wrong, partitions=4)
    assert not (tmp_path / "to").exists()
