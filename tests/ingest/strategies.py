"""Strategies for sound events of every type, made from the same types that check them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from msgspec import inspect

from timeline.errors import TimelineError
from timeline.model import values
from timeline.model.kinds import EVENT_TYPES, KIND_OF, KINDS, RECORD_TYPES
from timeline.model.kinds.event import Event, fields_of
from timeline.model.kinds.fact import FactEvent
from timeline.model.values import Fields, Horizon, Measure, Money, Quantity, Share

COMPANIES = ("acme", "globex", "initech")
SOURCES = ("post", "times", "wire")

slugs = st.from_regex(values.SLUG, fullmatch=True).filter(lambda text: len(text) < 30)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
"""Any text that can be kept, control characters and other planes included."""

dates = st.one_of(
    st.dates().map(lambda day: day.isoformat()),
    st.sampled_from(["2025", "2025-11", "2025-21~", "202X", "[..2025-11-21]", "2025-09/..", "../.."])
    .filter(lambda text: text != "../.."),
)  # fmt: skip

moments = st.one_of(
    st.dates().map(lambda day: day.isoformat()),
    st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
    st.sampled_from(["2025-01-10T09:30:00+01:00", "2025-01-10 09:30-05:00"]),
)

attributes = st.lists(slugs, min_size=1, max_size=3).map(".".join)


@st.composite
def subjects(draw: st.DrawFn, kind: str | None = None) -> str:
    kind = kind or draw(st.sampled_from(sorted(KINDS)))
    if kind != "fact":
        return f"{kind}:{draw(slugs)}"
    period = draw(st.sampled_from(["", "@2025", "@2025-35", "@2025-01/2025-06"]))
    return f"fact:{draw(slugs)}/{draw(attributes)}{period}"


_BY_CHECK: dict[Callable[[str], None], st.SearchStrategy[str]] = {
    values.check_slug: slugs,
    values.check_subject: subjects(),
    values.check_attribute: attributes,
    values.check_edtf: dates,
    values.check_moment: moments,
    values.check_country: st.sampled_from(["US", "TW", "NO"]),
    values.check_language: st.sampled_from(["en", "de-AT", "zh-Hant-TW"]),
    values.check_timezone: st.sampled_from(["UTC", "Asia/Taipei", "America/New_York"]),
    values.check_quote: texts,
    values.check_sha256: st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    values.check_currency: st.sampled_from(["USD", "EUR", "TWD"]),
}

decimals = st.decimals(
    min_value=-(10**15), max_value=10**15, places=4, allow_nan=False, allow_infinity=False
)


@st.composite
def numbers(draw: st.DrawFn, low: int = -(10**15), high: int = 10**15) -> Any:
    """A decimal as people and machines write it: text, a whole number, or a short fraction."""
    number = draw(st.decimals(low, high, places=draw(st.integers(0, 6))))
    return draw(st.sampled_from([f"{number:f}", f"{number:f}", int(number)]))


@st.composite
def _range(draw: st.DrawFn, low: int = -(10**15), high: int = 10**15) -> Fields:
    if draw(st.booleans()):
        return {"exact": draw(numbers(low, high))}
    bounds = sorted(draw(st.lists(st.integers(low, high), min_size=1, max_size=2)))
    if len(bounds) == 2:
        return {"min": str(bounds[0]), "max": bounds[1]}
    return {draw(st.sampled_from(["min", "max"])): bounds[0]}


@st.composite
def money(draw: st.DrawFn, depth: int = 0) -> Fields:
    found = draw(_range()) | {"currency": draw(st.sampled_from(["USD", "EUR"]))}
    if draw(st.booleans()):
        found["per"] = draw(st.sampled_from(["once", "year", "quarter", "month", "share"]))
    if draw(st.booleans()):
        found["basis"] = draw(st.sampled_from(["exact", "up_to", "at_least", "about"]))
    if depth == 0 and draw(st.booleans()):
        found["reported_as"] = draw(st.lists(money(1), max_size=2))
    return found


@st.composite
def horizons(draw: st.DrawFn) -> Fields:
    bounds = sorted(draw(st.lists(st.integers(0, values.MOST_UNITS), min_size=1, max_size=2)))
    names = ("min", "max") if len(bounds) == 2 else (draw(st.sampled_from(["min", "max"])),)
    found: Fields = dict(zip(names, bounds, strict=True))
    found["unit"] = draw(st.sampled_from(["day", "month", "quarter", "year"]))
    if draw(st.booleans()):
        found["from"] = draw(dates)
    return found


shares = _range(0, 100) | st.just({"basis": "majority"})

_BY_CLASS: dict[type, st.SearchStrategy[Fields]] = {
    Money: money(),
    Share: shares,
    Quantity: _range().map(lambda found: found | {"unit": "shares"}),
    Measure: st.one_of(money(), shares),
    Horizon: horizons(),
}

whole = st.integers(-(2**53) + 1, 2**53 - 1)
fractions = st.floats(-(2.0**53), 2.0**53, exclude_min=True, exclude_max=True)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | whole | fractions | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
"""Any JSON value that a database keeps exactly, for ``extra``."""


def _passes(check: Callable[[str], None], text: str) -> bool:
    try:
        check(text)
    except TimelineError:
        return False
    return True


def values_of(type_: inspect.Type) -> st.SearchStrategy[Any]:
    """Sound values of a field's type, as they stand in a file."""
    if isinstance(type_, inspect.Metadata):
        check = (type_.extra or {}).get("check")
        if check in _BY_CHECK:
            return _BY_CHECK[check]
        found = values_of(type_.type)
        return found if check is None else found.filter(lambda text: _passes(check, text))
    if isinstance(type_, inspect.UnionType):
        return st.one_of(*map(values_of, type_.types))
    if isinstance(type_, inspect.LiteralType):
        return st.sampled_from(list(type_.values))
    if isinstance(type_, inspect.StructType):
        return _BY_CLASS[type_.cls] if type_.cls in _BY_CLASS else _struct(type_.cls)
    if isinstance(type_, inspect.ListType):
        return st.lists(values_of(type_.item_type), min_size=type_.min_length or 0, max_size=3)
    if isinstance(type_, inspect.DictType):
        return st.dictionaries(
            values_of(type_.key_type), values_of(type_.value_type), min_size=type_.min_length or 0,
            max_size=3,
        )  # fmt: skip
    return _SIMPLE[type(type_)]


