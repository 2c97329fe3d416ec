"""Reports: queries in files, with a title, a description and parameters in the comments at their top.

::

    -- title: Portfolio of a company
    -- description: Every item of a company on a day.
    -- param company (company): the company, by any of its names
    -- param since (day) = on - 6 days: the first day
    SELECT …

Instead of a query a file may name what computes it: ``-- computed: attention``.

A parameter without a default must be given. ``(company)`` takes any name of a company, ``(day)`` a day as
people write it; its default may count from the day of the report. ``:on`` and ``:known`` need no line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.answers.coordinate import parse_day, today
from timeline.answers.view import find_company
from timeline.errors import InvalidValue, NotFound
from timeline.nearest import nearest
from timeline.plugins import Plugs
from timeline.store.companies import read_stored_identity
from timeline.store.sql import parameters

COMPUTED: Final = ("attention",)
"""What a file can name after ``computed``: questions that no query can answer."""

SHIPPED: Final = Path(__file__).resolve().parent.parent / "reports"

_LINE: Final = re.compile(r"--[ \t]*(title|description|computed)[ \t]*:[ \t]*(.+)")
_PARAM: Final = re.compile(
    r"--[ \t]*param[ \t]+(?P<name>[a-z_]\w*)(?:[ \t]*\((?P<kind>company|day|text)\))?"
    r"(?:[ \t]*=[ \t]*(?P<default>[^:]+?))?[ \t]*:[ \t]*(?P<meaning>.+)"
)
_FROM_DAY: Final = re.compile(r"on ([+-]) (\d{1,5}) days")


class Parameter(Struct, frozen=True):
    """What a report can be asked with: its name, kind (text, company or day), default and meaning."""

    name: str
    kind: str
    default: str | None
    meaning: str


class Report(Struct, frozen=True):
    """A query with a name: what it answers, with which parameters, and its text."""

    name: str
    title: str
    description: str
    params: list[Parameter]
    sql: str
    path: str
    computed: str | None = None
    """The question of the program that answers it, where no query can: ``attention``."""

    @property
    def is_shipped(self) -> bool:
        """Whether the program brought it, so that nobody else wrote its query."""
        return Path(self.path).parent == SHIPPED

    @property
    def is_dated(self) -> bool:
        """Whether what it finds depends on a day, or on what was known."""
        counted = any(_FROM_DAY.fullmatch(each.default or "") for each in self.params)
        named = {"on", "known"} & set(parameters(self.sql))
        return bool(self.computed or counted or named)

    @property
    def row(self) -> ReportRow:
        """What others may know of it."""
        return ReportRow(
            name=self.name, title=self.title, description=self.description, params=self.params,
            sql=self.sql,
        )  # fmt: skip


class ReportRow(Struct, frozen=True, kw_only=True):
    """What others may know of a report: not where its file lies."""

    name: str
    title: str
    description: str
    params: list[Parameter]
    sql: str


def read_reports(folders: Iterable[str | Path] = ()) -> dict[str, Report]:
    """Every report by name: those that are shipped, those of plug-ins, and those of the folders, which win.

    Raises InvalidValue for a folder that is none, and for a file without a title.
    """
    found: dict[str, Report] = dict(PLUGGED.usable())
    for folder in (SHIPPED, *reversed([Path(folder) for folder in folders])):
        if not folder.is_dir():
            raise InvalidValue(f"{folder} is no folder with reports", "name a folder of .sql files")
        for file in sorted(folder.glob("*.sql")):
            found[file.stem] = _read(file)
    return dict(sorted(found.items()))


def find_report(name: str, folders: Iterable[str | Path] = ()) -> Report:
    """The report of that name; raises NotFound with the nearest ones, BrokenPlugin."""
    reports = read_reports(folders)
    if name not in reports and name in PLUGGED:
        return PLUGGED.find(name)
    if name not in reports:
        raise NotFound("report", name, nearest(name, reports, limit=3), reports)
    return reports[name]


def _read(file: Path) -> Report:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidValue(f"{file} is no text in UTF-8", "save it as UTF-8") from error
    said: dict[str, str] = {}
    params = []
    for line in _head(text):
        if match := _LINE.fullmatch(line):
            said[match[1]] = match[2].strip()
        elif match := _PARAM.fullmatch(line):
            name, kind, default, meaning = match.group("name", "kind", "default", "meaning")
            params.append(Parameter(name, kind or "text", default, meaning.strip()))
        elif re.match(r"--[ \t]*param\b", line):
            raise InvalidValue(
                f'{file}: "{line}" is no parameter', "write: -- param NAME = DEFAULT: what it is"
            )
    if "title" not in said:
        raise InvalidValue(f"{file} has no title", "begin the file with: -- title: …")
    if said.get("computed") not in (None, *COMPUTED):
        raise InvalidValue(
            f'{file}: the program computes no "{said["computed"]}"', f"one of {', '.join(COMPUTED)}"
        )
    return Report(
        file.stem, said["title"], said.get("description", ""), params, text, path=str(file),
        computed=said.get("computed"),
    )  # fmt: skip


PLUGGED: Final = Plugs(
    "report", lambda plug: _read(plug.file(".sql")), lambda: {f.stem for f in SHIPPED.glob("*.sql")}
)
"""The reports of plug-ins."""


def _head(text: str) -> Iterator[str]:
    """The comments at the top."""
    for line in text.splitlines():
        if not line.startswith("--"):
            return
        yield line.rstrip()


def arguments(
    connection: Connection,
    report: Report,
    given: Mapping[str, Any],
    *,
    on: str | date | None,
    timezone: str,
) -> dict[str, Any]:
    """The value of every parameter of a report, as its query takes them.

    Raises InvalidValue for a parameter that is missing or that the report does not have.
    """
    names = [parameter.name for parameter in report.params]
    for name in given:
        if name not in names:
            hint = f"it has {', '.join(names)}" if names else "it has none"
            raise InvalidValue(f'the report {report.name} has no parameter "{name}"', hint)
    day = today(timezone) if on is None else parse_day(on, timezone)
    found = {}
    for parameter in report.params:
        value = given.get(parameter.name, parameter.default)
        if value is None:
            raise InvalidValue(
                f"the report {report.name} needs {parameter.name}: {parameter.meaning}",
                f"add --param {parameter.name}=VALUE",
            )
        if parameter.kind == "company":
            value = find_company(connection, str(value), read_stored_identity(connection))
        elif parameter.kind == "day":
            value = _day(value, day, timezone)
        found[parameter.name] = value
    return found


def _day(value: Any, on: str, timezone: str) -> str:
    match = _FROM_DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return parse_day(value, timezone)
    days = int(match[2]) if match[1] == "+" else -int(match[2])
    ordinal = date.fromisoformat(on).toordinal() + days
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal())).isoformat()
