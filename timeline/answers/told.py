"""The evidence of an item in short: how many reports, the last of which day, and who contradicts it.

And which of its events were told as no more than a forecast or an opinion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from timeline.answers.model import Claim, CompanyItem, Told
from timeline.answers.view import View
from timeline.model.fold import advance, kind_of
from timeline.model.kinds.event import NOTED
from timeline.model.record import judge
from timeline.store.lookups import source_terms, subjects_told_otherwise


def told(view: View, items: Iterable[CompanyItem]) -> dict[str, Told]:
    """The evidence of each item, by its subject, at the view's coordinate."""
    every = list(items)
    slugs = sorted({slug for item in every for slug in item.sources})
    terms = source_terms(view.connection, slugs, view.at.position)
    days = {
        slug: str(said["published"])[:10] for slug, said in terms.items() if said.get("published")
    }
    levels = levels_of(view, [item.subject for item in every if item.steps])
    return {
        item.subject: Told(
            reports=len(item.sources),
            last=max((days[slug] for slug in item.sources if slug in days), default=None),
            claims=_claims(view, item) if item.irregular else [],
            disputers=_disputers(view, item) if item.disputes else [],
            levels=levels.get(item.subject, {}),
        )
        for item in every
    }  # fmt: skip


def levels_of(view: View, subjects: Sequence[str]) -> dict[str, dict[str, str]]:
    """By subject, the fact level of each event that is no fact; read is only what the view has not seen."""
    levels = {each: view.levels[each] for each in subjects if each in view.levels}
    unseen = [each for each in subjects if each not in levels]
    odd = subjects_told_otherwise(view.connection, unseen) if unseen else []
    view.keep(odd)
    return levels | {
        subject: {
            entry.id: level
            for entry in judge(view.entries(subject), view.at.known_at, view.lens).counting
            if (level := entry.fields.get("fact_level", "fact")) != "fact"
        }
        for subject in odd
    }


def _claims(view: View, item: CompanyItem) -> list[Claim]:
    kind = kind_of(item.subject)
    judged = judge(view.entries(item.subject), view.at.known_at, view.lens)
    found = []
    for entry in judged.counting:
        if entry.id in item.irregular:
            alone = advance(kind, NOTED, entry)
            claim = None if alone is None or alone == NOTED else alone.status
            other = claim is not None and kind.group_of(claim) != item.group
            found.append(
                Claim(
                    event=entry.id,
                    type=entry.type,
                    status=claim if other else None,
                    occurred=entry.occurred,
                )
            )
    return found


def _disputers(view: View, item: CompanyItem) -> list[str]:
    said = {entry.id: entry.fields.get("by") for entry in view.entries(item.subject)}
    return list(dict.fromkeys(by for id_ in item.disputes if isinstance(by := said.get(id_), str)))
