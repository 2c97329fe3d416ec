"""Imprecise dates: every row of the table in docs/concepts.md, every refusal, every phrase."""

from __future__ import annotations

import re
import time
from datetime import date, datetime

import pytest

from timeline.errors import InvalidDate
from timeline.model import dates

BOUNDS = {
    # a day, a month, a year
    "2025-11-20": ("2025-11-20", "2025-11-20"),
    "2024-02-29": ("2024-02-29", "2024-02-29"),
    "2025-11": ("2025-11-01", "2025-11-30"),
    "2024-02": ("2024-02-01", "2024-02-29"),
    "2025": ("2025-01-01", "2025-12-31"),
    "0001": ("0001-01-01", "0001-12-31"),
    "9999": ("9999-01-01", "9999-12-31"),
    # seasons: as such, northern, southern
    "2025-21": ("2025-03-01", "2025-05-31"),
    "2025-22": ("2025-06-01", "2025-08-31"),
    "2025-23": ("2025-09-01", "2025-11-30"),
    "2025-24": ("2025-12-01", "2026-02-28"),
    "2023-24": ("2023-12-01", "2024-02-29"),
    "2025-25": ("2025-03-01", "2025-05-31"),
    "2025-26": ("2025-06-01", "2025-08-31"),
    "2025-27": ("2025-09-01", "2025-11-30"),
    "2025-28": ("2025-12-01", "2026-02-28"),
    "2025-29": ("2025-09-01", "2025-11-30"),
    "2025-30": ("2025-12-01", "2026-02-28"),
    "2025-31": ("2025-03-01", "2025-05-31"),
    "2025-32": ("2025-06-01", "2025-08-31"),
    # quarters, four-month periods, half-years
    "2025-33": ("2025-01-01", "2025-03-31"),
    "2025-34": ("2025-04-01", "2025-06-30"),
    "2025-35": ("2025-07-01", "2025-09-30"),
    "2025-36": ("2025-10-01", "2025-12-31"),
    "2025-37": ("2025-01-01", "2025-04-30"),
    "2025-38": ("2025-05-01", "2025-08-31"),
    "2025-39": ("2025-09-01", "2025-12-31"),
    "2025-40": ("2025-01-01", "2025-06-30"),
    "2025-41": ("2025-07-01", "2025-12-31"),
    # every value that the X can take, of those that the calendar has
    "2025-11-XX": ("2025-11-01", "2025-11-30"),
    "202X": ("2020-01-01", "2029-12-31"),
    "20XX": ("2000-01-01", "2099-12-31"),
    "2X25": ("2025-01-01", "2925-12-31"),
    "000X": ("0001-01-01", "0009-12-31"),
    "XXXX": ("0001-01-01", "9999-12-31"),
    "2025-XX": ("2025-01-01", "2025-12-31"),
    "2025-XX-XX": ("2025-01-01", "2025-12-31"),
    "2025-1X": ("2025-10-01", "2025-12-31"),
    "2025-0X": ("2025-01-01", "2025-09-30"),
    "2025-X1": ("2025-01-01", "2025-11-30"),
    "2025-11-2X": ("2025-11-20", "2025-11-29"),
    "2025-11-3X": ("2025-11-30", "2025-11-30"),
    "2025-11-X1": ("2025-11-01", "2025-11-21"),
    "2025-02-2X": ("2025-02-20", "2025-02-28"),
    "2025-XX-15": ("2025-01-15", "2025-12-15"),
    "2025-XX-31": ("2025-01-31", "2025-12-31"),
    "2025-0X-31": ("2025-01-31", "2025-08-31"),
    "XXXX-02-29": ("0004-02-29", "9996-02-29"),
    "202X-24": ("2020-12-01", "2030-02-28"),
    # one of these
    "[2025-11-20,2025-11-21]": ("2025-11-20", "2025-11-21"),
    "[2025-11-21,2025-11-20]": ("2025-11-20", "2025-11-21"),
    "[2025-09..2025-11-21]": ("2025-09-01", "2025-11-21"),
    "[..2025-11-21]": ("0001-01-01", "2025-11-21"),
    "[2025-11..]": ("2025-11-01", "9999-12-31"),
    "[2025-01,2025-03..2025-05]": ("2025-01-01", "2025-05-31"),
    "[..2025,2027..]": ("0001-01-01", "9999-12-31"),
    "[2025-11]": ("2025-11-01", "2025-11-30"),
    "[2025-11-20~,2025-11-25]": ("2025-11-19", "2025-11-25"),
    # intervals
    "2025-09/2025-11-21": ("2025-09-01", "2025-11-21"),
    "../2025-03": ("0001-01-01", "2025-03-31"),
    "/2025-03": ("0001-01-01", "2025-03-31"),
    "2025-03/..": ("2025-03-01", "9999-12-31"),
    "2025-03/": ("2025-03-01", "9999-12-31"),
    "../..": ("0001-01-01", "9999-12-31"),
    "2025-11-20/2025-11-20": ("2025-11-20", "2025-11-20"),
    "2025-11/2025": ("2025-11-01", "2025-12-31"),
    "2025/2025-03": ("2025-01-01", "2025-03-31"),
    "2025-09~/2025-11-21?": ("2025-08-01", "2025-11-22"),
    # wider by one whole unit on both sides
    "2025-11-20~": ("2025-11-19", "2025-11-21"),
    "2025-11?": ("2025-10-01", "2025-12-31"),
    "2024-01%": ("2023-12-01", "2024-02-29"),
    "2025-21~": ("2024-12-01", "2025-08-31"),
    "2025~": ("2024-01-01", "2026-12-31"),
    "2025-33~": ("2024-10-01", "2025-06-30"),
    "2025-37~": ("2024-09-01", "2025-08-31"),
    "2025-40~": ("2024-07-01", "2025-12-31"),
    # … which for a mask is the unit that stands before the first X
    "2025-11-XX?": ("2025-10-01", "2025-12-31"),
    "2025-11-2X~": ("2025-10-20", "2025-12-29"),
    "2025-03-3X~": ("2025-02-28", "2025-04-30"),
    "2025-1X?": ("2024-10-01", "2026-12-31"),
    "2025-X1?": ("2024-01-01", "2026-11-30"),
    "202X~": ("2010-01-01", "2039-12-31"),
    "20XX~": ("1900-01-01", "2199-12-31"),
    "2XXX~": ("1000-01-01", "3999-12-31"),
    "XXXX~": ("0001-01-01", "9999-12-31"),
    # clipped to the years 1 to 9999
    "0001-01-01~": ("0001-01-01", "0001-01-02"),
    "9999-12-31~": ("9999-12-30", "9999-12-31"),
    "0001-21~": ("0001-01-01", "0001-08-31"),
    "0001~": ("0001-01-01", "0002-12-31"),
    "9999?": ("9998-01-01", "9999-12-31"),
    "9999-24": ("9999-12-01", "9999-12-31"),
}

