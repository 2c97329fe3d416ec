"""A fixture to fill in is sound as it is, and an editor finds its schema."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from tests.cli.program import run
from timeline.app import Timeline
from timeline.ingest.nodes import compose, value_of
from timeline.ingest.schema import SCHEMA_FILE, SCHEMA_LINE
from timeline.model.kinds import EVENT_TYPES, RECORD_TYPES


@pytest.mark.parametrize("type_", [name for name in EVENT_TYPES if name not in RECORD_TYPES])
def test_what_is_written_for_a_type_is_sound(here: Path, type_: str) -> None:
    assert run("new", "story.yaml", "--type", type_).exit_code == 0
    text = Path("story.yaml").read_text()
    assert text.startswith(SCHEMA_LINE)
    assert f"type: {type_} " in text
    done = run("check", "story.yaml")
    assert (done.exit_code, done.stdout) == (0, ""), done.stderr
    tree = compose(text)
    assert tree is not None
    validator = jsonschema_rs.Draft7Validator(json.loads(Path(SCHEMA_FILE).read_text()))
    assert list(validator.iter_errors(value_of(tree))) == []


def test_every_field_that_an_event_may_have_stands_there_as_a_comment(here: Path) -> None:
    run("new", "story.yaml", "--type", "deal_signed")
    lines = [line.strip() for line in Path("story.yaml").read_text().splitlines()]
    for field in (
        "value: USD 5 bn",
        "stake: 27 %",
        "quote:",
        "outside_date:",
        "price_per_share: USD 55 a share",
    ):
        assert any(line.startswith(f"# {field}") for line in lines), field


def test_uncommented_the_fields_are_sound_as_well(here: Path) -> None:
    run("new", "story.yaml", "--type", "commitment_stated", "--company", "Acme Corp")
    path = Path("story.yaml")
    path.write_text(re.sub("^        # ", "        ", path.read_text(), flags=re.MULTILINE))
    text = path.read_text().replace("to: acme-corp", "").replace("deal: deal:acme-globex", "")
    path.write_text(text)
    done = run("check", "story.yaml")
    assert done.exit_code == 0, done.stderr


def test_companies_of_the_store_are_written_as_they_are_registered(here: Path) -> None:
    run("replay", "fixtures/foxconn-openai.yaml")
    done = run(
        "new", "story.yaml", "--company", "Foxconn", "--company", "New Corp", "--company", "Open AI"
    )
    assert done.exit_code == 0, done.stderr
    assert '"New Corp" is new\n' in done.stderr
    assert '"Open AI" is new: did you mean openai?' in done.stderr
    text = Path("story.yaml").read_text()
    assert "foxconn: {" in text
    assert "Hon Hai Precision Industry" in text
    assert "new-corp: {name: New Corp}" in text
    text = text.replace("  open-ai: {name: Open AI}\n", "").replace(", open-ai: partner", "")
    Path("story.yaml").write_text(text)
    with Timeline.open("timeline.db") as timeline:
        assert timeline.replay(["story.yaml"], dry_run=True).found == 1


def test_a_name_of_other_letters_gets_an_id_that_reads_like_it(here: Path) -> None:
    run("new", "größe.yaml", "--company", "Süd-Versicherung", "--company", "トヨタ")
    text = Path("größe.yaml").read_text()
    assert "story: grosse\n" in text
    assert "sud-versicherung: {name: Süd-Versicherung}" in text
    assert "toyota: {name: トヨタ}" in text


def test_an_event_of_the_store_to_begin_with(here: Path) -> None:
    run("replay", "fixtures/foxconn-openai.yaml")
    done = run("new", "next.yaml", "--like", "foxconn-ai-investment-stated")
    assert done.exit_code == 0, done.stderr
    text = Path("next.yaml").read_text()
    assert "amount: USD 2–3 bn a year (reported as EUR 1.7–2.6 bn a year)" in text
    assert run("check", "next.yaml").exit_code == 0


def test_nothing_that_is_there_is_overwritten(here: Path) -> None:
    Path("story.yaml").write_text("mine")
    done = run("new", "story.yaml")
    assert (done.exit_code, Path("story.yaml").read_text()) == (2, "mine")


def test_a_type_that_there_is_not(here: Path) -> None:
    done = run("new", "story.yaml", "--type", "deal_blocked")
    assert done.exit_code == 2
    assert "deal_approval_decided with outcome: refused" in done.stderr
    assert not Path("story.yaml").exists()
