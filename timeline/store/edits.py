"""What people changed in files since the last replay: which event is an edit of which, and what is gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct

from timeline.errors import Location, Problem
from timeline.ingest.draft import Draft, parse_changes
from timeline.model.kinds import upcast
from timeline.model.values import Fields, same_value
from timeline.store.amend import drifts, recorded
from timeline.store.append import Appender
from timeline.store.files import FileAt, Files
from timeline.store.log import chunks, log_row
from timeline.store.tables import event


class GivenFile(Struct):
    """A file of a replay, with the events that it holds."""

    at: FileAt
    name: str
    """As people call it, for messages."""
    wanted: str
    """The origin that it would have if no other file had it: its story, or its path below the root."""
    is_story: bool
    drafts: list[Draft]
    """Empty for JSONL, which is not edited by people."""
    origin: str = ""
    """The origin that its new events get."""
    ids: frozenset[str] = frozenset()
    """The events that it holds, once they were appended or found."""


class Edits:
    """The files of one replay against what they held last.

    Made before anything is appended: events without an id that are edits of others get the id of these, so
    that the appender compares them.
    """

    def __init__(
        self, appender: Appender, files: Sequence[GivenFile], folders: Iterable[Path]
    ) -> None:
        self.appender = appender
        self.given = files
        self.warnings: list[Problem] = []
        self._files = Files(appender.connection)
        self._by_file = {given.at.file: given for given in files}
        has_id = {id(d) for given in files for d in given.drafts if "id" in d.fields}
        for given in files:
            self._name(given)
        self._ids = {id_ for given in files for id_ in _ids(given)}
        self._held = self._look_back(folders)
        gone = [
            each
            for each in read_gone(
                appender.connection, self._held.keys() - self._ids, appender.position
            )
            if not appender.unsound & {each.id, each.content["subject"]}
        ]
        if gone:
            there = self._in_the_log(self._ids)
            for given in files:
                new = [d for d in given.drafts if d.fields.get("id") not in there]
                self._match(given, new, gone, has_id)

    def _name(self, given: GivenFile) -> None:
        """Give a file its origin, which every event of it carries that is new."""
        for draft in given.drafts:
            draft.prepare()
        given.origin = self._files.origin_of(
            given.at, given.wanted, _ids(given), is_story=given.is_story
        )
        for draft in given.drafts:
            draft.origin = given.origin

    def _look_back(self, folders: Iterable[Path]) -> dict[str, str]:
        """The events that the files held last, or files that are gone, each with its file."""
        there = self._by_file.keys()
        gone: set[str] = set()
        for folder in folders:
            gone |= self._files.gone_from(folder, there)
        held: dict[str, str] = {}
        for given in self.given:
            if not given.drafts:
                continue
            held |= dict.fromkeys(self._files.unclaimed(given.origin), given.at.file)
            for other in self._files.gone_beside(given.at.path) - gone:
                if self._files.held_by([other]).keys() & self._ids:
                    gone.add(other)  # renamed
        return held | self._files.held_by(gone | set(there))

    def _in_the_log(self, ids: Collection[str]) -> set[str]:
        found: set[str] = set()
        for some in chunks(sorted(ids)):
            statement = sa.select(event.c.id).where(event.c.id.in_(some))
            found |= set(self.appender.connection.scalars(statement))
        return found

    def _match(
        self, given: GivenFile, new: Sequence[Draft], gone: Sequence[Gone], has_id: set[int]
    ) -> None:
        """Tell edits from new events: the former get the id of what they are edits of."""
        left = [g for g in gone if g.id not in self._ids and self._may_be_of(given, g)]
        unnamed = [draft for draft in new if id(draft) not in has_id]
        matched, unclear = match_edits(unnamed, [g for g in left if not g.is_erased])
        for draft, found in matched:
            draft.fields["id"] = found.id
            draft.content = None
            self._ids.add(found.id)
        for draft in unclear:
            message = f"the {draft.fields['type']} of {_about(draft.fields)[1]} is new, and more than one "
            message += "event that this file held is gone: which of them it changes cannot be told"
            hint = (
                "give the events the ids that timeline log shows, or an id of its own to a new one"
            )
            self.appender.problems.append(draft.place.problem("event-changed", message, None, hint))
        edits = {id(draft) for draft, _ in matched}
        others = [draft for draft in new if id(draft) not in edits]
        again, perhaps = match_edits(others, [g for g in left if g.is_erased])
        for draft in [*(draft for draft, _ in again), *perhaps]:
            message = f"an erased {draft.fields['type']} of {_about(draft.fields)[1]} came from this file, "
            message += "and this one may say the same again under another id"
            hint = "what was erased must not come back: take it out, or make sure that it is another event"
            found_problem = draft.place.problem("event-erased", message, None, hint)
            self.warnings.append(found_problem.as_warning())

    def _may_be_of(self, given: GivenFile, gone: Gone) -> bool:
        """Whether a file held the event, or another one did that is gone."""
        file = self._held[gone.id]
        return file == given.at.file or file not in self._by_file

    # --- after the files were appended -----------------------------------------------------------

    def reconcile(self, start: int, *, amend: bool) -> list[Problem]:
        """Where files and the record differ: mended, or warnings. ``start`` is where the log ended before.

        Nothing is said of what stands in events that could not be read.
        """
        ids = {id_ for given in self.given for id_ in given.ids}
        found = [
            drift
            for drift in drifts(self.appender.connection, self._held, ids, start)
            if not self.appender.unsound & {drift.id, drift.subject}
        ]
        if not amend:
            return [self._warning(drift.id, drift.type, drift.subject, drift.file, drift.vanished)
                    for drift in found]  # fmt: skip
        for drift in found:
            for target in () if drift.vanished else drift.retractions:
                self._retract(target, None)
        # from the last to the first: what refers to a registration goes before it
        for drift in reversed(found):
            if drift.vanished:
                self._retract(drift.id, drift.file)
        return []

    def _retract(self, target: str, file: str | None) -> None:
        given = self._by_file.get(file or "") or self.given[0]
        self.appender.retract(target, given.origin, given.name)

    def _warning(
        self, id_: str, type_: str, subject: str, file: str | None, vanished: bool
    ) -> Problem:
        given = self._by_file.get(file or "")
        holder = next((g for g in self.given if id_ in g.ids), None)
        if vanished:
            message = f'"{id_}" ({type_} of {subject}) is in no file of this replay, and '
            message += (
                f'"{given.origin}" held it last' if given else "the file that held it is gone"
            )
            code, hint = "event-vanished", "put it back, or retract it: replay --amend does"
        else:
            message = f'"{id_}" is in the file, and was retracted in the record'
            code, hint = "event-retracted", "take it out, or undo the retraction: --amend does"
        shown = given if vanished else holder
        place = Location(shown.name) if shown else None
        return Problem(code, message, place, hint, warning=True)

    def keep(self) -> None:
        """Write down which file holds which event now."""
        self._files.keep((id_, given.at.file) for given in self.given for id_ in given.ids)


def _ids(given: GivenFile) -> set[str]:
    """The ids that the events of a file have before they are appended; none of some about the record."""
    return {draft.fields["id"] for draft in given.drafts if "id" in draft.fields}


# --- matching ------------------------------------------------------------------------------------


class Gone(Struct, frozen=True):
    """An event that a file held last, and that no file of this replay holds."""

    id: str
    content: Fields
    """As mended; of an erased event what is left."""
    is_erased: bool
    target_type: str | None = None
    """Of an event about the record, what type its target is of."""


def read_gone(connection: sa.Connection, ids: Collection[str], position: int) -> list[Gone]:
    """The events of these ids that still count, or were erased, by position."""
    found: list[Gone] = []
    for some in chunks(sorted(ids)):
        rows = connection.execute(sa.select(event).where(event.c.id.in_(some))).mappings()
        for row in map(log_row, rows):
            if row.is_erased:
                found.append(Gone(row.id, row.fields, is_erased=True))
                continue
            now = recorded(connection, row.id, row.subject, position)
            if now is not None:
                target = row.fields.get("target")
                of_target = sa.select(event.c.type).where(event.c.id == target)
                found.append(
                    Gone(
                        row.id, now.content, is_erased=False,
                        target_type=connection.scalar(of_target) if target else None,
                    )
                )  # fmt: skip
    return found


def match_edits(
    new: Sequence[Draft], gone: Sequence[Gone]
) -> tuple[list[tuple[Draft, Gone]], list[Draft]]:
    """Which gone event each new one is an edit of, and the new ones of which that cannot be told.

    Only events of one type and subject match: first what says the same, then of several those with the same
    ``occurred``, then those with the same sources, then the one that is left.
    """
    matched: list[tuple[Draft, Gone]] = []
    unclear: list[Draft] = []
    for about in dict.fromkeys(_about(draft.fields) for draft in new):
        drafts = [draft for draft in new if _about(draft.fields) == about]
        left = [each for each in gone if _about(each.content) == about]
        for draft in list(drafts):
            same = next((each for each in left if _says_the_same(draft, each)), None)
            if same is not None:
                matched.append((draft, same))
                drafts.remove(draft)
                left.remove(same)
        for key in _KEYS:
            for value in {key(draft.fields) for draft in drafts}:
                one = [draft for draft in drafts if key(draft.fields) == value]
                other = [each for each in left if key(each.content) == value]
                if len(one) == len(other) == 1:
                    matched.append((one[0], other[0]))
                    drafts.remove(one[0])
                    left.remove(other[0])
        if left:
            unclear += drafts
    return matched, unclear


def _about(fields: Fields) -> tuple[str, str | None]:
    """The type of an event and what it is about; of one about the record that is its target."""
    return fields["type"], fields.get("target") or fields.get("subject")


def _sources(fields: Fields) -> tuple[str, ...]:
    source = fields.get("source", [])
    return (source,) if isinstance(source, str) else tuple(source)


def _says_the_same(draft: Draft, gone: Gone) -> bool:
    """Whether a new event is in everything what the record holds of a gone one, as mended."""
    if gone.is_erased:
        return False
    given = {name: value for name, value in upcast(draft.fields).items() if name != "id"}
    held = {name: value for name, value in gone.content.items() if name != "id"}
    given.setdefault("subject", held["subject"])
    if gone.target_type is not None and "changes" in given:
        parsed = parse_changes(given["changes"], gone.target_type, draft.place)
        given["changes"] = given["changes"] if isinstance(parsed, list) else parsed
    return same_value(given, held)


_KEYS: Final[tuple[Callable[[Fields], Any], ...]] = (
    lambda fields: fields.get("occurred"),
    lambda fields: (fields.get("occurred"), _sources(fields)),
    _sources,
    lambda fields: None,
)
