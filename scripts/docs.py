"""What the generated parts of README and docs say; cog calls these functions (``make docs``).

Each returns Markdown. ``cog`` runs the blocks between ``[[[cog`` and ``]]]`` and writes below what
they print; ``make docs-check`` fails where something else stands there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import msgspec
from msgspec import inspect

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"


# -- transcripts -----------------------------------------------------------------------------------


class Session:
    """A folder with the fixtures and a store of its own, in which commands are shown and run.

    Keep one for the blocks of a page that build on each other; each page makes its own.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="timeline-docs-")
        self.folder = Path(self._folder.name)
        (self.folder / "fixtures").symlink_to(ROOT / "fixtures")
        self.environment = {
            **{key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ},
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "TZ": "UTC",
            "PYTHONUTF8": "1",
        }

    def console(self, *commands: str, status: int = 0, quiet: bool = False) -> str:
        """Run the commands and return a fenced block of them and of all that they print.

        ``status`` is the exit code that the last one must have, the others 0. ``quiet`` runs them
        only (to prepare a store) and returns nothing.
        """
        lines: list[str] = []
        for number, command in enumerate(commands, start=1):
            expected = status if number == len(commands) else 0
            lines += [f"$ {command}", self.run(command, expected)]
        return "" if quiet else fence("console", "\n".join(line for line in lines if line))

    def run(self, command: str, status: int = 0) -> str:
        """What one shell command prints on both outputs; RuntimeError on another exit status."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        if done.returncode != status:
            raise RuntimeError(f"{command}: exit status {done.returncode}\n{done.stdout}")
        text = "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())
        return text.replace(str(self.folder), "~/stories")

    def file(self, name: str, text: str, language: str = "yaml") -> str:
        """Write a file into the folder, and return a fenced block of it."""
        (self.folder / name).write_text(text, encoding="utf-8")
        return fence(language, text)

    def picture(self, name: str, command: str, page: str = "") -> str:
        """The command that draws a picture, and the picture, light and dark, from docs/images.

        ``page`` is the folder of the page that shows it. ``make docs-check`` (DOCS_CHECK=1) draws it too, and
        fails where another text stands in the kept one; lines and letters may be drawn otherwise elsewhere.
        """
        drawn = {}
        for theme in ("light", "dark"):
            file = f"{name}-{theme}.svg"
            self.run(f"{command} --theme {theme} -q -o {file}")
            drawn[theme] = (self.folder / file).read_text(encoding="utf-8")
            keep(IMAGES / file, drawn[theme])
        here = os.path.relpath(IMAGES, ROOT / page)
        alt = escape(texts_of(drawn["light"])[1])
        return "\n".join([
            self.console(f"{command} -o {name}.svg"),
            "",
            "<picture>",
            f'<source media="(prefers-color-scheme: dark)" srcset="{here}/{name}-dark.svg">',
            f'<img src="{here}/{name}-light.svg" alt="{alt}">',
            "</picture>",
        ])  # fmt: skip


def keep(path: Path, svg: str) -> None:
    """Write a picture, or check that the one that is kept says the same."""
    if not os.environ.get("DOCS_CHECK"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(svg, encoding="utf-8")
    elif not path.exists() or texts_of(path.read_text(encoding="utf-8")) != texts_of(svg):
        raise RuntimeError(f"{path.relative_to(ROOT)} is not what is drawn now: make docs")


def texts_of(svg: str) -> list[str]:
    """Every text of a picture, its title and its description first."""
    return [text or "" for text in map(_text_of, ElementTree.fromstring(svg).iter()) if text]


def _text_of(element: ElementTree.Element) -> str | None:
    return element.text if element.tag.endswith(("}title", "}desc", "}text")) else None


def fence(language: str, text: str) -> str:
    """A fenced code block, with a longer fence where the text holds one itself."""
    marks = "```"
    while marks in text:
        marks += "`"
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def example(path: str) -> str:
    """A file of the tree in a block."""
    return fence("text", (ROOT / path).read_text(encoding="utf-8"))


# -- the parameters of pages -----------------------------------------------------------------------


def page_parameters() -> str:
    """What every address takes, and what each parameter means: from the document that the server gives."""
    from starlette.testclient import TestClient

    from timeline import Timeline, parameters
    from timeline.web.app import make_app
    from timeline.web.settings import Settings

    with Timeline.open(":memory:") as store:
        client = TestClient(make_app(store, Settings(sql=True)), base_url="http://127.0.0.1")
        paths = client.get("/openapi.json").json()["paths"]
    shared = {
        "coordinate": [each.called for each in parameters.COORDINATE],
        "lens": [each.called for each in parameters.lens_parameters()],
    }
    rows: dict[tuple[str, ...], list[str]] = {}
    meanings: dict[str, dict[str, list[str]]] = {}
    for path, operations in paths.items():
        said = {
            each["name"]: each.get("description", each["schema"].get("description", ""))
            for each in operations["get"].get("parameters", ())
            if each["in"] == "query"
        }
        if not said:
            continue
        names = list(said)
        for group, members in shared.items():
            if {*members} <= {*names}:
                names = [f"*{group}*", *(name for name in names if name not in members)]
        taken = tuple(name if name[0] == "*" else f"`{name}`" for name in names)
        rows.setdefault(taken, []).append(f"`{path}`")
        for name, meaning in said.items():
            meanings.setdefault(name, {}).setdefault(meaning, []).append(path)
    groups = " and ".join(
        f"*{name}* is {', '.join(f'`{each}`' for each in members)}"
        for name, members in shared.items()
    )
    lines = [
        f"In this table {groups}.", "", "| addresses | parameters |", "|---|---|",
        *(f"| {', '.join(where)} | {', '.join(taken)} |" for taken, where in rows.items()),
        "", "| parameter | means |", "|---|---|",
    ]  # fmt: skip
    for name, told in sorted(meanings.items()):
        lines.append(f"| `{name}` | {' / '.join(told)} |")
    return "\n".join(lines)


# -- the command line reference --------------------------------------------------------------------


def cli_reference() -> str:
    """Every command with its help, as the program prints it at 80 columns."""
    import click

    from timeline.cli import main

    def sections(command: click.Command, parent: click.Context | None, name: str) -> Iterator[str]:
        settings: dict[str, Any] = {"terminal_width": 80, "max_content_width": 80}
        context = click.Context(command, parent, name, **settings, **command.context_settings)
        context.color = False
        path = context.command_path
        yield f"## {path}" if parent is None else f"{'#' * (2 + path.count(' '))} {path}"
        yield fence("text", command.get_help(context))
        if isinstance(command, click.Group):
            for child in command.list_commands(context):
                found = command.get_command(context, child)
                if found is not None and not found.hidden:
                    yield from sections(found, context, child)

    return "\n\n".join(sections(main, None, "timeline"))


# -- the event catalogue ---------------------------------------------------------------------------

TEXTS = {
    "check_slug": "slug",
    "check_subject": "subject",
    "check_attribute": "dotted slug words",
    "check_edtf": "EDTF",
    "check_moment": "day or instant",
    "check_country": "ISO 3166 country",
    "check_language": "language tag",
    "check_timezone": "time zone",
    "check_sha256": "SHA-256",
    "check_quote": "text of at most 1,000 characters",
    "check_binding": "`definitive`, `unspecified`",
}
"""How the catalogue calls a text that obeys a rule of timeline.model.values."""


def event_catalogue() -> str:
    """Every event type by kind of subject, with its fields, from the registry."""
    from timeline.model import kinds as registry
    from timeline.model.kinds.event import Event, RecordEvent
    from timeline.model.values import Role

    parts = [
        "## The envelope",
        "These fields may stand on every event.",
        field_table(fields_of(Event)),
    ]
    structs: dict[str, Any] = {}
    for kind in registry.KINDS.values():
        parts += [f"## {kind.name}", docstring(sys.modules[kind.base.__module__])]
        parts += ["Terms, which every event of the kind may carry:"]
        shown = fields_of(kind.base, kind.terms)
        meanings = {term: told.meaning for term, told in kind.words.items()}
        parts += [field_table(shown, needed=kind.required, meanings=meanings)]
        parts += [statuses(kind)] if kind.groups else []
        for name, event in registry.EVENT_TYPES.items():
            if registry.KIND_OF.get(name) is kind:
                parts += event_section(name, event, registry.STEPS_OF[name], kind.terms)
                collect(inspect.type_info(event), structs)
    parts += ["## The record itself", docstring(RecordEvent)]
    envelope = {field.encode_name for field in fields_of(Event)}
    for name in registry.EVENT_TYPES:
        if name in registry.RECORD_TYPES:
            event = registry.EVENT_TYPES[name]
            own = [f.encode_name for f in fields_of(event) if f.encode_name not in envelope]
            parts += event_section(name, event, own, ())
    parts += ["## Values"]
    for name, struct in sorted(structs.items()):
        parts += [f"### {name}", docstring(struct.cls), field_table(struct.fields)]
    parts += ["### role", f"What a company is in a subject: {names(get_args(Role))}."]
    return "\n\n".join(part for part in parts if part)


def event_section(
    name: str, event: type[Any], besides: Iterable[str], terms: Iterable[str]
) -> list[str]:
    """One event type: its name, what it says, and the fields that are its own or obligatory."""
    shown = [
        f for f in fields_of(event, [*besides, *terms]) if f.encode_name in besides or f.required
    ]
    mark = " †" if event.follow_up else " ‡" if event.amends else ""
    return [f"### {name}{mark}", docstring(event), field_table(shown) if shown else ""]


def fields_of(struct: type[Any], only: Iterable[str] | None = None) -> list[inspect.Field]:
    """The fields of a struct in the order of declaration, or those of the names given."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    wanted = None if only is None else set(only)
    return [field for field in info.fields if wanted is None or field.encode_name in wanted]


