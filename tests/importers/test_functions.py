"""What a mapping does to cells: several columns, prefixes, patterns, a second file, roles; no header."""

from __future__ import annotations

import pytest

from tests.importers.tables import MAPPING, Desk, codes
from timeline.errors import DataError


def bought(expression: str) -> str:
    return MAPPING.replace("buyer: {name: {column: buyer}}", f"buyer: {{name: {expression}}}")


@pytest.mark.parametrize(
    "cell, expression, company",
    [
        ("Acme", "{column: [buyer, target]}", "acme"),
        ("", "{column: [buyer, price]}", "7"),
        ("Acme", '{column: [buyer, price], join: " "}', "acme-7"),
        ("/company/acme", "{column: buyer, strip_prefix: /company/}", "acme"),
        ("/person/acme", "{column: buyer, strip_prefix: [/company/, /person/]}", "acme"),
        ("Acme (ACM)", '{column: buyer, strip_suffix: "(ACM)"}', "acme"),
        ("Acme (ACM)", '{column: buyer, pattern: "\\\\((\\\\w+)\\\\)"}', "acm"),
        ("see Q42 there", '{column: buyer, pattern: "Q\\\\d+"}', "q42"),
        ("no number", '{column: buyer, pattern: "Q\\\\d+", otherwise: Somebody}', "somebody"),
        ("17", "{column: buyer, lookup: {file: names.csv, key: id, value: name}}", "seventeen"),
        (
            "18",
            "{column: buyer, lookup: {file: names.csv, key: id, value: name}, otherwise: X}",
            "x",
        ),
    ],
)
def test_functions(desk: Desk, cell: str, expression: str, company: str) -> None:
    desk.file("names.csv", "id,name\n17,Seventeen Inc\n")
    done = desk.rows(f"2019-05-02,{cell},Target,7", mapping=bought(expression))
    assert done.taken == 1, done.first_rejected
    assert company in desk.events()[0]["parties"]


@pytest.mark.parametrize(
    "expression",
    [
        '{column: buyer, pattern: "Q\\\\d+"}',
        "{column: buyer, lookup: {file: names.csv, key: id, value: name}}",
    ],
)
def test_what_does_not_match_and_what_is_not_there_is_refused(desk: Desk, expression: str) -> None:
    desk.file("names.csv", "id,name\n17,Seventeen Inc\n")
    done = desk.rows("2019-05-02,Acme,Target,7", mapping=bought(expression))
    assert list(codes(done)) == ["unmapped-value"]


@pytest.mark.parametrize(
    "expression, code",
    [
        ('{column: buyer, pattern: "("}', "invalid-value"),
        ("{column: buyer, lookup: {file: none.csv, key: id, value: name}}", "unreadable-table"),
        ("{column: buyer, lookup: {file: names.csv, key: no, value: name}}", "unknown-column"),
        ("{column: [buyer, byer]}", "unknown-column"),
        ("{column: []}", "missing-field"),
    ],
)
def test_slips_of_functions_are_reported(desk: Desk, expression: str, code: str) -> None:
    desk.file("names.csv", "id,name\n17,Seventeen Inc\n")
    with pytest.raises(DataError) as caught:
        desk.rows("2019-05-02,Acme,Target,7", mapping=bought(expression))
    assert code in [problem.code for problem in caught.value.problems]


def test_a_table_without_a_header_has_the_columns_that_the_mapping_names(desk: Desk) -> None:
    mapping = "table: {columns: [date, buyer, target, price]}\n" + MAPPING
    done = desk.take("2019-05-02,Acme,Target,7\n2019-06-02,Acme,Other,8\n", mapping)
    assert (done.rows, done.taken) == (2, 2)
    assert desk.events()[0]["origin"] == "deals.csv, row 1"


TWO_ROLES = """
source: {id: list, publisher: A list, kind: data, published: 2020-01-01}
companies:
  buyer: {name: {column: buyer}}
  lender: {name: {column: lender}}
  target: {name: {column: target}}
events:
  - type: deal_announced
    subject: deal:{buyer}-{target}
    occurred: {column: date}
    kind: acquisition
    parties: {buyer: [acquirer], lender: [lender], target: [target]}
"""


def test_a_company_may_have_two_roles_but_no_two_opposed_ones(desk: Desk) -> None:
    table = "date,buyer,lender,target\n2019-05-02,Acme,Acme,Target\n2019-05-02,Acme,Bank,Acme\n"
    done = desk.take(table, TWO_ROLES)
    assert (done.taken, done.rejected) == (1, 1)
    assert desk.events()[0]["parties"] == {"acme": ["acquirer", "lender"], "target": ["target"]}
    assert list(codes(done)) == ["self-dealing"]


def test_an_id_that_is_registered_nowhere_is_said(desk: Desk) -> None:
    mapping = MAPPING.replace("{name: {column: buyer}}", "{id: {column: buyer}}")
    done = desk.rows("2019-05-02,acme,Target,7", "2019-05-02,acne,Target,7", mapping=mapping)
    (note,) = done.notes
    assert note.startswith("2 ids are registered nowhere")
    assert "acme, acne" in note
    assert not desk.rows("2019-07-02,acme,Target,7", mapping=mapping).notes
