"""How the tests run: hypothesis profiles, a terminal that is the same everywhere, and databases."""

from __future__ import annotations

import faulthandler
import gc
import importlib
import os
import pkgutil
import sqlite3
import sys
from collections.abc import Generator, Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.pool import Pool

import timeline.ingest
import timeline.model
from tests import databases
from tests.answers.stores import copy_empty

_calm = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("default", deadline=None, max_examples=50, suppress_health_check=_calm)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True)
settings.register_profile("long", settings.get_profile("default"), max_examples=2_000)
settings.register_profile("fuzz", settings.get_profile("default"), max_examples=20_000)
# half a minute of it on two processors, the same inputs each time: CI's verdict is about the change, not
# about luck; what looks for the unknown is "fuzz"
settings.register_profile("fuzz-quick", settings.get_profile("ci"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


ROOT = Path(__file__).parent
GATE = (timeline.model, timeline.ingest)
TRACED = (
    "answers/test_belief.py",
    "answers/test_coordinate.py",
    "answers/test_state.py",
    "answers/test_why.py",
    "contracts/test_upcasting.py",
    "errors",
    "ingest",
    "model",
    "test_cases.py",
    "test_how_to_record.py",
    "test_loading_amend.py",
)
"""What takes every branch of parsing and folding: their own tests, and of the others those of one subject.

A traced test takes up to five times the time, so a branch is tested where it belongs, not by chance
in another folder; and what reads the same again, thousands of times, is marked ``no_cover``.
"""


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Trace of what tests import only what the gate is about, and keep all of it for good.

    Half of the time of this went into tracing other libraries and looking for garbage among them, and to look
    there again took a tenth of the run.
    """
    for package in GATE:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    _trace(session.config, wanted=False)
    gc.disable()
    collected = yield
    gc.enable()
    gc.freeze()
    return collected


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long text by its length: names go from worker to worker, with each report."""
    if isinstance(val, str | bytes) and len(val) > 200:
        return f"{argname} of {len(val)}"
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Trace what the coverage gate is about."""
    for item in items:
        path = item.path.relative_to(ROOT)
        if not any(path.is_relative_to(each) for each in TRACED):
            item.add_marker("no_cover")


_traced = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Nor is what is made for a test traced, where the test is not: only its call would be left out."""
    wanted = item.get_closest_marker("no_cover") is None
    if wanted and not item.config.stash.get(_traced, False):
        _forget()
    item.config.stash[_traced] = wanted
    _trace(item.config, wanted=wanted)
    return (yield)


def _trace(config: pytest.Config, *, wanted: bool) -> None:
    plugin: Any = config.pluginmanager.getplugin("_cov")
    control = plugin and plugin.cov_controller
    if control and control.started != wanted:
        (control.resume if wanted else control.pause)()


def _forget() -> None:
    """Forget what parsing and folding keep: a traced test takes its branches, whatever came before it."""
    for package in GATE:
        for name in [name for name in sys.modules if name.startswith(package.__name__)]:
            for kept in vars(sys.modules[name]).values():
                if isinstance(kept, _lru_cache_wrapper):
                    kept.cache_clear()


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No colour, 80 columns, UTC, and no store or time zone of the person who runs the tests."""
    for name in ("TIMELINE_DB", "TIMELINE_TIMEZONE", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "80", "TZ": "UTC"}.items():
        monkeypatch.setenv(name, value)


# --- what hangs -----------------------------------------------------------------------------------

GRACE = 60.0
"""Seconds after its timeout in which a test, or the end of the run, must be over."""

_stderr = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> None:
    """End the worker where a test does not end after its timeout, as threads of its own may still wait.

    Then the test is named as the one in which a worker crashed, and the run is over.
    """
    _end_in(item, settings.timeout + GRACE)


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> None:
    """The test is over."""
    faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """A test that failed has still to be cleared away; pytest takes the limit off here."""
    if isinstance(node, pytest.Item):
        _end_in(node, 2 * GRACE)


def _end_in(item: pytest.Item, seconds: float) -> None:
    faulthandler.dump_traceback_later(seconds, exit=True, file=item.config.stash[_stderr])


# --- databases ------------------------------------------------------------------------------------


@event.listens_for(Pool, "checkout")
def _force_nothing_to_disk(connection: Any, *_: object) -> None:
    """No store of these processes survives the run: a transaction takes a hundredth of the time.

    The programs that tests start, and kill, are as they are.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


_run = pytest.StashKey[Path | None]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run that a PostgreSQL server may be started for; workers are part of it."""
    config.stash[_stderr] = os.dup(2)  # while nothing is captured yet
    config.stash[_run] = databases.begin_run()
    plugin: Any = config.pluginmanager.getplugin("_cov")
    if hasattr(config, "workerinput") and plugin and plugin.cov_controller:
        # it began to trace as if it were no worker, and would go on so wherever its own tracing pauses
        plugin.cov_controller.pause()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, if anybody needed one; whatever still waits at the end is ended with a word.

    A worker is not: it rightly waits for the others, and the process that began the run ends it.
    """
    folder = config.stash.get(_run, None)
    if folder is not None:
        databases.end_run(folder)
    if not hasattr(config, "workerinput"):
        faulthandler.dump_traceback_later(GRACE, exit=True, file=config.stash[_stderr])


@pytest.fixture
def postgresql() -> Iterator[URL]:
    """A database of its own with an empty store."""
    with databases.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A path or a URL of an empty store, on every database."""
    if request.param == "sqlite":
        path = tmp_path / "timeline.db"
        copy_empty(path)
        return str(path)
    return databases.url_text(request.getfixturevalue("postgresql"))
