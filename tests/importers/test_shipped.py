"""The mappings that come with the program, on data written by hand after the public descriptions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.importers.tables import Desk
from timeline.importers.report import Imported
from timeline.importers.schema import mapping_schema
from timeline.importers.shipped import read_named, shipped_names, title_of

MAPPINGS = Path(__file__).parents[2] / "timeline" / "importers" / "mappings"
FILES = Path(__file__).parent / "formats"


def take(desk: Desk, name: str, *files: Path | tuple[str, Any], **how: Any) -> Imported:
    """Import files, or values written as JSON, by a shipped mapping; nothing may be lost."""
    paths = [
        each
        if isinstance(each, Path)
        else desk.file(each[0], each[1] if isinstance(each[1], str) else json.dumps(each[1]))
        for each in files
    ]
    how.setdefault("rejected", desk.folder / "no.jsonl")
    done = desk.timeline.import_files(name, paths, **how)
    assert done.taken + done.already_there + done.left_out + done.rejected == done.rows
    return done


def items(desk: Desk, company: str, on: str, known: str | None = None) -> dict[str, Any]:
    """What a company's state holds, by the subjects."""
    state = desk.timeline.state(company, on=on, known=known)
    return {str(item.subject): item for item in state.companies[0].items}


def item(desk: Desk, company: str, on: str, known: str | None = None) -> Any:
    (found,) = items(desk, company, on, known).values()
    return found


def test_every_mapping_says_its_clocks_and_passes_the_schema() -> None:
    assert shipped_names() == sorted(path.stem for path in MAPPINGS.glob("*.yaml"))
    validator = jsonschema_rs.Draft7Validator(mapping_schema())
    for name in shipped_names():
        text = (MAPPINGS / f"{name}.yaml").read_text()
        assert "\n# occurred " in text, name
        assert "\n# known " in text, name
        assert len(title_of(name)) > 20, name
        validator.validate(yaml.safe_load(text))
        assert not read_named(name).report.problems


# --- Crunchbase ----------------------------------------------------------------------------------------


def test_crunchbase_editions_correct_each_other_and_companies_are_the_same(desk: Desk) -> None:
    done = take(
        desk,
        "crunchbase-acquisitions",
        FILES / "crunchbase-2013.csv",
        published="2013-10-31",
        rejected=None,
    )
    assert (done.taken, done.left_out, done.companies) == (2, 1, 3)
    later = take(
        desk,
        "crunchbase-acquisitions",
        FILES / "crunchbase-2015.csv",
        published="2015-12-04",
        rejected=None,
    )
    assert (later.corrected, later.confirmed, later.companies) == (1, 1, 0)
    deal = "deal:harbour-nine-lumen-ferry"
    before = items(desk, "lumen-ferry", "2016-01-01", "2014-01-01")[deal]
    after = items(desk, "lumen-ferry", "2016-01-01")[deal]
    assert (before.since, before.terms["value"]["exact"]) == ("2012-05-30", "120000000")
    assert (after.since, after.terms["value"]["exact"]) == ("2012-05-31", "125000000")
    bulk = take(
        desk, "crunchbase-acquisitions", FILES / "crunchbase-bulk.csv", published="2020-01-01"
    )
    assert (bulk.taken, bulk.companies) == (1, 0)
    assert len(items(desk, "quillwork", "2021-01-01")) == 1


# --- GLEIF ---------------------------------------------------------------------------------------------

DIRECT = "relationship:parent-holding-child-works-is-directly-consolidated-by"
ULTIMATE = "relationship:top-group-child-works-is-ultimately-consolidated-by"
MANAGED = "relationship:parent-holding-growth-fund-is-fund-managed-by"


