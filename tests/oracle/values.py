"""When two values are the same, and in which order they are listed."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

NUMBERS = ("exact", "min", "max")
"""The keys of money, shares and quantities that hold decimals."""


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: numbers compare by value, lists in order."""
    return bool(_plain(one) == _plain(other))


def same_value_of_fact(one: Any, other: Any) -> bool:
    """The same for what a fact states, which may be a bare number."""
    return bool(_plain(_number(one)) == _plain(_number(other)))


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, dict):
        return {k: _number(v) if k in NUMBERS else _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value


def _number(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value


def sorted_texts_and_values(values: list[Any]) -> list[Any]:
    """Texts as they are, other values by their canonical JSON."""
    return sorted(values, key=lambda v: v if isinstance(v, str) else canonical(v))


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def is_certainly_above_half(share: dict[str, Any]) -> bool:
    """More than 50 per cent: ``exact`` or ``min`` say so, or ``majority``, which needs no number."""
    least = share.get("exact", share.get("min"))
    if least is None:
        return share.get("basis") == "majority"
    return Decimal(str(least)) > 50
