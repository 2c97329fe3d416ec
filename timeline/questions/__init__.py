"""The questions: one module each, with what it may be asked with, its answer, its columns and its words.

A question is declared once. The command line, the page, the library and the tools for agents are made from
its declaration; a module that is put here is found by its name.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

PARTS: Final = ("picture", "question", "reader", "lookups", "schemas")
"""Modules of this package that are no question."""


@cache
def modules() -> tuple[str, ...]:
    """The names of the modules of questions, in alphabetical order; none of them is imported."""
    found = {each.stem for path in __path__ for each in Path(path).glob("[!_]*.py")}
    return tuple(sorted(found - {*PARTS}))


@cache
def questions_of(module: str) -> dict[str, Any]:
    """The questions of a module, by their names."""
    found = import_module(f"{__name__}.{module}")
    return {each.about.name: each for each in found.QUESTIONS}


def questions() -> dict[str, Any]:
    """Every question by its name."""
    return {name: each for module in modules() for name, each in questions_of(module).items()}
