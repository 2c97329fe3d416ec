"""Events as people write them in stories: what is printed reads back as the same event."""

from __future__ import annotations

from hypothesis import assume, example, given

from tests.ingest.strategies import as_json, events
from timeline.ingest.draft import Draft, parse_event
from timeline.ingest.jsonl import parse_line
from timeline.ingest.nodes import Mapping, Sequence, compose
from timeline.ingest.shape import Report
from timeline.model.kinds import EVENT_TYPES, RECORD_TYPES
from timeline.model.values import Fields
from timeline.render.template import suggested

TYPES = tuple(name for name in EVENT_TYPES if name not in RECORD_TYPES)


@given(events(TYPES))
@example(
    {
        "type": "deal_talks_confirmed", "subject": "deal:d", "occurred": "2025", "source": "s",
        "value": {"exact": "0", "currency": "USD", "reported_as": []},
    }
)  # fmt: skip
def test_an_event_in_its_short_forms_is_the_same_event(fields: Fields) -> None:
    assume("extra" not in fields)  # what is the user's own has no short form
    assume("schema_version" not in fields)
    draft = parse_line(as_json(fields), "a-file", 1)
    assert isinstance(draft, Draft)
    text = "events:\n" + suggested([("a reason", draft.fields)])
    root = compose(text)
    assert isinstance(root, Mapping)
    listed = root.get("events")
    assert isinstance(listed, Sequence)
    report = Report("a-story", text)
    again = parse_event(listed.items[0], report)
    assert again is not None, (text, report.problems)
    assert again.fields == draft.fields, text
