"""What docs/schema.md says of tables and views, from the comments of the migrations."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from timeline.answers.report import read_reports
from timeline.store.meanings import functions, meaning_of
from timeline.store.tables import metadata
from timeline.store.views import views

TIES = (
    ("event", "||--o{", "event", "remarks on"),
    ("subject_company", "}o--||", "event", "names a company in"),
    ("event", "}|--o{", "subject_history", "is folded into"),
    ("event", "}|--o{", "party_history", "is folded into"),
    ("event", "}|--o|", "subject_evidence", "is told again in"),
    ("log_head", "||--|{", "event", "is the end of"),
    ("projection", "||--o{", "subject_history", "says how far"),
    ("subject_history", "||--o{", "party_history", "has parties"),
    ("subject_history", "||--o{", "company_state", "is shown to each party as"),
    ("party_history", "||--o{", "company_state", "says of whom"),
)  # fmt: skip
"""How the tables hang together; by the columns subject and position, without foreign keys."""


def diagram() -> str:
    """The tables, and the view that joins them, as an entity diagram in Mermaid."""
    lines = ["erDiagram"]
    lines += [f'  {a} {tie} {b} : "{how}"' for a, tie, b, how in TIES]
    for table in (*metadata.tables.values(), views.tables["company_state"]):
        lines.append(f"  {table.name} {{")
        for column in table.columns:
            lines.append(f"    {kind(column)} {column.name}{' PK' if column.primary_key else ''}")
        lines.append("  }")
    return "\n".join(["```mermaid", *lines, "```"])


def reference(relations: Iterable[sa.Table]) -> str:
    """Every column of some relations with its type and meaning."""
    parts: list[str] = []
    for table in relations:
        parts += [f"### {table.name}", f"{sentence(meaning_of(table.name))}"]
        rows = [
            f"| `{c.name}` | {kind(c)} | {meaning_of(table.name, c.name)} |" for c in table.columns
        ]
        parts.append("\n".join(["| column | type | meaning |", "|---|---|---|", *rows]))
    return "\n\n".join(parts)


def tables() -> str:
    """Every table."""
    return reference(metadata.tables.values())


def histories() -> str:
    """Every view, but for those of today, which have the columns of the ones that they are of."""
    return reference(v for v in views.tables.values() if not v.name.startswith("current_"))


def current() -> str:
    """The views of today."""
    names = [name for name in views.tables if name.startswith("current_")]
    return "\n".join(f"- `{name}`: {meaning_of(name)}" for name in names)


def of_postgresql() -> str:
    """The functions of PostgreSQL."""
    return "\n".join(f"- `{name}`: {meaning}" for name, meaning in functions().items())


def reports() -> str:
    """What is shipped."""
    rows = []
    for report in read_reports().values():
        params = ", ".join(f"`{p.name}`" for p in report.params) or "–"
        rows.append(f"| `{report.name}` | {params} | {report.description} |")
    return "\n".join(["| report | parameters | what it tells |", "|---|---|---|", *rows])


def kind(column: sa.Column[object]) -> str:
    """The type of a column in a word."""
    return str(column.type).partition("(")[0].lower()


def sentence(text: str | None) -> str:
    """A meaning as a sentence."""
    assert text is not None
    return text[0].upper() + text[1:] + "."