@pytest.mark.parametrize("kind", ["csv", "xml", "json"])
def test_gleif_ties_hold_in_their_own_period_and_direct_and_ultimate_are_apart(
    desk: Desk, kind: str
) -> None:
    files = [FILES / f"gleif-rr.{kind}", FILES / f"gleif-lei2.{kind}"]  # the names come last
    done = take(desk, "gleif", *files)
    assert (done.rejected, done.left_out, done.companies) == (0, 0, 4), done.first_rejected
    on = items(desk, "child-works", "2020-01-01")
    assert set(on) == {DIRECT, ULTIMATE}
    assert (on[DIRECT].since, on[DIRECT].terms["direct"]) == ("2017-06-09", True)
    assert (on[ULTIMATE].since, on[ULTIMATE].terms["direct"]) == ("2017-06-09", False)
    assert (on[DIRECT].status, on[DIRECT].certainty) == ("active", "definite")
    later = items(desk, "child-works", "2023-01-01")
    assert (later[DIRECT].status, later[ULTIMATE].status) == ("active", "ended")
    assert later[ULTIMATE].since == "2021-08-31"
    assert items(desk, "child-works", "2023-01-01", "2023-04-05") == {}
    fund = items(desk, "growth-fund", "2024-01-01")
    assert list(fund) == [MANAGED]  # what GLEIF annulled is taken back
    assert (fund[MANAGED].terms["kind"], fund[MANAGED].since) == ("manages", "2023-04-06")
    assert fund[MANAGED].terms["from"] == "parent-holding"


@pytest.mark.parametrize("kind", ["csv", "xml", "json"])
def test_gleif_says_who_the_companies_are(desk: Desk, kind: str) -> None:
    assert take(desk, "gleif", FILES / f"gleif-lei2.{kind}").taken == 5
    child = desk.timeline.state("5493CHILD00000000088", on="2020-01-01").companies[0]
    assert (child.name, child.country, child.aliases) == ("Child Works GmbH", "DE", ["Child Works"])
    top = desk.timeline.state("top-group", on="2024-03-01").companies[0]
    assert top.status == "dissolved"
    assert take(desk, "gleif", FILES / f"gleif-lei2.{kind}").taken == 0


def test_gleif_ties_of_companies_without_a_record_are_kept_and_said(desk: Desk) -> None:
    done = take(desk, "gleif", FILES / "gleif-rr.csv")
    assert (done.rejected, done.companies) == (0, 4)
    assert "4 ids are registered nowhere" in done.notes[0]
    named = take(desk, "gleif", FILES / "gleif-lei2.csv", FILES / "gleif-rr.csv")
    assert named.companies == 0


CHANGES = "Entity.LegalEntityEvents.LegalEntityEvent"


def lei_record(kind: str, *changes: tuple[str, str], former: tuple[str, ...] = ()) -> str:
    """A record with name changes, each with its status and its day, as GLEIF writes it in three ways."""
    head = {"LEI": "5493CHILD00000000088", "Entity.LegalName": "Child Works GmbH"}
    head |= {"Entity.LegalJurisdiction": "DE", "Entity.EntityCreationDate": "2001-02-03T00:00:00Z"}
    head |= {"Registration.LastUpdateDate": "2023-04-05T06:07:08Z"}
    if kind == "csv":
        for number, name in enumerate(former, 1):
            place = f"Entity.OtherEntityNames.OtherEntityName.{number}"
            head |= {place: name, f"{place}.type": "PREVIOUS_LEGAL_NAME"}
        for number, (status, day) in enumerate(changes, 1):
            place = f"{CHANGES}.{number}"
            head |= {
                f"{place}.event_status": status,
                f"{place}.LegalEntityEventType": "CHANGE_LEGAL_NAME",
            }
            head |= {f"{place}.LegalEntityEventEffectiveDate": f"{day}T00:00:00Z"}
        return "\n".join(",".join(f'"{cell}"' for cell in each) for each in (head, head.values()))
    if kind == "json":
        record: dict[str, Any] = {"LEI": {"$": head["LEI"]}, "Entity": {
            name: {"$": head[f"Entity.{name}"]}
            for name in ("LegalName", "LegalJurisdiction", "EntityCreationDate")
        }, "Registration": {"LastUpdateDate": {"$": head["Registration.LastUpdateDate"]}}}  # fmt: skip
        record["Entity"]["OtherEntityNames"] = {
            "OtherEntityName": [{"@type": "PREVIOUS_LEGAL_NAME", "$": name} for name in former]
        }
        record["Entity"]["LegalEntityEvents"] = {"LegalEntityEvent": [
            {"@event_status": status, "LegalEntityEventType": {"$": "CHANGE_LEGAL_NAME"},
             "LegalEntityEventEffectiveDate": {"$": f"{day}T00:00:00Z"}}
            for status, day in changes
        ]}  # fmt: skip
        return json.dumps({"records": [record]})
    names = "".join(
        f'<OtherEntityName type="PREVIOUS_LEGAL_NAME">{name}</OtherEntityName>' for name in former
    )
    events = "".join(
        f'<LegalEntityEvent event_status="{status}"><LegalEntityEventType>CHANGE_LEGAL_NAME'
        f"</LegalEntityEventType><LegalEntityEventEffectiveDate>{day}T00:00:00Z"
        "</LegalEntityEventEffectiveDate></LegalEntityEvent>"
        for status, day in changes
    )
    return (
        f"<LEIData><LEIRecords><LEIRecord><LEI>{head['LEI']}</LEI><Entity>"
        f"<LegalName>Child Works GmbH</LegalName><OtherEntityNames>{names}</OtherEntityNames>"
        "<LegalJurisdiction>DE</LegalJurisdiction>"
        "<EntityCreationDate>2001-02-03T00:00:00Z</EntityCreationDate>"
        f"<LegalEntityEvents>{events}</LegalEntityEvents></Entity><Registration>"
        "<LastUpdateDate>2023-04-05T06:07:08Z</LastUpdateDate></Registration>"
        "</LEIRecord></LEIRecords></LEIData>"
    )


