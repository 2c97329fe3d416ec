"""Languages: the catalogue says what the program says, and days and amounts follow CLDR."""

from __future__ import annotations

import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.pofile import read_po

import catalogues
from timeline.language import LANGUAGES, Calendar, language, speaking, tr, tr_as, tr_count, written
from timeline.model import dates, short_forms
from timeline.model.values import Horizon, Money, Quantity, Share
from timeline.render import measures, words
from timeline.render.coordinate import instant_words
from timeline.render.status import status_words
from timeline.render.text import join
from timeline.render.titles import RUMOURED

FILES = sorted(catalogues.LOCALES.glob("*.po"))
AS_PLURAL = {"count", "a_deal", "noun"}
"""Parts that a form may leave out or take instead: "One pair", "rumour (joint venture)"."""


# --- the catalogues -------------------------------------------------------------------------------


def test_german_is_shipped() -> None:
    assert LANGUAGES[:1] == ("en",)
    assert "de" in LANGUAGES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_catalogue_says_everything_and_nothing_else(file: Path) -> None:
    """What the program says and the file does not is missing; what only the file says is unused."""
    text = file.read_bytes()
    assert catalogues.updated(file.stem, text) == text, "run: python scripts/catalogues.py"
    missing = [
        message.id
        for message in read_po(BytesIO(file.read_bytes()))
        if message.id and not all(_forms(message.string))
    ]
    assert missing == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_translation_has_the_parts_of_its_sentence(file: Path) -> None:
    wrong = []
    for message in read_po(BytesIO(file.read_bytes())):
        said = {part for form in _forms(message.id) for part in _parts(form)}
        for form in _forms(message.string) if message.id else ():
            found = set(_parts(form))
            if not said - AS_PLURAL <= found <= said | AS_PLURAL:
                wrong.append((message.id, form))
    assert wrong == []


def _forms(text: Any) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def _parts(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def test_what_is_said_is_found_where_it_is_said() -> None:
    """By a literal, by a name for it, in a template, and by the vocabulary."""
    found = catalogues.messages()
    assert (
        "timeline/render/coordinate.py" in found[(None, "as of {day}, with everything known today")]
    )
    assert (None, "The first day that anything is known about is {day}.") in found
    assert "timeline/web/templates/base.html" in found[(None, "Skip to the answer")]
    assert {("title", text) for text in RUMOURED.values()} <= found.keys()
    assert (None, ("{count} report", "{count} reports")) in found


# --- the language that is spoken ------------------------------------------------------------------


def test_a_language_is_spoken_meanwhile_and_in_its_own_thread() -> None:
    heard = []
    with speaking("de"):
        other = threading.Thread(target=lambda: heard.append(language()))
        other.start()
        other.join()
        heard.append(tr("Nothing"))
    heard.append(tr("Nothing"))
    assert heard == ["en", "nichts", "Nothing"]


def test_what_a_catalogue_does_not_say_stays_english() -> None:
    with speaking("de"):
        assert tr("nobody says {what}", what="so") == "nobody says so"
        assert tr_as("nowhere", "yes") == "ja"  # without a meaning of its own, the plain one
        assert tr_count("{count} cow", "{count} cows", 2) == "2 cows"
        assert tr("") == ""


def test_english_reads_no_catalogue_and_imports_nothing() -> None:
    program = (
        "import sys\n"
        "from timeline.render import state, diff, why, lists, question, headlines\n"
        "from timeline.render.words import date, money\n"
        "date('2025-11-20/2025-11-21'); money({'exact': '1', 'currency': 'USD'})\n"
        "print(sorted({'babel', 'gettext', 'timeline.locales'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, said, since",
    [
        ("2026-02-26", "26. Feb. 2026", "26. Feb. 2026"),
        ("2017-05/2018-03", "zwischen Mai 2017 und März 2018", "einem Tag zwischen Mai 2017 und März 2018"),
        ("2024-12-18/2024-12-21", "zwischen 18. und 21. Dez. 2024",
         "einem Tag zwischen 18. und 21. Dez. 2024"),
        ("2024-11-18/2024-12-21", "zwischen 18. Nov. und 21. Dez. 2024",
         "einem Tag zwischen 18. Nov. und 21. Dez. 2024"),
        ("[2025-11-20,2025-11-21]", "20. oder 21. Nov. 2025", "20. oder 21. Nov. 2025"),
        ("../2027", "bis 2027", "2027 oder früher"),
        ("2025-03/..", "März 2025 oder später", "März 2025"),
        ("2025-21~", "etwa Frühjahr 2025", "etwa Frühjahr 2025"),
        ("2025-33", "1. Quartal 2025", "1. Quartal 2025"),
        ("2025-40", "erstes Halbjahr 2025", "erstes Halbjahr 2025"),
        ("2025-05-XX", "ein Tag im Mai 2025", "einem Tag im Mai 2025"),
        ("2025-XX", "ein Monat im Jahr 2025", "einem Monat im Jahr 2025"),
        ("202X", "die 2020er-Jahre", "die 2020er-Jahre"),
    ],
)  # fmt: skip
def test_days_in_german(text: str, said: str, since: str) -> None:
    with speaking("de"):
        assert words.date(text) == said
        assert words.since(text) == since


def test_a_stretch_and_an_instant_in_german() -> None:
    with speaking("de"):
        assert words.stretch("2025/2027") == "2025 bis 2027"
        assert words.stretch("2025-03/..") == "ab März 2025"
        assert instant_words("2025-11-21T22:59:00+00:00") == "21. Nov. 2025, 22:59 UTC"


@pytest.mark.parametrize(
    "text", ["2025-11-21", "2025-11/2026-01", "2025-11-1X?", "[2025-05,2025-06]"]
)
def test_every_sentence_about_days_is_in_the_catalogue(text: str) -> None:
    class Told(dates.English):
        def __init__(self) -> None:
            self.asked: list[str] = []

        def phrase(self, text: str, /, **parts: object) -> str:
            self.asked.append(text)
            return super().phrase(text, **parts)

    told = Told()
    assert dates.describe(text, told) == dates.describe(text)
    with speaking("de"):
        said = dates.describe(text, Calendar())
    assert all(f"{number}" in said for number in (2025,)) or "Mai" in said
    assert set(told.asked) <= {
        text for _, text in catalogues.messages() if isinstance(text, str)
    } | {""}


# --- amounts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, said",
    [
        ({"exact": "6600000000", "currency": "USD"}, "6,6\u00a0Mrd. USD"),
        ({"exact": "388800000000", "currency": "JPY"}, "388,8\u00a0Mrd. JPY"),
        ({"exact": "2296500000000", "currency": "USD"}, "2.296,5\u00a0Mrd. USD"),
        (
            {"min": "2000000000", "max": "3000000000", "currency": "USD", "per": "year"},
            "2–3 Mrd. USD pro Jahr",
        ),
        ({"max": "5800000000", "currency": "USD", "basis": "up_to"}, "bis zu 5,8 Mrd. USD"),
        ({"exact": "1250001", "currency": "EUR"}, "1.250.001 EUR"),
        ({"exact": "88", "currency": "JPY", "per": "share"}, "88 JPY je Aktie"),
    ],
)
def test_amounts_in_german(value: dict[str, Any], said: str) -> None:
    with speaking("de"):
        assert words.money(value).replace("\u00a0", " ") == said.replace("\u00a0", " ")


