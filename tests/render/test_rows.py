"""Rows in every format: the same rows, nothing lost, nothing dangerous."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.stories import STORIES, load_story
from timeline.render.json import encode_line
from timeline.render.rows import STATE_COLUMNS, render_rows, state_rows
from timeline.render.text import cells

ROWS: list[dict[str, Any]] = [
    {"subject": "deal:foxconn-openai-ai-hardware", "status": "announced", "value": None, "n": 1},
    {
        "subject": "deal:鴻海",
        "status": "partly_denied",
        "value": {"min": "2000000000", "max": "3000000000", "currency": "USD", "per": "year"},
        "n": 1234,
    },
]


def written(rows: Any, format_: str, **options: Any) -> str:
    out = io.StringIO()
    render_rows(rows, format_, out=out, **options)
    return out.getvalue()


def test_a_table_is_aligned_and_wraps_to_the_width() -> None:
    assert written(ROWS, "table", width=50).splitlines() == [
        "subject        status         value             n",
        "─────────────  ─────────────  ─────────────  ────",
        "deal:foxconn-  announced                        1",
        "openai-ai-",
        "hardware",
        "deal:鴻海      partly denied  USD 2–3 bn a   1234",
        "                              year",
    ]


def test_a_day_that_stays_whole_widens_its_column() -> None:
    """Each cell begins below its heading: the narrowest column still has room for a day."""
    row = {"known": "10 Apr 2022", "subject": "a b c d e f g h", "note": "so much to say of it"}
    head, rule, *lines = written([row], "table", width=34).splitlines()
    assert [len(each) for each in rule.split()] == [11, 9, 9]
    assert [line[13:14] for line in (head, *lines[:2])] == ["s", "a", "f"]
    assert lines[0].startswith("10 Apr 2022  a b c d")


def test_a_table_without_a_width_has_a_line_a_row() -> None:
    assert written(ROWS, "table").splitlines() == [
        "subject                          status         value                 n",
        "───────────────────────────────  ─────────────  ─────────────────  ────",
        "deal:foxconn-openai-ai-hardware  announced                            1",
        "deal:鴻海                        partly denied  USD 2–3 bn a year  1234",
    ]


def test_a_table_colours_the_status_and_nothing_else_changes() -> None:
    painted = written(ROWS, "table", width=60, color=True)
    assert "\x1b[38;5;33mannounced\x1b[0m" in painted
    plain = re.sub(r"\x1b\[[0-9;]*m", "", painted)
    assert plain == written(ROWS, "table", width=60)
    assert "\x1b" not in plain


def test_a_status_that_is_no_status_is_text() -> None:
    rows = [{"status": ["\x1b[2J"]}, {"status": "unheard_of"}]
    assert written(rows, "table", color=True).splitlines()[2:] == ["\\x1b[2J", "unheard_of"]


def test_markdown_escapes_what_would_break_the_table_or_mark_it_up() -> None:
    rows = [{"a|b": "x|y\nz", "c": "<b>*bold*</b> `x` [l](u) \\", "d": ["p", "q"]}]
    assert written(rows, "md").splitlines() == [
        r"| a\|b | c | d |",
        "| --- | --- | --- |",
        r"| x\|y<br>z | \<b>\*bold\*\</b> \`x\` \[l\](u) \\ | p, q |",
    ]


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.text()}), min_size=1))
def test_a_markdown_table_has_a_line_a_row_and_a_cell_a_column(rows: list[dict[str, str]]) -> None:
    lines = written(rows, "md").split("\n")
    assert len(lines) == len(rows) + 3
    assert all(len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3 for line in lines[:-1])


@pytest.mark.parametrize(
    "value, cell",
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("＝1", "'＝1"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("+5", "+5"),
        ("-1e-07", "-1e-07"),
        ("-5+3", "'-5+3"),
        ("-٣", "'-٣"),
        (-5, "-5"),
        (-0.5, "-0.5"),
        (Decimal("-1.50"), "-1.50"),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (["=a", 'b"c'], '["=a","b\\"c"]'),
        ({"b": 1, "a": 2}, '{"a":2,"b":1}'),
        ("a'b", "a'b"),
        ("鴻海, Inc.", "鴻海, Inc."),
    ],
)
def test_a_cell_of_csv_runs_nothing_and_keeps_numbers(value: object, cell: str) -> None:
    text = written([{"x": value, "y": "end"}], "csv")
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [cell, "end"]
    if isinstance(value, str) and value:
        header = written([{value: 1}], "csv")
        assert next(csv.reader(io.StringIO(header, newline=""))) == [cell]


_DANGEROUS = st.text(st.sampled_from("=+-@\t\r\n\"',;ab1.e\u2028鴻"))


@given(st.lists(st.fixed_dictionaries({"a": _DANGEROUS, "b": _DANGEROUS}), min_size=1))
def test_csv_gives_back_what_went_in(rows: list[dict[str, str]]) -> None:
    read = csv.DictReader(io.StringIO(written(rows, "csv"), newline=""))
    for row, found in zip(rows, read, strict=True):
        for column, cell in found.items():
            assert cell in (row[column], "'" + row[column])
            assert not re.match(r"[=@\t\r\n]", cell)


def test_lines_of_csv_end_as_lines_do_on_this_system() -> None:
    assert written([{"a": "x"}, {"a": "y"}], "csv") == "a\nx\ny\n"


def test_json_is_a_list_and_jsonl_an_object_a_line() -> None:
    rows = [{"b": 1, "a": {"d": Decimal("1.10"), "c": None}}, {"b": -0.5, "x": "鴻"}]
    first = '{"b":1,"a":{"c":null,"d":"1.10"}}'
    assert written(rows, "jsonl") == f'{first}\n{{"b":-0.5,"x":"鴻"}}\n'
    assert written(rows, "json") == f'[{first},\n {{"b":-0.5,"x":"鴻"}}]\n'
    assert encode_line(rows[0]) == b'{"a":{"c":null,"d":"1.10"},"b":1}\n'


@pytest.mark.parametrize(
    "format_, text", [("table", ""), ("csv", ""), ("md", ""), ("json", "[]\n"), ("jsonl", "")]
)
def test_no_rows(format_: str, text: str) -> None:
    assert written([], format_) == text


def test_no_rows_of_known_columns_still_have_a_header() -> None:
    assert written([], "csv", columns=["a", "b"]) == "a,b\n"
    assert written([], "md", columns=["a"]) == "| a |\n| --- |\n"
    assert written([], "table", columns=["a", "bc"]) == "a  bc\n─  ──\n"


def test_columns_choose_and_order() -> None:
    assert written(ROWS, "csv", columns=["n", "subject", "missing"]).splitlines()[1] == (
        "1,deal:foxconn-openai-ai-hardware,"
    )


def test_a_column_that_only_a_later_row_has_is_no_silent_loss() -> None:
    with pytest.raises(ValueError, match="that the first one has not: b"):
        written([{"a": 1}, {"a": 2, "b": 3}], "csv")


@pytest.mark.parametrize("format_", ["csv", "md", "json", "jsonl"])
def test_rows_are_written_one_by_one(format_: str) -> None:
    made = 0

    def rows() -> Iterator[dict[str, int]]:
        nonlocal made
        while True:
            made += 1
            yield {"n": made}

    class Enough(Exception):
        pass

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            if "500" in text:
                raise Enough
            return super().write(text)

        def writelines(self, lines: Any) -> None:
            for line in lines:
                self.write(line)

    with pytest.raises(Enough):
        render_rows(rows(), format_, out=Full())
    assert made <= 501


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("format_", ["table", "csv", "md", "json", "jsonl"])
def test_a_format_never_changes_the_rows_of_a_state(name: str, format_: str) -> None:
    answer = load_story(name).answer
    subjects = [item.subject for company in answer.companies for item in company.items]
    rows = list(state_rows(answer))
    group = any("member" in row for row in rows)
    columns = ["subject", "company"] if format_ in ("table", "md") or group else None
    out = io.StringIO()
    assert render_rows(rows, format_, out=out, columns=columns) == len(subjects)
    text = out.getvalue()
    if format_ == "json":
        found = [row["subject"] for row in json.loads(text)]
    elif format_ == "jsonl":
        found = [json.loads(line)["subject"] for line in text.splitlines()]
    elif format_ == "csv":
        found = [row["subject"] for row in csv.DictReader(io.StringIO(text))]
    else:
        found = [line.strip("| ").split(" ")[0] for line in text.splitlines()[2:]]
    assert found == subjects


def test_the_rows_of_a_state_are_its_items_with_the_company_in_front() -> None:
    answer = load_story("foxconn-on-the-day-of-the-report").answer
    row = next(state_rows(answer))
    item = msgspec.to_builtins(answer.companies[0].items[0])
    assert list(row) == ["company", *item]
    assert row == {"company": "foxconn"} | item
    assert set(STATE_COLUMNS) <= row.keys()
    grouped = msgspec.structs.replace(answer.companies[0].items[0], member="m")
    company = msgspec.structs.replace(answer.companies[0], items=[grouped])
    assert list(next(state_rows(msgspec.structs.replace(answer, companies=[company]))))[:3] == [
        "company",
        "member",
        "subject",
    ]


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.integers()})), st.integers(1, 60))
def test_no_cell_of_a_table_is_cut(rows: list[dict[str, Any]], width: int) -> None:
    """Rows that do not fit beside each other become records, with a name before every cell."""
    narrow = written(rows, "table", width=width)

    def bare(text: str) -> Counter[str]:
        return Counter(re.sub(r"[\s─]", "", text))

    wide = written([row | {"a": row["a"] or "x"} for row in rows], "table").splitlines()[2:]
    cells_of = bare("".join(wide)) - Counter("x" * sum(not row["a"] for row in rows))
    assert cells_of <= bare(narrow)
    assert all(cells(line) == len(line.encode()) for line in narrow.splitlines() if line.isascii())
