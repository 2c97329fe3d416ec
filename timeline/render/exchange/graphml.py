"""The network of one day as GraphML (http://graphml.graphdrawing.org).

All edges are undirected, for few programs read a graph with both kinds; where a tie leads from one company to
the other, the source is the one and ``directed`` is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from timeline.answers.story import NetworkAnswer
from timeline.render.exchange.ties import edges_of, kind_of_tie, labels_of, node_id
from timeline.render.exchange.xml import Element, element, lines_of

_KEYS: Final = (
    ("graph", ("on", "known", "company"), "string"),
    ("graph", ("position",), "long"),
    ("node", ("id", "name"), "string"),
    ("node", ("ties",), "long"),
    ("edge", ("subject", "title", "kind", "status", "certainty", "valid_from", "valid_to"), "string"),
    ("edge", ("disputed", "directed"), "boolean"),
)  # fmt: skip


def graphml_lines(answer: NetworkAnswer) -> Iterator[str]:
    """The document: every company a node, every tie of the day an edge with its days."""
    root = element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    for what, told, type_ in _KEYS:
        for name in told:
            key = element("key", id=f"{what}-{name}", for_=what)
            key.set("attr.name", name)
            key.set("attr.type", type_)
            root.append(key)
    graph = element("graph", id="network", edgedefault="undirected")
    root.append(graph)
    known, company = answer.known or "", answer.company or ""
    _tell(graph, "graph", on=answer.on, known=known, company=company, position=answer.position)
    names = labels_of(answer)
    for node in answer.nodes:
        made = element("node", id=node_id(node.company))
        _tell(made, "node", id=node.company, name=names[node.company], ties=node.ties)
        graph.append(made)
    graph.extend(_edges(answer))
    return lines_of(root)


def _edges(answer: NetworkAnswer) -> Iterable[Element]:
    for edge in edges_of(answer):
        tie = edge.tie
        if tie.status is None:
            continue
        span = next(s for s in tie.spans if s.valid_from <= answer.on < s.valid_to)
        made = element(
            "edge", id=f"e{edge.number}", source=node_id(edge.source), target=node_id(edge.target)
        )
        _tell(
            made, "edge", subject=tie.subject, title=edge.title,
            kind=kind_of_tie(tie.subject, edge.course.kind), status=tie.status, certainty=tie.certainty,
            disputed=tie.disputed, directed=edge.directed, valid_from=span.valid_from, valid_to=span.valid_to,
        )  # fmt: skip
        yield made


def _tell(parent: Element, what: str, **values: object) -> None:
    parent.extend(element("data", value, key=f"{what}-{name}") for name, value in values.items())
