"""The one place that turns failures into messages and exit codes (docs/formats.md#exit-codes)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

import click

from timeline.errors import (
    AnchorMismatch,
    BackupDamaged,
    BrokenPlugin,
    CannotAsk,
    CannotDraw,
    CannotServe,
    DataError,
    ExpectationFailed,
    FilesDamaged,
    FormNotBinding,
    HistoryDamaged,
    InvalidAnchor,
    InvalidDate,
    InvalidValue,
    MissingExtra,
    NotFound,
    NothingFound,
    OutOfTime,
    QueryFailed,
    QueryRefused,
    SchemaChanged,
    SchemaMismatch,
    StoreDamaged,
    StoreUnavailable,
    TimelineError,
    TooLarge,
    UnsafeReader,
    VersionConflict,
)

DATA: Final = 1
USAGE: Final = 2
CONFLICT: Final = 3
STORE: Final = 4
BUG: Final = 70
"""``EX_SOFTWARE`` of BSD's sysexits.h."""
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
"""What a shell reports of a program that died of SIGINT or SIGPIPE: 128 and the signal."""


class CannotRead(TimelineError):
    """A file that was named cannot be read."""

    code = "cannot-read"


class CannotWrite(TimelineError):
    """The output cannot be written where it should go."""

    code = "cannot-write"


EXIT_CODES: Final[dict[type[TimelineError], int]] = {
    AnchorMismatch: DATA,
    BackupDamaged: DATA,
    BrokenPlugin: USAGE,
    CannotRead: DATA,
    CannotDraw: DATA,
    CannotServe: USAGE,
    CannotAsk: USAGE,
    CannotWrite: USAGE,
    DataError: DATA,
    ExpectationFailed: DATA,
    FilesDamaged: DATA,
    FormNotBinding: DATA,
    HistoryDamaged: DATA,
    InvalidAnchor: DATA,
    InvalidDate: USAGE,
    InvalidValue: USAGE,
    MissingExtra: USAGE,
    NotFound: DATA,
    NothingFound: DATA,
    OutOfTime: STORE,
    QueryFailed: USAGE,
    QueryRefused: USAGE,
    SchemaChanged: DATA,
    SchemaMismatch: STORE,
    StoreDamaged: DATA,
    StoreUnavailable: STORE,
    TooLarge: USAGE,
    UnsafeReader: STORE,
    VersionConflict: CONFLICT,
}
"""The exit code of every failure, and of the kinds of it that are no others'."""


def exit_code(error: TimelineError) -> int:
    """The exit code of a failure; one of a kind that is not listed has problems with the data."""
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), DATA)


def run(command: Callable[[], object]) -> int:
    """Call a command and return the exit code, after saying on standard error what went wrong."""
    try:
        command()
        sys.stdout.flush()
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        if isinstance(error, click.NoSuchOption) and error.option_name == "--db":
            say("hint: the store is named before the command: timeline --db URL|PATH COMMAND")
        return error.exit_code
    except (KeyboardInterrupt, EOFError, click.Abort):
        say("interrupted: nothing was stored")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except TimelineError as error:
        return _fail(error)
    except OSError as error:
        if error.filename is None:
            _drop_output()
            return _fail(CannotWrite(f"the output cannot be written: {error.strerror}"))
        return _fail(CannotRead(f"{error.filename} cannot be read: {error.strerror}"))
    except Exception:  # noqa: BLE001 - a bug must not look like one of the user's mistakes
        _report_bug()
        return BUG
    return 0


def say(text: str) -> None:
    """Write lines to standard error; what they quote from files cannot steer the terminal."""
    from timeline.render.text import clean

    click.echo("\n".join(map(clean, text.split("\n"))), err=True)


def _fail(error: TimelineError) -> int:
    say(str(error))
    return exit_code(error)


def _drop_output() -> None:
    """Let nothing more be written to an output that is gone, not even at exit."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError):  # standard output is no file of the system
        pass


def _report_bug() -> None:
    import platform
    import traceback
    from importlib import metadata

    version = metadata.version("partnership-timeline")
    traceback.print_exc()
    say(
        f"error[bug]: timeline {version} has a bug (Python {platform.python_version()}, "
        f"{platform.system()})\n"
        "hint: run timeline verify; if it finds nothing wrong with the store, please report it, with the "
        "lines above and the command"
    )
