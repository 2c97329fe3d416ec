"""Who may ask, what may be asked, and what every response carries."""

from __future__ import annotations

import base64
import json
import sqlite3
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Serve
from timeline.errors import InvalidValue
from timeline.web.guard import HEADERS
from timeline.web.settings import LONGEST_ADDRESS, host_name, is_loopback

TOKEN = "0123456789abcdef"


# --- the host -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:8000"]
)
def test_a_server_answers_to_the_names_of_this_machine(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:8000", "localhost.evil.example", "evil-localhost", "127.0.0.1.nip.io",
        "127.0.0.2", "0.0.0.0", "localhost@evil.example", "[::2]", "::1", "[::1", "[::1].evil.example",
        "localhost:8000:9", "localhost, evil.example", "www.localhost", "",
    ],
)  # fmt: skip
def test_a_server_answers_to_no_other_name(client: TestClient, host: str) -> None:
    answer = client.get("/companies/foxconn", headers={"Host": host})
    assert answer.status_code == 400
    assert "Foxconn" not in answer.text


def test_a_name_that_is_allowed_is_meant_exactly(serve: Serve, stories: Path) -> None:
    client = serve(stories, allowed_hosts=("news.example",))
    assert client.get("/healthz", headers={"Host": "news.example:80"}).status_code == 200
    for host in ("www.news.example", "a.news.example", "example", "localhost"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 400


def test_loopback_is_what_no_other_machine_reaches() -> None:
    assert [is_loopback(h) for h in ("localhost", "127.0.0.1", "127.9.9.9", "::1")] == [True] * 4
    assert [is_loopback(h) for h in ("0.0.0.0", "::", "10.0.0.1", "news.example", "")] == [
        False
    ] * 5
    assert [host_name(h) for h in ("::1", "127.0.0.1", "News.example")] == [
        "[::1]", "127.0.0.1", "news.example",
    ]  # fmt: skip


# --- the headers ----------------------------------------------------------------------------------

EVERYWHERE = (
    "/", "/companies/foxconn", "/companies/foxconn.json", "/companies/foxconn.csv", "/companies/nobody",
    "/companies/nobody.json", "/nowhere", "/static/style.css", "/static/nothing.css", "/feed.atom",
    "/openapi.json", "/docs", "/healthz", "/companies/foxconn?on=never", "/companies?x=1",
)  # fmt: skip


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_response_has_the_headers_of_security(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "server" not in answer.headers


def test_refusals_and_bugs_have_them_too(serve: Serve, tmp_path: Path, stories: Path) -> None:
    client = serve(stories, token=TOKEN)
    refused = client.get("/"), client.post("/"), client.get("/", headers={"Host": "evil.example"})
    gone = tmp_path / "gone.db"
    sqlite3.connect(gone).execute("CREATE TABLE other (x)").connection.close()
    for answer in (*refused, serve(gone).get("/")):
        assert answer.status_code >= 400
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_the_policy_lets_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}


def test_no_page_has_a_script_or_a_style_inside(client: TestClient) -> None:
    for path in ("/", "/companies/foxconn", "/subjects/rumour:foxconn-nissan", "/docs", "/log"):
        page = client.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert page.count("<script") == page.count('<script src="/static/')
        assert " on" + "click" not in page


# --- the methods ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/", "/companies/foxconn", "/static/style.css", "/nowhere"])
def test_only_get_and_head_are_answered(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.json()["code"] == "method-not-allowed"


@pytest.mark.parametrize("path", ["/companies/foxconn", "/companies/foxconn.json", "/feed.atom"])
def test_head_is_get_without_a_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers == get.headers


def test_a_page_cannot_be_fetched_or_embedded_by_another_site(client: TestClient) -> None:
    def ask(site: str, mode: str, destination: str) -> int:
        sent = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": destination}
        return client.get("/companies/foxconn", headers=sent).status_code

    for site in ("cross-site", "same-site"):
        assert ask(site, "no-cors", "image") == 403
        assert ask(site, "cors", "empty") == 403
        assert ask(site, "navigate", "iframe") == 403
        assert ask(site, "navigate", "document") == 200
    assert ask("same-origin", "cors", "empty") == 200
    assert ask("none", "navigate", "document") == 200


# --- limits ---------------------------------------------------------------------------------------


def test_an_address_has_a_greatest_length(client: TestClient) -> None:
    path = "/search?q=a&limit="
    longest = client.get(path + "1".rjust(LONGEST_ADDRESS - len(path) + 1, "0"))
    assert longest.status_code != 414
    too_long = client.get(path + "1".rjust(LONGEST_ADDRESS - len(path) + 2, "0"))
    assert (too_long.status_code, too_long.json()["code"]) == (414, "address-too-long")


@pytest.mark.parametrize(
    "query", ["q=" + "a" * 501, "limit=101", "limit=0", "limit=many", "q=a&q=b&nothing=1"]
)
def test_a_parameter_has_its_limits(client: TestClient, query: str) -> None:
    answer = client.get(f"/search.json?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-parameter")


def test_a_page_has_no_more_rows_than_the_limit(client: TestClient) -> None:
    assert client.get("/log.json?limit=1000").status_code == 200
    assert client.get("/log.json?limit=1001").status_code == 400
    assert len(client.get("/log.json").json()) == 100
    assert len(client.get("/deals.json?limit=2").json()["items"]) == 2


def test_a_question_has_a_greatest_time(serve: Serve, stories: Path) -> None:
    client = serve(stories, seconds=1e-9)
    answer = client.get("/companies.json")
    assert (answer.status_code, answer.json()["code"]) == (504, "out-of-time")
    assert "Traceback" not in answer.text


# --- reading only ---------------------------------------------------------------------------------


def test_nothing_is_written_whatever_is_asked(client: TestClient, stories: Path) -> None:
    before = stories.read_bytes(), stories.stat().st_mtime_ns
    for path in (*EVERYWHERE, "/log", "/deals", "/sources", "/search?q=x"):
        client.get(path)
    assert (stories.read_bytes(), stories.stat().st_mtime_ns) == before


def test_the_connection_itself_cannot_write(serve: Serve, stories: Path) -> None:
    from timeline.app import Timeline

    with Timeline.open(stories) as timeline, timeline.reading(seconds=1) as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            raw.execute("DELETE FROM projection")


def test_a_store_is_read_from_a_folder_that_cannot_be_written(
    serve: Serve, stories: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "timeline.db"
    copy.write_bytes(stories.read_bytes())
    copy.chmod(0o444)
    assert serve(copy).get("/companies/foxconn").status_code == 200


# --- the token ------------------------------------------------------------------------------------


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "given", [f"Bearer {TOKEN}", f"bearer {TOKEN}", basic(f":{TOKEN}"), basic(f"me:{TOKEN}")]
)
def test_who_has_the_token_is_answered(serve: Serve, stories: Path, given: str) -> None:
    client = serve(stories, token=TOKEN)
    assert client.get("/companies/foxconn", headers={"Authorization": given}).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}0", f"Bearer {TOKEN[:-1]}", TOKEN, f"Token {TOKEN}",
        basic(TOKEN), basic(f"{TOKEN}:"), "Basic !!!", "Basic /w==", basic("me:é"), "Bearer é",
    ],
)  # fmt: skip
def test_who_has_not_is_told_how(serve: Serve, stories: Path, given: str | None) -> None:
    client = serve(stories, token=TOKEN)
    headers = {} if given is None else {"Authorization": given.encode()}
    for path in ("/companies/foxconn", "/static/style.css", "/openapi.json", "/nowhere"):
        answer = client.get(path, headers=headers)  # type: ignore[arg-type]  # bytes, for what is not ASCII
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert "Foxconn" not in answer.text


