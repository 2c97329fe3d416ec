"""Which shape the value of a term or a field has, by its type: how it reads, and its columns in SQL."""

from __future__ import annotations

from functools import cache
from typing import Literal, TypeAlias

from msgspec import Struct, UnsetType, inspect

from timeline.model import values
from timeline.model.kinds.event import Kind

Shape: TypeAlias = Literal[
    "text", "boolean", "date", "company", "companies", "money", "share", "quantity", "horizon",
    "measure", "list", "mapping",
]  # fmt: skip

_OF_STRUCT: dict[type, Shape] = {
    values.Money: "money",
    values.Share: "share",
    values.Quantity: "quantity",
    values.Horizon: "horizon",
    values.Measure: "measure",
}


@cache
def shapes_of(struct: type[Struct]) -> dict[str, Shape]:
    """The shape of each field of an event type or of a kind's base, by the name that stands in files."""
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)
    return {field.encode_name: _shape(field.type) for field in described.fields}


def shape_of(kind: Kind, term: str) -> Shape:
    """The shape of a kind's term."""
    return shapes_of(kind.base)[term]


def _shape(type_: inspect.Type) -> Shape:
    if isinstance(type_, inspect.UnionType):
        shapes = {_shape(option) for option in type_.types if not _is_unset(option)}
        for richest in ("measure", "quantity", "companies"):
            if richest in shapes:
                return richest
        return "companies" if shapes == {"company", "list"} else min(shapes, default="text")
    if isinstance(type_, inspect.Metadata):
        extra = type_.extra or {}
        if extra.get("refers") == "company":
            return "company"
        if extra.get("check") in (values.check_edtf, values.check_moment):
            return "date"
        return _shape(type_.type)
    if isinstance(type_, inspect.StructType):
        return _OF_STRUCT.get(type_.cls, "mapping")
    if isinstance(type_, inspect.ListType):
        return "companies" if _shape(type_.item_type) == "company" else "list"
    if isinstance(type_, inspect.DictType):
        return "mapping"
    return "boolean" if isinstance(type_, inspect.BoolType) else "text"


def _is_unset(type_: inspect.Type) -> bool:
    return isinstance(type_, inspect.CustomType) and type_.cls is UnsetType
