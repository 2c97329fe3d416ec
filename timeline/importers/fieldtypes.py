"""What the types of the vocabulary's fields say, as far as a mapping needs to know."""

from __future__ import annotations

from msgspec import inspect

from timeline.ingest.nodes import Mapping, Node
from timeline.ingest.nodes import Sequence as ListNode


def without_unset(type_: inspect.Type) -> inspect.Type:
    """The type of a field that may be left out, for where it is given."""
    if not isinstance(type_, inspect.UnionType):
        return type_
    options = [each for each in type_.types if not isinstance(each, inspect.CustomType)]
    return options[0] if len(options) == 1 else inspect.UnionType(tuple(options))


def option_for(type_: inspect.UnionType, node: Node) -> inspect.Type:
    """The type of a union that a node of its kind can have; the union where that says nothing."""
    for each in type_.types:
        bare = each.type if isinstance(each, inspect.Metadata) else each
        if isinstance(node, Mapping) and isinstance(bare, inspect.StructType):
            return each
        if isinstance(node, ListNode) and isinstance(bare, inspect.ListType):
            return each
    return type_


def is_list(type_: inspect.Type) -> bool:
    """Whether a list can stand there."""
    options = type_.types if isinstance(type_, inspect.UnionType) else (type_,)
    return any(item_of(each) is not None for each in options)


def item_of(type_: inspect.Type) -> inspect.Type | None:
    """The type of a list's items; None for what is no list."""
    bare = type_.type if isinstance(type_, inspect.Metadata) else type_
    return bare.item_type if isinstance(bare, inspect.ListType) else None


def refers_to(type_: inspect.Type) -> str | None:
    """What a text of the type names: a company, a source, an event; None for other texts."""
    if isinstance(type_, inspect.Metadata):
        return (type_.extra or {}).get("refers") or refers_to(type_.type)
    if isinstance(type_, inspect.ListType):
        return refers_to(type_.item_type)
    if isinstance(type_, inspect.UnionType):
        return next((found for each in type_.types if (found := refers_to(each))), None)
    return None
