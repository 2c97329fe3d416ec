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
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

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


Scheme = Literal["light", "dark"]

HIGH = 900
"""Pixels of a screen, from top to bottom."""


def photograph(page: Page, name: str) -> None:
    """Take a picture of the whole page, where somebody wants to look at it."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def find_serious(page: Page, rules: Rules = "all") -> list[tuple[str, str]]:
    """What axe-core finds serious in a page: the rules, and the first element that each is about."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[tuple[str, str]] = page.evaluate(_AXE, [rules, COLOURS])
    return [(rule, html) for rule, html in found]


Rules = Literal["all", "colours", "all else"]
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe-core that depend on the colour scheme."""

_AXE = """
async ([rules, colours]) => {
  const grave = impact => ["serious", "critical"].includes(impact)
  const wanted = axe._audit.rules.filter(rule => rule.enabled && grave(rule.impact) &&
    (rules == "all" || (rules == "colours") == colours.includes(rule.id)))
  const found = await axe.run({resultTypes: ["violations"], runOnly: wanted.map(rule => rule.id)})
  return found.violations.filter(each => grave(each.impact)).map(each => [each.id, each.nodes[0].html])
}
"""
"""A rule that is never grave is not asked: its impact is that of all that it finds."""


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


class Watched:
    """A window of which is noted what goes wrong, and which machines are asked."""

    def __init__(self, browser: Browser, server: str, **options: object) -> None:
        self._server = server
        self._wrong: list[str] = []
        self._hosts: set[str] = set()
        self.context = browser.new_context(base_url=server, **options)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE)
        self.context.on("request", lambda request: self._hosts.add(urlsplit(request.url).netloc))
        self.context.on("weberror", lambda error: self._wrong.append(str(error.error)))
        self.context.on("dialog", lambda dialog: self._wrong.append(dialog.message))
        self.context.on("console", self._said)

    def _said(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self._wrong.append(said.text)

    def check(self) -> None:
        """Nothing was asked of another machine and nothing went wrong, since this was asked last."""
        wrong, hosts = self._wrong[:], self._hosts - {urlsplit(self._server).netloc, ""}
        self._wrong.clear()
        self._hosts.clear()
        assert wrong == []
        assert hosts == set()


@contextmanager
def watched(browser: Browser, server: str, **options: object) -> Iterator[BrowserContext]:
    """A window of its own, checked at its end."""
    window = Watched(browser, server, **options)
    yield window.context
    window.context.close()
    window.check()


class Windows:
    """The windows that the tests of a module share: one on each server with script, and one without.

    A window of its own is a process that reads, and compiles, all of the page anew.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._there: dict[tuple[str, bool], tuple[Watched, Page]] = {}

    @contextmanager
    def on(
        self, server: str, *, script: bool = True, width: int = 1280, scheme: Scheme = "light"
    ) -> Iterator[Page]:
        """A page with nothing in it; at its end all that it asked and said is checked."""
        key = server, script
        if key not in self._there:
            window = Watched(self._browser, server, java_script_enabled=script)
            self._there[key] = window, window.context.new_page()
        window, page = self._there[key]
        page.set_viewport_size({"width": width, "height": HIGH})
        page.emulate_media(media="null", color_scheme=scheme)
        yield page
        # with about:blank its process would end, and the next page begin a new one
        page.goto("/healthz")
        window.check()

    def close(self) -> None:
        for window, _ in self._there.values():
            window.context.close()
