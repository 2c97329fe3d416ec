"""Tables and mappings for the tests, and what came of importing them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from timeline.app import Timeline
from timeline.importers.report import Imported

MAPPING = """
source: {id: list, publisher: A list, kind: data, published: 2020-01-01}
companies:
  buyer: {name: {column: buyer}}
  target: {name: {column: target}}
events:
  - type: deal_announced
    subject: deal:{buyer}-{target}
    occurred: {column: date}
    kind: acquisition
    parties: {buyer: [acquirer], target: [target]}
    value: {exact: {column: price}, currency: USD}
"""


def noon() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


class Desk:
    """A folder with a store, tables and mappings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.timeline = Timeline.open(folder / "timeline.db", clock=noon)

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def take(
        self,
        table: str | bytes | Path,
        mapping: str = MAPPING,
        *,
        name: str = "deals.csv",
        **how: Any,
    ) -> Imported:
        path = table if isinstance(table, Path) else self.file(name, table)
        how.setdefault("rejected", self.folder / f"{path.name}.rejected.csv")
        done = self.timeline.import_table(path, self.file("map.yaml", mapping), **how)
        assert done.taken + done.already_there + done.left_out + done.rejected == done.rows
        assert sum(group.rows for group in done.rejected_for) == done.rejected
        return done

    def events(self, kind: str = "deal") -> list[dict[str, Any]]:
        lines = map(msgspec.json.decode, self.timeline.export())
        return [line for line in lines if line["subject"].startswith(f"{kind}:")]

    def rows(self, *rows: str, mapping: str = MAPPING, **how: Any) -> Imported:
        """Import rows of a table with the columns that the mapping names."""
        return self.take("\n".join(["date,buyer,target,price", *rows]) + "\n", mapping, **how)


def codes(done: Imported) -> Iterator[str]:
    for row in done.first_rejected:
        for reason in row.reasons:
            yield reason.code
