"""Labels in the languages of other drawing programs: whatever sources say, it cannot end a label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from timeline.render.text import clean


def _lines(text: str | list[str], escape: Callable[[str], str], end: str) -> str:
    lines = [text] if isinstance(text, str) else text
    return f'"{end.join(escape(clean(line)) for line in lines)}"'


def dot_text(text: str | list[str]) -> str:
    """A text, or lines of it, as a quoted string of DOT."""
    return _lines(text, lambda line: line.replace("\\", "\\\\").replace('"', '\\"'), "\\n")


def mermaid_text(text: str | list[str]) -> str:
    """A text, or lines of it, as a quoted string of Mermaid."""
    return _lines(text, lambda line: line.translate(_ENTITIES), "<br>")


# by their numbers: "#" begins an entity, and what is between quotes may hold markup and Markdown
_ENTITIES: Final = {ord(each): f"#{ord(each)};" for each in '#"<>&`*_[]{}()|\\'}
