"""docs/how-to-record.md: every situation is recorded as shown, and gives the answer that is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from timeline.loading import check_files

PAGE = Path(__file__).parent.parent / "docs" / "how-to-record.md"
_HEADING_OR_BLOCK = re.compile(
    r"^### (?P<heading>[^\n]+)$|^```yaml\n(?P<block>.*?)^```$", re.MULTILINE | re.DOTALL
)


def situations() -> tuple[str, dict[str, list[str]]]:
    """The sources and companies that all situations share, and the blocks under each heading."""
    shared, heading, found = "", "", dict[str, list[str]]()
    for match in _HEADING_OR_BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if match["heading"]:
            heading = match["heading"]
            found[heading] = []
        elif not heading:
            shared = match["block"]
        else:
            found[heading].append(match["block"])
    return shared, found


SHARED, SITUATIONS = situations()


def test_the_page_answers_at_least_forty_questions() -> None:
    assert len(SITUATIONS) >= 40
    assert SHARED.startswith("sources:")


@pytest.mark.parametrize("heading", SITUATIONS)
def test_a_situation_gives_the_answer_that_the_page_shows(heading: str, tmp_path: Path) -> None:
    (block,) = SITUATIONS[heading]
    story = tmp_path / "story.yaml"
    story.write_text(SHARED + block, encoding="utf-8")
    assert check_files([story]).expectations > 0
