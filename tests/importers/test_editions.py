"""A later edition of a list: confirmed, corrected, gone and back again, each known from its own day on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.importers.tables import Desk, codes
from timeline.importers.report import Imported

MAPPING = """
name: list
key: [id]
source: {id: list-EDITION, publisher: A list, kind: data, published: EDITION-10-31}
companies:
  target: {name: {column: target}}
  acquirer: {name: {column: acquirer}}
events:
  - type: deal_completed
    subject: deal:{acquirer}-{target}
    occurred: {column: closed}
    kind: acquisition
    parties: {acquirer: [acquirer], target: [target]}
    value: {exact: {column: price}, currency: {column: cur}}
"""
HEADER = "id,target,acquirer,closed,price,cur\n"


def edition(desk: Desk, year: int, *rows: str, **how: Any) -> Imported:
    return desk.take(HEADER + "\n".join(rows) + "\n", MAPPING.replace("EDITION", str(year)), **how)


def state(desk: Desk, subject: str, known: str | None = None) -> Any:
    (found,) = desk.timeline.items("deal", on="2026-01-01", known=known).items
    assert found.subject == subject
    return found


def test_changed_cells_are_what_the_list_says_now_and_were_not_known_before(desk: Desk) -> None:
    edition(desk, 2013, "1,Alpha,Beta,2012-01-05,,")
    done = edition(desk, 2015, "1,Alpha,Beta,2012-02-05,500,USD")
    assert (done.taken, done.corrected, done.confirmed, done.events) == (1, 1, 0, 1)
    before, after = (state(desk, "deal:beta-alpha", known) for known in ("2014-06-01", None))
    assert "value" not in before.terms
    assert after.terms["value"]["exact"] == "500"
    assert (before.since, after.since) == ("2012-01-05", "2012-02-05")


def test_unchanged_rows_confirm_and_a_plan_is_told_as_done(desk: Desk) -> None:
    edition(desk, 2013, "1,Alpha,Beta,2014-01-05,,")
    done = edition(desk, 2015, "1,Alpha,Beta,2014-01-05,,")
    assert (done.confirmed, done.corrected) == (1, 0)
    again = edition(desk, 2015, "1,Alpha,Beta,2014-01-05,,")
    assert (again.already_there, again.events) == (1, 0)
    plan, told = (
        desk.timeline.state("beta", on="2026-01-01", known=known) for known in ("2014-06-01", None)
    )
    assert plan != told
    assert edition(desk, 2013, "1,Alpha,Beta,2014-01-05,,").already_there == 1


def test_each_edition_is_compared_with_the_one_before(desk: Desk) -> None:
    edition(desk, 2013, "1,Alpha,Beta,2012-01-05,100,USD")
    edition(desk, 2014, "1,Alpha,Beta,2012-01-05,200,USD")
    assert edition(desk, 2015, "1,Alpha,Beta,2012-01-05,200,USD").confirmed == 1
    assert edition(desk, 2016, "1,Alpha,Beta,2012-01-05,,").corrected == 1
    worth = {
        year: state(desk, "deal:beta-alpha", f"{year}-12-31").terms.get("value", {}).get("exact")
        for year in range(2013, 2017)
    }
    assert worth == {2013: "100", 2014: "200", 2015: "200", 2016: None}


def test_an_older_edition_after_a_later_one_is_refused(desk: Desk) -> None:
    edition(desk, 2015, "1,Alpha,Beta,2012-01-05,,")
    assert list(codes(edition(desk, 2013, "1,Alpha,Beta,2012-01-05,1,USD"))) == ["older-edition"]


def test_other_companies_in_a_row_correct_the_parties_of_its_deal(desk: Desk) -> None:
    edition(desk, 2013, "1,Alpha,Beta,2012-01-05,,")
    done = edition(desk, 2015, "1,Alpha,Gamma,2012-01-05,,")
    assert (done.corrected, done.companies) == (1, 1)
    assert state(desk, "deal:beta-alpha").terms["parties"] == {
        "alpha": ["target"], "gamma": ["acquirer"]
    }  # fmt: skip


def test_a_refused_first_row_does_not_take_the_registration_of_the_source_along(desk: Desk) -> None:
    edition(desk, 2015, "1,Alpha,Beta,2012-01-05,,")
    done = desk.take(
        HEADER + "1,Alpha,Beta,2012-01-05,500,USD\n2,Gamma,Delta,2013-02-06,,\n",
        MAPPING.replace("list-EDITION", "other").replace("EDITION", "2013"),
    )
    assert (done.rejected, done.taken, done.sources) == (1, 1, 1)


@pytest.mark.parametrize("gone", [None, "ended", "retracted", "ignore"])
def test_rows_that_are_gone_are_reported_and_end_only_where_that_is_said(
    desk: Desk, gone: Any
) -> None:
    edition(desk, 2013, "1,Alpha,Beta,2012-01-05,,", "2,Gamma,Delta,2012-02-05,,")
    done = edition(desk, 2015, "1,Alpha,Beta,2012-01-05,,", gone=gone)
    assert (done.gone, done.told_gone) == (gone != "ignore", gone == "retracted")
    left = [item.subject for item in desk.timeline.items("deal", on="2026-01-01").items]
    assert ("deal:delta-gamma" in left) == (gone != "retracted")
    back = edition(desk, 2016, "1,Alpha,Beta,2012-01-05,,", "2,Gamma,Delta,2012-02-05,,")
    assert back.confirmed == 2
    assert len(desk.timeline.items("deal", on="2026-01-01").items) == 2


def test_a_row_that_is_refused_is_not_gone(desk: Desk) -> None:
    edition(desk, 2013, "1,Alpha,Beta,2012-01-05,,", "2,Gamma,Delta,2012-02-05,,")
    done = edition(desk, 2015, "1,Alpha,Beta,2012-01-05,,", "2,Gamma,Delta,soon,,")
    assert (done.rejected, done.gone) == (1, 0)


def test_a_relationship_that_is_gone_ended_between_the_editions(desk: Desk) -> None:
    mapping = """
name: holdings
key: [id]
source: {id: list-EDITION, publisher: A list, kind: data, published: EDITION-10-31}
companies: {parent: {name: {column: parent}}, child: {name: {column: child}}}
events:
  - type: relationship_established
    subject: "relationship:{parent}-{child}"
    occurred: {column: since}
    kind: parent_of
    from: parent
    to: child
"""
    table = "id,parent,child,since\n1,Alpha,Beta,2010\n2,Gamma,Delta,2010\n"
    desk.take(table, mapping.replace("EDITION", "2013"))
    done = desk.take(table[: table.index("2,")], mapping.replace("EDITION", "2015"), gone="ended")
    assert (done.gone, done.told_gone) == (1, 1)
    (ended,) = [e for e in desk.events("relationship") if e["type"] == "relationship_ended"]
    assert (ended["subject"], ended["occurred"]) == (
        "relationship:gamma-delta", "2013-10-31/2015-10-31"
    )  # fmt: skip
