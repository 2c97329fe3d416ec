"""``timeline append``: one event from the command line, or events as JSON."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from timeline.cli.options import ROWS, Decorator, examples, tone, written
from timeline.cli.output import write_outcomes
from timeline.cli.session import Session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Version(click.ParamType[int | None]):
    """A number of events, or ``any``."""

    name = "N|any"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        """The number; None for any."""
        if value == "any":
            return None
        if not str(value).isdecimal():
            self.fail(f'"{value}" is neither a number of events nor "any"', param, ctx)
        return int(value)


expected: Final[Decorator] = click.option(
    "--expected-version",
    metavar="N|any",
    type=Version(),
    default="any",
    show_default=True,
    help="Only if the subject has so many events.",
)


def sentence(event: type) -> str:
    """What an event of the type says."""
    return (event.__doc__ or "").strip().replace("``", '"')


class EventTypes(click.Group):
    """A command for each event type, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every event type."""
        from timeline.model.kinds import EVENT_TYPES

        return list(EVENT_TYPES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command that appends an event of that type."""
        from timeline.model.kinds import EVENT_TYPES

        event = EVENT_TYPES.get(cmd_name)
        return None if event is None else _command(cmd_name, sentence(event))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The event type that is named; the nearest one where there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            from timeline.ingest.draft import event_type_hint

            hint = event_type_hint(error.command_name)
            said = f'no event type "{error.command_name}"'
            raise click.UsageError(f"{said}; {hint}" if hint else said, ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The event types, by what they are about."""
        from timeline.model.kinds import EVENT_TYPES, KIND_OF

        sections: dict[str, list[tuple[str, str]]] = {}
        for name, event in EVENT_TYPES.items():
            about = f"a {KIND_OF[name].name}" if name in KIND_OF else "the record"
            sections.setdefault(about, []).append((name, sentence(event)))
        for about, rows in sections.items():
            with formatter.section(f"About {about}"):
                formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Event types, and the options of the command itself."""
        from timeline.cli.completers import complete_event_type

        found = complete_event_type(ctx, self.params[0], incomplete)
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(
    cls=EventTypes,
    invoke_without_command=True,
    subcommand_metavar="[TYPE --FIELD VALUE...]",
    epilog=examples(
        "timeline append deal_signed --subject deal:acme-globex --occurred 2025-03 --source acme-pr",
        "timeline append <events.jsonl",
    ),
)
@expected
@written(*ROWS)
@tone
@click.pass_context
def append(ctx: click.Context, expected_version: int | None) -> None:
    """Append one event, its fields given as options, or the events in JSON on standard input.

    TYPE --help lists the fields of a type. A missing store is made.
    """
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    stdin = sys.stdin.buffer
    if stdin.isatty():
        raise click.UsageError("name an event type, or give events as JSON on standard input", ctx)
    from timeline.ingest.jsonl import read_object
    from timeline.loading import STDIN_NAME

    data = stdin.read()
    event = read_object(data, STDIN_NAME)  # otherwise line by line, each problem in its place
    with session.open() as timeline:
        if event is not None:
            outcomes = [timeline.append(event, expected_version=expected_version)]
        elif expected_version is not None:
            raise click.UsageError("--expected-version is for one event", ctx)
        else:
            outcomes = timeline.append_lines(io.BytesIO(data))
    write_outcomes(session, outcomes)


def _command(name: str, sentence: str) -> click.Command:
    from timeline.cli.fields import field_options, given_fields

    @expected
    @written(*ROWS)
    @tone
    @click.pass_obj
    def command(session: Session, /, expected_version: int | None, **options: Any) -> None:
        fields = given_fields(name, options)
        with session.open() as timeline:
            outcome = timeline.append(fields, expected_version=expected_version)
        write_outcomes(session, [outcome])

    made = click.command(
        name,
        hidden=True,  # the event catalogue is where they are explained
        help=f"{sentence}\n\nText stands as it is, lists and mappings are YAML; an option that is "
        "repeated makes a list.",
        context_settings={"token_normalize_func": lambda token: token.replace("_", "-")},
    )(command)
    made.params[:0] = field_options(name)
    return made
