"""An answer as JSON, whole and in pieces."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.render.stories import STORIES, load_story
from timeline.render.json import encode_json, json_document


class Answer(msgspec.Struct, omit_defaults=True):
    before: list[int]
    items: list[Any]
    left_out: list[Any] = []


@pytest.mark.parametrize("name", STORIES)
def test_a_document_in_pieces_is_the_document(name: str) -> None:
    answer = load_story(name).answer
    assert "".join(json_document(answer)) == encode_json(answer).decode()


@pytest.mark.parametrize(
    "answer",
    [
        Answer([1], [{"b": {"d": [], "c": [1, [2]]}, "a": '\n  "items": []'}, None, [], "x\ny"]),
        Answer([1, 2], ["a"]),
        Answer([], []),
        Answer([], [], [1, 2, 3]),
        Answer([], ["ß", "\u2028"], [{}]),
        {"items": [1, 2]},
        [1, {"a": 2}],
        "text",
    ],
)
def test_whatever_it_holds(answer: Any) -> None:
    assert "".join(json_document(answer)) == encode_json(answer).decode()


def test_the_longest_list_comes_item_by_item() -> None:
    answer = Answer([1], list(range(1000)))
    assert max(map(len, json_document(answer))) < 100
