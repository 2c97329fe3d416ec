"""Whatever the document of the server allows is answered as it says; what it does not is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from timeline.app import Timeline
from timeline.web.app import make_app
from timeline.web.settings import Settings

SEEN = settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""Bounded, and the same questions each time: CI's verdict is about the change, not about luck."""


def test_every_question_is_answered_as_documented(stories: Path) -> None:
    with Timeline.open(stories) as timeline:
        hosts = ("testserver", "localhost")
        app = make_app(timeline, Settings(sql=True, seconds=5.0, allowed_hosts=hosts))
        document = schemathesis.openapi.from_asgi("/openapi.json", app)
        found = []
        for result in document.get_all_operations():
            operation: Any = result
            try:
                ask(operation.ok())
            except FailureGroup as failures:
                found += [f"{operation.ok().label}: {failure}" for failure in failures.exceptions]
        assert found == []


def ask(operation: Any) -> None:
    @SEEN
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        # a text may be a day in seven languages or none, which a schema cannot tell
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    check()
