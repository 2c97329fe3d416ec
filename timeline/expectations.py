"""What fixtures expect of the answers: asked of the same functions that people ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.answers.coordinate import coordinate
from timeline.answers.model import CompanyItem
from timeline.answers.state import item_of, state
from timeline.answers.view import View, with_remarks
from timeline.errors import Problem, TimelineError
from timeline.ingest.fixtures import Expectation
from timeline.ingest.nodes import Mapping, Node
from timeline.model import short_forms
from timeline.model.record import Entry, is_mend
from timeline.nearest import did_you_mean

ABSENT = "absent"


class Given(Struct, frozen=True):
    """The events above the expectations of a file."""

    first: int
    """The position of the first event of the file: all events before it are given."""
    positions: frozenset[int]
    """Those of the file's own events, and of the YAML files before it in the replay."""
    lines: tuple[range, ...] = ()
    """Those of the files of JSONL before it."""

    def __call__(self, entry: Entry) -> bool:
        """Whether an event is given; mends apply wherever they stand."""
        at = entry.position
        return (
            at < self.first
            or at in self.positions
            or any(at in some for some in self.lines)
            or is_mend(entry)
        )


def failures(
    connection: Connection, expectations: Iterable[Expectation], given: Given
) -> list[Problem]:
    """The expectations that do not hold, each where it stands in its file.

    One without ``recorded`` is asked of the events that are given alone: neither a later file breaks it,
    nor an amendment, nor an event added later to an earlier file.
    """
    return [
        problem
        for expectation in expectations
        for problem in _failures(connection, expectation, given)
    ]


def _failures(connection: Connection, expected: Expectation, given: Given) -> Iterator[Problem]:
    report, node = expected.place
    try:
        at = coordinate(
            connection, on=expected.on, known=expected.known, recorded=expected.recorded
        )
        view = View(connection, at, given=given if expected.recorded is None else None)
        if expected.company is not None:
            found = _company_failures(view, expected)
        else:
            found = _subject_failures(view, expected)
        for where, message in found:
            yield Problem(
                "expectation-failed",
                f"on {at.on}, known {at.known or 'latest'}, entry {at.position}: {message}",
                report.place(where),
                None,
                report.excerpt(where),
            )
    except TimelineError as error:
        yield Problem(error.code, error.message, report.place(node), error.hint)


def _company_failures(view: View, expected: Expectation) -> Iterator[tuple[Node, str]]:
    assert expected.company is not None
    answer = state(view, expected.company, certainty=expected.certainty)
    items = {item.subject: item for item in answer.companies[0].items}
    assert isinstance(expected.state_node, Mapping)
    for subject, wanted in expected.state.items():
        _, node = expected.state_node.pairs[subject]
        yield from _item_failures(subject, items.get(subject), wanted, node)
    if expected.only:
        for subject in items.keys() - expected.state.keys():
            yield expected.state_node, f"{subject} is {items[subject].status}, and not expected"


def _subject_failures(view: View, expected: Expectation) -> Iterator[tuple[Node, str]]:
    assert expected.subject is not None
    found = next(with_remarks(view, view.items([expected.subject])), None)
    item = item_of(found) if found else None
    if item is not None and expected.certainty not in (None, item.certainty):
        item = None
    yield from _item_failures(expected.subject, item, expected.state, expected.state_node)


def _item_failures(
    subject: str, item: CompanyItem | None, wanted: Any, node: Node
) -> Iterator[tuple[Node, str]]:
    if not isinstance(wanted, dict):
        status = ABSENT if item is None else item.status
        if status != wanted:
            yield node, f"{subject} is {status}, not {_show(wanted)}"
        return
    assert isinstance(node, Mapping)
    if item is None:
        if wanted.get("status") != ABSENT:
            yield node, f"{subject} is absent"
        return
    shown = msgspec.to_builtins(item)
    for name, value in wanted.items():
        _, at = node.pairs[name]
        if name not in shown:
            hint = did_you_mean(name, shown)
            yield at, f'an item has no field "{name}"' + (f"; {hint}" if hint else "")
        elif name == "terms" and isinstance(value, dict) and isinstance(at, Mapping):
            for key, term in value.items():
                if not matches(term, shown["terms"].get(key)):
                    there = _show(shown["terms"].get(key))
                    yield at.pairs[key][1], f"{subject}: {key} is {there}, not {_show(term)}"
        elif not matches(value, shown[name]):
            yield at, f"{subject}: {name} is {_show(shown[name])}, not {_show(value)}"


def matches(wanted: Any, found: Any) -> bool:
    """Whether a value is the one expected: numbers by value, however they are written."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return wanted.keys() == found.keys() and all(matches(wanted[k], found[k]) for k in wanted)
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(matches, wanted, found))
    if wanted == found:
        return True
    if isinstance(wanted, str) and isinstance(found, dict):
        return any(short_forms.read_if_one(type_, wanted) == found for type_ in short_forms.FORMS)
    if isinstance(wanted, str) and isinstance(found, list):
        return found == [wanted]  # parties: {acme: partner}
    if isinstance(wanted, str) and isinstance(found, str | int | float):
        try:
            return Decimal(wanted) == Decimal(str(found))
        except InvalidOperation:
            return False
    return False


def _show(value: Any) -> str:
    return "nothing" if value is None else msgspec.json.encode(value).decode()
