"""Files of nested records: JSON, lines of JSON and XML, one record at a time in flat memory.

The text is split into records first and each record is parsed by itself. So damage costs the record in
which it stands, and the records after it are found again; and what a file may make a parser do (entities,
depth, size) is limited to one record. XML is never given to the parser with its document type: no entity of
the file is ever declared, so none is expanded and none is fetched.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NoReturn, TextIO
from xml.parsers import expat

from msgspec import Struct

from timeline.errors import DataError, Location, Problem
from timeline.importers.cells import Reason
from timeline.importers.packed import DAMAGE, damage_of, open_packed, suffix_of
from timeline.importers.paths import TEXT

LINES: Final = (".jsonl", ".ndjson")
JSONS: Final = (".json", *LINES)
XMLS: Final = (".xml",)
MAX_RECORD: Final = 1 << 26
"""Characters; what is longer is no record. The facts of the largest companies have 10 to 20 million."""
MAX_DEPTH: Final = 100
MAX_SHOWN: Final = 20_000
"""Characters that are kept of a record that cannot be parsed."""

_CHUNK: Final = 1 << 16
_MOST_FIRSTS: Final = 100
"""Names with which records begin that are told apart; where they are more, they say nothing."""
_OVERLAP: Final = 4096
"""Characters of which a tag that is cut by the end of a chunk has no more."""


class Parsed(Struct):
    """One record: its value, or its text and the reason why it has none."""

    value: Any = None
    text: str = ""
    reason: Reason | None = None


def holds_records(path: Path) -> bool:
    """Whether a file holds records rather than rows, by its name."""
    return suffix_of(path) in (*JSONS, *XMLS)


@contextmanager
def open_records(path: Path, places: Sequence[str], notes: list[str]) -> Iterator[Iterator[Parsed]]:
    """The records of a file.

    ``places``: where they stand, as names joined by dots: in JSON the list (or the object, for ``*``) that
    holds them, or the object in each item of a list, where the file is one object; in XML the name of their
    element. Without them, the items of the
    list that the file is, else each object in it, or the elements under the root. Raises DataError for a
    file that holds no records.
    """
    with open_packed(path) as raw:
        try:
            start = raw.read(4096)
        except DAMAGE as error:
            _refuse(path, damage_of(error), "is it packed with something else?")
        codec = _codec_of(start)
        raw.seek(0)
        # bytes that are no text come through, so that they are refused with the record in which they stand
        errors = "replace" if codec == "utf-16" else "surrogateescape"
        with io.TextIOWrapper(raw, codec, errors=errors, newline="") as stream:
            suffix = suffix_of(path)
            if suffix in XMLS:
                records = _read_xml(_Text(stream), path, places, notes)
            elif suffix in LINES:
                records = _read_lines(stream)
            else:
                records = _read_json(_Text(stream), [each.split(".") for each in places])
            yield _unpacked(records)


def _unpacked(records: Iterator[Parsed]) -> Iterator[Parsed]:
    """The records up to where what packs the file is damaged; that is one more, which is refused."""
    try:
        yield from records
    except DAMAGE as error:
        yield _damaged("", damage_of(error))


def _codec_of(start: bytes) -> str:
    for mark, codec in (
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"\xef\xbb\xbf", "utf-8-sig"),
    ):
        if start.startswith(mark):
            return codec
    said = re.match(rb'\s*<\?xml[^>]*\bencoding=["\']([A-Za-z0-9._-]+)["\']', start)
    if said is not None:
        try:
            "".encode(said[1].decode())
        except LookupError:
            return "utf-8"
        return said[1].decode()
    return "utf-8"


def _refuse(path: Path, message: str, hint: str | None = None) -> NoReturn:
    raise DataError([Problem("unreadable-table", message, Location(str(path)), hint)])


class _Text:
    """The text of a file as far as it was read and not used up."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.text = ""
        self.at = 0
        self.ended = False
        self.step = _CHUNK
        self.firsts: Counter[str] = Counter()
        """With which names sound records of JSON begin; mostly all of a file begin with the same."""

    def more(self) -> bool:
        """Read on; False at the end. What was used up is forgotten; a long record is read in longer steps."""
        if self.ended:
            return False
        rest = self.text[self.at :]
        self.step = max(_CHUNK, len(rest))
        got = self.stream.read(self.step)
        self.ended = not got
        self.text, self.at = rest + got, 0
        return bool(got)

    def peek(self, skipped: str = " \t\r\n") -> str:
        """The next character that is not skipped, which is then the first; empty at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in skipped:
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def find(
        self, pattern: re.Pattern[str], limit: int | None = None, *, drop: bool = False
    ) -> re.Match[str] | None:
        """The next match, reading on as far as needed, for no more than ``limit`` characters.

        What stands before it stays in memory, unless ``drop`` says that nobody needs it.
        """
        start = self.at
        while True:
            match = pattern.search(self.text, start)
            if match is not None and (match.end() < len(self.text) or self.ended):
                return match
            if self.ended or (limit is not None and len(self.text) - self.at > limit):
                return None
            behind = max(len(self.text) - _OVERLAP, start) if match is None else match.start()
            if drop:
                self.at = behind
            start = behind - self.at
            self.more()


# --- JSON ----------------------------------------------------------------------------------------------


def _no_number(text: str) -> NoReturn:
    raise json.JSONDecodeError(f"{text} is no number of JSON", text, 0)


class _Twice(dict[str, Any]):
    """An object in which a key stands twice; it has the later value."""

    key: str = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    wrong = _Twice(found)
    wrong.key = next(name for name, count in Counter(n for n, _ in pairs).items() if count > 1)
    return wrong


_decode: Final = json.JSONDecoder(
    parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_object
)


def parse_json(text: str) -> Parsed:
    """One record of JSON."""
    try:
        value = _decode.decode(text)
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        return _damaged(text, _said(error))
    return _sound(value, text)


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON: {error.msg} at character {error.pos + 1}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else f"no JSON: {error}"


def _damaged(text: str, message: str, code: str = "broken-record") -> Parsed:
    return Parsed(text=text.strip()[:MAX_SHOWN], reason=Reason(code, message))


def _sound(value: Any, text: str) -> Parsed:
    """A value as a record, or the text that it was read from, with why it is none."""
    if not isinstance(value, dict):
        return _damaged(text, "a record is an object with names")
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        for each in level:
            if isinstance(each, _Twice):
                message = f'"{each.key}" stands twice in one object: keep one of them'
                return _damaged(text, message, code="duplicate-key")
        level = [
            under
            for each in level
            for under in (each.values() if isinstance(each, dict) else each)
            if isinstance(under, dict | list)
        ]
        if not level:
            return Parsed(value)
    return _damaged(text, "it is nested too deeply")


def _read_lines(stream: TextIO) -> Iterator[Parsed]:
    while line := stream.readline(MAX_RECORD):
        if len(line) >= MAX_RECORD and line[-1] != "\n":
            text = line[:MAX_SHOWN]
            while (line := stream.readline(MAX_RECORD)) and line[-1] != "\n":
                pass
            yield _damaged(text, f"a record of more than {MAX_RECORD:,} characters")
        elif line.strip():
            yield parse_json(line)


def _read_json(text: _Text, places: list[list[str]]) -> Iterator[Parsed]:
    """Every record: of the list that the file is, of the places named, or each object of the file."""
    first = text.peek()
    if first == "[":
        text.at += 1
        yield from _items(text)
        while text.peek():  # a bracket too many, in a damaged record: the list goes on behind it
            yield _pass_over(text, json.JSONDecodeError("Extra data", text.text, text.at))
            yield from _items(text)
        return
    if places and first == "{" and any(map(_begins_with(text), (each[0] for each in places))):
        yield from _within(text, places)
        return
    yield from _items(text)


def _begins_with(text: _Text) -> Callable[[str], bool]:
    """Whether an object has a name on its first level, as far as its beginning tells."""
    while len(text.text) - text.at < _CHUNK and text.more():
        pass
    start = text.text[text.at : text.at + _CHUNK]
    names: set[str] = set()
    depth = 0
    for token in _TOKEN.finditer(start):
        said = token[0]
        if said in "{[":
            depth += 1
        elif said in "}]":
            depth -= 1
            if depth == 0:
                break
        elif depth == 1 and re.match(r"\s*:", start[token.end() : token.end() + 20]):
            names.add(said[1:-1])
    return names.__contains__


# no pattern of this module may take more than its time once for each character: what is broken may be long
_TOKEN: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)


def _within(text: _Text, places: list[list[str]]) -> Iterator[Parsed]:
    """The records at the places of the object that begins here; the rest of it is skipped."""
    text.at += 1
    while text.peek(" \t\r\n,") not in ("}", ""):
        name = _value(text)
        if name.reason is not None or not isinstance(name.value, str) or text.peek() != ":":
            yield _damaged(text.text[text.at :], "no JSON: a name and a colon should stand here")
            yield from _items(text)
            return
        text.at += 1
        rests = [each[1:] for each in places if each[0] in (name.value, "*")]
        first = text.peek()
        if [] in rests and first == "[":
            text.at += 1
            yield from _items(text)
        elif ["*"] in rests and first == "{":
            text.at += 1
            yield from _members(text)
        elif (deeper := [each for each in rests if each]) and first == "{":
            yield from _within(text, deeper)
        elif deeper and first == "[":
            text.at += 1
            while text.peek(" \t\r\n,") == "{":
                yield from _within(text, deeper)
            yield from _items(text)  # the end of the list, or what else stands in it
        else:
            found = _value(text)
            if [] in rests or found.reason is not None:
                yield found if found.reason else _sound(found.value, found.text)
    text.at += 1


def _members(text: _Text) -> Iterator[Parsed]:
    """The values of an object, as records."""
    while text.peek(" \t\r\n,") not in ("}", ""):
        name = _value(text)
        if name.reason is not None or text.peek() != ":":
            yield _damaged(text.text[text.at :], "no JSON: a name and a colon should stand here")
            yield from _items(text)
            return
        text.at += 1
        found = _value(text)
        yield found if found.reason else _sound(found.value, found.text)
    text.at += 1


def _items(text: _Text) -> Iterator[Parsed]:
    """The values that follow each other up to the end of a list, or of the file."""
    while True:
        first = text.peek(" \t\r\n,\ufeff")
        if first in ("]", ""):
            text.at += 1
            return
        found = _value(text)
        if found.reason is None:
            found = _sound(found.value, found.text)
        if found.reason is None:
            first = next(iter(found.value), "")
            if first in text.firsts or len(text.firsts) < _MOST_FIRSTS:
                text.firsts[first] += 1
        yield found


def _value(text: _Text) -> Parsed:
    """The value that begins here. What is no JSON is passed over up to where the next record begins."""
    failed = -1
    text.peek()  # white space is no part of it
    while True:
        try:
            value, end = _decode.raw_decode(text.text, text.at)
        except (json.JSONDecodeError, RecursionError, ValueError) as error:
            place = error.pos - text.at if isinstance(error, json.JSONDecodeError) else -2
            cut = isinstance(error, json.JSONDecodeError) and _may_be_cut(error, text)
            if (
                not text.ended
                and len(text.text) - text.at < MAX_RECORD
                and (cut or place != failed)
            ):
                failed = place
                text.more()
                continue
            return _pass_over(text, error)
        if end == len(text.text) and not text.ended:
            text.more()  # a number may go on
            continue
        start, text.at = text.at, end
        return Parsed(value, text.text[start:end])


def _may_be_cut(error: json.JSONDecodeError, text: _Text) -> bool:
    """Whether more of the text may make a value of it."""
    return "nterminated" in error.msg or error.pos >= len(text.text) - 12


_NEXT: Final = r'[}\]]\s*+(?:,\s*+)?+(?=\{\s*+")|\n[^\S\n]*+(?:,\s*+)?+(?=\{\s*+")'
_FIRST: Final = re.compile(r'\{\s*+("[^"\\]*+(?:\\.[^"\\]*+)*+")', re.DOTALL)


def _next_record(text: str, start: int, begins: str) -> int | None:
    """Where the next record begins: with the name that this one begins with, or the one before it."""
    first = _FIRST.match(text, start)
    names = ([first[1]] if first else []) + ([json.dumps(begins)] if begins else [])
    patterns = [rf"[,\n][^\S\n]*+(?=\{{\s*+{re.escape(name)}\s*+:)" for name in names] + [_NEXT]
    for pattern in patterns:
        match = re.compile(pattern).search(text, start + 1)
        if match is not None:
            return match.end()
    return None


def _pass_over(text: _Text, error: Exception) -> Parsed:
    """Go on behind a record that is no JSON: where its brackets close, else where an object begins."""
    message = _said(error)
    if isinstance(error, json.JSONDecodeError):
        message = f"no JSON: {error.msg} at character {error.pos - text.at + 1} of the record"
    start = text.at
    begins = max(text.firsts, key=text.firsts.__getitem__, default="")
    end = _closing(text.text, start)
    if end is not None and begins and text.text[start] not in "{[":  # its brackets say nothing
        end = _next_record(text.text, start, begins) or end
    while end is None and not text.ended and len(text.text) - text.at < _CHUNK * 16:
        text.more()
        start, end = 0, _closing(text.text, 0)
    if end is None:
        end = _next_record(text.text, start, begins)
    if end is None:  # nothing can be told from the rest
        rest = text.text[text.at :]
        while len(rest) >= MAX_SHOWN and text.more():
            text.at = len(text.text)
        text.at = len(text.text)
        return _damaged(rest, message)
    damaged = text.text[text.at : end]
    text.at = end
    return _damaged(damaged, message)


def _closing(text: str, start: int) -> int | None:
    """Where the brackets of what begins at ``start`` close; None where that cannot be told."""
    open_: list[str] = []
    for token in _TOKEN.finditer(text, start):
        said = token[0]
        if said in "{[":
            open_.append("}" if said == "{" else "]")
        elif said in "}]":
            if not open_:
                return max(token.start(), start + 1)
            if open_.pop() != said:
                return None
            if not open_:
                return token.end()
        elif _is_no_string(said):
            return None
    return None


_is_no_string: Final = re.compile(
    r'"(?=[^,:"]*+[,:])[\s,:{}\[\]]*+"|".*?\n[^\S\n]*+[{}"].*', re.DOTALL
).fullmatch
"""What stands between two strings, or over several lines: a quotation mark is missing before it."""


# --- XML -----------------------------------------------------------------------------------------------

_NAME: Final = r"[\w.-]+"
_START: Final = re.compile(rf"<(?:{_NAME}:)?({_NAME})(?:\s[^<>]*?)?/?>")
_ASIDE: Final = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_DOCTYPE: Final = re.compile(r"<!DOCTYPE", re.IGNORECASE)


def _read_xml(text: _Text, path: Path, places: Sequence[str], notes: list[str]) -> Iterator[Parsed]:
    names = list(dict.fromkeys(each.rpartition(".")[2] for each in places))
    first = text.find(_START, MAX_RECORD)
    if first is None:
        _refuse(path, "no XML: not one element stands in it", "is it another kind of file?")
    if _DOCTYPE.search(_ASIDE.sub("", text.text[text.at : first.start()])):
        notes.append("its document type is not read: no entity that it declares is known")
        begin = re.compile(r"\]\s*>\s*(?=<)|<!DOCTYPE[^\[<>]*+>", re.IGNORECASE)
        if (found := text.find(begin, MAX_RECORD)) is not None:
            text.at = found.end()
        first = text.find(_START, MAX_RECORD) or first
    if not names:
        text.at = first.end()
        second = text.find(_START, MAX_RECORD)
        names = [] if second is None else [second[1]]
    if not names:
        return
    choice = "|".join(map(re.escape, names))
    start = re.compile(rf"<(?P<prefix>{_NAME}:)?(?P<name>{choice})(?=[\s/>])")
    while (match := text.find(start, drop=True)) is not None:
        text.at = match.start()
        yield _element(text, match, start)


def _element(text: _Text, match: re.Match[str], start: re.Pattern[str]) -> Parsed:
    """The record that begins here: up to its end, or where that is missing to where the next one begins."""
    prefix, name = match["prefix"] or "", match["name"]
    alone = re.compile(r"[^<>]*/>").match(text.text, match.end())
    if alone is not None:
        found = text.text[text.at : alone.end()]
        text.at = alone.end()
        return parse_xml(found)
    # from behind the name: the same element once more is the next record
    end = re.compile(rf"</{re.escape(prefix + name)}\s*>|<{re.escape(prefix + name)}(?=[\s/>])")
    began, text.at = text.at, text.at + len(match[0])
    head = text.text[began : text.at]
    closing = text.find(end, MAX_RECORD)
    if closing is None:
        body = text.text[text.at :][:MAX_SHOWN]
        too_long = not text.ended
        if not too_long:
            text.at = len(text.text)
        message = (
            f"a record of more than {MAX_RECORD:,} characters"
            if too_long
            else "the file ends in it"
        )
        return Parsed(text=head + body, reason=Reason("broken-record", message))
    if closing[0].startswith("</"):
        found = head + text.text[text.at : closing.end()]
        text.at = closing.end()
        return parse_xml(found)
    found = head + text.text[text.at : closing.start()]
    text.at = closing.start()
    message = f"no XML: <{prefix}{name}> is not closed where the next one begins"
    return Parsed(text=found.strip()[:MAX_SHOWN], reason=Reason("broken-record", message))


def parse_xml(text: str) -> Parsed:
    """One element as an object: attributes under @name, elements by their local names, several as lists."""
    builder = _Elements()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code)
        message = f"no XML: {said} in line {error.lineno} of the record"
    except UnicodeEncodeError:
        message = "bytes that are no text in the encoding of the file"
    except _TooDeep as error:
        message = str(error)
    else:
        value = builder.value
        return Parsed(value if isinstance(value, dict) else {TEXT: value})
    return Parsed(text=text[:MAX_SHOWN], reason=Reason("broken-record", message))


class _TooDeep(Exception):
    pass


class _Elements:
    """Makes nested objects of the events of a parser."""

    def __init__(self) -> None:
        self.value: Any = None
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise _TooDeep("it is nested too deeply")
        self._open.append(
            (name.rpartition(":")[2], {f"@{k}": v for k, v in attributes.items()}, [])
        )

    def data(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, parts, texts = self._open.pop()
        text = "".join(texts).strip()
        value: Any = parts
        if not parts:
            value = text
        elif text:
            parts[TEXT] = text
        if not self._open:
            self.value = value
            return
        above = self._open[-1][1]
        if name not in above:
            above[name] = value
        elif isinstance(above[name], list):
            above[name].append(value)
        else:
            above[name] = [above[name], value]

    def refuse(self, *_: Any) -> None:
        raise _TooDeep("a record has no document type")
