"""A real browser and real servers for the tests of the pages: what they share."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.cli.program import ended_late

CHROMIUM = Path(os.environ.get("TIMELINE_TEST_CHROMIUM", "/usr/bin/chromium"))
SCREENSHOTS = os.environ.get("TIMELINE_TEST_SCREENSHOTS")
"""A folder for pictures of every page, if somebody wants to look at them: they take half of the time."""

WITH_BROWSER = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        not CHROMIUM.exists(),
        reason="no Chromium: apt-get install chromium, or name one in TIMELINE_TEST_CHROMIUM",
    ),
]

PATIENCE = 60_000
"""Milliseconds after which a page that should have answered has hung, on a machine with much else to do."""
expect.set_options(timeout=PATIENCE)

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]  # fmt: skip
"""Nothing that only a person at a desktop needs, and no name but this machine's."""


def photograph(page: Page, name: str) -> None:
    """Take a picture of the whole page, where somebody wants to look at it."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


@contextmanager
def serving(store: Path, *options: str) -> Iterator[str]:
    """The address of a server as people start it; at its end it leaves without a word."""
    command = [
        sys.executable,
        "-m",
        "timeline",
        "--db",
        str(store),
        "serve",
        "--port",
        "0",
        *options,
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            with ended_late(process):
                found = re.search(r"http://\S+(?=/)", process.stderr.readline())
            assert found
            yield found[0]
            process.send_signal(signal.SIGINT)
            assert (process.wait(timeout=120), process.stderr.read()) == (0, "")
        finally:
            process.kill()


@contextmanager
def watched(browser: Browser, server: str, **options: object) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server, **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    hosts: set[str] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("dialog", lambda dialog: wrong.append(dialog.message))
    context.on(
        "console",
        lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None,
    )
    yield context
    context.close()
    assert wrong == []
    assert hosts <= {urlsplit(server).netloc}
