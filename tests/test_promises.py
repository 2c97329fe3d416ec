"""Every promise of docs/reliability.md and docs/security.md names a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PAGES = [TESTS.parent / "docs" / name for name in ("reliability.md", "security.md")]


def promised(text: str) -> list[tuple[str, str]]:
    """The files and tests that are named; a test without a file is in the file named last."""
    found, file = [], ""
    for name in re.findall(r"`((?:[\w/]+\.py)?(?:::)?\w*)`", text):
        path, _, test = name.partition("::")
        if path.endswith(".py"):
            file = path
        elif path:
            continue
        if path or test:
            found.append((file, test))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_promise_has_its_test(page: Path) -> None:
    names = promised(page.read_text(encoding="utf-8"))
    assert len(names) >= 20
    for file, test in names:
        path = TESTS / file
        assert path.is_file(), file
        assert not test or f"def {test}(" in path.read_text(encoding="utf-8"), f"{file}::{test}"


@pytest.mark.parametrize("text", ["`store/test_nothing.py`", "`test_promises.py::test_nothing`"])
def test_a_promise_without_a_test_would_be_found(text: str) -> None:
    ((file, test),) = promised(text)
    path = TESTS / file
    assert not path.is_file() or f"def {test}(" not in path.read_text(encoding="utf-8")
