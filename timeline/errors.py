"""Every failure the library knows, one class each, and the problems found in people's files.

An exception builds its own message: what went wrong, why, and what to do next. Codes are stable
kebab-case words, listed in docs/errors.md. Nothing here knows about exit codes or terminals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace


class Location(Struct, frozen=True, order=True):
    """A place in a file that a person can go to; lines and columns count from 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column or 1}"


class Problem(Struct, frozen=True):
    """One thing wrong with the data: a stable code, a sentence, where it stands, and a way out.

    ``excerpt`` is the line of the file that ``location`` points at, where there is one.
    """

    code: str
    message: str
    location: Location | None = None
    hint: str | None = None
    excerpt: str | None = None
    warning: bool = False

    def as_warning(self) -> Problem:
        """The same problem, about which nothing is done."""
        return replace(self, warning=True)

    def __str__(self) -> str:
        severity = "warning" if self.warning else "error"
        where = f"{self.location}: " if self.location else ""
        lines = [f"{where}{severity}[{self.code}]: {self.message}"]
        if self.excerpt is not None and self.location is not None:
            lines.append(f"  {self.excerpt}")
            lines.append("  " + " " * max(self.location.column - 1, 0) + "^")
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


class TimelineError(Exception):
    """Base of all failures that a user can do something about."""

    code = "error"

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        text = f"error[{self.code}]: {self.message}"
        return f"{text}\nhint: {self.hint}" if self.hint else text


class InvalidDate(TimelineError, ValueError):
    """A string that is no EDTF date of the supported levels (docs/concepts.md)."""

    code = "invalid-date"

    def __init__(self, text: object, reason: str, hint: str | None = None) -> None:
        super().__init__(f'"{text}" is not a date: {reason}', hint)
        self.text = text
        self.reason = reason


class InvalidValue(TimelineError, ValueError):
    """An argument of a question that cannot be understood: a coordinate, a subject, an option."""

    code = "invalid-value"

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)


class CannotAsk(InvalidValue):
    """Parameters of a question that cannot be given together; the message begins with the name of one."""

    def __init__(self, parameter: str, message: str, hint: str) -> None:
        super().__init__(f"{parameter} {message}", hint)


class FormNotBinding(InvalidValue):
    """A paper that binds nobody yet is said to be signed."""

    code = "form-not-binding"

    def __init__(self, form: str) -> None:
        super().__init__(
            f'a deal is not signed by a paper of the form "{form}", which does not bind',
            'write deal_agreed_in_principle, or give the form "definitive"',
        )


class DataError(TimelineError):
    """The data has problems: all of them, and nothing was stored, but for ``stored`` events ahead of them."""

    def __init__(self, problems: Sequence[Problem], *, stored: int = 0) -> None:
        self.problems = list(problems)
        self.stored = stored
        count = len(self.problems)
        left = "nothing was stored"
        if stored:
            left = f"the batches before are stored, {stored:,} new events: mend the file and replay it again"
        super().__init__(f"{count} problem{'' if count == 1 else 's'}; {left}")
        self.code = self.problems[0].code if count == 1 else "data-problems"

    def __str__(self) -> str:
        return "\n".join([*map(str, self.problems), self.message])


class ExpectationFailed(TimelineError):
    """An ``expect`` block of a fixture did not hold. The events themselves are fine."""

    code = "expectation-failed"

    def __init__(self, problems: Sequence[Problem], done: object = None) -> None:
        self.problems = list(problems)
        self.done = done
        """What the replay did all the same, or would do."""
        count = len(self.problems)
        super().__init__(f"{count} expectation{'' if count == 1 else 's'} failed")

    def __str__(self) -> str:
        return "\n".join([*map(str, self.problems), self.message])


class VersionConflict(TimelineError):
    """Somebody else appended to the subject since it was read (optimistic concurrency)."""

    code = "version-conflict"

    def __init__(self, subject: str, expected: int, actual: int) -> None:
        super().__init__(
            f"{subject} is at version {actual}, not {expected}: it has changed since it was read",
            "read it again, decide again, and append with the new version",
        )
        self.subject = subject
        self.expected = expected
        self.actual = actual


_WHERE_TO_LOOK = {
    "company": "timeline companies lists them, timeline find searches by any name",
    "subject": "a subject is kind:slug, such as deal:acme-globex; timeline state COMPANY shows them",
    "report": "timeline report lists them",
    "event": "timeline log lists them",
}


class NotFound(TimelineError):
    """A company, subject, event or file that is nowhere known, with the nearest names."""

    def __init__(
        self, what: str, name: str, nearest: Iterable[str] = (), known: Iterable[str] = ()
    ) -> None:
        names = list(nearest)
        if names:
            hint: str | None = f"did you mean {' or '.join(names)}?"
        else:
            listed = ", ".join(known)
            hint = f"{what}s are {listed}" if listed else _WHERE_TO_LOOK.get(what)
        super().__init__(f'no {what} "{name}"', hint)
        self.code = f"unknown-{what.replace(' ', '-')}"
        self.name = name
        self.nearest = names