VALUES: list[tuple[Any, Any, dict[str, Any]]] = [
    *((Money, measures.money, {"currency": "USD", **each}) for each in (
        {"exact": "5812000000"}, {"exact": "-250000"}, {"exact": "1.50"}, {"exact": "5", "basis": "exact"},
        {"exact": "5", "basis": "up_to"}, {"exact": "5", "basis": "at_least"}, {"min": "5"}, {"max": "5"},
        {"min": "5", "basis": "at_least"}, {"max": "5000000", "basis": "up_to"},
        {"min": "1", "basis": "about"}, {"min": "500", "max": "2000000000"},
        {"min": "900000000", "max": "1000000000"}, {"min": "0", "max": "1000000"},
        {"min": "-5", "max": "5", "basis": "about"}, {"exact": "7", "per": "once"},
        {"exact": "7", "per": "quarter"},
        {"exact": "7", "per": "month"}, {"min": "1000000", "max": "2000000", "per": "share"},
        {"exact": "7", "reported_as": [{"exact": "6", "currency": "EUR"}, {"max": "9", "currency": "JPY"}]},
    )),
    *((Share, measures.share, each) for each in (
        {"exact": "65.86"}, {"min": "50", "max": "60"}, {"basis": "majority"},
        {"min": "25", "basis": "at_least"},
    )),
    *((Quantity, measures.quantity, {"unit": "shares", **each}) for each in (
        {"exact": "44300000"}, {"max": "10", "basis": "up_to"}, {"min": "1000", "max": "2000"},
    )),
    *((Horizon, measures.horizon, each) for each in (
        {"min": 3, "max": 5, "unit": "year"}, {"min": 1, "max": 1, "unit": "day"},
        {"max": 18, "unit": "month"}, {"min": 2, "unit": "quarter"},
    )),
]  # fmt: skip


@pytest.mark.parametrize(
    "type_, say, value", VALUES, ids=lambda each: getattr(each, "__name__", str(each))
)
def test_amounts_say_the_same_as_the_short_form(
    type_: Any, say: Any, value: dict[str, Any]
) -> None:
    """In English words both ways of writing an amount agree, but for how CLDR shortens a billion."""
    said = say(value)
    for cldr, short in (("M", "mn"), ("B", "bn"), ("T", "tn")):
        said = said.replace(f" {cldr}", f" {short}") if f"{cldr} " in f"{said} " else said
    assert said == short_forms.write(type_, value)


# --- sentences ------------------------------------------------------------------------------------


def test_words_and_numbers_in_german() -> None:
    with speaking("de"):
        assert status_words("partly_denied") == "teils dementiert"
        assert join(["a", "b", "c"]) == "a, b und c"
        assert join(["a", "b"], "or") == "a oder b"
        assert written(1200) == "1.200"
        assert tr_count("{count} report", "{count} reports", 1) == "1 Bericht"
        assert tr_count("{count} report", "{count} reports", 1200) == "1.200 Berichte"
        assert tr_as("title", "Rumoured {what}", what="x") == "Gerücht: x"
