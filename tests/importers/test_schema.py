"""The schema for editors takes what the program takes, and refuses what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.importers.tables import MAPPING
from timeline.importers.guess import guess_file
from timeline.importers.schema import mapping_schema

TABLES = Path(__file__).parents[2] / "fixtures" / "tables"


def check(text: str) -> None:
    """Raise ValidationError where a mapping is not one by the schema."""
    value: Any = yaml.load(
        text, yaml.BaseLoader
    )  # scalars as they are written, as the program has it
    jsonschema_rs.Draft7Validator(mapping_schema()).validate(value)


def test_the_schema_is_one() -> None:
    jsonschema_rs.meta.validate(mapping_schema())


@pytest.mark.parametrize(
    "text",
    [
        MAPPING,
        (TABLES / "acquisitions.mapping.yaml").read_text(),
        "\n".join(guess_file(TABLES / "acquisitions.csv")),
        "companies:\n  it:\n    name: {column: name}\n",
        "rows: {column: a, is: [x]}\nknown: file\n" + MAPPING,
    ],
)
def test_mappings_pass(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "was, is_",
    [
        ("deal_announced", "deal_anounced"),
        ("{column: date}", "{colum: date}"),
        ("events:", "event:"),
        ("kind: acquisition", "kind: takeover"),
        ("    occurred: {column: date}\n", ""),
    ],
)
def test_slips_do_not_pass(was: str, is_: str) -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        check(MAPPING.replace(was, is_))
