"""New events as an Atom feed (RFC 4287), the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_OID, uuid5
from xml.etree import ElementTree as ET

from timeline.answers.model import LogEntry
from timeline.language import tr
from timeline.model.values import ALWAYS
from timeline.render.fields import field_rows, type_words
from timeline.render.terms import label_words, level_words
from timeline.render.text import clean
from timeline.render.words import Names, date
from timeline.web.addresses import event_address

_ATOM = "http://www.w3.org/2005/Atom"
_NOTHING_YET = "1970-01-01T00:00:00Z"


def render_feed(
    entries: Sequence[LogEntry], names: Names, *, title: str, own: str, page: str, base: str
) -> bytes:
    """The feed of some events; ``own`` and ``page`` are its address and that of the page for people.

    An entry has the same id wherever its event is served, so that a reader shows it once.
    """
    feed = ET.Element("feed", {"xmlns": _ATOM})
    _text(feed, "title", title)
    _text(feed, "id", own)
    _text(feed, "updated", max((each.recorded for each in entries), default=_NOTHING_YET))
    ET.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": own})
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": page})
    _text(ET.SubElement(feed, "author"), "name", "partnership-timeline")
    for each in entries:
        _entry(feed, each, names, base)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: ET.Element, event: LogEntry, names: Names, base: str) -> None:
    entry = ET.SubElement(feed, "entry")
    when = f"{date(event.occurred)}: " if event.occurred else ""
    what = f"{type_words(event.type)}{level_words(event.fact_level)}"
    _text(entry, "title", f"{when}{what} – {event.subject}")
    _text(entry, "id", f"urn:uuid:{uuid5(NAMESPACE_OID, f'timeline event {event.id}')}")
    _text(entry, "updated", event.recorded)
    if event.known != ALWAYS:
        _text(entry, "published", event.known)
    page = f"{base}{event_address(event.subject, event.id)}"
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": page})
    ET.SubElement(entry, "category", {"term": event.type})
    said = [f"{label_words(label)}: {text}" for label, text in field_rows(event.fields, names)]
    sources = tr("reported by {sources}", sources=", ".join(event.source)) if event.source else ""
    _text(entry, "summary", "; ".join(filter(None, [*said, sources])) or type_words(event.type))


def _text(parent: ET.Element, name: str, text: str) -> None:
    """An element of plain text; what is no character of XML is written out."""
    ET.SubElement(parent, name).text = "".join(
        each if each not in "\ufffe\uffff" else f"\\u{ord(each):04x}" for each in clean(text)
    )
