"""``timeline verify``: prove that the log is what was appended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from timeline.cli.asking import made, options_of
from timeline.cli.options import examples, tone, written
from timeline.cli.output import write_document, writing
from timeline.cli.progress import Bar
from timeline.cli.replay import events
from timeline.cli.session import Session
from timeline.questions.verify import Verify


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
@options_of(Verify)
@written("table", "json")
@tone
@click.pass_obj
def verify(session: Session, /, file: Path | None, **asked: Any) -> None:
    """Prove that the log is as it was appended, and that the stored history follows from it."""
    anchor = None
    if file is not None:
        from timeline.store.anchor import load_anchor

        anchor = load_anchor(file)
    with session.open() as timeline, Bar("verify", quiet=session.quiet) as progress:
        question = made(Verify, asked, anchor=anchor, progress=progress)
        proved = timeline.ask(question)
    since = question.since
    if session.format == "json":
        write_document(session, proved)
        return
    with writing(session) as stream:
        proven = f"{events(proved.position - since)} as appended, up to entry {proved.position:,}"
        stream.write(f"{proven}, after entry {since:,}\n" if since else f"{proven}\n")
        stream.write(f"history of {proved.subjects:,} subjects follows from them\n")
        if proved.recorded is not None:
            stream.write(f"last recorded {proved.recorded}\n")
        stream.write(f"hash {proved.hash}\n")
        if anchor is not None:
            stream.write(f"continues the anchor at entry {anchor.position:,}\n")
