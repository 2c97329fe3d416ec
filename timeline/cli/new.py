"""``timeline new``: a fixture to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from timeline.cli.completers import complete_company, complete_event_type
from timeline.cli.options import examples, tone
from timeline.cli.output import write_file
from timeline.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from timeline.model.values import Fields


@click.command(
    epilog=examples(
        "timeline new stories/acme.yaml --company foxconn --company acme --type deal_announced",
        "timeline new stories/next.yaml --like foxconn-openai-announced",
    )
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--company",
    "companies",
    multiple=True,
    metavar="COMPANY",
    shell_complete=complete_company,
    help="Who takes part: by any name that the store knows, or a new id.",
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="TYPE",
    shell_complete=complete_event_type,
    help="An event to fill in.",
)
@click.option("--like", multiple=True, metavar="EVENT", help="An event of the store to begin with.")
@tone
@click.pass_obj
def new(
    session: Session,
    /,
    file: Path,
    companies: tuple[str, ...],
    types: tuple[str, ...],
    like: tuple[str, ...],
) -> None:
    """Write a fixture to fill in: a source, the companies, and events with the fields that they have.

    Beside it lies the schema by which editors complete and check it.
    """
    from timeline.answers.view import find_company
    from timeline.errors import InvalidValue, NotFound
    from timeline.ingest.draft import event_type_hint
    from timeline.model.kinds import EVENT_TYPES
    from timeline.render.template import story_of, template

    refuse_to_overwrite(file)
    for name in types:
        if name not in EVENT_TYPES:
            raise InvalidValue(f'no event type "{name}"', event_type_hint(name))
    events: list[Fields] = []
    found: dict[str, Fields] = {}
    if like or has_store(session):
        with session.open() as timeline, timeline.reading() as connection:
            events = [_event(connection, id_) for id_ in like]
            for name in (*companies, *(c for event in events for c in _companies(event))):
                try:
                    id_ = find_company(connection, name)
                except NotFound as error:
                    session.note(f'"{name}" is new{f": {error.hint}" if error.nearest else ""}')
                    found.setdefault(story_of(name), {"name": name})
                else:
                    found[id_] = registration(connection, id_)
    else:
        found = {story_of(name): {"name": name} for name in companies}
    if not types and not events:
        types = ("deal_announced",)
    text = template(story_of(file.stem), found, types, events)
    write_fixture(session, file, text)
    session.note(f"{file} is to be filled in; timeline check {file} says what is wrong")


def refuse_to_overwrite(file: Path) -> None:
    """Raise InvalidValue for a file that is there."""
    from timeline.errors import InvalidValue

    if file.exists():
        raise InvalidValue(f"{file} is there already", "name a new file")


def write_fixture(session: Session, file: Path, text: str) -> None:
    """Write a fixture, and beside it the schema by which editors complete and check it."""
    import msgspec

    from timeline.ingest.schema import SCHEMA_FILE, fixture_schema

    write_file(session, file, text.encode())
    schema = file.with_name(SCHEMA_FILE)
    data = msgspec.json.format(msgspec.json.encode(fixture_schema()), indent=1) + b"\n"
    if not schema.exists() or schema.read_bytes() != data:
        write_file(session, schema, data)


def has_store(session: Session) -> bool:
    """Whether there is a store to look companies up in."""
    return Path(session.db).exists() or "://" in session.db


def _event(connection: Connection, id_: str) -> Fields:
    """The fields of an event of the store."""
    from timeline.errors import NotFound
    from timeline.store.log import read_row

    row = read_row(connection, id_)
    if row is None or row.is_erased:
        raise NotFound("event", id_)
    return row.fields


def registration(connection: Connection, id_: str) -> Fields:
    """How a company is registered, so that the file says the same."""
    from timeline.store.log import read_entries

    for _, entries in read_entries(connection, [f"company:{id_}"]):
        return dict(entries[0].fields)
    return {}


def _companies(event: Fields) -> list[str]:
    from timeline.ingest.draft import references

    return [name for what, name, _ in references(event) if what == "company"]