_SIMPLE: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.StrType: texts,
    inspect.BoolType: st.booleans(),
    inspect.IntType: whole,
    inspect.FloatType: numbers(),
    inspect.AnyType: json_values,
}


@st.composite
def _struct(draw: st.DrawFn, struct: type) -> Fields:
    return _draw_fields(draw, fields_of(struct), 3)


def _draw_fields(draw: st.DrawFn, fields: dict[str, inspect.Field], most: int) -> Fields:
    required = [name for name, field in fields.items() if field.required]
    optional = [name for name in fields if name not in required]
    chosen = draw(st.lists(st.sampled_from(optional), max_size=most, unique=True))
    return {name: draw(values_of(fields[name].type)) for name in [*required, *chosen]}


_HEAD = {"id", "subject", "occurred", "known", "source", "schema_version"}


@st.composite
def events(draw: st.DrawFn, types: tuple[str, ...] = tuple(EVENT_TYPES)) -> Fields:
    """The flat fields of a sound event, as they stand in a file or a line."""
    name = draw(st.sampled_from(types))
    own = {k: f for k, f in fields_of(EVENT_TYPES[name]).items() if k not in _HEAD}
    fields: Fields = {"type": name} | _draw_fields(draw, own, 5)
    for known, strategy in (("id", slugs), ("schema_version", st.just(1))):
        if draw(st.booleans()):
            fields[known] = draw(strategy)
    if name in RECORD_TYPES:
        return fields | _about_the_record(draw, fields)
    if draw(st.booleans()) or not EVENT_TYPES[name].always:
        fields["occurred"] = draw(dates)
    reported = st.sampled_from([("source",), ("known",), ("source", "known")])
    for each in draw(reported):
        fields[each] = draw(moments if each == "known" else values_of(_SOURCE))
    assume(not any(EVENT_TYPES[name].rules(fields)))
    kind = KIND_OF[name].name
    if EVENT_TYPES[name].named_by == ("companies",):
        return fields
    if kind == "fact":
        if "company" in fields and "attribute" in fields:
            if draw(st.booleans()):
                fields["subject"] = FactEvent.named_subject(fields)
            return fields
        for absent in ("company", "attribute"):
            fields.pop(absent, None)
    return fields | {"subject": draw(subjects(kind))}


_SOURCE = fields_of(Event)["source"].type


def _about_the_record(draw: st.DrawFn, fields: Fields) -> Fields:
    more: Fields = {}
    if draw(st.booleans()):
        more["source"] = draw(slugs)
        if draw(st.booleans()):
            more["known"] = draw(moments)
    if draw(st.booleans()):
        more["subject"] = draw(subjects())
    if draw(st.booleans()):
        more["occurred"] = draw(dates)
    if "changes" in fields:
        names = st.sampled_from(["title", "note", "occurred", "value", "reason"])
        more["changes"] = draw(st.dictionaries(names, json_values, min_size=1, max_size=3))
    return more


def as_json(fields: Fields) -> bytes:
    """One line of JSON, numbers as they are."""
    return json.dumps(fields, ensure_ascii=False).encode()


@st.composite
def broken_events(draw: st.DrawFn) -> Fields:
    """A sound event after a slip or two: a value of another kind, a field too many or too few."""
    fields = dict(draw(events()))
    for _ in range(draw(st.integers(1, 2))):
        names = sorted(fields)
        slip = draw(st.sampled_from(["value", "text", "inner", "drop", "add"]))
        name = draw(st.sampled_from(names))
        if slip == "value":
            fields[name] = draw(json_values)
        elif slip == "text":
            fields[name] = draw(st.sampled_from(_SLIPS))
        elif slip == "inner" and isinstance(fields[name], dict):
            inner = dict(fields[name])
            key = draw(st.sampled_from([*inner, "exact", "unknown"]))
            fields[name] = inner | {key: draw(st.one_of(json_values, st.sampled_from(_SLIPS)))}
        elif slip == "drop" and len(names) > 1:
            del fields[name]
        elif slip == "add":
            known = draw(st.sampled_from([*_HEAD, "title", "value", "by", "unknown"]))
            fields[known] = draw(st.one_of(json_values, st.sampled_from(_SLIPS)))
    return fields


_SLIPS: tuple[Any, ...] = (
    "", " ", "Not A Slug", "deal:acme", "company:acme", "fact:acme/size", "2025-13-01", "2025-02-30",
    "2025-11-20T10:00:00", "1e3", "1_000", " 5", "+5", "٣", "NaN", "-Infinity", "0x10", "1e999",
    "1e99999999999999999999", "9" * 50, "XXX", "Mars/Olympus", "null", "true", "e-" + "0" * 16,
    -1, 0, 2, 10**15, 2**53, -(2**60), 10**30, 1.5, 1e20, True, None, [], {}, [None], {"a": None},
)  # fmt: skip
