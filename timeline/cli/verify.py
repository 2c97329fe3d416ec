"""``timeline verify``: prove that the log is what was appended."""

from __future__ import annotations

from pathlib import Path

import click

from timeline.cli.options import examples, tone, written
from timeline.cli.output import write_document, writing
from timeline.cli.progress import Bar
from timeline.cli.replay import events
from timeline.cli.session import Session


@click.command(
    epilog=examples(
        "timeline verify --anchor anchor.txt", "timeline verify --anchor anchor.txt --since 120000"
    )
)
@click.option(
    "--anchor",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Prove too that the log goes on from where timeline anchor saw it.",
)
@click.option(
    "--since",
    type=click.IntRange(min=0),
    default=0,
    metavar="POSITION",
    help="Prove only what came after, and its subjects; needs an anchor from there or later.",
)
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    metavar="N",
    help="Compare the history of N subjects with the log, instead of that of all.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Which ones.")
@written("table", "json")
@tone
@click.pass_obj
def verify(
    session: Session, /, file: Path | None, since: int, sample: int | None, seed: int
) -> None:
    """Prove that the log is as it was appended, and that the stored history follows from it."""
    anchor = None
    if file is not None:
        from timeline.store.anchor import load_anchor

        anchor = load_anchor(file)
    with session.open() as timeline, Bar("verify", quiet=session.quiet) as progress:
        proved = timeline.verify(
            anchor=anchor, sample=sample, seed=seed, since=since, progress=progress
        )
    if session.format == "json":
        write_document(session, proved)
        return
    with writing(session) as stream:
        proven = f"{events(proved.position - since)} as appended, up to position {proved.position}"
        stream.write(f"{proven}, after position {since}\n" if since else f"{proven}\n")
        stream.write(f"history of {proved.subjects:,} subjects follows from them\n")
        if proved.recorded is not None:
            stream.write(f"last recorded {proved.recorded}\n")
        stream.write(f"hash {proved.hash}\n")
        if anchor is not None:
            stream.write(f"continues the anchor at position {anchor.position}\n")
