"""What users ask, as functions of a connection and a coordinate; plain data out."""

from timeline.answers.model import (
    CompanyItem,
    CompanyMatch,
    CompanyState,
    Coordinate,
    LogEntry,
    StateAnswer,
)

__all__ = [
    "CompanyItem",
    "CompanyMatch",
    "CompanyState",
    "Coordinate",
    "LogEntry",
    "StateAnswer",
]
