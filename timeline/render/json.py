"""Answers and rows as JSON: the same bytes for the same data, wherever it was read from.

Fields stand in the order of the answer, or of the row's columns; the keys of every object inside in
alphabetical order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

_ENCODER: Final = msgspec.json.Encoder(order="deterministic", decimal_format="string", enc_hook=str)
_ROW_ENCODER: Final = msgspec.json.Encoder(decimal_format="string", enc_hook=str)
_SIMPLE: Final = (str, int, float, type(None))


def encode_json(answer: Any) -> bytes:
    """An answer as an indented document, with a newline at the end."""
    return msgspec.json.format(_ENCODER.encode(answer), indent=2) + b"\n"


def json_document(answer: Any) -> Iterator[str]:
    """What :func:`encode_json` gives, as text in pieces: the longest list of the answer item by item.

    The state of every company is hundreds of megabytes of JSON, and was in memory three times.
    """
    lists = {n: each for n, each in _fields(answer) if isinstance(each, list)}
    name = max(lists, key=lambda n: len(lists[n]), default=None)
    if name is None or not lists[name]:
        yield encode_json(answer).decode()
        return
    mark = f'\n  "{name}": ['  # of the outermost object: no text has a line break in JSON
    before, _, after = encode_json(replace(answer, **{name: []})).decode().partition(f"{mark}]")
    joint = before + mark
    for item in lists[name]:
        yield joint
        yield "\n    " + encode_json(item).decode().rstrip("\n").replace("\n", "\n    ")
        joint = ","
    yield f"\n  ]{after}"


def _fields(answer: Any) -> list[tuple[str, Any]]:
    """The fields of a struct that are always written: those without a default, which may be left out."""
    if not isinstance(answer, msgspec.Struct):
        return []
    found = msgspec.structs.fields(answer)
    return [(field.name, getattr(answer, field.name)) for field in found if field.required]


def encode_line(answer: Any) -> bytes:
    """An answer on one line, with its newline."""
    return _ENCODER.encode(answer) + b"\n"


def encode_value(value: Any) -> bytes:
    """A value as compact JSON, for a cell."""
    return _ENCODER.encode(value)


def encode_row(row: Mapping[str, Any]) -> bytes:
    """A row as one object without a newline; its columns keep their order."""
    return _ROW_ENCODER.encode(
        {
            column: value if isinstance(value, _SIMPLE) else msgspec.Raw(_ENCODER.encode(value))
            for column, value in row.items()
        }
    )


def json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One object a line (JSON Lines)."""
    for row in rows:
        yield encode_row(row).decode() + "\n"


def json_list(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One document, a list with one object a line."""
    before = "["
    for row in rows:
        yield before + encode_row(row).decode()
        before = ",\n "
    yield "[]\n" if before == "[" else "]\n"