def names_on(desk: Desk, company: str, *days: str) -> list[str]:
    return [desk.timeline.state(company, on=day).companies[0].name for day in days]


@pytest.mark.parametrize("kind", ["csv", "xml", "json"])
def test_gleif_says_since_when_a_company_has_its_legal_name(desk: Desk, kind: str) -> None:
    renamed = lei_record(
        kind, ("IN_PROGRESS", "2024-01-01"), ("COMPLETED", "2015-06-07"), former=("Old Works AG",)
    )
    done = take(desk, "gleif", (f"lei2.{kind}", renamed))
    assert (done.rejected, done.events) == (0, 2), done.first_rejected
    days = ("2015-06-06", "2015-06-07", "2024-02-01")
    assert names_on(desk, "child-works", *days) == [
        "Old Works AG",
        "Child Works GmbH",
        "Child Works GmbH",
    ]
    assert (
        "Old Works AG" in desk.timeline.state("child-works", on="2020-01-01").companies[0].aliases
    )
    before = desk.timeline.state("child-works", on="2015-06-06", known="2023-01-01").companies[0]
    assert before.name == "Child Works GmbH"  # nobody could know it yet
    assert take(desk, "gleif", (f"lei2.{kind}", renamed)).taken == 0


@pytest.mark.parametrize("kind", ["csv", "xml", "json"])
@pytest.mark.parametrize(
    "changes, former",
    [
        pytest.param(
            [("COMPLETED", "2012-01-01"), ("COMPLETED", "2015-06-07")], ["A", "B"], id="two changes"
        ),
        pytest.param([("WITHDRAWN_CANCELLED", "2015-06-07")], ["A"], id="one that never was"),
        pytest.param([], ["A"], id="no change"),
    ],
)
def test_gleif_names_of_which_nobody_says_when_stay_aliases(
    desk: Desk, kind: str, changes: list[tuple[str, str]], former: list[str]
) -> None:
    done = take(desk, "gleif", (f"lei2.{kind}", lei_record(kind, *changes, former=tuple(former))))
    assert (done.rejected, done.events) == (0, 0), done.first_rejected
    company = desk.timeline.state("child-works", on="2013-01-01").companies[0]
    assert (company.name, company.aliases) == ("Child Works GmbH", former)


# --- BODS ----------------------------------------------------------------------------------------------


def shareholding(percent: float, **more: Any) -> dict[str, Any]:
    share = {"exact": percent, "minimum": percent, "maximum": percent}
    return {"type": "shareholding", "directOrIndirect": "direct", "share": share} | more


VOTES = {"type": "votingRights", "directOrIndirect": "direct", "share": {"minimum": 75}}
UNNAMED = {"reason": "interestedPartyHasNotProvidedInformation", "description": "asked twice"}


def statement(id_: str, day: str, record: str, kind: str, status: str, **details: Any) -> Any:
    publisher = {"name": "Register of Utopia"}
    published = {"publicationDate": "2024-01-01", "bodsVersion": "0.4", "publisher": publisher}
    return {
        "statementId": id_, "statementDate": day, "declarationSubject": "e1", "recordId": record,
        "recordType": kind, "recordStatus": status, "publicationDetails": published,
        "recordDetails": {"isComponent": False} | details,
    }  # fmt: skip


