"""Every fenced block and link of README and docs holds.

What the commands of a ``console`` block print is checked by cog (``make docs-check``), so here such
a block only has to be a generated one. The others are run, read or checked by their language.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import databases
from tests.cli import program
from timeline.app import Timeline
from timeline.ingest.fixtures import find_files, load_fixture
from timeline.loading import check_files
from timeline.model import dates
from timeline.model.kinds import EVENT_TYPES, KIND_OF

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

# The page that shows a fixture file and what it answers: its blocks are one story.
RECIPES = ROOT / "docs" / "recipes.md"
"""The page for other tools, whose blocks find a store and a folder of tables."""
FORMATS = ROOT / "docs" / "formats.md"
HOW_TO_RECORD = ROOT / "docs" / "how-to-record.md"
"""Its blocks share the first one, and have a test of their own."""


class Block(NamedTuple):
    page: Path
    line: int
    language: str
    text: str
    generated: bool

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page outside of comments, in order."""
    fence = language = ""
    comment = generated = False
    start = 0
    lines: list[str] = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if fence:
            if line == fence:
                yield Block(page, start, language, "\n".join(lines) + "\n", generated)
                fence = ""
            else:
                lines.append(line)
            continue
        if "[[[cog" in line:
            comment = True
        if "[[[end]]]" in line:
            generated = False
        if match := re.fullmatch(r"(`{3,})(\w+)", line):
            if not comment:
                (fence, language), start, lines = match.groups(), number, []
        else:
            assert comment or not line.startswith("```"), f"{page}:{number}: name the language"
        if comment and "]]]" in line:
            comment, generated = False, True
    assert not fence, f"{page}:{start}: the block has no end"


BLOCKS = [block for page in PAGES for block in blocks(page)]


def of(*languages: str) -> pytest.MarkDecorator:
    chosen = [block for block in BLOCKS if block.language in languages]
    return pytest.mark.parametrize("block", chosen, ids=str)


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def timeline(*arguments: str) -> str:
    done = program.run(*arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the stories at hand."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fill(target: str | Path) -> None:
    """Replay every story into a store."""
    with Timeline.open(target) as opened:
        opened.replay([ROOT / "fixtures"])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with every story, and its tables."""
    found = tmp_path_factory.mktemp("told")
    fill(found / "timeline.db")
    with Timeline.open(found / "timeline.db") as opened:
        opened.export_tables(found / "tables")
    return found


@pytest.fixture
def stories(folder: Path, told: Path) -> Path:
    """A folder with both."""
    shutil.copytree(told, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same on a server, which the environment names as the recipes do."""
    with databases.database(like=("docs", fill)) as url:
        monkeypatch.setenv("STORE", databases.url_text(url))
        yield


def test_every_block_has_a_language_that_is_tested() -> None:
    known = {"console", "json", "mermaid", "pycon", "python", "sh", "sql", "text", "yaml"}
    assert {str(block) for block in BLOCKS if block.language not in known} == set()


@of("python")
def test_python_runs(
    block: Block, folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if block.page == RECIPES:
        request.getfixturevalue("stories")
    if "STORE" in block.text:
        request.getfixturevalue("server")
    if "ATTACH" in block.text:
        monkeypatch.setenv("HOME", str(folder))
        install_extensions(folder)
    run([sys.executable, "-W", "error", "-c", block.text], folder)


def install_extensions(folder: Path) -> None:
    """Give DuckDB the extensions that it would download, into the home that is set."""
    for name in ("postgres_scanner", "sqlite_scanner"):
        spec = importlib.util.find_spec(f"duckdb_extension_{name}")
        assert spec is not None
        assert spec.origin is not None
        (file,) = Path(spec.origin).parent.rglob("*.duckdb_extension")
        run([sys.executable, "-c", f"import duckdb; duckdb.sql(\"INSTALL '{file}'\")"], folder)


@pytest.mark.parametrize(
    "block", [b for b in BLOCKS if b.language == "yaml" and b.page != HOW_TO_RECORD], ids=str
)
def test_yaml_is_a_fixture_whose_expectations_hold(block: Block, folder: Path) -> None:
    (folder / "story.yaml").write_text(block.text, encoding="utf-8")
    timeline("check", "story.yaml")


@of("sql")
def test_sql_finds_something_in_the_stories(block: Block, told: Path) -> None:
    with closing(sqlite3.connect(told / "timeline.db")) as connection:
        known = "2025-11-20T23:59:59.999999Z"
        assert connection.execute(block.text, {"on": "2025-11-20", "known": known}).fetchall()


@of("console", "mermaid")
def test_console_and_diagrams_are_generated_from_a_real_run(block: Block) -> None:
    assert block.generated, "write it as a cog block, so that its output is checked"


@of("sh")
def test_shell_calls_targets_that_exist(block: Block) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    if block.page == RECIPES:
        return  # they are run, by the next test
    for line in block.text.splitlines():
        program, argument, *_ = line.split()
        assert (program == "make" and argument in targets) or (program, argument) == (
            "pip",
            "install",
        )


@pytest.mark.parametrize(
    "block", [b for b in BLOCKS if b.page == RECIPES and b.language == "sh"], ids=str
)
@pytest.mark.usefixtures("server")
def test_recipes_of_the_shell_find_something(
    block: Block, stories: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(stories))
    programs = (Path(sys.executable).parent, databases.programs())
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, programs), os.environ["PATH"]]))
    assert "deal:foxconn-openai" in run(["sh", "-c", block.text], stories)


