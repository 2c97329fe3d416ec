"""The pages as Jinja2 templates, with the words that the terminal uses.

Everything that a template shows is escaped by itself; what could turn the direction of reading, or is no
character of a text, is written out first, as in a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import groupby
from typing import Any, Final
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from timeline.answers.model import Cause, Change, CompanyItem, DiffAnswer, Side
from timeline.errors import MissingExtra
from timeline.language import LANGUAGES, language, named_in, tr, tr_as, tr_count, written
from timeline.model.dates import OPEN_END
from timeline.model.kinds import EVENT_TYPES
from timeline.model.values import ALWAYS, UNDISCLOSED
from timeline.parameters import LENS, MOST_ROWS
from timeline.render import (
    diff,
    doubts,
    fields,
    headlines,
    lists,
    question,
    state,
    status,
    summary,
    terms,
    titles,
    why,
    words,
)
from timeline.render.compare import compared_words
from timeline.render.coordinate import (
    coordinate_options,
    coordinate_words,
    instant_words,
    moment_words,
)
from timeline.render.kinds import kinds_of
from timeline.render.page import HEADINGS, heading_words, kind_of
from timeline.render.picture import Picture
from timeline.render.plot.reports import activity_scene
from timeline.render.text import clean, join
from timeline.web import citing
from timeline.web.addresses import Here, address, kept_language, report_path, web_address
from timeline.web.facets import SORTS
from timeline.web.settings import FOR_PEOPLE

PAGES: Final = (
    ("/companies", "Companies"),
    ("/news", "News"),
    ("/deals", "Deals"),
    ("/rumours", "Rumours"),
    ("/tracker", "Tracker"),
    ("/network", "Network"),
)
"""What stands in the navigation."""

MORE: Final = (
    *((f"/{heading}", heading.capitalize()) for heading in HEADINGS.values()
      if heading not in ("deals", "rumours")),
    ("/log?order=newest", "Log"),
    ("/reports", "Reports"),
    ("/sources", "Sources"),
    ("/docs", "API"),
)  # fmt: skip
"""And what stands behind it."""

COLUMN_WORDS: Final = {
    "one": "company",
    "other": "and",
    "valid_from": "from",
    "valid_to": "until",
    "known_from": "known from",
    "known_to": "known until",
}
"""The heads of columns that are not called like their fields."""

WIDTHS: Final = {"for-desk": 1200, "for-phone": 358}
"""The pictures of a page, in pixels: for a desk, and for a phone."""

COMPARED: Final = 20
"""Items of one side that the page of two companies shows."""

STEPS: Final = 12
"""Steps of an item that a page shows; its own page shows all."""

_MARKED: Final = re.compile(
    rf"(?<![\w:/-])(?P<subject>(?:{'|'.join(HEADINGS)}):[a-z0-9]+[a-z0-9./@-]*[a-z0-9])"
    r"|(?P<day>(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-]))"
    r"|[\w.@-]{25,}",
    re.ASCII,
)
"""Subjects, days, and what is too long for a narrow screen."""

_IS_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII).fullmatch


@cache
def environment() -> Environment:
    """The templates of this package, and the words that they may use."""
    made = Environment(
        loader=PackageLoader("timeline.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_finalize,
    )
    made.filters |= {
        "bibtex": bibtex,
        "breakable": breakable,
        "capital": capital,
        "causes": causes,
        "changes_by_subject": changes_by_subject,
        "code": lambda text: Markup("<code>{}</code>").format(breakable(text)),
        "column": column_words,
        "at": at,
        "date": words.date,
        "day": lambda text: Markup('<span class="day">{}</span>').format(text),
        "label": terms.label_words,
        "moment": moment_words,
        "number": written,
        "option": option_words,
        "value": value_words,
        "instant": instant,
        "prose": prose,
        "end": end,
        "marked": marked,
        "plain": lambda path: path.removesuffix(".html"),
        "published": why.published_words,
        "schema_words": schema_words,
        "web_address": web_address,
        "words": status.status_words,
        "kind_words": fields.kind_words,
    }
    made.tests["day"] = _IS_DAY
    made.globals |= {
        "FOR_PEOPLE": FOR_PEOPLE,
        "EVENT_TYPES": sorted(EVENT_TYPES),
        "LANGUAGES": LANGUAGES,
        "language": language,
        "named_in": named_in,
        "kept_language": kept_language,
        "keeping": kept_field,
        "link": link_to,
        "anchor": lambda target, text: Markup('<a href="{}">{}</a>').format(target, text),
        "tr": _marked_up(tr),
        "tr_as": _marked_up(tr_as),
        "tr_count": _marked_up(tr_count),
        "counted_subjects": counted_subjects,
        "column_words": span_words,
        "certainty_words": status.certainty_words,
        "heading_words": heading_words,
        "COORDINATED": {
            "/companies",
            "/network",
            *(f"/{heading}" for heading in HEADINGS.values()),
        },
        "HEADINGS": HEADINGS,
        "MORE": MORE,
        "LENS": LENS,
        "MOST_ROWS": MOST_ROWS,
        "ALWAYS": ALWAYS,
        "PAGES": PAGES,
        "SORTS": SORTS,
        "STEPS": STEPS,
        "belief_words": question.belief_words,
        "cite_text": citing.cite_text,
        "frame": citing.frame,
        "cause_words": diff.cause_words,
        "causing": diff.causing,
        "chain_style": why.chain_style,
        "change_rows": diff.change_rows,
        "clock_rows": why.clock_rows,
        "coordinate_options": coordinate_options,
        "coordinate_words": coordinate_words,
        "COMPARED": COMPARED,
        "compared_words": compared_words,
        "company_rows": diff.company_rows,
        "diff_sides": diff.sides,
        "diff_counts": diff.counts_words,
        "diff_headline": diff.headline,
        "field_rows": fields.field_rows,
        "activity": activity,
        "drawn": drawn,
        "news_headline": headlines.headline,
        "group_of": status.group_of,
        "headline": why.headline,
        "levels_in": why.levels_in,
        "kind_of": kind_of,
        "kinds_of": kinds_of,
        "link_rows": why.link_rows,
        "name_of": words.name_of,
        "nothing_words": state.nothing_words,
        "parted": why.parted,
        "report_path": report_path,
        "sections": sections,
        "shown_status": why.shown_status,
        "reports_words": summary.reports_words,
        "standing": why.standing,
        "standing_words": doubts.standing_words,
        "status_words": status.status_words,
        "statuses_of": status.statuses_of,
        "level_words": terms.level_words,
        "step_words": terms.step_words,
        "sum_lines": lists.sum_lines,
        "no_items_words": lists.no_items_words,
        "summary": summary.summary,
        "term_rows": terms.term_rows,
        "title": titles.title,
        "type_words": fields.type_words,
        "warning_rows": doubts.warning_rows,
    }
    return made


def render(template: str, context: Mapping[str, Any]) -> bytes:
    """A page as UTF-8."""
    return environment().get_template(template).render(context).encode()


def _finalize(value: Any) -> Any:
    """What an expression of a template gives: None shows nothing, text is made harmless to read."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value)
    return "" if value is None else value


