"""The questions: one module each, with what it may be asked with, its answer, its columns and its words.

A question is declared once. The command line, the page, the library and the tools for agents are made from
its declaration; a module that is put here is found by its name, and so is
the question of a plug-in.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from timeline.plugins import Plug, Plugs

if TYPE_CHECKING:
    from timeline.questions import belief as belief
    from timeline.questions import companies as companies
    from timeline.questions import compare as compare
    from timeline.questions import course as course
    from timeline.questions import diff as diff
    from timeline.questions import find as find
    from timeline.questions import items as items
    from timeline.questions import log as log
    from timeline.questions import lookups as lookups
    from timeline.questions import match as match
    from timeline.questions import network as network
    from timeline.questions import news as news
    from timeline.questions import report as report
    from timeline.questions import sources as sources
    from timeline.questions import sql as sql
    from timeline.questions import state as state
    from timeline.questions import stats as stats
    from timeline.questions import tracker as tracker
    from timeline.questions import verify as verify
    from timeline.questions import why as why

PARTS: Final = ("picture", "question", "reader", "lookups", "schemas")
"""Modules of this package that are no question."""

RESERVED: Final = {
    "anchor", "append", "backup", "check", "check_story", "completion", "db", "draft", "erase", "export",
    "graph", "import", "init", "judge", "list", "mcp", "new", "plot", "plugins", "propose_story",
    "rebuild", "replay", "restore", "schema", "serve", "spark",
}  # fmt: skip
"""What commands and tools are called that are no questions and list no kind of subject."""


@cache
def modules() -> tuple[str, ...]:
    """The names of the modules of questions, in alphabetical order; none of them is imported."""
    found = {each.stem for path in __path__ for each in Path(path).glob("[!_]*.py")}
    return tuple(sorted(found - {*PARTS}))


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """A module of this package, imported when something of it is asked for."""
        if name in (*modules(), *PARTS):
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def questions_of(module: str) -> dict[str, Any]:
    """The questions of a module, by their names."""
    found = import_module(f"{__name__}.{module}")
    return {each.about.name: each for each in found.QUESTIONS}


@cache
def shipped() -> dict[str, Any]:
    """Every question that comes with the program, by its name."""
    return {name: each for module in modules() for name, each in questions_of(module).items()}


def questions() -> dict[str, Any]:
    """Every question by its name, those of plug-ins too."""
    return {**shipped(), **dict(PLUGGED.usable())}


def _read(plug: Plug) -> Any:
    """The class that an entry point names, where it is a question that every door can ask."""
    from msgspec.json import schema_components

    from timeline.questions.question import Question

    found = plug.entry.load()
    if not (isinstance(found, type) and issubclass(found, Question)):
        raise TypeError(f"{plug.entry.value} is no Question")
    if found.about.name != plug.name:
        raise ValueError(f'{plug.entry.value} is called "{found.about.name}"')
    found.takes()
    schema_components([found.answered()])
    return found


def taken() -> set[str]:
    """The names that the program has already: no plug-in can call a question so."""
    from timeline.model.kinds import LISTED

    return {*modules(), *shipped(), *RESERVED, *(kind.plural for kind in LISTED)}


PLUGGED: Final = Plugs("question", cache(_read), taken)
"""The questions of plug-ins."""