SHAPE = "a date is written YYYY, YYYY-MM or YYYY-MM-DD"
DIGITS = "a year has four digits, 0001 to 9999"
TIME = "it has a time, and nothing here is finer than a day"
QUALIFIER = "one qualifier is allowed, at the end of a value"
UNITS = "01-12 are months, 21-24 seasons, 33-36 quarters, 37-39 thirds, 40-41 halves"
OPEN_ENDS = "only the first may lack a start, and only the last an end"
EITHER = "it may be 2025-03-04 or 2025-04-03"
RELATIVE = "it counts from a day that is not known"
NEITHER = "it has neither a start nor an end"

# text: (reason, hint), where a hint in quotes means: did you mean …?
REFUSED = {
    "": ("it is empty", None),
    " ": ("there are spaces around it", None),
    " 2025": ("there are spaces around it", '"2025"'),
    "2025-11-20\n": ("there are spaces around it", '"2025-11-20"'),
    "[2025, 2026]": ('there are spaces around it (in " 2026")', '"[2025,2026]"'),
    "٢٠٢٥": ("it has characters beyond ASCII", None),
    "٢٠٢٥-١١-٢٠": ("it has characters beyond ASCII", None),
    "2025‑11‑20": ("it has characters beyond ASCII", '"2025-11-20"'),
    # not in the calendar
    "2025-13": ("there is no month 13", UNITS),
    "2025-00": ("there is no month 00", UNITS),
    "2025-20": ("there is no month 20", UNITS),
    "2025-42": ("there is no month 42", UNITS),
    "2025-2X": ("there is no month 2X", UNITS),
    "2025-21-05": ("there is no month 21", UNITS),
    "2025-21-XX": ("there is no month 21", UNITS),
    "2025-02-29": ("there is no day 29 in 2025-02", None),
    "2025-11-00": ("there is no day 00 in 2025-11", None),
    "2025-02-3X": ("there is no day 3X in 2025-02", None),
    "XXXX-02-30": ("there is no day 30 in XXXX-02", None),
    "0000": ("years run from 0001 to 9999", None),
    "0000-01-01": ("years run from 0001 to 9999", None),
    # years of other than four digits
    "25": (DIGITS, None),
    "20255": (DIGITS, None),
    "Y170000002": (DIGITS, None),
    "-0044": (DIGITS, None),
    "+2025": (DIGITS, '"2025"'),
    "20251120": (DIGITS, '"2025-11-20"'),
    "20-11-2025": (DIGITS, '"2025-11-20"'),
    # other notations
    "2025/11/20": (f'{SHAPE} (in "11/20")', '"2025-11-20"'),
    "2025/11": (f'{DIGITS} (in "11")', '"2025-11"'),
    "11/20/2025": (f'{DIGITS} (in "11")', '"2025-11-20"'),
    "03/04/2025": (f'{DIGITS} (in "03")', EITHER),
    "20.11.2025": (SHAPE, '"2025-11-20"'),
    "3.4.2025": (SHAPE, EITHER),
    "2025-1-5": (SHAPE, '"2025-01-05"'),
    "Nov 2025": (SHAPE, '"2025-11"'),
    "20 November 2025": (SHAPE, '"2025-11-20"'),
    "Nov 20, 2025": (SHAPE, '"2025-11-20"'),
    "Sept 2025": (SHAPE, '"2025-09"'),
    "Q3 2025": (SHAPE, '"2025-35"'),
    "2025Q3": (SHAPE, '"2025-35"'),
    "H2 2025": (SHAPE, '"2025-41"'),
    "spring 2025": (SHAPE, '"2025-21"'),
    "Fall 2025": (SHAPE, '"2025-23"'),
    "2025-2026": (SHAPE, '"2025/2026"'),
    "2025..2026": (SHAPE, '"[2025..2026]"'),
    "2025,2026": (SHAPE, '"[2025,2026]"'),
    "2025-W47-4": (SHAPE, '"2025-11-20"'),
    "2025-324": (SHAPE, '"2025-11-20"'),
    "yesterday": (SHAPE, RELATIVE),
    "next week": (SHAPE, RELATIVE),
    "FY 2024": (SHAPE, "the bounds of a fiscal year are the company's own"),
    "early 2025": (SHAPE, '"2025-01/2025-04"'),
    "mid-2025": (SHAPE, '"2025-05/2025-08"'),
    "Anfang März 2025": ("it has characters beyond ASCII", '"2025-03-01/2025-03-10"'),
    "by the end of 2026": (SHAPE, '"[..2026-12]"'),
    "2025-11-20T10:00:00+01:00": (TIME, '"2025-11-20"'),
    "2025-11-20 10:00": (TIME, '"2025-11-20"'),
    "2025-11-20T10/2025-11-21T11": (f'{TIME} (in "2025-11-20T10")', '"2025-11-20/2025-11-21"'),
    # signs in wrong places
    "202x": ("a masked digit is a capital X", '"202X"'),
    "2025-11-xx": ("a masked digit is a capital X", '"2025-11-XX"'),
    "2025?-11": (QUALIFIER, '"2025-11?"'),
    "2025-~11": (QUALIFIER, '"2025-11~"'),
    "2025-11?~": (QUALIFIER, '"2025-11%"'),
    "2025?-11/2026": (f'{QUALIFIER} (in "2025?-11")', '"2025-11?/2026"'),
    "2025-9?/2026": (f'{SHAPE} (in "2025-9?")', None),
    "{2025,2026}": ("{…} is all of several dates, […] one of several", None),
    "[2025,2026": ("a set ends with ]", '"[2025,2026]"'),
    "[2025,2026]~": ("a set ends with ]", "a qualifier stands inside: [2025~,2026]"),
    "[]": ('it is empty (in "")', None),
    "[2025,]": ('it is empty (in "")', None),
    "[..]": (f'{NEITHER} (in "..")', None),
    "/": (NEITHER, None),
    "..": (SHAPE, None),
    "[2025..,2026]": (OPEN_ENDS, None),
    "[2025,..2026]": (OPEN_ENDS, None),
    "[2025....]": (f'{SHAPE} (in "..")', None),
    "2025/2026/2027": (f'{SHAPE} (in "2026/2027")', None),
    "2026/2025": ("its start, 2026-01-01, is after its end, 2025-12-31", None),
    "[2026..2025]": (
        'its start, 2026-01-01, is after its end, 2025-12-31 (in "2026..2025")',
        None,
    ),
}

