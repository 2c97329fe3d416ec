"""Files that are packed are read as what is within, up to a size, and damage costs what stands behind it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importers.tables import Desk, codes
from tests.importers.test_records import ROUNDS, XML, XML_MAPPING, XML_ROW, record
from timeline.errors import DataError
from timeline.importers.guess import guess_file

TABLE = "date,buyer,target,price\n2019-05-02,Harbour Inc.,Quillwork,5\n2019-05-03,Tern,Osprey,6\n"


def zipped(data: bytes, *names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"" if name.endswith("/") else data)
    return stream.getvalue()


def spoiled(what: str, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of one table whose heads are not what they should be."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("\u00e4.csv", TABLE)
    data = bytearray(stream.getvalue())
    central, end = data.rfind(b"PK\x01\x02"), data.rfind(b"PK\x05\x06")
    if what == "flag of strong encryption":
        data[central + 8] |= 0x40
    elif what == "flag of patched data":
        data[central + 8] |= 0x20
    elif what == "offset of the file":
        data[central + 42 : central + 46] = b"\xf0\xff\xff\x7f"
    elif what == "offset of the directory":
        data[end + 16 : end + 20] = b"\xf0\xff\xff\x7f"
    elif what == "name that is no text":
        return bytes(data).replace("\u00e4".encode(), b"\xff\xfe")
    elif what == "name that is empty":
        data[central + 28 : central + 30] = b"\0\0"
    elif what == "bytes of LZMA":
        data[45:60] = b"\xff" * 15
    return bytes(data)


PACKERS: dict[str, Callable[[bytes, str], bytes]] = {
    ".gz": lambda data, name: gzip.compress(data),
    ".bz2": lambda data, name: bz2.compress(data),
    ".zip": lambda data, name: zipped(data, "lists/", f"lists/{name}", "__MACOSX/._x"),
}


@pytest.mark.parametrize("packer", list(PACKERS))
def test_tables_and_records_are_read_out_of_what_packs_them(desk: Desk, packer: str) -> None:
    texts = {
        "deals.csv": (TABLE, {}),
        "rounds.json": (json.dumps([record(1), record(2)]), {"mapping": ROUNDS}),
        "rounds.xml": (XML.format(XML_ROW.format(3) + XML_ROW.format(4)), {"mapping": XML_MAPPING}),
    }
    for name, (text, how) in texts.items():
        packed = PACKERS[packer](text.encode(), name)
        # an archive is read by the name that its file has within
        done = desk.take(packed, name=f"x{packer}" if packer == ".zip" else name + packer, **how)
        assert (done.taken, done.rejected) == (2, 0), name
    assert desk.events()[0]["origin"].endswith(f"{packer}, row 2")


def test_a_mapping_is_guessed_of_a_table_that_is_packed(tmp_path: Path) -> None:
    plain, packed = tmp_path / "deals.csv", tmp_path / "deals.csv.gz"
    plain.write_text(TABLE)
    packed.write_bytes(gzip.compress(TABLE.encode()))
    without = [each for each in guess_file(packed) if "deals" not in each]
    assert without == [each for each in guess_file(plain) if "deals" not in each]


@pytest.mark.parametrize(
    "name, pack", [("deals.csv.gz", gzip.compress), ("deals.csv.bz2", lambda d: bz2.compress(d, 1))]
)
def test_a_table_that_is_cut_gives_its_rows_and_one_that_is_refused(
    desk: Desk, name: str, pack: Callable[[bytes], bytes]
) -> None:
    dice = random.Random(18)
    rows = [
        f"2019-05-02,Buyer {n} Inc,Target {n} Ltd,{n},{dice.randbytes(400).hex()}\n"
        for n in range(250)
    ]
    packed = pack(("date,buyer,target,price,noise\n" + "".join(rows)).encode())
    done = desk.take(packed[: len(packed) * 3 // 4], name=name, dry_run=True)
    assert 100 <= done.taken < 200
    assert "broken-record" in [*codes(done)]
    assert done.rejected in (1, 2)  # the row that is cut, and what is missing behind it


@pytest.mark.parametrize(
    "data, name, said",
    [
        (zipped(b"x", "a.csv", "b.csv"), "x.zip", "an archive of 2 files: a.csv, b.csv"),
        (zipped(b"x"), "x.zip", "an archive of 0 files: none"),
        (b"PK no archive", "x.zip", "no zip archive that is read"),
        (b"no gzip", "x.csv.gz", "what packs the file is damaged"),
        (gzip.compress(b"\0" * 3_000_000), "x.csv.gz", "it unpacks to more than 2 MB"),
        (zipped(b"\0" * 3_000_000, "../../x.csv"), "x.zip", "it unpacks to more than 2 MB"),
        (zipped(TABLE.encode(), "x.exe"), "x.zip", "tables are read from"),
        (zipped(TABLE.encode(), "x." + "c" * 300), "x.zip", "tables are read from"),
        (spoiled("flag of strong encryption"), "x.zip", "strong encryption"),
        (spoiled("flag of patched data"), "x.zip", "patched data"),
        (spoiled("offset of the file"), "x.zip", "no zip archive that is read"),
        (spoiled("offset of the directory"), "x.zip", "no zip archive that is read"),
        (spoiled("name that is no text"), "x.zip", "no zip archive that is read"),
        (spoiled("name that is empty"), "x.zip", "no zip archive that is read"),
        (
            spoiled("bytes of LZMA", method=zipfile.ZIP_LZMA),
            "x.zip",
            "what packs the file is damaged",
        ),
    ],
    ids=[
        "two",
        "none",
        "no-zip",
        "no-gzip",
        "large-gzip",
        "large-zip",
        "no-table",
        "long-suffix",
        "encryption",
        "patched",
        "offset",
        "directory",
        "no-text",
        "no-name",
        "lzma",
    ],
)
def test_what_cannot_be_unpacked_is_refused_by_the_name_that_was_given(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, data: bytes, name: str, said: str
) -> None:
    monkeypatch.setattr("timeline.importers.packed.MOST_BYTES", 2 * 2**20)
    with pytest.raises(DataError) as error:
        desk.take(data, name=name, rejected=None)
    (problem,) = error.value.problems
    assert said in problem.message
    assert problem.location is not None
    assert Path(problem.location.file).name == name
    assert problem.hint


def test_no_mapping_is_guessed_of_records_that_cannot_be_read(tmp_path: Path) -> None:
    for name, data in (("x.jsonl", b""), ("x.jsonl.gz", gzip.compress(b'{"a": 1}' * 10_000)[:40])):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DataError, match=r"no record|1 problem"):
            guess_file(tmp_path / name)
