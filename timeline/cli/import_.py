"""``timeline import``: what people bring in other forms than fixtures."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from timeline.cli.options import examples, formatted, tone
from timeline.cli.output import write_document, writing
from timeline.cli.progress import Bar
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.importers.editions import Gone
    from timeline.importers.report import Imported

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.group()
def import_() -> None:
    """Append what tables of your own tell."""


@import_.command(
    epilog=examples(
        "timeline import table deals.csv --guess -o deals.mapping.yaml",
        "timeline import table deals.csv --mapping deals.mapping.yaml --dry-run",
        "timeline import table deals.xlsx --mapping deals.mapping.yaml -o deals.jsonl",
    )
)
@click.argument("file", metavar="FILE", type=_FILE)
@click.option("--mapping", metavar="MAP.yaml", type=_FILE, help="What the rows mean.")
@click.option("--guess", is_flag=True, help="Store nothing; write a first mapping to be edited.")
@click.option("--dry-run", is_flag=True, help="Store nothing; report what would be taken.")
@click.option("--strict", is_flag=True, help="Take nothing where a row is rejected.")
@click.option(
    "--gone",
    type=click.Choice(["ended", "retracted", "ignore"]),
    help="What becomes of events that a later edition of a list no longer has; default: reported only.",
)
@click.option(
    "--rejected",
    metavar="FILE",
    type=_FILE,
    help="Where rejected rows go; default: FILE.rejected.csv, and nowhere with --dry-run.",
)
@formatted("table", "json")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the appended events too, as JSONL, or the guessed mapping; - is standard output.",
)
@tone
@click.pass_obj
def table(
    session: Session,
    /,
    file: Path,
    mapping: Path | None,
    guess: bool,
    dry_run: bool,
    strict: bool,
    gone: Gone | None,
    rejected: Path | None,
    output: Path | None,
) -> None:
    """Append the events that the rows of a CSV, TSV, XLSX or Parquet file tell.

    Rows that cannot be taken are written to a file, with their reasons; then the exit code is 1. Importing
    a table again adds nothing. A missing store is made.
    """
    if guess == (mapping is not None):
        raise click.UsageError(
            "say what the rows mean: --mapping MAP.yaml (--guess alone writes a first one)"
        )
    if mapping is None:
        _guess(session, file, output)
        return
    if rejected is None and not dry_run:
        rejected = file.with_name(f"{file.name}.rejected.csv")
    with ExitStack() as stack:
        timeline = stack.enter_context(session.open())
        progress = stack.enter_context(Bar("import", unit="rows", quiet=session.quiet))
        written = None
        if output is not None:
            session.output = None if str(output) == "-" else output
            stream = stack.enter_context(writing(session))
            written = lambda line: stream.write(line.decode())  # noqa: E731 - or None
        report = timeline.import_table(
            file, mapping, dry_run=dry_run, strict=strict, gone=gone, rejected=rejected,
            written=written, progress=progress,
        )  # fmt: skip
    _show(session, report, aside=str(output) == "-", strict=strict)
    if report.rejected:
        click.get_current_context().exit(1)


def _guess(session: Session, file: Path, output: Path | None) -> None:
    from timeline.importers.guess import guess_file

    session.output = None if output is None or str(output) == "-" else output
    with writing(session) as stream:
        stream.writelines(f"{line}\n" for line in guess_file(file))


def _show(session: Session, report: Imported, *, aside: bool, strict: bool) -> None:
    """Write the report to standard output, or to standard error where the events went there."""
    from timeline.render.imported import imported_lines
    from timeline.render.json import encode_json

    session.output = None
    if session.format == "json" and not aside:
        write_document(session, report)
        return
    if session.format == "json":
        session.note(encode_json(report).decode().rstrip("\n"))
        return
    width = session.width or 80
    lines = imported_lines(report, strict=strict, width=width, color=session.colored and not aside)
    if aside:
        session.note("\n".join(lines))
        return
    with writing(session) as stream:
        stream.writelines(f"{line}\n" for line in lines)
