"""Since when an event is known: computed when it is appended, from its sources as they then are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.world import DEAL, IDENTITY, SOURCE, World, correction, retraction, without
from timeline.model.values import ALWAYS, Fields


def source(slug: str, published: str, **more: Any) -> Fields:
    return SOURCE | {"id": slug, "subject": f"source:{slug}", "published": published} | more


SOURCES = (
    source("utc", "2025-03-10"),
    source("taipei", "2025-03-10", timezone="Asia/Taipei"),
    source("york", "2025-03-09", timezone="America/New_York"),
    source("instant", "2025-03-10T09:30:00+09:00", timezone="Asia/Tokyo"),
    source("late", "2025-06-01"),
)


@pytest.mark.parametrize(
    "given, known",
    [
        ({"source": "utc"}, "2025-03-10T23:59:59.999999Z"),
        ({"source": "taipei"}, "2025-03-10T15:59:59.999999Z"),
        ({"source": "york"}, "2025-03-10T03:59:59.999999Z"),
        ({"source": "instant"}, "2025-03-10T00:30:00.000000Z"),
        ({"source": ["late", "utc", "taipei"]}, "2025-03-10T15:59:59.999999Z"),
        ({"source": ["late", "instant", "york"]}, "2025-03-10T00:30:00.000000Z"),
        ({"known": "2025-04-01"}, "2025-04-01T23:59:59.999999Z"),
        ({"source": "taipei", "known": "2025-04-01"}, "2025-04-01T15:59:59.999999Z"),
        ({"source": ["york", "utc"], "known": "2025-04-01"}, "2025-04-02T03:59:59.999999Z"),
        ({"source": "late", "known": "2025-04-01T10:00:00+02:00"}, "2025-04-01T08:00:00.000000Z"),
        ({"known": "9999-12-31"}, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_event_is_known_with_the_earliest_of_its_sources(
    world: World, given: Fields, known: str
) -> None:
    world.append(*IDENTITY, *SOURCES, without(DEAL, "source") | given)
    assert world.row("announced").known == known
    world.check()


def test_identity_is_known_always_unless_it_says_otherwise(world: World) -> None:
    company: Fields = {"type": "company_registered", "name": "A"}
    world.append(
        *SOURCES,
        company | {"id": "always", "subject": "company:always"},
        company | {"id": "told", "subject": "company:told", "source": "utc"},
        company | {"id": "said", "subject": "company:said", "known": "2025-01-01"},
        company | {"id": "since", "subject": "company:since", "occurred": "1974"},
        source("relayed", "2025-01-01", source="utc"),
    )
    found = {row.id: (row.known, row.occurred, row.earliest, row.latest) for row in world.rows()}
    assert found["always"] == (ALWAYS, None, "0001-01-01", "0001-01-01")
    # what a source tells of a company is known since then, of every day
    assert found["told"] == ("2025-03-10T23:59:59.999999Z", None, "0001-01-01", "0001-01-01")
    assert found["said"] == ("2025-01-01T23:59:59.999999Z", None, "0001-01-01", "0001-01-01")
    assert found["since"] == (ALWAYS, "1974", "1974-01-01", "1974-12-31")
    assert found["utc"] == (ALWAYS, None, "2025-03-10", "2025-03-10")
    assert found["taipei"] == (ALWAYS, None, "2025-03-10", "2025-03-10")
    assert found["relayed"][0] == "2025-03-10T23:59:59.999999Z"
    world.check()


def test_a_mend_is_known_always_and_news_with_its_source(world: World) -> None:
    world.append(*IDENTITY, *SOURCES, DEAL)
    world.append(
        correction("announced", {"title": "x"}, id="mend"),
        correction("announced", {"title": "y"}, id="news", source="taipei"),
        retraction("news", id="later", source="utc", known="2025-04-01", occurred="2025-03"),
    )
    found = {row.id: (row.known, row.occurred, row.earliest) for row in world.rows()}
    assert found["mend"] == (ALWAYS, None, "0001-01-01")
    assert found["news"] == ("2025-03-10T15:59:59.999999Z", None, "2025-03-10"), "the day of known"
    assert found["later"] == ("2025-04-01T23:59:59.999999Z", "2025-03", "2025-03-01")
    world.check()


def test_a_source_of_the_same_transaction_counts(world: World) -> None:
    world.append(*IDENTITY, *SOURCES, DEAL | {"source": ["late", "utc"]})
    assert world.row("announced").known == "2025-03-10T23:59:59.999999Z"


def test_imprecise_days_are_kept_with_their_bounds(world: World) -> None:
    dates = {
        "2025": ("2025-01-01", "2025-12-31"),
        "2025-02~": ("2025-01-01", "2025-03-31"),
        "[..2025-03]": ("0001-01-01", "2025-03-31"),
        "2025-03/..": ("2025-03-01", "9999-12-31"),
    }
    world.append(*IDENTITY)
    for number, (text, bounds) in enumerate(dates.items()):
        world.append(DEAL | {"id": f"d-{number}", "subject": f"deal:d-{number}", "occurred": text})
        row = world.row(f"d-{number}")
        assert (row.occurred, row.earliest, row.latest) == (text, *bounds)
    world.check()
