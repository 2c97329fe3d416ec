"""Questions asked on the command line over the real stories, beside the answers they must get.

A transcript is commands after ``$``, each followed by what it prints: first the answer, then, after
``!``, what it says on standard error, then its exit code where it is not 0. ``UPDATE_GOLDEN=1`` writes
them anew.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.program import noon
from timeline.app import Timeline
from timeline.cli import main
from timeline.cli.session import Session
from timeline.render.text import cells

FOLDER = Path(__file__).parent / "questions"
TRANSCRIPTS = sorted(path.stem for path in FOLDER.glob("*.txt"))


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[str, str, int]:
    with pytest.raises(SystemExit) as left:
        main.main(arguments, obj=Session(clock=noon))
    out, err = capsys.readouterr()
    return out, err, int(left.value.code or 0)


@pytest.fixture
def folder(make_store: Callable[[str], Path]) -> Path:
    """The current folder, and a store with every story."""
    return make_store("all").parent


def commands(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.startswith("$ timeline "):
            yield line.removeprefix("$ timeline ")


def transcript(golden: str, capsys: pytest.CaptureFixture[str]) -> str:
    parts = []
    for command in commands(golden):
        out, err, code = run(shlex.split(command), capsys)
        said = "".join(f"! {line}\n" for line in err.splitlines())
        left = f"exit code {code}\n" if code else ""
        parts.append(f"$ timeline {command}\n{out}{said}{left}")
    return "\n".join(parts)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_a_transcript_is_what_happens(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = FOLDER / f"{name}.txt"
    golden = path.read_text(encoding="utf-8")
    text = transcript(golden, capsys)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == golden or os.environ.get("UPDATE_GOLDEN")


@pytest.fixture(scope="module")
def exported(replayed: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every story as a folder of Parquet."""
    folder = tmp_path_factory.mktemp("exported")
    (folder / "timeline.db").write_bytes(replayed["all"])
    with Timeline.open(folder / "timeline.db") as timeline:
        timeline.export_tables(folder / "tables")
    return folder / "tables"


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_a_folder_of_parquet_gives_the_same_transcripts(
    name: str,
    exported: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIMELINE_DB", f"parquet:{exported}")
    golden = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert transcript(golden, capsys) == golden


@pytest.mark.parametrize(
    "command",
    [
        "diff foxconn --on 2025-11-19..2025-11-21",
        "why rumour:foxconn-nissan --on 2025-04-15",
        "why alphabet --group --on 2025-11-21",
        "deals --on 2025-11-21",
        "facts --company foxconn --on 2025-11-21",
        "companies --on 2025-11-21",
        "state alphabet --group --on 2025-11-21",
    ],
)
def test_a_format_never_changes_the_rows(
    command: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(format_: str) -> str:
        out, err, code = run([*shlex.split(command), "--format", format_], capsys)
        assert (err, code) == ("", 0)
        return out

    lines = [json.loads(line) for line in ask("jsonl").splitlines()]
    table = list(csv.DictReader(io.StringIO(ask("csv"))))
    told = [line for line in ask("md").splitlines() if line.startswith("| ")]
    assert len(lines) == len(table) == len(told) - 2
    for line, row in zip(lines, table, strict=True):
        assert line.keys() == row.keys()
    answer = json.loads(ask("json"))
    rows = answer.get("changes") or answer.get("chain") or answer.get("items")
    if "answers" in answer:
        rows = [link for each in answer["answers"] for link in each["chain"]]
    if "companies" in answer:
        rows = answer["companies"]
        if isinstance(rows[0]["items"], list):  # a state
            rows = rows[0]["items"]
    assert len(rows) == len(lines)


def test_what_no_lens_lets_pass_is_no_status_of_a_list(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every, _, _ = run(shlex.split("deals --on 2025-11-21 --format jsonl"), capsys)
    asked = "deals --on 2025-11-21 --not-source report-2025-11-21 --format jsonl"
    some, _, _ = run(shlex.split(asked), capsys)
    left_out = {json.loads(line)["subject"] for line in every.splitlines()}
    left_out -= {json.loads(line)["subject"] for line in some.splitlines()}
    assert "deal:foxconn-intrinsic-robotics" in left_out
    # Reuters told it too
    assert "deal:foxconn-openai-ai-hardware" not in left_out


EDITED = """\
story: acme
sources:
  acme-pr: {publisher: Acme, kind: press_release, published: 2025-01-10}
companies:
  acme: {name: Acme}
  globex: {name: Globex}
events:
  - type: deal_announced
    id: acme-announced
    subject: deal:acme-globex
    occurred: 2025-01-10
    source: acme-pr
    kind: supply
    parties: {acme: [supplier], globex: [customer]}
    value: {exact: AMOUNT, currency: USD}
"""


def test_an_edited_file_is_rehearsed_and_then_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    story = tmp_path / "acme.yaml"
    story.write_text(EDITED.replace("AMOUNT", "10"))
    assert run(["replay", "acme.yaml"], capsys)[2] == 0
    story.write_text(EDITED.replace("AMOUNT", "100"))
    out, err, code = run(["replay", "acme.yaml"], capsys)
    assert (out, code) == ("", 1)
    assert "event-changed" in err
    out, err, code = run(["replay", "--amend", "--dry-run", "acme.yaml"], capsys)
    mend = json.loads(out)
    assert (mend["type"], mend["target"], code) == ("event_corrected", "acme-announced", 0)
    assert "would be appended" in err
    story.write_text(
        EDITED.replace("AMOUNT", "100")
        + "expect:\n  - subject: deal:acme-globex\n    on: 2025-02-01\n    state: absent\n"
    )
    out, err, code = run(["replay", "--amend", "--dry-run", "acme.yaml"], capsys)
    assert (json.loads(out), code) == (mend, 1), "shown also where an expectation fails"
    assert "expectation-failed" in err
    story.write_text(EDITED.replace("AMOUNT", "100"))
    assert run(["replay", "--amend", "acme.yaml"], capsys)[2] == 0
    now, _, _ = run(["why", "deal:acme-globex", "--on", "2025-02-01"], capsys)
    assert "USD 10 → USD 100" in now
    assert "our own record, mended" in now
    then, _, _ = run(["deals", "--on", "2025-02-01", "--recorded", "4", "--json"], capsys)
    assert json.loads(then)["sums"][0]["max"] == "10"


def test_the_stored_history_can_be_written_anew_and_proved(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, _, _ = run(["state", "foxconn", "--on", "2025-11-21"], capsys)
    out, err, code = run(["rebuild"], capsys)
    assert (out, code) == ("", 0)
    assert "written anew" in err
    assert run(["state", "foxconn", "--on", "2025-11-21"], capsys)[0] == before
    out, _, code = run(["verify", "--sample", "2", "--seed", "7"], capsys)
    assert code == 0
    assert "history of 2 subjects" in out


def test_answers_fit_eighty_columns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in FOLDER.glob("*.txt"):
        for command in commands(path.read_text(encoding="utf-8")):
            if "--format" in command or "--json" in command:
                continue
            for line in run(shlex.split(command), capsys)[0].splitlines():
                assert cells(line) <= 80, line


def test_markdown_is_told_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What people paste into a page has names, days and sentences, and says of which day it is."""
    at = "--on 2025-11-28 --recorded 108 --format md"

    def lines(command: str) -> list[str]:
        out, err, code = run(shlex.split(f"{command} {at}"), capsys)
        assert (err, code) == ("", 0)
        return out.splitlines()

    commitments = lines("commitments --company foxconn")
    assert commitments[0] == "As of 28 Nov 2025, with everything in our record up to entry 108"
    assert commitments[2] == "| status | what | since | details | beware | subject |"
    assert commitments[-1] == "The same again: `--on 2025-11-28 --recorded 108`"
    doubt = "since November 2025; may only have been mentioned or may not have happened"
    assert commitments[4].split(" | ")[2] == doubt
    (apple,) = (each for each in lines("state foxconn") if "foxconn-apple" in each)
    assert apple.startswith("| Hon Hai Precision Industry | observed | Manufactures for Apple |")
    chain = "\n".join(lines("why deal:foxconn-sharp-acquisition"))
    assert "Cited(" not in chain
    assert "Press report (outlet not named here), “" in chain
    told = "\n".join(lines("diff foxconn --known 2025-11-20..2025-11-28")[:-2])
    assert "partly denied → denied" in told
    assert not re.findall(r"[a-z]+_[a-z]+|2025-21|\| foxconn \|", told)


def test_both_ends_of_a_relationship_stand_in_its_chain(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _, _ = run(shlex.split("why relationship:foxconn-apple --on 2025-11-28"), capsys)
    assert "    from        Hon Hai Precision Industry\n    to          Apple\n" in out


def test_what_counts_not_is_not_said_to_be_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through a lens a company may have no report, though others told of it."""
    asked = "state nissan --on 2025-11-21 --source sharp-2016-02-25"
    for format_ in ("table", "md"):
        out, err, _ = run([*shlex.split(asked), "--format", format_], capsys)
        said = " ".join((out + err).split())
        assert "Nothing of what counts here had been reported about Nissan Motor" in said
