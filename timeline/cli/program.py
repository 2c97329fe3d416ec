"""The program: a group whose commands are imported when they are asked for, and no sooner."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Any, Final, NoReturn

import click

from timeline.cli.errors import run
from timeline.cli.session import Session

SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "Stories": ("new", "draft", "check", "replay", "append", "import", "judge"),
    "Questions": ("state", "diff", "compare", "why", "log", "find", "match"),
    "Lists": ("companies", "sources"),
    "Questions in SQL": ("sql", "report"),
    "Pictures, pages and agents": ("plot", "graph", "serve", "mcp"),
    "Plug-ins": ("plugins",),
    "The store": (
        "init",
        "export",
        "verify",
        "anchor",
        "rebuild",
        "backup",
        "restore",
        "erase",
        "stats",
        "schema",
        "db",
        "spark",
    ),
    "The shell": ("completion",),
}
"""The commands that have a name of their own, as ``timeline --help`` shows them.

Each is a module of this package, or a question. The lists of the kinds of subjects come first.
"""

COMMANDS: Final = tuple(name for names in SECTIONS.values() for name in names)

_QUESTIONS: Final = ("diff", "compare", "match", "companies", "stats")
"""The commands that are made of a question, and have no module here."""


def open_streams() -> None:
    """Put something in the place of standard streams that were closed before the program began.

    Else the next file that is opened, the store perhaps, would get the number of one of them. What is written
    to a standard output that is closed fails as on a full disk.
    """
    # in this order: a file gets the lowest number that is free
    for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a number
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def sections() -> dict[str, tuple[str, ...]]:
    """Every command that comes with the program, by its section."""
    from timeline.model.kinds import LISTED

    lists = tuple(kind.plural for kind in LISTED)
    return SECTIONS | {"Lists": (*lists, *SECTIONS["Lists"])}


class Program(click.Group):
    """The group of all commands, with its own exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order in which they are shown."""
        return [*(name for names in sections().values() for name in names), *self._more()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name in _QUESTIONS or cmd_name not in COMMANDS:
            return self._asking(cmd_name) or self._list(cmd_name)
        name = cmd_name + "_" * iskeyword(cmd_name)
        command = getattr(import_module(f"timeline.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def _list(self, name: str) -> click.Command | None:
        """The command that lists the subjects of a kind, by the plural of the kind."""
        from timeline.cli.lists import LISTS

        return LISTS.get(name)

    def _asking(self, name: str) -> click.Command | None:
        """The command of the question that a module of questions declares under its own name."""
        from timeline import questions

        question = None
        if name in questions.modules():
            question = questions.questions_of(name).get(name)
        elif name in questions.PLUGGED:
            question = questions.PLUGGED.find(name)
        if question is None or not question.about.command:
            return None
        from timeline.cli.asking import command_of

        return command_of(question)

    def _more(self) -> list[str]:
        """The questions that are commands and stand in no section."""
        from timeline import questions

        others = (name for name in questions.modules() if name not in COMMANDS)
        plugged = (name for name, question in questions.PLUGGED.usable() if question.about.command)
        return [*(name for name in others if self._asking(name) is not None), *plugged]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; the nearest ones where there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=self.list_commands(ctx), ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its sentence, section by section."""
        more = {"More questions": tuple(self._more())}
        width = max(map(len, self.list_commands(ctx)))
        for section, names in (
            sections() | {n: found for n, found in more.items() if found}
        ).items():
            with formatter.section(section):
                formatter.write_dl(list(self._sentences(ctx, names, width)))

    def _sentences(
        self, ctx: click.Context, names: Iterable[str], width: int
    ) -> Iterable[tuple[str, str]]:
        for name in names:
            command = self.get_command(ctx, name)
            assert command is not None
            yield name.ljust(width), command.get_short_help_str(200)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run the program and leave it with the exit code of what happened."""
        # importing SQLAlchemy makes objects that stay: looking for garbage among them again and
        # again, and twice more at the end, takes a third of the processor time of a short run
        gc.set_threshold(200_000)
        atexit.register(gc.freeze)
        open_streams()
        arguments = list(sys.argv[1:] if args is None else args)
        self._main_shell_completion(extra, "timeline", complete_var)

        def command() -> None:
            with self.make_context("timeline", arguments, **extra) as ctx:
                self.invoke(ctx)

        sys.exit(run(command))


EPILOG: Final = """\b
Examples:
  timeline replay fixtures/foxconn-openai.yaml
  timeline state foxconn --on 2025-11-21"""


@click.group(
    cls=Program,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--db",
    metavar="URL|PATH",
    envvar="TIMELINE_DB",
    default="timeline.db",
    show_default=True,
    show_envvar=True,
    help="The store: a SQLite file, any SQLAlchemy URL, or parquet:DIR to ask an export.",
)
@click.version_option(package_name="partnership-timeline", prog_name="timeline")
@click.pass_context
def main(ctx: click.Context, db: str) -> None:
    """Ask what held between companies on any date, and what could have been known by then.

    Without a command it says what the store holds, and what can be asked of it.
    """
    session = ctx.ensure_object(Session)
    session.db = db
    if ctx.invoked_subcommand is None:
        from timeline.cli.overview import write_overview

        write_overview(session)