PHRASES = {
    "2025-11-20": "20 Nov 2025",
    "2025-11": "November 2025",
    "2025": "2025",
    "0044": "0044",
    "2025-21": "spring 2025",
    "2025-24": "winter 2025/26",
    "1999-24": "winter 1999/00",
    "2025-25": "northern spring 2025",
    "2025-30": "southern summer 2025/26",
    "2025-35": "Q3 2025",
    "2025-37": "first four months of 2025",
    "2025-40": "first half of 2025",
    "2025-41": "second half of 2025",
    "2025-21~": "about spring 2025",
    "2025-11-20?": "perhaps 20 Nov 2025",
    "2025%": "perhaps about 2025",
    "2025-11-XX": "some day in November 2025",
    "2025-11-2X": "some day between 20 and 29 Nov 2025",
    "2025-11-2X~": "about some day between 20 and 29 Nov 2025",
    "2025-11-3X": "30 Nov 2025",
    "2025-XX-15": "some day between 15 Jan and 15 Dec 2025",
    "2025-XX-XX": "some day in 2025",
    "2025-1X-XX": "some day between October and December 2025",
    "2025-XX": "some month in 2025",
    "2025-1X": "some month between October and December 2025",
    "2025-1X?": "perhaps some month between October and December 2025",
    "2025-X5": "some month in 2025",
    "202X": "the 2020s",
    "200X": "some year between 2000 and 2009",
    "20XX": "some year between 2000 and 2099",
    "2X25": "some year between 2025 and 2925",
    "202X-11": "some November in the 2020s",
    "202X-XX": "some month in the 2020s",
    "202X-11-XX": "some November day in the 2020s",
    "20XX-21": "some spring between 2000 and 2099",
    "[2025-11]": "November 2025",
    "[2025-11-20,2025-11-21]": "20 or 21 Nov 2025",
    "[2025,2027,2029~]": "2025, 2027 or about 2029",
    "[2025-10..2025-11-21]": "between October 2025 and 21 Nov 2025",
    "[..2025-11-21]": "by 21 Nov 2025",
    "[2025-11..]": "November 2025 or later",
    "[2025-01,2025-03..2025-05]": "January 2025 or between March and May 2025",
    "2025-09/2025-11-21": "between September 2025 and 21 Nov 2025",
    "2025~/2026?": "between about 2025 and perhaps 2026",
    "../2025-11-21": "by 21 Nov 2025",
    "/2025-11-21": "by 21 Nov 2025",
    "2025-03/..": "March 2025 or later",
    "2025-03/": "March 2025 or later",
    "2025/2025": "2025",
    "../..": "at any time",
    "[2024-12-18..2024-12-21]": "between 18 and 21 Dec 2024",
    "2024-12-18/2025-01-21": "between 18 Dec 2024 and 21 Jan 2025",
    "[2025-11-20,2025-11-21,2025-11-25]": "20, 21 or 25 Nov 2025",
    "[2025-11-20,2025-12-02]": "20 Nov or 2 Dec 2025",
    "[2025-11-20,2025-11-23,2025-12-03]": "20 Nov 2025, 23 Nov 2025 or 3 Dec 2025",
    "[2025-03,2025-07]": "March or July 2025",
    "0044-03-15": "15 Mar 0044",
}

