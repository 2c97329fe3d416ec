"""``timeline serve``: who is let in, and a server that really listens."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.program import ended_late, run

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "arguments, token, said",
    [
        (["--host", "0.0.0.0"], TOKEN, "--allowed-host"),
        (["--host", "::"], TOKEN, "--allowed-host"),
        (["--host", "10.0.0.1", "--allowed-host", "a.example"], None, "TIMELINE_TOKEN"),
        (["--host", "news.example", "--allowed-host", "a.example"], "", "TIMELINE_TOKEN"),
        (["--host", "0.0.0.0", "--allowed-host", "a.example"], "short", "fewer than 16"),
        ([], "short", "fewer than 16"),
        (["--allowed-host", "*"], None, "exact name"),
        (["--allowed-host", "*.example.com"], None, "exact name"),
        (["--port", "70000"], None, "70000"),
        (["--timeout", "0"], None, "--timeout"),
    ],
)
def test_nobody_else_is_let_in_by_accident(
    file: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], token: str | None, said: str
) -> None:
    if token is not None:
        monkeypatch.setenv("TIMELINE_TOKEN", token)
    done = run("serve", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_an_address_that_is_taken_is_said(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == 2
    assert done.stderr.startswith("error[cannot-serve]: 127.0.0.1:")


def test_an_address_of_another_machine_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINE_TOKEN", TOKEN)
    done = run("serve", "--host", "192.0.2.1", "--allowed-host", "a.example", "--port", "0")
    assert done.exit_code == 2
    assert done.stderr.startswith("error[cannot-serve]: 192.0.2.1:0 cannot be listened on")


def test_a_store_that_is_missing_is_said_at_once(here: Path) -> None:
    done = run("serve", "--port", "0")
    assert done.exit_code == 4
    assert "there is no store at timeline.db" in done.stderr


def test_without_the_extra_it_says_what_to_install(file: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['uvicorn'] = None\n"
        "from timeline.cli import main\n"
        "main(['serve', '--port', '0'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "pip install 'partnership-timeline[web]'" in done.stderr


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The program as it serves: its address, and its process."""
    command = [sys.executable, "-m", "timeline", "serve", "--port", "0", *arguments]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        try:
            assert process.stderr is not None
            with ended_late(process):
                line = process.stderr.readline()
            match = re.fullmatch(r"read-only at (http://\S+/) \(Ctrl-C ends\)\n", line)
            assert match, line
            yield match[1], process
        finally:
            process.kill()


def get(address: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_it_answers_until_it_is_interrupted(store: Path) -> None:
    with serving() as (address, process):
        assert address.startswith("http://127.0.0.1:")
        status, page = get(f"{address}companies/foxconn?on=2025-11-21")
        assert status == 200
        assert "Strategic alliance with OpenAI" in page
        assert get(f"{address}companies/foxconn", Host="evil.example")[0] == 400
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_it_answers_on_the_loopback_of_ipv6(file: Path) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no loopback of IPv6")
    with serving("--host", "::1") as (address, _):
        assert address.startswith("http://[::1]:")
        assert get(f"{address}healthz") == (200, '{"status":"ok"}\n')


def test_others_need_the_name_and_the_token(file: Path) -> None:
    arguments = ("--host", "0.0.0.0", "--allowed-host", "News.example")
    with serving(*arguments, TIMELINE_TOKEN=TOKEN) as (address, _):
        here = address.replace("0.0.0.0", "127.0.0.1")
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert get(f"{here}companies", **bearer)[0] == 400  # not by that name
        assert get(f"{here}companies", Host="news.example")[0] == 401
        assert get(f"{here}companies", Host="news.example", **bearer)[0] == 200
