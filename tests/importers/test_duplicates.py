"""Names that are probably one company: all found however many there are, none compared with all."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from tests.importers.tables import Desk
from timeline.importers.duplicates import likely_duplicates

NAMES = {
    "lumen-ferry": "Lumen Ferry Ltd",
    "lumenferry": "Lumenferry",
    "quillwork": "Quillwork Systems",
    "systems-quillwork": "Systems, Quillwork",
    "tern-1": "Tern 1 Holdings",
    "tern-2": "Tern 2 Holdings",
    "osprey": "Osprey Data",
}


def pairs(in_memory: int = 1000) -> set[tuple[str, str]]:
    return {(p.company, p.like) for p in likely_duplicates(NAMES.items, in_memory=in_memory)}


def test_words_in_another_order_or_together_are_alike_and_other_numbers_are_not() -> None:
    assert pairs() == {("lumenferry", "lumen-ferry"), ("systems-quillwork", "quillwork")}


@pytest.mark.parametrize("in_memory", [1, 3, 7])
def test_keys_that_go_to_files_find_the_same(in_memory: int) -> None:
    assert pairs(in_memory) == pairs()


def test_a_pair_has_the_new_company_first() -> None:
    (pair,) = likely_duplicates(NAMES.items, {"lumen-ferry"})
    assert (pair.company, pair.like) == ("lumen-ferry", "lumenferry")
    assert list(likely_duplicates(NAMES.items, {"osprey"})) == []


def test_names_that_share_a_common_word_are_compared_with_their_neighbours() -> None:
    many = {f"c{n:04}": f"Harbour {chr(97 + n % 26)}{chr(97 + n // 26)}xq" for n in range(600)}
    many |= {"one": "Harbour Quillwork Ventures", "two": "Harbour Quilwork Ventures"}
    found = {(p.company, p.like) for p in likely_duplicates(many.items, {"one", "two"})}
    assert ("two", "one") in found


def test_memory_does_not_grow_with_the_names_that_share_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("timeline.importers.duplicates._FEW", 500)

    def names(count: int) -> Iterator[tuple[str, str]]:
        letters = str.maketrans("0123456789", "abcdefghij")
        return ((f"c{n}", "Harbour " + f"{n * 7919:08}".translate(letters)) for n in range(count))

    def peak(count: int) -> int:
        list(likely_duplicates(lambda: names(count), in_memory=4000))  # folds every name once
        tracemalloc.start()
        for _ in likely_duplicates(lambda: names(count), in_memory=4000):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(8000) < 1.3 * peak(2000)


def test_the_report_counts_every_pair_and_says_who_decides(desk: Desk) -> None:
    names = [f"Harbour Works {letter}" for letter in "ab"] + ["Lumen Ferry", "Lumenferry"]
    done = desk.rows(*(f"2019-05-02,{name},Target {n},1" for n, name in enumerate(names)))
    listed = {(p.company, p.like) for p in done.likely_duplicates}
    assert done.duplicates == len(listed) >= 2
    proposed = {frozenset((m.company, m.other)) for m in desk.timeline.match()}
    assert {frozenset(pair) for pair in listed} == proposed
    desk.timeline.judge("lumen-ferry", "lumenferry", same=True)
    assert frozenset(("lumen-ferry", "lumenferry")) not in {
        frozenset((m.company, m.other)) for m in desk.timeline.match()
    }
