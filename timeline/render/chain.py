"""The chain behind a state as a drawing: Graphviz DOT and Mermaid, as text.

Events are boxes, in order from top to bottom; what is said about an event points at it, dashed; what does
not count stands apart, dashed and grey. Whatever sources say is escaped: it cannot end a label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from timeline.answers.story import Link, WhyAnswer
from timeline.model.kinds import RECORD_TYPES
from timeline.model.values import ALWAYS
from timeline.render.coordinate import instant_words
from timeline.render.fields import type_words
from timeline.render.status import status_words
from timeline.render.text import dot_text, join, mermaid_text
from timeline.render.titles import title
from timeline.render.why import headline, is_part, shown_status, standing
from timeline.render.words import Names

_GREY: Final = "#767676"  # 4.5:1 on white


def dot_lines(answers: Sequence[WhyAnswer], names: Names) -> Iterator[str]:
    """The chains in the language of Graphviz (https://graphviz.org/doc/info/lang.html)."""
    yield "digraph why {"
    yield "  rankdir=TB;"
    yield '  node [shape=box, style=rounded, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif"];'
    for number, answer in enumerate(answers):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={dot_text(_title(answer, names))};"
        drawing = _Drawing(answer, f"c{number}e")
        for node, link in drawing.nodes:
            faded = f', style="rounded,dashed", color="{_GREY}", fontcolor="{_GREY}"'
            style = "" if drawing.counts(link) else faded
            yield f"    {node} [label={dot_text(_label(answer, link))}{style}];"
        for first, last in drawing.steps:
            yield f"    {first} -> {last};"
        for first, last, what in drawing.remarks:
            yield f"    {first} -> {last} [style=dashed, constraint=false, label={dot_text(what)}];"
        yield "  }"
    yield "}"


def mermaid_lines(answers: Sequence[WhyAnswer], names: Names) -> Iterator[str]:
    """The chains as a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html)."""
    yield "flowchart TB"
    yield f"  classDef apart stroke:{_GREY},color:{_GREY},stroke-dasharray:4"
    for number, answer in enumerate(answers):
        yield f"  subgraph c{number}[{mermaid_text(_title(answer, names))}]"
        drawing = _Drawing(answer, f"c{number}e")
        for node, link in drawing.nodes:
            apart = "" if drawing.counts(link) else ":::apart"
            yield f"    {node}[{mermaid_text(_label(answer, link))}]{apart}"
        for first, last in drawing.steps:
            yield f"    {first} --> {last}"
        for first, last, what in drawing.remarks:
            yield f"    {first} -. {mermaid_text(what)} .-> {last}"
        yield "  end"


class _Drawing:
    """Which boxes there are, and what joins them."""

    def __init__(self, answer: WhyAnswer, prefix: str) -> None:
        self.nodes = [(f"{prefix}{n}", link) for n, link in enumerate(answer.chain)]
        self._happened = {
            link.event
            for link in answer.chain
            if link.counts == "counts" and link.type not in RECORD_TYPES
        }
        node_of = {link.event: node for node, link in self.nodes}
        chain = [node for node, link in self.nodes if link.event in self._happened]
        self.steps = list(pairwise(chain))
        self.remarks = [
            (node, node_of[link.target], type_words(link.type))
            for node, link in self.nodes
            if link.target is not None and link.target in node_of
        ]

    def counts(self, link: Link) -> bool:
        return link.counts == "counts" and is_part(link, self._happened)


def _title(answer: WhyAnswer, names: Names) -> list[str]:
    what = [title(answer.item, None, names)] if answer.item else []
    return [*what, answer.subject, standing(answer)]


def _label(answer: WhyAnswer, link: Link) -> list[str]:
    publishers = dict.fromkeys(each.publisher or each.source for each in link.cited)
    known = "" if link.known == ALWAYS else f"known {instant_words(link.known)}"
    status = status_words(shown_status(answer, link))
    if link.counts == "counts" and link.target is None:
        marks = ["contradicts the record"] * link.irregular + ["uncertain"] * link.uncertain
        status = f"→ {', '.join([status, *marks])}"
    return [line for line in (headline(link), join(publishers), known, status, link.event) if line]