def test_the_state_shown_is_the_state_answered(folder: Path) -> None:
    (story,) = [b.text for b in BLOCKS if b.page == FORMATS and b.language == "yaml"]
    (shown,) = [b.text for b in BLOCKS if b.page == FORMATS and b.language == "json"]
    (folder / "story.yaml").write_text(story, encoding="utf-8")
    timeline("replay", "story.yaml")
    answer = timeline("state", "acme", "--on", "2025-01-11", "--format", "json")
    (id_of_correction,) = re.findall(r"e-[0-9a-f]{16}", answer)
    shortened = answer.replace(id_of_correction, id_of_correction[:6] + "…")
    assert json.loads(shortened) == json.loads(shown)


def test_the_table_of_imprecise_dates_says_what_is_computed() -> None:
    page = (ROOT / "docs" / "concepts.md").read_text(encoding="utf-8")
    section = page.partition("## Imprecise dates")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.*?) \| (\S+) \| (\S+) \|$", section, re.MULTILINE)
    bounds = [row for row in rows if row[2][:1].isdigit()]
    assert len(bounds) > 25
    for texts, meaning, earliest, latest in bounds:
        example = re.search(r"here `(.+?)`", meaning)
        for text in [example[1]] if example else re.findall(r"`(.+?)`", texts):
            date = dates.parse(text)
            assert (text, str(date.earliest), str(date.latest)) == (text, earliest, latest)


def test_the_tutorial_tells_how_to_record_what_news_is_made_of() -> None:
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    table = page.partition("| the article says | type | with |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row)}
    types = named & EVENT_TYPES.keys()
    assert len(types) >= 15
    assert named <= EVENT_TYPES.keys()
    assert {KIND_OF[name].name for name in types if name in KIND_OF} == set(KINDS_OF_NEWS)


KINDS_OF_NEWS = (
    "deal", "relationship", "right", "commitment", "rumour", "fact", "proceeding",
)  # fmt: skip


def test_the_first_story_in_short_tells_the_same_on_the_word_of_the_same() -> None:
    short = ROOT / "docs" / "examples" / "foxconn-openai-in-short.yaml"

    def events(path: Path) -> list[tuple[str, ...]]:
        (found,) = find_files([path])
        told = (
            "type", "occurred", "attribution", "fact_level", "kind", "parties", "amount", "horizon",
            "firmness", "company", "period", "from", "to", "by", "holder", "grantor", "actor", "authority",
        )  # fmt: skip
        return sorted(
            (*(str(draft.fields.get(name)) for name in told), str("speaker" in draft.fields))
            for draft in load_fixture(found).drafts
            if not draft.fields["type"].endswith("_registered")
        )

    drafts = check_files([short]).stored
    assert events(short) == events(ROOT / "fixtures" / "foxconn-openai.yaml")
    assert drafts == 42
    assert len(short.read_text(encoding="utf-8")) <= 120 * drafts


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in blocks(page):
        text = text.replace(block.text, "")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert file.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(file), target


def anchors(page: Path) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def test_every_error_code_is_documented() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", page))
    used = {code for file in (ROOT / "timeline").rglob("*.py") for code in codes(file)}
    assert used - documented == set(), "say in docs/errors.md what they mean"
    assert documented - used == set(), "nothing raises these any more"


def codes(file: Path) -> Iterator[str]:
    """The error codes of a module: what is assigned to ``code``, or given to what makes a problem."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        given: list[ast.expr] = []
        match node:
            case ast.Assign(
                targets=[ast.Attribute(attr="code") | ast.Name(id="code")], value=value
            ):
                given += [value]
            case ast.Assign(
                targets=[ast.Tuple(elts=[ast.Name(id="code"), *_])],
                value=ast.Tuple(elts=[first, *_]),
            ):
                given += [first]
            case ast.keyword(arg="code", value=value):
                given += [value]
            case ast.Call(func=ast.Name(id="NotFound"), args=[ast.Constant(value=str(what)), *_]):
                yield f"unknown-{what.replace(' ', '-')}"
            case ast.Call(func=ast.Name(id=maker), args=[first, *_]) if maker in MAKERS:
                given += [first]
            case ast.Call(func=ast.Attribute(attr=maker), args=[first, *_]) if maker in MAKERS:
                given += [first]
        for expression in given:
            for part in ast.walk(expression):
                text = part.value if isinstance(part, ast.Constant) else None
                if isinstance(text, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", text):
                    yield text


MAKERS = {"Problem", "Flaw", "Unreadable", "Reason", "Refused", "add", "problem"}
