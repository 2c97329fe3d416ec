"""Quotes against an archive: whether a source says what an event quotes from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Connection

from timeline.errors import NotFound, Problem
from timeline.ingest.draft import Draft
from timeline.model.values import Fields
from timeline.store.log import read_quoting
from timeline.store.lookups import source_terms

_CONTEXT: Final = 80
"""The most characters of a passage that are shown."""


class Archive:
    """A folder with the texts of sources, each known by the SHA-256 of its file, whatever it is called."""

    def __init__(self, folder: Path) -> None:
        """Raises NotFound where there is no such folder."""
        if not folder.is_dir():
            raise NotFound("file", str(folder))
        self._folder = folder
        self._files: dict[str, Path] | None = None
        self._texts: dict[str, str | None] = {}

    def text(self, sha256: str) -> str | None:
        """The text of the file with that digest, as quotes are compared; None where there is none."""
        if self._files is None:
            self._files = dict(self._digests())
        if sha256 not in self._texts:
            path = self._files.get(sha256)
            data = None if path is None else path.read_bytes()
            self._texts[sha256] = None if data is None else folded(data.decode("utf-8", "replace"))
        return self._texts[sha256]

    def _digests(self) -> Iterator[tuple[str, Path]]:
        for path in sorted(self._folder.rglob("*")):
            if path.is_file():
                with path.open("rb") as stream:
                    yield file_digest(stream, "sha256").hexdigest(), path


def folded(text: str) -> str:
    """A text as quotes are compared: in Unicode NFC, runs of white space as one; nothing else is forgiven."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def check_quotes(drafts: Iterable[Draft], archive: Archive) -> list[Problem]:
    """The quotes that none of their archived sources says, and as warnings the texts that are missing.

    A quote of sources of which none has an ``archived_sha256`` is compared with nothing.
    """
    drafts = list(drafts)
    digests = {
        draft.fields["subject"].partition(":")[2]: (draft, draft.fields["archived_sha256"])
        for draft in drafts
        if "archived_sha256" in draft.fields
    }
    problems = []
    for slug, (draft, sha256) in digests.items():
        if archive.text(sha256) is None:
            message = f'the text of "{slug}" is not in the archive'
            found = draft.place.problem("not-archived", message, "archived_sha256")
            problems.append(found.as_warning())
    for draft in drafts:
        named = draft.fields.get("source", [])
        slugs = [named] if isinstance(named, str) else named
        texts = [
            t for s in slugs if s in digests and (t := archive.text(digests[s][1])) is not None
        ]
        for wanted in _quotes(draft.fields):
            if texts and not any(wanted in text for text in texts):
                message = f'no archived source says "{_short(wanted)}"'
                hint = f'the nearest passage is "{_nearest(wanted, texts)}"'
                problems.append(draft.place.problem("quote-not-found", message, "quote", hint))
    return problems


def count_verified(connection: Connection, archive: Archive) -> int:
    """How many events of the log quote only what their archived sources say."""
    count = 0
    for row in read_quoting(connection):
        terms = source_terms(connection, row.entry.sources, row.position)
        digests = [said["archived_sha256"] for said in terms.values() if "archived_sha256" in said]
        texts = [text for digest in digests if (text := archive.text(digest)) is not None]
        count += all(any(q in text for text in texts) for q in _quotes(row.fields))
    return count


def _quotes(fields: Fields) -> list[str]:
    """The quotes of an event, as they are compared."""
    quotes = fields.get("quote", [])
    return [folded(quote) for quote in ([quotes] if isinstance(quotes, str) else quotes)]


def _nearest(quote: str, texts: Iterable[str]) -> str:
    """The passage of the texts that is most like a quote."""
    from rapidfuzz import fuzz  # only when something went wrong

    found = [(fuzz.partial_ratio_alignment(quote, text), text) for text in texts]
    best, text = max(found, key=lambda each: each[0].score if each[0] else 0)
    return _short(text[best.dest_start : best.dest_end].strip()) if best else ""


def _short(text: str) -> str:
    return text if len(text) <= _CONTEXT * 2 else f"{text[:_CONTEXT]} … {text[-_CONTEXT:]}"
