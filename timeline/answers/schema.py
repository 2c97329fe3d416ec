"""The JSON Schemas of all answers, from the types that the answers are."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from timeline.answers.axes import AxesAnswer
from timeline.answers.course import CoursesAnswer
from timeline.answers.diff import DiffAnswer
from timeline.answers.drawn import drawn_type
from timeline.answers.lists import CompaniesAnswer, ListAnswer
from timeline.answers.match import Match
from timeline.answers.model import Found, LogEntry, StateAnswer
from timeline.answers.network import NetworkAnswer
from timeline.answers.report import ReportRow
from timeline.answers.sources import SourcesAnswer
from timeline.answers.stats import Stats
from timeline.answers.why import CompanyWhy, WhyAnswer
from timeline.store.verify import Verified

VERSION: Final = 1
"""Raised when an answer loses a field, or a field gets another type or meaning; not for a new field."""

ID: Final = f"urn:timeline:answers:{VERSION}"

ROWS: Final = list[dict[str, Any]]
"""Rows with whatever columns a query has."""

ANSWERS: Final[dict[str, Any]] = {
    "state": StateAnswer,
    "diff": DiffAnswer,
    "why": WhyAnswer,
    "why_company": CompanyWhy,
    "log": list[LogEntry],
    "find": list[Found],
    "match": list[Match],
    "items": ListAnswer,
    "companies": CompaniesAnswer,
    "sources": SourcesAnswer,
    "courses": drawn_type(CoursesAnswer),
    "axes": drawn_type(AxesAnswer),
    "network": drawn_type(NetworkAnswer),
    "sql": ROWS,
    "report": ROWS,
    "reports": list[ReportRow],
    "stats": Stats,
    "verify": Verified,
}
"""What every question is answered with, by the name that the library has for it."""


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
