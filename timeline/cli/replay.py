"""``timeline replay``: append what is new in files, in one transaction, and ask what they expect."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from timeline.cli.errors import say
from timeline.cli.options import examples, tone
from timeline.cli.session import Session
from timeline.errors import ExpectationFailed

if TYPE_CHECKING:
    from timeline.loading import Replayed


@click.command(
    epilog=examples(
        "timeline replay fixtures/foxconn-openai.yaml",
        "timeline export | timeline --db copy.db replay --verify -",
    )
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--dry-run", is_flag=True, help="Do everything, store nothing; print what is new.")
@click.option(
    "--verify", is_flag=True, help="Into an empty store: keep times of recording, check hashes."
)
@tone
@click.pass_obj
def replay(session: Session, paths: tuple[str, ...], dry_run: bool, verify: bool) -> None:
    """Append what is new in files, in one transaction, then ask what they expect.

    A folder is read recursively; - is JSONL on standard input. A missing store is made.
    """
    with session.open() as timeline:
        try:
            done = timeline.replay(paths, dry_run=dry_run, verify=verify, stdin=sys.stdin.buffer)
        except ExpectationFailed:
            if not dry_run:
                session.note("The events are stored.")
            raise
    session.note(summary(done))


def summary(done: Replayed) -> str:
    """``42 events appended, 0 already there, position 42; 44 expectations hold``."""
    return (
        f"{events(done.stored)} appended, {done.found:,} already there, "
        f"position {done.position:,}; {expectations(done.expectations)}"
    )


def events(count: int) -> str:
    """``1 event``, ``42 events``."""
    return f"{count:,} event{'' if count == 1 else 's'}"


def expectations(count: int) -> str:
    """``1 expectation holds``, ``44 expectations hold``."""
    return f"{count:,} expectation{' holds' if count == 1 else 's hold'}"
