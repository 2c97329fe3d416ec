"""What is said about the record (corrections, retractions, disputes, erasures), checked against the log."""

from __future__ import annotations

import msgspec

from timeline.errors import Problem, StoreDamaged
from timeline.ingest.draft import Draft, Place, derive_id, flaws, parse_changes, references
from timeline.model.kinds import EVENT_TYPES, KIND_OF, RECORD_TYPES, upcast
from timeline.model.record import ERASED
from timeline.model.values import UNDISCLOSED, Fields
from timeline.store.standing import Known, Standing


def no_authority(draft: Draft, company: str, field: str) -> Problem:
    """The problem of a proceeding before a company that is neither an authority nor a court."""
    return draft.place.problem(
        "invalid-value",
        f'before: "{company}" is registered as neither an authority nor a court',
        field,
        f'a proceeding is before a company of kind "government" or "other": correct the kind of "{company}"',
    )


class Remarks:
    """Checks what drafts say about events of the log; what is wrong goes to ``problems``.

    ``parties`` takes the companies by which a subject is found besides those that its drafts name.
    ``erased`` are the events of an export that were erased, until the event that says so.
    """

    def __init__(
        self,
        log: Standing,
        problems: list[Problem],
        parties: set[tuple[str, str]],
        erased: dict[str, int],
        unsound: set[str],
        *,
        erase: bool,
        verify: bool,
    ) -> None:
        self.log = log
        self.problems = problems
        self.parties = parties
        self.erased = erased
        self.unsound = unsound
        self.erase = erase
        self.verify = verify

    def aim(self, draft: Draft, place_in_log: int) -> bool:
        """Give an event about the record its target's subject, and check what it says."""
        fields, place = draft.fields, draft.place
        id_ = fields["target"]
        if fields["type"] == ERASED and not (self.erase or self.verify):
            message = "only timeline erase appends an event_erased, with the erasure itself"
            self.problems.append(place.problem("event-erased", message, "type"))
            return False
        target = self.log.ids.get(id_)
        if target is None and id_ in self.unsound:
            return False
        if target is None:
            hint = f'did you mean "{found[0]}"?' if (found := self.log.nearest_ids(id_)) else None
            message = f'no event "{id_}" in the log above this one'
            self.problems.append(place.problem("unknown-target", message, "target", hint))
            return False
        if fields.setdefault("subject", target.subject) != target.subject:
            message = f'the target belongs to "{target.subject}", not "{fields["subject"]}"'
            hint = "leave the subject out: it is the target's"
            self.problems.append(place.problem("wrong-subject", message, "subject", hint))
            return False
        if target.type == ERASED and fields["type"] != ERASED:
            message = f'"{id_}" says that something was erased: that is done, and stands as it is'
            self.problems.append(place.problem("wrong-target", message, "target"))
            return False
        if fields["type"] == ERASED and self.verify and self.erased.pop(id_, None) is None:
            raise StoreDamaged(place_in_log, f'it says that "{id_}" is erased, and it is not')
        told = None if target.is_erased else target
        target_mends = told and told.type in RECORD_TYPES and "source" not in told.fields
        if target_mends and "source" in fields:
            message = (
                f'"{id_}" mends our own record: only a mend (without a source) may be about it'
            )
            self.problems.append(place.problem("wrong-target", message, "target"))
            return False
        if "changes" in fields and not self._changes_soundly(draft, target):
            return False
        if "id" not in fields:
            fields["id"] = derive_id(fields)
            self.log.read_event(fields["id"])
        if target.is_erased and not self.verify and self.log.ids.get(fields["id"]) is None:
            message = f'"{id_}" was erased: nothing more can be said about it'
            self.problems.append(place.problem("event-erased", message, "target"))
            return False
        return True

    def _changes_soundly(self, draft: Draft, target: Known) -> bool:
        place = draft.place
        changes = parse_changes(draft.fields["changes"], target.type, place)
        if isinstance(changes, list):
            self.problems += changes
            return False
        draft.fields["changes"] = changes
        if "changes" in changes and not self._changed_changes_soundly(draft, target, changes):
            return False
        if target.is_erased:
            return True
        event_type = EVENT_TYPES[target.type]
        if target.type in RECORD_TYPES and "source" in changes:
            mends = "source" not in target.fields
            if mends == (changes["source"] is not None):
                message = "a correction cannot turn news into a mend, or a mend into news"
                hint = "retract the event and append the right one"
                self.problems.append(place.problem("wrong-target", message, "changes", hint))
                return False
        if not self._keeps_the_first(draft, target, changes):
            return False
        current = upcast(target.fields)
        result = {k: v for k, v in (current | changes).items() if v is not None}
        before = len(self.problems)
        try:
            msgspec.convert({k: v for k, v in result.items() if k != "type"}, event_type)
        except msgspec.ValidationError as error:  # rules between fields of one value
            message = f"the target would be unsound: {error.__cause__ or error}"
            self.problems.append(place.problem("invalid-value", message, "changes"))
        for flaw in flaws(result, event_type):
            message = f"the target would be unsound: {flaw.message}"
            self.problems.append(place.problem(flaw.code, message, "changes", flaw.hint))
        return len(self.problems) == before

    def _changed_changes_soundly(self, draft: Draft, target: Known, changes: Fields) -> bool:
        """Check what a correction of a correction makes it say, by the event that is meant in the end."""
        place = Place(draft.place.file, draft.place.line)
        meant = target
        while meant.type in RECORD_TYPES:
            if meant.is_erased:  # nobody knows any more what is meant in the end
                return self.verify or self._is_stored(draft)
            id_ = meant.fields["target"]
            known = self.log.read_event(id_)
            assert known is not None, "a target is in the log before what is said about it"
            meant = known
        inner = parse_changes(changes["changes"], meant.type, place)
        if isinstance(inner, list):
            self.problems += inner
            return False
        changes["changes"] = inner
        if not self._keeps_the_first(draft, meant, inner):
            return False
        given = {name: value for name, value in inner.items() if value is not None}
        before = len(self.problems)
        for what, name, field in references(given | {"type": meant.type}):
            if what == "company" and name != UNDISCLOSED:
                self.parties.add((name, meant.subject))
            self.log.read_identity(f"{what}:{name}")
            if not self.log.is_registered(what, name):
                message = f'no {what} "{name}" is registered'
                self.problems.append(draft.place.problem(f"unknown-{what}", message, "changes"))
            elif field == "before" and not self.log.may_judge(name):
                self.problems.append(no_authority(draft, name, "changes"))
        return len(self.problems) == before

    def _keeps_the_first(self, draft: Draft, target: Known, changes: Fields) -> bool:
        """Check that a correction leaves the first event of a subject what such an event needs."""
        if target.version != 1 or target.type in RECORD_TYPES:
            return True
        gone = [n for n in KIND_OF[target.type].required if n in changes and changes[n] is None]
        for name in gone:
            message = f'the first event of {target.subject} needs "{name}": it cannot be removed'
            problem = draft.place.problem(
                "missing-field", message, "changes", "give the right value"
            )
            self.problems.append(problem)
        return not gone

    def _is_stored(self, draft: Draft) -> bool:
        """Whether an event about what was erased is in the log already; a problem where it is new."""
        id_ = draft.fields.get("id") or derive_id(draft.fields)
        if self.log.read_event(id_) is not None:
            return True
        message = "what it is about in the end was erased: nothing more can be said about it"
        self.problems.append(draft.place.problem("event-erased", message, "target"))
        return False
