"""``timeline export``: the log as lines of JSON, or everything as a folder of tables."""

from __future__ import annotations

from pathlib import Path

import click

from timeline.cli.options import examples, tone, written
from timeline.cli.output import explained, writing
from timeline.cli.session import Session


@click.command(
    epilog=examples("timeline export -o log.jsonl", "timeline export --format parquet --to tables")
)
@click.option(
    "--to", "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="With parquet: the folder, made anew. With delta: the folder of the tables.",
)  # fmt: skip
@written("jsonl", "cloudevents", "parquet", "delta")
@tone
@click.pass_obj
def export(session: Session, /, folder: Path | None) -> None:
    """Write the whole log as lines of JSON, lossless, or log and views as tables in Parquet or Delta Lake."""
    if (session.format in ("parquet", "delta")) != (folder is not None):
        raise click.UsageError("--format parquet or delta and --to DIR go together")
    if folder is not None:
        if session.output is not None:
            raise click.UsageError("-o is for one file; --to names the folder of many")
        with session.open() as timeline, explained(folder):
            write = timeline.export_delta if session.format == "delta" else timeline.export_tables
            counts = write(folder)
        session.note(f"{len(counts)} relations in {folder}")
        return
    with session.open() as timeline, writing(session) as stream:
        lines = timeline.export(cloudevents=session.format == "cloudevents")
        stream.writelines(line.decode() for line in lines)
