"""What the program says of itself, and what it imports to say it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.cli.program import run
from timeline import Timeline, questions
from timeline.cli import main
from timeline.cli.program import COMMANDS, sections
from timeline.cli.session import Session
from timeline.model.kinds import EVENT_TYPES
from timeline.questions.state import State

CONTEXT = click.Context(main, info_name="timeline")


def command_of(*words: str) -> click.Command:
    """The command that the words name; one with commands of its own may be one itself."""
    found: click.Command = main
    for word in words:
        assert isinstance(found, click.Group)
        below = found.get_command(CONTEXT, word)
        assert below is not None
        found = below
    return found


def all_commands(*words: str) -> Iterator[str]:
    """Every command that does something, as it is typed."""
    command = command_of(*words)
    is_one = command is not main and getattr(command, "invoke_without_command", False)
    if isinstance(command, click.Group) and not is_one:
        for name in command.list_commands(CONTEXT):
            yield from all_commands(*words, name)
    else:
        yield " ".join(words)


ALL = sorted(all_commands())


def test_every_command_is_shown_once() -> None:
    text = run("--help").stdout
    shown = sections()
    for name in (name for names in shown.values() for name in names):
        assert len(re.findall(rf"^  {name}  ", text, re.MULTILINE)) == 1, name
    assert [f"{section}:" in text for section in shown] == [True] * len(shown)


def test_without_a_command_it_says_how_to_begin(here: Path) -> None:
    told = run()
    assert (told.exit_code, told.stderr) == (0, "")
    assert "timeline --help lists every command." in told.stdout


@pytest.mark.parametrize("name", ALL)
def test_help_is_one_sentence_and_two_examples_or_more(name: str) -> None:
    command = command_of(*name.split())
    sentence = (command.help or "").partition("\n\n")[0]
    assert re.fullmatch(r"[A-Z].+\.", sentence, re.DOTALL), sentence
    assert len(examples(command)) >= 2
    text = run(*name.split(), "--help").stdout
    assert sentence.split()[0] in text
    assert run(*name.split(), "-h").stdout == text


def examples(command: click.Command) -> list[str]:
    return re.findall(r"^  (.*\btimeline .*)$", command.epilog or "", re.MULTILINE)


@pytest.mark.parametrize("name", ALL)
def test_every_option_is_explained(name: str) -> None:
    silent = [
        option.opts
        for option in command_of(*name.split()).params
        if isinstance(option, click.Option) and not option.help and not option.hidden
    ]
    assert silent == []


@pytest.mark.parametrize("name", ALL)
def test_examples_are_commands_that_there_are(name: str) -> None:
    for line in examples(command_of(*name.split())):
        for arguments in calls(line):
            with main.make_context("timeline", arguments[:], obj=Session()) as context:
                called, *rest = arguments[2:] if arguments[0] == "--db" else arguments
                words = [called]
                while " ".join(words) not in ALL:
                    words.append(rest.pop(0))
                command_of(*words).make_context(called, rest, parent=context).close()


def calls(line: str) -> Iterator[list[str]]:
    """The arguments of every ``timeline`` in a line of a shell."""
    inside = re.sub(r'"\$\((.*?)\)"', r"| \1", line)
    for part in re.split(r"\||&&", inside):
        program, *arguments = shlex.split(part, comments=True) or [""]
        if program == "timeline":
            redirected = next((n for n, a in enumerate(arguments) if a[0] in "<>"), None)
            yield arguments[:redirected]


def test_an_event_type_explains_its_fields() -> None:
    for name in EVENT_TYPES:
        assert name in run("append", "--help").stdout
    text = run("append", "deal_announced", "--help").stdout
    assert "--parties {COMPANY: [WORD]}" in text
    assert "joint_venture" in text


# --- what is imported ---------------------------------------------------------------------------


def imported(*arguments: str) -> set[str]:
    """Every module that is there when a command is done."""
    code = (
        "import json, sys\n"
        "from timeline.cli import main\n"
        "try: main(json.loads(sys.argv[1]))\n"
        "except SystemExit as left: assert not left.code, left.code\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(arguments)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    """The distributions' packages among modules, without the standard library and ourselves."""
    tops = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"timeline"}
    made_up = {name for name in tops if name.startswith("_") or name == "cython_runtime"}
    return tops - made_up - {"sitecustomize"}


def test_help_imports_click_and_the_command_line_alone(here: Path) -> None:
    found = imported("--help")
    # the lists are made from what the kinds say of themselves, which is structs of msgspec
    assert packages(found) == {"click", "msgspec", "typing_extensions"}
    inside = {name for name in found if name.startswith("timeline.")}
    light = ("timeline.cli", "timeline.model", "timeline.questions")
    others = {name for name in inside if not name.startswith(light)}
    assert others == {
        "timeline.errors",
        "timeline.language",
        "timeline.parameters",
        "timeline.plugins",
    }
    assert not inside & {"timeline.questions.reader", "timeline.questions.schemas"}
    assert "importlib.metadata" not in found  # a third of the time, where no package adds anything


UNUSED = {
    "http.client",
    "multiprocessing",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.orm",
    "urllib.request",
}
"""What a question of the command line has no use for; asyncio, ssl and email come with SQLAlchemy itself."""


def test_a_state_imports_no_more_than_it_needs(file: Path) -> None:
    """It takes at most 1.4 times as long as importing click and SQLAlchemy; this keeps it so."""
    found = imported("state", "foxconn", "--on", "2025-11-21")
    with_sqlalchemy = {"click", "sqlalchemy", "typing_extensions"}
    assert packages(found) - {"greenlet"} == with_sqlalchemy | {"msgspec", "rfc8785"}
    assert found & UNUSED == set()
    # what only writing and files need: a sixth of a second
    parts = ("ingest.jsonl", "ingest.fixtures", "store.append", "loading", "render.table")
    assert found & {f"timeline.{part}" for part in parts} == set()
    assert found & {f"timeline.cli.{name}" for name in (*COMMANDS, "lists")} == {
        "timeline.cli.state"
    }
    # a module of questions costs up to six milliseconds: their dataclasses are compiled at every start
    asked = {name for name in found if name.startswith("timeline.questions.")}
    assert asked == {
        f"timeline.questions.{each}" for each in ("question", "reader", "state", "lookups")
    }
    assert len([name for name in found if name.startswith("timeline")]) <= MODULES
    assert found & {"html", "secrets", "timeline.questions.schemas"} == set()


MODULES = 81
"""Modules of the program that a state imports; every one is read and run before anything is asked."""


def test_a_method_of_the_library_says_what_its_question_says() -> None:
    assert Timeline.state.__doc__ == State.__doc__
    with Timeline.open() as timeline:
        assert timeline.state.__doc__ == State.__doc__
    with pytest.raises(AttributeError):
        getattr(questions, "nothing")  # noqa: B009 - mypy knows that there is none