def interest(
    id_: str, day: str, status: str, *held: Any, party: Any = "p1", record: str = "r1"
) -> Any:
    return statement(
        id_, day, record, "relationship", status,
        subject="e1", interestedParty=party, interests=list(held),
    )  # fmt: skip


START = {"startDate": "2016-04-06"}
BODS4 = [
    statement(
        "s1", "2017-11-18", "e1", "entity", "new", name="Chrion Ltd",
        entityType={"type": "registeredEntity"}, jurisdiction={"name": "England", "code": "GB-ENG"},
        identifiers=[{"scheme": "GB-COH", "id": "07444723"}],
    ),
    statement(
        "s2", "2017-11-18", "p1", "person", "new", personType="knownPerson",
        names=[{"type": "legal", "fullName": "Ann Example"}, {"type": "alternative", "fullName": "Annie E."}],
    ),
    interest("s3", "2017-11-18", "new", VOTES | START, shareholding(100, **START)),
    interest("s4", "2018-01-05", "updated", shareholding(50, **START)),
    interest("s5", "2020-02-01", "closed", shareholding(50, **START, endDate="2020-01-15")),
    interest(
        "s6", "2018-01-05", "new", {"type": "votingRights", "share": {"exclusiveMinimum": 25, "maximum": 50}},
        party=UNNAMED, record="r2",
    ),
    interest("s7", "2018-01-05", "new", party={"reason": "noBeneficialOwners"}, record="r3"),
    interest("s8", "2021-01-05", "closed", {"type": "boardMember", "startDate": "2019-01-01"}, record="r4"),
]  # fmt: skip


def test_bods_04_shares_over_time_closed_records_and_when_they_were_stated(desk: Desk) -> None:
    done = take(desk, "bods", ("b.json", BODS4))
    assert (done.taken, done.left_out, done.rejected) == (7, 1, 0), done.first_rejected
    assert done.companies == 2

    def stake(on: str, known: str | None = None) -> Any:
        return items(desk, "chrion", on, known).get("relationship:bods-r1")

    assert stake("2018-06-01", "2017-11-17") is None
    assert stake("2018-06-01", "2017-11-18").terms["share"] == {"exact": "100"}
    assert stake("2017-06-01").terms["share"] == {"exact": "100"}
    assert stake("2017-06-01").terms["interests"] == ["voting_rights", "shareholding"]
    assert stake("2018-06-01").terms["share"] == {"exact": "50"}
    assert (stake("2018-06-01").since, stake("2018-06-01").terms["direct"]) == ("2016-04-06", True)
    assert stake("2020-01-20", "2020-01-31").status == "active"
    assert (stake("2020-01-20").status, stake("2020-01-20").since) == ("ended", "2020-01-15")
    unnamed = items(desk, "chrion", "2018-06-01")["relationship:bods-r2"]
    assert (unnamed.status, unnamed.terms["from"]) == ("observed", "undisclosed")
    assert unnamed.terms["share"] == {"min": "25", "max": "50"}
    board = items(desk, "ann-example", "2020-06-01")["relationship:bods-r4"]
    assert (board.status, board.terms["kind"]) == ("active", "manages")
    assert items(desk, "ann-example", "2021-06-01")["relationship:bods-r4"].since == "2021-01-05"
    company, person = (
        desk.timeline.state(each, on="2020-01-01").companies[0] for each in ("07444723", "Annie E.")
    )
    assert (company.name, company.country, person.name) == ("Chrion Ltd", "GB", "Ann Example")
    assert take(desk, "bods", ("b.json", BODS4)).taken == 0


