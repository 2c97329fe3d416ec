"""Whatever a table holds: every row is taken or refused, the counts add up, and there is no traceback."""

from __future__ import annotations

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
