"""CloudEvents 1.0 in its JSON format: the same events in the envelope that other systems know."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from timeline.model.values import Fields

_encode: Final = msgspec.json.Encoder().encode
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


def content_of_cloudevent(value: Fields) -> Fields:
    """The event inside a CloudEvents envelope, as flat fields again."""
    name = str(value.get("type", "")).removeprefix("timeline.").rpartition(".v")[0]
    data = value.get("data")
    inner: Fields = data if isinstance(data, dict) else {}
    return {"id": value.get("id"), "type": name, "subject": value.get("subject")} | inner
