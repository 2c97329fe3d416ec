"""Commands made of questions: what a question takes as options, and its answer in every format."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

import click

from timeline import parameters
from timeline.cli.completers import COMPLETERS
from timeline.cli.options import (
    ROWS,
    Decorator,
    asked_with,
    examples,
    together,
    tone,
    written,
    zoned,
)
from timeline.cli.output import write_document, write_rows, writing
from timeline.cli.session import Session
from timeline.errors import CannotAsk
from timeline.questions.question import Look, Onward, Question

if TYPE_CHECKING:
    from timeline.app import Timeline

Asked = TypeVar("Asked", bound=Question[Any])

_DATED = {each.name for each in (parameters.ON, parameters.KNOWN, parameters.START)}


def options_of(
    question: type[Question[Any]], *, argument: bool = True, without: Container[str] = ()
) -> Decorator:
    """The argument of a question, unless the command has its own, and the options of all else it takes."""
    field = question.about.argument
    named = [each for each in question.takes() if each.name != field and each.name not in without]
    declared = asked_with(*named, needed=question.needs())
    if field is None or not argument:
        return declared
    (parameter,) = (each for each in question.takes() if each.name == field)
    complete = COMPLETERS[parameter.completes] if parameter.completes else None
    whose = click.argument(
        field,
        required=field in question.needs(),
        metavar=parameter.metavar,
        shell_complete=complete,
    )
    return together(whose, declared)


def made(question: type[Asked], values: Mapping[str, Any], **fields: Any) -> Asked:
    """The question with the values of its options; ``fields`` are set as they are.

    Raises UsageError for options that cannot be given together.
    """
    try:
        return question.of(values, **fields)
    except CannotAsk as error:
        raise click.UsageError(f"--{error.message}: {error.hint}") from None


def command_of(
    question: type[Question[Any]],
    *,
    name: str | None = None,
    text: str | None = None,
    shown: Sequence[str] | None = None,
    **fields: Any,
) -> click.Command:
    """The command that asks a question and writes its answer.

    ``name``, ``text`` of the help and ``shown`` examples are those of the question unless given;
    ``fields`` of the question are set by the command.
    """
    dated = any(each.name in _DATED for each in question.takes())

    @click.command(
        name or question.about.name,
        help=text or question.__doc__,
        epilog=examples(*(question.about.examples if shown is None else shown)),
    )
    @options_of(question, without=fields)
    @written(*ROWS, *question.about.formats)
    @(together(zoned, tone) if dated else tone)
    @click.pass_obj
    def command(session: Session, /, **values: Any) -> None:
        asked = made(question, values, **fields)
        with session.open() as timeline, timeline.reading():
            write_answer(session, timeline, asked)

    return command


def write_answer(
    session: Session, timeline: Timeline, question: Question[Any], *, paged: bool = False
) -> None:
    """Ask, and write the answer in the format that was asked for; ``paged`` on a terminal, page by page."""
    answer, onward = timeline.reader.page(question)
    say_more(session, onward)
    look = Look(session.width or 80, session.colored, session.verbose)
    words = question.words(timeline.reader, answer, look, session.format)
    for note in words.notes:
        session.note(note)
    if words.lines is not None:
        if paged and session.to_terminal:
            click.echo_via_pager((f"{line}\n" for line in words.lines), color=session.colored)
            return
        with writing(session) as stream:
            stream.writelines(f"{line}\n" for line in words.lines)
        return
    if words.empty:
        session.note(words.empty)
    if session.format == "md":
        _write_markdown(session, timeline, question, answer)
        return
    if session.format == "json" and get_origin(question.answered()) is None:
        write_document(session, answer)
    else:
        rows = question.rows(answer) if words.rows is None else words.rows
        write_rows(session, rows, columns=question.columns(answer), shown=question.shown(answer))


def say_more(session: Session, onward: Onward) -> None:
    """Say how the next page is asked for, where there is one."""
    for name, value in (onward or {}).items():
        session.note(f"there are more: --{name} {value}")


def _write_markdown(
    session: Session, timeline: Timeline, question: Question[Any], answer: Any
) -> None:
    """Write the answer as people read it: its coordinate, and a table in words."""
    from timeline.render.markdown import answer_lines

    rows = list(question.told(timeline.reader, answer))
    columns = question.shown(answer) or question.columns(answer)
    with writing(session) as stream:
        stream.writelines(answer_lines(answer, rows, columns))
