"""A log on Spark, folded into a versioned folder that ``--db parquet:DIR`` asks.

``DIR/versions/NAME`` holds a whole version, ``DIR/CURRENT`` names the one that is read. A version is written
beside the others and named at the end, so that a run that ends early leaves nothing that anybody reads, and
the same run can simply be started again. The folder is on a file system that all machines of the cluster see.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from timeline.errors import InvalidValue, NotFound, StoreDamaged
from timeline.ingest.fixtures import exported_log
from timeline.model.identity import JUDGED, NOBODY, Identity, identity, judgements_of
from timeline.model.record import ERASED, Entry
from timeline.render.folder import PART, kinds_of
from timeline.spark import executor
from timeline.store.anchor import Anchor, check_continues, check_reaches
from timeline.store.companies import registered_at
from timeline.store.log import COLUMNS, ENTRY_COLUMNS, GENESIS_LINK, Head, check_border, entry_of
from timeline.store.sql_duckdb import POINTER, version_of
from timeline.store.tables import company_identity, event, event_words, log_head
from timeline.store.views import views

VERSIONS: Final = "versions"
KEPT: Final = 3
"""Versions that stay, the new one among them: readers may still have older ones open."""
JDBC: Final = "jdbc:"

_SPARK: Final = {
    "text": "string", "integer": "bigint", "number": "double", "boolean": "boolean", "day": "date",
    "instant": "timestamp",
}  # fmt: skip


class Folded(Struct, frozen=True, kw_only=True):
    """What a run wrote."""

    version: str
    position: int
    """Where the log ends."""
    subjects: int
    """Subjects that were folded."""
    whole: bool
    """Whether that was all of them; else the rows of the others were taken from the version before."""


def replay(
    spark: Any,
    log: str,
    folder: Path,
    *,
    verify: bool = False,
    anchor: Anchor | None = None,
    whole: bool = False,
    partitions: int | None = None,
    keep: int = KEPT,
) -> Folded:
    """Fold a log into a new version of a folder, and make it the current one.

    ``log`` is a folder that ``timeline export --format parquet`` wrote, or a URL ``jdbc:postgresql:…``. Where
    the folder has a version, only subjects with later events are folded, unless ``whole``, or companies were
    judged or a source was erased since. ``verify`` proves the log first, up to the ``anchor`` too. Of the
    versions the newest ``keep`` (1 or more) stay. Raises
    StoreDamaged with the position of the first row that is wrong, AnchorMismatch, InvalidValue, NotFound;
    then nothing of the folder has changed.
    """
    _check_keep(keep)
    count = partitions or max(spark.sparkContext.defaultParallelism, 1) * 2
    with _named_damage():
        events = read_log(spark, log, count)
        head = head_of(events)
        if verify:
            prove(events, head, anchor, count)
        before = None if whole else _before(spark, folder)
        if before is not None and before.position > head.position:
            raise InvalidValue(
                f"the log ends at entry {head.position}, and {folder} is at {before.position}",
                "give the whole log, or fold it into another folder",
            )
        one = identity_of(events)
        job = _Run(spark, events, one, head, count)
        if before is None or before.one != one or job.must_be_whole(before.position):
            before = None
        done = job.write(folder, before)
    remove_old(folder, keep)
    return done


def _check_keep(keep: int) -> None:
    if keep < 1:
        raise InvalidValue(f"{keep} versions cannot be kept", "keep 1 or more")


def remove_old(folder: Path, keep: int = KEPT) -> list[str]:
    """Remove all versions of a folder but the newest ones and the current one; the names of those removed.

    What is being written, or was left by a run that was killed, begins with a dot and is not touched. Raises
    InvalidValue where none would be kept.
    """
    _check_keep(keep)
    current = version_of(folder).name
    there = [p for p in (folder / VERSIONS).iterdir() if p.is_dir() and p.name[0] != "."]
    # the newest by the time at which they were finished; one that was written whole may be at any position
    newest = sorted(there, key=lambda p: (p.name == current, p.stat().st_mtime_ns, p.name))
    gone = newest[:-keep]
    for version in gone:
        shutil.rmtree(version)
    return [version.name for version in gone]


def read_log(spark: Any, log: str, partitions: int) -> Any:
    """The rows of a log as a frame, with days and instants typed."""
    if log.startswith(JDBC):
        columns = ", ".join(
            f"CAST({name} AS text) AS {name}" if name in executor.JSON_COLUMNS else name
            for name in COLUMNS
        )
        # named, because the one that Java finds by itself is none of those that spark.jars brings
        named = spark.read.format("jdbc").option("driver", "org.postgresql.Driver")
        reader = named.option("url", log)
        head = reader.option("dbtable", "(SELECT position FROM log_head) h").load().first()[0]
        rows = (
            reader.option("dbtable", f"(SELECT {columns} FROM event) e")  # noqa: S608 - our names
            .option("partitionColumn", "position")
            .option("lowerBound", 1)
            .option("upperBound", max(head, 2))
            .option("numPartitions", partitions)
            .load()
        )
        return rows.mapInArrow(executor.as_written_job, rows.schema)
    files = exported_log(Path(log))
    if not files:
        raise NotFound("file", f"{log}/event/*.parquet")
    return spark.read.parquet(*map(_uri, files)).select(*COLUMNS)


def head_of(events: Any) -> Head:
    """Where a log ends."""
    from pyspark.sql import functions as f

    last = events.agg(f.max("position")).first()[0]
    if last is None:
        return GENESIS_LINK
    rows = _entries_like(events.where(f.col("position") == last), ("recorded", "hash"))
    return Head(last, *rows[0])


def _entries_like(frame: Any, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Some rows on the driver, with days and instants as texts."""
    from timeline.store.export import texts

    table = frame.select(*columns).toArrow().combine_chunks()
    return list(zip(*(texts(table.column(n)).to_pylist() for n in columns), strict=True))


