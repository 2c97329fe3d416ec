"""The Python API as docs/api.md shows it, and answers as tables."""

from __future__ import annotations

import doctest
import gc
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.answers.stores import ROOT, new_store, new_timeline, replay_text
from timeline import Timeline
from timeline.errors import DataError
from timeline.store.bulk import rare_collections

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_every_example_of_the_api_page_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    # a fence ends what an example prints, as a blank line does
    text = re.sub(r"^```\w*$", "", text, flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(text, {}, "docs/api.md", "docs/api.md", 0)
    assert len(test.examples) > 40
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append)
    assert result.failed == 0, "".join(said)


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    names = ("foxconn-openai", "foxconn-sharp", "nissan-honda", "volkswagen-rivian")
    timeline = new_timeline(tmp_path_factory.mktemp("stories"), *names)
    yield timeline
    timeline.close()


def answers(timeline: Timeline) -> dict[str, Any]:
    return {
        "state": timeline.state(on="2025-11-21"),
        "diff": timeline.diff("foxconn", on="2012-01-01..2025-11-21"),
        "why": timeline.why("rumour:foxconn-nissan", on="2025-11-21"),
        "facts": timeline.items("fact", on="2025-11-21"),
        "why of a fact": timeline.why("fact:foxconn/results@2025-35", on="2025-11-21"),
        "companies": timeline.companies(on="2025-11-21"),
        "nothing": timeline.items("deal", on="1990-01-01"),
    }


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_every_answer_is_a_frame_with_its_rows(stories: Timeline, backend: Any) -> None:
    for name, answer in answers(stories).items():
        rows = answer.to_dicts()
        frame = answer.to_frame(backend)
        assert len(frame) == len(rows), name
        columns = frame.column_names if backend == "pyarrow" else list(frame.columns)
        assert columns == list(dict.fromkeys(column for row in rows for column in row)), name
        if rows:
            for column in ("subject", "status", "change", "company"):
                if column in columns:
                    values = (
                        frame[column].to_pylist() if backend == "pyarrow" else list(frame[column])
                    )
                    assert values == [row[column] for row in rows]


