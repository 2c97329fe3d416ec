"""Subjects as values: they parse, print, sort, and give the range of their kind."""

from __future__ import annotations

import pytest

from timeline.errors import InvalidValue
from timeline.model.values import SUBJECT_KINDS, Subject


@pytest.mark.parametrize("text", ["deal:a-b", "fact:a/b.c@2025", "proceeding:ftc-1", "source:s"])
def test_a_subject_is_read_and_written(text: str) -> None:
    assert str(Subject.parse(text)) == text
    assert Subject.parse(text) == Subject.of(text)


def test_a_kind_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidValue) as caught:
        Subject.parse("deals:a")
    assert caught.value.hint is not None
    assert all(kind in caught.value.hint for kind in SUBJECT_KINDS)


def test_a_fact_is_named_after_its_company_attribute_and_period() -> None:
    assert str(Subject.of_fact("acme", "staff")) == "fact:acme/staff"
    assert str(Subject.of_fact("acme", "staff", "2025-33")) == "fact:acme/staff@2025-33"


def test_subjects_sort_as_answers_list_them() -> None:
    listed = [
        "relationship:z", "deal:a", "deal:b", "proceeding:a", "right:a", "commitment:a", "rumour:a",
        "fact:a/b",
    ]  # fmt: skip
    assert [str(found) for found in sorted(map(Subject.of, reversed(listed)))] == listed


@pytest.mark.parametrize("kind", SUBJECT_KINDS)
def test_the_range_of_a_kind_holds_its_subjects_and_no_others(kind: str) -> None:
    first, last = Subject.range_of(kind)
    names = [f"{other}:{slug}" for other in SUBJECT_KINDS for slug in ("0", "a", "z-z", "z" * 99)]
    assert {Subject.of(name).kind for name in names if first <= name < last} == {kind}