def _entries(frame: Any) -> list[Entry]:
    names = tuple(column.name for column in ENTRY_COLUMNS)
    return [entry_of(row) for row in _entries_like(frame.orderBy("position"), names)]


def identity_of(events: Any) -> Identity:
    """Which companies are one, by the judgements in a log; they are few, so the driver finds out."""
    from pyspark.sql import functions as f

    judged = events.where(f.col("type") == JUDGED).select("subject").distinct()
    subjects = [row[0] for row in judged.collect()]
    if not subjects:
        return NOBODY
    judgements = judgements_of(_entries(events.where(f.col("subject").isin(subjects))))
    named = sorted({f"company:{c}" for judgement in judgements for c in judgement.companies})
    told: dict[str, list[Entry]] = {}
    for entry in _entries(events.where(f.col("subject").isin(named))):
        told.setdefault(entry.subject.partition(":")[2], []).append(entry)
    return identity(judgements, {name: registered_at(found) for name, found in told.items()})


# --- proof --------------------------------------------------------------------------------------


def prove(events: Any, head: Head, anchor: Anchor | None, partitions: int) -> None:
    """Prove that a log is what was appended: each partition of positions by itself, then their borders."""
    at = anchor.position if anchor is not None else 0
    sorted_rows = events.repartitionByRange(partitions, "position").sortWithinPartitions("position")
    found = sorted_rows.mapInArrow(executor.proof_job(at), executor.BORDER).collect()
    before = GENESIS_LINK
    for row in sorted((row for row in found if row.last_hash is not None), key=lambda r: r[0]):
        if row.position != before.position + 1:
            reason = f"there is a gap: the next event is at {row.position}"
            raise StoreDamaged(before.position + 1, reason)
        own = Head(row.position, row.recorded, row.hash)
        check_border(own, row.id, row.digest, before)
        before = Head(row.last_position, row.last_recorded, row.last_hash)
    if before != head:
        raise StoreDamaged(before.position + 1, f"the log ends here, and not at {head.position}")
    if anchor is not None:
        check_reaches(anchor, head.position)
        for row in found:
            if row.last_hash is None:
                check_continues(anchor, row.position, row.recorded, row.hash)


@contextmanager
def _named_damage() -> Iterator[None]:
    """Turn what an executor found damaged into a StoreDamaged with its position."""
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        found = re.search(rf'{executor.MARK} (\d+) ("(?:[^"\\]|\\.)*")', str(error))
        if found is None:
            raise
        raise StoreDamaged(int(found[1]), msgspec.json.decode(found[2])) from None


