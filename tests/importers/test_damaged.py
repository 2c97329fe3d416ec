"""Whatever a table holds: every row is taken or refused, the counts add up, and there is no traceback."""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.tables import Desk
from timeline.errors import TimelineError
from timeline.importers.guess import guess_file
from timeline.importers.mapping import parse_mapping

EXAMPLES = {50: 15, 2_000: 1_000}.get(settings().max_examples, settings().max_examples)

CELLS = st.one_of(
    st.sampled_from(
        [
            "2019-05-02", "Q3 2019", "28/06/1905", "03/04/2019", "1201-01-01", "45000", "spring 2019",
            "Harbour Inc.", "harbour", "Quillwork", "", " ", "undisclosed", "#REF!", "=1+1", "-5", "1,000",
            "€5", "1.2bn", "n/a", '"', 'a"b', "a\nb", "ü", "鴻海", "\x00", "\ufeff", "x" * 400,
        ]
    ),
    st.text(max_size=12),
)  # fmt: skip
ROWS = st.lists(st.lists(CELLS, max_size=6), max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A table with rows of any cells, joined and encoded in any way, and cut or struck somewhere."""
    delimiter = draw(st.sampled_from([",", ",", ",", ";", "\t"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quote = draw(st.booleans())
    lines = [["date", "buyer", "target", "price"], *draw(ROWS)]
    text = end.join(
        delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' if quote else cell for cell in row)
        for row in lines
    )
    data = text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-16", "cp1252"])), "replace")
    if draw(st.booleans()):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=3)) + data[at + draw(st.integers(0, 3)) :]
    return data


@given(tables())
@settings(max_examples=EXAMPLES)
def test_every_row_of_a_damaged_table_is_taken_or_refused(table: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        try:
            done = desk.take(table)  # which adds up what became of the rows
            again = desk.take(table)
            assert again.events == 0
            assert (again.rows, again.rejected) == (done.rows, done.rejected)
            if done.events:
                desk.timeline.verify()
        except TimelineError:
            pass  # what is no table at all is refused whole, and nothing is stored
        finally:
            desk.timeline.close()


@given(tables())
@settings(max_examples=EXAMPLES)
def test_a_mapping_is_guessed_of_any_table(table: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deals.csv"
        path.write_bytes(table)
        try:
            mapping = "\n".join(guess_file(path)) + "\n"
        except TimelineError:
            return
        parse_mapping(mapping.encode("utf-8", "surrogateescape"), "guess.yaml")


def _struck(row: bytes, dice: random.Random) -> bytes:
    """A row with one to three kinds of damage that leave it one row."""
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(row) + 1)
        cells = row.split(b",")
        place = dice.randrange(len(cells))
        match dice.randrange(9):
            case 0:
                row = row[:at] + row[at + dice.randint(1, 9) :]
            case 1:
                row = row[:at] + b'"' + row[at:]
            case 2:
                row = row[:at] + bytes([dice.choice([0, 7, 0x80, 0xC3, 0xFF])]) + row[at:]
            case 3:
                row = b",".join(cells[:place] + cells[place + 1 :])
            case 4:
                row = b",".join([*cells[:place], dice.choice(ODD), *cells[place:]])
            case 5:
                cells[place] = dice.choice(ODD)
                row = b",".join(cells)
            case 6:
                dice.shuffle(cells)
                row = b",".join(cells)
            case 7:
                cells[place] *= dice.randint(2, 400)
                row = b",".join(cells)
            case _:
                row = row.replace(b",", dice.choice([b";", b"\t", b"", b",,"]), 1)
    return row


ODD = [
    b"", b" ", b"-", b"=1+1", b"#REF!", b"1e400", b"9" * 400, b"-0", b"\xef\xbb\xbf", "鴻海".encode(),
    b"0000-00-00", b"2019-02-30", b"32/13/2019", b"12/11/10", b"99999999", b"'", b'""', b'"x"y', b"NULL",
]  # fmt: skip


def test_a_thousand_damaged_rows_lose_no_row(tmp_path: Path) -> None:
    dice = random.Random(18)
    sound = [f"2019-05-02,Buyer {n} Inc,Target {n} Ltd,{n}".encode() for n in range(1000)]
    damaged = [_struck(row, dice) for row in sound]
    rows = [row for pair in zip(sound, damaged, strict=True) for row in pair]
    desk = Desk(tmp_path)
    done = desk.take(b"\n".join([b"date,buyer,target,price", *rows]) + b"\n")
    assert done.rows == 2000
    taken = {event["origin"] for event in desk.events()}
    assert {f"deals.csv, row {2 * n + 2}" for n in range(1000)} <= taken
    assert done.rejected > 500
    refused = (tmp_path / "deals.csv.rejected.csv").read_text(encoding="utf-8-sig")
    kept = set(re.findall(r'"(deals\.csv, row \d+)"', refused))
    assert len(kept) == done.rejected
    assert not kept & taken
    neither = 2000 - len(kept | taken)  # the same news as the row before it, or a blank row
    assert neither == done.already_there + done.left_out
    desk.timeline.verify()
    desk.timeline.close()
