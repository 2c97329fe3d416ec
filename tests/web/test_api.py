"""What programs rely on: the OpenAPI document, problems, feeds, health."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Serve
from tests.web.stories import ROOT
from tests.web.test_pages import SAME, formatted
from timeline.app import Timeline
from timeline.render.kinds import kinds_of
from timeline.render.status import statuses_of

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_document_says_what_can_be_asked(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    for path, operations in document["paths"].items():
        assert list(operations) == ["get"], path
        operation = operations["get"]
        assert operation["summary"]
        assert operation["description"]
        for parameter in operation.get("parameters", ()):
            assert parameter["in"] in ("query", "path")
            assert parameter.get("description") or parameter["in"] == "path", (path, parameter)
    ids = [operations["get"]["operationId"] for operations in document["paths"].values()]
    assert len(ids) == len(set(ids))
    assert "422" not in str(document["paths"])


def test_every_page_takes_what_the_document_says_of_it(client: TestClient) -> None:
    """A route that is made from a declaration once stood behind every page, and described it otherwise."""
    paths = client.get("/openapi.json").json()["paths"]
    for path, operations in paths.items():
        names = [
            each["name"]
            for each in operations["get"].get("parameters", ())
            if each["in"] == "query"
        ]
        # an empty parameter counts as left out, and an unknown company is looked for last
        asked = client.get(
            re.sub(r"{.*?}", "nobody", path) + ".json", params=dict.fromkeys(names, "")
        )
        assert "there is no parameter" not in asked.text, path
    assert [each["name"] for each in paths["/search"]["get"]["parameters"]] == [
        "lang",
        "q",
        "limit",
        "only",
    ]


def test_every_reference_of_the_document_leads_somewhere(client: TestClient) -> None:
    text = client.get("/openapi.json").text
    document = client.get("/openapi.json").json()
    for part in text.split('"$ref":"#/components/schemas/')[1:]:
        assert part.partition('"')[0] in document["components"]["schemas"]


@pytest.mark.parametrize("path", SAME)
def test_every_answer_is_as_the_document_says(client: TestClient, path: str) -> None:
    document = client.get("/openapi.json").json()
    answer = client.get(formatted(path, "json"))
    asked = path.partition("?")[0]
    template = next(
        each for each in document["paths"]
        if each == asked or _matches(each, asked)
    )  # fmt: skip
    schema = document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    jsonschema_rs.validate({**schema, "components": document["components"]}, answer.json())


def _matches(template: str, path: str) -> bool:
    wanted, given = template.split("/"), path.split("/")
    if wanted[-1] == "{subject}":
        given = [*given[: len(wanted) - 1], "/".join(given[len(wanted) - 1 :])]
    return len(wanted) == len(given) and all(
        w.startswith("{") or w == g for w, g in zip(wanted, given, strict=True)
    )


def test_people_can_read_the_document(client: TestClient) -> None:
    page = client.get("/docs").text
    for path in client.get("/openapi.json").json()["paths"]:
        assert f"GET {path}<" in page


# --- problems -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path, status, code, hint",
    [
        ("/companies/foxcon", 404, "unknown-company", "foxconn"),
        ("/subjects/rumour:foxconn-nisan", 404, "unknown-subject", "rumour:foxconn-nissan"),
        ("/subjects/foxconn", 400, "invalid-value", ""),
        ("/sources/reuters", 404, "unknown-source", "reuters-2025-11-22"),
        ("/log?type=deal_anounced", 404, "unknown-event-type", "deal_announced"),
        ("/companies/foxconn?on=2025-11", 400, "invalid-date", "a coordinate is a day"),
        ("/companies/foxconn?recorded=-1", 400, "invalid-value", ""),
        ("/companies/foxconn?attribution=gossip", 400, "invalid-parameter", ""),
        ("/companies/foxconn?onn=2025-11-21", 400, "invalid-parameter", 'did you mean "on"'),
        ("/deals?status=anounced", 400, "invalid-value", "announced"),
        ("/companies/foxconn/diff", 400, "invalid-value", ""),
        ("/companies/foxconn?as_of=2025-01-01&on=2025-01-01", 400, "invalid-value", ""),
        ("/nowhere", 404, "unknown-page", ""),
    ],
)
def test_a_problem_says_what_why_and_what_to_do(
    client: TestClient, path: str, status: int, code: str, hint: str
) -> None:
    answer = client.get(path, headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code)
    assert said["type"] == f"urn:timeline:problem:{code}"
    assert said["title"]
    assert said["detail"]
    assert hint in said.get("hint", "")
    document = client.get("/openapi.json").json()
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    jsonschema_rs.validate(schema, said)
    if path != "/companies/foxconn/diff":  # people are shown the form
        page = client.get(path)
        assert (page.status_code, code in page.text) == (status, True)


def test_all_that_is_wrong_is_said_at_once(client: TestClient) -> None:
    detail = client.get("/log.json?limit=0&order=up&nothing=1").json()["detail"]
    assert [name in detail for name in ("limit", "order", "nothing")] == [True] * 3


def test_every_code_of_the_server_is_documented(client: TestClient) -> None:
    documented = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
    for code in ("invalid-parameter", "unknown-page", "method-not-allowed", "address-too-long",
                 "cross-site-request", "token-required", "bug"):  # fmt: skip
        assert f"`{code}`" in documented


def test_a_store_that_cannot_be_read_is_a_problem(serve: Serve, tmp_path: Path) -> None:
    client = serve(tmp_path / "nothing.db")
    for path in ("/healthz", "/companies.json", "/companies/foxconn"):
        answer = client.get(path, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
        assert answer.headers["retry-after"] == "5"


# --- feeds ----------------------------------------------------------------------------------------


def feed(client: TestClient, path: str) -> ET.Element:
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content)


def test_the_feed_has_the_newest_events_first(client: TestClient) -> None:
    entries = feed(client, "/feed.atom").findall(f"{ATOM}entry")
    every = client.get("/log.json?limit=50&order=newest").json()
    assert len(entries) == len(every) == 50
    links = [entry.find(f"{ATOM}link").get("href", "") for entry in entries]  # type: ignore[union-attr]
    assert [link.partition("#")[2] for link in links] == [event["id"] for event in every]


def test_a_feed_has_what_atom_asks_for(client: TestClient) -> None:
    for path in ("/feed.atom", "/companies/foxconn/feed.atom", "/companies/Foxconn/feed.atom"):
        root = feed(client, path)
        for element in (root, *root.findall(f"{ATOM}entry")):
            assert [element.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated")].count(
                None
            ) == 0
        ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
        assert len(ids) == len(set(ids)) > 0


def test_the_feed_of_a_company_is_its_own(client: TestClient) -> None:
    titles = feed(client, "/companies/sharp/feed.atom").iterfind(f"{ATOM}entry/{ATOM}title")
    subjects = {(title.text or "").rpartition(" – ")[2] for title in titles}
    own = {event["subject"] for event in client.get("/log.json?target=sharp&limit=1000").json()}
    assert subjects == own


def test_the_links_of_a_feed_lead_to_the_events(client: TestClient) -> None:
    for link in feed(client, "/companies/foxconn/feed.atom").iterfind(f"{ATOM}entry/{ATOM}link"):
        target, _, anchor = (link.get("href") or "").partition("#")
        page = client.get(target, follow_redirects=True)
        assert page.status_code == 200
        assert anchor in page.text


def test_the_feed_of_an_empty_store_is_a_feed(serve: Serve, tmp_path: Path) -> None:
    with Timeline.open(tmp_path / "timeline.db") as timeline:
        timeline.init()
    client = serve(tmp_path / "timeline.db")
    assert feed(client, "/feed.atom").findall(f"{ATOM}entry") == []
    assert client.get("/").status_code == client.get("/companies").status_code == 200


# --- forms ----------------------------------------------------------------------------------------


def test_what_a_form_offers_is_there(client: TestClient) -> None:
    for kind in ("relationship", "deal", "right", "commitment", "rumour", "fact"):
        items = client.get(f"/{kind}s.json?limit=1000").json()["items"]
        assert {item["status"] for item in items} <= set(statuses_of(kind))
        if kinds_of(kind):
            assert {item["kind"] for item in items} <= set(kinds_of(kind))
        for status in statuses_of(kind):
            assert client.get(f"/{kind}s?status={status}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/log.json?after=9223372036854775808",
        "/log.json?after=99999999999999999999999999",
        "/log.json?before=9223372036854775808",
        "/log.json?order=newest&before=99999999999999999999999999",
        "/log.json?recorded=9223372036854775808",
        "/companies.json?recorded=99999999999999999999999999",
    ],
)
def test_a_number_that_no_database_has_is_no_bug(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (200, 400), client.get(path).text


@pytest.mark.parametrize(
    "path",
    [
        "/log.json?limit=1&limit=2",
        "/companies/foxconn.json?on=2025-11-21&on=2025-11-22",
        "/reports/portfolio.json?company=foxconn&company=openai",
        "/log?after=1&after=1",
        "/deals.json?after=a&after=b",
    ],
)
def test_a_parameter_that_is_given_twice_is_refused(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert "times" in answer.text


def test_several_values_are_several_where_they_may_be(client: TestClient) -> None:
    assert client.get("/deals.json?status=signed&status=announced").status_code == 200


def test_any_answer_is_there_only_where_one_is(client: TestClient) -> None:
    any_ = {"If-None-Match": "*"}
    assert client.get("/companies/foxconn.json", headers=any_).status_code == 304
    assert client.get("/companies/nobody.json", headers=any_).status_code == 404
    assert client.get("/deals.json?limit=0", headers=any_).status_code == 400


@pytest.mark.parametrize(
    "path", ["/nowhere.json", "/companies/nobody.json", "/log.json?limit=x", "/a/b/c.json"]
)
def test_what_is_asked_as_json_fails_as_json(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"]


def test_a_bug_is_json_where_json_was_asked(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("of no importance")

    monkeypatch.setattr("timeline.app.Timeline.anchor", fail)
    answer = client.get("/companies.json", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert answer.json()["code"] == "bug"


def test_a_picture_opened_by_itself_keeps_its_styles(client: TestClient) -> None:
    answer = client.get("/companies/foxconn/timeline.svg")
    policy = answer.headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe-inline" not in client.get("/companies").headers["content-security-policy"]