# --- writing ------------------------------------------------------------------------------------


class _Before(Struct, frozen=True):
    """The current version of a folder."""

    folder: Path
    position: int
    one: Identity


def _before(spark: Any, folder: Path) -> _Before | None:
    if not (folder / POINTER).is_file():
        if folder.exists() and any(p.name != VERSIONS for p in folder.iterdir()):
            raise InvalidValue(f"{folder} holds something else", "name a new folder after --to")
        return None
    version = version_of(folder)
    position = spark.read.parquet(_uri(version / log_head.name)).first().position
    rows = spark.read.parquet(_uri(version / company_identity.name)).collect()
    return _Before(version, position, Identity({row.company: row.shown for row in rows}))


def _uri(path: Path) -> str:
    return f"file:{path.resolve()}"  # Spark takes it as it is written, without escapes


class _Run:
    """One run: what it reads, and how it writes a version."""

    def __init__(self, spark: Any, events: Any, one: Identity, head: Head, count: int) -> None:
        self.spark, self.events, self.one, self.head, self.count = spark, events, one, head, count

    def must_be_whole(self, position: int) -> bool:
        """Whether later events change rows of subjects that are not theirs: a source was erased."""
        from pyspark.sql import functions as f

        column = f.col("subject")
        later = self.events.where((f.col("position") > position) & (f.col("type") == ERASED))
        return not later.where(column.startswith("source:")).isEmpty()

    def write(self, folder: Path, before: _Before | None) -> Folded:
        """Write a version, and make it the current one."""
        name = f"{self.head.position:012d}-{os.urandom(4).hex()}"
        partial, stage = folder / VERSIONS / f".{name}", folder / VERSIONS / f".{name}.stage"
        partial.mkdir(parents=True)
        try:
            subjects = self._write(partial, stage, before)
            partial.rename(partial.with_name(name))
            pointer = folder / f".{POINTER}.{name}"
            pointer.write_text(f"{VERSIONS}/{name}\n", encoding="utf-8")
            pointer.replace(folder / POINTER)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
            shutil.rmtree(stage, ignore_errors=True)
            with suppress(OSError):  # of a first run that failed nothing is left
                (folder / VERSIONS).rmdir()
                folder.rmdir()
        return Folded(
            version=name, position=self.head.position, subjects=subjects, whole=before is None
        )

    def _write(self, version: Path, stage: Path, before: _Before | None) -> int:
        from pyspark.sql import functions as f

        touched = None
        events = self.events
        if before is not None:
            later = events.where(f.col("position") > before.position)
            touched = later.select("subject").distinct().cache()
            events = events.join(touched, "subject", "left_semi").select(*COLUMNS)
        projected = events.where(~f.col("subject").startswith("source:"))
        names = [column.name for column in ENTRY_COLUMNS]
        (
            projected.select(*names)
            .repartition(self.count, "subject")
            .sortWithinPartitions("subject", "position")
            .mapInArrow(executor.fold_job(self.one), executor.FOLDED)
            .write.partitionBy("relation")
            .parquet(_uri(stage))
        )
        tasks: list[Callable[[], object]] = [
            partial(self._small, version),
            partial(self._log, version, events, before),
            *(
                partial(self._relation, version, stage, table, before, touched)
                for table in (*executor.FOLDED_TABLES, *executor.VIEWS)
            ),
        ]
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(task) for task in tasks]:
                done.result()
        return int(projected.select("subject").distinct().count())

    def _relation(
        self, version: Path, stage: Path, table: sa.Table, before: _Before | None, touched: Any
    ) -> None:
        """One relation from what was folded, and from the version before what was not touched."""
        from pyspark.sql import functions as f

        kinds = kinds_of(table)
        found = stage / f"relation={table.name}"
        schema = ", ".join(f"`{name}` {_SPARK[kind]}" for name, kind in kinds.items())
        order = ["company", "subject"] if "company" in kinds else ["subject"]
        new = None
        if found.exists():
            rows = self.spark.read.schema("subject string, company string, row string").parquet(
                _uri(found)
            )
            ordered = self._ordered(rows, order)
            new = ordered.mapInArrow(executor.rows_job(kinds), schema)
        if before is not None:
            old = self.spark.read.parquet(_uri(before.folder / table.name))
            own = f.col("subject") if "subject" in kinds else f.concat(f.lit("company:"), "company")
            old = old.withColumn("_own", own).join(
                touched.withColumnRenamed("subject", "_own"), "_own", "left_anti"
            )
            old = old.select(*kinds)
            new = old if new is None else self._ordered(
                old.unionByName(new), [name for name in order if name in kinds]
            )  # fmt: skip
        self._save(new, schema, version / table.name)

    def _ordered(self, rows: Any, order: list[str]) -> Any:
        """Rows in as many files as the log has parts, so that a reader skips what it is not asked for."""
        files = -(-self.head.position // PART)
        if files < 2:
            return rows.coalesce(1).sortWithinPartitions(*order)
        return rows.repartitionByRange(files, *order).sortWithinPartitions(*order)

    def _save(self, rows: Any, schema: str, path: Path) -> None:
        if rows is not None:
            rows.write.parquet(_uri(path))
        if rows is None or not any(p.suffix == ".parquet" for p in path.iterdir()):
            shutil.rmtree(path, ignore_errors=True)
            self.spark.createDataFrame([], schema).coalesce(1).write.parquet(_uri(path))

    def _small(self, version: Path) -> None:
        """Where the log ends, and which companies are one."""
        from datetime import datetime

        recorded = datetime.fromisoformat(self.head.recorded or "0001-01-01T00:00:00.000000Z")
        head = [(1, self.head.position, recorded, self.head.hash)]
        schema = "one bigint, position bigint, recorded timestamp, hash string"
        frame = self.spark.createDataFrame(head, schema).coalesce(1)
        frame.write.parquet(_uri(version / log_head.name))
        pairs = sorted(self.one.first.items())
        frame = self.spark.createDataFrame(pairs, "company string, shown string").coalesce(1)
        frame.write.parquet(_uri(version / company_identity.name))

    def _log(self, version: Path, events: Any, before: _Before | None) -> None:
        """The log by subject, which is the evidence of every state; its words; and its view."""
        whole = self._ordered(self.events, ["subject", "version"])
        whole.write.parquet(_uri(version / event.name))
        words = events.mapInArrow(executor.words_job, "position bigint, words string")
        if before is not None:
            old = self.spark.read.parquet(_uri(before.folder / event_words.name))
            words = old.join(events.select("position"), "position", "left_anti").unionByName(words)
        self._ordered(words, ["position"]).write.parquet(_uri(version / event_words.name))
        self._ordered(event_log(self.events), ["position"]).write.parquet(
            _uri(version / "event_log")
        )


def event_log(events: Any) -> Any:
    """The view of the log for reading, as the SQL of the store has it."""
    from pyspark.sql import functions as f

    given = f.get_json_object("payload", "$.source")
    several = given.startswith("[")
    first = f.when(several, f.get_json_object("payload", "$.source[0]")).otherwise(given)
    sources = (
        f.when(given.isNull(), f.lit("[]"))
        .when(several, given)
        .otherwise(f.concat(f.lit('["'), given, f.lit('"]')))
    )
    registered = events.where((f.col("version") == 1) & f.col("subject").startswith("source:"))
    told = registered.select(
        f.substring_index("subject", ":", -1).alias("source"),
        f.get_json_object("payload", "$.publisher").alias("publisher"),
        f.get_json_object("payload", "$.title").alias("source_title"),
        f.get_json_object("payload", "$.url").alias("source_url"),
    )
    shown = events.withColumns(
        {
            "source": first,
            "sources": sources,
            "subject_kind": f.substring_index("subject", ":", 1),
            "speaker": f.get_json_object("payload", "$.speaker"),
            "target": f.get_json_object("payload", "$.target"),
            "note": f.get_json_object("payload", "$.note"),
        }
    )
    columns = views.tables["event_log"].columns.keys()
    return shown.join(told, "source", "left").select(*columns)
