"""What answers tell of a subject over all days, and why: spans, reports, beliefs, ties; plain data.

Pictures and pages are made of it, and none of it says how it is computed. It is the contract of the JSON
output, like :mod:`timeline.answers.model`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final, Literal

from msgspec import UNSET, Struct, UnsetType, to_builtins
from msgspec.structs import replace

from timeline.answers.asked import Certainty, LensAsked
from timeline.answers.model import AnyValue, Cause, Change, Cited, CompanyItem
from timeline.answers.tabular import Tabular, coordinate_words
from timeline.model.kinds import KINDS, SHOWN
from timeline.model.record import Why as WhyNot
from timeline.model.values import UNDISCLOSED, Day, Fields, Instant, Subject

# --- over the days -----------------------------------------------------------------------------------


class Span(Struct, frozen=True, kw_only=True, gc=False):
    """What held from a day until before another. Half-open, ``9999-12-31`` when it is still open."""

    valid_from: Day
    valid_to: Day
    status: str
    certainty: Certainty
    alternatives: list[Any]
    disputed: bool
    since: str | None
    value: Any | UnsetType = UNSET
    """Of a fact its value, of a stake the share."""


class Mark(Struct, frozen=True, kw_only=True, gc=False):
    """An event, or news about one: when it happened, when it became known, when it was recorded."""

    event: str
    type: str
    position: int
    occurred: str | None
    earliest: Day
    latest: Day
    known: Instant
    recorded: Instant
    sources: list[str]
    counts: bool
    """Whether it is evidence at the coordinate: known, and not retracted."""
    later: bool
    """Whether it was not yet known at the coordinate."""
    fact_level: str | UnsetType = UNSET
    """``forecast`` or ``opinion``; of a fact it is left out."""


class Course(Struct, frozen=True, kw_only=True, gc=False):
    """One subject over all days. Status, roles and terms are those of the day asked for.

    Where nothing holds on that day, ``status`` is null, and the rest is that of the nearest span.
    """

    subject: str
    kind: str | None
    status: str | None
    certainty: Certainty
    alternatives: list[Any]
    disputed: bool
    roles: list[str]
    counterparties: list[str]
    terms: Fields
    spans: list[Span]
    later: list[Span]
    """What all that is known today says otherwise; empty where ``known`` is the latest."""
    marks: list[Mark]


class CoursesAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """The courses of all subjects of which a company is, was or will be a party."""

    company: str
    name: str
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    names: dict[str, str]
    """Of every company that is named, by its id."""
    sources: dict[str, str]
    """Of every source that is cited: publisher, day and title."""
    learned_later: int
    """How many subjects of the company were not known at all at the coordinate."""
    courses: list[Course]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every span, with its subject in front."""
        for course in self.courses:
            for span in course.spans:
                yield {"subject": course.subject, "kind": course.kind} | to_builtins(span)

    def caption(self) -> str:
        """Whose courses, and at which coordinate."""
        return f"{self.name}: {coordinate_words(self)}"


# --- on both axes ------------------------------------------------------------------------------------


class Patch(Span, frozen=True, kw_only=True):
    """A span, and for how long it was known like that. Half-open on both axes."""

    known_from: Instant
    known_to: Instant
    events: list[str]
    """What it rested on when it became known."""


class AxesAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """All that was ever held of a subject; no two patches overlap on both axes."""

    subject: str
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    names: dict[str, str]
    sources: dict[str, str]
    course: Course | None
    """What is known of it today, for its title; null where nothing is known of it."""
    known_at: Instant
    patches: list[Patch]
    marks: list[Mark]

    def rows(self) -> Iterator[Patch]:
        """Every patch, by when it became known, then by day."""
        yield from self.patches

    def caption(self) -> str:
        """Which subject, and at which coordinate."""
        return f"{self.subject} {coordinate_words(self)}"


# --- why ---------------------------------------------------------------------------------------------


Counts = Literal["counts"] | WhyNot


class Link(Struct, frozen=True, kw_only=True):
    """One event of the chain: what it says, on whose word, and what it did to the status."""

    position: int
    event: str
    type: str
    counts: Counts
    retracted_by: str | None
    """Of a retracted event: the retraction that stands against it."""
    occurred: str | None
    """As it counts: corrected, where a correction stands."""
    known: Instant
    recorded: Instant
    before: AnyValue
    """The status before (of a stated fact, its value); null: nothing had happened."""
    after: AnyValue
    irregular: bool
    uncertain: bool
    """It may not have happened yet on the day asked for."""
    conflicts: list[str]
    """Terms to which it gave another value than an event with overlapping bounds."""
    target: str | None
    """Of a correction, retraction or dispute: the event it is about."""
    attribution: str | None
    speaker: str | None
    fact_level: str
    note: str | None
    fields: Fields
    replaced: Fields | None
    """Of a correction of what counts: the values that it replaced."""
    cited: list[Cited]
    origin: str | None


class WhyAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """The state of a subject, and every event that led to it, in its order."""

    subject: str
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    item: CompanyItem | None
    chain: list[Link]

    def rows(self) -> Iterator[Link]:
        """Every event of the chain."""
        yield from self.chain

    def caption(self) -> str:
        """Which subject, and at which coordinate."""
        return f"{self.subject} {coordinate_words(self)}"


class CompanyWhy(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """Why each item of a company, or of its group, is what it is."""

    company: str
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    answers: list[WhyAnswer]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every event of every chain, with its subject in front."""
        for answer in self.answers:
            for link in answer.chain:
                yield {"subject": answer.subject} | to_builtins(link)

    def caption(self) -> str:
        """Which company, and at which coordinate."""
        return f"{self.company} {coordinate_words(self)}"


# --- what was believed, evening by evening -----------------------------------------------------------


OPEN: Final = "open"
"""The outcome of a question that nothing has settled."""
TRUE: Final = "came_true"


class Belief(Struct, frozen=True, kw_only=True):
    """What was believed on the evenings from a day until before another."""

    first: Day
    last: Day
    """The day before which it turned; ``9999-12-31`` where it has not."""
    told: Day
    """The evening by which the report was public: that day, or the one before; a plan turns on its day."""
    status: str | None
    """Null where nothing was left to believe."""
    certainty: Certainty
    alternatives: list[Any]
    disputed: bool
    value: Any | UnsetType = UNSET
    """Of a fact its value, of a stake the share."""
    reports: list[Mark]
    """What became public on these days, the report that turned the belief first."""


class Settlement(Struct, frozen=True, kw_only=True):
    """How a question was settled: by which report after the first one."""

    outcome: str
    """``came_true``, the status in which it ended, or ``open``."""
    first: Day
    """When it was first reported; never the earliest day of which a report speaks."""
    settled: Day | None
    days: int | None
    """From the first report to the one that settled it; null while it is open."""


class BeliefAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """What was believed of a subject, evening by evening."""

    subject: str
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    names: dict[str, str]
    cited: dict[str, Cited]
    """Every source of a report, by its slug."""
    steps: dict[str, Fields]
    """What an event told, by its id, where every source of it told of many subjects besides."""
    until: Day
    """The last evening: that of ``known``, else of today."""
    course: Course | None
    outcome: Settlement | None
    """Null where nothing was ever reported."""
    beliefs: list[Belief]
    hindsight: list[Span]
    """What is known at the coordinate of the same days."""
    of_day: list[Belief]
    """What was believed of the one day ``on``, as news came; without reports."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every belief, with the ids of what was reported."""
        for belief in self.beliefs:
            said = {
                name: value
                for name in Belief.__struct_fields__
                if name != "reports" and (value := getattr(belief, name)) is not UNSET
            }
            yield {
                "subject": self.subject, **said, "events": [mark.event for mark in belief.reports]
            }  # fmt: skip

    def caption(self) -> str:
        """Of which subject, and at which coordinate."""
        return f"{self.subject} {coordinate_words(self)}"


# --- then and now ------------------------------------------------------------------------------------


Difference = Literal["new", "changed", "gone", "same"]


class Pair(Struct, frozen=True, kw_only=True):
    """An item on both sides; null where it had not been reported, or is known not to have been."""

    subject: str
    kind: str | None
    difference: Difference
    then: CompanyItem | None
    now: CompanyItem | None
    reported: Day | None
    """The evening by which the first report of the difference was public."""
    days: int | None
    """How many days after the day asked for that was."""


class ThenAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """A day as it was reported then, and as it is known at the coordinate."""

    target: str
    """A company, a subject, or a kind of subject."""
    name: str
    on: Day
    known: str | None
    """The horizon of the later side; that of the earlier one is the evening of ``on``."""
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    until: Day
    """The evening of the later side: that of ``known``, else of today."""
    names: dict[str, str]
    cited: dict[str, Cited]
    pairs: list[Pair]
    """What differs first, by how late it came; then the rest, in the order of a state."""
    changes: list[Change]
    evidence: list[Cause]
    courses: list[Course]
    """Of the first pairs: ``spans`` as they were known then, ``later`` what is known otherwise since."""
    reports: list[Day]
    """Every day up to ``until`` by whose evening something about these items became public."""
    began_later: int
    """Items that are there by ``until``, and of which nothing held on the day asked for."""
    levels: dict[str, str]
    """By its id, the fact level of each event of a step that is no fact; the later one, where both differ."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every pair, with the status of both sides."""
        for pair in self.pairs:
            yield {
                "subject": pair.subject,
                "kind": pair.kind,
                "difference": pair.difference,
                "then": pair.then and pair.then.status,
                "then_certainty": pair.then and pair.then.certainty,
                "now": pair.now and pair.now.status,
                "now_certainty": pair.now and pair.now.certainty,
                "reported": pair.reported,
                "days": pair.days,
            }

    def caption(self) -> str:
        """Of what, on which day, and how it is known now."""
        return f"{self.name}: as reported by {self.on}, and {coordinate_words(self)}"

    @property
    def different(self) -> list[Pair]:
        """The pairs that read differently."""
        return [pair for pair in self.pairs if pair.difference != "same"]


# --- questions, and how they were settled ------------------------------------------------------------


class Stretch(Struct, frozen=True, kw_only=True):
    """What was believed on the evenings from a day until before another."""

    first: Day
    last: Day
    status: str | None
    certainty: Certainty
    disputed: bool


class Tracked(Struct, frozen=True, kw_only=True):
    """A rumour or a deal, and how it was settled."""

    subject: str
    kind: str | None
    terms: Fields
    outcome: Settlement
    strip: list[Stretch]
    first_by: list[str]
    """The sources of the first report."""
    settled_by: list[str]
    """Those of the report that settled it."""


class Settled(Struct, frozen=True, kw_only=True):
    """The questions of one outcome, and the days that they took: the middle one and the quartiles."""

    outcome: str
    questions: int
    lower: float | None
    median: float | None
    upper: float | None


class Reporter(Struct, frozen=True, kw_only=True):
    """Who was first, and what came of it."""

    publisher: str
    first: int
    """Of how many of the questions shown it told first."""
    came_true: int
    otherwise: int
    open: int
    settled: int
    """Of how many it told how they were settled."""


class TrackerAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """Questions, settled ones before open ones, and what all of them come to."""

    company: str | None
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    until: Day
    names: dict[str, str]
    cited: dict[str, Cited]
    groups: list[Settled]
    """Of all questions, by outcome; the open ones last."""
    never_open: int
    """Subjects that were no question: the first report of them was that they were done, or over."""
    questions: list[Tracked]
    more: int
    """How many questions are not shown."""
    reporters: list[Reporter]
    """Of the questions shown, by how often somebody was first."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every question, with its outcome and who told it."""
        for each in self.questions:
            out = each.outcome
            yield {
                "subject": each.subject,
                "kind": each.kind,
                "outcome": out.outcome,
                "reported": out.first,
                "settled": out.settled,
                "days": out.days,
                "first_by": each.first_by,
                "settled_by": each.settled_by,
            }

    def caption(self) -> str:
        """Which questions, and at which coordinate."""
        return f"questions {coordinate_words(self)}"


# --- who is tied to whom -----------------------------------------------------------------------------


TYING: Final = tuple(kind for kind in SHOWN if KINDS[kind].claim_term is None)
"""The kinds of subject that can have two parties."""


def kind_of_tie(course: Course) -> str:
    """What sort of tie a subject is: the kind of a deal or a relationship, else the kind of subject."""
    kind = Subject.of(course.subject).kind
    return course.kind or kind if kind in ("deal", "relationship") else kind


class Node(Struct, frozen=True, kw_only=True, gc=False):
    """A company of the network; one that nobody named stands once for each subject.

    A subject that ever joined more than four companies is a node itself, under its own id.
    """

    company: str
    name: str
    distance: int | None
    """Ties between it and the company asked about; null without one."""
    ties: int
    """Ties that hold on the day asked for."""


class Tie(Struct, frozen=True, kw_only=True, gc=False):
    """That a subject joins two companies, in the order of their ids, and when.

    Where it joins more than four, that it joins one of them, and its own node is the other end.
    """

    one: str
    other: str
    subject: str
    status: str | None
    """On the day asked for; null when they are not joined then."""
    certainty: Certainty
    disputed: bool
    spans: list[Span]


class NetworkAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """Companies and what ties them, over all days, so that a picture of it can stay in place."""

    company: str | None
    depth: int | None
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    then: bool = False
    """Whether a span holds the days on each of which it was known by that day's end, to the latest report."""
    names: dict[str, str]
    sources: dict[str, str]
    nodes: list[Node]
    ties: list[Tie]
    courses: list[Course]
    """Of the subjects that tie, by subject; status and terms are those of the day asked for."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every tie over all its days, a row a span."""
        for tie in self.ties:
            ends = {"one": tie.one, "other": tie.other, "subject": tie.subject}
            for span in tie.spans:
                yield ends | to_builtins(span)

    def caption(self) -> str:
        """Whose network, and at which coordinate."""
        whose = "all companies" if self.company is None else self.names.get(self.company, "")
        return f"network of {whose} {coordinate_words(self)}"

    def part(self, ties: list[Tie], companies: Collection[str]) -> NetworkAnswer:
        """The same network with some of its ties and nodes only, and the courses of those that tie."""
        subjects = {tie.subject for tie in ties}
        return replace(
            self,
            ties=ties,
            nodes=[node for node in self.nodes if node.company in companies],
            courses=[course for course in self.courses if course.subject in subjects],
        )


def company_of(node: str) -> str:
    """The company that a node stands for."""
    return node.partition("@")[0]


def is_subject(node: str) -> bool:
    """Whether a node is a subject that joins more than four companies."""
    return ":" in company_of(node)


def node_of(company: str, subject: str) -> str:
    """The node of a company in a subject: whoever was not named is nobody else."""
    return f"{UNDISCLOSED}@{subject}" if company == UNDISCLOSED else company
