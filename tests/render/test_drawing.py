"""Whatever people call things, a picture of it is drawn and well-formed."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from timeline import Timeline
from timeline.errors import CannotDraw
from timeline.render.plot.fonts import rasterised
from timeline.render.plot.sheet import drawable

NAMES = {
    "no character": "A\ufffe",
    "the last of a plane": "A\U0001ffff",
    "inside Unicode's reserve": "A\ufdd0",
    "a control": "A\x01B\x1f",
    "markup": "A<script>&amp;]]>",
    "right to left": "\u202eA\u2066",
    "an emoji of many": "👩‍👩‍👧‍👦\U000e0067",
    "a half": "A\x7f\x85",
    "too many words": "A long name " * 8_000,
    "one endless word": "A" * 100_000,
}


@pytest.mark.parametrize("what", NAMES)
def test_a_picture_of_any_name_is_drawn_and_well_formed(tmp_path: Path, what: str) -> None:
    with Timeline.open(tmp_path / "timeline.db") as timeline:
        timeline.append({"type": "company_registered", "subject": "company:a", "name": NAMES[what]})
        timeline.append({"type": "company_registered", "subject": "company:b", "name": "B"})
        timeline.append(
            {
                "type": "deal_announced", "subject": "deal:d", "occurred": "2025-01-10",
                "known": "2025-01-10", "kind": "joint_venture", "title": NAMES[what] * 2,
                "parties": {"a": ["partner"], "b": ["partner"]},
            }
        )  # fmt: skip
        for picture in (
            timeline.plot("a"),
            timeline.graph(),
            timeline.plot("deal:d", kind="two-axes"),
        ):
            drawn = ElementTree.fromstring(picture.svg())
            assert float(drawn.attrib["height"]) < 4_000
            assert picture.png().startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_written_out() -> None:
    assert drawable("x\ufffey \x00") == "xU+FFFEy \\x00"
    assert drawable("plain 鴻海 😀\n") == "plain 鴻海 😀\n"


def test_what_is_no_picture_is_an_error() -> None:
    with pytest.raises(CannotDraw):
        rasterised("<svg>")
