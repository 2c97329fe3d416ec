"""The mappings that come with the program: one a public format, as data beside this module."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from timeline.errors import NotFound
from timeline.importers.mapping import MappingFile, parse_mapping
from timeline.nearest import did_you_mean

_FOLDER: Final = Path(__file__).with_name("mappings")


def shipped_names() -> list[str]:
    """The names of the mappings, sorted."""
    return sorted(path.name.removesuffix(".yaml") for path in _FOLDER.glob("*.yaml"))


def read_shipped(name: str) -> MappingFile:
    """The mapping of a name. Raises NotFound."""
    if name not in shipped_names():
        hint = did_you_mean(name, shipped_names()) or f"there are {', '.join(shipped_names())}"
        raise NotFound(f'no mapping "{name}" comes with the program', hint)
    path = _FOLDER / f"{name}.yaml"
    return parse_mapping(path.read_bytes(), path.name)


def title_of(name: str) -> str:
    """What a mapping is for, in one line: the first line of its file."""
    with (_FOLDER / f"{name}.yaml").open(encoding="utf-8") as stream:
        return stream.readline().strip().lstrip("# ")