def statuses(kind: Any) -> str:
    """The statuses of a kind, each with its group."""
    said = (f"`{status}` ({group})" for status, group in kind.groups.items())
    final = f" Final: {names(sorted(kind.final))}." if kind.final else ""
    return f"Statuses, with the group of each: {', '.join(said)}.{final}"


def field_table(
    fields: Iterable[inspect.Field],
    needed: Iterable[str] = (),
    meanings: Mapping[str, str] | None = None,
) -> str:
    """A table of fields; obligatory ones are marked, and each says what it means where that is known."""
    must = set(needed)
    heads = ["field", "type", "required", *(["meaning"] if meanings else [])]
    rows = []
    for field in fields:
        name = field.encode_name
        cells = [
            f"`{name}`",
            type_text(field.type),
            "yes" if field.required or name in must else "",
        ]
        rows.append([*cells, *([meanings[name]] if meanings else [])])
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, ["---"] * len(heads), *rows])


def type_text(kind: inspect.Type) -> str:
    """A type as a person reads it."""
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            extra = extra or {}
            if extra.get("refers"):
                return str(extra["refers"])
            check = getattr(extra.get("check"), "__name__", "")
            return TEXTS.get(
                check, "ISO 4217 currency" if "ISO 4217" in str(kind) else type_text(inner)
            )
        case inspect.UnionType(types=types):
            return " or ".join(dict.fromkeys(type_text(t) for t in types if not unset(t)))
        case inspect.LiteralType(values=values):
            words = set(values)
            return "[role](#role)" if "acquirer" in words else names(map(str, values))
        case inspect.ListType(item_type=item):
            return f"list of {type_text(item)}"
        case inspect.DictType(key_type=key, value_type=value):
            if isinstance(value, inspect.AnyType):
                return "JSON object"
            return f"JSON object: {type_text(key)} → {type_text(value)}"
        case inspect.StructType(cls=struct):
            return f"[{struct.__name__.lower()}](#{struct.__name__.lower()})"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "integer"
        case inspect.FloatType():
            return "number"
        case inspect.DecimalType():
            return "decimal"
        case inspect.StrType():
            return "text"
        case inspect.AnyType():
            return "any JSON"
    raise TypeError(f"the catalogue has no words for {kind!r}")


