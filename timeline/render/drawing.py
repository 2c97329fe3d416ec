"""Drawing in a process of its own: the library that draws can end its process, and then ends only that.

It is started with the first picture, kept for the next ones, and started anew after it ended. It ends with
this process.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import threading
from contextlib import ExitStack, suppress
from typing import Any, BinaryIO, Final, Literal

import msgspec

from timeline.errors import CannotDraw
from timeline.extras import needs
from timeline.worker import Started, read_frame, start, write_frame

Kind = Literal["svg", "png"]

SECONDS: Final = 120.0
"""For one picture: a network of thousands took a tenth of it."""

_UNDRAWABLE: Final = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]|["
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
    )
    + "]"
)
"""What XML 1.0 does not allow, or Unicode says is no character: an SVG with one is not well-formed."""


class _Order(msgspec.Struct, array_like=True):
    kind: Kind
    spec: str
    scale: float
    fonts: list[str]


class _Drawn(msgspec.Struct, array_like=True):
    picture: bytes
    failure: str | None = None


def drawable(value: Any) -> Any:
    """The value with every character in its texts that cannot be drawn written out, as ``U+FFFE``."""
    if isinstance(value, str):
        return _UNDRAWABLE.sub(lambda found: f"U+{ord(found[0]):04X}", value)
    if isinstance(value, dict):
        return {name: drawable(each) for name, each in value.items()}
    return [drawable(each) for each in value] if isinstance(value, list) else value


def draw(kind: Kind, spec: dict[str, Any], *, scale: float = 1.0) -> bytes:
    """The picture of a Vega-Lite specification; raises CannotDraw and MissingExtra."""
    with needs("plot"):
        import vl_convert  # noqa: F401 - the other process needs it
    return _drawer.draw(_Order(kind, json.dumps(spec), scale, list(_fonts)))


def add_fonts(directory: str) -> None:
    """Draw with the fonts of a folder too, from the next picture on."""
    if directory not in _fonts:
        _fonts.append(directory)


_fonts: list[str] = []


class _Drawer:
    """The process that draws, one picture at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._life = ExitStack()
        self._other: Started | None = None
        self._owner = 0

    def draw(self, order: _Order) -> bytes:
        with self._lock:
            try:
                found = self._ask(order)
            except BaseException:
                self.close()  # an interrupt, or an end: what comes back now answers nobody
                raise
        if found.failure is not None:
            raise CannotDraw(found.failure)
        return found.picture

    def close(self) -> None:
        """End the process."""
        life, self._life, self._other = self._life, ExitStack(), None
        if self._owner == os.getpid():  # after a fork it is the parent's
            life.close()

    def _ask(self, order: _Order) -> _Drawn:
        if self._other is None or self._owner != os.getpid():
            self._life, self._owner = ExitStack(), os.getpid()
            self._other = self._life.enter_context(start(draw_all))
        other = self._other
        assert other.to is not None
        clock = threading.Timer(SECONDS, other.kill)
        clock.daemon = True
        clock.start()
        try:
            with suppress(BrokenPipeError):
                write_frame(other.to, msgspec.msgpack.encode(order))
            frame = read_frame(other.back)
        finally:
            clock.cancel()
        if frame is None:
            raise CannotDraw("the library that draws ended, or took longer than two minutes")
        return msgspec.msgpack.decode(frame, type=_Drawn)


_drawer: Final = _Drawer()
atexit.register(_drawer.close)


def draw_all(given: BinaryIO, out: BinaryIO, _number: int) -> None:
    """Draw what is ordered, frame by frame, until nobody orders any more."""
    import vl_convert

    known: set[str] = set()
    while (frame := read_frame(given)) is not None:
        order = msgspec.msgpack.decode(frame, type=_Order)
        for folder in set(order.fonts) - known:
            vl_convert.register_font_directory(folder)
            known.add(folder)
        try:
            if order.kind == "svg":
                drawn = _Drawn(str(vl_convert.vegalite_to_svg(order.spec)).encode())
            else:
                drawn = _Drawn(vl_convert.vegalite_to_png(order.spec, scale=order.scale))
        except ValueError as error:
            # what failed, and why; behind it come the places in the library
            drawn = _Drawn(b"", " ".join(str(error).splitlines()[:2]))
        write_frame(out, msgspec.msgpack.encode(drawn))
