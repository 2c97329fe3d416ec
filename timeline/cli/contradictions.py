"""Reports of files that contradict the record that follows from them, as warnings of a check."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from timeline.errors import Problem
from timeline.ingest.draft import Draft, Place
from timeline.model.fold import kind_of

if TYPE_CHECKING:
    from timeline.app import Timeline


def check_contradictions(
    timeline: Timeline, drafts: Callable[[], Iterable[Draft]]
) -> list[Problem]:
    """A warning for each event that does not fit what came before, with what would explain it.

    The ``drafts`` of the files, which say where an event stands, are read only where there is any.
    """
    with timeline.sql("SELECT DISTINCT subject FROM subject_history WHERE irregular") as rows:
        subjects = sorted(row["subject"] for row in rows)
    found = [timeline.why(subject).item for subject in subjects]
    items = [item for item in found if item is not None and item.irregular]
    if not items:
        return []
    placed: dict[str, Place] = {}
    for draft in drafts():
        draft.prepare()
        placed[draft.fields.get("id", "")] = draft.place
    problems: dict[str, Problem] = {}
    for subject, told in timeline.told(items).items():
        item = next(each for each in items if each.subject == subject)
        over = item.group == "over" and kind_of(subject).name == "deal"
        for claim in told.claims:
            if claim.event not in placed:
                continue
            says = claim.type.replace("_", " ") if claim.status is None else claim.status
            problems[claim.event] = (
                placed[claim.event]
                .problem(
                    "contradicts-record",
                    f"{subject} is {item.status}, and this says {says.replace('_', ' ')}: the status stays",
                    "type",
                    "if the deal is back, say so before it with deal_revived; else dispute or retract "
                    "what is wrong"
                    if over
                    else "is an event missing between them, or a day wrong?",
                )
                .as_warning()
            )
    return list(problems.values())
