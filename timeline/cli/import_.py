"""``timeline import``: what people bring in other forms than fixtures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from timeline.cli.options import Decorator, examples, formatted, together, tone
from timeline.cli.output import write_document, writing
from timeline.cli.progress import Bar
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.importers.editions import Gone
    from timeline.importers.report import Imported

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


def _how(*, written: str) -> Decorator:
    """The options that every import has; ``written`` is what -o writes, in words."""
    return together(
        click.option("--dry-run", is_flag=True, help="Store nothing; report what would be taken."),
        click.option("--strict", is_flag=True, help="Take nothing where a row is rejected."),
        click.option(
            "--gone",
            type=click.Choice(["ended", "retracted", "ignore"]),
            help="What becomes of events that a later edition of a list no longer has; default: "
            "reported only.",
        ),
        click.option(
            "--rejected",
            metavar="FILE",
            type=_FILE,
            help="Where rejected rows go; default: FILE.rejected.csv (of records: .jsonl), and nowhere "
            "with --dry-run.",
        ),
        click.option(
            "--published",
            metavar="DAY",
            help="The day of the files, where the mapping asks for it; default: their own.",
        ),
        formatted("table", "json"),
        click.option(
            "-o",
            "--output",
            metavar="FILE",
            type=click.Path(path_type=Path, allow_dash=True),
            help=f"Write {written}; - is standard output.",
        ),
        tone,
    )


class _Formats(click.Group):
    """A command for every mapping that has a name, beside those that are written here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from timeline.importers.shipped import mapping_names

        return [*super().list_commands(ctx), *mapping_names()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from timeline.importers.shipped import PLUGGED, shipped_names

        found = super().get_command(ctx, cmd_name)
        if found is None and (cmd_name in shipped_names() or cmd_name in PLUGGED):
            return _named(cmd_name)
        return found


def _list(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    from timeline.importers.shipped import mapping_names, title_of

    if value and not ctx.resilient_parsing:
        names = mapping_names()
        width = max(map(len, names), default=0)
        for name in names:
            click.echo(f"{name.ljust(width)}  {title_of(name)}")
        ctx.exit()


@click.group(cls=_Formats)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="Show the public formats that are read, and exit.",
)
def import_() -> None:
    """Append what tables of your own tell, or files in a public format."""


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
@_how(written="the appended events too, as JSONL, or the guessed mapping")
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
    published: str | None,
    output: Path | None,
) -> None:
    """Append the events that the rows of a CSV, TSV, XLSX or Parquet file tell, or records of JSON or XML.

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
    how = {"dry_run": dry_run, "strict": strict, "gone": gone, "published": published}
    _import(session, [file], rejected, output, how, lambda timeline, **more: timeline.import_table(
        file, mapping, **more
    ))  # fmt: skip


def _named(name: str) -> click.Command:
    """The command that imports files in one public format."""
    from timeline.importers.shipped import title_of

    @click.command(
        name,
        help=f"{title_of(name)}.\n\nFiles are read together, so that one may name what another describes. "
        "Records that cannot be taken are written to a file, with their reasons; then the exit code is 1. "
        "Importing a file again adds nothing. A missing store is made.",
        epilog=examples(
            f"timeline import {name} FILE", f"timeline import {name} FILE FILE --dry-run"
        ),
    )
    @click.argument("files", metavar="FILE…", type=_FILE, nargs=-1, required=True)
    @_how(written="the appended events too, as JSONL")
    @click.pass_obj
    def command(
        session: Session,
        /,
        files: tuple[Path, ...],
        rejected: Path | None,
        output: Path | None,
        **how: Any,
    ) -> None:
        _import(session, files, rejected, output, how, lambda timeline, **more: timeline.import_files(
            name, files, **more
        ))  # fmt: skip

    return command


def _import(
    session: Session,
    files: Sequence[Path],
    rejected: Path | None,
    output: Path | None,
    how: dict[str, Any],
    run: Callable[..., Imported],
) -> None:
    """Import files and show what came of it; the exit code is 1 where rows were rejected."""
    from timeline.importers.tables import refused_file_of

    if how["published"] is not None:
        from timeline.answers.coordinate import parse_day

        how["published"] = str(parse_day(how["published"], session.timezone))
    if rejected is None and not how["dry_run"]:
        rejected = refused_file_of(files[0])
    with ExitStack() as stack:
        timeline = stack.enter_context(session.open())
        progress = stack.enter_context(Bar("import", unit="rows", quiet=session.quiet))
        written = None
        if output is not None:
            session.output = None if str(output) == "-" else output
            stream = stack.enter_context(writing(session))
            written = lambda line: stream.write(line.decode())  # noqa: E731 - or None
        report = run(timeline, rejected=rejected, written=written, progress=progress, **how)
    _show(session, report, aside=str(output) == "-", strict=how["strict"])
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