def unset(kind: inspect.Type) -> bool:
    """Tell whether the type stands for an absent field, which a reader need not see."""
    return isinstance(kind, inspect.CustomType) and kind.cls is msgspec.UnsetType


def collect(kind: inspect.Type, found: dict[str, Any]) -> None:
    """Gather the value structs that a type refers to, by name."""
    for part in parts_of(kind):
        if isinstance(part, inspect.StructType) and part.tag is None:
            name = part.cls.__name__.lower()
            if name in found:
                continue
            found[name] = part
        collect(part, found)


def parts_of(kind: inspect.Type) -> list[inspect.Type]:
    """The types that a type is made of."""
    match kind:
        case inspect.StructType(fields=fields):
            return [field.type for field in fields]
        case inspect.Metadata(type=inner):
            return [inner]
        case inspect.UnionType(types=types):
            return list(types)
        case inspect.ListType(item_type=item):
            return [item]
        case inspect.DictType(key_type=key, value_type=value):
            return [key, value]
    return []


def names(values: Iterable[str]) -> str:
    """Words as code, separated by commas."""
    return ", ".join(f"`{value}`" for value in values)


def measurements() -> str:
    """The claims that ``make bench`` wrote last, without the heading."""
    results = ROOT / "benchmarks" / "RESULTS.md"
    if not results.exists():
        return "No full run is kept yet; `make bench` writes one."
    written = results.read_text(encoding="utf-8").partition("\n")[2]
    return written.partition("\nWhere it says")[0].strip()


def docstring(thing: Any) -> str:
    """A docstring as Markdown paragraphs."""
    text = re.sub(r"``(.+?)``", r"`\1`", (thing.__doc__ or "").strip())
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
