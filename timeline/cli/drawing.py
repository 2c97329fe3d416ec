"""What the commands that draw share: their options, where a picture goes, and the data beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from msgspec import UNSET

from timeline.cli.options import Decorator, together
from timeline.cli.output import write_file
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.render.picture import Picture

SUFFIXES: Final = {
    ".svg": "svg",
    ".png": "png",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".graphml": "graphml",
    ".dot": "dot",
    ".gv": "dot",
    ".mermaid": "mermaid",
    ".mmd": "mermaid",
}
"""The format that the name of a file asks for."""

_MOST_LETTERS: Final = 20
"""Letters that a complaint names."""

DRAWN: Final = ("svg", "png", "html")
"""The formats that are pictures, with the data beside them."""


def drawn(*formats: str) -> Decorator:
    """``-o``, ``--format`` and the fonts: as ``output``, ``format_``, ``fonts``."""
    path = click.Path(path_type=Path, allow_dash=True)
    folder = click.Path(path_type=Path, exists=True, file_okay=False)
    return together(
        click.option(
            "-o", "--output", metavar="FILE", type=path,
            help=f"Write to a file, whole or not at all; its name ends in {', '.join(formats)}. "
            "Without it a name is made up, and said. - is standard output.",
        ),
        click.option(
            "--format", "format_", type=click.Choice(formats),
            help="What is written; default: by the name of the file, else svg.",
        ),
        click.option("--json", "format_", flag_value="json", default=None, help="Short for --format json."),
        click.option(
            "--font-dir", "fonts", type=folder, metavar="FOLDER",
            help="Draw PNG with the fonts of a folder too.",
        ),
    )  # fmt: skip


def format_of(output: Path | None, format_: str | None, formats: tuple[str, ...]) -> str:
    """The format that was asked for, or that the file's name asks for."""
    if format_ is not None:
        return format_
    if output is None or str(output) == "-":
        return "svg"
    found = SUFFIXES.get(output.suffix.lower())
    if found not in formats:
        raise click.UsageError(
            f"{output} names no format: end it in .{', .'.join(formats)}, or give --format"
        )
    return found


def write_picture(
    session: Session,
    picture: Picture,
    format_: str,
    output: Path | None,
    name: str,
    fonts: Path | None,
) -> None:
    """Write a picture, and its data beside it; say where, unless that was said by the user."""
    if next(iter(picture.answer.rows()), None) is None:
        from timeline.render.coordinate import nothing_of

        nothing = nothing_of(getattr(picture.answer, "lens", UNSET))
        session.note(f"{nothing} had been reported by this date, so the picture is empty.")
    data = _drawn(session, picture, format_, fonts)
    if output is not None and str(output) == "-":
        write_file(session, None, data)
        return
    path = output or Path(f"{name}.{format_}")
    written = [(path, data)]
    if format_ in DRAWN:
        written.append((path.with_name(f"{path.name}.json"), encode_data(picture)))
    for file, content in written:
        write_file(session, file, content)
    if output is None:
        for file, _ in written:
            click.echo(file)
    elif len(written) > 1:
        session.note(f"{written[1][0]} has the data of the picture")


def write_text(session: Session, text: str, format_: str, output: Path | None, name: str) -> None:
    """Write what another program draws; say where, unless that was said by the user."""
    if output is not None:
        write_file(session, None if str(output) == "-" else output, text.encode())
        return
    path = Path(f"{name}.{format_}")
    write_file(session, path, text.encode())
    click.echo(path)


def encode_data(picture: Picture) -> bytes:
    """The data of a picture as a document of JSON."""
    from timeline.render.json import encode_json

    return encode_json(picture.document)


def _drawn(session: Session, picture: Picture, format_: str, fonts: Path | None) -> bytes:
    if format_ == "json":
        return encode_data(picture)
    if format_ == "png":
        _prepare_fonts(session, picture, fonts)
        return picture.png()
    return (picture.html() if format_ == "html" else picture.svg()).encode()


def _prepare_fonts(session: Session, picture: Picture, fonts: Path | None) -> None:
    """Take the fonts that were given, and say which letters none has."""
    from timeline.render.plot.fonts import undrawn, use_fonts

    if fonts is not None:
        use_fonts(fonts)
    if missing := undrawn(picture.texts):
        named = missing if len(missing) <= _MOST_LETTERS else f"{missing[:_MOST_LETTERS]} …"
        session.note(
            f"no font here has {named}: the PNG shows boxes\n"
            "hint: install one that does (Noto Sans CJK has Chinese, Japanese and Korean), or name a "
            "folder with one: --font-dir FOLDER; SVG and HTML use the fonts of whoever looks at them"
        )


def file_name(target: str, kind: str) -> str:
    """A name for a file that nobody named: ``foxconn-timeline``."""
    words = "".join(letter if letter.isalnum() else "-" for letter in target.lower())
    return "-".join(part for part in [*words.split("-"), kind] if part)
