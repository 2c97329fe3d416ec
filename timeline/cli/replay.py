"""``timeline replay``: append what is new in files, and ask what they expect."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import click

from timeline.cli.options import examples, tone
from timeline.cli.progress import Bar
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
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@click.option(
    "--dry-run", is_flag=True, help="Store nothing; print the events that would be appended."
)
@click.option("--amend", is_flag=True, help="Mend the record where a file was edited since.")
@click.option("--strict", is_flag=True, help="Refuse where a file no longer holds an event.")
@click.option(
    "--verify", is_flag=True, help="Into an empty store: keep times of recording, check hashes."
)
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    metavar="N",
    help="Store every N events of JSONL for themselves: interrupted, it goes on where it was.",
)
@tone
@click.pass_obj
def replay(
    session: Session,
    /,
    paths: tuple[str, ...],
    dry_run: bool,
    amend: bool,
    strict: bool,
    verify: bool,
    batch: int | None,
) -> None:
    """Append what is new in files, in one transaction, then ask what they expect.

    A folder is read recursively; - is JSONL on standard input. A missing store is made.
    """
    if dry_run and verify:
        raise click.UsageError("--verify stores what it proves: leave out --dry-run")
    if batch is not None and (dry_run or amend or strict or verify):
        raise click.UsageError(
            "--batch only appends: leave out --dry-run, --amend, --strict and --verify"
        )
    with session.open() as timeline, Bar("replay", quiet=session.quiet) as progress:
        try:
            done = timeline.replay(
                paths,
                dry_run=dry_run,
                amend=amend,
                strict=strict,
                verify=verify,
                batch=batch,
                stdin=sys.stdin.buffer,
                # who is not shown anything need not have the lines counted
                progress=progress if progress.shown else None,
            )
        except ExpectationFailed as error:
            if dry_run:
                _rehearsed(cast("Replayed", error.done))
            else:
                session.note("the events are stored; what the files expect does not hold:")
            raise
    session.warn(done.warnings)
    if dry_run:
        _rehearsed(done)
    session.note(summary(done, dry_run=dry_run))


def _rehearsed(done: Replayed) -> None:
    """Print the events that would be appended, each as a line of JSON."""
    from timeline.render.json import encode_line

    for event in [*done.appended, *done.amendments]:
        click.echo(encode_line(event), nl=False)


def summary(done: Replayed, *, dry_run: bool = False) -> str:
    """``42 events appended, 0 already there, position 42; 44 expectations hold``."""
    would = "would be " if dry_run else ""
    mended = f" ({len(done.amendments):,} to mend the record)" if done.amendments else ""
    return (
        f"{events(done.stored)} {would}appended{mended}, {done.found:,} already there, "
        f"position {done.position:,}; {expectations(done.expectations)}"
    )


def events(count: int) -> str:
    """``1 event``, ``42 events``."""
    return f"{count:,} event{'' if count == 1 else 's'}"


def expectations(count: int) -> str:
    """``1 expectation holds``, ``44 expectations hold``."""
    return f"{count:,} expectation{' holds' if count == 1 else 's hold'}"
