"""What an answer gives away: how it is cited, its files, and the frame that a site may show it in."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.web.conftest import Serve
from timeline.cli import main
from timeline.web.citing import bibtex, cite_text, frame

FRAME = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
EMBED = "/embed/then/foxconn?on=2025-04-15"


def test_a_site_that_is_allowed_may_frame_a_picture(serve: Serve, stories: Path) -> None:
    client = serve(stories, embed_origins=("https://news.example",))
    answer = client.get(EMBED, headers=FRAME)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors https://news.example" in policy
    assert "script-src 'self'" in policy
    assert "x-frame-options" not in answer.headers
    assert "220 days" in answer.text
    assert "<script" not in answer.text
    whole = client.get("/then/foxconn?on=2025-04-15", headers=FRAME)
    assert whole.status_code == 403
    assert "frame-ancestors 'none'" in whole.headers["content-security-policy"]
    assert client.get("/embed/companies", headers=FRAME).status_code == 404  # it has no picture
    fetched = client.get(EMBED, headers=FRAME | {"Sec-Fetch-Mode": "no-cors"})
    assert fetched.status_code == 403


def test_a_frame_moves_within_frames(serve: Serve, stories: Path) -> None:
    client = serve(stories, embed_origins=("https://news.example",))
    moved = client.get("/embed/then/Hon Hai Precision Industry?on=2025-04-15", headers=FRAME)
    assert moved.headers["location"] == EMBED


def test_nobody_frames_where_nobody_is_allowed(serve: Serve, stories: Path) -> None:
    client = serve(stories)
    assert client.get(EMBED, headers=FRAME).status_code == 403
    assert client.get(EMBED).status_code == 404
    page = client.get("/then/foxconn?on=2025-04-15").text
    assert "--embed-origin" in page
    assert "&lt;iframe" not in page


@pytest.mark.parametrize("format_", ["json", "svg", "csv"])
@pytest.mark.parametrize("path", ["/then/foxconn", "/belief/rumour:foxconn-nissan", "/tracker"])
def test_every_file_has_a_name(serve: Serve, stories: Path, path: str, format_: str) -> None:
    answer = serve(stories).get(f"{path}.{format_}")
    assert answer.status_code == 200
    name = path.strip("/").replace("/", "-").replace(":", "-")
    assert answer.headers["content-disposition"].endswith(f'filename="{name}.{format_}"')


def test_a_file_has_its_address_at_the_foot(serve: Serve, stories: Path) -> None:
    svg = serve(stories).get("/then/foxconn.svg?on=2025-04-15").text
    assert "http://127.0.0.1:8000/then/foxconn?on=2025-04-15&amp;recorded=" in svg


def test_a_citation_is_safe_where_it_is_put() -> None:
    title = 'R&D 100 % {x} "y" <b>'
    assert r"title = {{R\&D 100 \% \{x\} " in bibtex(title, "as of today", 12, "http://h/x")
    assert cite_text(title, "", 1200, "http://h/x").endswith("entry 1,200. http://h/x")
    assert 'title="R&amp;D 100 % {x} &quot;y&quot; &lt;b&gt;"' in frame(title, "http://h/x?a&b")


@pytest.mark.parametrize(
    "origin", ["news.example", "https://*.example", "https://n.example/path", "javascript:x", "https://a b"]
)  # fmt: skip
def test_an_origin_is_a_scheme_and_an_exact_host(origin: str) -> None:
    done = CliRunner().invoke(main, ["serve", "--embed-origin", origin])
    assert done.exit_code == 2
    assert "is no origin" in done.output
