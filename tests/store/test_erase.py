"""What was erased is nowhere any more, and that it was is on record."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from sqlalchemy.engine import URL

from tests.answers.stores import Clock, draft, memory_store
from tests.store.test_append_only import Granted, granted, run
from timeline import Timeline
from timeline.errors import DataError, InvalidValue, NotFound, StoreDamaged, StoreUnavailable
from timeline.loading import replay_files
from timeline.model.values import Fields
from timeline.store.store import Store

__all__ = ["granted"]

SECRET = "Jane Doe of Elm Street"
OTHER = "jane-doe-consulting"

EVENTS: list[Fields] = [
    {"type": "source_registered", "id": "s", "subject": "source:s", "publisher": "Post", "kind": "news",
     "published": "2025-01-10", "title": "All about it"},
    *({"type": "company_registered", "id": c, "subject": f"company:{c}", "name": c.title()}
      for c in ("acme", "globex", OTHER)),
    {"type": "deal_announced", "id": "announced", "subject": "deal:d", "occurred": "2025-01-10",
     "source": "s", "kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}},
    {"type": "deal_terminated", "id": "ended", "subject": "deal:d", "occurred": "2025-01-11", "source": "s",
     "reason": SECRET, "note": SECRET, "speaker": SECRET, "attribution": "named_person",
     "parties": {OTHER: ["other"]}, "title": SECRET, "extra": {"who": SECRET}},
    {"type": "event_corrected", "id": "corrected", "target": "ended", "changes": {"note": "a note"}},
    {"type": "event_disputed", "id": "disputed", "target": "corrected"},
]  # fmt: skip


def drafts() -> list[Any]:
    return [draft(fields) for fields in EVENTS]


@pytest.fixture
def timeline(target: str) -> Iterator[Timeline]:
    store = Store(target, clock=Clock())
    for each in drafts():  # one by one, so that the history was written with it
        store.append([each])
    with Timeline(store) as timeline:
        yield timeline


def everything(timeline: Timeline, **at: Any) -> str:
    """All that the program says of a store, at a coordinate."""
    answers: list[Any] = [
        timeline.state(**at), timeline.why("deal:d", **at), timeline.items("deal", **at),
        *(timeline.state(company, **at) for company in ("acme", "globex", OTHER)),
        timeline.companies(**at), *timeline.log(recorded=at.get("recorded")), timeline.find("Jane"),
        *(line.decode() for line in timeline.export()),
        *(line.decode() for line in timeline.export(cloudevents=True)),
    ]  # fmt: skip
    return msgspec.json.encode(answers, enc_hook=str).decode()


def item(timeline: Timeline, **at: Any) -> Any:
    (found,) = timeline.items("deal", **at).items
    return found


def test_what_was_erased_is_in_no_answer_at_any_coordinate(timeline: Timeline) -> None:
    assert SECRET in everything(timeline)
    assert item(timeline).status == "terminated"
    done = timeline.erase("ended", "file 5")
    assert done.new
    assert done.remaining == ["corrected", "disputed"]
    for recorded in (None, *range(5, 10)):
        for on in ("2025-01-10", "2025-01-11", "2026-06-01"):
            for known in ("2025-01-10", None):
                said = everything(timeline, on=on, known=known, recorded=recorded)
                assert SECRET not in said
                (found,) = timeline.items("deal", on=on, known=known, recorded=recorded).items
                assert found.status == "announced"
                there = on > "2025-01-10" and (recorded is None or recorded >= 6)
                assert found.erased == (["ended"] if there else [])
                assert OTHER not in found.terms["parties"]
    timeline.verify()


def test_nothing_says_it_in_the_tables_either(timeline: Timeline, target: str) -> None:
    timeline.erase("ended", "file 5")
    with timeline.reading() as connection:
        from timeline.store.tables import metadata

        for table in metadata.sorted_tables:
            rows = str(connection.execute(table.select()).all())
            assert SECRET not in rows, table.name
            # the company's own registration stays
            stays = ("event", "subject_history", "company_handle")
            assert OTHER not in rows or table.name in stays, table.name


def test_a_file_of_the_store_holds_no_trace_of_it(tmp_path: Path) -> None:
    path = tmp_path / "timeline.db"
    with Timeline(Store(path, clock=Clock())) as timeline:
        timeline.init()
        for each in drafts():
            timeline.store.append([each])
        assert any(SECRET.encode() in file.read_bytes() for file in tmp_path.iterdir())
        assert timeline.erase("ended", "file 5").purged
        for file in tmp_path.iterdir():
            assert SECRET.encode() not in file.read_bytes(), file


def test_a_reader_in_the_way_of_it_is_told_and_it_can_be_done_again(tmp_path: Path) -> None:
    path = tmp_path / "timeline.db"
    with Timeline(Store(path, clock=Clock())) as timeline:
        timeline.init()
        timeline.store.append(drafts())
        reader = sqlite3.connect(path)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM event").fetchone()
        assert not timeline.erase("ended", "file 5").purged
        reader.close()
        again = timeline.erase("ended", "file 5")
        assert (again.new, again.purged, again.position) == (False, True, 9)
        assert SECRET.encode() not in path.read_bytes()


def test_the_log_goes_on_and_says_why(timeline: Timeline) -> None:
    before, anchor = list(timeline.log()), timeline.anchor()
    done = timeline.erase("ended", "file 5")
    after = list(timeline.log())
    assert [entry.id for entry in after[:-1]] == [entry.id for entry in before]
    assert (after[-1].type, after[-1].subject) == ("event_erased", "deal:d")
    left = after[-1].fields["left"]
    assert after[-1].fields == {"target": "ended", "reason": "file 5", "left": left}
    assert len(left) == 64
    assert after[-1].position == done.position == anchor.position + 1
    erased = after[5]
    assert erased.fields == {"erased": True}
    assert (erased.occurred, erased.known, erased.attribution) == (
        "2025-01-11", before[5].known, "named_person",
    )  # fmt: skip
    assert timeline.verify(anchor=anchor).position == done.position


def test_why_says_that_it_was_erased(timeline: Timeline) -> None:
    timeline.erase("ended", "file 5")
    chain = {link.event: link.counts for link in timeline.why("deal:d").chain}
    assert chain["ended"] == "erased"
    assert chain["corrected"] == "erased"
    assert chain["announced"] == "counts"


def test_once_more_changes_nothing(timeline: Timeline) -> None:
    first = timeline.erase("ended", "file 5")
    before = list(timeline.export())
    again = timeline.erase("ended", "another file")
    assert (again.new, again.erased_by, again.position) == (False, first.erased_by, first.position)
    assert list(timeline.export()) == before


def test_what_cannot_be_erased(timeline: Timeline) -> None:
    done = timeline.erase("ended", "file 5")
    with pytest.raises(InvalidValue, match="says itself"):
        timeline.erase(done.erased_by, "file 6")
    with pytest.raises(NotFound, match="announced"):
        timeline.erase("anounced", "file 6")
    with pytest.raises(InvalidValue, match="needs a reason"):
        timeline.erase("announced", " ")


@pytest.mark.parametrize("id_", [fields["id"] for fields in EVENTS])
def test_whatever_is_erased_the_store_is_sound_and_answers(timeline: Timeline, id_: str) -> None:
    timeline.erase(id_, "file 5")
    everything(timeline)
    timeline.verify()
    timeline.rebuild()
    timeline.verify()
    copy = memory_store()
    lines = list(timeline.export())
    restore_lines(copy, lines)
    assert list(Timeline(copy).export()) == lines
    Timeline(copy).verify()


def restore_lines(store: Store, lines: list[bytes]) -> None:
    from io import BytesIO

    replay_files(store, ["-"], verify=True, stdin=BytesIO(b"".join(lines)))


AGAIN: Fields = {
    "type": "event_corrected", "id": "again", "target": "corrected",
    "changes": {"changes": {"parties": {OTHER: ["other"]}}},
}  # fmt: skip


@pytest.mark.parametrize("id_", ["announced", "ended", "corrected", "again"])
def test_a_correction_of_a_correction_names_companies_as_long_as_it_means_something(
    timeline: Timeline, id_: str
) -> None:
    timeline.erase("disputed", "file 4")
    timeline.append(AGAIN)
    timeline.verify()
    timeline.rebuild()
    timeline.verify()
    assert [entry.id for entry in timeline.log(OTHER) if entry.id == "ended"] == ["ended"]
    timeline.erase(id_, "file 5")
    timeline.verify()
    lines = list(timeline.export())
    copy = memory_store()
    restore_lines(copy, lines)
    assert list(Timeline(copy).export()) == lines
    Timeline(copy).verify()
    if id_ != "again":
        assert not timeline.append(AGAIN).new
    more = {"type": "event_corrected", "target": "again", "changes": {"changes": {"note": "x"}}}
    if id_ in ("corrected", "again"):
        with pytest.raises(DataError, match="was erased"):
            timeline.append(more)


def test_everything_can_be_erased(timeline: Timeline) -> None:
    for fields in EVENTS:
        timeline.erase(fields["id"], "file 5")
    timeline.verify()
    assert timeline.state("acme").companies[0].name == "acme"
    assert timeline.items("deal").items == []


def test_what_a_retraction_took_back_counts_again_without_it(timeline: Timeline) -> None:
    timeline.append(
        {"type": "event_retracted", "id": "retracted", "target": "ended", "reason": SECRET}
    )
    assert item(timeline).status == "announced"
    done = timeline.erase("retracted", "file 5")
    assert done.revived == "ended"
    assert done.remaining == ["ended"]
    assert item(timeline).status == "terminated"
    timeline.verify()


# --- nothing brings it back -----------------------------------------------------------------------


def test_its_file_replayed_again_brings_nothing_back(timeline: Timeline, tmp_path: Path) -> None:
    timeline.erase("ended", "file 5")
    before = list(timeline.export())
    timeline.store.append(drafts())
    file = tmp_path / "story.jsonl"
    file.write_bytes(b"".join(msgspec.json.encode(fields) + b"\n" for fields in EVENTS))
    timeline.replay([file])
    timeline.replay([file], amend=True)
    assert list(timeline.export()) == before


def test_it_cannot_be_said_otherwise_or_of_it(timeline: Timeline) -> None:
    timeline.erase("ended", "file 5")
    for fields in (
        EVENTS[5] | {"note": "other"},
        {"type": "event_corrected", "target": "ended", "changes": {"note": SECRET}},
        {"type": "event_retracted", "target": "ended"},
    ):
        with pytest.raises(DataError, match="was erased"):
            timeline.store.append([draft(fields)])


def test_only_erase_appends_an_erasure(timeline: Timeline) -> None:
    with pytest.raises(DataError, match="only timeline erase"):
        timeline.append(
            {"type": "event_erased", "target": "ended", "reason": "none", "left": "0" * 64}
        )


def test_the_line_of_an_erased_event_is_stored_only_with_its_chain(
    timeline: Timeline, tmp_path: Path
) -> None:
    timeline.erase("ended", "file 5")
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"".join(timeline.export()))
    with pytest.raises(DataError, match="replay the whole export with --verify"):
        replay_files(Store("sqlite://"), [file])


@pytest.mark.parametrize("name", ["timeline.backup", "timeline.jsonl.gz"])
def test_a_backup_made_afterwards_does_not_hold_it(
    timeline: Timeline, tmp_path: Path, name: str
) -> None:
    timeline.erase("ended", "file 5")
    timeline.backup(tmp_path / name)
    assert SECRET.encode() not in (tmp_path / name).read_bytes()
    restored = Timeline(Store(tmp_path / "restored.db"))
    restored.restore(tmp_path / name)
    assert list(restored.export()) == list(timeline.export())
    restored.verify()


# --- the door is no wider than that ---------------------------------------------------------------

TOMBSTONE = """UPDATE event SET payload = '{"erased":true}' WHERE id = 'announced'"""


def test_without_an_erasure_on_record_nothing_is_erased(timeline: Timeline, target: str) -> None:
    timeline.erase("ended", "file 5")
    for attack in (
        TOMBSTONE,
        """UPDATE event SET payload = '{"erased":true}'""",
        """UPDATE event SET payload = '{"erased":false}' WHERE id = 'ended'""",
        """UPDATE event SET payload = '{"erased":true,"note":"x"}' WHERE id = 'ended'""",
        """UPDATE event SET payload = '{"erased":true}', origin = 'x' WHERE id = 'ended'""",
        """UPDATE event SET payload = '{"erased":true}', hash = 'x' WHERE id = 'ended'""",
        """UPDATE event SET payload = '{"erased":true}' WHERE type = 'event_erased'""",
    ):
        with pytest.raises((psycopg.Error, sqlite3.Error), match="append-only"):
            run(target, attack)
    timeline.verify()


def test_an_erased_event_that_no_event_says_is_found(tmp_path: Path) -> None:
    path = tmp_path / "timeline.db"
    with Timeline(Store(path, clock=Clock())) as timeline:
        timeline.init()
        timeline.store.append(drafts())
        timeline.close()
        run(str(path), "DROP TRIGGER event_update", TOMBSTONE)
        with pytest.raises(StoreDamaged, match="position 5: announced is erased, and no event"):
            timeline.verify()


def test_an_erasure_of_what_is_still_there_is_found(tmp_path: Path) -> None:
    with Timeline(Store(tmp_path / "timeline.db", clock=Clock())) as timeline:
        timeline.init()
        timeline.store.append(drafts())
        with timeline.store.writing() as connection:
            from timeline.ingest.draft import Draft
            from timeline.store.append import Appender

            appender = Appender(connection, erase=True)
            appender.extend(
                [
                    Draft(
                        {"type": "event_erased", "target": "ended", "reason": "x", "left": "0" * 64}
                    )
                ]
            )
            appender.finish()
        with pytest.raises(StoreDamaged, match='says that "ended" is erased, and it is not'):
            timeline.verify()


def test_an_export_in_which_an_event_was_blotted_out_is_refused(tmp_path: Path) -> None:
    with Timeline(Store(tmp_path / "timeline.db", clock=Clock())) as timeline:
        timeline.init()
        timeline.store.append(drafts())
        lines = list(timeline.export())
        timeline.erase("ended", "file 5")
        erased = list(timeline.export())
    with pytest.raises(StoreDamaged, match="position 6: ended is erased, and no event says so"):
        restore_lines(Store("sqlite://"), [*erased[:8]])
    with pytest.raises(StoreDamaged, match='position 9: it says that "ended" is erased'):
        restore_lines(Store("sqlite://"), [*lines, erased[8]])


def test_only_the_owner_erases(granted: Granted, postgresql: URL) -> None:
    owner, writer, reader = map(granted.login, granted.names)
    store = Store(writer, clock=Clock())
    store.append(drafts())
    store.close()
    for login in (writer, reader):
        with Timeline.open(login) as timeline, pytest.raises(StoreUnavailable, match="denied"):
            timeline.erase("ended", "file 5")
    with Timeline.open(owner) as timeline:
        assert timeline.erase("ended", "file 5").new
        timeline.verify()