# --- words ----------------------------------------------------------------------------------------


def instant(text: str | None) -> str:
    """An instant in words; identity is known always."""
    if text is None:
        return ""
    return tr("always") if text == ALWAYS else instant_words(text)


def end(text: str | None) -> str:
    """A day or an instant that bounds a span; an open one says so."""
    if text is None:
        return ""
    if text.startswith((OPEN_END, "0001-01-01")):
        return tr_as("end", "open") if text.startswith(OPEN_END) else tr("always")
    return instant_words(text) if len(text) > len(OPEN_END) else text


def capital(text: str) -> str:
    """The text with a capital at its beginning; the rest as it is."""
    return text[:1].upper() + text[1:]


def _marked_up(say: Callable[..., str]) -> Callable[..., str]:
    """A function of :mod:`timeline.language` for templates: parts may be elements of the page."""

    def said(*text: Any, **parts: Any) -> str:
        if not any(isinstance(each, Markup) for each in parts.values()):
            return say(*text, **parts)
        safe = {
            name: escape(clean(each) if isinstance(each, str) else str(each))
            for name, each in parts.items()
            if not isinstance(each, Markup)
        }
        holes = {name: f"\0{name}\0" for name, each in parts.items() if isinstance(each, Markup)}
        made = str(escape(say(*text, **{name: f"\0{name}\0" for name in parts})))
        for name in parts:
            made = made.replace(f"\0{name}\0", str(parts[name] if name in holes else safe[name]))
        return Markup(made)  # noqa: S704 - every part is escaped, or an element already

    return said


def option_words(option: str, name: str) -> str:
    """A choice of a field of a form."""
    context = {"type": "event", "certainty": "certainty", "status": "status"}.get(name, "value")
    return tr_as(context, status.WORDS.get(option, option.replace("_", " ")))


def value_words(text: str | None) -> str:
    """A word of the vocabulary that is the value of a field."""
    return tr_as("value", text.replace("_", " ")) if text else ""


def span_words(name: str) -> str:
    """The head of a column of the data of a picture."""
    return tr_as("column", COLUMN_WORDS.get(name, name))


def column_words(name: str) -> str:
    """The head of a column of a table."""
    return tr_as("column", status.WORDS.get(name, name.replace("_", " ")))


def counted_subjects(kind: str, number: int) -> str:
    """How many there are of a kind of subject."""
    match kind:
        case "company":
            return tr_count("{count} company", "{count} companies", number)
        case "deal":
            return tr_count("{count} deal", "{count} deals", number)
        case "rumour":
            return tr_count("{count} rumour", "{count} rumours", number)
    return tr_count("{count} source", "{count} sources", number)


