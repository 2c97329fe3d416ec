"""Whoever comes slowly, halfway or in crowds leaves room for the others."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest
import uvicorn

from timeline.app import Timeline
from timeline.web import server
from timeline.web.app import make_app
from timeline.web.settings import Settings


@contextmanager
def serving(path: Path, monkeypatch: pytest.MonkeyPatch, *, mcp: bool = False) -> Iterator[int]:
    """The server in a thread of this process; its port."""
    found: list[str] = []
    made: list[uvicorn.Server] = []
    ready = threading.Event()

    def tell(address: str) -> None:
        found.append(address)
        ready.set()

    begin = uvicorn.Server.__init__

    def remember(self: uvicorn.Server, config: uvicorn.Config) -> None:
        begin(self, config)
        made.append(self)

    monkeypatch.setattr(uvicorn.Server, "__init__", remember)
    with Timeline.open(path) as timeline:
        thread = threading.Thread(
            target=server.serve,
            args=(make_app(timeline, Settings(mcp=mcp)),),
            kwargs={"port": 0, "lifespan": mcp, "ready": tell},
            daemon=True,
        )
        thread.start()
        try:
            assert ready.wait(10)
            yield int(found[0].rstrip("/").rpartition(":")[2])
        finally:
            for each in made:
                each.should_exit = True
            thread.join(20)


@pytest.fixture
def port(stories: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(server, "SECONDS", 1.0)
    with serving(stories, monkeypatch) as port:
        wait_until_it_answers(port)
        yield port


def crammed(host_port: tuple[str, int], family: socket.AddressFamily) -> socket.socket:
    """A listening socket of which the system keeps little of what is not read yet."""
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    listening.bind(host_port)
    listening.listen()
    return listening


def wait_until_it_answers(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if get(port, "/healthz") == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


def get(port: int, path: str) -> int:
    with httpx.Client(timeout=20) as client:
        return int(client.get(f"http://127.0.0.1:{port}{path}").status_code)


def half_open(stack: ExitStack, port: int, sent: bytes, source: str = "127.0.0.1") -> socket.socket:
    connection = stack.enter_context(
        socket.create_connection(("127.0.0.1", port), 20, source_address=(source, 0))
    )
    connection.sendall(sent)
    return connection


HALVES = {
    "nothing at all": b"",
    "a part of the head": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
    "a head without its body": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n",
}


@pytest.mark.parametrize("what", HALVES)
def test_a_request_that_does_not_come_is_given_up(port: int, what: str) -> None:
    with ExitStack() as stack:
        connection = half_open(stack, port, HALVES[what])
        begun = time.monotonic()
        while connection.recv(4096):
            pass
        assert time.monotonic() - begun < 10


def test_bytes_that_come_now_and_then_gain_no_time(port: int) -> None:
    with ExitStack() as stack:
        connection = half_open(stack, port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        connection.settimeout(0.2)
        begun = time.monotonic()
        said = b""
        while b"408" not in said:
            assert time.monotonic() - begun < 10
            try:
                connection.sendall(b"X: y\r\n")
                said += connection.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                break


def test_a_crowd_of_half_open_requests_keeps_nobody_out(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(server.MOST_OF_ONE + 20):
            half_open(stack, port, b"GET / HTTP/1.1\r\n", source="127.0.0.2")
        assert get(port, "/healthz") == 200
        assert get(port, "/companies.json") == 200


def test_more_of_one_address_are_told_to_come_again(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(server.MOST_OF_ONE):
            half_open(stack, port, b"", source="127.0.0.3")
        time.sleep(0.2)
        one_more = half_open(stack, port, b"", source="127.0.0.3")
        said = one_more.recv(4096)
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 5" in said
    time.sleep(1.5)
    with ExitStack() as stack:
        again = half_open(
            stack, port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", source="127.0.0.3"
        )
        assert again.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_a_connection_serves_many_requests(port: int) -> None:
    with httpx.Client(timeout=20) as client:
        for _ in range(5):
            assert client.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
            time.sleep(0.4)


ANSWERS = {
    "one that is large": b"GET /network.html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "the last of the connection": (
        b"GET /network.html HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    ),
    "one that is small": b"GET /sources.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "many at once": b"GET /log.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 40,
    "one, and half a request more": (
        b"GET /network.html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /network"
    ),
}


def test_an_answer_that_nobody_reads_is_given_up(
    stories: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SECONDS_TO_READ", 1.0)
    monkeypatch.setattr(socket, "create_server", crammed)
    with serving(stories, monkeypatch) as port, ExitStack() as stack:
        wait_until_it_answers(port)
        for number, asked in enumerate(ANSWERS.values()):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.bind((f"127.0.1.{number + 1}", 0))
            connection.connect(("127.0.0.1", port))
            connection.sendall(asked)
        held = list(ANSWERS)
        end = time.monotonic() + 20
        while held and time.monotonic() < end:
            time.sleep(0.1)
            held = [
                what
                for number, what in enumerate(ANSWERS)
                if server.Connections._open[f"127.0.1.{number + 1}"]
            ]
        assert not held
        assert get(port, "/network.html") == 200  # who reads has it whole


def test_a_body_that_does_not_come_behind_another_request_is_given_up(
    stories: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SECONDS", 1.0)
    with serving(stories, monkeypatch, mcp=True) as port, ExitStack() as stack:
        wait_until_it_answers(port)
        first = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        second = b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n"
        connection = half_open(stack, port, first + second)
        begun = time.monotonic()
        while connection.recv(4096):
            pass
        assert time.monotonic() - begun < 10
