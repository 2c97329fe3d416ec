"""A library that can end its process draws in one of its own, and what it draws is well-formed."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from timeline import Timeline
from timeline.errors import CannotDraw
from timeline.render import drawing
from timeline.render.drawing import draw, drawable

NAMES = {
    "no character": "A\ufffe",
    "the last of a plane": "A\U0001ffff",
    "inside Unicode's reserve": "A\ufdd0",
    "a control": "A\x01B\x1f",
    "markup": "A<script>&amp;]]>",
    "right to left": "\u202eA\u2066",
    "an emoji of many": "👩‍👩‍👧‍👦\U000e0067",
    "a half": "A\x7f\x85",
}


def spec(text: str) -> dict[str, Any]:
    return {
        "mark": "text",
        "data": {"values": [{"t": text}]},
        "encoding": {"text": {"field": "t"}},
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
            ElementTree.fromstring(picture.svg())
            assert picture.png().startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_written_out() -> None:
    assert drawable({"a": ["x\ufffey", 1, None, "\x00"]}) == {"a": ["xU+FFFEy", 1, None, "U+0000"]}
    assert drawable("plain 鴻海 😀\n") == "plain 鴻海 😀\n"


def test_an_end_of_the_library_is_an_error_of_one_picture() -> None:
    with pytest.raises(CannotDraw):
        draw("svg", spec("A\ufffe"))  # not written out: the library aborts
    assert b"<svg" in draw("svg", spec("A"))


def test_a_process_that_is_killed_is_started_anew() -> None:
    draw("svg", spec("A"))
    other = drawing._drawer._other
    assert other is not None
    other.kill()
    with pytest.raises(CannotDraw):
        draw("svg", spec("A"))
    assert b"<svg" in draw("svg", spec("A"))


def test_what_is_no_specification_is_an_error() -> None:
    with pytest.raises(CannotDraw):
        draw("svg", {"mark": "no such mark"})
    assert b"<svg" in draw("svg", spec("A"))
