"""Days as people write them: tables of phrases for every language, refusals, and what holds for all."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from babel import Locale

from timeline.errors import InvalidDate
from timeline.model import dates
from timeline.model.dates import read_day, read_phrase
from timeline.model.phrases.grammar import RULES, TOKEN_SYMBOLS
from timeline.model.phrases.words import LANGUAGES, lexicon_of

FOLDER = Path(__file__).parent / "phrases"
PUBLISHED = date(2025, 11, 21)  # a Friday


def table(name: str) -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_mean_their_days(language):
    wrong = []
    for phrase, expected in table(language).items():
        for languages in (None, [language]):
            found = read_phrase(phrase, PUBLISHED, languages)
            if f"{found.earliest}..{found.latest}" != expected:
                wrong.append((phrase, languages, found, expected))
            assert dates.parse(found.text) == found
    assert not wrong


@pytest.mark.parametrize("phrase,reason", table("refused").items())
def test_what_is_not_understood_or_open_is_refused(phrase, reason):
    with pytest.raises(InvalidDate) as refused:
        read_phrase(phrase, PUBLISHED)
    assert refused.value.reason == reason


@pytest.mark.no_cover  # the branches are those of the test before, twice over
@pytest.mark.parametrize("language", ["en", "de"])
def test_case_width_spaces_and_dashes_do_not_matter(language):
    for phrase, expected in table(language).items():
        wide = "".join(chr(ord(c) + 0xFEE0) if c in "0123456789" else c for c in phrase)
        for other in (f"  {wide.upper()} ", phrase.lower().replace(" ", "\xa0")):
            if "ß" in phrase or "-T" in phrase:
                continue
            found = read_phrase(other, PUBLISHED, [language])
            assert f"{found.earliest}..{found.latest}" == expected, other


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", ["wide", "abbreviated"])
def test_every_name_of_a_month_is_read(language, width):
    locale = Locale.parse(language)
    for context in ("format", "stand-alone"):
        for number, name in locale.months[context][width].items():
            day = date(2025, number, 25)
            spellings = [f"{name} 2025", f"25 {name} 2025", f"25. {name.rstrip('.')} 2025"]
            if language == "ja":
                spellings = [f"2025年{name}", f"2025年{name}25日"]
            month, *days = (
                read_phrase(each, None, [language])
                for each in spellings
                if "25. " not in each or language == "de"
            )
            assert (month.earliest.month, month.latest.month) == (number, number)
            assert all(each.earliest == each.latest == day for each in days)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_of_a_weekday_is_read(language):
    names = Locale.parse(language).days["format"]
    for width in ("wide",) if language == "ja" else ("wide", "abbreviated", "short"):
        for number, name in names[width].items():
            day = date(2025, 11, 17 + number)
            month = Locale.parse(language).months["format"]["wide"][11]
            phrase = f"{name} {day.day} {month} 2025"
            if language == "ja":
                phrase = f"2025年11月{day.day}日{name}"
            found = read_phrase(phrase, None, [language])
            assert found.earliest == found.latest == day
            wrong = phrase.replace(f"{day.day}", f"{day.day + 1}")
            with pytest.raises(InvalidDate, match="is a "):
                read_phrase(wrong, None, [language])
            if width == "wide":
                alone = read_phrase(name, PUBLISHED, [language]).earliest
                assert alone.weekday() == number
                assert 0 <= (PUBLISHED - alone).days < 7


@pytest.mark.parametrize("text", ["03/04/2025", "03.04.2025", "3-4-2025"])
def test_a_language_may_tell_the_day_from_the_month(text):
    for languages in (None, ["en"], ["en", "de"], "en"):
        with pytest.raises(InvalidDate, match="it may be 2025-03-04 or 2025-04-03"):
            read_phrase(text, None, languages)
    assert read_phrase(text, None, ["de", "fr"]).text == "2025-04-03"
    with pytest.raises(InvalidDate, match="no language"):
        read_phrase(text, None, ["pt"])


@pytest.mark.parametrize(
    "published",
    [date(2025, 11, 21), "2025-11-21", datetime(2025, 11, 21, 9, 30)],  # noqa: DTZ001
)
def test_the_day_of_publication_in_its_forms(published):
    assert read_phrase("yesterday", published).text == "2025-11-20"


def test_a_day_of_publication_that_is_none_is_refused():
    with pytest.raises(InvalidDate, match="the day of publication"):
        read_phrase("yesterday", "soon")


def test_without_a_day_of_publication_nothing_counts_from_today():
    for phrase in (
        "yesterday",
        "last month",
        "Thursday",
        "in the past weeks",
        "vor drei Monaten",
        "bis Jahresende",
    ):
        with pytest.raises(InvalidDate, match="a day that is not known"):
            read_phrase(phrase)
    assert read_phrase("by the end of 2026").text == "[..2026-12]"
    assert read_phrase("since 2020").text == "[2020..]"


@pytest.mark.parametrize(
    "published,phrase,expected",
    [
        ("2025-11-23", "last week", "2025-11-10..2025-11-22"),  # a Sunday: the week may be over, or begin
        ("2025-11-23", "letzte Woche", "2025-11-10..2025-11-16"),
        ("2025-01-15", "last March", "2024-03-01..2024-03-31"),
        ("2025-01-15", "next March", "2025-03-01..2026-03-31"),
        ("2025-01-15", "im kommenden März", "2025-03-01..2025-03-31"),
        ("2025-11-17", "next Thursday", "2025-11-20..2025-11-27"),
        ("2025-11-17", "this Thursday", "2025-11-20..2025-11-20"),
        ("2025-11-17", "last Thursday", "2025-11-13..2025-11-13"),
        ("2025-11-20", "Thursday", "2025-11-20..2025-11-20"),
        ("2025-11-20", "vergangenen Donnerstag", "2025-11-13..2025-11-13"),
        ("2025-01-10", "diesen Winter", "2024-12-01..2025-02-28"),
        ("2025-07-10", "im vergangenen Sommer", "2024-06-01..2024-08-31"),
        ("2025-03-31", "one month ago", "2025-01-01..2025-03-31"),
        ("2024-03-31", "last month", "2024-02-01..2024-02-29"),
        ("2025-01-02", "yesterday", "2025-01-01..2025-01-01"),
        ("2025-01-01", "gestern", "2024-12-31..2024-12-31"),
        ("2027-03-01", "by the end of 2026", "0001-01-01..2026-12-31"),  # it has passed
        ("2026-01-10", "Thursday, Jan. 8", "2026-01-08..2026-01-08"),
        ("2026-01-10", "Wednesday, Dec. 31", "2025-12-31..2025-12-31"),
    ],
)  # fmt: skip
def test_the_day_of_publication_decides(published, phrase, expected):
    found = read_phrase(phrase, published)
    assert f"{found.earliest}..{found.latest}" == expected


@pytest.mark.parametrize("published", ["2026-01-10", "2026-02-20"])
@pytest.mark.parametrize("phrase", ["zum Jahresende", "at the end of the year"])
def test_the_end_of_the_year_may_be_the_last_one(published, phrase):
    with pytest.raises(InvalidDate, match="the last one or the next"):
        read_phrase(phrase, published)
    assert read_phrase("bis Jahresende", published).text == f"[{published}..2026-12]"


@pytest.mark.parametrize(
    "published,phrase,expected",
    [
        ("2026-01-10", "bis zur Jahresmitte", "2026-01-10..2026-08-31"),
        ("2025-11-21", "bis zur Jahresmitte", None),  # that of 2025 has passed
        ("2026-01-10", "nach Jahresende", None),
        ("2025-11-21", "nach Jahresende", "2025-09-01..9999-12-31"),
        ("2025-11-21", "seit Jahresende", None),  # that of 2024
        ("2025-11-21", "seit Jahresbeginn", "2025-01-01..2025-11-21"),
        ("2025-11-21", "zur Jahresmitte", None),
        ("2025-07-01", "zur Jahresmitte", "2025-05-01..2025-08-31"),
        ("2025-11-21", "bis Montag", None),
        ("2025-11-21", "seit Montag", "2025-11-17..2025-11-21"),
    ],
)
def test_a_deadline_is_to_come_and_a_beginning_has_been(published, phrase, expected):
    if expected is None:
        with pytest.raises(InvalidDate, match=r"the last one or the next|the last or the next"):
            read_phrase(phrase, published)
    else:
        found = read_phrase(phrase, published)
        assert f"{found.earliest}..{found.latest}" == expected


@pytest.mark.no_cover  # 2,000 readings, of which few take a branch of their own
def test_at_the_ends_of_the_calendar_nothing_breaks():
    for language in ("en", "de"):
        for phrase in table(language):
            first = read_or_none(phrase, date.min, language)
            if first is None or first != read_or_none(phrase, date.max, language):
                read_or_none(phrase, date(1, 1, 3), language)
                read_or_none(phrase, date(9999, 12, 30), language)


def read_or_none(phrase, published, language):
    try:
        found = read_phrase(phrase, published, [language])
    except InvalidDate:
        return None
    assert found.earliest <= found.latest
    return found


def test_refusing_long_and_repeated_text_takes_no_time():
    begun = time.perf_counter()
    for text in (
        "1 " * 250,
        "20 or " * 80,
        "1," * 40,
        "in " * 100,
        "x" * 10**6,
        "early " * 30,
        "20/" * 19 + "21",
    ):
        with pytest.raises(InvalidDate):
            read_phrase(text, PUBLISHED)
    assert time.perf_counter() - begun < 5


def test_what_is_no_text_is_no_phrase():
    for value in (None, 2025, date(2025, 1, 1)):
        with pytest.raises(InvalidDate, match="written as text"):
            read_phrase(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text,day",
    [
        ("today", "2025-11-21"),
        ("gestern", "2025-11-20"),
        ("morgen", "2025-11-22"),
        ("3 months ago", "2025-08-21"),
        ("vor drei Monaten", "2025-08-21"),
        ("il y a une semaine", "2025-11-14"),
        ("hace 2 años", "2023-11-21"),
        ("tre giorni fa", "2025-11-18"),
        ("drie weken geleden", "2025-10-31"),
        ("3か月前", "2025-08-21"),
        ("31.12.25", "2025-12-31"),
        ("[2025-11-20]", "2025-11-20"),
    ],
)
def test_one_day_is_meant_to_the_day(text, day):
    assert f"{read_day(text, PUBLISHED)}" == day


@pytest.mark.parametrize(
    "text", ["last week", "November 2025", "Thursday", "next Friday", "since 2020", "1.12.25"]
)
def test_anything_longer_than_a_day_is_not_one_day(text):
    with pytest.raises(InvalidDate):
        read_day(text, PUBLISHED)


def test_every_symbol_of_the_grammar_is_a_word_a_token_or_a_rule():
    symbols = {symbol.name for rules in RULES.values() for rule, _ in rules for symbol in rule}
    words = {
        symbol
        for each in LANGUAGES
        for known in lexicon_of(each).values()
        for _, symbol, _ in known
    }
    assert not words & RULES.keys()
    assert not TOKEN_SYMBOLS.keys() & RULES.keys()
    assert symbols == (words | TOKEN_SYMBOLS.keys() | RULES.keys()) - {"phrase", "skip"}


def test_every_pattern_of_the_grammar_says_with_what_it_begins():
    """A pattern is tried only where that stands."""
    for rules in RULES.values():
        assert not [rule for rule, _ in rules if rule[0].optional]
