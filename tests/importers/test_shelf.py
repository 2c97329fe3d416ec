"""What an import keeps in mind goes to a file as it grows, and says the same from there."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from timeline.importers.shelf import Hashes, Shelf

KEYS = st.sampled_from([f"key {n}" for n in range(8)] + ["É", "株式会社"])


@given(st.lists(st.one_of(
    st.tuples(st.just("set"), KEYS, st.lists(st.text(max_size=3).filter(str.isalpha))),
    st.tuples(st.just("pop"), KEYS, st.none()),
    st.tuples(st.just("settle"), st.none(), st.none()),
)))  # fmt: skip
def test_a_shelf_is_a_dictionary_whatever_of_it_is_in_its_file(steps: list[tuple]) -> None:
    shelf, plain = Shelf(list[str], most=2), {}
    for what, key, value in steps:
        if what == "set":
            shelf[key] = plain[key] = value
        elif what == "pop":
            shelf.pop(key)
            plain.pop(key, None)
        else:
            shelf.settle()
        for each in [*plain, "key 0", "É", "nobody's"]:
            assert shelf.get(each) == plain.get(each)
            assert (each in shelf) == (each in plain)


def test_hashes_are_those_that_were_added() -> None:
    hashes = Hashes()
    for text in ("b", "a", "c"):
        assert text not in hashes
        hashes.add(text)
        assert text in hashes
    assert len(hashes) == 3


def test_hashes_take_little_more_while_they_are_put_in_order() -> None:
    hashes = Hashes()
    tracemalloc.start()
    try:
        for number in range(100_000):
            hashes.add(str(number))
        assert "5" in hashes
        assert tracemalloc.get_traced_memory()[1] < 3_000_000  # as objects they are 4,400,000
    finally:
        tracemalloc.stop()
