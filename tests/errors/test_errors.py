"""One input and one golden output for every way in which data can be wrong.

``UPDATE_GOLDEN=1`` writes the outputs anew: read the difference before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from timeline.errors import DataError, ExpectationFailed, TimelineError
from timeline.loading import check_files

HERE = Path(__file__).parent
INPUTS = sorted([*HERE.glob("*.yaml"), *HERE.glob("*.jsonl")])


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_what_is_wrong_is_said_in_full_and_in_its_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HERE)
    with pytest.raises(TimelineError) as caught:
        check_files([path.name])
    said = f"{caught.value}\n"
    golden = path.with_suffix(path.suffix + ".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(said)
    assert said == golden.read_text()


def test_every_problem_of_a_file_has_a_line_and_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    for path in INPUTS:
        with pytest.raises(TimelineError) as caught:
            check_files([path.name])
        assert isinstance(caught.value, DataError | ExpectationFailed)
        for problem in caught.value.problems:
            assert problem.location is not None
            assert problem.location.line > 0, problem
            assert problem.location.column > 0, problem