def old(version: str) -> list[dict[str, Any]]:
    """Statements of 0.2 and 0.3: another name for how direct an interest is, and for some types."""
    published = {
        "publicationDate": "2018-11-18",
        "bodsVersion": version,
        "publisher": {"name": "CHRION"},
    }
    direct = "interestLevel" if version == "0.2" else "directOrIndirect"
    votes = "voting-rights" if version == "0.2" else "votingRights"

    def says(id_: str, kind: str, day: str, **more: Any) -> dict[str, Any]:
        base = {
            "statementID": id_,
            "statementType": kind,
            "statementDate": day,
            "isComponent": False,
        }
        return base | {"publicationDetails": published} | more

    def held(id_: str, day: str, percent: int, **more: Any) -> dict[str, Any]:
        share = {
            "exact": percent,
            "minimum": percent,
            "maximum": percent,
            "exclusiveMinimum": False,
        }
        shares = {"type": "shareholding", direct: "direct", "share": share, **START}
        voting = {"type": votes, direct: "direct", **START}
        return says(
            id_, "ownershipOrControlStatement", day, interests=[shares, voting],
            subject={"describedByEntityStatement": "e-1"},
            interestedParty={"describedByPersonStatement": "p-2"}, **more,
        )  # fmt: skip

    where = "incorporatedInJurisdiction" if version == "0.2" else "jurisdiction"
    return [
        says("e-1", "entityStatement", "2017-11-18", entityType="registeredEntity", name="CHRION LTD",
             identifiers=[{"scheme": "GB-COH", "id": "07444723"}], **{where: {"code": "GB"}}),
        says("p-1", "personStatement", "2017-11-18", personType="knownPerson",
             names=[{"type": "individual", "fullName": "Ann Example"}]),
        says("p-2", "personStatement", "2018-01-05", personType="knownPerson", replacesStatements=["p-1"],
             names=[{"type": "individual", "fullName": "Ann Example-Smith"}]),
        held("o-1", "2017-11-18", 100),
        held("o-2", "2018-01-05", 50, replacesStatements=["o-1"]),
        says("o-3", "ownershipOrControlStatement", "2018-01-05",
             subject={"describedByEntityStatement": "e-1"},
             interestedParty={"unspecified": {"reason": "unknown"}},
             interests=[{"type": "appointment-of-board", "endDate": "2018-12-31"}]),
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["0.2", "0.3"])
def test_bods_02_and_03_statements_replace_each_other(desk: Desk, version: str) -> None:
    done = take(desk, "bods", ("b.jsonl", "\n".join(map(json.dumps, old(version)))))
    assert (done.taken, done.rejected, done.companies) == (6, 0, 2), done.first_rejected
    subject = "relationship:ann-example-chrion-interest"

    def stake(on: str, known: str | None = None) -> Any:
        return items(desk, "chrion", on, known)[subject]

    assert stake("2018-06-01", "2017-12-31").terms["share"] == {"exact": "100"}
    assert stake("2017-06-01").terms["share"] == {"exact": "100"}
    assert stake("2018-06-01").terms["share"] == {"exact": "50"}
    assert stake("2018-06-01").terms["interests"] == ["shareholding", "voting_rights"]
    assert stake("2018-06-01").terms["direct"] is True
    board = items(desk, "chrion", "2019-06-01")["relationship:undisclosed-chrion-interest"]
    assert (board.status, board.terms["interests"]) == ("ended", ["board_appointment"])


# --- FollowTheMoney ------------------------------------------------------------------------------------


def entity(
    id_: str, schema: str, change: str | None = "2022-03-04T05:06:07", **properties: str
) -> Any:
    said = {name: value.split(" | ") for name, value in properties.items()}
    found = {"id": id_, "schema": schema, "properties": said, "datasets": ["xx_register"]}
    return found | ({"last_change": change} if change else {})


FTM = [
    entity(
        "o-1", "Ownership", owner="c-1", asset="c-2", percentage="25.5%", startDate="2015-03", endDate="2020"
    ),
    entity("o-2", "Ownership", None, owner="p-1", asset="c-1", role="founder")
    | {"first_seen": "2021-01-02T03:04:05"},
    entity(
        "d-1", "Directorship", director="p-1", organization="c-1", role="Chair", startDate="2019-05-06"
    ),
    entity(
        "c-1", "Company", name="Harbour Holding | Harbour Hldg", jurisdiction="gb",
        leiCode="5493PARENT0000000086",
    ),
    entity("c-2", "Company", name="Quillwork", country="us"),
    entity("p-1", "Person", name="Ann Example"),
    entity("a-1", "Address", full="1 Road"),
]  # fmt: skip


