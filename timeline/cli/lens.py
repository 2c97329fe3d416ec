"""The options of a lens, and of a group: what of the news counts, and of whom."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from timeline.cli.completers import complete_source

F = TypeVar("F", bound=Callable[..., Any])

ATTRIBUTIONS = (
    "company_statement", "named_person", "anonymous_sources", "media_report", "filing", "background",
)  # fmt: skip
FACT_LEVELS = ("fact", "forecast", "opinion")


def lens(*, source: bool = True) -> Callable[[F], F]:
    """``--source``, ``--not-source``, ``--attribution``, ``--fact-level``, as one argument ``lens``.

    Without ``source``, ``--source`` is left to the command.
    """
    options = [
        *([_named("--source", "Only what this source reported")] if source else []),
        _named("--not-source", "Without what only this source reported"),
        click.option(
            "--attribution",
            type=click.Choice(ATTRIBUTIONS),
            multiple=True,
            help="Only on this word; may be repeated.",
        ),
        click.option(
            "--fact-level",
            type=click.Choice(FACT_LEVELS),
            multiple=True,
            help="Only facts, forecasts or opinions; may be repeated.",
        ),
    ]
    names = [*(["source"] if source else []), "not_source", "attribution", "fact_level"]

    def decorate(command: F) -> F:
        @wraps(command)
        def looking(*arguments: Any, **asked: Any) -> Any:
            given = {name: tuple(value) for name in names if (value := asked.pop(name))}
            found = None
            if given:
                from timeline.answers.asked import LensAsked

                found = LensAsked(**given)
            return command(*arguments, lens=found, **asked)

        decorated: Callable[..., Any] = looking
        for option in reversed(options):
            decorated = option(decorated)
        return decorated  # type: ignore[return-value]

    return decorate


def _named(option: str, help_: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        option,
        multiple=True,
        metavar="SLUG",
        shell_complete=complete_source,
        help=f"{help_}; may be repeated.",
    )


def grouped(command: F) -> F:
    """``--group``: a company with all that it controls."""
    return click.option(
        "--group", is_flag=True, help="With every company that it controls at the coordinate."
    )(command)
