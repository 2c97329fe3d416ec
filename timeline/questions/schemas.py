"""The JSON Schemas of all answers, from the types that the answers are."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from timeline.questions import questions

VERSION: Final = 1
"""Raised when an answer loses a field, or a field gets another type or meaning; not for a new field."""

ID: Final = f"urn:timeline:answers:{VERSION}"

ANSWERS: Final[dict[str, Any]] = {name: each.answered() for name, each in questions().items()}
"""What every question is answered with, by its name."""


def answer_schemas() -> dict[str, Any]:
    """One document of JSON Schema (2020-12): under ``$defs`` every question, and the parts of answers."""
    schemas, parts = msgspec.json.schema_components(ANSWERS.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "The answers of partnership-timeline",
        "description": "An answer to a question is valid by #/$defs/QUESTION.",
        "$defs": {**dict(zip(ANSWERS, schemas, strict=True)), **dict(sorted(parts.items()))},
    }
