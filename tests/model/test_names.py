"""Names as people type them: what folds two spellings into one, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.model.names import Folded, fold_name, fold_text, words_of


@pytest.mark.parametrize(
    "one, other",
    [
        pytest.param("Café Grün", "Cafe\u0301 Gru\u0308n", id="composed and decomposed"),
        pytest.param("ＡＢＣ 123", "abc 123", id="full width"),
        pytest.param("ﬁnance", "FINANCE", id="ligature"),
        pytest.param("Straße", "STRASSE", id="case that changes the length"),
        pytest.param("Non\u00a0Breaking", "Non Breaking", id="no-break space"),
        pytest.param("Thin\u2009Space", "Thin  Space", id="thin space"),
        pytest.param("Rolls\u2011Mill", "Rolls-Mill", id="no-break hyphen"),
        pytest.param("Rolls\u2013Mill", "Rolls Mill", id="dash and space"),
        pytest.param("soft\u00adware", "software", id="soft hyphen"),
        pytest.param("L\u2019Oréal", "L'Oréal", id="apostrophe"),
        pytest.param("“Acme”", '"Acme"', id="quotes"),
        pytest.param("U.S. Steel", "US Steel", id="dots of an abbreviation"),
        pytest.param("I.B.M", "IBM", id="the last dot missing"),
        pytest.param("AT&T", "AT and T", id="ampersand"),
        pytest.param("Foo (Holdings)", "Foo, Holdings", id="brackets and comma"),
        pytest.param("ΟΔΟΣ", "οδος", id="final sigma"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_name(one: str, other: str) -> None:
    assert fold_text(one) == fold_text(other)


@pytest.mark.parametrize(
    "one, other",
    [
        ("Café", "Cafe"),
        ("Acme 1", "Acme 2"),
        ("Disney+", "Disney"),
        ("Foo Bar", "FooBar"),
        ("A.C. Milan", "A Milan"),
    ],
)
def test_other_names_stay_other_names(one: str, other: str) -> None:
    assert fold_text(one) != fold_text(other)


@pytest.mark.parametrize(
    "name, base, form",
    [
        ("Acme Co., Limited", "acme", "co ltd"),
        ("Acme Company Ltd.", "acme", "co ltd"),
        ("Foo S.p.A.", "foo", "spa"),
        ("Foo GmbH & Co. KG", "foo", "gmbh and co kg"),
        ("Foo Incorporated", "foo", "inc"),
        ("ABC株式会社", "abc", "株式会社"),
        ("株式会社ABC", "abc", "株式会社"),
        ("鴻海精密工業股份有限公司", "鴻海精密工業", "股份有限公司"),
        ("Amazon UK", "amazon uk", ""),
        ("S.A.", "sa", ""),
        ("Limited", "limited", ""),
        ("...", "...", ""),
    ],
)
def test_the_legal_form_stands_apart(name: str, base: str, form: str) -> None:
    assert fold_name(name) == Folded(base, form)


@given(st.text(max_size=40))
def test_folding_is_done_once(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)
    assert words_of([fold_text(text)]) == words_of([text])


@pytest.mark.parametrize(
    "text, words",
    [
        ("Racks for data centres!", ["centres", "data", "for", "racks"]),
        ("data-centre DATA", ["centre", "data"]),
        ("USD 5 bn", ["5", "bn", "usd"]),
        ("鴻海精密", ["海精", "精密", "鴻海"]),
        ("株 x鴻海", ["x", "株", "鴻海"]),
        ("snake_case", ["case", "snake"]),
        ("", []),
        ("U.S. & A.B. Co.", ["ab", "and", "co", "us"]),
        ("O'Brien`s $5", ["5", "obriens"]),
        ("x" * 150, ["x" * 100]),
        ("é" + "x" * 150, ["é" + "x" * 99]),
    ],
)
def test_words_are_of_letters_and_digits(text: str, words: list[str]) -> None:
    assert words_of([text]) == words


@given(
    st.lists(st.text(st.sampled_from("aZ9 .&'`_-$é鴻株ー\u00ad\u0308"), max_size=12), max_size=4)
)
def test_texts_together_have_the_words_of_each(texts: list[str]) -> None:
    assert words_of(texts) == sorted({word for text in texts for word in words_of([text])})
    for text in texts:  # ASCII is folded in a way of its own, which must be the same
        assert [*fold_text(text).split(), "é"] == fold_text(f"{text} é").split()
