"""How a text file is encoded: UTF-8 unless its bytes say otherwise, and then said."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

from timeline.errors import DataError, InvalidValue, Location, Problem

_CHUNK: Final = 1 << 20
_SAMPLE: Final = 1 << 18
"""Bytes that are looked at to tell one encoding from another."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(path: Path, named: str | None, notes: list[str]) -> str:
    """The codec to read a file with; what had to be found out is added to ``notes``.

    A file that is UTF-8 but for a few bytes is read as UTF-8, and the rows with those bytes are refused
    one by one. Raises DataError where nothing fits, InvalidValue for a name that is no encoding.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    marked = next((codec for mark, codec in _MARKS if start.startswith(mark)), None)
    if named is not None:
        codec = codec_of(named)
        return marked or codec
    if marked is not None:
        if marked != "utf-8-sig":
            notes.append(f"read as {marked.upper()}, by the mark at its beginning")
        return marked
    wrong, right, sample = _look(path)
    if wrong == 0:
        return "utf-8"
    if right > wrong:
        notes.append(f"read as UTF-8, although {_counted(wrong)} no UTF-8: their rows are refused")
        return "utf-8"
    return _detect(path, sample, notes)


def codec_of(name: str) -> str:
    """The name that Python gives an encoding of texts; InvalidValue when there is none."""
    try:
        found = codecs.lookup(name)
        "".encode(found.name)
    except (LookupError, ValueError):
        hint = "write utf-8, windows-1252, iso-8859-1, shift_jis, gb18030 …"
        raise InvalidValue(f'"{name}" is not an encoding', hint) from None
    return found.name


def _counted(count: int) -> str:
    return "1 byte is" if count == 1 else f"{count:,} bytes are"


def _look(path: Path) -> tuple[int, int, bytes]:
    """How many bytes are no UTF-8, how many characters beyond ASCII are, and a part with the former."""
    wrong = right = 0
    sample = b""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as stream:
        while True:
            data = stream.read(_CHUNK)
            text = decoder.decode(data, final=not data)
            if not text.isascii():
                found = sum("\udc80" <= sign <= "\udcff" for sign in text)
                right += sum(sign > "\x7f" for sign in text) - found
                if found and not wrong:
                    at = next(i for i, byte in enumerate(data) if byte > 0x7F) if data else 0
                    sample = data[max(at - _SAMPLE // 2, 0) : at + _SAMPLE // 2]
                wrong += found
            if not data:
                return wrong, right, sample


_WESTERN: Final = ("cp1252", "mac_roman", "cp1250", "cp850")
"""Encodings of one byte for languages in Latin letters: of Windows, of old Macs, of DOS."""

_RARE: Final = frozenset(
    (
        "hp_roman8",
        "latin_1",
        "iso8859_1",
        "iso8859_9",
        "iso8859_14",
        "iso8859_15",
        "cp437",
        "cp500",
        "cp037",
    )
)
"""What detection also calls such texts; no table is written in it today, or Windows' own holds it all."""


_COMMON: Final = "àâäáãåçéèêëíìîïñóòôöõúùûüßæøœ"
"""Letters that western names are full of; others are rare."""


def _is_latin(sample: bytes) -> bool:
    """Whether most letters are ASCII and the bytes beyond it stand one by one between them."""
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", sample)]
    return sum(run == 1 for run in runs) * 2 > len(runs)


def _fitness(sample: bytes, codec: str) -> tuple[int, int]:
    """How many bytes beyond ASCII make sense: letters inside words, and the marks that prose has.

    A capital letter after a small one makes none, nor does a mark between two letters, the apostrophe
    apart. Of equal ones the first of the list is taken.
    """
    text = sample.decode(codec, errors="replace")
    good = 0
    for before, sign, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if sign < "\x80":
            continue
        inside = before.isalpha() and after.isalpha()
        if sign.isalpha() and sign not in "ªº":
            misplaced = (
                sign.isupper() and before.isalpha() and (before.islower() or after.islower())
            )
            good += -2 if misplaced else 2 if sign.lower() in _COMMON else 1
        elif sign == "’" or (not inside and sign in "–—‘“”„…€£¥©®™°§·•«»\u00a0"):
            good += 2
        else:
            good -= 2
    return good, -_WESTERN.index(codec)


def _detect(path: Path, sample: bytes, notes: list[str]) -> str:
    from charset_normalizer import from_bytes  # 30 ms, for the few files that need it

    best = from_bytes(sample).best()
    if _is_latin(sample) or (best is not None and best.encoding in _RARE.union(_WESTERN)):
        codec = max(_WESTERN, key=lambda each: _fitness(sample, each))
        notes.append(
            f"not UTF-8: detected as {codec}; if letters look wrong, name the right encoding in the mapping, "
            "under table:"
        )
        return codec
    if best is None:
        message = "the file is not UTF-8, and no other encoding fits"
        hint = "is it a table? If so, name its encoding in the mapping, under table:"
        raise DataError([Problem("unknown-encoding", message, Location(str(path)), hint)])
    codec = best.encoding
    others = [name for name in best.could_be_from_charset if name != best.encoding][:3]
    also = f" ({', '.join(others)} would read it too)" if others else ""
    notes.append(
        f"not UTF-8: detected as {codec}{also}; if letters look wrong, name the right encoding "
        "in the mapping, under table:"
    )
    return codec
