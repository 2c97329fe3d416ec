"""Plug-ins: installed packages that add questions, output formats, mappings and reports.

A package names what it adds in its entry points, one each, under the groups of :data:`KINDS` (the way of
Datasette and llm). These names are read when somebody asks for what the program does not have itself, and
nothing of a package is imported before that thing is used. What is shipped is never replaced.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterator
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from timeline.errors import BrokenPlugin

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Thing = TypeVar("Thing")

KINDS: Final = {
    "question": "timeline.questions",
    "format": "timeline.formats",
    "mapping": "timeline.mappings",
    "report": "timeline.reports",
}
"""What can be added, and the group of entry points that adds it."""


class Plug(NamedTuple):
    """One thing that a package adds."""

    kind: str
    name: str
    package: str
    version: str
    entry: EntryPoint

    def failure(self, reason: str) -> BrokenPlugin:
        """Why it cannot be used."""
        return BrokenPlugin(self.package, self.version, self.kind, self.name, reason)

    def file(self, ending: str) -> Path:
        """The file of its name in the package that its entry point names."""
        from importlib import import_module

        module = import_module(self.entry.module)
        return Path(str(module.__file__)).with_name(self.name + ending)


class Plugs(Generic[Thing]):
    """What plug-ins add of one kind.

    ``read`` makes the thing of its plug, and raises whatever it likes; ``taken`` are the names that the
    program has itself.
    """

    def __init__(
        self, kind: str, read: Callable[[Plug], Thing], taken: Callable[[], Container[str]]
    ) -> None:
        self.kind = kind
        self._read = read
        self._taken = taken

    def all(self) -> list[Plug]:
        """All of them, those that cannot be used among them, by name."""
        return sorted((plug for plug in _plugs() if plug.kind == self.kind), key=lambda p: p[1:4])

    def __contains__(self, name: str) -> bool:
        """Whether a plug-in adds this name, and the program has none of it."""
        return any(plug.name == name for plug in self.all()) and name not in self._taken()

    def load(self, plug: Plug) -> Thing:
        """The thing itself. Raises BrokenPlugin."""
        if plug.name in self._taken():
            raise plug.failure("the program has one of this name")
        others = [p.package for p in self.all() if p.name == plug.name and p != plug]
        if others:
            raise plug.failure(f"{' and '.join(others)} adds one of this name, too")
        try:
            with redirect_stdout(sys.stderr):  # what it prints is no part of an answer
                return self._read(plug)
        except BrokenPlugin:
            raise
        except (Exception, SystemExit) as error:
            raise plug.failure(f"{type(error).__name__}: {error}") from error

    def find(self, name: str) -> Thing:
        """The thing of a name that is there. Raises BrokenPlugin."""
        return self.load(next(plug for plug in self.all() if plug.name == name))

    def usable(self) -> Iterator[tuple[str, Thing]]:
        """All that can be used, with their names; ``timeline plugins`` says why others cannot."""
        for plug in self.all():
            try:
                yield plug.name, self.load(plug)
            except BrokenPlugin:
                continue


def versions() -> str:
    """The packages that add something, with their versions: others may answer in other words."""
    return " ".join(sorted({f"{plug.package}-{plug.version}" for plug in _plugs()}))


@cache
def _plugs() -> list[Plug]:
    if not _mentioned():
        return []
    from importlib.metadata import entry_points

    return [
        Plug(kind, entry.name, entry.dist.name, entry.dist.version, entry)
        for kind, group in KINDS.items()
        for entry in entry_points(group=group)
        if entry.dist is not None and entry.dist.name  # else nobody can say whose it is
    ]


def _mentioned() -> bool:
    """Whether any installed package may add something.

    To import importlib.metadata and parse the metadata of 150 packages takes a third of the time of
    ``timeline --help``; to look for a word in these files does not.
    """
    for folder in map(Path, sys.path):
        if folder.is_file():  # an archive: not worth a reader of our own
            return True
        for file in folder.glob("*-info/entry_points.txt"):
            if b"[timeline." in file.read_bytes():
                return True
    return False
