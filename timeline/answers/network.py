"""Who is tied to whom: the subjects that join two companies, over all days.

As known at one instant, or each day as it was known by its own evening: what a reader of that day saw.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from msgspec.structs import replace

from timeline.answers.course import Told, course_of, read_told, spans_of, titles_of
from timeline.answers.story import (
    TYING,
    Course,
    NetworkAnswer,
    Node,
    Span,
    Tie,
    company_of,
    is_subject,
    node_of,
)
from timeline.answers.view import View, names_at
from timeline.errors import InvalidValue
from timeline.model.bitemporal import Content, SubjectRow
from timeline.model.values import END_OF_TIME, UNDISCLOSED, Day, Subject, day_of, within
from timeline.store.bulk import rare_collections
from timeline.store.lookups import subjects_naming, subjects_of_kind

MOST_PAIRED: Final = 4
"""Parties that are joined each with each; more of them are joined to a node of their subject."""


@rare_collections()
def network(
    view: View,
    company: str | None = None,
    depth: int | None = None,
    *,
    then: bool = False,
    timezone: str = "UTC",
) -> NetworkAnswer:
    """The ties of every company, or of those at most ``depth`` ties (default: 1) from one of them.

    Two companies are neighbours when any subject ever joins them, at the view's known instant. With ``then``
    each day is told as it was known by its end in a time zone, and who was joined on any such day is a
    neighbour. Raises NotFound for an unknown company, InvalidValue for a depth below 1 or without a company.
    """
    if depth is not None and (depth < 1 or company is None):
        wrong = "a depth counts from a company" if company is None else f"a depth of {depth}"
        raise InvalidValue(wrong, "name a company, and give 1 or more")
    distances: dict[str, int] | None = None
    joining = _Joining(view, timezone if then else None)
    if company is None:
        found = dict(joining.found(joining.every_subject()))
    else:
        company, depth = view.company(company), depth or 1
        distances, found = _around(joining, company, depth)
    ties = [
        tie
        for _, joined in found.values()
        for tie in joined
        if distances is None or {tie.one, tie.other} <= distances.keys()
    ]
    ties.sort(key=lambda tie: (tie.one, tie.other, tie.subject))
    courses = [found[subject][0] for subject in sorted({tie.subject for tie in ties})]
    companies = {end for tie in ties for end in (tie.one, tie.other)} | set(distances or ())
    names = names_at(view, sorted({company_of(each) for each in companies if not is_subject(each)}))
    held = Counter(end for tie in ties if tie.status for end in (tie.one, tie.other))
    return NetworkAnswer(
        company=company,
        depth=depth,
        **view.heading,
        then=then,
        names=names,
        sources=titles_of(view, (m for course in courses for m in course.marks)),
        nodes=[
            Node(
                company=each,
                name=_name(each, names),
                distance=None if distances is None else distances[each],
                ties=held[each],
            )
            for each in sorted(companies)
        ],
        ties=ties,
        courses=courses,
    )


def on_day(answer: NetworkAnswer) -> NetworkAnswer:
    """The same network with no other ties than those that hold on its day, and who has one."""
    ties = [tie for tie in answer.ties if tie.status is not None]
    return answer.part(ties, {end for tie in ties for end in (tie.one, tie.other)})


def _name(node: str, names: dict[str, str]) -> str:
    company = company_of(node)
    return "undisclosed" if company == UNDISCLOSED else names.get(company, company)


_Found: TypeAlias = dict[str, tuple[Course, list[Tie]]]


def _around(joining: _Joining, company: str, depth: int) -> tuple[dict[str, int], _Found]:
    """Breadth first from a company: how far each company is, and what ties them."""
    view = joining.view
    distances, found = {company: 0}, _Found()
    ring = [company]
    for distance in range(1, depth + 1):
        if not ring:  # a depth may be larger than any network
            break
        new = dict(joining.found(_named(view, ring).keys() - found.keys()))
        joined = [group for _, ties in new.values() for group in _neighbours(ties)]
        met = {end for group in joined if not distances.keys().isdisjoint(group) for end in group}
        met -= distances.keys()
        found |= new
        distances |= dict.fromkeys(sorted(met), distance)
        ring = _tied_elsewhere(met)
    # what ties two of those that were met last
    named = _named(view, _tied_elsewhere(distances))
    together = {subject for subject, count in named.items() if count > 1}
    return distances, found | dict(joining.found(together - found.keys()))


def _neighbours(ties: Iterable[Tie]) -> Iterator[set[str]]:
    """Who are neighbours by the ties of one subject: its pairs, or all around its own node at once."""
    around: set[str] = set()
    for tie in ties:
        ends = {tie.one, tie.other}
        if tie.subject in ends:
            around |= ends
        else:
            yield ends
    yield around


def _tied_elsewhere(nodes: Iterable[str]) -> list[str]:
    """The companies among nodes; the undisclosed of a subject, and the subject, have no other tie."""
    return [each for each in nodes if company_of(each) == each and not is_subject(each)]


def _named(view: View, companies: Iterable[str]) -> Counter[str]:
    """The subjects that ever named any of the companies, and how many of them each did."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    one = view.identity
    ids = (id_ for company in companies for id_ in one.ids(company))
    for subject, company in subjects_naming(view.connection, ids):
        found[subject].add(one.of(company))
    return Counter({subject: len(companies) for subject, companies in found.items()})


