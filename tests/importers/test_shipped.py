"""The mappings that come with the program, on data written by hand after the public descriptions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.importers.tables import Desk
from timeline.importers.report import Imported
from timeline.importers.schema import mapping_schema
from timeline.importers.shipped import read_shipped, shipped_names, title_of

MAPPINGS = Path(__file__).parents[2] / "timeline" / "importers" / "mappings"
FILES = Path(__file__).parent / "formats"


def take(desk: Desk, name: str, *files: Path | tuple[str, Any], **how: Any) -> Imported:
    """Import files, or values written as JSON, by a shipped mapping; nothing may be lost."""
    paths = [
        each
        if isinstance(each, Path)
        else desk.file(each[0], each[1] if isinstance(each[1], str) else json.dumps(each[1]))
        for each in files
    ]
    how.setdefault("rejected", desk.folder / "no.jsonl")
    done = desk.timeline.import_files(name, paths, **how)
    assert done.taken + done.already_there + done.left_out + done.rejected == done.rows
    return done


def items(desk: Desk, company: str, on: str, known: str | None = None) -> dict[str, Any]:
    """What a company's state holds, by the subjects."""
    state = desk.timeline.state(company, on=on, known=known)
    return {str(item.subject): item for item in state.companies[0].items}


def item(desk: Desk, company: str, on: str, known: str | None = None) -> Any:
    (found,) = items(desk, company, on, known).values()
    return found


def test_every_mapping_says_its_clocks_and_passes_the_schema() -> None:
    assert shipped_names() == sorted(path.stem for path in MAPPINGS.glob("*.yaml"))
    validator = jsonschema.Draft7Validator(mapping_schema())
    for name in shipped_names():
        text = (MAPPINGS / f"{name}.yaml").read_text()
        assert "\n# occurred " in text, name
        assert "\n# known " in text, name
        assert len(title_of(name)) > 20, name
        validator.validate(yaml.safe_load(text))
        assert not read_shipped(name).report.problems


# --- Crunchbase ----------------------------------------------------------------------------------------


def test_crunchbase_editions_correct_each_other_and_companies_are_the_same(desk: Desk) -> None:
    done = take(
        desk,
        "crunchbase-acquisitions",
        FILES / "crunchbase-2013.csv",
        published="2013-10-31",
        rejected=None,
    )
    assert (done.taken, done.left_out, done.companies) == (2, 1, 3)
    later = take(
        desk,
        "crunchbase-acquisitions",
        FILES / "crunchbase-2015.csv",
        published="2015-12-04",
        rejected=None,
    )
    assert (later.corrected, later.confirmed, later.companies) == (1, 1, 0)
    deal = "deal:harbour-nine-lumen-ferry"
    before = items(desk, "lumen-ferry", "2016-01-01", "2014-01-01")[deal]
    after = items(desk, "lumen-ferry", "2016-01-01")[deal]
    assert (before.since, before.terms["value"]["exact"]) == ("2012-05-30", "120000000")
    assert (after.since, after.terms["value"]["exact"]) == ("2012-05-31", "125000000")
    bulk = take(
        desk, "crunchbase-acquisitions", FILES / "crunchbase-bulk.csv", published="2020-01-01"
    )
    assert (bulk.taken, bulk.companies) == (1, 0)
    assert len(items(desk, "quillwork", "2021-01-01")) == 1


# --- GLEIF ---------------------------------------------------------------------------------------------

DIRECT = "relationship:parent-holding-child-works-is-directly-consolidated-by"
ULTIMATE = "relationship:top-group-child-works-is-ultimately-consolidated-by"
MANAGED = "relationship:parent-holding-growth-fund-is-fund-managed-by"


@pytest.mark.parametrize("kind", ["csv", "xml"])
def test_gleif_ties_hold_in_their_own_period_and_direct_and_ultimate_are_apart(
    desk: Desk, kind: str
) -> None:
    files = [FILES / f"gleif-rr.{kind}", FILES / f"gleif-lei2.{kind}"]  # the names come last
    done = take(desk, "gleif", *files)
    assert (done.rejected, done.left_out, done.companies) == (0, 0, 4), done.first_rejected
    on = items(desk, "child-works", "2020-01-01")
    assert set(on) == {DIRECT, ULTIMATE}
    assert (on[DIRECT].since, on[DIRECT].terms["direct"]) == ("2017-06-09", True)
    assert (on[ULTIMATE].since, on[ULTIMATE].terms["direct"]) == ("2017-06-09", False)
    assert (on[DIRECT].status, on[DIRECT].certainty) == ("active", "definite")
    later = items(desk, "child-works", "2023-01-01")
    assert (later[DIRECT].status, later[ULTIMATE].status) == ("active", "ended")
    assert later[ULTIMATE].since == "2021-08-31"
    assert items(desk, "child-works", "2023-01-01", "2023-04-05") == {}
    fund = items(desk, "growth-fund", "2024-01-01")
    assert list(fund) == [MANAGED]  # what GLEIF annulled is taken back
    assert (fund[MANAGED].terms["kind"], fund[MANAGED].since) == ("manages", "2023-04-06")
    assert fund[MANAGED].terms["from"] == "parent-holding"


@pytest.mark.parametrize("kind", ["csv", "xml"])
def test_gleif_says_who_the_companies_are(desk: Desk, kind: str) -> None:
    assert take(desk, "gleif", FILES / f"gleif-lei2.{kind}").taken == 5
    child = desk.timeline.state("5493CHILD00000000088", on="2020-01-01").companies[0]
    assert (child.name, child.country, child.aliases) == ("Child Works GmbH", "DE", ["Child Works"])
    top = desk.timeline.state("top-group", on="2024-03-01").companies[0]
    assert top.status == "dissolved"
    assert take(desk, "gleif", FILES / f"gleif-lei2.{kind}").taken == 0


def test_gleif_ties_of_companies_without_a_record_are_kept_and_said(desk: Desk) -> None:
    done = take(desk, "gleif", FILES / "gleif-rr.csv")
    assert (done.rejected, done.companies) == (0, 4)
    assert "4 ids are registered nowhere" in done.notes[0]
    named = take(desk, "gleif", FILES / "gleif-lei2.csv", FILES / "gleif-rr.csv")
    assert named.companies == 0
