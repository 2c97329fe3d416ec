"""``timeline replay``: append what is new in files, and ask what they expect."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from time import sleep
from typing import TYPE_CHECKING, Any, Final, cast

import click

from timeline.cli.errors import INTERRUPTED, run
from timeline.cli.options import examples, tone
from timeline.cli.progress import Bar
from timeline.cli.session import Session
from timeline.errors import ExpectationFailed

if TYPE_CHECKING:
    from timeline.app import Timeline
    from timeline.loading import Replayed
    from timeline.model.values import Fields

STDIN: Final = "-"


@click.command(
    epilog=examples(
        "timeline replay fixtures/foxconn-openai.yaml",
        "timeline replay --watch stories",
        "timeline export | timeline --db copy.db replay --verify -",
    )
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@click.option(
    "--dry-run", is_flag=True, help="Store nothing; print the events that would be appended."
)
@click.option("--amend", is_flag=True, help="Mend the record where a file was edited since.")
@click.option(
    "--yes", is_flag=True, help="With --amend: retract more than is corrected without asking."
)
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
@click.option(
    "--format",
    "envelope",
    type=click.Choice(["jsonl", "cloudevents"]),
    default="jsonl",
    show_default=True,
    help="What the lines of JSONL hold.",
)
@click.option("--watch", is_flag=True, help="Go on, and replay again whenever a file is saved.")
@tone
@click.pass_obj
def replay(session: Session, /, paths: tuple[str, ...], watch: bool, **how: Any) -> None:
    """Append what is new in files, in one transaction, then ask what they expect.

    A folder is read recursively; - is JSONL on standard input. A missing store is made.
    """
    if how["dry_run"] and how["verify"]:
        raise click.UsageError("--verify stores what it proves: leave out --dry-run")
    alone = any(how[name] for name in ("dry_run", "amend", "strict", "verify"))
    if how["batch"] is not None and alone:
        raise click.UsageError(
            "--batch only appends: leave out --dry-run, --amend, --strict and --verify"
        )
    if how["yes"] and not how["amend"]:
        raise click.UsageError("--yes answers what --amend asks")
    if watch and (STDIN in paths or how["verify"]):
        raise click.UsageError("--watch is for files that people save: leave out - and --verify")
    if not watch:
        _replay(session, paths, **how)
        return
    session.note("watching; Ctrl-C ends it")
    with suppress(KeyboardInterrupt):
        for _ in saved(paths):
            if run(partial(_replay, session, paths, **how)) == INTERRUPTED:
                return


POLLED: Final = 0.5
"""Seconds between two looks at the files that are watched."""


def _wait() -> None:
    sleep(POLLED)


def saved(paths: Sequence[str], wait: Callable[[], object] = _wait) -> Iterator[None]:
    """Yield at once, and then whenever a file of the paths is saved, added or taken away, for ever."""
    last: object = None
    while True:
        now = _stamps(paths)
        if now != last:
            last = now
            yield
        else:
            wait()


def _stamps(paths: Sequence[str]) -> list[tuple[str, int, int]]:
    """The files of the paths that there are, with when they were saved and their sizes."""
    from timeline.errors import NotFound
    from timeline.ingest.fixtures import find_files

    found = []
    for path in paths:
        with suppress(NotFound, OSError):  # between two moments of an editor that replaces the file
            for file in find_files([path]):
                status = file.path.stat()
                found.append((str(file.path), status.st_mtime_ns, status.st_size))
    return found


def _replay(
    session: Session,
    paths: tuple[str, ...],
    *,
    yes: bool,
    envelope: str,
    **how: Any,
) -> None:
    """One replay, and what it did."""
    dry_run = how["dry_run"]
    how["cloudevents"] = envelope == "cloudevents"
    with session.open() as timeline, Bar("replay", quiet=session.quiet) as progress:
        if how["amend"] and not dry_run and STDIN not in paths:
            _approve(session, _mends(timeline, paths, how), yes=yes)
        try:
            done = timeline.replay(
                paths,
                **how,
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


def _mends(timeline: Timeline, paths: tuple[str, ...], how: dict[str, Any]) -> list[Fields]:
    """What --amend would append to mend the record."""
    try:
        return timeline.replay(paths, **how | {"dry_run": True}).amendments
    except ExpectationFailed as error:
        return cast("Replayed", error.done).amendments


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _approve(session: Session, mends: list[Fields], *, yes: bool) -> None:
    """Show what will mend the record; on a terminal ask before more is retracted than corrected."""
    for event in mends:
        changed = f": {', '.join(event['changes'])}" if "changes" in event else ""
        session.note(f"{event['type'].replace('_', ' ')}  {event['target']}{changed}")
    retracted = sum(event["type"] == "event_retracted" for event in mends)
    if retracted * 2 <= len(mends) or yes or not _is_terminal():
        return
    question = f"retract {events(retracted)}, and correct {len(mends) - retracted:,}?"
    if not click.confirm(question, err=True):
        raise click.ClickException("nothing was stored")


def _rehearsed(done: Replayed) -> None:
    """Print the events that would be appended, each as a line of JSON."""
    from timeline.render.json import encode_line

    for event in [*done.appended, *done.amendments]:
        click.echo(encode_line(event), nl=False)


def summary(done: Replayed, *, dry_run: bool = False) -> str:
    """``42 events appended, 0 already there, last entry 42; 44 expectations hold``."""
    would = "would be " if dry_run else ""
    mended = f" ({len(done.amendments):,} to mend the record)" if done.amendments else ""
    return (
        f"{events(done.stored)} {would}appended{mended}, {done.found:,} already there, "
        f"last entry {done.position:,}; {expectations(done.expectations)}"
    )


def events(count: int) -> str:
    """``1 event``, ``42 events``."""
    return f"{count:,} event{'' if count == 1 else 's'}"


def expectations(count: int) -> str:
    """``1 expectation holds``, ``44 expectations hold``."""
    return f"{count:,} expectation{' holds' if count == 1 else 's hold'}"