def test_a_token_in_the_address_is_none(serve: Serve, stories: Path) -> None:
    assert serve(stories, token=TOKEN).get(f"/companies?token={TOKEN}").status_code == 401


def test_whether_it_lives_is_told_to_everybody(serve: Serve, stories: Path) -> None:
    answer = serve(stories, token=TOKEN).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


# --- what goes wrong ------------------------------------------------------------------------------


def test_a_bug_says_nothing_of_itself(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("timeline.questions.state.State.ask", broken)
    for path in ("/companies/foxconn", "/companies/foxconn.json"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "bug" in answer.text


def test_an_error_does_not_echo_markup(client: TestClient) -> None:
    for path in (
        "/companies/%3Cimg%20src=x%20onerror=alert(1)%3E",
        "/%3Cscript%3E",
        "/deals?status=%3Cimg%3E",
    ):
        answer = client.get(path)
        assert answer.status_code in (400, 404)
        assert "<img" not in answer.text
        assert "<script>" not in answer.text
        said = client.get(path, headers={"Accept": "application/json"})
        assert said.headers["content-type"] == "application/problem+json"
        assert json.loads(said.text)["status"] == answer.status_code


def test_an_invalid_value_of_the_library_is_a_problem(client: TestClient) -> None:
    assert InvalidValue("x").code == client.get("/deals.json?status=anounced").json()["code"]


@pytest.mark.parametrize(
    "given",
    [
        b"Basic \xff",
        b"Basic",
        b"Basic \xc3\xa9",
        b"Bearer \xff",
        b"\xff",
        b"Basic ====",
        b"Basic //8=",
    ],
)
def test_a_token_that_is_no_text_is_refused(serve: Serve, stories: Path, given: bytes) -> None:
    client = serve(stories, token="0123456789abcdef")
    answer = client.get("/companies.json", headers={b"Authorization": given})
    assert (answer.status_code, answer.json()["code"]) == (401, "token-required")
