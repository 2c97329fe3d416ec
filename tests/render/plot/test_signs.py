"""What the signs of a picture are, for what is certain, imprecise, open, over, planned, learned later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.answers.stores import new_timeline
from timeline import Timeline
from timeline.render.plot.bars import Bar, Lane, lane_of
from timeline.render.plot.colours import THEMES, Colours, colours_of
from timeline.render.status import GROUPS

ON = "2025-06-30"
SUPPLY: Any = {"kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}}


@pytest.fixture
def timeline(tmp_path: Path) -> Any:
    timeline = new_timeline(tmp_path)
    for name in ("acme", "globex"):
        timeline.append(
            {"type": "company_registered", "subject": f"company:{name}", "name": name.title()}
        )
    yield timeline
    timeline.close()


def deal(timeline: Timeline, *events: tuple[str, str, str], kind: str = "deal") -> Lane:
    """The lane of a deal (or a rumour) of these events: type, when, known."""
    for number, (type_, occurred, known) in enumerate(events):
        fields = {"type": type_, "subject": f"{kind}:x", "occurred": occurred, "known": known}
        if type_ == "rumour_denied":
            fields["by"] = "acme"
        if not number:
            fields |= SUPPLY
        timeline.append(fields)
    (course,) = timeline.courses("acme", on=ON).courses
    return lane_of(course, ON)


def piece(bar: Bar) -> tuple[str, str, str, str]:
    return bar.first, bar.last, bar.status, bar.look


def test_what_is_exact_and_open_is_a_full_bar_with_an_arrow(timeline: Timeline) -> None:
    lane = deal(timeline, ("deal_announced", "2025-01-10", "2025-01-10"))
    assert list(map(piece, lane.bars)) == [("2025-01-10", ON, "announced", "full")]
    assert lane.arrow is not None
    assert lane.arrow.first == ON
    assert lane.uncertain == []


def test_an_imprecise_beginning_fades_in(timeline: Timeline) -> None:
    lane = deal(timeline, ("deal_announced", "2025-01", "2025-01-31"))
    assert list(map(piece, lane.bars)) == [
        ("2025-01-01", "2025-01-31", "announced", "in"),
        ("2025-01-31", ON, "announced", "full"),
    ]
    assert [(bar.first, bar.last) for bar in lane.uncertain] == [("2025-01-01", "2025-01-31")]


def test_of_an_imprecise_hand_over_the_old_fades_out_below_the_new(timeline: Timeline) -> None:
    lane = deal(
        timeline,
        ("deal_announced", "2024-01-10", "2024-01-10"),
        ("deal_terminated", "2025-02", "2025-02-28"),
    )
    assert list(map(piece, lane.bars)) == [
        ("2024-01-10", "2025-02-01", "announced", "full"),
        ("2025-02-01", "2025-02-28", "announced", "out"),
        ("2025-02-01", "2025-02-28", "terminated", "in"),
        ("2025-02-28", ON, "terminated", "full"),
    ]
    assert [bar.over for bar in lane.bars] == [False, False, True, True]
    assert lane.arrow is None, "nothing comes after a termination"


def test_a_plan_that_nobody_confirmed_is_pale_to_the_end(timeline: Timeline) -> None:
    lane = deal(timeline, ("deal_announced", "2025-03-01", "2024-12-01"))
    assert list(map(piece, lane.bars)) == [("2025-03-01", ON, "announced", "pale")]
    assert lane.arrow is not None


def test_what_begins_later_is_shown_where_it_begins(timeline: Timeline) -> None:
    lane = deal(timeline, ("deal_announced", "2026-03-01", "2025-01-01"))
    assert list(map(piece, lane.bars)) == [("2026-03-01", "2026-03-01", "announced", "pale")]


def test_a_denial_is_thin_and_still_open(timeline: Timeline) -> None:
    lane = deal(
        timeline,
        ("rumour_reported", "2025-01-10", "2025-01-10"),
        ("rumour_denied", "2025-02-10", "2025-02-10"),
        kind="rumour",
    )
    assert [(bar.status, bar.over, bar.group) for bar in lane.bars] == [
        ("open", False, "rumoured"), ("denied", True, "denied")
    ]  # fmt: skip
    assert lane.arrow is not None


def marks(picture: Any, **attributes: Any) -> list[dict[str, Any]]:
    return [
        mark.attributes
        for mark in picture.scene.walk()
        if all(mark.attributes.get(name) == value for name, value in attributes.items())
    ]


def told(picture: Any) -> str:
    """All that hovering says."""
    return "\n".join(mark.text for mark in picture.scene.walk() if mark.tag == "title")


DASHED, PALE = {"stroke-dasharray": "7 4"}, {"opacity": 0.4}


def test_what_is_after_the_day_is_pale_and_what_was_learned_later_dashed(
    timeline: Timeline,
) -> None:
    deal(
        timeline,
        ("deal_announced", "2025-01-10", "2025-01-10"),
        ("deal_signed", "2025-05-01", "2025-08-01"),
    )
    before = timeline.plot("acme", on="2025-03-01")
    assert len(marks(before, **PALE)) == 1
    assert not marks(before, **DASHED)
    assert "Pale: after that day" in " ".join(before.texts).replace("· p", "P")
    known = timeline.plot("acme", on="2025-06-01", known="2025-07-01", width=1200)
    assert len(marks(known, **DASHED)) == 1
    (course,) = timeline.courses("acme", on="2025-06-01", known="2025-07-01").courses
    assert [(s.valid_from, s.valid_to, s.status) for s in course.later] == [
        ("2025-05-01", "9999-12-31", "signed")
    ]  # fmt: skip
    text = " ".join(known.texts)
    assert "came out later: signed" in text
    assert "dashes: came out later" in text.lower()


def test_every_status_has_a_shape_of_its_own(timeline: Timeline) -> None:
    deal(
        timeline,
        ("deal_announced", "2024-01-10", "2024-01-10"),
        ("deal_completed", "2024-06-10", "2024-06-10"),
    )
    picture = timeline.plot("acme", on=ON)
    text = " ".join(picture.texts)
    assert "◆ completed" in text
    assert "completed" in picture.alt
    colours = colours_of("light")
    announced = marks(picture, fill=colours.fills["announced"])
    assert [each["d"].count("L") for each in announced] == [2], "a bar, and nothing that points on"
    assert marks(picture, height=3, fill=colours.groups["active"]), "a faint tail"


def test_a_scale_that_breaks_says_so(timeline: Timeline) -> None:
    deal(timeline, ("deal_announced", "2005-01-10", "2005-01-10"))
    for number in range(3):
        timeline.append({"type": "rumour_reported", "subject": f"rumour:r{number}", "known": "2025-03-10",
                         "occurred": "2025-03-10", **SUPPLY})  # fmt: skip
    picture = timeline.plot("acme", on=ON)
    assert "//" in picture.texts
    assert any("the scale changes on" in text for text in picture.texts)
    assert "//" not in timeline.plot("acme", on="2006-01-01").texts


def test_more_lanes_than_can_be_read_are_counted(timeline: Timeline) -> None:
    for number in range(4):
        timeline.append({"type": "rumour_reported", "subject": f"rumour:r{number}", "known": "2025-03-10",
                         "occurred": "2025-03-10", **SUPPLY})  # fmt: skip
    picture = timeline.plot("acme", on=ON, most=3)
    assert "and 1 more" in picture.texts
    assert len(picture.data["courses"]) == 4


def test_hovering_says_the_source(timeline: Timeline) -> None:
    timeline.append({"type": "source_registered", "subject": "source:paper", "publisher": "The Paper",
                     "kind": "news", "published": "2025-01-11", "title": "A deal"})  # fmt: skip
    timeline.append({"type": "deal_announced", "id": "the-news", "subject": "deal:x",
                     "occurred": "2025-01-10", "source": "paper", **SUPPLY})  # fmt: skip
    for picture in (
        timeline.plot("acme", on=ON),
        timeline.plot("deal:x", on=ON),
        timeline.graph("acme", on=ON),
    ):
        assert "Source: The Paper, 11 Jan 2025: A deal." in told(picture)


def test_a_retracted_report_is_no_evidence_and_still_news(timeline: Timeline) -> None:
    timeline.append({"type": "source_registered", "subject": "source:paper", "publisher": "The Paper",
                     "kind": "news", "published": "2025-03-11"})  # fmt: skip
    deal(timeline, ("deal_announced", "2025-01-10", "2025-01-10"))
    timeline.append(
        {
            "type": "deal_signed",
            "id": "false",
            "subject": "deal:x",
            "occurred": "2025-02-10",
            "known": "2025-02-10",
        }
    )
    timeline.append(
        {"type": "event_retracted", "target": "false", "source": "paper", "reason": "wrong"}
    )
    (course,) = timeline.courses("acme", on=ON).courses
    assert [(mark.type, mark.counts) for mark in course.marks] == [
        ("deal_announced", True), ("deal_signed", False), ("event_retracted", False)
    ]  # fmt: skip
    picture = timeline.plot("deal:x", on=ON)
    assert "11 Mar 2025: retraction (The Paper)" in picture.alt
    assert "as known from 11 Mar 2025" in told(picture)


def test_whoever_was_not_named_is_nobody_else(timeline: Timeline) -> None:
    for name in ("a", "b"):
        parties = {"acme": ["supplier"], "undisclosed": ["customer"]}
        timeline.append({"type": "deal_announced", "subject": f"deal:{name}", "occurred": "2025-01-10",
                         "known": "2025-01-10", "kind": "supply", "parties": parties})  # fmt: skip
    nodes = [node.company for node in timeline.network("acme", on=ON, depth=3).nodes]
    assert nodes == ["acme", "undisclosed@deal:a", "undisclosed@deal:b"]


def test_a_window_shows_only_what_has_a_part_in_it(timeline: Timeline) -> None:
    deal(
        timeline,
        ("deal_announced", "2020-01-10", "2020-01-10"),
        ("deal_terminated", "2021-01-10", "2021-01-10"),
    )
    timeline.append({"type": "rumour_reported", "subject": "rumour:y", "occurred": "2025-01-10",
                     "known": "2025-01-10", **SUPPLY})  # fmt: skip
    text = " ".join(timeline.plot("acme", on=ON, end="2019-12-31").texts)
    assert "2 items outside of these days" in text
    text = " ".join(timeline.plot("acme", on=ON, start="2021-02-01").texts)
    assert "Rumoured supply" in text
    assert "outside" not in text, "what has ended is there as ended"
    picture = timeline.plot("acme", on=ON, start="2020-06-01", end="2020-12-31")
    assert len(picture.data["courses"]) == 2
    assert "1 item outside of these days" in " ".join(picture.texts)


def test_of_a_fact_its_values_are_shown(timeline: Timeline) -> None:
    for day, value in (("2024-06-01", "12000"), ("2025-06-01", "14000")):
        timeline.append({"type": "fact_stated", "subject": "fact:acme/staff", "occurred": day, "known": day,
                         "company": "acme", "attribute": "staff", "value": value})  # fmt: skip
    picture = timeline.plot("fact:acme/staff", on="2025-05-01")
    assert picture.title == "Acme: staff"
    texts = list(picture.texts)
    assert {"12000", "12000 →"} <= set(texts)
    assert any("On 1 May 2025 (the cross): 12000." in text for text in texts)
    assert "14000" not in {*timeline.plot("acme", on="2025-05-01").texts}, (
        "no room, and not stated yet"
    )
    assert "staff: 12000" in {*timeline.plot("acme", on="2025-05-01").texts}


# --- colours --------------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""

    def light(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_everything_can_be_read_in_every_theme(theme: Any) -> None:
    colours: Colours = colours_of(theme)
    assert set(colours.groups) == set(colours.on_fills) == set(GROUPS)
    for group in GROUPS:
        assert contrast(colours.groups[group], colours.background) >= 3
        assert contrast(colours.groups[group], colours.band) >= 3
        assert contrast(colours.on_fills[group], colours.fills[group]) >= 4.5
        if group != "active":  # in a pill without a fill
            assert contrast(colours.on_fills[group], colours.background) >= 4.5
    for color in (colours.text, colours.muted, colours.link):
        assert contrast(color, colours.background) >= 4.5
        assert contrast(color, colours.band) >= 4.5


def test_no_two_groups_of_a_network_are_dashed_alike(timeline: Timeline) -> None:
    from timeline.render.plot.network import _DASHES

    assert len({str(dash) for dash in _DASHES.values()}) == len(GROUPS) == len(_DASHES)


def test_a_stake_shows_its_course_within_its_bar(timeline: Timeline) -> None:
    stake = {"type": "relationship_established", "subject": "relationship:s", "known": "2015-01-01"}
    ends = {"kind": "owns_stake_in", "from": "acme", "to": "globex", "share": {"exact": "50"}}
    timeline.append(stake | ends | {"occurred": "2015-01-01"})
    timeline.append(stake | {
        "type": "relationship_changed", "occurred": "2020-01-01", "known": "2020-01-01",
        "share": {"min": "75", "max": "76"},
    })  # fmt: skip
    picture = timeline.plot("acme", on=ON)
    said = [mark.text for mark in picture.scene.walk() if mark.tag == "text" and mark.text]
    assert [each for each in said if each.endswith("%")] == ["50 %", "75–76 %"]
    assert "gap in a bar: the share changed" in said[-2].lower()
