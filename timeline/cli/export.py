"""``timeline export``: the log as lines of JSON, everything as a folder of tables, the network for others."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from timeline.cli.options import coordinate, examples, tone, written, zoned
from timeline.cli.output import explained, writing
from timeline.cli.session import Session

_NETWORKS: Final = ("followthemoney", "graphml", "gexf")


@click.command(
    epilog=examples(
        "timeline export -o log.jsonl",
        "timeline export --format parquet --to tables",
        "timeline export --format gexf --known 2025-11-21 -o network.gexf",
    )
)
@click.option(
    "--to", "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="With parquet: the folder, made anew. With delta: the folder of the tables.",
)  # fmt: skip
@coordinate
@written("jsonl", "cloudevents", "parquet", "delta", *_NETWORKS)
@zoned
@tone
@click.pass_obj
def export(session: Session, /, folder: Path | None, **at: Any) -> None:
    """Write the whole log as lines of JSON, lossless, or log and views as tables in Parquet or Delta Lake.

    For other programs it writes who is tied to whom: FollowTheMoney (entities as lines of JSON), GEXF (for
    Gephi, with the days of every tie) and GraphML (the ties of one day). With --on these have the ties of
    that day alone; --known and --recorded say what of the log counts.
    """
    asked = {name: value for name, value in at.items() if value is not None}
    if asked and session.format not in _NETWORKS:
        given = ", ".join(f"--{name.replace('_', '-')}" for name in asked)
        raise click.UsageError(f"{given}: only {', '.join(_NETWORKS)} are of a coordinate")
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
        if session.format in _NETWORKS:
            network: Any = session.format
            lines = timeline.exchange(network, **asked)
            stream.writelines(f"{line}\n" for line in lines)
            return
        log = timeline.export(cloudevents=session.format == "cloudevents")
        stream.writelines(line.decode() for line in log)
