"""Tests that share a browser, or a Spark, stay on one worker."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("together")
def test_the_worker_of_a_group_is_chosen_by_its_name(
    request: pytest.FixtureRequest, worker_id: str
) -> None:
    """Else each worker would start a browser and a Spark of its own, without a word."""
    assert worker_id == "master" or request.node.nodeid.endswith("@together")
