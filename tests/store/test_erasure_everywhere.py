"""What was erased is in no answer, no table and no file; of long subjects and of identities too."""

from __future__ import annotations

import random
import re
import sqlite3
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from tests import databases
from tests.answers.stores import Clock, draft
from timeline import Timeline
from timeline.errors import NotFound
from timeline.model.values import Fields
from timeline.store.store import Store
from timeline.store.tables import metadata

KEY = {"occurred": "2025-01-10", "source": "s"}
DEAL = {
    "subject": "deal:d",
    "kind": "supply",
    "parties": {"acme": ["supplier"], "globex": ["customer"]},
}


def secret(id_: str, field: str = "") -> str:
    """What one event says in one field, and no other."""
    return f"Jane {id_} {field} Doe"


def told(id_: str, type_: str, **fields: Any) -> Fields:
    """An event that says something of its own wherever there is room for it."""
    more: Fields = {"note": secret(id_, "note"), "speaker": secret(id_, "speaker")}
    return {"id": id_, "type": type_, **more, "extra": {secret(id_, "key"): secret(id_)}} | fields


EVENTS: list[Fields] = [
    told("s", "source_registered", subject="source:s", publisher=secret("s", "post"), kind="news",
         published="2025-01-10", title=secret("s", "title"), url="https://example.org/jane-s"),
    told("acme", "company_registered", subject="company:acme", name=secret("acme", "name"),
         aliases=[secret("acme", "alias")], identifiers={"lei": secret("acme", "lei")}),
    told("globex", "company_registered", subject="company:globex", name="Globex"),
    told("renamed", "company_renamed", subject="company:globex", name=secret("renamed", "name"),
         occurred="2025-01-05", source="s"),
    told("identified", "company_identified", subject="company:globex", scheme="cik",
         value=secret("identified", "cik"), occurred="2025-01-05", source="s"),
    told("announced", "deal_announced", **DEAL, **KEY, title=secret("announced", "title"),
         scope=[secret("announced", "scope")]),
    *(told(f"detail-{n}", "deal_terms_disclosed", subject="deal:d", source="s",
           occurred=f"2025-01-{11 + n // 2:02}", products=[secret(f"detail-{n}", "product")])
      for n in range(20)),
    told("fee", "deal_terminated", subject="deal:d", occurred="2025-02-10", source="s",
         reason=secret("fee", "reason"), by=["acme"]),
    told("corrected", "event_corrected", target="announced", reason=secret("corrected", "reason"),
         changes={"title": secret("corrected", "changed")}),
    told("news", "event_corrected", target="fee", source="s", reason=secret("news", "reason"),
         changes={"reason": secret("news", "changed")}),
    told("disputed", "event_disputed", target="fee", source="s", by="acme", reason=secret("disputed", "why")),
    told("rumour", "rumour_reported", subject="rumour:r", kind="merger", parties={"acme": ["target"]},
         text=secret("rumour", "text"), **KEY),
    told("fact", "fact_stated", subject="fact:acme/staff", company="acme", attribute="staff",
         value=secret("fact", "value"), **KEY),
    told("aim", "commitment_stated", subject="commitment:c", actor="acme", purpose=secret("aim", "purpose"),
         detail=secret("aim", "detail"), **KEY),
    told("right", "right_granted", subject="right:o", kind="warrant", holder="acme", grantor="globex",
         over=secret("right", "over"), **KEY),
    told("supplies", "relationship_observed", subject="relationship:x", kind="supplies",
         **{"from": "acme"}, to="globex", products=[secret("supplies", "product")], **KEY),
]  # fmt: skip
CHOSEN = [fields["id"] for fields in EVENTS if not fields["id"].startswith("detail-")] + [
    "detail-7"
]
TOGETHER = [
    ["s", "announced", "rumour"],
    ["acme", "fee", "fact"],
    ["globex", "corrected", "aim"],
    ["renamed", "news", "right"],
    ["identified", "disputed", "supplies"],
    ["detail-7"],
]
"""Events that say nothing of each other are erased from one store; what is said of the one deal is not."""
assert sorted(id_ for ids in TOGETHER for id_ in ids) == sorted(CHOSEN)


