"""What a text tells: companies by the names that the store has, sentences to the letter, no day narrowed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from timeline.errors import DataError
from timeline.importers.article import (
    MAX_BYTES,
    Article,
    decode_article,
    names_of,
    read_article,
)
from timeline.ingest.shape import SYNONYMS_VARIABLE, synonyms
from timeline.model.kinds import EVENT_TYPES
from timeline.model.names import fold_name
from timeline.store.companies import HandleRow

PUBLISHED = "2025-11-21"  # a Friday

NAMES = {
    "acme": ["Acme Corporation", "Acme"],
    "globex": ["Globex Inc."],
    "acme-labs": ["Acme Labs GmbH"],
    "att": ["AT&T"],
    "adidas": ["adidas"],
    "target": ["Target Corporation", "Target"],
    "vw": ["Volkswagen AG", "VW"],
    "sud": ["Süd-Versicherung AG"],
    "one": ["Initech"],
    "two": ["Initech"],
    "it": ["IT"],
    "post": ["Post AG"],
    "big": ["Big Acme"],
    "air": ["Cleared Air"],
    "fruit": ["Apple Inc.", "apple"],
}


def read(text: str, published: str | None = PUBLISHED) -> Article:
    known: dict[str, list[HandleRow]] = {}
    names = names_of(text)
    for company, spellings in NAMES.items():
        for number, name in enumerate(spellings):
            base, form = fold_name(name)
            matched = "alias" if number else "name"
            if base in names:  # what a look-up would give
                known.setdefault(base, []).append(HandleRow(base, company, matched, name, form))
    return read_article(text, known, published)


@pytest.mark.parametrize(
    "text, companies",
    [
        ("Acme and Globex said so.", "acme globex"),
        ("ACME, a rival of globex, said so.", "acme"),  # a name has its capital letter
        ("He met Acme Labs and Acme Corp. today.", "acme-labs acme"),  # the longest name
        ("It is Acme Laboratories that paid.", "acme"),
        ("It is an acme of design; globex too.", ""),
        ("Acme's offer to Globex, Inc., is open.", "acme globex"),
        ("Sales of AT & T fell, AT&T's shares too.", "att"),
        ("She runs for adidas.", "adidas"),
        ("An apple a day, says the doctor.", ""),  # an alias without a capital letter is a word
        ("He works for Apple.", "fruit"),
        ("Target prices rose at Acme.", "acme"),  # may be a word of every day
        ("Shoppers of Target like it.", "target"),
        ("Target Corp. opened. Target prices rose.", "target"),
        ("Initech is there.", ""),  # two companies have the name
        ("It said so, and IT paid.", ""),
        ("Der Chef von Volkswagen sprach mit dem Chef der Süd-Versicherung.", "vw sud"),
        ("Das ist Volkswagens Plan, und VW-Chef Blume ist für den Plan.", "vw"),
        ("Die Post ist der Plan von Acme.", "acme"),  # every German noun has a capital letter
        ("Das ist der Plan von Target, nicht der Post AG.", "target post"),
        ("Acme prices are no acme of anything.", ""),  # a word that the text has without a capital letter
        ("He met Big Acme.", "big"),
        ("Acme: Globex", "acme globex"),  # a colon joins no name
        ("Nothing.", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_companies_that_a_text_names(text: str, companies: str) -> None:
    assert " ".join(read(text).companies) == companies


def test_names_that_may_be_something_else_are_told() -> None:
    assert read("Target prices rose. Initech is there.").doubtful == ("Target", "Initech")


@pytest.mark.parametrize(
    "text, quotes",
    [
        ("Acme signed with Globex. Acme denied it.", ["Acme signed with Globex.", "Acme denied it."]),
        (f"It is {'very ' * 12}true that Acme\nCorp. signed\twith Globex.",
         [f"It is {'very ' * 12}true that Acme Corp. signed with Globex."]),
        ("Mr. A. Smith of Acme Inc. signed for Globex.", None),
        ("Globex signed with Acme Inc. The price is open.", ["Globex signed with Acme Inc."]),
        ("Acme unterzeichnete am 20. November mit Globex.", None),
        ("Acme Inc. Chairman Smith signed for Globex.", None),
        ("Acme signed with Globex. Acme signed with Globex.", ["Acme signed with Globex."]),
        ('"We at Acme “signed” with Globex," he said.', None),
        ("Acme and Globex Sign\nAcme signed with Globex.", ["Acme signed with Globex."]),
        ("Acme\x07 signed with Globex\x00 and Acme denied it", ["and Acme denied it"]),
    ],
)  # fmt: skip
def test_sentences_are_quoted_to_the_letter(text: str, quotes: list[str] | None) -> None:
    found = [each.quote for each in read(text).suggestions]
    assert found == ([text] if quotes is None else quotes)


def test_a_sentence_without_end_is_quoted_in_pieces() -> None:
    text = "Acme signed with Globex and " * 200
    found = read(text).suggestions
    assert all(len(each.quote) <= 1000 and each.quote in text for each in found)
    assert found


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Acme and Globex signed a supply agreement.", ("deal_signed", {"kind": "supply"})),
        ("Acme and Globex signed a memorandum of understanding.",
         ("deal_agreed_in_principle", {"form": "mou"})),
        ("Acme wies den Bericht über eine Übernahme zurück.", ("rumour_denied", {"kind": "acquisition"})),
        ("The court blocked the merger of Acme.",
         ("deal_approval_decided", {"outcome": "refused", "kind": "merger"})),
        ("Globex sued Acme.", ("proceeding_opened", {"kind": "lawsuit"})),
        ("Acme will in Graz Millionen investieren.", ("commitment_stated", {})),
        ("Acme has not signed with Globex.", None),
        ("Acme hat den Vertrag mit Globex nicht unterzeichnet.", None),
        ("Acme announced its results.", None),  # nobody else, and no deal
        ("Somebody signed a merger.", None),
        ("Acme and Globex exist.", None),
        ("Cleared Air, an investment of Acme, exists.", None),
    ],
)  # fmt: skip
def test_what_a_sentence_tells(text: str, expected: tuple[str, dict[str, str]] | None) -> None:
    found = read(text).suggestions
    assert [(each.type, each.fields) for each in found] == ([] if expected is None else [expected])
    assert all(each.words in synonyms("articles") for each in found)


def test_every_entry_of_the_table_tells_what_it_says() -> None:
    order = [meaning.partition(" ")[0] for meaning in synonyms("articles").values()]
    for words, meaning in synonyms("articles").items():
        sentence = f"Acme x Globex {words.replace('…', 'x')}"
        found = read(sentence).suggestions
        type_ = meaning.partition(" ")[0]
        if type_ == "kind:":
            assert not found, words
        else:  # an entry before it may have its words, too
            (one,) = found
            assert type_ in EVENT_TYPES
            assert order.index(one.type) <= order.index(type_), words


def test_people_add_to_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Acme shook hands with Globex."
    assert not read(text).suggestions
    own = tmp_path / "own.toml"
    lines = [
        '"shook … with" = "deal_signed with kind: licence"',
        '"shook" = "deal_shaken"',
        '"acme" = "?"',
    ]
    own.write_text("\n".join(["[articles]", *lines]))
    monkeypatch.setenv(SYNONYMS_VARIABLE, str(own))
    (found,) = read(text).suggestions
    assert (found.type, found.fields) == ("deal_signed", {"kind": "licence"})


@pytest.mark.parametrize(
    "said, occurred",
    [
        ("on 20 November 2025", "2025-11-20"),
        ("on Thursday", "2025-11-20"),
        ("on Thursday after a call", "2025-11-20"),
        ("mit Globex am 20. November 2025", "2025-11-20"),
        ("in November 2025 and then", "2025-11"),
        ("in early November 2025", "2025-11-01/2025-11-10"),
        ("in 2024", "2024"),
        ("am 20. November 2025", "2025-11-20"),
        ("Anfang November 2025", "2025-11-01/2025-11-10"),
        ("by the end of 2026", "[2025-11-21..2026-12]"),
        ("no later than 20 November 2025", "[..2025-11-20]"),
        ("", None),
        ("in November", None),  # of which year?
        ("on 3 and on 4 November 2025, as on 20 May 2024", None),  # several
        ("at least since November 2025", None),
        ("since at least November 2025", None),
        ("not until 20 November 2025", None),
        ("shortly before November 2025", None),
        ("in fiscal year 2025", None),
        ("in the third fiscal quarter of 2025", None),
        ("with 2000 people", None),
        ("for the 2000 people", None),
        ("and so it will do", None),  # Sunday and Thursday in German
        ("right now", None),
        ("jetzt", None),
        ("by Friday", None),
        ("on Friday next week", "2025-11-28"),
        ("on Friday of last week", "2025-11-14"),
        ("on 18, 19, 20 November 2025", None),
        ("instead of November 2025", None),
        ("three months after 20 November 2025", None),
        ("more than a year before November 2025", None),
        ("on Thursday to save money", "2025-11-20"),
        ("on Thursday, the two said", "2025-11-20"),
        ("between 3 and 5 November 2025", "2025-11-03/2025-11-05"),
        ("since November 2025", "[2025-11..2025-11-21]"),
        ("im Oktober/November 2025", "[2025-10,2025-11]"),
        ("in mid/November 2025", None),
        ("in week 3/November 2025", None),
        ("in 2023/24", None),
        ("seit 20. November 2025", "[2025-11-20..2025-11-21]"),
        ("on 20 November 2025 or a day before", None),
        ("for USD 2025", None),
        ("in pages 1200/1500", None),
    ],
)  # fmt: skip
def test_the_day_is_never_narrower_than_the_words(said: str, occurred: str | None) -> None:
    (found,) = read(f"Acme signed with Globex {said}.").suggestions
    assert found.occurred == occurred


def test_days_that_count_from_the_publication_need_it() -> None:
    (found,) = read("Acme signed with Globex yesterday.", None).suggestions
    assert found.occurred is None
    (found,) = read("Acme signed with Globex yesterday.", "2025-11-21T08:00:00+01:00").suggestions
    assert (found.occurred, found.days) == ("2025-11-20", ("yesterday",))


def test_a_text_has_a_limit_and_is_utf8() -> None:
    assert decode_article(b"\xef\xbb\xbfAcme", "a.txt") == "Acme"
    wrong = {"file-too-large": b"a" * (MAX_BYTES + 1), "unknown-encoding": b"a\nM\xfcnchen"}
    for code, data in wrong.items():
        with pytest.raises(DataError) as raised:
            decode_article(data, "a.txt")
        assert [problem.code for problem in raised.value.problems] == [code]
    assert raised.value.problems[0].location is not None
    assert raised.value.problems[0].location.line == 2


@pytest.mark.parametrize(
    "piece",
    [".", '. "', "\x00", "Mr. A ", "Acme signed with Globex " + "in the last first " * 50 + ". "],
    ids=["dots", "quotes", "controls", "names", "days"],
)
def test_no_text_takes_long(piece: str) -> None:
    """Four times the text takes about four times the time; with the square of it, sixteen."""

    def seconds(size: int) -> float:
        begun = time.process_time()
        read(piece * (size // len(piece)))
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(MAX_BYTES // 8) < 9 * seconds(MAX_BYTES // 32) + 0.2
