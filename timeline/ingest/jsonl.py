"""JSONL: one event a line, for machines.

Read in a stream, in constant memory. A sound line takes the fast way: decoded and validated by msgspec in one
go, then a few quick tests. Whatever is not plainly sound is read again as a node, which finds every problem.
Written, a line holds the fields as they were given, and the event's place in the log.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from itertools import islice
from typing import Any, BinaryIO, Final, TypeVar, Union

import msgspec
from msgspec import Struct

from timeline.errors import DataError, Location, Problem, TimelineError
from timeline.ingest.draft import (
    Content,
    Draft,
    Erased,
    Place,
    draft_if_sound,
    parse_event,
)
from timeline.ingest.nodes import Unreadable, WrittenNumber, node_of
from timeline.ingest.shape import Report, unstorable
from timeline.model import dates
from timeline.model.kinds import EVENT_TYPES, RECORD_TYPES
from timeline.model.kinds.event import Attribution, Event, FactLevel
from timeline.model.values import Fields, check_sha256, check_slug, check_subject, is_instant
from timeline.worker import apart, read_frame, write_frame

MAX_LINE: Final = 4 * 1024 * 1024
"""Bytes in a line of JSONL; a longer one is no event."""

MOST_PROBLEMS: Final = 1000
"""A file with more is another kind of file; it is read no further."""

EXPORTED: Final = ("position", "recorded", "hash", "origin")
"""What an export adds to an event's fields."""

_EXPORT: Final = b'{"position":'
"""How an export begins a line."""

_decode: Final = msgspec.json.Decoder[Event](Union[tuple(EVENT_TYPES.values())]).decode  # noqa: UP007
_decode_parts: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_any: Final = msgspec.json.Decoder(float_hook=WrittenNumber).decode
_encode: Final = msgspec.json.Encoder().encode
_to_builtins: Final = msgspec.to_builtins

_UNREADABLE: Final = (
    msgspec.MsgspecError,
    UnicodeDecodeError,
    RecursionError,
    OverflowError,
)


Line = TypeVar("Line")

# --- in -----------------------------------------------------------------------------------------


def read_lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    """The lines of JSONL with their numbers, blank ones left out; DataError for an endless one."""
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            message = f"a line of more than {MAX_LINE:,} bytes is no event"
            hint = "JSONL is one event a line"
            raise DataError([Problem("line-too-long", message, Location(name, number, 1), hint)])
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.isspace():
            yield number, line


def load_lines(
    stream: BinaryIO,
    name: str,
    origin: str | None,
    problems: list[Problem],
    *,
    cloudevents: bool = False,
) -> Iterator[Draft]:
    """The drafts of the lines of JSONL; what is wrong with others goes to ``problems``.

    ``origin`` is where an event came from that does not say so itself. ``cloudevents``: each line holds the
    event in the envelope of CloudEvents.
    """
    parse = parse_cloudevent if cloudevents else parse_line
    yield from parse_lines(read_lines(stream, name), name, origin, problems, parse)


def parse_lines(
    lines: Iterable[tuple[int, Line]],
    name: str,
    origin: str | None,
    problems: list[Problem],
    parse: Callable[[Line, str, int], Draft | list[Problem]],
) -> Iterator[Draft]:
    """The drafts of numbered lines, as :func:`load_lines` gives those of a stream."""
    for number, line in lines:
        parsed = parse(line, name, number)
        if isinstance(parsed, list):
            problems += parsed
            if len(problems) >= MOST_PROBLEMS:
                raise DataError(problems)
            continue
        if parsed.origin is None:
            parsed.origin = origin
        yield parsed


def parse_line(line: bytes, file: str, number: int) -> Draft | list[Problem]:
    """The draft in one line of JSON, or every problem of the line."""
    return _quickly(line, file, number) or _read_again(line, file, number)


