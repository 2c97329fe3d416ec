"""``timeline draft``: a fixture with what an article seems to tell."""

from __future__ import annotations

import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from timeline.cli.errors import CannotRead
from timeline.cli.new import has_store, refuse_to_overwrite, registration, write_fixture
from timeline.cli.options import examples, tone
from timeline.cli.output import write_file
from timeline.cli.session import Session
from timeline.model.kinds.source import SOURCE_KINDS

if TYPE_CHECKING:
    from timeline.importers.article import Article
    from timeline.model.values import Fields


@click.command(
    epilog=examples(
        "timeline draft article.txt --publisher Post --published 2025-11-21 -o stories/acme.yaml",
        "pdftotext report.pdf - | timeline draft - --kind press_release --published yesterday",
    )
)
@click.argument("article", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--publisher", metavar="NAME", help="Who published it.")
@click.option("--kind", type=click.Choice(SOURCE_KINDS), help="What it is; without it, news.")
@click.option(
    "--published",
    metavar="DAY|INSTANT",
    help="When; days such as yesterday and Thursday count from it.",
)
@click.option("--title", metavar="TEXT", help="Its title.")
@click.option("--url", metavar="URL", help="Its address.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="A new file to write; - is standard output, and so is none.",
)
@tone
@click.pass_obj
def draft(
    session: Session,
    /,
    article: Path,
    output: Path | None,
    **said: str | None,
) -> None:
    """Write a fixture that suggests, as comments, what an article tells of companies of the store.

    The article is plain text in English or German, from a file or (-) standard input. Nothing is decided:
    each suggestion quotes its sentence and names the words by which it was found.
    """
    from timeline.errors import InvalidValue
    from timeline.importers.article import MAX_BYTES, decode_article
    from timeline.ingest.shape import unstorable
    from timeline.render.template import drafted, story_of

    file = None if output is None or str(output) == "-" else output
    if file is not None:
        refuse_to_overwrite(file)
    source: Fields = {name: value for name, value in said.items() if value is not None}
    for name, value in source.items():
        if reason := unstorable(value):
            raise InvalidValue(f"--{name}: {reason}", "write it in UTF-8")
    if "published" in source:
        source["published"] = _moment(source["published"])
    data = _read(article, MAX_BYTES + 1)
    text = decode_article(data, str(article))
    if str(article) != "-":
        source["archived_sha256"] = sha256(data).hexdigest()
    found, companies = _look_up(session, text, source.get("published"))
    named = file or (None if str(article) == "-" else article)
    story = story_of(source.get("title", "story") if named is None else named.stem)
    written = drafted(story, source, companies, found)
    if file is None:
        write_file(session, None, written.encode())
    else:
        write_fixture(session, file, written)
    session.note(
        f"{_counted(len(companies), 'company', 'companies')}, "
        f"{_counted(len(found.suggestions), 'suggestion', 'suggestions')}: read each before you keep it"
    )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _moment(text: str) -> str:
    """A day, or an instant as it was given."""
    from timeline.answers.coordinate import parse_day
    from timeline.model.values import check_moment

    if re.match(r"\d{4}-\d{2}-\d{2}[T ]", text):
        check_moment(text)
        return text
    return parse_day(text)


def _read(article: Path, most: int) -> bytes:
    if str(article) == "-":
        return sys.stdin.buffer.read(most)
    try:
        with article.open("rb") as stream:
            return stream.read(most)
    except OSError as error:
        raise CannotRead(f"{article} cannot be read: {error.strerror}") from error


def _look_up(
    session: Session, text: str, published: str | None
) -> tuple[Article, dict[str, Fields]]:
    """What the article tells, and the registrations of the companies of the store that it names."""
    from timeline.importers.article import names_of, read_article
    from timeline.store.companies import read_handles_among, read_stored_identity

    if not has_store(session):
        session.note("there is no store, so that no company is known; timeline replay makes one")
        return read_article(text, {}, published), {}
    with session.open() as timeline, timeline.reading() as connection:
        one = read_stored_identity(connection)
        known = {
            base: [row._replace(company=one.of(row.company)) for row in rows]
            for base, rows in read_handles_among(connection, sorted(names_of(text))).items()
        }
        found = read_article(text, known, published)
        return found, {id_: registration(connection, id_) for id_ in found.companies}