STRETCHES = {
    "2025/2027": "2025 to 2027",
    "2025/2025": "2025",
    "2025-09-18/2025-09-21": "18 to 21 Sep 2025",
    "2025-09/2025-11-21": "September 2025 to 21 Nov 2025",
    "../2025-11-21": "until 21 Nov 2025",
    "2025-03/..": "from March 2025",
    "2025-21": "spring 2025",
    "[2025-11-20,2025-11-21]": "20 or 21 Nov 2025",
}


@pytest.mark.parametrize("text,expected", BOUNDS.items())
def test_an_expression_has_an_earliest_and_a_latest_day(text, expected):
    found = dates.parse(text)
    assert (f"{found.earliest}", f"{found.latest}") == expected
    assert found.text == text
    assert dates.bounds(text) == expected


@pytest.mark.parametrize("text,expected", REFUSED.items())
def test_anything_else_is_refused_with_the_string_the_reason_and_a_way_out(text, expected):
    reason, hint = expected
    with pytest.raises(InvalidDate) as refused:
        dates.parse(text)
    assert (refused.value.text, refused.value.reason) == (text, reason)
    assert refused.value.hint == (f"did you mean {hint}?" if hint and hint[0] == '"' else hint)
    for reader in (dates.bounds, dates.describe):
        with pytest.raises(InvalidDate, match=re.escape(refused.value.message)):
            reader(text)