def test_followthemoney_entities_own_and_direct_each_other(desk: Desk) -> None:
    done = take(desk, "followthemoney", ("e.ftm.json", "\n".join(map(json.dumps, FTM))))
    assert (done.taken, done.left_out, done.rejected) == (6, 1, 0), done.first_rejected
    owned = items(desk, "quillwork", "2018-01-01")["relationship:ftm-o-1"]
    assert (owned.since, owned.terms["share"]) == ("2015-03", {"exact": "25.5"})
    assert items(desk, "quillwork", "2021-01-01")["relationship:ftm-o-1"].status == "ended"
    assert items(desk, "quillwork", "2018-01-01", "2022-03-03") == {}
    ann = items(desk, "ann-example", "2023-01-01")
    assert ann["relationship:ftm-o-2"].since == "2021-01-02"
    assert ann["relationship:ftm-d-1"].terms["kind"] == "manages"
    holding = desk.timeline.state("5493PARENT0000000086", on="2023-01-01").companies[0]
    assert (holding.name, holding.aliases, holding.country) == (
        "Harbour Holding",
        ["Harbour Hldg"],
        "GB",
    )


# --- SEC -----------------------------------------------------------------------------------------------

RECENT = {
    "accessionNumber": [f"0000320193-20-00000{number}" for number in (5, 4, 3, 2, 1)],
    "filingDate": ["2020-07-20", "2020-03-20", "2020-03-10", "2020-02-05", "2020-01-31"],
    "reportDate": ["2020-07-15", "2020-03-05", "2020-03-05", "", "2020-01-30"],
    "form": ["8-K", "8-K/A", "8-K", "8-K", "10-Q"],
    "items": ["1.02,2.01,9.01", "1.01,9.01", "1.01", "5.02", ""],
    "primaryDocDescription": ["8-K", "8-K/A", "8-K", "8-K", "10-Q"],
}
SUBMISSIONS = {
    "cik": "0000320193", "name": "Apple Example Inc.", "tickers": ["EXMP"], "exchanges": ["Nasdaq"],
    "formerNames": [{"name": "Example Computer", "from": "1994-01-01T00:00:00.000Z"}],
    "filings": {"recent": RECENT, "files": [{"name": "CIK0000320193-submissions-001.json"}]},
}  # fmt: skip


def test_sec_agreements_of_8_k_and_what_an_amendment_does(desk: Desk) -> None:
    done = take(desk, "sec-submissions", ("CIK0000320193.json", SUBMISSIONS))
    assert (done.taken, done.confirmed, done.rejected) == (3, 1, 0), done.first_rejected
    deals = items(desk, "apple-example", "2021-01-01")
    assert {subject: item.status for subject, item in deals.items()} == {
        "deal:apple-example-agreement-2020-03-05": "signed",
        "deal:apple-example-termination-2020-07-15": "terminated",
        "deal:apple-example-assets-2020-07-15": "completed",
    }
    signed = deals["deal:apple-example-agreement-2020-03-05"]
    assert (signed.since, signed.counterparties) == ("2020-03-05", ["undisclosed"])
    assert signed.sources == ["sec-0000320193-20-000003", "sec-0000320193-20-000004"]
    assert len(signed.corrections) == 1
    assert items(desk, "apple-example", "2021-01-01", "2020-03-09") == {}
    assert desk.timeline.state("320193", on="2021-01-01").companies[0].name == "Apple Example Inc."
    assert take(desk, "sec-submissions", ("CIK0000320193.json", SUBMISSIONS)).taken == 0


@pytest.mark.parametrize(
    "former, names",
    [
        pytest.param(
            [("EXAMPLE INC", "2007-01-10", "2019-08-05"), ("Example Computer", "1994-01-26", "2007-01-04")],
            ["Example Computer", "Example Computer", "EXAMPLE INC", "Apple Example Inc."],
            id="two, the newest first",
        ),
        pytest.param(
            [("Example Computer", "1994-01-26", "2007-01-04")],
            ["Example Computer", "Apple Example Inc.", "Apple Example Inc.", "Apple Example Inc."],
            id="one",
        ),
        pytest.param([("Example Computer", "1994-01-26", None)], ["Apple Example Inc."] * 4, id="no end"),
        pytest.param([], ["Apple Example Inc."] * 4, id="none"),
    ],
)  # fmt: skip
def test_sec_names_have_their_days(
    desk: Desk, former: list[tuple[str, str, str | None]], names: list[str]
) -> None:
    said = [
        {"name": name, "from": f"{first}T00:00:00.000Z", "to": last and f"{last}T00:00:00.000Z"}
        for name, first, last in former
    ]
    file = ("CIK0000320193.json", SUBMISSIONS | {"formerNames": said})
    done = take(desk, "sec-submissions", file, published="2024-05-06")
    assert done.rejected == 0, done.first_rejected
    assert names_on(desk, "320193", "2000-01-01", "2007-01-05", "2010-01-01", "2020-01-01") == names
    assert take(desk, "sec-submissions", file, published="2024-05-06").taken == 0


