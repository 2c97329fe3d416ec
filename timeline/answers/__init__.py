"""What users ask, as functions of a connection and a coordinate; plain data out."""

from timeline.answers.model import (
    CompanyItem,
    CompanyState,
    Coordinate,
    Found,
    LogEntry,
    StateAnswer,
)

__all__ = [
    "CompanyItem",
    "CompanyState",
    "Coordinate",
    "Found",
    "LogEntry",
    "StateAnswer",
]