def parse_fields(fields: Fields, file: str, number: int) -> Draft | list[Problem]:
    """The draft of an event's fields as JSON holds them, or every problem; what :func:`parse_line` gives.

    Raises UnicodeEncodeError for a text that is none.
    """
    line = _encode(fields)
    try:
        event = _decode(line)
    except _UNREADABLE:
        return _read_again(line, file, number)
    return _sound(event, line, file, number, None) or _read_again(line, file, number)


def twice_in(text: str) -> list[tuple[str, int, int]]:
    """The keys that stand twice in one object of a JSON text, each with its path, line and column.

    ``text`` is sound JSON otherwise.
    """
    found = []
    stack: list[tuple[set[str] | None, str]] = []
    for token in _TOKEN.finditer(text):
        kind = token.group()[0]
        if kind in "{[":
            stack.append((set() if kind == "{" else None, ""))
        elif kind in "}]":
            stack.pop()
        elif token.group(1) is not None:
            keys = stack[-1][0]
            assert keys is not None, "a key stands in an object"
            key = _decode_any(token.group(1))
            stack[-1] = keys, key
            if key in keys:
                path = ".".join(name for _, name in stack if name)
                line = text.count("\n", 0, token.start()) + 1
                found.append((path, line, token.start() - text.rfind("\n", 0, token.start())))
            keys.add(key)
    return found


_TOKEN: Final = re.compile(r'("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}\[\]]')


def refuse_twice(text: str | bytes, file: str, number: int = 1) -> list[Problem]:
    """The problems of keys that stand twice in a JSON text that begins in that line of a file."""
    decoded = text if isinstance(text, str) else text.decode("utf-8-sig")
    return [
        Problem(
            "duplicate-key", f'"{path}" stands here twice',
            Location(file, number + line - 1, column),
            "keep one of them: readers of JSON would silently drop the other",
        )
        for path, line, column in twice_in(decoded)
    ]  # fmt: skip


