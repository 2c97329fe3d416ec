"""The chain behind a state for people: every event in its order, on whose word, and what it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from timeline.answers.model import Cited
from timeline.answers.story import Link, WhyAnswer
from timeline.language import tr, tr_as
from timeline.model.kinds import EVENT_TYPES, RECORD_TYPES, claim_term_of
from timeline.model.values import ALWAYS
from timeline.render.coordinate import again_words, coordinate_words, instant_words
from timeline.render.doubts import standing_words
from timeline.render.fields import field_rows, type_words
from timeline.render.page import Page
from timeline.render.status import STATUSES, Group, certainty_words, group_of, status_words
from timeline.render.terms import Row, label_words, level_words
from timeline.render.text import capital, cells, join
from timeline.render.titles import title
from timeline.render.words import Names, date, value_in_words

REASONS: Final = {
    "not yet known": "became public only later",
    "not yet happened": "had not happened yet on that day",
    "retracted": "was retracted",
    "erased": "the record no longer says what it told",
    "outside the lens": "none of its sources is among those that count here",
}
_FACTS: Final = ("fact_stated", "fact_ended")
_IN_SUBJECT: Final = ("company", "attribute", "period")
_NARROWEST: Final = 12  # of the left column


def why_lines(
    answer: WhyAnswer,
    *,
    width: int = 80,
    color: bool = False,
    names: Names | None = None,
) -> Iterator[str]:
    """The chain in words, line by line, without ends of lines.

    ``names`` are what companies are called, by id.
    """
    names = names or {}
    shown = [shown_status(answer, link) for link in answer.chain]
    page = Page(width, color, max([_NARROWEST, *(cells(status_words(each)) for each in shown)]))
    what = title(answer.item, None, names) if answer.item else tr("Absent")
    yield from page.heading(what, answer.subject)
    yield from page.paragraph(standing(answer))
    yield from page.paragraph(capital(coordinate_words(answer)))
    for heading, links in parted(answer):
        if links:
            yield from page.section(f"{heading} ({len(links)})")
        for link in links:
            yield ""
            status = shown_status(answer, link)
            yield from page.item(
                status_words(status),
                chain_style(status),
                headline(link),
                _rows(answer, link, names),
            )
    yield ""
    yield from page.paragraph(again_words(answer), "faint")


def parted(answer: WhyAnswer) -> list[tuple[str, list[Link]]]:
    """The chain under its two headings: what counts towards the state, and what does not."""
    counting = [link for link in answer.chain if link.counts == "counts"]
    happened = {link.event for link in counting if link.type not in RECORD_TYPES}
    chain = [link for link in counting if is_part(link, happened)]
    rest = [link for link in answer.chain if link not in chain]
    return [(tr("the chain"), chain), (tr("what does not count"), rest)]


def is_part(link: Link, happened: set[str]) -> bool:
    """Whether an event counts towards the state, or is said of one that does."""
    return link.target is None or link.target in happened or link.before is not None


def standing(answer: WhyAnswer) -> str:
    """The state that the chain leads to: "denied, possible, since …; may also be …"."""
    item = answer.item
    if item is None:
        return tr("absent: nothing that counts has happened")
    sure = "" if item.certainty == "definite" else f", {certainty_words(item.certainty)}"
    return f"{status_words(item.status)}{sure}, {standing_words(item)}"


def shown_status(answer: WhyAnswer, link: Link) -> str:
    """The word in front of an event: the status after it, or why it has none."""
    if link.counts != "counts":
        return link.counts
    if link.type in RECORD_TYPES:
        return {
            "event_corrected": "corrected", "event_retracted": "retracted", "event_erased": "erased",
        }.get(link.type, "disputed")  # fmt: skip
    if claim_term_of(answer.subject) is not None:
        return "ended" if link.after == "ended" else "noted" if link.after is None else "stated"
    return str(link.after or "noted")


def chain_style(status: str) -> Group:
    """The group of the word in front of an event."""
    if status in STATUSES:
        return group_of(status)
    return "disputed" if status in ("corrected", "disputed") else "ended"


def headline(link: Link) -> str:
    """What happened, and when: "12 Feb 2025: rumour denied"."""
    what = type_words(link.type)
    if link.target is not None:
        return tr("{what} of {event}", what=what, event=link.target)
    said = f"{what}{level_words(link.fact_level)}"
    return said if link.occurred is None else f"{date(link.occurred)}: {said}"


def levels_in(answer: WhyAnswer) -> dict[str, str]:
    """The fact level of each event of the chain that is no fact, by its id."""
    return {link.event: link.fact_level for link in answer.chain if link.fact_level != "fact"}


def _rows(answer: WhyAnswer, link: Link, names: Names) -> Iterator[Row]:
    yield from link_rows(answer, link, names)
    for number, cited in enumerate(link.cited):
        yield "" if number else "source", cited_words(cited)
    yield from clock_rows(link)
    yield "event", link.event


def told_chain(answer: WhyAnswer, names: Names) -> Iterator[dict[str, Any]]:
    """The chain as people read it in a table: an event a row."""
    of = title(answer.item, None, names) if answer.item else answer.subject
    for _, links in parted(answer):
        for link in links:
            yield {
                "status": status_words(shown_status(answer, link)),
                "what": headline(link),
                "of": of,
                "details": "; ".join(
                    f"{label_words(label)} {text}" for label, text in link_rows(answer, link, names)
                ),
                "source": "; ".join(map(cited_words, link.cited)),
                "known": _known(link),
                "event": link.event,
            }


def link_rows(answer: WhyAnswer, link: Link, names: Names) -> Iterator[Row]:
    """What an event did and what it says, each with its label."""
    if link.counts != "counts":
        yield "because", tr_as("reason", REASONS[link.counts])
    if link.target is None and link.counts == "counts":
        yield from _moved(answer, link)
    if link.irregular:
        yield "contradicts", tr("what was reported before; the status stays")
    if link.uncertain:
        yield "uncertain", tr("may not have happened yet on {day}", day=date(answer.on))
    said = [label_words(each.replace("_", " ")) for each in link.conflicts if each != "occurred"]
    if said:
        text = "another value of {terms} than an event of the same time"
        yield "conflict", tr(text, terms=join(said))
    if "occurred" in link.conflicts:
        yield "conflict", tr("another time than an earlier report of the same")
    yield from field_rows(_said(link), names, link.replaced)
    if link.note:
        yield "note", link.note


def clock_rows(link: Link) -> Iterator[Row]:
    """On whose word an event is told, since when it is known, when it was recorded, and from where."""
    word = _word(link)
    if word:
        yield "word", word
    yield "known", _known(link)
    when = instant_words(link.recorded)
    yield "recorded", tr("{when}, entry {entry}", when=when, entry=link.position)
    if link.origin is not None:
        yield "origin", link.origin


def _said(link: Link) -> dict[str, Any]:
    """What an event says, in the order of the vocabulary; not what the subject of a fact says."""
    own = EVENT_TYPES[link.type].__struct_encode_fields__
    return {
        name: link.fields[name]
        for name in own
        if name in link.fields and not (link.type in _FACTS and name in _IN_SUBJECT)
    }


def _moved(answer: WhyAnswer, link: Link) -> Iterator[Row]:
    before, after = link.before, link.after
    if before is None or before == after:
        return
    label = claim_term_of(answer.subject) or "status"
    yield label, f"{_claim(before)} → {_claim(after)}"


def _claim(claim: Any) -> str:
    if claim is None:
        return status_words("noted")
    return status_words(claim) if isinstance(claim, str) else value_in_words(claim)


def cited_words(cited: Cited) -> str:
    """A source as people cite it: "Reuters, “Foxconn and OpenAI …”, 2025-11-22 (reuters-…)"."""
    said = [
        cited.publisher or "",
        tr("“{text}”", text=cited.title) if cited.title else "",
        published_words(cited.published) if cited.published else "",
        cited.url or "",
    ]
    return f"{', '.join(filter(None, said))} · {cited.source}".removeprefix(" · ")


def published_words(published: str) -> str:
    """When a source was published, a day or an instant, in words."""
    return date(published) if len(published) <= len("2025-11-22") else instant_words(published)


def _word(link: Link) -> str:
    parts = [] if link.attribution is None else [tr_as("value", link.attribution.replace("_", " "))]
    if link.speaker:
        parts.append(link.speaker)
    if link.fact_level != "fact":
        opinion = link.fact_level == "opinion"
        parts.append(tr("an opinion, no fact") if opinion else tr("a forecast, no fact"))
    return ", ".join(parts)


def _known(link: Link) -> str:
    if link.known == ALWAYS:
        mend = link.target is not None and not link.cited
        if not mend:
            return tr("always")
        erased = link.type == "event_erased"
        return tr("our own record, erased") if erased else tr("our own record, mended")
    return instant_words(link.known)


def why_company_lines(
    answers: Sequence[WhyAnswer],
    *,
    width: int = 80,
    color: bool = False,
    names: Names | None = None,
) -> Iterator[str]:
    """The chains of several subjects, one after the other."""
    page = Page(width, color)
    for number, answer in enumerate(answers):
        if number:
            yield ""
            yield page.paint("─" * page.width, "faint")
            yield ""
        yield from why_lines(answer, width=width, color=color, names=names)
