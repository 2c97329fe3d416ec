"""Options that commands share, so that they are spelled and explained once.

Those of the output and of the tone go into the :class:`Session`; those of the coordinate and the
filters go to the command, under the names that :class:`timeline.app.Timeline` gives them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import click

from timeline import parameters
from timeline.cli.completers import COMPLETERS
from timeline.cli.session import Session
from timeline.language import ENGLISH, speaking
from timeline.parameters import Parameter

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Command = TypeVar("Command", bound=Callable[..., Any])

ROWS: Final = ("table", "json", "jsonl", "csv", "md")
"""The formats of what has rows."""

FILES: Final = ("parquet", "xlsx")
"""Those that are no text."""

DAY: Final = "DAY"


class Decorator(Protocol):
    """Adds options to a command."""

    def __call__(self, command: Command, /) -> Command: ...  # noqa: D102


def together(*options: Decorator) -> Decorator:
    """Options that are added as one, shown in this order."""

    def add(command: Command, /) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


# --- kept in the session: the callbacks -----------------------------------------------------------


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    assert param.name is not None
    setattr(ctx.ensure_object(Session), param.name, value)


def _keep_format(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(Session).format = value


def _keep_output(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    ctx.ensure_object(Session).output = None if str(value) == "-" else value


def _keep_timezone(ctx: click.Context, param: click.Parameter, value: str) -> None:
    if value != "UTC":
        from timeline.model.values import check_timezone

        check_timezone(value)
    ctx.ensure_object(Session).timezone = value


# --- how it speaks --------------------------------------------------------------------------------


def _speak(ctx: click.Context, param: click.Parameter, value: str) -> None:
    if value != ENGLISH:
        ctx.with_resource(speaking(value))


tone: Final[Decorator] = together(
    click.option(
        "--lang", type=click.Choice(parameters.LANG.choices), envvar="TIMELINE_LANG",
        default=ENGLISH, show_default=True, show_envvar=True,
        help=f"{parameters.LANG.help}.", expose_value=False, callback=_speak,
    ),
    click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto",
        help="Colour the answer; auto: on a terminal, unless NO_COLOR is set.",
        expose_value=False, callback=_keep,
    ),
    click.option(
        "-q", "--quiet", is_flag=True, help="Only say what went wrong.",
        expose_value=False, callback=_keep,
    ),
    click.option(
        "-v", "--verbose", is_flag=True, help="Say more.", expose_value=False, callback=_keep
    ),
)  # fmt: skip
"""``-q``, ``-v``, ``--color`` and ``--lang``."""


class _Format(click.Choice[str]):
    """A format of an answer; plug-ins are looked for only where it is none of these, and in the help."""

    def __init__(self, formats: Sequence[str]) -> None:
        super().__init__(formats)
        self.shipped = self.choices

    def _look_further(self) -> None:
        if "csv" in self.shipped:  # an answer with rows
            from timeline.render.formats import format_names

            self.choices = tuple(dict.fromkeys((*self.shipped, *format_names())))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The format; what is none is refused with all that there are."""
        if value not in self.shipped:
            self._look_further()
        return super().convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """All formats, for the help."""
        self._look_further()
        return super().get_metavar(param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """All formats that begin so."""
        self._look_further()
        return super().shell_complete(ctx, param, incomplete)


def formatted(*formats: str) -> Decorator:
    """``--format`` and ``--json``: what the answer looks like."""
    format_ = click.option(
        "--format", type=_Format(formats), default=formats[0], show_default=True,
        help="How the answer is written; the rows are the same.",
        expose_value=False, callback=_keep_format,
    )  # fmt: skip
    # the same parameter, so that the last one given wins
    json = click.option(
        "--json", "format", flag_value="json", default=None, help="Short for --format json.",
        expose_value=False, callback=_keep_format,
    )  # fmt: skip
    return together(format_, *([json] if "json" in formats else []))


def written(*formats: str) -> Decorator:
    """``--format``, ``--json`` and ``-o``: what the answer looks like and where it goes."""
    output = click.option(
        "-o", "--output", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True),
        help="Write to a file, whole or not at all; - is standard output.",
        expose_value=False, callback=_keep_output,
    )  # fmt: skip
    return together(formatted(*formats), output)


# --- which state, which items ---------------------------------------------------------------------

zoned: Final[Decorator] = together(
    click.option(
        "--timezone", metavar="NAME", envvar="TIMELINE_TIMEZONE", default="UTC",
        show_default=True, show_envvar=True, help="What a bare day means.",
        expose_value=False, callback=_keep_timezone,
    )
)  # fmt: skip
"""``--timezone``."""


class Seconds(click.FloatRange):
    """A time limit: a number above 0 that a clock can reach."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; infinity and what is no number are refused."""
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return seconds


class Pair(click.ParamType[tuple[str, str]]):
    """A value by its name: ``NAME=VALUE``."""

    name = "pair"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The name and the value; a name is one that can stand behind a colon."""
        name, equals, given = str(value).partition("=")
        if not equals or not name.isidentifier():
            self.fail(f'"{value}" is not NAME=VALUE', param, ctx)
        return name, given


def option(parameter: Parameter, *, required: bool = False) -> Decorator:
    """The option of a declared parameter, under the name that the library gives it."""
    kind: dict[str, Any] = {"metavar": parameter.metavar, "required": required}
    name = parameter.called
    if parameter.flag:
        kind = {"is_flag": True}
    elif parameter.choices:
        kind |= {"metavar": None, "type": click.Choice(parameter.choices)}
    elif parameter.number is not None:
        least, most = parameter.number.least, parameter.number.most
        kind |= {"type": int if least is most is None else click.IntRange(least, most)}
    elif parameter.seconds:
        kind["type"] = Seconds()
    elif parameter.pairs:
        name = "param"
        kind |= {"type": Pair(), "multiple": True, "callback": lambda _, __, given: dict(given)}
    if parameter.several:
        kind["multiple"] = True
    elif not parameter.flag and not required:
        kind["default"] = parameter.initial
    if parameter.completes:
        kind["shell_complete"] = COMPLETERS[parameter.completes]
    end = "; may be repeated." if parameter.several else ""
    return click.option(
        f"--{name.replace('_', '-')}",
        parameter.name,
        help=f"{parameter.help}{end}" if end else parameter.sentence,
        **kind,
    )


def asked_with(*parameters: Parameter, needed: Sequence[str] = ()) -> Decorator:
    """The options of declared parameters; those that are ``needed``, by their names, must be given."""
    return together(*(option(each, required=each.name in needed) for each in parameters))


coordinate: Final[Decorator] = asked_with(*parameters.COORDINATE)
"""``--on``, ``--known``, ``--recorded``, ``--as-of``: of a command that asks no question of its own."""
