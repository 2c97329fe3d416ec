"""The mappings that have a name: one a public format that come with the program, and those of plug-ins."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from timeline.errors import NotFound
from timeline.importers.mapping import MappingFile, parse_mapping
from timeline.nearest import did_you_mean
from timeline.plugins import Plug, Plugs

_FOLDER: Final = Path(__file__).with_name("mappings")
_ENDING: Final = ".yaml"


def shipped_names() -> list[str]:
    """The names of the mappings that come with the program, sorted."""
    return sorted(path.name.removesuffix(_ENDING) for path in _FOLDER.glob(f"*{_ENDING}"))


def mapping_names() -> list[str]:
    """The names of all mappings that can be used, those of plug-ins last."""
    return [*shipped_names(), *(name for name, _ in PLUGGED.usable())]


def read_named(name: str) -> MappingFile:
    """The mapping of a name. Raises NotFound, BrokenPlugin."""
    path = path_of(name)
    return parse_mapping(path.read_bytes(), path.name)


def path_of(name: str) -> Path:
    """The file of a mapping. Raises NotFound, BrokenPlugin."""
    if name in shipped_names():
        return _FOLDER / f"{name}{_ENDING}"
    if name in PLUGGED:
        return PLUGGED.find(name)
    names = mapping_names()
    hint = did_you_mean(name, names) or f"there are {', '.join(names)}"
    raise NotFound(f'no mapping "{name}" is installed', hint)


def title_of(name: str) -> str:
    """What a mapping is for, in one line: the first line of its file."""
    with path_of(name).open(encoding="utf-8") as stream:
        return stream.readline().strip().lstrip("# ")


def _read(plug: Plug) -> Path:
    path = plug.file(_ENDING)
    parse_mapping(path.read_bytes(), path.name)
    return path


PLUGGED: Final = Plugs("mapping", _read, lambda: {*shipped_names(), "table"})
"""The mappings of plug-ins."""
