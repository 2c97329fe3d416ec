"""Kinds of items as people write them."""

from __future__ import annotations

import pytest

from tests.cli.program import run
from timeline.errors import InvalidValue
from timeline.render.kinds import parse_kind


@pytest.mark.parametrize("text", ["joint_venture", "Joint venture", "joint-venture"])
def test_a_kind_is_known_however_its_words_are_joined(text: str) -> None:
    assert parse_kind("deal", text) == "joint_venture"


def test_a_kind_that_there_is_not_is_no_empty_answer() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_kind("deal", "joint-ventur")
    assert caught.value.hint == 'did you mean "joint_venture"?'
    assert run("deals", "--kind", "joint-ventur").exit_code == 2


def test_any_word_may_be_an_attribute() -> None:
    assert parse_kind("fact", "nothing.like-it") == "nothing.like-it"
