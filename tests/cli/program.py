"""The program in this process, at a fixed time, in the folder that is current."""

from __future__ import annotations

import re
import shlex
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from timeline.cli import main
from timeline.cli.session import Session
from timeline.store.engine import display_name, store_url

# what a new version of SQLite, or of the schema, changes
_BYTES = re.compile(r"(?<=bytes[ ,])( *)\d+")


def noon() -> datetime:
    """When everything is recorded, so that hashes stay what they are."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    """Run ``timeline`` with these arguments; its exit code and both outputs."""
    return CliRunner().invoke(main, list(arguments), obj=Session(clock=noon), input=stdin)


@contextmanager
def ended_late(process: subprocess.Popen[Any], seconds: float = 120.0) -> Iterator[None]:
    """Kill a process that goes on for longer than the block may take, so that nobody waits for its words."""
    clock = threading.Timer(seconds, process.kill)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


def told(command: str, servers: Mapping[str, str] | None = None) -> str:
    """A command as a person types it, and all that it says: ``!`` before what is no data.

    ``servers`` are the URLs of the databases that stand in for stores with the name of a file.
    """
    program, *arguments = shlex.split(command)
    servers = servers or {}
    arguments = [servers.get(argument, argument) for argument in arguments]
    if program == "cmp":
        one, other = (Path(name).read_bytes() for name in arguments)
        said, code = "", int(one != other)
    else:
        stdin = None
        for argument in arguments:
            if argument.startswith("<"):
                stdin = Path(argument[1:]).read_bytes()
        done = run(*(each for each in arguments if not each.startswith("<")), stdin=stdin)
        complaints = "".join(f"! {line}\n" for line in done.stderr.splitlines())
        said, code = done.stdout + complaints, done.exit_code
    for name, url in servers.items():
        said = said.replace(display_name(store_url(url)), name)
    said = _BYTES.sub(r"\1…", said)
    return f"$ {command}\n{said}" + (f"exit code {code}\n" if code else "")
