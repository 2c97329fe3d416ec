"""What needs attention: all remarks of a day, of all companies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from timeline.answers.remarks import with_remarks
from timeline.answers.view import View

COLUMNS: Final = ("code", "subject", "kind", "status", "companies", "because", "became", "day")


def attention(view: View) -> Iterator[tuple[Any, ...]]:
    """A row for every remark, by code, then by subject, in the order of :data:`COLUMNS`.

    ``because`` is the subject, the company or the term that the remark is about, ``became`` the status of
    that subject, and ``day`` since when that is so (as written), or the day by which it should have been.
    """
    found = []
    for item in with_remarks(view, view.every_item()):
        for remark in item.remarks:
            because = remark.get("subject") or remark.get("company") or remark["key"]
            became = {"party-dissolved": "dissolved", "sold": "completed"}.get(remark["code"])
            day = remark["date"] if "date" in remark else remark["since"]
            found.append(
                (
                    remark["code"], item.subject, item.kind, item.status, sorted(item.parties),
                    because, remark.get("status", became), day,
                )
            )  # fmt: skip
    yield from sorted(found, key=lambda row: (row[0], row[1], row[5]))
