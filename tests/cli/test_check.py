"""What check shows besides: the state that follows, and whether the sources say what is quoted."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.program import run
from timeline.loading import check_files

ARTICLE = "Acme said on Friday:\n  it  will buy Globe\u0301x for $5 bn. Nobody else commented."


def story(quote: str, digest: str = "") -> None:
    digest = digest or sha256(ARTICLE.encode()).hexdigest()
    Path("story.yaml").write_text(f"""\
sources:
  post:
    publisher: Post
    kind: news
    published: 2025-01-10
    archived_sha256: "{digest}"
    defaults: {{occurred: 2025-01-10}}
    says:
      - {{type: deal_announced, subject: deal:x, kind: supply, parties: {{acme: supplier}}, quote: {quote}}}
companies:
  acme: {{name: Acme}}
""")


@pytest.fixture
def archive(here: Path) -> Path:
    folder = here / "texts" / "2025"
    folder.mkdir(parents=True)
    (folder / "whatever.txt").write_text(ARTICLE)
    return here / "texts"


@pytest.mark.parametrize(
    "quote",
    [
        '"it will buy Glob\u00e9x"',
        '"said on Friday: it will buy"',
        '["Acme said", "Nobody else commented."]',
        '"  it\\n will\\tbuy  "',
        "Acme said on Friday",
    ],
)
def test_a_quote_that_the_source_says(archive: Path, quote: str) -> None:
    story(quote)
    done = run("check", "story.yaml", "--archive", "texts")
    assert (done.exit_code, done.stderr) == (0, "3 events in 1 file; 0 expectations hold\n")


@pytest.mark.parametrize(
    "quote",
    [
        '"it will buy Globex"',
        '"It will buy Glob\u00e9x"',
        '"it will sell"',
        '["Acme said", "Nobody commented"]',
        '"it will buy Glob\u00e9x for $6 bn"',
    ],
)
def test_a_quote_that_it_does_not_say_is_refused_with_the_nearest_passage(
    archive: Path, quote: str
) -> None:
    story(quote)
    done = run("check", "story.yaml", "--archive", "texts")
    assert done.exit_code == 1
    assert "story.yaml:9:" in done.stderr
    assert "error[quote-not-found]" in done.stderr
    assert "the nearest passage is" in done.stderr
    assert run("check", "story.yaml").exit_code == 0, "without an archive nothing is compared"


def test_a_text_that_is_missing_is_a_warning(archive: Path) -> None:
    story("anything", "0" * 64)
    done = run("check", "story.yaml", "--archive", "texts")
    assert done.exit_code == 0
    assert "warning[not-archived]" in done.stderr
    assert run("check", "story.yaml", "--archive", "nowhere").exit_code == 1


def test_the_state_that_follows(here: Path) -> None:
    arguments = ["check", "fixtures/volkswagen-rivian.yaml", "--state"]
    one = run(*arguments, "rivian", "--as-of", "2024-11-11")
    assert (one.exit_code, "up to USD 5 bn" in one.stdout) == (0, True)
    every = run(*arguments)
    assert every.exit_code == 0
    assert "Volkswagen" in every.stdout
    assert run("check", "--state", "fixtures/volkswagen-rivian.yaml").stdout == every.stdout
    assert run("check", "fixtures", "--on", "2025-01-01").exit_code == 2
    assert run("check").exit_code == 2
    assert not Path("timeline.db").exists()


def test_stats_count_quotes_and_those_verified(archive: Path) -> None:
    story('["Acme said", "Nobody else commented."]')
    assert run("replay", "story.yaml").exit_code == 0
    counted = json.loads(run("stats", "--json").stdout)
    assert (counted["quotes"], counted["quotes_verified"]) == (1, None)
    for format_ in ("table", "md"):  # people read of entries, programs of positions
        table = run("stats", "--format", format_).stdout
        assert "last entry" in table
        assert "position" not in table
    assert f"store,position,{counted['position']}" in run("stats", "--format", "csv").stdout
    assert json.loads(run("stats", "--archive", "texts", "--json").stdout)["quotes_verified"] == 1
    Path("none").mkdir()
    assert json.loads(run("stats", "--archive", "none", "--json").stdout)["quotes_verified"] == 0


UNFINISHED = """\
sources:
  one: {publisher: A, kind: news, published: 2020-01-10}
  two: {publisher: B, kind: news, published: 2021-01-10}
companies:
  acme: {name: Acme}
  globex: {name: Globex}
  initech: {name: Initech}
events:
  - {type: relationship_observed, subject: relationship:acme-globex, occurred: 2019, source: one, kind: parent_of, from: acme, to: globex}
  - {type: deal_signed, subject: deal:sale, occurred: 2020-01-10, source: one, kind: acquisition, stake: 60 %, parties: {acme: seller, initech: acquirer, globex: target}}
  - {type: deal_completed, subject: deal:sale, occurred: 2021-01-08, source: two}
  - {type: deal_announced, subject: deal:off, occurred: 2020-01-02, source: one, kind: supply, parties: {acme: supplier, initech: customer}}
  - {type: deal_terminated, subject: deal:off, occurred: 2020-01-09, source: one}
  - {type: deal_completed, id: after-all, subject: deal:off, occurred: 2021-01-07, source: two}
  - {type: rumour_reported, subject: rumour:r, occurred: 2020-01-10, source: one, kind: licence, parties: {acme: licensor}}
  - {type: deal_announced, subject: deal:licence, occurred: 2021-01-09, source: two, kind: licence, parties: {acme: licensor, globex: licensee}}
"""  # noqa: E501


def test_what_usually_follows_is_suggested_as_yaml_to_paste(here: Path) -> None:
    Path("story.yaml").write_text(UNFINISHED)
    done = run("check", "story.yaml", "--suggest")
    assert done.exit_code == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("  - ")] == [
        "  - type: deal_revived",
        "  - type: deal_announced",
        "  - type: relationship_established",
        "  - type: relationship_ended",
        "  - type: rumour_confirmed",
    ]
    assert "    occurred: [2020-01-09..2021-01-06]" in done.stdout
    assert "    share: 60 %" in done.stdout
    assert "    deal: deal:licence" in done.stdout
    Path("story.yaml").write_text(UNFINISHED + done.stdout)
    again = run("check", "story.yaml", "--suggest")
    assert again.exit_code == 0, again.stderr
    assert again.stdout == ""
    assert "nothing that usually follows is missing" in again.stderr
    assert "warning" in done.stderr
    assert "warning" not in again.stderr


def test_the_library_warns_of_contradictions_as_the_command_does(here: Path) -> None:
    Path("story.yaml").write_text(UNFINISHED)
    (warning,) = check_files(["story.yaml"]).warnings
    assert (warning.code, warning.warning) == ("contradicts-record", True)
    assert "deal:off is terminated, and this says completed" in warning.message
