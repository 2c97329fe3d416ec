"""A wire to a PostgreSQL that is cut in the middle of a COMMIT: before the server hears it, or after."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy.engine import URL

COMMIT: Final = b"COMMIT\x00"
"""The end of the message that the driver sends."""


class Wire:
    """Passes bytes on between clients on a port of this machine and the socket of a server."""

    def __init__(self, server: str, seed: int) -> None:
        self.cuts: Counter[str] = Counter()
        self.share = 0.0
        """The share of the COMMITs that is cut: one half before, one half after the server has it."""
        self._server = server
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._server)
            except OSError:
                client.close()
                server.close()
                continue
            threading.Thread(target=self._serve, args=(client, server), daemon=True).start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        with client, server:
            back = threading.Thread(target=self._to_client, args=(client, server), daemon=True)
            back.start()
            self._to_server(client, server)
            back.join()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if COMMIT in data and self._chance.random() < self.share:
                    if self._chance.random() < 0.5:
                        self.cuts["before"] += 1
                        break
                    self.cuts["after"] += 1
                    client.shutdown(socket.SHUT_RDWR)  # no reply comes through any more
                    server.sendall(data)
                    break
                server.sendall(data)
        self._end(client, server)

    def _to_client(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        self._end(client, server)

    def _end(self, *ends: socket.socket) -> None:
        for each in ends:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire_to(url: URL, seed: int = 1) -> Iterator[tuple[Wire, URL]]:
    """A wire to the server of a URL that names the folder of its socket, and the URL that goes through it."""
    wire = Wire(f"{url.query['host']}/.s.PGSQL.{url.port or 5432}", seed)
    try:
        yield wire, url.set(host="127.0.0.1", port=wire.port, query={})
    finally:
        wire.close()