def figure(value: float, accession: str, filed: str, end: str = "2019-09-28", **more: Any) -> Any:
    return {
        "end": end,
        "val": value,
        "accn": accession,
        "fy": 2019,
        "fp": "FY",
        "form": "10-K",
        "filed": filed,
    } | more


YEAR = {"start": "2018-09-30"}
FACTS = {
    "cik": 320193, "entityName": "Apple Example Inc.",
    "facts": {
        "dei": {"EntityCommonStockSharesOutstanding": {"label": "Shares", "units": {
            "shares": [figure(895816758, "0001193125-19-1", "2019-10-31", frame="CY2019Q3I")]}}},
        "us-gaap": {
            "NetIncomeLoss": {"label": "Net income", "units": {"USD": [
                figure(-55256000000, "0000320193-19-000119", "2019-10-31", **YEAR),
                figure(-55000000000, "0000320193-20-000096", "2020-10-30", **YEAR)]}},
            "EarningsPerShareBasic": {"label": None, "units": {
                "USD/shares": [figure(11.97, "0000320193-19-000119", "2019-10-31", **YEAR)]}},
        },
    },
}  # fmt: skip


def test_sec_facts_have_their_period_and_are_known_by_the_filing(desk: Desk) -> None:
    done = take(desk, "sec-companyfacts", ("CIK0000320193.json", FACTS))
    assert (done.taken, done.rejected) == (4, 0), done.first_rejected
    income = "fact:apple-example/us-gaap.net-income-loss@2018-09-30/2019-09-28"

    def value(subject: str, known: str | None = None) -> Any:
        return items(desk, "apple-example", "2021-01-01", known)[subject].terms["value"]

    assert value(income, "2020-10-29") == {"exact": "-55256000000", "currency": "USD"}
    assert value(income)["exact"] == "-55000000000"
    earnings = "fact:apple-example/us-gaap.earnings-per-share-basic@2018-09-30/2019-09-28"
    assert value(earnings) == {"exact": "11.97", "currency": "USD", "per": "share"}
    shares = "fact:apple-example/dei.entity-common-stock-shares-outstanding@2019-09-28"
    assert value(shares) == "895816758"
    assert income not in items(desk, "apple-example", "2021-01-01", "2019-10-30")


# --- Wikidata ------------------------------------------------------------------------------------------


def time(text: str, precision: int) -> dict[str, Any]:
    value = {"time": text, "timezone": 0, "before": 0, "after": 0, "precision": precision}
    return {"value": value, "type": "time"}


def to(id_: str) -> dict[str, Any]:
    value = {"entity-type": "item", "numeric-id": int(id_[1:]), "id": id_}
    return {"value": value, "type": "wikibase-entityid"}


def claim(property_: str, id_: str, value: Any, rank: str = "normal", **qualifiers: Any) -> Any:
    def snak(name: str, said: Any) -> dict[str, Any]:
        return {"snaktype": "value", "property": name, "datavalue": said}

    said = {name: [snak(name, each)] for name, each in qualifiers.items()}
    main = snak(property_, value) if value else {"snaktype": "somevalue", "property": property_}
    return {"mainsnak": main, "type": "statement", "id": id_, "rank": rank, "qualifiers": said}


def item_of(rank: str = "normal", modified: str = "2024-05-06T07:08:09Z") -> dict[str, Any]:
    share = {"value": {"amount": "+0.51", "unit": "1"}, "type": "quantity"}
    claims = {
        "P127": [
            claim("P127", "Q20$A-1", to("Q30"), P580=time("+2012-05-00T00:00:00Z", 10),
                  P582=time("+2019-00-00T00:00:00Z", 9), P1107=share),
            claim("P127", "Q20$A-2", to("Q31"), rank),
            claim("P127", "Q20$A-3", None),
        ],
        "P355": [claim("P355", "Q20$B-1", to("Q40"), P585=time("+2020-01-02T00:00:00Z", 11))],
        "P749": [claim("P749", "Q20$C-1", to("Q30"))],
        "P1830": [claim("P1830", "Q20$G-1", to("Q41"))],
        "P571": [claim("P571", "Q20$D-1", time("+1990-00-00T00:00:00Z", 8))],
        "P576": [claim("P576", "Q20$E-1", time("+2025-06-30T00:00:00Z", 11))],
        "P1278": [claim("P1278", "Q20$F-1", {"value": "5493PARENT0000000086", "type": "string"})],
    }  # fmt: skip
    labels = {
        "de": {"language": "de", "value": "Hafen"},
        "en": {"language": "en", "value": "Harbour Nine"},
    }
    return {"type": "item", "id": "Q20", "modified": modified, "labels": labels, "claims": claims}


