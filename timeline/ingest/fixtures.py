"""Fixture files: stories that people write in YAML and keep in git, and JSONL that machines write.

A YAML file is read whole, every problem reported with file, line and column. JSONL is streamed. What a
file expects of the answers is kept beside its events, for :mod:`timeline.expectations` to ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from timeline.errors import DataError, InvalidValue, Location, NotFound, Problem, TimelineError
from timeline.ingest.draft import Draft, parse_event
from timeline.ingest.jsonl import MOST_PROBLEMS
from timeline.ingest.nodes import (
    MAX_BYTES,
    Mapping,
    Node,
    Scalar,
    Sequence,
    compose_most,
    names_in,
    text_of,
    value_of,
)
from timeline.ingest.shape import Report, shape
from timeline.model.kinds import KIND_OF, RECORD_TYPES
from timeline.model.kinds.event import Event, fields_of
from timeline.model.values import check_slug, check_subject
from timeline.nearest import did_you_mean, nearest
from timeline.streams import is_stream

SUFFIXES: Final = (".yaml", ".yml", ".jsonl")
MAPPING: Final = ".mapping"
"""At the end of a stem: how to import a table that may lie beside the stories; not a story."""


PARQUET: Final = ".parquet"
LOG: Final = "event"
"""The folder, inside an export as Parquet, of the files of the log."""


class Expectation(Struct, frozen=True):
    """Given the events of the file: when this is asked, then that is the answer."""

    place: tuple[Report, Node]
    state: Any
    """For a company, statuses by subject; for a subject, fields of its item, or its status."""
    state_node: Node
    company: str | None = None
    subject: str | None = None
    on: str | None = None
    known: str | None = None
    recorded: str | int | None = None
    certainty: str | None = None
    only: bool = False


class Fixture(Struct, frozen=True):
    """One YAML file: its events in the order of the log, and what it expects."""

    path: str
    story: str | None
    """The name that the file gives its story, if it does."""
    drafts: list[Draft]
    expectations: list[Expectation]
    problems: list[Problem]
    unsound: frozenset[str] | None = frozenset()
    """Ids and subjects of events that could not be read; None where the file is read no further."""


class Found(Struct, frozen=True):
    """A file of a replay: where it is, and its name below the replayed root."""

    path: Path
    name: str


def find_files(paths: Iterable[str | Path]) -> list[Found]:
    """The files that a replay reads: folders recursively, in path order without the suffix.

    Without the suffix, so that ``story.yaml`` comes before ``story-later.yaml``. Mappings of tables
    (``deals.mapping.yaml``) are left out. Of a folder that ``timeline export --format parquet`` wrote, the
    files of its log, in the order of their positions.
    """
    found: list[Found] = []
    for given in paths:
        path = Path(given)
        if log := exported_log(path):
            found += [Found(p, p.relative_to(path).as_posix()) for p in log]
        elif path.is_dir():
            inside = [p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file()]
            inside = [p for p in inside if not p.stem.endswith(MAPPING)]
            _check_inside(path, inside)
            inside.sort(key=lambda p: (p.relative_to(path).with_suffix("").parts, p.suffix))
            found += [Found(p, p.relative_to(path).as_posix()) for p in inside]
            if not inside:
                raise NotFound("fixture", f"{path}/*")
        elif is_yaml(path) and is_stream(path):
            message = f"{path} is a pipe or a device, and a story is read more than once"
            raise InvalidValue(message, "write it into a file")
        elif path.exists():
            found.append(Found(path, path.name))
        else:
            near = [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else []
            raise NotFound("file", str(path), nearest(path.name, near))
    return found


def _check_inside(folder: Path, files: list[Path]) -> None:
    """Raise DataError for files of a folder that are links to what is outside of it."""
    root = folder.resolve()
    problems = [
        Problem(
            "link-outside",
            "the file is a link that leads out of the folder",
            Location(str(file)),
            "name the file that it leads to besides the folder, or copy it",
        )
        for file in files
        if not file.resolve().is_relative_to(root)
    ]
    if problems:
        raise DataError(problems)


def exported_log(folder: Path) -> list[Path]:
    """The files of the log in an export as Parquet, in order; none of any other folder."""
    return sorted((folder / LOG).glob(f"*{PARQUET}"))


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet by its name."""
    return path.suffix == PARQUET


