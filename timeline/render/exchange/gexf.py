"""The network over all days as GEXF 1.3 (https://gexf.net), with spells, for the timeline of Gephi.

A spell has both its days in it, so what holds until before a day ends on the day before; what still holds
has no end. A tie that leads nowhere, such as a partnership, is mutual: programs that know no graph with both
kinds of edges read the file too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from timeline.answers.story import NetworkAnswer, Span
from timeline.model.dates import OPEN_END, OPEN_START
from timeline.model.values import Day
from timeline.render.coordinate import coordinate_words
from timeline.render.exchange.ties import edges_of, kind_of_tie, labels_of
from timeline.render.exchange.xml import Element, element, lines_of

_OF_NODES: Final = (("company", "string"),)
_OF_EDGES: Final = (("subject", "string"), ("kind", "string"))
_OVER_TIME: Final = (("status", "string"), ("certainty", "string"), ("disputed", "boolean"))


def gexf_lines(answer: NetworkAnswer) -> Iterator[str]:
    """The document: companies from their first tie to their last, ties with a spell for each status."""
    root = element("gexf", xmlns="http://gexf.net/1.3", version="1.3")
    meta = element("meta")
    meta.append(element("creator", "partnership-timeline"))
    meta.append(element("description", f"Who is tied to whom, {coordinate_words(answer)}"))
    graph = element(
        "graph", mode="dynamic", defaultedgetype="directed", timeformat="date",
        timerepresentation="interval",
    )  # fmt: skip
    root.extend([meta, graph])
    graph.append(_attributes("node", "static", _OF_NODES))
    graph.append(_attributes("edge", "static", _OF_EDGES))
    graph.append(_attributes("edge", "dynamic", _OVER_TIME))
    nodes, edges = element("nodes"), element("edges")
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    for edge in edges_of(answer):
        tie = edge.tie
        spans[tie.one] += tie.spans
        spans[tie.other] += tie.spans
        made = element(
            "edge", id=edge.number, source=edge.source, target=edge.target, label=edge.title,
            type=None if edge.directed else "mutual",
        )  # fmt: skip
        told = [("subject", tie.subject), ("kind", kind_of_tie(tie.subject, edge.course.kind))]
        values = element("attvalues")
        values.extend(element("attvalue", for_=f"edge-{name}", value=value) for name, value in told)
        for span in tie.spans:
            for name, _ in _OVER_TIME:
                days = _days(span.valid_from, span.valid_to)
                values.append(
                    element("attvalue", for_=f"edge-{name}", value=getattr(span, name), **days)
                )
        made.append(values)
        made.append(_spells(tie.spans))
        edges.append(made)
    names = labels_of(answer)
    for node in answer.nodes:
        made = element("node", id=node.company, label=names[node.company])
        values = element("attvalues")
        values.append(element("attvalue", for_="node-company", value=node.company))
        made.append(values)
        if spans[node.company]:
            made.append(_spells(spans[node.company]))
        nodes.append(made)
    graph.extend([nodes, edges])
    return lines_of(root)


def _attributes(of: str, mode: str, names: Iterable[tuple[str, str]]) -> Element:
    found = element("attributes", class_=of, mode=mode)
    found.extend(element("attribute", id=f"{of}-{name}", title=name, type=t) for name, t in names)
    return found


def _spells(spans: Iterable[Span]) -> Element:
    """The days on which any of some spans holds, joined where they meet."""
    found = element("spells")
    joined: list[tuple[Day, Day]] = []
    for first, last in sorted((span.valid_from, span.valid_to) for span in spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    found.extend(element("spell", **_days(*each)) for each in joined)
    return found


def _days(first: Day, last: Day) -> dict[str, str | None]:
    """The first and the last day of a span; None where it has no such end."""
    before = None if last == OPEN_END else date.fromisoformat(last) - timedelta(days=1)
    return {
        "start": None if first == OPEN_START else first,
        "end": None if before is None else before.isoformat(),
    }
