"""What people and machines may write: a story of every kind, and the ways in which it can go wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from timeline.ingest.fixtures import Found, load_fixture
from timeline.model.kinds import EVENT_TYPES
from timeline.model.values import Fields

_FILE = Path(__file__).parent / "story.yaml"
STORY = _FILE.read_text(encoding="utf-8")
EVENTS: list[Fields] = [draft.fields for draft in load_fixture(Found(_FILE, "story")).drafts]
"""The events of the story, as fields."""

ASKED: list[Fields] = yaml.load(STORY, Loader=yaml.BaseLoader)["expect"]
"""What it expects, every scalar as text."""

FIELDS = sorted({f for event in EVENT_TYPES.values() for f in event.__struct_encode_fields__})

DATES = [
    "2025-11-20", "2025-11", "2025", "2025-21", "2025-24", "2025-33", "2025-41", "2025-11-XX", "202X",
    "2025-1X", "[2025-11-20,2025-11-21]", "[..2025-11-21]", "[2025-11..]", "2025-09/2025-11-21",
    "../2025-03", "/2025-03", "2025-03/", "2025?", "2025-11-20~", "9999", "0001-01-01", "9999-12-31",
    "2025-02-30", "0000", "XXXX", "X", "2025-13", "2025-42", "/", "..", "[]", "[..]", "2025%~", "-2025",
    "Y10000", "2025-11-20T10:00:00Z", "2025-01-01/2024", "today", "3 months ago", "２０２５", "1e3",
]  # fmt: skip

ODD = [
    "", " ", "\n", "\t", "\0", "~", "null", "true", "NO", "on", "-0", "1e999", "nan", ".inf", "0x1F", "1_000",
    "-1", "0.1", "9" * 30, "1e-400", "é", "🦀", "\u202e", "ß" * 200, "a" * 3000, "null", "undisclosed",
    "!!python/object:os.system x", "!x y", "&a [*a]", "*a", "<<: {a: b}", "%YAML 1.1\n---\n",
    "---\n", "...\n",
    "- ", ": ", "? ", "{", "}", "[", "]", ",", "#", "|\n", ">\n", "'", '"', "\\", "\\u0000", "\\ud800",
    "\ufeff", "\x85", "\u2028", "\x7f", "@", "`", "story: ", "events:\n", "sources:\n", "expect:\n", "- {}\n",
    "d-1", "r-1", "acme", "globex", "s-1", "deal:acme-globex", "fact:acme/growth@2025", "USD", "percent",
    "partner", "Asia/Tokyo", "e-0123456789abcdef", "erased",
]  # fmt: skip

TOKENS: Sequence[str] = [*DATES, *ODD, *EVENT_TYPES, *FIELDS]

token = st.sampled_from(TOKENS)
words = st.one_of(token, st.text(max_size=12))

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        words,
        st.sampled_from([2**53, -(2**53), 2**63, 2**64, 10**40, 0, 1]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)
"""Any JSON value, and some that are none."""


@st.composite
def cut_and_pasted(draw: st.DrawFn, base: bytes) -> bytes:
    """The text with some of it replaced by something else."""
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(base)))
        length = draw(st.one_of(st.just(0), st.integers(0, 40)))
        new = draw(
            st.one_of(words.map(lambda t: t.encode(errors="surrogatepass")), st.binary(max_size=6))
        )
        base = base[:place] + new + base[place + length :]
    return base


@st.composite
def altered(draw: st.DrawFn, events: Sequence[Fields] = EVENTS) -> list[Fields]:
    """Events with fields that are missing, of another event, or hold anything."""
    found = [dict(event) for event in events]
    for _ in range(draw(st.integers(1, 4))):
        fields = draw(st.sampled_from(found))
        # none of its own may be left by now
        name = draw(
            st.one_of(st.sampled_from(sorted(fields) or FIELDS), st.sampled_from(FIELDS), words)
        )
        how = draw(st.integers(0, 3))
        if how == 0:
            fields.pop(name, None)
        elif how == 1:
            fields[name] = draw(words)
        elif how == 2:
            other = draw(st.sampled_from(EVENTS))
            fields[name] = draw(st.sampled_from([*other.values()]))
        else:
            fields[name] = draw(anything)
    return found


def json_lines(values: Sequence[Any]) -> bytes:
    """A line of JSON for each, with what is no JSON number as Python writes it."""
    return b"".join(
        json.dumps(value, ensure_ascii=index % 2 == 0).encode(errors="surrogatepass") + b"\n"
        for index, value in enumerate(values)
    )


yaml_files = st.one_of(
    cut_and_pasted(STORY.encode()),
    altered().map(lambda events: json.dumps({"events": events, "expect": ASKED}).encode()),
    altered(ASKED).map(lambda asked: json.dumps({"events": EVENTS, "expect": asked}).encode()),
    st.dictionaries(
        st.sampled_from(["story", "sources", "companies", "events", "expect", "x"]),
        anything,
        max_size=3,
    ).map(lambda value: json.dumps(value).encode()),
    st.lists(words, max_size=12).map(lambda parts: "".join(parts).encode(errors="surrogatepass")),
    st.binary(max_size=60),
)

jsonl_files = st.one_of(
    cut_and_pasted(json_lines(EVENTS)),
    altered().map(json_lines),
    st.lists(anything, max_size=4).map(json_lines),
    st.binary(max_size=60),
)

dates = st.one_of(
    st.sampled_from(DATES),
    st.text(alphabet="0123456789-/[].,X?~%YE{}T:Z ", max_size=24),
    st.lists(st.sampled_from([*DATES, ",", "..", "/", "[", "]", "?", "~", "-"]), max_size=4).map(
        "".join
    ),
    st.text(max_size=12),
)
