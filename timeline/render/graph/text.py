"""The network of one day in the languages of other programs: Graphviz DOT, Mermaid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from timeline.answers.story import NetworkAnswer, Tie
from timeline.render.coordinate import coordinate_words
from timeline.render.plot.colours import colours_of
from timeline.render.plot.lines import node_names
from timeline.render.plot.said import item_title
from timeline.render.status import Group, group_of, status_words
from timeline.render.text import dot_text, mermaid_text

_STYLES: Final[dict[Group, str]] = {
    "rumoured": "dotted",
    "announced": "dashed",
    "active": "solid",
    "disputed": "bold",
    "denied": "dotted",
    "ended": "dotted",
}
_ARROWS: Final[dict[Group, str]] = {
    "rumoured": "-.-",
    "announced": "---",
    "active": "===",
    "disputed": "===",
    "denied": "-.-",
    "ended": "-.-",
}


def dot_lines(answer: NetworkAnswer) -> Iterator[str]:
    """The network in the language of Graphviz (https://graphviz.org/doc/info/lang.html)."""
    colours = colours_of("light")
    yield "graph network {"
    yield f"  label={dot_text(coordinate_words(answer))};"
    yield '  node [shape=box, style=rounded, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=10];'
    numbers, names = _numbers(answer), node_names(answer)
    for node in answer.nodes:
        yield f"  {numbers[node.company]} [label={dot_text([names[node.company], node.company])}];"
    for tie, label in _ties(answer):
        group = group_of(tie.status or "", disputed=tie.disputed)
        ends = f"{numbers[tie.one]} -- {numbers[tie.other]}"
        style = f'color="{colours.groups[group]}", style={_STYLES[group]}'
        yield f"  {ends} [label={dot_text(label)}, {style}];"
    yield "}"


def mermaid_lines(answer: NetworkAnswer) -> Iterator[str]:
    """The network as a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html)."""
    yield "flowchart LR"
    numbers, names = _numbers(answer), node_names(answer)
    for node in answer.nodes:
        yield f"  {numbers[node.company]}[{mermaid_text([names[node.company], node.company])}]"
    for tie, label in _ties(answer):
        arrow = _ARROWS[group_of(tie.status or "", disputed=tie.disputed)]
        yield f"  {numbers[tie.one]} {arrow}|{mermaid_text(label)}| {numbers[tie.other]}"


def _numbers(answer: NetworkAnswer) -> dict[str, str]:
    return {node.company: f"n{number}" for number, node in enumerate(answer.nodes)}


def _titles(answer: NetworkAnswer) -> dict[str, str]:
    return {c.subject: item_title(c, None, answer.names) for c in answer.courses}


def _ties(answer: NetworkAnswer) -> Iterator[tuple[Tie, list[str]]]:
    """The ties of the day, each with what is told of it."""
    titles = _titles(answer)
    for tie in answer.ties:
        if tie.status is not None:
            sure = "" if tie.certainty == "definite" else ", possibly"
            disputed = ", disputed" if tie.disputed else ""
            yield tie, [titles[tie.subject], status_words(tie.status) + disputed + sure]