class NothingFound(NotFound):
    """A search that found nothing, and nothing like it."""

    def __init__(self, text: str) -> None:
        super().__init__("match", text)
        self.args = (f'nothing is called "{text}", and nothing says so',)
        self.code = "nothing-found"


class Passing(Enum):
    """Whether a failure of the store goes away by itself, so that trying again makes sense."""

    NO = "no"
    YES = "yes"
    PERHAPS = "perhaps"
    """Where the store was reached a moment ago: its server may be starting anew."""


class StoreUnavailable(TimelineError):
    """The store cannot be reached, opened, read or written."""

    code = "store-unavailable"

    def __init__(
        self, message: str, hint: str | None = None, *, passing: Passing = Passing.NO
    ) -> None:
        super().__init__(message, hint)
        self.passing = passing


class OutOfTime(TimelineError):
    """The database would have worked for longer on a question than it was allowed to."""

    code = "out-of-time"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the question takes longer than {seconds:g} seconds",
            "ask for less at once, or let it take longer with --timeout",
        )
        self.seconds = seconds


class QueryFailed(TimelineError, ValueError):
    """A query in SQL that the database cannot answer, or whose parameters do not fit."""

    code = "query-failed"


class QueryRefused(TimelineError, PermissionError):
    """A query in SQL that would do something else than read this store."""

    code = "query-refused"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"a query only reads, and this one has {what}",
            "write one SELECT; what changes the store are append, import and replay",
        )


class UnsafeReader(TimelineError, PermissionError):
    """On PostgreSQL there is no login for queries that people write, or it may do more than read."""

    code = "unsafe-reader"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"queries that people write run under a login that can only read, and {reason}",
            "make one with timeline db grants (it prints the SQL), and name it: "
            "TIMELINE_READER_URL=postgresql://timeline_analyst@host/name",
        )


class TooLarge(TimelineError, ValueError):
    """The rows do not fit into the format that was asked for."""

    code = "too-large"


class CannotDraw(TimelineError):
    """The library that draws failed on one picture."""

    code = "cannot-draw"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the picture cannot be drawn: {reason}",
            "its data can be had all the same (JSON or CSV); please report it with that data",
        )


class CannotServe(TimelineError):
    """The address that a server should listen on is taken, or is not this machine's."""

    code = "cannot-serve"


class SchemaMismatch(TimelineError):
    """The store was made by an older or a newer program."""

    code = "schema-mismatch"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, hint)


class StoreDamaged(TimelineError):
    """The log is not what was appended: content, order, a gap or a hash is wrong."""

    code = "store-damaged"

    def __init__(self, position: int, reason: str, hint: str | None = None) -> None:
        super().__init__(f"position {position}: {reason}", hint)
        self.position = position


class SchemaChanged(TimelineError):
    """A table, view, index or trigger of the store is not as the program made it."""

    code = "schema-changed"

    def __init__(self, what: str) -> None:
        super().__init__(
            what,
            "events and history may be sound all the same; restore a backup into a new store, which has all "
            "of them as they must be",
        )


class FilesDamaged(TimelineError):
    """What a store keeps of the files that were replayed into it is not what a replay wrote."""

    code = "files-damaged"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"what is kept of the files is wrong: {reason}",
            "the log is fine; run timeline rebuild, which forgets the files, then replay them again",
        )


class HistoryDamaged(TimelineError):
    """The stored history of a subject is not what its events give; the log itself is fine."""

    code = "history-damaged"

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(
            f"the history of {subject} is wrong: {reason}",
            "the log is fine; run timeline rebuild to write the history anew",
        )
        self.subject = subject


class MissingExtra(TimelineError, ImportError):
    """A library that only some questions need is not installed."""

    code = "missing-extra"

    def __init__(self, extra: str, module: str) -> None:
        super().__init__(
            f"this needs {module}, which is not installed",
            f"install the extra: pip install 'partnership-timeline[{extra}]'",
        )
        self.extra = extra


class BrokenPlugin(TimelineError):
    """A plug-in that cannot add what it says; everything else works."""

    code = "plugin-broken"

    def __init__(self, package: str, version: str, kind: str, name: str, reason: str) -> None:
        super().__init__(
            f'the plug-in {package} {version} cannot add the {kind} "{name}": {reason}',
            f"mend it, or remove it with: pip uninstall {package}",
        )
        self.reason = reason


class InvalidAnchor(TimelineError):
    """A file that should hold an anchor, and does not."""

    code = "invalid-anchor"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} holds no anchor", "make one with: timeline anchor -o FILE (text or JSON)"
        )


class AnchorMismatch(TimelineError):
    """The store is no continuation of the log that was anchored."""

    code = "anchor-mismatch"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the store is no continuation of the anchor: {reason}",
            "another store, an older backup, or a record that was rewritten",
        )


class BackupDamaged(TimelineError):
    """A file that is no backup, or not the whole of one; nothing was restored."""

    code = "backup-damaged"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name} cannot be restored: {reason}", "nothing was stored; use another backup"
        )
