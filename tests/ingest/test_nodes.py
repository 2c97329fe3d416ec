"""YAML as a tree that knows where things stand, read safely and by the core schema of version 1.2."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import event, example, given
from hypothesis import strategies as st

from timeline.errors import DataError, Problem
from timeline.ingest.nodes import (
    MAX_ALIASES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Unreadable,
    compose,
    compose_most,
    excerpt,
    node_of,
    value_of,
)


def value(text: str | bytes) -> Any:
    root = compose(text)
    assert root is not None
    return value_of(root)


def problem(text: str | bytes) -> Problem:
    with pytest.raises(DataError) as caught:
        compose(text, "a-file")
    (found,) = caught.value.problems
    return found


# --- the core schema ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, expected",
    [
        ("true", True), ("True", True), ("FALSE", False), ("yes", "yes"), ("no", "no"), ("on", "on"),
        ("NO", "NO"), ("y", "y"), ("null", None), ("~", None), ("Null", None), ("none", "none"),
        ("5", 5), ("-5", -5), ("+5", 5), ("007", 7), ("0o17", 15), ("0x1F", 31), ("0b1", "0b1"),
        ("1_000", "1_000"), ("1:30", "1:30"), ("5.10", 5.1), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0),
        (".inf", ".inf"), (".nan", ".nan"), ("2025-11-20", "2025-11-20"), ("2025", 2025), ("٣", "٣"),
        ("'5'", "5"), ('"true"', "true"), ("'~'", "~"), ("! 5", "5"), ("|\n  5\n", "5\n"), ("=", "="),
        ("9" * 50, int("9" * 50)), ("9" * 1001, "9" * 1001), ("0." + "1" * 60, float("0." + "1" * 60)),
    ],
)  # fmt: skip
def test_plain_scalars_are_of_the_core_schema(text: str, expected: Any) -> None:
    found = value(f"- {text}\n")[0]
    assert (type(found), found) == (type(expected), expected)


def test_collections_and_aliases_are_what_they_say() -> None:
    text = "a: &x {b: [1, two]}\nc: *x\nd: &y\ne: *y\n? f\n: g\n"
    assert value(text) == {
        "a": {"b": [1, "two"]}, "c": {"b": [1, "two"]}, "d": None, "e": None, "f": "g",
    }  # fmt: skip
    assert value("on: 1\nNO: 2\n5: 3\n") == {"on": 1, "NO": 2, "5": 3}
    assert value("k: &n on\n*n : 1\n") == {"k": "on", "on": 1}
    assert value("'<<': 1") == {"<<": 1}, "no merge keys: YAML 1.2 has none"


@pytest.mark.parametrize("text", ["", "   \n", "# only a comment\n", "---\n...\n", "\ufeff"])
def test_an_empty_text_has_no_tree_or_an_empty_one(text: str) -> None:
    root = compose(text.encode())
    assert root is None or value_of(root) is None


def test_places_count_from_one() -> None:
    root = compose("a: 1\nb:\n  - {c: 2}\n")
    assert isinstance(root, Mapping)
    key, inner = root.pairs["b"]
    assert isinstance(inner, Sequence)
    assert (key.line, key.column, inner.line, inner.column) == (2, 1, 3, 3)
    assert root.get("a") == Scalar(1, 4, "1", plain=True)
    assert root.get("z") is None


# --- what is not read ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, code, place",
    [
        ("a: [1\n", "invalid-yaml", "1:4"),
        ("a: 'x\n", "invalid-yaml", "1:4"),
        ("a: b: c\n", "invalid-yaml", "1:5"),
        ("\ta: 1\n", "invalid-yaml", "1:1"),
        ("a: 1\n b: 2\n", "invalid-yaml", "2:3"),
        ("a: @\n", "invalid-yaml", "1:4"),
        ("ok: 1\na: *x\n", "invalid-yaml", "2:4"),
        ("&a [*a]\n", "invalid-yaml", "1:5"),
        ("a: 1\n---\nb: 2\n", "several-documents", "2:1"),
        ("a: !!python/object:os.system x\n", "yaml-tag", "1:4"),
        ("a: !!str 5\n", "yaml-tag", "1:4"),
        ("a: !own {b: 1}\n", "yaml-tag", "1:4"),
        ("[a]: 1\n", "invalid-key", "1:1"),
        ("{{a: 1}: 1}\n", "invalid-key", "1:2"),
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", "3:1"),
        ("a: {b: 1, b: 2}\n", "duplicate-key", "1:11"),
        ("a: \x01\n", "invalid-yaml", "1:4"),
        ("ok: 1\na: \x07\n", "invalid-yaml", "2:4"),
        ("é: 1\nü: \x07\n", "invalid-yaml", "2:4"),
    ],
)
def test_what_is_not_read_is_said_with_its_place(text: str, code: str, place: str) -> None:
    for given_text in (text, text.encode()):
        found = problem(given_text)
        assert found.code == code
        assert str(found.location) == f"a-file:{place}"


def test_half_a_character_is_no_text() -> None:
    found = problem("ok: 1\na: \ud800\n")
    assert (found.code, str(found.location)) == ("not-utf8", "a-file:2:4")


def test_what_is_not_utf8_is_said_with_its_place() -> None:
    found = problem(b"ok: 1\na: \xff\xfe\n")
    assert (found.code, str(found.location)) == ("not-utf8", "a-file:2:4")
    assert problem("a: 1\n".encode("utf-16")).code in ("not-utf8", "invalid-yaml")


def test_a_problem_shows_its_line() -> None:
    found = problem("a: 1\r\na: 2\r\n")
    assert found.excerpt == "a: 2"
    assert "^" in str(found)


def test_an_excerpt_is_one_line_cut_for_people() -> None:
    assert excerpt("a\nb\r\nc", 2) == "b"
    assert excerpt(b"a\n\xff", 2) == "\ufffd"
    assert excerpt("x" * 500, 1) == "x" * 200
    assert excerpt("x" * 500, 1, 300) == "x" * 360, "what stands there is shown"
    assert excerpt("a", 0) is None
    assert excerpt("a", 3) is None


# --- limits -------------------------------------------------------------------------------------


def test_size_is_limited() -> None:
    assert problem(b" " * (MAX_BYTES + 1)).code == "file-too-large"


@pytest.mark.parametrize("opening, closing", [("[", "]"), ("{a: ", "}")])
def test_depth_is_limited(opening: str, closing: str) -> None:
    deepest = opening * MAX_DEPTH + "1" + closing * MAX_DEPTH
    assert compose(deepest) is not None
    assert problem(opening + deepest + closing).code == "too-deep"
    started = time.process_time()
    assert problem(opening * 2_000_000).code == "too-deep"
    assert time.process_time() - started < 5, "however deep it is, no more is read"


def test_aliases_are_limited() -> None:
    aliases = "- *a\n" * MAX_ALIASES
    assert len(value(f"- &a x\n{aliases}")) == MAX_ALIASES + 1
    assert problem(f"- &a x\n{aliases}- *a\n").code == "too-many-aliases"


def test_an_alias_weighs_what_it_stands_for() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    found = problem(bomb)
    assert found.code == "too-many-values"
    assert str(found.location).startswith("a-file:6:"), "before there is a million of them"


def test_values_are_limited() -> None:
    thousand = "- &a [" + "x," * 999 + "]\n" + "- *a\n" * 998  # a list is a value, too
    most = thousand + "- x\n" * (MAX_NODES - 999 * 1000 - 1)
    assert compose(most) is not None
    found = problem(most + "- x\n")
    assert (found.code, str(found.location)) == ("too-many-values", "a-file:1999:3")


# --- values that come from no file --------------------------------------------------------------

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(plain)
@example({"a": 10**400})
@example([1e300, -0.0, 5e-324])
def test_a_value_is_what_its_tree_says(given_value: Any) -> None:
    assert value_of(node_of(given_value)) == given_value


def test_a_value_may_not_be_nested_too_deep() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    with pytest.raises(Unreadable) as caught:
        node_of(deep, 4, 2)
    found = caught.value.problem("a-file")
    assert (found.code, str(found.location), found.excerpt) == ("too-deep", "a-file:4:2", None)


# --- anything at all ----------------------------------------------------------------------------

SNIPPETS = [
    "a: ", "- ", "\n", "\n  ", "[", "]", "{", "}", "&a ", "*a", "!t ", "'", '"', "|\n", ">-\n", "#", ",", "~",
    "---\n", "...\n", "? ", ": ", "x", "5", "\t", "\x00", "\x85", "\ud800", "\ufeff", "%YAML 1.1\n",
]  # fmt: skip
snippets = st.lists(st.sampled_from(SNIPPETS), max_size=30).map("".join)


@given(st.one_of(snippets, st.text(max_size=40)))
@example("a: \ud800")
def test_any_text_is_a_tree_or_a_problem(text: str) -> None:
    try:
        root = compose(text)
    except DataError as error:
        (found,) = error.problems
        assert found.location is not None
        assert found.location.line >= 1
        assert found.location.column >= 1
    else:
        assert root is None or isinstance(root, Node)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_tree_or_a_problem(data: bytes) -> None:
    try:
        root = compose(data)
    except DataError as error:
        root = None
        event(error.problems[0].code)
    assert root is None or isinstance(root, Node)


@given(snippets)
def test_what_pyyaml_reads_is_read_the_same(text: str) -> None:
    try:
        expected = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        root = compose(text)
    except (yaml.YAMLError, DataError, UnicodeEncodeError, TypeError, ValueError):
        return
    assert _texts(root) == expected


def _texts(node: Node | None) -> Any:
    """The tree as PyYAML's base loader gives it: every scalar as text."""
    if isinstance(node, Mapping):
        return {name: _texts(item) for name, (_, item) in node.pairs.items()}
    if isinstance(node, Sequence):
        return [_texts(item) for item in node.items]
    return node.text if isinstance(node, Scalar) else None


@pytest.mark.parametrize(
    "text",
    ["{a: [1], b c}", "{a: '', b c}", "{a: x, occurred}", "a: x\nb c:", "{b c}", "{a: x, 'b c'}"],
)
def test_a_key_without_a_value_is_no_piece_of_a_text(text: str) -> None:
    assert compose_most(text).problems == []


@pytest.mark.parametrize(
    "text, hint",
    [
        ("{a: x, b c}", 'put the text in quotes: a: "x, b c"'),
        ("{a: 5,000}", "write the number without commas"),
        ("{a: USD 5,000,000.50}", "write the number without commas"),
    ],
)
def test_a_comma_in_braces_is_named_once_and_hides_nothing(text: str, hint: str) -> None:
    found = compose_most(text)
    tree, (problem,) = found.root, found.problems
    assert problem.code == "unquoted-comma"
    assert hint in str(problem.hint)
    assert isinstance(tree, Mapping)
    assert list(tree.pairs) == ["a"]
