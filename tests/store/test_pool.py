"""Connections are kept open, and never serve another file than the one that the path names now."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from tests.answers.stores import draft
from timeline.errors import StoreUnavailable
from timeline.store.log import read_head
from timeline.store.store import Store


def company(name: str) -> dict[str, str]:
    return {"type": "company_registered", "id": name, "subject": f"company:{name}", "name": name}


def stored(path: Path, *names: str) -> Store:
    store = Store(path)
    store.append([draft(company(name)) for name in names], create=True)
    return store


def length(store: Store) -> int:
    with store.reading() as connection:
        return read_head(connection).position


def test_a_file_that_took_the_place_of_another_is_read_and_written(tmp_path: Path) -> None:
    store, other = stored(tmp_path / "a.db", "a"), stored(tmp_path / "b.db", "b", "c")
    assert length(store) == 1
    other.close()
    (tmp_path / "a.db").rename(tmp_path / "old.db")
    for ending in ("-wal", "-shm"):
        (tmp_path / f"a.db{ending}").unlink(missing_ok=True)
    (tmp_path / "b.db").rename(tmp_path / "a.db")
    assert length(store) == 2
    store.append([draft(company("d"))])
    assert length(Store(tmp_path / "a.db")) == 3


def test_a_file_that_is_gone_is_not_written_to(tmp_path: Path) -> None:
    store = stored(tmp_path / "a.db", "a")
    (tmp_path / "a.db").rename(tmp_path / "old.db")
    with pytest.raises(StoreUnavailable, match="there is no store"):
        store.append([draft(company("b"))])
    with pytest.raises(StoreUnavailable, match="there is no store"):
        length(store)


def test_a_store_that_was_made_and_taken_back_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.touch()
    store = Store(path)
    with pytest.raises(RuntimeError), store.writing(create=True):
        raise RuntimeError
    with pytest.raises(StoreUnavailable, match="is empty"), store.writing():
        pass
    store.append([draft(company("a"))], create=True)
    assert length(store) == 1


def test_a_new_store_is_written_without_a_log_beside_it_and_has_one_from_then_on(
    tmp_path: Path,
) -> None:
    def mode(connection: Connection) -> str:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())

    store = Store(tmp_path / "a.db")
    with store.writing(create=True) as connection:
        assert mode(connection) == "delete"
        assert [each.name for each in tmp_path.iterdir() if each.name.endswith("-wal")] == []
    for _ in range(2):
        with store.writing() as connection:
            assert mode(connection) == "wal"
    with pytest.raises(RuntimeError), Store(tmp_path / "b.db").writing(create=True):
        raise RuntimeError
    store.close()
    assert [each.name for each in tmp_path.iterdir()] == ["a.db"]
