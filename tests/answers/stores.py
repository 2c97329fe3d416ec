"""Stores for tests: migrated once and copied, with a clock that the test winds."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from timeline import Timeline
from timeline.ingest.draft import Draft, Place
from timeline.loading import Replayed, replay_files
from timeline.store.store import Store

ROOT = Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / "fixtures"
"""The real stories."""


class Clock:
    """The moment of recording: noon of a day that goes on by one with each transaction."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        now = self.now
        self.now += timedelta(days=1)
        return now


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        store = Store(path)
        store.init()
        store.close()
        return path.read_bytes()


def new_store(folder: Path, name: str = "timeline.db") -> Store:
    """An empty store in a folder."""
    path = folder / name
    path.write_bytes(_template())
    return Store(path, clock=Clock())


def new_timeline(folder: Path, *stories: str) -> Timeline:
    """A timeline with some of the real stories, replayed one after the other."""
    timeline = Timeline(new_store(folder))
    for story in stories:
        replay_files(timeline.store, [FIXTURES / f"{story}.yaml"])
    return timeline


def draft(fields: Mapping[str, Any]) -> Draft:
    """A draft of fields as they are, without the checks of the parser."""
    return Draft(dict(fields), Place(), None)


def replay_text(
    store: Store, folder: Path, text: str, name: str = "story.yaml", **how: Any
) -> Replayed:
    """Replay a fixture file of this text, which stands in the file for as long as it is not edited."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return replay_files(store, [path], **how)
