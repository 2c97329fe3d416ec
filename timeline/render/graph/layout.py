"""Where companies stand: a layout of the network over all days, so that nothing moves from day to day.

The forces of Fruchterman and Reingold, as networkx computes them, with a fixed seed: the same network
is the same picture. Parts that nothing ties together are laid out each on their own and packed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from timeline.answers.story import NetworkAnswer
from timeline.extras import needs

SEED: Final = 20251121

Place = tuple[float, float]


def places_of(answer: NetworkAnswer, companies: Iterable[str]) -> dict[str, Place]:
    """Where some companies of a network stand, both coordinates from 0 to 1. Raises MissingExtra."""
    with needs("graph"):
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(companies)
        placed = set(graph)
        pairs = dict.fromkeys((tie.one, tie.other) for tie in answer.ties)
        graph.add_edges_from((a, b) for a, b in pairs if a in placed and b in placed)
        parts = sorted(
            (sorted(part) for part in networkx.connected_components(graph)),
            key=lambda part: (-len(part), part),
        )
        laid = [_laid(networkx, graph, part, answer.company) for part in parts]
    return _packed(laid)


def _laid(networkx: Any, graph: Any, part: list[str], center: str | None) -> dict[str, Place]:
    """One connected part, around the company asked about where it has it."""
    if len(part) == 1:
        return {part[0]: (0.5, 0.5)}
    fixed = [center] if center in part else None
    start = networkx.circular_layout(part) if fixed is None else None
    if fixed:
        others = [each for each in part if each != center]
        start = {**networkx.circular_layout(others), center: (0.0, 0.0)}
    places = networkx.spring_layout(
        graph.subgraph(part), pos=start, fixed=fixed, seed=SEED, iterations=200,
        k=1.6 / len(part) ** 0.5,
    )  # fmt: skip
    return _scaled({name: (float(x), float(y)) for name, (x, y) in places.items()})


def _scaled(places: Mapping[str, Place]) -> dict[str, Place]:
    xs, ys = [x for x, _ in places.values()], [y for _, y in places.values()]
    wide, high = max(max(xs) - min(xs), 1e-9), max(max(ys) - min(ys), 1e-9)
    return {
        name: (
            (x - min(xs)) / wide if wide > 1e-6 else 0.5,
            (y - min(ys)) / high if high > 1e-6 else 0.5,
        )
        for name, (x, y) in places.items()
    }


def _packed(laid: Iterable[Mapping[str, Place]]) -> dict[str, Place]:
    """The parts side by side in strips, each as large as what it holds."""
    parts = list(laid)
    sizes = [len(part) ** 0.5 + 0.6 for part in parts]
    room = max(sum(size * size for size in sizes) ** 0.5 * 1.4, max(sizes, default=1))
    found: dict[str, tuple[float, float]] = {}
    x = y = row = 0.0
    for part, size in zip(parts, sizes, strict=True):
        if x and x + size > room:
            x, y, row = 0.0, y + row, 0.0
        inner = size * 0.72
        for name, (across, down) in part.items():
            found[name] = (x + size * 0.14 + across * inner, y + size * 0.14 + down * inner)
        x, row = x + size, max(row, size)
    return _scaled(found) if found else {}


def communities_of(answer: NetworkAnswer, companies: Iterable[str]) -> list[list[str]]:
    """Companies by whom they deal with most, the largest community first. Raises MissingExtra.

    Louvain's method over the ties of all days, with a fixed seed; within one, who has most ties comes first.
    """
    shown = sorted(companies)
    with needs("graph"):
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(shown)
        for tie in answer.ties:
            if tie.one in graph and tie.other in graph:
                before = graph.get_edge_data(tie.one, tie.other, {"weight": 0})["weight"]
                graph.add_edge(tie.one, tie.other, weight=before + 1)
        found = networkx.community.louvain_communities(graph, seed=SEED)
        degree = dict(graph.degree())
    groups = [sorted(group, key=lambda each: (-degree[each], each)) for group in found]
    return sorted(groups, key=lambda group: (-len(group), group))
