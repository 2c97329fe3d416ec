"""The catalogues of languages: bring them up to date with what the program says.

``python scripts/catalogues.py`` updates every file of ``timeline/locales``: new sentences come in empty,
those that nobody says any more go. ``python scripts/catalogues.py fr`` begins one for French.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract
from msgspec import inspect

from timeline import parameters, questions
from timeline.model import dates
from timeline.model.kinds import EVENT_TYPES, KINDS
from timeline.model.kinds.event import ENVELOPE
from timeline.render import (
    doubts,
    fields,
    headlines,
    page,
    question,
    spoken,
    status,
    summary,
    terms,
    titles,
    why,
)
from timeline.render.kinds import kinds_of
from timeline.render.plot import network, then
from timeline.web import facets, html

ROOT: Final = Path(__file__).parent.parent
PROGRAM: Final = ROOT / "timeline"
LOCALES: Final = PROGRAM / "locales"

Message = tuple[str | None, str | tuple[str, str]]
"""What translators are asked: the context, and the sentence, or its singular and plural."""

_SAYS: Final = {
    "tr": (None, 0),
    "phrase": (None, 0),
    "_between": (None, 0),
    "tr_as": (0, 1),
    "tr_count": (None, 0),
}
"""By the function that says something: where its context is, and where its sentence."""

_UNITS: Final = ("shares", "vehicles", "employees", "units", "people", "countries", "customers")
"""What sources count most often."""

_COLUMNS: Final = (
    "subject", "difference", "then", "now", "reported", "days", "status", "certainty", "what", "since",
    "details", "beware", "company", "name", "country", "kind", "items", "change", "of", "told by", "source",
    "known", "event", "counterparties", "occurred", "type", "position", "note", "valid from", "valid to",
    "known from", "known to", "one", "other", "before", "after", "day", "count", "entries", "events",
    "because", "became", "first", "last", "publisher", "sources", "deals", "rumours", "problem", "detail",
    "value", "currency",
)  # fmt: skip
"""The columns of tables that are shown to people."""


@cache
def messages() -> dict[Message, set[str]]:
    """Everything that people are told, each with the files that say it."""
    found: dict[Message, set[str]] = {}
    for file in sorted(PROGRAM.rglob("*.py")):
        for message in _of_python(ast.parse(file.read_text(encoding="utf-8"))):
            found.setdefault(message, set()).add(file.relative_to(ROOT).as_posix())
    for file in sorted(PROGRAM.rglob("*.html")):
        for message in _of_template(file):
            found.setdefault(message, set()).add(file.relative_to(ROOT).as_posix())
    for context, words in declared():
        for word in words:
            if word:
                found.setdefault((context, word), set()).add("scripts/catalogues.py")
    # gettext keeps a sentence with a plural under its singular
    plural = {said[0] for _, said in found if isinstance(said, tuple)}
    return {
        message: files
        for message, files in found.items()
        if message[0] is not None or message[1] not in plural
    }


def _of_python(tree: ast.AST) -> Iterator[Message]:
    """What a module says, in its words or by names for them in the same function."""
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.Module):
            continue
        named: dict[str, list[str]] = {}
        for node in _inside(scope):
            for name, value in _assigned(node):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    named.setdefault(name, []).append(value.value)
        for node in _inside(scope):
            if isinstance(node, ast.Call):
                yield from _of_call(node, named)


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function or a module, without the functions in it."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, ast.FunctionDef):
            yield from _inside(node)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for each, part in zip(target.elts, value.elts, strict=True):
                if isinstance(each, ast.Name):
                    yield each.id, part


def _of_call(call: ast.Call, named: dict[str, list[str]]) -> Iterator[Message]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name not in _SAYS:
        return
    of_context, place = _SAYS[name]
    texts = [_texts(each, named) for each in call.args]
    contexts: list[str | None] = [None] if of_context is None else [*texts[of_context]]
    if name == "tr_count":
        for pair in zip(texts[0], texts[1], strict=True):
            yield None, pair
        return
    for context in contexts:
        for text in texts[place] if len(texts) > place else ():
            if text:
                yield context, text


def _texts(node: ast.expr, named: dict[str, list[str]]) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body, named), *_texts(node.orelse, named)]
    return named.get(node.id, []) if isinstance(node, ast.Name) else []


def _of_template(file: Path) -> Iterator[Message]:
    with file.open("rb") as stream:
        for _, function, said, _ in babel_extract(stream, [*_SAYS], [], {"trimmed": "true"}):
            texts = said if isinstance(said, tuple) else (said,)
            words = [each for each in texts if isinstance(each, str)]
            if function == "tr_count":
                yield None, (words[0], words[1])
            elif function == "tr_as" and len(words) == 2:
                yield words[0], words[1]
            elif function == "tr":
                yield None, words[0]


# --- what follows from declarations ---------------------------------------------------------------


def declared() -> Iterator[tuple[str | None, Iterable[Any]]]:
    """What is said by the vocabulary and by other declarations, with its context."""
    kinds = {name: kind for name, kind in KINDS.items() if kind.groups}
    nouns = {(k, i): kinds[k].noun(i) for k in kinds for i in kinds_of(k) if k != "relationship"}
    of_deals = [noun for (kind, _), noun in nouns.items() if kind in ("deal", "rumour")]
    counted = {*nouns.values(), *kinds, "fact"}
    phrases = [each for pair in kinds["relationship"].phrases.values() for each in pair]
    ties = [pair[0] for pair in kinds["relationship"].phrases.values()]

    yield "status", (status.WORDS.get(s, s.replace("_", " ")) for s in status.STATUSES)
    yield (
        "status",
        ("rumoured", "not known by then", "corrected", "disputed", *why.REASONS, "erased"),
    )
    yield "group", (*status.GROUP_WORDS.values(), "contested")
    yield "certainty", ("definite", "possible", "contested")
    yield "legend", status.GROUPS
    yield "event", (each.replace("_", " ") for each in EVENT_TYPES)
    yield "event", fields.RECORDS.values()
    yield "happened", map(_happened, EVENT_TYPES)
    yield (
        "noun",
        (*counted, *summary.COUNTED.values(), *(k.replace("_", " ") for k in kinds_of("deal"))),
    )
    yield "tie", (_lowered(each.removesuffix(" {}")) for each in ties)
    yield "title", (*phrases, "Related to {}", *titles.SIDES.values(), *titles.RUMOURED.values())
    yield "object", (titles.with_article(n, i) for (k, i), n in nouns.items() if k == "right")
    yield "object", (titles.with_article(summary.COUNTED.get(n, n), None) for n in of_deals)
    yield "headline", (*headlines.RIGHTS.values(), *network.NATURES.values())
    yield "headline", (headlines.tie_sentence(p, ended=e) for p in ties for e in (False, True))
    yield "heading", page.HEADINGS.values()
    yield (
        "label",
        (*terms.LABELS, *(word.label for k in KINDS.values() for word in k.words.values())),
    )
    yield "label", (name.replace("_", " ") for name in _besides())
    yield "term", (w.form for kind in kinds.values() for w in kind.words.values() if w.form != "{}")
    yield "paid", terms.PAID_IN.values()
    yield "form", (*terms.FORMS.values(), "unspecified")
    yield "step", (*terms.TOWARDS.values(), *(each.step for each in EVENT_TYPES.values()))
    yield "value", sorted({each.replace("_", " ") for each in _literals()})
    yield "value", ("approved plan", "oldest", "newest", "id", "identifier", "alias", "former name")
    yield (
        "role",
        sorted({role for kind in ("deal", "proceeding") for role in _roles(kind)} | {"giver"}),
    )
    yield "unit", _UNITS
    yield "lens", (text for each in parameters.LENS for text in (each.words, each.label, each.any))
    yield "lens", (c.replace("_", " ") for each in parameters.LENS for c in each.choices)
    yield "lens", parameters.SEVERAL.values()
    yield "nav", (text for _, text in (*html.PAGES, *html.MORE))
    yield "column", (*html.COLUMN_WORDS.values(), *_COLUMNS)
    yield "question", (*question.WHETHER.values(), *_titles())
    yield "subject of a question", (f"the {noun}" for noun in of_deals)
    yield "change", ("appeared", "vanished", "changed", "company", *then.DIFFERENCES)
    yield "reason", why.REASONS.values()
    yield "remark", (*spoken.REMARKS.values(), "lapsed", "ended", "expired", "was {status}")
    yield "problem", spoken.PROBLEMS.values()
    yield "subject", kinds
    yield "field", (label for label, _ in facets.FACETS.values())
    yield "order", facets.SORTS.values()
    yield "since", _SINCE
    yield None, (*doubts.OVERDUE.values(), *question.TOGETHER.values(), "day", "month")
    yield None, (*dates.UNITS_IN_WORDS, *dates.QUALIFIERS_IN_WORDS)
    yield None, (_pair(summary.counted_noun(noun)) for noun in counted)
    yield None, map(_pair, (*summary.RUMOURED.values(), "{count} {noun} rumour"))
    yield None, ((t, t) for asked in question.ASKED.values() for _, t, _ in asked)


_SINCE: Final = (
    "by {date}", "{date} or later", "between {first} and {last}", "some day between {first} and {last}",
    "some month between {first} and {last}", "some day in {date}", "some month in {date}",
)  # fmt: skip
"""Days that may have another form behind "since"."""


def _pair(one: str) -> tuple[str, str]:
    return one, summary.plural_of(one)


def _lowered(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


def _happened(event_type: str) -> str:
    kind = next((k for k in KINDS.values() if issubclass(EVENT_TYPES[event_type], k.base)), None)
    said = event_type.replace("_", " ")
    return said.removeprefix(f"{kind.name} ") if kind else said


def _besides() -> set[str]:
    """The fields of events that are neither of the envelope nor terms."""
    known = {term for kind in KINDS.values() for term in kind.words}
    own = {name for event in EVENT_TYPES.values() for name in event.__struct_encode_fields__}
    return own - known - ENVELOPE


def _titles() -> Iterator[str]:
    yield from (each.about.title for each in questions.questions().values() if each.about.address)


def _literals() -> Iterator[str]:
    """Every word that a field of an event may have, but for what has nouns and roles of its own."""
    for event in EVENT_TYPES.values():
        described = inspect.type_info(event)
        assert isinstance(described, inspect.StructType)
        kind = next((k.name for k in KINDS.values() if issubclass(event, k.base)), "")
        for field in described.fields:
            named = field.name == "kind" and kind not in ("company", "source")
            if not named and field.name not in ("parties", "form"):
                yield from _words_of(field.type)


def _roles(kind: str) -> Iterator[str]:
    described = inspect.type_info(KINDS[kind].base)
    assert isinstance(described, inspect.StructType)
    for field in described.fields:
        if field.name == "parties":
            yield from _words_of(field.type)


def _words_of(type_: Any) -> Iterator[str]:
    if isinstance(type_, inspect.LiteralType):
        yield from (each for each in type_.values if isinstance(each, str))
    elif isinstance(type_, inspect.UnionType):
        for each in type_.types:
            yield from _words_of(each)
    elif isinstance(type_, inspect.Metadata):
        yield from _words_of(type_.type)
    elif isinstance(type_, inspect.ListType):
        yield from _words_of(type_.item_type)
    elif isinstance(type_, inspect.DictType):
        yield from _words_of(type_.value_type)


_DATED: Final = (
    rb'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Generated-By)'
    rb".*\n"
)
"""The lines of a head that change with the day and the person."""


# --- files ----------------------------------------------------------------------------------------


def updated(tag: str, text: bytes | None) -> bytes:
    """The catalogue of a language with all sentences that there are, and no others."""
    before = Catalog(locale=tag.replace("-", "_"))
    if text is not None:
        before = read_po(BytesIO(text), locale=tag.replace("-", "_"))
    made = Catalog(
        locale=tag.replace("-", "_"), project="partnership-timeline", version="1", charset="utf-8",
        header_comment=f"# partnership-timeline: {before.locale.english_name if before.locale else tag}",
        creation_date=datetime(2026, 1, 1, tzinfo=UTC), revision_date=datetime(2026, 1, 1, tzinfo=UTC),
        fuzzy=False,
    )  # fmt: skip
    found = messages()
    for (context, said), files in sorted(
        found.items(), key=lambda e: (min(e[1]), str(e[0][0]), str(e[0][1]))
    ):
        known = before.get(said, context)
        plain = said if isinstance(said, str) else said[0]
        made.add(
            said,
            known.string
            if known is not None and bool(known.pluralizable) == isinstance(said, tuple)
            else None,
            locations=[(name, 0) for name in sorted(files)],
            flags=["python-brace-format"] if "{" in plain else [],
            context=context,
        )
    out = BytesIO()
    write_po(out, made, width=110, include_lineno=False, ignore_obsolete=True)
    return re.sub(_DATED, b"", out.getvalue())


def main(tags: list[str]) -> None:
    """Update the catalogues of some languages, or of all."""
    LOCALES.mkdir(exist_ok=True)
    for file in [LOCALES / f"{tag}.po" for tag in tags] or sorted(LOCALES.glob("*.po")):
        file.write_bytes(updated(file.stem, file.read_bytes() if file.exists() else None))
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main(sys.argv[1:])