def fill(target: str | Path) -> None:
    """Make a store with all events."""
    store = Store(target, clock=Clock())
    store.init()
    step = len(EVENTS) // 3
    for start in range(0, len(EVENTS), step):  # the history grows, and is not only made anew
        store.append([draft(fields) for fields in EVENTS[start : start + step]])
    store.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a store with all events."""
    path = tmp_path_factory.mktemp("filled") / "timeline.db"
    fill(path)
    return path.read_bytes()


@pytest.fixture
def timeline(tmp_path: Path, filled: bytes) -> Iterator[Timeline]:
    """A file with all events."""
    path = tmp_path / "timeline.db"
    path.write_bytes(filled)
    with Timeline(Store(path, clock=Clock())) as timeline:
        yield timeline


def answers(timeline: Timeline, recorded: int | None, *coordinates: Any) -> Iterator[Any]:
    """Everything that can be asked at some coordinates of the log as it was at a position."""
    for company in ("acme", "globex"):
        yield timeline.diff(company, on="2025-01-01..2025-03-01", recorded=recorded)
        yield timeline.diff(company, known="2024-12-31..2025-03-01", recorded=recorded)
        yield timeline.diff(company, source="s", recorded=recorded)
    yield from timeline.log(recorded=recorded)
    for on, known in coordinates:
        yield from answers_at(timeline, on=on, known=known, recorded=recorded)


def answers_at(timeline: Timeline, **at: Any) -> Iterator[Any]:
    """Everything that can be asked at a coordinate."""
    subjects = sorted({fields["subject"] for fields in EVENTS if "subject" in fields})
    yield timeline.state(**at)
    yield timeline.companies(**at)
    for company in ("acme", "globex"):
        yield timeline.state(company, group=True, **at)
        yield timeline.why_company(company, **at)
        yield timeline.first(company, **at)
    for kind in ("deal", "rumour", "commitment", "relationship", "right", "fact"):
        yield timeline.items(kind, **at)
    for subject in subjects:
        if not subject.startswith(("company:", "source:")):
            try:
                yield timeline.why(subject, **at)
            except NotFound:
                assert at["recorded"]


def always(timeline: Timeline) -> Iterator[Any]:
    """What is asked at no coordinate."""
    yield from (
        timeline.names(),
        timeline.source_titles(["s"]),
        timeline.sources(),
        timeline.stats(),
    )
    for cloudevents in (False, True):  # as text: msgspec would make base64 of bytes
        yield b"".join(timeline.export(cloudevents=cloudevents)).decode()
    yield [timeline.find(text) for text in ("Jane", "Doe", "acme", "globex")]
    with timeline.reading() as connection:
        for table in metadata.sorted_tables:
            yield str(connection.execute(sa.select(table)).all())


def said(answers: Iterator[Any]) -> str:
    return msgspec.json.encode(list(answers), enc_hook=str).decode()


COORDINATES = list(product(("2025-01-10", "2025-03-01"), (None, "2025-01-20")))


def trace_of(id_: str) -> str:
    return f"Jane {id_} "


@pytest.mark.parametrize("ids", TOGETHER, ids=",".join)
def test_nothing_that_an_event_said_is_anywhere_once_it_is_erased(
    timeline: Timeline, tmp_path: Path, ids: list[str]
) -> None:
    before = timeline.anchor().position
    found = said(answers(timeline, None, ("2025-03-01", None)))
    for number, id_ in enumerate(ids):
        assert trace_of(id_) in found
        erase(timeline, id_, ids[: number + 1])
    for recorded in (None, before, before - 7):
        found = said(answers(timeline, recorded, *COORDINATES))
        assert not [id_ for id_ in ids if trace_of(id_) in found], recorded
    timeline.verify()
    for file in tmp_path.iterdir():
        data = file.read_bytes()
        assert not [id_ for id_ in ids if trace_of(id_).encode() in data], file


def test_nothing_that_events_said_is_anywhere_once_they_are_erased_on_a_server() -> None:
    """One after the other in one store, which is asked in full when all are gone."""
    with (
        databases.database(like=("erasure", fill)) as url,
        Timeline(Store(databases.url_text(url), clock=Clock())) as timeline,
    ):
        before = timeline.anchor().position
        found = said(answers(timeline, None, ("2025-03-01", None)))
        for number, id_ in enumerate(CHOSEN):
            assert trace_of(id_) in found
            erase(timeline, id_, CHOSEN[: number + 1])
        for recorded in (None, before, before - 7):
            found = said(answers(timeline, recorded, *COORDINATES))
            assert not [id_ for id_ in CHOSEN if trace_of(id_) in found], recorded
        timeline.verify()


def erase(timeline: Timeline, id_: str, erased: list[str]) -> None:
    """Erase an event: no table says any more what it said, and the others still say theirs."""
    timeline.erase(id_, "file 5")
    found = said(always(timeline))
    for other in CHOSEN:
        assert (trace_of(other) in found) == (other not in erased), other


WORDS = [f"zq{n}vx" for n in range(100, 300)]
"""Words that nothing else holds; many, since compression cuts some of them to pieces."""


def test_a_server_keeps_nothing_after_its_tables_were_written_anew(postgresql: URL) -> None:
    """What docs/reliability.md tells to do cleans tables, what lies out of line, indexes and statistics."""
    noise = random.Random(1)
    long = " ".join(
        f"{word} {noise.randbytes(40).hex()}" for word in WORDS
    )  # 17 kB, hard to compress
    named = told("named", "company_renamed", subject="company:globex", name=f"Firm {WORDS[0]}",
                 occurred="2025-01-06", source="s")  # fmt: skip
    noted = told("noted", "deal_terms_disclosed", subject="deal:d", source="s",
                 occurred="2025-01-31", products=WORDS[1:9]) | {"note": long}  # fmt: skip
    store = Store(databases.url_text(postgresql), clock=Clock())
    store.append([draft(fields) for fields in [*EVENTS, named, noted]])
    with Timeline(store) as timeline, databases.connect(postgresql) as connection:
        connection.execute("ANALYZE")
        for id_ in ("fee", "named", "noted"):
            timeline.erase(id_, "file 5")
        connection.execute("CHECKPOINT")  # to the disk
        before = told_by_disk(connection)
        assert {"r", "t", "i"} <= before.keys(), before  # rows, out of line, indexes
        with databases.connect(postgresql) as older:
            older.autocommit = False
            older.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            older.execute("SELECT 1")  # from here on it sees everything as it is now
            assert "pg_statistic" in written_anew(connection).get("r", ())
            older.rollback()
        # others of the same server may be older too: a connection on its way in, an ANALYZE of its own
        deadline = time.monotonic() + 60
        while (left := written_anew(connection)) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert left == {}
        timeline.verify()


def written_anew(connection: Any) -> dict[str, list[str]]:
    """What the disk still tells once the advised statements were run."""
    for statement in advised():
        connection.execute(statement.encode())
    connection.execute("CHECKPOINT")
    return told_by_disk(connection)


def told_by_disk(connection: Any) -> dict[str, list[str]]:
    """The relations whose files on the server hold what was erased, by their kind."""
    found: dict[str, list[str]] = {}
    traces = [word.encode() for word in (*WORDS, trace_of("fee"))]
    relations = connection.execute(
        "SELECT relname, relkind::text, pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class"
        " WHERE relkind IN ('r', 't', 'i') AND pg_relation_filepath(oid) IS NOT NULL"
    )
    for name, kind, data in relations:
        if any(trace in data for trace in traces):
            found.setdefault(kind, []).append(name)
    return found


def advised() -> list[str]:
    """The statements that the page on reliability tells an administrator to run."""
    page = Path(__file__).resolve().parent.parent.parent / "docs" / "reliability.md"
    return re.findall(r"`(VACUUM [^`]*)`", page.read_text(encoding="utf-8"))


def test_a_file_without_its_purge_would_hold_it(tmp_path: Path) -> None:
    """The check of the files finds what it looks for: without the purge it is there."""
    path = tmp_path / "timeline.db"
    with Timeline(Store(path, clock=Clock())) as timeline:
        timeline.init()
        timeline.store.append([draft(fields) for fields in EVENTS])
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"Jane fee " in path.read_bytes()
