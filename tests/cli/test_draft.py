"""A draft of an article is sound as it is, sound with all that it suggests, and decides nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.program import run
from timeline.ingest.nodes import compose, value_of
from timeline.ingest.schema import SCHEMA_FILE, SCHEMA_LINE
from timeline.ingest.shape import synonyms

ARTICLE = """\
Foxconn and OpenAI team up

Hon Hai Precision Industry Co., Ltd. and OpenAI have signed a "memorandum of
understanding" on hardware, the companies said on Thursday. A C:\\path, {a: b} and 'it''s'.

Foxconn will invest USD 2 billion by the end of 2026. OpenAI is to be acquired, the
acquisition of OpenAI is completed in March 2026, Foxconn said.
"""

HOSTILE = (
    "Foxconn signed with OpenAI: \"yes\", 'no'\n# events: [x]\n\n--- %YAML 1.1\n\n"
    "Foxconn signed\u202e with OpenAI {a: &b *b !!c}\u2028- said\u0085 | > \\ \ufeff\n\n"
    "\tFoxconn\x00 signed \x1b[31m with OpenAI\n\n"
    "... Foxconn \u0301signed\u00ad with OpenAI\n\nFoxconn signed with OpenAI\r\n\r\n*"
)


def uncommented(text: str) -> str:
    """The fixture with all that it suggests."""
    head, says, rest = text.partition("    # says:")
    return head + re.sub("^    # ", "    ", says + rest, flags=re.MULTILINE)


def draft(article: str, *options: str) -> str:
    """The draft of an article, which is sound as it is and with all that it suggests."""
    Path("article.txt").write_bytes(article.encode())
    Path("draft.yaml").unlink(missing_ok=True)
    done = run("draft", "article.txt", *options, "-o", "draft.yaml")
    assert done.exit_code == 0, done.stderr
    text = Path("draft.yaml").read_text(encoding="utf-8")
    Path("kept.yaml").write_text(uncommented(text), encoding="utf-8")
    for file in ("draft.yaml", "kept.yaml"):
        done = run("check", file, "--archive", ".")
        assert (done.exit_code, done.stdout) == (0, ""), (
            done.stderr
        )  # the quotes are compared as well
        assert "not-archived" not in done.stderr
    return text


def test_what_an_article_says_is_suggested(file: Path) -> None:
    text = draft(ARTICLE, "--publisher", "Post", "--published", "2025-11-21")
    assert text.startswith(f"{SCHEMA_LINE}\n# Suggestions")
    assert Path(SCHEMA_FILE).exists()
    tree = compose(text)
    assert tree is not None
    said = value_of(tree)
    assert set(said) == {"story", "sources", "companies"}  # nothing is decided
    assert list(said["companies"]) == ["foxconn", "openai"]
    tree = compose(uncommented(text))
    assert tree is not None
    events = value_of(tree)["sources"]["draft-source"]["says"]
    assert [(event["type"], event["occurred"]) for event in events] == [
        ("deal_announced", ["..2025-11-21"]),
        ("deal_agreed_in_principle", "2025-11-20"),
        ("commitment_stated", ["..2025-11-21"]),  # the end of 2026 is when it is to be spent
        ("deal_completed", "2026-03"),
    ]
    assert [event.get("fact_level") for event in events] == [None, None, None, "forecast"]
    assert events[1]["quote"] == (
        'Hon Hai Precision Industry Co., Ltd. and OpenAI have signed a "memorandum of understanding" on '
        "hardware, the companies said on Thursday."
    )
    assert events[1]["parties"] == {"foxconn": "partner", "openai": "partner"}
    assert "; it has words of deal_signed, too" in text


def test_the_same_article_gives_the_same_draft(store: Path) -> None:
    options = ("--publisher", "Post", "--published", "2025-11-21")
    assert draft(ARTICLE, *options) == draft(ARTICLE, *options)


def test_text_from_outside_stays_text(file: Path) -> None:
    said = {
        "publisher": "a: b\n# c",
        "title": "- [x]\t\u202e",
        "url": "'*'",
        "published": "2025-11-21",
    }
    text = draft(HOSTILE, *(word for name, value in said.items() for word in (f"--{name}", value)))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\ufeff]", text)
    tree = compose(text)
    assert tree is not None
    source = value_of(tree)["sources"]["draft-source"]
    assert {name: source[name] for name in said} == said
    tree = compose(uncommented(text))
    assert tree is not None
    quotes = [each["quote"] for each in value_of(tree)["sources"]["draft-source"]["says"]]
    assert "Foxconn signed\u202e with OpenAI {a: &b *b !!c} - said | > \\ \ufeff" in quotes
    assert "Foxconn signed with OpenAI" in quotes


def test_all_that_the_table_has_is_sound(file: Path) -> None:
    sentences = [f"Foxconn and OpenAI {words.replace('…', 'x')}." for words in synonyms("articles")]
    alone = [
        f"The acquisition by Foxconn {words.replace('…', 'x')}." for words in synonyms("articles")
    ]
    text = draft("\n\n".join(sentences + alone), "--published", "2025-11-21")
    assert text.count("  - type: ") > 300


def test_companies_that_are_one_have_one_name(file: Path) -> None:
    article = "Foxconn signed with OpenAI."
    run("append", "company_registered", "--subject", "company:foxconn-2", "--name", "Foxconn")
    assert 'several companies: "Foxconn"\n' in draft(article, "--published", "2025-11-21")
    assert run("judge", "foxconn", "foxconn-2", "same").exit_code == 0
    text = draft(article, "--published", "2025-11-21")
    assert "parties: {foxconn: partner, openai: partner}" in text
    assert "several companies" not in text


def test_without_a_store_there_is_a_source(here: Path) -> None:
    done = run("draft", "-", "--title", "Söme News", stdin=b"Foxconn signed with OpenAI.")
    assert done.exit_code == 0
    assert "no company is known" in done.stderr
    assert "0 companies, 0 suggestions" in done.stderr
    assert "# Not said, so that an example stands there: publisher, kind, published." in done.stdout
    assert "  some-news-source:" in done.stdout
    Path("story.yaml").write_text(done.stdout)
    assert run("check", "story.yaml").exit_code == 0
    assert not Path(SCHEMA_FILE).exists()


def test_without_a_day_of_publication_no_day_is_made_up(file: Path) -> None:
    done = run("draft", "-", stdin=b"Foxconn signed with OpenAI yesterday.")
    assert "# occurred: which day? the sentence names none that is clear" in done.stdout
    assert not re.search(r"^ +# +occurred: \S+\d", done.stdout, re.MULTILINE)


def test_nothing_that_is_there_is_overwritten(file: Path) -> None:
    Path("story.yaml").write_text("mine")
    Path("article.txt").write_text("Foxconn")
    done = run("draft", "article.txt", "-o", "story.yaml")
    assert (done.exit_code, Path("story.yaml").read_text()) == (2, "mine")


@pytest.mark.parametrize(
    "data, code",
    [(b"Foxconn signed. " * 700_000, "file-too-large"), (b"M\xfcnchen", "unknown-encoding")],
    ids=["10 MB", "no UTF-8"],
)
def test_what_is_no_article_is_refused(file: Path, data: bytes, code: str) -> None:
    for name, stdin in (("-", data), ("article.txt", None)):
        Path("article.txt").write_bytes(data)
        done = run("draft", name, "-o", "story.yaml", stdin=stdin)
        assert done.exit_code == 1
        assert f"error[{code}]" in done.stderr
        assert not Path("story.yaml").exists()


def test_options_that_cannot_be_meant(file: Path) -> None:
    Path("article.txt").write_text("Foxconn")
    assert run("draft", "missing.txt").exit_code == 1
    assert run("draft", "article.txt", "--published", "March 2025").exit_code == 2
    assert run("draft", "article.txt", "--kind", "blog").exit_code == 2
    assert (
        "--title: a text is not Unicode" in run("draft", "article.txt", "--title", "\udcff").stderr
    )
    done = run("draft", "article.txt", "--published", "2025-11-21T08:00:00+01:00")
    assert 'published: "2025-11-21T08:00:00+01:00"' in done.stdout