def read_object(data: bytes, name: str) -> Fields | None:
    """The one JSON object in a text of any number of lines; None where it holds something else.

    Numbers keep their digits. Raises DataError for a key that stands twice.
    """
    try:
        value = _decode_any(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if twice := refuse_twice(data, name):
        raise DataError(twice)
    return value


def _each_once(line: bytes, keys: int) -> bool:
    """Whether a line in which ``keys`` different keys were read certainly holds none of them twice.

    Every key that is directly followed by its colon counts once, and a text may only make it look like more
    of them. Measured at 0.3 µs; where it cannot tell, the line is read again.
    """
    return line.count(b'":') == keys and _LOOSE_COLON.search(line) is None


_LOOSE_COLON: Final = re.compile(rb'"[ \t\r\n]+:')


def _keys(value: Any) -> int:
    """How many keys a JSON value holds, at any depth."""
    if type(value) is dict:
        return len(value) + sum([_keys(each) for each in value.values() if type(each) in _INSIDE])
    return sum([_keys(each) for each in value if type(each) in _INSIDE])


_INSIDE: Final = frozenset((dict, list))


def _quickly(line: bytes, file: str, number: int) -> Draft | list[Problem] | None:
    if not line.startswith(_EXPORT):
        try:
            event = _decode(line)
        except _UNREADABLE:
            pass  # what an export adds is unknown to the types as well
        else:
            return _sound(event, line, file, number, 0)
    return _exported(line, file, number)


def _sound(event: Event, line: bytes, file: str, number: int, added: int | None) -> Draft | None:
    """The draft of an event with which nothing is wrong, by quick tests; None where they cannot tell.

    ``added`` is how many keys the line holds besides the event's; None where no key can stand there twice.
    """
    fields: Fields = _to_builtins(event)
    draft = draft_if_sound(type(event), fields, line, Place(file, number))
    if draft is None or added is None or _each_once(line, _keys(fields) + added):
        return draft
    return None


def _exported(line: bytes, file: str, number: int) -> Draft | list[Problem] | None:
    """The draft of a line with what an export adds; None for any other, and where something is wrong."""
    if _MARK in line:
        erased = _erased(line, file, number)
        if erased is not None:
            return erased
    try:
        parts = _decode_parts(line)
        added: dict[str, Any] = {n: _decode_any(parts.pop(n)) for n in EXPORTED if n in parts}
        if not added:
            return None
        # half of what msgspec.convert takes, which looks at all the types anew each time
        event = _decode(_encode(parts))
    except _UNREADABLE:
        return None
    draft = _sound(event, line, file, number, len(added))
    return None if draft is None else _with_added(draft, added)


_MARK: Final = b'"erased"'
"""What a line holds that may be that of an erased event."""


class _ErasedLine(Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of the line of an erased event, but for its place in the log."""

    id: str
    type: str
    subject: str
    erased: bool
    digest: str
    known: str
    earliest: str
    latest: str
    occurred: str | None = None
    attribution: Attribution | None = None
    fact_level: FactLevel = "fact"
    schema_version: int = 1


def _erased_fields(fields: Fields) -> tuple[Fields, Erased]:
    """The content and the rest of an erased event, from the line of an export.

    ``fields`` are those of the line without its place in the log. Raises ValueError where they are not what
    an export writes.
    """
    try:
        line = msgspec.convert(fields, _ErasedLine)
        check_slug(line.id)
        check_subject(line.subject)
        check_sha256(line.digest)
        if line.occurred is not None:
            dates.bounds(line.occurred)
    except (TimelineError, msgspec.ValidationError) as error:
        raise ValueError(str(error)) from error
    days = all(date.fromisoformat(day).isoformat() == day for day in (line.earliest, line.latest))
    event = EVENT_TYPES.get(line.type)
    if event is None:
        raise ValueError(f'no event type "{line.type}"')
    version = 1 <= line.schema_version <= 1 + len(event.upcasters)
    if not (line.erased and days and version and is_instant(line.known)):
        raise ValueError("a field of it is not what an export writes")
    kept: Fields = {name: fields[name] for name in _KEPT if name in fields}
    for name, default in (("fact_level", "fact"), ("schema_version", 1)):
        if kept.get(name) == default:
            del kept[name]  # which is how the tombstone of it looks
    rest = Erased(digest=line.digest, known=line.known, earliest=line.earliest, latest=line.latest)
    return kept, rest


_KEPT: Final = (
    "id", "type", "subject", "occurred", "attribution", "fact_level", "schema_version", "erased",
)  # fmt: skip


def _erased(line: bytes, file: str, number: int) -> Draft | list[Problem] | None:
    """The draft of an erased event, or what is wrong with it; None for a line of another event."""
    try:
        value = _decode_any(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("erased") is not True:
        return None
    if twice := refuse_twice(line, file, number):
        return twice
    added = {name: value.pop(name) for name in EXPORTED if name in value}
    place = Place(file, number)
    try:
        fields, rest = _erased_fields(value)
    except ValueError as error:
        return [place.problem("invalid-value", f"no erased event of an export: {error}")]
    return _with_added(Draft(fields, place, erased=rest), added)


def _with_added(draft: Draft, added: dict[str, Any]) -> Draft | list[Problem]:
    """The draft with what an export adds; only the origin is stored, so only that must be sound."""
    origin = added.get("origin")
    if origin is not None:
        if not isinstance(origin, str) or isinstance(origin, WrittenNumber):
            return [draft.place.problem("wrong-type", '"origin" should be text')]
        reason = unstorable(origin)
        if reason is not None:
            return [draft.place.problem("unstorable-value", f"origin: {reason}")]
    draft.origin = origin
    draft.position, draft.hash = added.get("position"), added.get("hash")
    draft.recorded = added.get("recorded")
    return draft


def _read_again(line: bytes, file: str, number: int) -> Draft | list[Problem]:
    value, problems = _value_of_line(line, file, number)
    added: dict[str, Any] = {}
    if isinstance(value, dict):
        added = {name: value.pop(name) for name in EXPORTED if name in value}
        if not problems and "specversion" in value:
            message = "the line is a CloudEvent, and plain events are read here"
            hint = "replay it with --format cloudevents"
            return [Problem("wrong-type", message, Location(file, number, 1), hint)]
    return _parsed(value, added, problems, file, number)


def _value_of_line(line: bytes, file: str, number: int) -> tuple[Any, list[Problem]]:
    """The JSON value of a line, and what is wrong with it as JSON; without a value nothing else can be."""
    try:
        value = _decode_any(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"not JSON that is read: {error}"
        return _NO_JSON, [Problem("invalid-json", message, Location(file, number, 1))]
    return value, refuse_twice(line, file, number)


_NO_JSON: Final = object()


def _parsed(
    value: Any, added: dict[str, Any], problems: list[Problem], file: str, number: int
) -> Draft | list[Problem]:
    """The draft of an event's value and of what stands beside it, or what is wrong, ``problems`` first."""
    if value is _NO_JSON:
        return problems
    report = Report(file, lenient=False)
    try:
        draft = parse_event(node_of(value, number), report)
    except Unreadable as error:
        return [*problems, error.problem(file)]
    if problems or draft is None:
        return problems + report.problems
    return _with_added(draft, added)


# --- read ahead by another process ----------------------------------------------------------------
#
# It reads, checks and prepares a large file while this one places and writes what was read before. Lines
# with which anything is wrong come as they are; what it does not send (it cannot be started, or dies), is
# read here.

LARGE: Final = 4 * 1024 * 1024
"""Bytes of a file of which it pays to start another process: some 20,000 events."""

_AT_ONCE: Final = 500
"""Lines that are sent together."""


class _Ready(Struct, array_like=True, gc=False):
    """A draft on its way: all but its place."""

    fields: Fields
    content: Content | None
    origin: str | None
    erased: Erased | None
    recorded: str | None
    position: int | None
    hash: str | None


_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(list[tuple[int, bytes | _Ready]]).decode


def load_file(
    stream: BinaryIO, name: str, origin: str | None, problems: list[Problem]
) -> Iterator[Draft]:
    """The drafts of a file of JSONL that is open at its start, as :func:`load_lines` gives them."""
    large = os.fstat(stream.fileno()).st_size >= LARGE
    lines = _lines_ahead(stream, name) if large else read_lines(stream, name)
    yield from parse_lines(lines, name, origin, problems, _received)


def _lines_ahead(stream: BinaryIO, name: str) -> Iterator[tuple[int, bytes | _Ready]]:
    last = 0
    with apart(read_there, stream) as other:
        while other is not None and (frame := read_frame(other.back)) is not None:
            lines = _unpack(frame)
            if not lines:
                return
            yield from lines
            last = lines[-1][0]
    stream.seek(0)
    yield from (line for line in read_lines(stream, name) if line[0] > last)


def _received(line: bytes | _Ready, file: str, number: int) -> Draft | list[Problem]:
    if isinstance(line, bytes):
        return parse_line(line, file, number)
    return Draft(
        line.fields, Place(file, number), line.origin, line.content, line.erased, line.recorded,
        line.position, line.hash,
    )  # fmt: skip


def read_there(stream: BinaryIO, out: BinaryIO, _number: int = 0) -> None:
    """Send the lines of a file in frames, and an empty one after the last: what the other process does."""
    with suppress(DataError):  # where the other end reads on, and says what is wrong
        lines = read_lines(stream, "")
        while some := list(islice(lines, _AT_ONCE)):
            write_frame(out, _pack([(number, _ready(line)) for number, line in some]))
        write_frame(out, _pack([]))


def _ready(line: bytes) -> bytes | _Ready:
    draft = _quickly(line, "", 0)
    if not isinstance(draft, Draft):
        return line
    draft.prepare()
    ready = _Ready(
        draft.fields, draft.content, draft.origin, draft.erased, draft.recorded, draft.position,
        draft.hash,
    )  # fmt: skip
    try:
        _pack(ready)
    except OverflowError:  # a number that a frame cannot hold
        return line
    return ready


# --- out ----------------------------------------------------------------------------------------


def export_line(
    fields: Fields, *, position: int, recorded: str, hash_: str, origin: str | None
) -> bytes:
    """The line of one event, with its newline; what :func:`parse_line` reads back."""
    line: dict[str, Any] = {"position": position} | fields
    if origin is not None:
        line["origin"] = origin
    line |= {"recorded": recorded, "hash": hash_}
    return _encode(line) + b"\n"


# --- CloudEvents -------------------------------------------------------------------------------

_ENVELOPE: Final = ("id", "type", "subject")


def cloudevent(fields: Fields, *, known: str, recorded: str, origin: str | None) -> dict[str, Any]:
    """The event in a CloudEvents 1.0 envelope; its own fields are the ``data``.

    ``source`` is a URI reference by that standard: where the event came from in our sense is in the
    data, so it names the origin of the record.
    """
    version = fields.get("schema_version", 1)
    return {
        "specversion": "1.0",
        "id": fields["id"],
        "source": f"/{origin}" if origin else "/",
        "type": f"timeline.{fields['type']}.v{version}",
        "subject": fields["subject"],
        "time": known,
        "recordedtime": recorded,
        "datacontenttype": "application/json",
        "data": {name: value for name, value in fields.items() if name not in _ENVELOPE},
    }


def cloudevent_line(fields: Fields, *, known: str, recorded: str, origin: str | None) -> bytes:
    """One CloudEvent as a line of JSON, with its newline."""
    return _encode(cloudevent(fields, known=known, recorded=recorded, origin=origin)) + b"\n"


def parse_cloudevent(line: bytes, file: str, number: int) -> Draft | list[Problem]:
    """The draft in one line that holds a CloudEvent, or every problem of the line."""
    value, problems = _value_of_line(line, file, number)
    if value is _NO_JSON:
        return problems
    flaw = _flaw_of_envelope(value)
    if flaw is not None:
        message, hint = flaw
        return [*problems, Problem("wrong-type", message, Location(file, number, 1), hint)]
    origin = str(value["source"]).removeprefix("/") or None
    content = content_of_cloudevent(value)
    return _parsed(content, {"origin": origin}, problems, file, number)


def _flaw_of_envelope(value: Any) -> tuple[str, str] | None:
    """Why a JSON value is no event of ours in the envelope of CloudEvents 1.0, and what to write."""
    if not isinstance(value, dict) or value.get("specversion") != "1.0":
        return "no CloudEvent of version 1.0", 'a line is an object with "specversion": "1.0"'
    for name in ("id", "source", "type", "subject"):
        if not isinstance(value.get(name), str) or isinstance(value[name], WrittenNumber):
            return f'a CloudEvent of ours needs "{name}" as text', f'give "{name}"'
    if not _is_type(value["type"]):
        message = f'"{value["type"]}" is no type of a CloudEvent of ours'
        return message, 'write timeline.NAME.vVERSION, such as "timeline.deal_signed.v1"'
    if not isinstance(value.get("data"), dict):
        return "the data of a CloudEvent is the event as a JSON object", 'give it as "data"'
    return None


_is_type: Final = re.compile(r"timeline\.[^.]+\.v[1-9][0-9]{0,3}", re.ASCII).fullmatch


def content_of_cloudevent(value: Fields) -> Fields:
    """The event inside a sound CloudEvents envelope, as flat fields again.

    ``time`` is since when it is known, where neither the data nor a source in them says so.
    """
    name, _, version = value["type"].removeprefix("timeline.").rpartition(".v")
    content: Fields = {"id": value["id"], "type": name, "subject": value["subject"]} | value["data"]
    if version != "1":
        content.setdefault("schema_version", int(version))
    event = EVENT_TYPES.get(name)
    says_when = {"known", "source"} & content.keys()
    about_record = event is None or name in RECORD_TYPES
    if "time" in value and not (says_when or about_record or (event and event.always)):
        content["known"] = value["time"]
    return content
