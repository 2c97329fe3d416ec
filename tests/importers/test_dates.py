"""Dates as tables write them: taken with the precision that they have, or refused with a reason."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from timeline.errors import InvalidValue
from timeline.importers.cells import Cell, Refused
from timeline.importers.dates import DateReader, Publication, reader_of


@pytest.mark.parametrize(
    "cell, found",
    [
        ("2025", "2025"),
        ("03/2025", "2025-03"),
        ("Q3 2025", "2025-35"),
        ("2025-Q1", "2025-33"),
        ("H2 2025", "2025-41"),
        ("spring 2025", "2025-21"),
        ("Fall 2025", "2025-23"),
        ("2025-11-20", "2025-11-20"),
        ("2025/11/20", "2025-11-20"),
        ("2025-11-20T09:30:00", "2025-11-20"),
        ("20 Nov 2025", "2025-11-20"),
        ("November 20, 2025", "2025-11-20"),
        ("Nov 2025", "2025-11"),
        ("2025-11-20~", "2025-11-20~"),
        (date(2025, 11, 20), "2025-11-20"),
        (datetime(2025, 11, 20, 9, 30), "2025-11-20"),  # noqa: DTZ001 - spreadsheets have no zone
        (2025, "2025"),
    ],
)
def test_what_can_be_read_in_one_way_only_needs_no_format(cell: Cell, found: str) -> None:
    assert DateReader("date")(cell) == found


@pytest.mark.parametrize(
    "cell, code",
    [
        ("28/06/1905", "damaged-date"),
        ("1905-06-28", "damaged-date"),
        (date(1905, 6, 28), "damaged-date"),
        ("45000", "damaged-date"),
        ("1201-04-12", "unlikely-date"),
        ("3201-04-12", "unlikely-date"),
        ("03/04/2025", "ambiguous-date"),
        ("winter 2025", "ambiguous-date"),
        ("31/02/2025", "invalid-date"),
        ("2025-13-01", "invalid-date"),
        ("soon", "invalid-date"),
    ],
)
def test_what_cannot_be_trusted_is_refused(cell: Cell, code: str) -> None:
    with pytest.raises(Refused) as caught:
        DateReader("date")(cell)
    assert caught.value.reason.code == code
    assert caught.value.reason.column == "date"


def test_formats_are_tried_in_order_and_must_agree() -> None:
    read = DateReader("date", ["DD/MM/YYYY", "MM/YYYY", "YYYY"])
    assert [read(each) for each in ("31/01/2025", "01/2025", "2025")] == [
        "2025-01-31", "2025-01", "2025",
    ]  # fmt: skip
    either = DateReader("date", ["DD/MM/YYYY", "MM/DD/YYYY"])
    assert either("31/01/2025") == "2025-01-31"
    with pytest.raises(Refused) as caught:
        either("03/04/2025")
    assert caught.value.reason.code == "ambiguous-date"


def test_days_and_months_that_changed_places_are_told_of_the_column() -> None:
    read = DateReader("date", ["DD/MM/YYYY"])
    read("03/04/2025")
    with pytest.raises(Refused) as caught:
        read("04/30/2025")
    assert caught.value.reason.code == "swapped-date"
    (note,) = read.notes()
    assert "1 cells can only be MM/DD/YYYY" in note


def test_whole_days_of_a_table_that_knows_only_months_lose_what_nobody_knew() -> None:
    read = DateReader("date", precision="month")
    assert (read("2025-11-01"), read("2025")) == ("2025-11", "2025")


def test_a_mapping_that_goes_back_so_far_means_the_days_of_1905() -> None:
    assert DateReader("date", earliest=1905)("1905-06-28") == "1905-06-28"


def test_numbers_of_days_are_read_where_the_mapping_says_serial() -> None:
    assert DateReader("date", ["serial"])("45000") == "2023-03-15"


@pytest.mark.parametrize(
    "cell, found",
    [
        ("early 2025", "2025-01/2025-04"),
        ("Anfang März 2025", "2025-03-01/2025-03-10"),
        ("about 1995", "1995~"),
        ("20.11.2025", "2025-11-20"),
        ("31.12.25", "2025-12-31"),
        ("2025年11月20日", "2025-11-20"),
        ("18.-21. Dezember 2024", "2024-12-18/2024-12-21"),
        ("winter 2024/25", "2024-24"),
    ],
)
def test_what_no_format_reads_may_be_a_date_in_words(cell: str, found: str) -> None:
    assert DateReader("date")(cell) == found
    assert DateReader("date", ["YYYY-MM-DD"])(cell) == found


def test_words_that_count_from_a_day_are_read_for_every_day_anew() -> None:
    publication = Publication()
    read = DateReader("date", publication=publication)
    for day, found in (("2025-11-21", "2025-11-20"), ("2026-03-01", "2026-02-28")):
        publication.day = date.fromisoformat(day)
        assert [read("yesterday") for _ in range(2)] == [found, found]
    publication.day = None
    with pytest.raises(Refused, match="counts from a day that is not known"):
        read("yesterday")


def test_the_format_of_a_column_comes_before_words() -> None:
    read = DateReader("date", ["DD/MM/YYYY"])
    assert read("03/04/2025") == "2025-04-03"
    with pytest.raises(Refused) as caught:  # read as words it would be one day
        read("04/30/2025")
    assert caught.value.reason.code == "swapped-date"


@pytest.mark.parametrize("pattern", ["", "MM/DD", "YYYY-YYYY", "DD/XX/YYYY"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidValue):
        reader_of(pattern)


def test_a_cell_that_is_refused_again_keeps_nothing_of_the_rows_before() -> None:
    read = DateReader("date")
    depths = []
    for _ in range(3):
        with pytest.raises(Refused) as caught:
            read("28/06/1905")
        depths.append(len(caught.traceback))
    assert depths[1] == depths[2]


def test_a_year_among_days_is_told_to_be_one() -> None:
    with pytest.raises(Refused) as caught:
        DateReader("date", ["DD/MM/YYYY"])("2022")
    assert (
        caught.value.reason.message
        == '"2022" is a year, and the formats have none: add YYYY to them'
    )
