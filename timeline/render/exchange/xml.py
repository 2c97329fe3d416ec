"""XML that every parser reads: what its first version cannot carry is replaced, the rest is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

Element = ElementTree.Element

# XML 1.0, production 2: tab, line feed, carriage return, and from the space on all but surrogates and two
_forbidden: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_of(value: object) -> str:
    """A value as the text of an element or an attribute; for what XML cannot carry stands U+FFFD."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _forbidden.sub("\ufffd", str(value))


def element(name: str, text: object = None, /, **attributes: object) -> Element:
    """An element; attributes that are None are left out, and end in "_" where they are words of Python."""
    given = {
        key.rstrip("_"): text_of(value) for key, value in attributes.items() if value is not None
    }
    found = Element(name, given)
    if text is not None:
        found.text = text_of(text)
    return found


def lines_of(root: Element) -> Iterator[str]:
    """A document line by line, indented."""
    ElementTree.indent(root)
    yield "<?xml version='1.0' encoding='utf-8'?>"
    yield from ElementTree.tostring(root, encoding="unicode").split("\n")
