"""A first mapping is guessed from header and rows, and says of every line how sure it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.tables import Desk
from timeline.importers.guess import guess_file
from timeline.importers.mapping import parse_mapping

LIST = Path(__file__).parents[2] / "fixtures" / "tables" / "acquisitions.csv"


def guessed(desk: Desk, table: str, name: str = "deals.csv") -> str:
    return "\n".join(guess_file(desk.file(name, table))) + "\n"


def line_of(mapping: str, start: str) -> str:
    (found,) = (line for line in mapping.splitlines() if line.strip().startswith(start))
    return found.strip()


def test_the_shipped_list_is_understood_as_its_own_mapping_does(desk: Desk) -> None:
    mapping = "\n".join(guess_file(LIST)) + "\n"
    own = LIST.with_name("acquisitions.mapping.yaml").read_text()
    by_guess = desk.take(LIST, mapping, dry_run=True, rejected=None)
    by_hand = desk.take(LIST, own, dry_run=True, rejected=None)
    assert (by_guess.taken, by_guess.rejected_for) == (by_hand.taken, by_hand.rejected_for)


def test_what_the_cells_tell_is_sure_and_what_nobody_tells_is_unsure(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "deal_id,buyer,target,closed,price,currency\n"
        "1,A Co,B Co,31/01/2019,10,USD\n2,C Co,D Co,01/02/2019,20,EUR\n",
    )
    assert line_of(mapping, "key:") == "key: deal_id  # sure: another one in every row"
    assert line_of(mapping, "occurred:") == (
        "occurred: {column: closed, formats: [DD/MM/YYYY]}  # sure: 2 of 2 cells are DD/MM/YYYY"
    )
    assert "unsure" in line_of(mapping, "published:")
    assert line_of(mapping, "value:").endswith(
        "# sure: 2 of 2 cells are numbers, 2 of 2 cells are currencies"
    )
    done = desk.take(desk.folder / "deals.csv", mapping)
    assert (done.taken, done.rejected) == (2, 0)
    first = desk.events()[0]
    assert (first["type"], first["occurred"]) == ("deal_completed", "2019-01-31")


def test_days_that_could_be_months_are_said_to_be_unsure(desk: Desk) -> None:
    mapping = guessed(desk, "buyer,target,date\nA,B,03/04/2019\nC,D,05/06/2019\n")
    assert "unsure: 2 of 2 cells are DD/MM/YYYY, and as many are MM/DD/YYYY" in mapping


def test_decimal_commas_are_seen(desk: Desk) -> None:
    mapping = guessed(
        desk, "buyer;target;date;price eur\nA;B;2019-01-02;1.234,5\nC;D;2019-01-03;2,5\n"
    )
    assert line_of(mapping, "decimal:").startswith('decimal: ","  # sure: 2 of 2')
    done = desk.take(desk.folder / "deals.csv", mapping)
    assert [e["value"]["exact"] for e in desk.events()] == ["1234.5", "2.5"]
    assert done.taken == 2


@pytest.mark.parametrize(
    "table",
    [
        "a\n1\n",
        "name\nx\n",
        'null,true,"a: b #c"\n1,2,3\n',
        "date,date.1\n2019,2020\n",
        "buyer,target\nA,B\n",
        "Käufer,Ziel,Datum\nA,B,2019\n",
    ],
)
def test_whatever_the_table_the_guess_is_a_mapping(desk: Desk, table: str) -> None:
    parse_mapping(guessed(desk, table).encode(), "guess.yaml")


def test_only_one_of_mapping_and_guess_is_given(desk: Desk) -> None:
    from tests.cli.program import run

    table = str(desk.file("deals.csv", "buyer,target,date\nA,B,2019\n"))
    assert run("import", "table", table).exit_code == 2
    assert run("import", "table", table, "--guess", "--mapping", table).exit_code == 2
    done = run("import", "table", table, "--guess", "-o", str(desk.folder / "m.yaml"))
    assert (done.exit_code, done.stdout) == (0, "")
    assert (desk.folder / "m.yaml").read_text().startswith("# A first mapping of deals.csv")


def test_headers_tell_the_scale_the_other_partner_and_the_end(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "Partner A;Partner B;Type;Signed;Ended;Amount (EUR m)\n"
        "A Co;B Co;Joint venture;17/06/2023;30/09/2024;40.5\nC Co;D Co;License;2022;;12\n"
        "E Co;F Co;Supply;Q2 2024;;1\nG Co;H Co;Supply;18/06/2023;;2\n",
    )
    done = desk.take(desk.folder / "deals.csv", mapping)
    assert (done.taken, done.rejected) == (4, 0)
    events = desk.events()
    assert [(e["type"], e["occurred"], e["kind"]) for e in events[:3]] == [
        ("deal_signed", "2023-06-17", "joint_venture"),
        ("deal_terminated", "2024-09-30", "joint_venture"),
        ("deal_signed", "2022", "licence"),
    ]
    assert events[0]["value"] == {"exact": "40500000", "currency": "EUR"}
    assert events[0]["parties"] == {"a": ["partner"], "b": ["partner"]}
