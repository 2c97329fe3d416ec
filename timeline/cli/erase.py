"""``timeline erase``: take what an event said out of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from timeline.cli.options import examples, tone, written
from timeline.cli.output import write_document, writing
from timeline.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from timeline.store.erase import Erasure


@click.command(
    epilog=examples(
        'timeline erase acme-hires-jane-doe --reason "GDPR article 17, file 2025-114"',
        'timeline erase e-3f1c5a0b9d2e4c67 --reason "order of the court, 5 O 112/25" --json',
    )
)
@click.argument("event")
@click.option("--reason", required=True, help="Why; it is kept, so do not repeat what is erased.")
@written("table", "json")
@tone
@click.pass_obj
def erase(session: Session, /, event: str, reason: str) -> None:
    """Erase what an event said, for good; that it was erased, when and why is itself an event.

    On PostgreSQL this needs the owner's role. Files and backups made before still hold it.
    """
    with session.open() as timeline:
        done = timeline.erase(event, reason)
    if session.format == "json":
        write_document(session, done)
        return
    with writing(session) as stream:
        stream.writelines(f"{line}\n" for line in _lines(done))


def _lines(done: Erasure) -> Iterator[str]:
    how = "erased" if done.new else "was erased before"
    yield f"{done.event} {how}: {done.erased_by}, entry {done.position:,}"
    if done.remaining:
        yield f"these may hold the same data: {', '.join(done.remaining)}"
    if done.revived is not None:
        yield f"{done.revived} is no longer retracted, and counts again"
    yield "backups, exports and story files made before still hold it"
    if not done.purged:
        yield "the database may keep it in unused space for a while: see docs/reliability.md"