def link_to(path: str, **parameters: Any) -> str:
    """An address that is no page at a coordinate: with the language that was asked for."""
    path, _, query = path.partition("?")
    return address(path, {**dict(parse_qsl(query)), **parameters})


def kept_field() -> Markup:
    """The field by which a form keeps the language that was asked for."""
    lang = kept_language()
    return Markup('<input type="hidden" name="lang" value="{}">').format(lang) if lang else Markup()


def breakable(text: str) -> Markup:
    """An id or an address that may be broken where a word of it ends."""
    parts = re.split(r"(?<=[-:/.@_])", clean(text))
    return Markup("<wbr>").join(map(escape, parts))


def bibtex(title: str, coordinate: str, position: int, address: str) -> Markup:
    """An answer as an entry of BibTeX, with its lines."""
    lines = citing.bibtex(title, coordinate, position, address).split("\n")
    return Markup("\n").join(clean(line) for line in lines)


def prose(text: str, here: Here | None = None) -> Markup:
    """A text in which days stay on one line, and subjects lead to their pages."""
    said, end = Markup(), 0
    text = clean(text)
    for found in _MARKED.finditer(text):
        part = found[0]
        said += escape(text[end : found.start()])
        if found["subject"] and here:
            said += Markup('<a href="{}">{}</a>').format(here.subject(part), breakable(part))
        elif found["day"]:
            said += Markup('<span class="day">{}</span>').format(part)
        else:
            said += breakable(part)
        end = found.end()
    return said + escape(text[end:])


def marked(text: str) -> Markup:
    """A text of our own, in which what stands between backticks is code."""
    said = Markup()
    for place, part in enumerate(re.split("`+", text)):
        said += Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
    return said


def schema_words(schema: Mapping[str, Any]) -> str:
    """What a parameter may be, by its JSON Schema."""
    if "anyOf" in schema:
        return join(
            (schema_words(each) for each in schema["anyOf"] if each.get("type") != "null"), "or"
        )
    if "enum" in schema:
        return join(map(str, schema["enum"]), "or")
    if schema.get("type") == "array":
        return tr("{what}; may be repeated", what=schema_words(schema["items"]))
    said = str(schema.get("const", schema.get("type", "any")))
    if "minimum" in schema and "maximum" in schema:
        said += f", {schema['minimum']}–{schema['maximum']}"
    if schema.get("default"):
        return tr("{what}, {default} unless given", what=said, default=schema["default"])
    return said


def linked(here: Here) -> Callable[[str], str | None]:
    """The addresses of companies and subjects at the coordinate of a page."""

    def link(target: str) -> str | None:
        kind, _, slug = target.partition(":")
        if kind == "company":
            return None if slug == UNDISCLOSED else here.company(slug)
        return here.subject(target)

    return link


def drawn(
    picture: Picture, here: Here, desk: int = WIDTHS["for-desk"], phone: bool = True
) -> Markup:
    """A picture for a wide screen and one for a phone, in which everything leads to its page."""
    widths = {**WIDTHS, "for-desk": desk} if phone else {"for-desk": desk}
    try:
        made = [(name, picture.inline(width, linked(here))) for name, width in widths.items()]
    except MissingExtra as error:
        return Markup('<p class="quiet">{}: {}</p>').format(error.message, error.hint)
    return Markup("").join(
        Markup('<div class="{}">{}</div>').format(name, Markup(svg))  # noqa: S704 - escaped by itself
        for name, svg in made
    )


def activity(
    months: Mapping[str, int], leads: Callable[[str], str], on: str | None = None
) -> Markup:
    """A bar a month, each of which leads to an address that is made of the month."""
    made = {
        name: activity_scene(
            months, "page", width, lambda target: leads(target.partition(":")[2]), on=on
        ).svg()
        for name, width in WIDTHS.items()
    }
    return Markup("").join(
        Markup('<div class="{} activity">{}</div>').format(name, Markup(svg))  # noqa: S704 - escaped by itself
        for name, svg in made.items()
    )


# --- arrangements ---------------------------------------------------------------------------------


def sections(items: Iterable[CompanyItem]) -> list[tuple[str, list[CompanyItem]]]:
    """Items that stand in the order of their kinds, kind by kind."""
    return [
        (kind, list(group)) for kind, group in groupby(items, lambda item: kind_of(item.subject))
    ]


def changes_by_subject(answer: DiffAnswer) -> dict[str, list[Change]]:
    """The changes of each subject."""
    return {s: list(found) for s, found in groupby(answer.changes, key=lambda c: c.subject)}


def causes(answer: DiffAnswer) -> dict[str, Cause]:
    """The events that made a difference, by their ids."""
    return {cause.event: cause for cause in answer.evidence}


def at(side: Side, path: str) -> str:
    """A page at one side of a difference."""
    return address(path, {"on": side.on, "known": side.known, "recorded": side.recorded})