def is_yaml(path: Path) -> bool:
    """Whether a file is YAML by its name."""
    return path.suffix in (".yaml", ".yml")


# --- YAML -------------------------------------------------------------------------------------


def load_fixture(file: Found) -> Fixture:
    """Read one YAML file; every problem is in the fixture, none raises but I/O."""
    name = str(file.path)
    try:
        with file.path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        found = compose_most(data, name)
    except DataError as error:
        return Fixture(name, None, [], [], error.problems, None)
    reader = _Reader(name, data.decode("utf-8-sig", "replace"))
    reader.report.problems += found.problems
    reader.unsound |= found.lost
    return reader.read(found.root)


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.story: str | None = None
        self.report = Report(path, text)
        self.drafts: list[Draft] = []
        self.expectations: list[Expectation] = []
        self.only_source: str | None = None
        self.unsound: set[str] = set()
        """Names that stand in what could not be read."""
        self.said: list[tuple[str, Node, Mapping]] = []
        """What stands under ``says`` of the sources: the source, what it says, and its defaults."""

    def read(self, root: Node | None) -> Fixture:
        sections = {
            "story": self._story,
            "sources": self._sources,
            "companies": self._companies,
            "events": self._events,
            "expect": self._expect,
        }
        if isinstance(root, Mapping):
            given = self._named_sections(root, sections)
            for name, read in sections.items():
                if name == "events":
                    self._says()
                node = given.get(name)
                if node is not None and not (isinstance(node, Scalar) and node.value is None):
                    read(node)
        elif root is not None:
            message = "a fixture is a mapping with sources, companies, events and expect"
            self.report.add("wrong-type", message, root)
            self._lose(root)
        # what is wrong with a default is found again with every event that inherits it
        problems = sorted(dict.fromkeys(self.report.problems), key=_line_of)
        unsound = frozenset(self.unsound) if len(problems) < MOST_PROBLEMS else None
        return Fixture(self.path, self.story, self.drafts, self.expectations, problems, unsound)

    def _named_sections(self, root: Mapping, names: Iterable[str]) -> dict[str, Node]:
        """The sections by name; one that is misspelled is read as the one that is meant, and reported."""
        found: dict[str, Node] = {}
        for name, (key, value) in root.pairs.items():
            if name in names:
                found[name] = value
                continue
            near = nearest(name, names)
            self.report.add(
                "unknown-field",
                f'a fixture has no section "{name}"',
                key,
                did_you_mean(name, names),
            )
            meant = near[0] if near else ""
            fits = isinstance(value, Mapping if meant in ("sources", "companies") else Sequence)
            if fits and meant not in (*root.pairs, *found):
                found[meant] = value
            else:
                self._lose(value)
        return found

    def _lose(self, node: Node) -> None:
        """Keep in mind what stands in a node that is not read."""
        self.unsound |= names_in(text_of(node))

    def _story(self, node: Node) -> None:
        if isinstance(node, Scalar):
            try:
                check_slug(node.text)
                self.story = node.text
            except TimelineError as error:
                self.report.add_error(error, node)
        else:
            self.report.add("wrong-type", '"story" is a name', node)

    def _sources(self, node: Node) -> None:
        if isinstance(node, Mapping) and len(node.pairs) == 1:
            self.only_source = next(iter(node.pairs))
        self._registrations(node, "source", "sources")

    def _companies(self, node: Node) -> None:
        self._registrations(node, "company", "companies")

    def _registrations(self, node: Node, kind: str, section: str) -> None:
        if not isinstance(node, Mapping):
            self.report.add("wrong-type", f'"{section}" maps a slug to its fields', node)
            self._lose(node)
            return
        for slug, (key, fields) in node.pairs.items():
            if not isinstance(fields, Mapping):
                self.report.add("wrong-type", f'"{slug}" is a mapping of fields', fields)
                self.unsound.add(f"{kind}:{slug}")
                continue
            try:
                check_slug(slug)
            except TimelineError as error:
                self.report.add_error(error, key)
                self.unsound.add(f"{kind}:{slug}")
                continue
            if kind == "source":
                fields = self._without_news(slug, fields)
            given = {"type": f"{kind}_registered", "subject": f"{kind}:{slug}"}
            self._event(fields, key, given)

    # --- what a source says under its own name ---------------------------------------------

    def _without_news(self, slug: str, fields: Mapping) -> Mapping:
        """The registration of a source without what it says, which is kept for later."""
        defaults = self._defaults(fields)
        said = fields.get("says")
        if said is not None:
            self.said.append((slug, said, defaults))
        rest = {k: pair for k, pair in fields.pairs.items() if k not in ("says", "defaults")}
        return Mapping(fields.line, fields.column, rest, fields.flow)

    def _defaults(self, fields: Mapping) -> Mapping:
        """What the events of a source, or of a group of them, inherit."""
        defaults = fields.get("defaults")
        if defaults is not None and not isinstance(defaults, Mapping):
            message = '"defaults" is a mapping of fields'
            self.report.add("wrong-type", message, defaults, "defaults: {occurred: 2025-01-10}")
        if not isinstance(defaults, Mapping):
            return Mapping(fields.line, fields.column)
        for name, (key, value) in defaults.pairs.items():
            if name not in DEFAULTS:
                hint = did_you_mean(name, DEFAULTS) or f"one of {', '.join(DEFAULTS)}"
                message = f'"{name}" has no default for what a source says'
                self.report.add("unknown-field", message, key, hint)
            else:
                shape(value, fields_of(Event)[name].type, self.report, name)
        return defaults

    def _says(self) -> None:
        for slug, said, defaults in self.said:
            self._group(slug, said, defaults)

    def _group(self, slug: str, said: Node, defaults: Mapping) -> None:
        """Events of a source that have some defaults in common; a group may hold groups."""
        if not isinstance(said, Sequence):
            hint = "says: [{type: deal_signed, …}], or a line beginning with - for each"
            self.report.add("wrong-type", '"says" is a list of events', said, hint)
            self._lose(said)
            return
        for item in said.items:
            if len(self.report.problems) >= MOST_PROBLEMS:
                return
            if isinstance(item, Mapping) and (inner := item.get("says")) is not None:
                for name in item.pairs.keys() - {"says", "defaults"}:
                    message = f'"{name}" is no part of a group of events'
                    hint = "a group has defaults, and says, the list of its events"
                    self.report.add("unknown-field", message, item.pairs[name][0], hint)
                own = self._defaults(item)
                both = {**defaults.pairs, **own.pairs}
                self._group(slug, inner, Mapping(own.line, own.column, both))
                continue
            if isinstance(item, Mapping):
                item = self._inheriting(item, slug, defaults)
            self._event(item, item, {})

    def _inheriting(self, item: Mapping, slug: str, defaults: Mapping) -> Mapping:
        """An event with its source, and with the defaults that it does not say itself."""
        pairs = dict(item.pairs)
        source = item.get("source")
        if source is None:
            scalar = Scalar(item.line, item.column, slug, plain=False)
            pairs["source"] = scalar, scalar
        elif slug not in _texts(source):
            message = f'the event stands under "{slug}", and names another source'
            hint = (
                f'leave "source" out, or move the event below "events"; [{slug}, …] names several'
            )
            self.report.add("wrong-type", message, source, hint)
        named = item.get("type")
        type_ = named.text if isinstance(named, Scalar) else ""
        for name, pair in defaults.pairs.items():
            if name in pairs or name not in DEFAULTS:
                continue
            # a subject is inherited by the events that can have it: not by the facts beside a deal,
            # nor by a correction, whose subject is its target's
            kind = KIND_OF.get(type_)
            if name == "subject" and not (kind and _names_kind(pair[1], kind.name)):
                continue
            pairs[name] = pair
        return Mapping(item.line, item.column, pairs, item.flow)

    def _events(self, node: Node) -> None:
        if not isinstance(node, Sequence):
            self.report.add("wrong-type", '"events" is a list', node)
            self._lose(node)
            return
        for item in node.items:
            given = {}
            if self.only_source is not None and isinstance(item, Mapping):
                type_ = item.get("type")
                about_record = isinstance(type_, Scalar) and type_.text in RECORD_TYPES
                if "source" not in item.pairs and not about_record:
                    given = {"source": self.only_source}
            self._event(item, item, given)
            if len(self.report.problems) >= MOST_PROBLEMS:
                break

    def _event(self, node: Node, at: Node, given: dict[str, str]) -> None:
        if isinstance(node, Mapping) and given:
            pairs = dict(node.pairs)
            for name, text in given.items():
                if name in pairs:
                    message = f'"{name}" follows from the section it stands in'
                    self.report.add("unknown-field", message, pairs[name][0], "remove it")
                scalar = Scalar(at.line, at.column, text, plain=False)
                pairs[name] = (scalar, scalar)
            node = Mapping(at.line, at.column, pairs, node.flow)
        draft = parse_event(node, self.report)
        if draft is not None:
            self.drafts.append(draft)
        elif isinstance(node, Mapping):
            named = (node.get(name) for name in ("id", "subject"))
            self.unsound |= {each.text for each in named if isinstance(each, Scalar)}
        else:
            self._lose(node)

    # --- what it expects -------------------------------------------------------------------

    def _expect(self, node: Node) -> None:
        if not isinstance(node, Sequence):
            self.report.add("wrong-type", '"expect" is a list', node)
            return
        for item in node.items:
            if isinstance(item, Mapping):
                self._expectation(item)
            else:
                self.report.add("wrong-type", "an expectation is a mapping", item)

    def _expectation(self, node: Mapping) -> None:
        before = len(self.report.problems)
        for name, (key, _) in node.pairs.items():
            if name not in _EXPECTATION_FIELDS:
                hint = did_you_mean(name, _EXPECTATION_FIELDS)
                message = f'an expectation has no field "{name}"'
                self.report.add("unknown-field", message, key, hint)
        whose = [name for name in ("company", "subject") if name in node.pairs]
        if len(whose) != 1:
            message = 'an expectation is about a "company" or about a "subject"'
            self.report.add("missing-field", message, node)
        state = node.get("state")
        if state is None:
            self.report.add("missing-field", 'an expectation needs "state"', node)
        texts: dict[str, Any] = {}
        for name in ("company", "subject", "on", "known", "certainty"):
            value = node.get(name)
            if isinstance(value, Scalar):
                texts[name] = value.text
            elif value is not None:
                self.report.add("wrong-type", f'"{name}" is text', value)
        recorded = node.get("recorded")
        if isinstance(recorded, Scalar):
            plain = recorded.value
            texts["recorded"] = plain if isinstance(plain, int) else recorded.text
        only = node.get("only")
        if only is not None:
            texts["only"] = value_of(only)
        self._check_texts(node, texts, state)
        if len(self.report.problems) == before and state is not None:
            self.expectations.append(
                Expectation((self.report, node), value_of_text(state), state, **texts)
            )

    def _check_texts(self, node: Mapping, texts: dict[str, Any], state: Node | None) -> None:
        try:
            if "subject" in texts:
                check_subject(texts["subject"])
        except TimelineError as error:
            self.report.add_error(error, node.get("subject"))
        if texts.get("certainty", "definite") not in ("definite", "possible", "contested"):
            message = '"certainty" is definite or possible'
            self.report.add("invalid-value", message, node.get("certainty"))
        if not isinstance(texts.get("only", False), bool):
            self.report.add("wrong-type", '"only" is true or false', node.get("only"))
        if "company" in texts and state is not None and not isinstance(state, Mapping):
            message = "the state of a company maps subjects to what they should be"
            self.report.add("wrong-type", message, state, "state: {deal:acme-globex: announced}")


def _line_of(problem: Problem) -> int:
    return problem.location.line if problem.location else 0


DEFAULTS: Final = ("occurred", "attribution", "speaker", "fact_level", "subject")
"""What the events under a source may inherit from its ``defaults``."""


def _texts(node: Node) -> list[str]:
    items = node.items if isinstance(node, Sequence) else [node]
    return [item.text for item in items if isinstance(item, Scalar)]


def _names_kind(node: Node, kind: str) -> bool:
    return isinstance(node, Scalar) and node.text.startswith(f"{kind}:")


_EXPECTATION_FIELDS: Final = (
    "company", "subject", "on", "known", "recorded", "certainty", "state", "only",
)  # fmt: skip


def value_of_text(node: Node) -> Any:
    """The value of a node with numbers as they are written: they are compared by value."""
    if isinstance(node, Mapping):
        return {name: value_of_text(value) for name, (_, value) in node.pairs.items()}
    if isinstance(node, Sequence):
        return [value_of_text(item) for item in node.items]
    assert isinstance(node, Scalar)
    value = node.value
    return node.text if isinstance(value, int | float) and not isinstance(value, bool) else value