def test_the_refusal_reads_well():
    with pytest.raises(InvalidDate) as refused:
        dates.parse("2025?-11/2026")
    assert str(refused.value) == (
        'error[invalid-date]: "2025?-11/2026" is not a date: '
        'one qualifier is allowed, at the end of a value (in "2025?-11")\n'
        'hint: did you mean "2025-11?/2026"?'
    )


@pytest.mark.parametrize(
    "value",
    [None, 2025, b"2025", ["2025"], date(2025, 11, 20), datetime(2025, 11, 20)],  # noqa: DTZ001
)
def test_what_is_no_text_is_no_date(value):
    for reader in (dates.parse, dates.bounds, dates.describe):
        with pytest.raises(InvalidDate, match=f"not as {type(value).__name__}"):
            reader(value)


def test_text_of_a_subclass_is_text():
    class Scalar(str):
        __slots__ = ()

    assert dates.bounds(Scalar("2025-11-20")) == ("2025-11-20", "2025-11-20")


@pytest.mark.parametrize("text", ["1" * 10**7, "[" + "XXXX-02-29," * 10**5, "x" * 1001])
def test_absurdly_long_text_is_refused_at_once(text):
    begun = time.process_time()
    with pytest.raises(InvalidDate, match="it is longer than 1000 characters") as refused:
        dates.parse(text)
    assert time.process_time() - begun < 1
    assert len(str(refused.value)) < 200


def test_a_long_set_is_fine():
    days = [f"2025-{month:02}-{day:02}" for month in (1, 2, 3) for day in range(1, 29)]
    assert dates.bounds(f"[{','.join(days)}]") == ("2025-01-01", "2025-03-28")


@pytest.mark.parametrize("text,expected", PHRASES.items())
def test_an_expression_can_be_said(text, expected):
    assert dates.describe(text) == expected


@pytest.mark.parametrize("text,expected", STRETCHES.items())
def test_what_lasts_is_said_from_its_start_to_its_end(text, expected):
    assert dates.describe_stretch(text) == expected


def test_open_ends_are_the_first_and_the_last_day_there_are():
    assert f"{date.min}" == dates.OPEN_START
    assert f"{date.max}" == dates.OPEN_END


def test_a_date_does_not_change():
    with pytest.raises(AttributeError):
        dates.parse("2025").text = "2026"  # type: ignore[misc]