def test_a_column_of_several_types_is_text(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    replay_text(store, tmp_path, """\
sources: {post: {publisher: Post, kind: news, published: 2025-01-01}}
companies: {acme: {name: Acme}}
events:
  - {type: fact_stated, occurred: 2025-01-01, company: acme, attribute: staff, value: 5}
  - {type: fact_stated, occurred: 2025-01-02, company: acme, attribute: staff, value: true}
  - {type: fact_stated, occurred: 2025-01-03, company: acme, attribute: staff, value: many}
""")  # fmt: skip
    answer = Timeline(store).why("fact:acme/staff", on="2025-02-01")
    assert answer.to_polars()["after"].to_list() == ["5", "true", "many"]
    assert answer.to_arrow()["after"].to_pylist() == ["5", "true", "many"]
    diff = Timeline(store).diff("acme", on="2025-01-01..2025-01-03")
    assert len(diff.to_polars()) == len(diff.changes) > 0


class Tags(HTMLParser):
    """The tags of a text, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        assert attrs == []


def test_a_notebook_shows_a_table_in_which_nothing_runs(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>"
    store = new_store(tmp_path)
    replay_text(store, tmp_path, f"""\
sources: {{post: {{publisher: "{evil}", kind: news, published: 2025-01-01}}}}
companies: {{acme: {{name: "{evil}", aliases: ["{evil}"]}}, globex: {{name: Globex}}}}
events:
  - type: deal_signed
    subject: deal:x
    occurred: 2025-01-01
    kind: supply
    title: "{evil}"
    scope: ["{evil}"]
    note: "{evil}"
    speaker: "{evil}"
    parties: {{acme: [supplier], globex: [customer]}}
    extra: {{"{evil}": "{evil}"}}
""")  # fmt: skip
    timeline = Timeline(store)
    shown = [
        timeline.state("acme", on="2025-02-01"),
        timeline.state(on="2025-02-01"),
        timeline.diff("acme", on="2024-01-01..2025-02-01"),
        timeline.why("deal:x", on="2025-02-01"),
        timeline.items("deal", on="2025-02-01"),
        timeline.companies(on="2025-02-01"),
    ]
    for answer in shown:
        html = answer._repr_html_()
        parser = Tags()
        parser.feed(html)
        assert parser.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td"}, type(answer)
    assert any("&lt;img" in answer._repr_html_() for answer in shown)


def test_a_notebook_is_not_flooded(stories: Timeline) -> None:
    answer = stories.state(on="2025-11-21")
    many = msgspec.structs.replace(answer, companies=answer.companies * 10)
    assert len(many.to_dicts()) > 200
    html = many._repr_html_()
    assert html.count("<tr>") == 201
    assert f"and {len(many.to_dicts()) - 200} more rows" in html


def test_several_questions_of_one_session_see_one_store(tmp_path: Path) -> None:
    with new_timeline(tmp_path, "volkswagen-rivian") as timeline:
        before = timeline.stats().position
        fields = {"type": "company_registered", "subject": "company:acme", "name": "Acme"}
        lines = timeline.export()
        first = next(lines)
        timeline.append(fields)
        assert [first, *lines][-1].count(b"acme") == 0
        assert timeline.stats().position == before + 1


DEEP: dict[str, Any] = {"type": "deal_signed", "extra": {}}
for _ in range(200):
    DEEP["extra"] = {"inside": DEEP["extra"]}


@pytest.mark.parametrize(
    "wrong, code",
    [
        pytest.param({"type": "deal_signd"}, "unknown-event-type", id="the parser refuses"),
        pytest.param(DEEP, "too-deep", id="nobody reads"),
        pytest.param(
            {"type": "deal_signed", "subject": "deal:x", "occurred": "2025-01-01", "source": "nobody",
             "kind": "supply", "parties": {"a": ["supplier"], "b": ["customer"]}},
            "unknown-source", id="the store refuses",
        ),
    ],
)  # fmt: skip
def test_a_problem_of_what_came_from_no_file_has_no_place(
    tmp_path: Path, wrong: dict[str, Any], code: str
) -> None:
    with (
        Timeline(new_store(tmp_path)) as timeline,
        pytest.raises(DataError) as refused,
    ):
        timeline.append(wrong)
    assert code in [problem.code for problem in refused.value.problems]
    assert not any(problem.location or problem.excerpt for problem in refused.value.problems)


@pytest.fixture
def usual() -> Iterator[tuple[int, int, int]]:
    """The thresholds of the collector as Python sets them, whatever a command set before."""
    before, usual = gc.get_threshold(), (700, 10, 10)
    gc.set_threshold(*usual)
    yield usual
    gc.set_threshold(*before)


def test_only_what_brings_many_events_slows_the_search_for_garbage(
    tmp_path: Path, usual: tuple[int, int, int]
) -> None:
    seen: list[tuple[int, int, int]] = []

    def clock() -> datetime:
        seen.append(gc.get_threshold())
        return datetime(2026, 1, 1, tzinfo=UTC)

    path = tmp_path / "timeline.db"
    with Timeline.open(path, clock=clock) as timeline:
        timeline.append({"type": "company_registered", "subject": "company:a", "name": "A"})
        timeline.append_lines(BytesIO(b""))
        timeline.replay([ROOT / "fixtures" / "foxconn-sharp.yaml"])
    assert seen[0] == gc.get_threshold() == usual
    assert [threshold > usual for threshold in seen[1:]] == [True, True]


def test_threads_that_slow_the_search_for_garbage_leave_it_as_the_first_found_it(
    usual: tuple[int, int, int],
) -> None:
    one, other = rare_collections(), rare_collections()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert gc.get_threshold() > usual  # the other is still at work
    other.__exit__(None, None, None)
    assert gc.get_threshold() == usual
