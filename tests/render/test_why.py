"""The chain behind a state: every event told as what it is, and drawn without harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from timeline.app import Timeline
from timeline.render.chain import dot_lines, mermaid_lines
from timeline.render.coordinate import instant_words
from timeline.render.text import cells
from timeline.render.why import why_lines

NASTY = 'says "]; evil [label="x\\" <script>`#;\x1b[2J'
SUBJECT = "deal:acme-globex"


def told(type_: str, id_: str, occurred: str, **fields: Any) -> dict[str, Any]:
    own = {"type": type_, "id": id_, "subject": SUBJECT, "occurred": occurred, "source": "pr"}
    return own | fields


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Timeline]:
    with Timeline.open(tmp_path / "timeline.db") as timeline:
        for source, day in (("pr", "2025-01-10"), ("late", "2025-06-01")):
            timeline.append({
                "type": "source_registered", "subject": f"source:{source}", "publisher": NASTY,
                "kind": "news", "published": day, "occurred": day, "known": day,
            })  # fmt: skip
        for company in ("acme", "globex"):
            timeline.append({
                "type": "company_registered", "subject": f"company:{company}", "name": company,
            })  # fmt: skip
        parties = {"acme": ["supplier"], "globex": ["customer"]}
        for event in (
            told("deal_announced", "announced", "2025-01-01", kind="supply", parties=parties),
            told("deal_terminated", "terminated", "2025-01-02", reason=NASTY),
            told("deal_signed", "signed", "2025-01-03", note=NASTY),
            told("deal_terms_disclosed", "slip", "2025-01-04", scope=["slip"]),
            told("deal_terms_disclosed", "doubtful", "2025-01-05", scope=["one"]),
            told("deal_terms_disclosed", "other", "2025-01-05", scope=["two"]),
            told("deal_terms_disclosed", "later", "2025-12-01", scope=["three"]),
            {"type": "event_retracted", "id": "undo", "target": "slip", "reason": "a slip"},
            {"type": "event_disputed", "id": "contest", "target": "doubtful", "by": "globex",
             "source": "late", "reason": "no"},
            {"type": "event_corrected", "id": "mend", "target": "other",
             "changes": {"scope": ["four"]}, "reason": "misread"},
            {"type": "event_retracted", "id": "doubt", "target": "later", "reason": "no"},
            {"type": "event_retracted", "id": "redo", "target": "doubt", "reason": "yes"},
        ):  # fmt: skip
            timeline.append(event)
        yield timeline


def blocks(store: Timeline, **at: Any) -> dict[str, str]:
    """What is said of each event, by its id."""
    text = "\n".join(why_lines(store.why(SUBJECT, **at)))
    found = {}
    for block in text.split("\n\n"):
        if name := re.search(r"^    event +(\S+)$", block, re.MULTILINE):
            found[name[1]] = re.sub(r"\s+", " ", block)
    return found


def test_every_event_says_what_it_did(store: Timeline) -> None:
    said = blocks(store, on="2025-06-30")
    assert said["terminated"].startswith(
        " terminated 2 Jan 2025: deal terminated status announced →"
    )
    assert "contradicts what was reported before; the status stays" in said["signed"]
    assert "conflict another value of scope" in said["other"]
    assert "scope two → four" in said["mend"]
    assert "our own record, mended" in said["mend"]
    assert said["contest"].startswith(" disputed dispute of doubtful")
    assert list(said) == [
        "announced", "terminated", "signed", "doubtful", "contest", "other", "mend",
        "slip", "undo", "later", "doubt", "redo",
    ]  # fmt: skip


def test_what_does_not_count_says_why(store: Timeline) -> None:
    now = {link.event: link.counts for link in store.why(SUBJECT, on="2025-06-30").chain}
    assert now["slip"] == "retracted"
    assert now["undo"] == "counts"
    # its retraction was taken back, so it counts again, once it has happened
    assert now["later"] == "not yet happened"
    assert now["doubt"] == "retracted"
    then = store.why(SUBJECT, on="2025-06-30", known="2025-01-09")
    assert then.item is None
    assert {link.counts for link in then.chain if link.cited} == {
        "not yet known", "retracted",  # a slip of ours is taken back whatever was known
    }  # fmt: skip
    assert "absent: nothing that counts has happened" in "\n".join(why_lines(then))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_chain_is_harmless_and_fits(store: Timeline, width: int) -> None:
    lines = list(why_lines(store.why(SUBJECT, on="2025-06-30"), width=width))
    assert not any("\x1b" in line for line in lines)
    assert all(cells(line) <= width or len(line.split()) <= 2 for line in lines)
    painted = why_lines(store.why(SUBJECT, on="2025-06-30"), width=width, color=True)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in painted] == lines


def test_a_drawing_has_every_event_and_points_back_at_its_target(store: Timeline) -> None:
    answer = store.why(SUBJECT, on="2025-06-30")
    dot, mermaid = list(dot_lines([answer], {})), list(mermaid_lines([answer], {}))
    node = {link.event: f"c0e{n}" for n, link in enumerate(answer.chain)}
    assert f"    {node['announced']} -> {node['terminated']};" in dot
    assert f"    {node['announced']} --> {node['terminated']}" in mermaid
    assert any(f"{node['undo']} -> {node['slip']} [style=dashed" in line for line in dot)
    assert f'    {node["undo"]} -. "retraction" .-> {node["slip"]}' in mermaid
    assert sum(" [label=" in line and "->" not in line for line in dot) == len(answer.chain)


def test_a_source_cannot_break_out_of_a_drawing(store: Timeline) -> None:
    answer = store.why(SUBJECT, on="2025-06-30")
    for line in dot_lines([answer], {}):
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        assert '"' not in outside
        assert "evil" not in outside
        assert "\x1b" not in line
    for line in mermaid_lines([answer], {}):
        outside = re.sub(r'"[^"]*"', "", line)
        assert "evil" not in outside
        assert "<script" not in line
        assert re.fullmatch(r'[^"]*("[^"]*"[^"]*)*', line)


def test_an_instant_reads_as_the_day_that_it_ends() -> None:
    assert instant_words("2025-11-22T23:59:59.999999Z") == "the end of 22 Nov 2025"
    assert instant_words("2025-11-21T22:59:59.999999Z") == "21 Nov 2025, 22:59 UTC"