class _Joining:
    """What joins companies: as known at the view's instant, or on each day by its end in a time zone."""

    def __init__(self, view: View, timezone: str | None) -> None:
        self.view, self.timezone = view, timezone

    def every_subject(self) -> Iterator[str]:
        """Every subject that may join companies."""
        for kind in TYING:
            yield from subjects_of_kind(self.view.connection, kind, until=self.view.at.position)

    def found(self, subjects: Iterable[str]) -> Iterator[tuple[str, tuple[Course, list[Tie]]]]:
        """The subjects that join companies, with whom they join."""
        tying = (subject for subject in sorted(subjects) if Subject.of(subject).kind in TYING)
        known = self.view.at.known_at if self.timezone is None else None
        for told in read_told(self.view, tying, known):
            rows = [row for row in self._rows(told) if len(row.content.parties) > 1]
            course = self._course(told) if rows else None
            if course is not None:
                same = self.timezone is None  # then the course is that of these rows
                spans = course.spans if same else spans_of(told.subject, rows)
                yield (
                    told.subject,
                    (course, list(_ties(told.subject, rows, spans, self.view.at.on))),
                )

    def _rows(self, told: Told) -> Sequence[SubjectRow]:
        if self.timezone is None:
            return told.at(self.view.at.known_at)
        return as_known_then(told, self.timezone)

    def _course(self, told: Told) -> Course | None:
        course = course_of(self.view, told, _joins)
        if course is None and self.timezone is not None:  # what was told of it later only names it
            later = course_of(self.view, told, _joins, known=END_OF_TIME)
            course = None if later is None else replace(later, status=None, certainty="definite")
        return course


def _joins(content: Content) -> bool:
    return len(content.parties) > 1


def as_known_then(told: Told, timezone: str = "UTC") -> list[SubjectRow]:
    """What was held of each day by its end: rows over the days on which day and knowledge move together.

    A row covers the day d when d lies in its days, and the end of d in the time in which it was known.
    """
    found = []
    for row in told.rows:
        first = max(row.valid_from, day_of(row.known_from, timezone))
        last = min(row.valid_to, day_of(row.known_to, timezone))
        if first < last:
            found.append(
                SubjectRow(
                    valid_from=first,
                    valid_to=last,
                    known_from=row.known_from,
                    known_to=row.known_to,
                    content=row.content,
                )
            )
    return sorted(found, key=lambda row: row.valid_from)


def _ties(subject: str, rows: Sequence[SubjectRow], every: list[Span], on: Day) -> Iterator[Tie]:
    """The ties of a subject by its rows, of which ``every`` is the spans."""
    on, _ = within(on, END_OF_TIME)
    parties = {party for row in rows for party in row.content.parties}
    pairs: Iterable[tuple[str, ...]]
    if len(parties) > MOST_PAIRED:
        pairs = [(party,) for party in parties]
    else:
        pairs = {pair for row in rows for pair in combinations(sorted(row.content.parties), 2)}
    for pair in sorted(pairs):
        joint = [row for row in rows if row.content.parties.keys() >= set(pair)]
        spans = every if len(joint) == len(rows) else spans_of(subject, joint)
        now = next((span for span in spans if span.valid_from <= on < span.valid_to), None)
        ends = sorted(node_of(end, subject) for end in pair)
        if len(ends) == 1:
            ends.append(subject)
        yield Tie(
            one=ends[0],
            other=ends[1],
            subject=subject,
            status=now.status if now else None,
            certainty=now.certainty if now else "definite",
            disputed=now.disputed if now else False,
            spans=spans,
        )