@pytest.mark.parametrize("dump", [False, True])
def test_wikidata_statements_with_their_qualifiers_and_precisions(desk: Desk, dump: bool) -> None:
    entity_, other = (
        item_of("deprecated"),
        {"type": "item", "id": "Q42", "labels": {}, "claims": {}},
    )
    file = (
        f"[\n{json.dumps(entity_)},\n{json.dumps(other)}\n]\n"
        if dump
        else {"entities": {"Q20": entity_}}
    )
    done = take(desk, "wikidata", ("Q20.json", file))
    assert (done.taken, done.rejected, done.left_out) == (8, 0, int(dump)), done.first_rejected
    on = items(desk, "harbour-nine", "2024-06-01")
    owned = on["relationship:q30-harbour-nine-owner"]
    assert (owned.status, owned.since, owned.terms["share"]) == ("ended", "2019", {"exact": "51"})
    earlier = items(desk, "harbour-nine", "2015-01-01")["relationship:q30-harbour-nine-owner"]
    assert (earlier.status, earlier.since) == ("active", "2012-05")
    assert "relationship:q31-harbour-nine-owner" not in on  # deprecated
    assert on["relationship:harbour-nine-q40-parent"].since == "2020-01-02"
    assert on["relationship:q30-harbour-nine-parent"].since == "2024-05-06"
    assert on["relationship:harbour-nine-q41-owner"].roles == ["investor"]
    assert on["fact:harbour-nine/founded"].terms["value"] == "199X"
    company = desk.timeline.state("5493PARENT0000000086", on="2025-07-01").companies[0]
    assert (company.name, company.status) == ("Harbour Nine", "dissolved")


@pytest.mark.parametrize("last", [None, "+2020-00-00T00:00:00Z"])
def test_wikidata_official_names_have_their_days(desk: Desk, last: str | None) -> None:
    def official(number: int, text: str, rank: str = "normal", **days: Any) -> Any:
        value = {"value": {"text": text, "language": "en"}, "type": "monolingualtext"}
        return claim("P1448", f"Q20$N-{number}", value, rank, **days)

    ended: Any = {} if last is None else {"P582": time(last, 9)}
    item_ = item_of()
    item_["claims"]["P1448"] = [
        official(
            1, "Port Nine Ltd", P580=time("+1991-00-00T00:00:00Z", 9), P582=time("+2004-03-00T00:00:00Z", 10)
        ),
        official(2, "Harbour Nine plc", P580=time("+2004-03-00T00:00:00Z", 10), **ended),
        official(3, "Slip Nine", "deprecated", P580=time("+2010-01-02T00:00:00Z", 11)),
        official(4, "Nine"),
    ]  # fmt: skip
    done = take(desk, "wikidata", ("Q20.json", {"entities": {"Q20": item_}}))
    assert done.rejected == 0, done.first_rejected
    found = names_on(desk, "harbour-nine", "2000-01-01", "2012-01-01", "2024-06-01")
    now = ["Port Nine Ltd", "Harbour Nine plc", "Harbour Nine plc"]
    assert found == (
        now if last is None else ["Harbour Nine"] * 3
    )  # of one that ended, what came then?


def test_wikidata_takes_back_what_became_deprecated(desk: Desk) -> None:
    take(desk, "wikidata", ("Q20.json", item_of()))
    take(desk, "wikidata", ("Q20.json", item_of("deprecated", "2025-01-01T00:00:00Z")))
    subject = "relationship:q31-harbour-nine-owner"
    assert subject in items(desk, "harbour-nine", "2025-02-01", "2024-12-31")
    assert subject not in items(desk, "harbour-nine", "2025-02-01")
