"""What other programs are told of a tie, whatever their file looks like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from timeline.answers.story import Course, NetworkAnswer, Tie, company_of
from timeline.model.kinds import KINDS
from timeline.model.values import Subject
from timeline.render.plot.lines import direction, node_names
from timeline.render.plot.said import item_title


class Edge(NamedTuple):
    """A tie with its ends in the order in which it leads, under a number of its own."""

    number: int
    source: str
    target: str
    directed: bool
    """Whether it leads from the one to the other: it owns, supplies, buys."""
    title: str
    tie: Tie
    course: Course


def edges_of(answer: NetworkAnswer) -> Iterator[Edge]:
    """Every tie of a network, those of other days too."""
    courses = {course.subject: course for course in answer.courses}
    titles = {subject: item_title(c, None, answer.names) for subject, c in courses.items()}
    for number, tie in enumerate(answer.ties):
        course = courses[tie.subject]
        ends = direction(course, tie.one, tie.other)
        source, target = ends or (tie.one, tie.other)
        yield Edge(number, source, target, ends is not None, titles[tie.subject], tie, course)


def labels_of(answer: NetworkAnswer) -> dict[str, str]:
    """What each node is called."""
    return node_names(answer)


def node_id(node: str) -> str:
    """The name of a node in a file: ids of XML (NMTOKEN) have no at sign."""
    return node.replace("@", ".")


def kind_of_tie(subject: str, kind: str | None) -> str:
    """Of what kind a tie is: that of its subject, and its own."""
    name = Subject.of(subject).kind
    return f"{name}: {KINDS[name].noun(kind)}" if kind else name


def is_company(node: str) -> bool:
    """Whether a node is a company that somebody named."""
    return company_of(node) == node and ":" not in node
