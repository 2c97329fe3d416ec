"""People edit files, the log does not change: what replay says of it, and how it mends the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.answers.stores import new_store, replay_text
from timeline import Timeline
from timeline.errors import DataError, ExpectationFailed
from timeline.expectations import Given
from timeline.loading import Replayed, check_files, rehearse_files
from timeline.store.files import verify_files
from timeline.store.log import read_all_entries, read_rows
from timeline.store.store import Store

STORY = """\
story: acme-globex
sources:
  post: {publisher: Post, kind: news, published: 2025-01-10}
  times: {publisher: Times, kind: news, published: 2025-01-12}
companies:
  acme: {name: Acme, aliases: [Acme Corp]}
  globex: {name: Globex, country: US}
events:
  - type: deal_announced
    id: announced
    subject: deal:widgets
    occurred: 2025-01-09
    source: post
    kind: supply
    parties: {acme: [supplier], globex: [customer]}
    value: {exact: 50, currency: USD}
  - type: deal_signed
    id: signed
    subject: deal:widgets
    occurred: 2025-01-11
    source: times
  - type: deal_breach_alleged
    subject: deal:widgets
    occurred: 2025-01-12
    source: times
    by: [acme]
    against: [globex]
"""
"""The breach has no id of its own: it is derived from its content."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store whose notes of files must be sound whatever a test did with them."""
    store = new_store(tmp_path)
    yield store
    with store.reading() as connection:
        verify_files(connection)
    store.close()


def edited(*changes: tuple[str, str], text: str = STORY) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def without(first: str, text: str = STORY) -> str:
    """The story without the event that begins so, up to the next."""
    start = text.index(first)
    end = text.find("\n  - type:", start + 1)
    return text[:start].rstrip(" ") + (text[end + 1 :] if end >= 0 else "")


def deal(store: Store, subject: str = "deal:widgets", **at: Any) -> Any:
    """The item of the deal, or None."""
    (company,) = Timeline(store).state("acme", **{"on": "2025-02-01"} | at).companies
    return next((item for item in company.items if item.subject == subject), None)


def codes(problems: list[Any]) -> list[str]:
    return [problem.code for problem in problems]


def clean(store: Store, folder: Path, text: str, name: str = "story.yaml") -> Replayed:
    """Replayed again, the file tells nothing new and the record holds; plainly and with amend."""
    for amend in (False, True):
        done = replay_text(store, folder, text, name, amend=amend)
        assert (done.stored, done.warnings, done.amendments) == (0, [], [])
    Timeline(store).verify()
    return done


# --- the same file ------------------------------------------------------------------------------


def test_a_second_replay_stores_nothing(store: Store, tmp_path: Path) -> None:
    first = replay_text(store, tmp_path, STORY)
    assert (first.stored, first.found, first.position) == (7, 0, 7)
    done = clean(store, tmp_path, STORY)
    assert (done.found, done.position) == (7, 7)


# --- an event that was changed ------------------------------------------------------------------

RAISED = edited(("exact: 50,", "exact: 60,"))


def test_a_changed_event_is_refused_and_the_difference_shown(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    with pytest.raises(DataError) as refused:
        replay_text(store, tmp_path, RAISED)
    (problem,) = refused.value.problems
    assert problem.code == "event-changed"
    assert '"50"' in problem.message
    assert '"60"' in problem.message
    assert "--amend" in str(problem.hint)
    assert problem.location is not None
    assert problem.location.line == 9
    assert deal(store).terms["value"]["exact"] == "50"
    assert Timeline(store).stats().position == 7


def test_amend_mends_the_record_and_the_past_with_it(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    done = replay_text(store, tmp_path, RAISED, amend=True)
    assert done.stored == 1
    assert done.amendments == [
        {
            "type": "event_corrected",
            "id": "announced-corrected-4",
            "subject": "deal:widgets",
            "target": "announced",
            "changes": {"value": {"exact": "60", "currency": "USD"}},
            "reason": "edited in acme-globex",
        }
    ]
    for known in ("2025-01-10", "2025-03-01"):
        assert deal(store, known=known).terms["value"]["exact"] == "60"
    assert deal(store, recorded=7).terms["value"]["exact"] == "50"
    assert deal(store, recorded="2026-01-01").terms["value"]["exact"] == "50"
    assert deal(store, recorded=8).terms["value"]["exact"] == "60"
    assert deal(store).corrections == ["announced-corrected-4"]
    clean(store, tmp_path, RAISED)


def test_an_edit_that_is_undone_is_mended_back(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    replay_text(store, tmp_path, RAISED, amend=True)
    done = replay_text(store, tmp_path, STORY, amend=True)
    assert [a["changes"]["value"]["exact"] for a in done.amendments] == ["50"]
    assert deal(store).terms["value"]["exact"] == "50"
    assert deal(store, recorded=8).terms["value"]["exact"] == "60"
    clean(store, tmp_path, STORY)
    replay_text(store, tmp_path, RAISED, amend=True)
    assert deal(store).terms["value"]["exact"] == "60"
    clean(store, tmp_path, RAISED)


@pytest.mark.parametrize(
    "change, item",
    [
        (("occurred: 2025-01-11\n", "occurred: 2025-01-10\n"), {"since": "2025-01-10"}),
        (("{exact: 50, currency: USD}", "{max: 70, currency: EUR, basis: up_to}"), {}),
        (("    value: {exact: 50, currency: USD}\n", ""), {}),
        (("    kind: supply\n", "    kind: supply\n    title: Widgets\n"), {}),
        (("globex: [customer]", "globex: [partner]"), {}),
        (("    source: post\n", "    source: [post, times]\n"), {}),
        (("    kind: supply\n", "    kind: supply\n    fact_level: forecast\n"), {}),
    ],
)
def test_what_amend_makes_of_an_edit_is_what_a_new_store_makes_of_it(
    store: Store, tmp_path: Path, change: tuple[str, str], item: dict[str, Any]
) -> None:
    replay_text(store, tmp_path, STORY)
    text = edited(change)
    replay_text(store, tmp_path, text, amend=True)
    assert_like_new(store, tmp_path, text)
    for name, value in item.items():
        assert getattr(deal(store), name) == value
    clean(store, tmp_path, text)


def assert_like_new(store: Store, folder: Path, text: str) -> None:
    """The amended store answers like one that never knew the old text, on every day of the story."""
    new = new_store(folder, "new.db")
    replay_text(new, folder, text)
    for on in ("2025-01-08", "2025-01-10", "2025-02-01"):
        for known in ("2025-01-09", "2025-01-10", "2025-01-11", "2025-01-12", None):
            found, wanted = deal(store, on=on, known=known), deal(new, on=on, known=known)
            shown = ("status", "certainty", "since", "terms", "sources", "roles", "alternatives")
            assert [getattr(found, n, None) for n in shown] == [
                getattr(wanted, n, None) for n in shown
            ], (on, known)
    new.close()


# --- the source of an event ---------------------------------------------------------------------


def test_a_source_published_later_than_was_noted_makes_its_news_known_later(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    text = edited(("published: 2025-01-10", "published: 2025-01-11"))
    assert deal(store, known="2025-01-10") is not None
    replay_text(store, tmp_path, text, amend=True)
    assert deal(store, known="2025-01-10") is None
    assert deal(store, known="2025-01-11").status == "announced"
    assert deal(store, known="2025-01-10", recorded=7) is not None
    assert_like_new(store, tmp_path, text)
    clean(store, tmp_path, text)


def test_an_event_that_was_ascribed_to_the_wrong_source_is_known_since_the_right_one(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    text = edited(("    source: post\n", "    source: times\n"))
    replay_text(store, tmp_path, text, amend=True)
    assert deal(store, known="2025-01-11") is None
    assert_like_new(store, tmp_path, text)
    clean(store, tmp_path, text)


@pytest.mark.parametrize(
    "change",
    [
        ("name: Acme, aliases: [Acme Corp]", "name: Acme Corporation, aliases: [Acme Corp]"),
        ("aliases: [Acme Corp]", "aliases: [Acme Inc]"),
        ("publisher: Post", "publisher: The Post"),
    ],
)
def test_a_registration_that_was_edited(
    store: Store, tmp_path: Path, change: tuple[str, str]
) -> None:
    replay_text(store, tmp_path, STORY)
    text = edited(change)
    replay_text(store, tmp_path, text, amend=True)
    new = new_store(tmp_path, "new.db")
    replay_text(new, tmp_path, text)
    for company in ("acme", "globex"):
        found, wanted = (
            Timeline(s).state(company, on="2025-02-01").companies for s in (store, new)
        )
        assert (found[0].name, found[0].aliases, found[0].status) == (
            wanted[0].name, wanted[0].aliases, wanted[0].status,
        )  # fmt: skip
    why = Timeline(store).why("deal:widgets", on="2025-02-01")
    assert {c.publisher for link in why.chain for c in link.cited} == {
        "The Post" if "The Post" in text else "Post",
        "Times",
    }
    clean(store, tmp_path, text)
    new.close()


# --- an event that is gone ----------------------------------------------------------------------


def test_an_event_that_is_gone_is_a_warning_that_names_it(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    text = without("  - type: deal_signed")
    done = replay_text(store, tmp_path, text)
    (warning,) = done.warnings
    assert (warning.code, warning.warning) == ("event-vanished", True)
    assert '"signed"' in warning.message
    assert warning.location is not None
    assert warning.location.file.endswith("story.yaml")
    assert deal(store).status == "signed"
    with pytest.raises(DataError) as refused:
        replay_text(store, tmp_path, text, strict=True)
    assert codes(refused.value.problems) == ["event-vanished"]
    assert not refused.value.problems[0].warning


def test_amend_retracts_what_is_gone_and_takes_it_back_when_it_returns(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    text = without("  - type: deal_signed")
    done = replay_text(store, tmp_path, text, amend=True)
    assert [(a["type"], a["target"]) for a in done.amendments] == [("event_retracted", "signed")]
    assert deal(store).status == "announced"
    assert deal(store, recorded=7).status == "signed"
    assert_like_new(store, tmp_path, text)
    clean(store, tmp_path, text)
    again = replay_text(store, tmp_path, STORY)
    assert codes(again.warnings) == ["event-retracted"]
    assert deal(store).status == "announced"
    replay_text(store, tmp_path, STORY, amend=True)
    assert deal(store).status == "signed"
    clean(store, tmp_path, STORY)
    replay_text(store, tmp_path, text, amend=True)
    assert deal(store).status == "announced"
    clean(store, tmp_path, text)


def test_an_event_that_returns_with_other_content_is_taken_back_and_mended(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    replay_text(store, tmp_path, without("  - type: deal_signed"), amend=True)
    text = edited(("occurred: 2025-01-11\n", "occurred: 2025-01-10\n"))
    replay_text(store, tmp_path, text, amend=True)
    assert (deal(store).status, deal(store).since) == ("signed", "2025-01-10")
    clean(store, tmp_path, text)


# --- an event without an id ---------------------------------------------------------------------


def test_an_edited_event_without_an_id_is_refused_like_any_other(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    text = edited(("against: [globex]", "against: [globex]\n    note: denied"))
    with pytest.raises(DataError) as refused:
        replay_text(store, tmp_path, text)
    (problem,) = refused.value.problems
    assert problem.code == "event-changed"
    assert 'note: nothing in the log, "denied" here' in problem.message
    done = replay_text(store, tmp_path, text, amend=True)
    assert [(a["type"], a["changes"]) for a in done.amendments] == [
        ("event_corrected", {"note": "denied"})
    ]
    assert len(deal(store).steps) == 1
    clean(store, tmp_path, text)
    # and back again, to what its id was derived from
    assert len(replay_text(store, tmp_path, STORY, amend=True).amendments) == 1
    clean(store, tmp_path, STORY)


_BREACH = "  - type: deal_breach_alleged\n"
_PAID = "  - {type: deal_payment_made, subject: deal:widgets, "
TWO = edited(
    (
        _BREACH,
        (
            f"{_PAID}occurred: 2025-01-12, source: post, amount: USD 5 mn}}\n"
            f"{_PAID}occurred: 2025-01-13, source: times, amount: USD 6 mn}}\n{_BREACH}"
        ),
    )
)
PAID = "occurred: 2025-01-13, source: times, amount: USD 6 mn"


@pytest.mark.parametrize(
    "changes, amendments",
    [
        ([("USD 6 mn", "USD 7 mn")], ["event_corrected"]),
        ([(PAID, PAID.replace("-13", "-14"))], ["event_corrected"]),
        ([("USD 6 mn", "USD 7 mn"), ("USD 5 mn", "USD 4 mn")], ["event_corrected"] * 2),
        (
            [(PAID, "occurred: 2025-01-15, source: times, amount: USD 7 mn"), ("USD 5 mn", "USD 4 mn")],
            ["event_corrected"] * 2,
        ),
        (
            [
                (PAID, "occurred: 2025-01-15, source: times, amount: USD 7 mn"),
                ("occurred: 2025-01-12, source: post, amount", "occurred: 2025-01-16, source: post, amount"),
            ],
            ["event_corrected"] * 2,
        ),
    ],
)  # fmt: skip
def test_of_several_those_of_the_same_day_are_edits_of_each_other_then_those_of_the_same_source(
    store: Store, tmp_path: Path, changes: list[tuple[str, str]], amendments: list[str]
) -> None:
    replay_text(store, tmp_path, TWO)
    text = edited(*changes, text=TWO)
    with pytest.raises(DataError) as refused:
        replay_text(store, tmp_path, text)
    assert codes(refused.value.problems) == ["event-changed"] * len(amendments)
    done = replay_text(store, tmp_path, text, amend=True)
    assert [each["type"] for each in done.amendments] == amendments
    assert len([s for s in deal(store).steps if s["type"] == "deal_payment_made"]) == 2
    clean(store, tmp_path, text)


@pytest.mark.parametrize("amend", [False, True])
def test_what_stays_ambiguous_needs_ids(store: Store, tmp_path: Path, amend: bool) -> None:
    replay_text(store, tmp_path, TWO)
    text = edited(
        (PAID, "occurred: 2025-01-15, source: [post, times], amount: USD 7 mn"),
        ("occurred: 2025-01-12, source: post, amount", "occurred: 2025-01-16, known: 2025-01-17, amount"),
        text=TWO,
    )  # fmt: skip
    with pytest.raises(DataError) as refused:
        replay_text(store, tmp_path, text, amend=amend)
    assert codes(refused.value.problems) == ["event-changed", "event-changed"]
    assert "cannot be told" in refused.value.problems[0].message
    assert "ids" in str(refused.value.problems[0].hint)


def test_one_more_event_of_a_type_is_a_new_one(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    done = replay_text(store, tmp_path, TWO, strict=True)
    assert (done.stored, done.warnings) == (2, [])
    fewer = edited(
        (f"  - {{type: deal_payment_made, subject: deal:widgets, {PAID}}}\n", ""), text=TWO
    )
    assert codes(replay_text(store, tmp_path, fewer).warnings) == ["event-vanished"]
    clean(store, tmp_path, TWO)


# --- files that are renamed, moved, split, or of the same name ----------------------------------

OTHER = """\
sources:
  wire: {publisher: Wire, kind: news, published: 2025-02-10}
companies:
  acme: {name: Acme, aliases: [Acme Corp]}
  initech: {name: Initech}
events:
  - {type: deal_announced, id: other, subject: deal:other, occurred: 2025-02-09, source: wire,
     kind: supply, parties: {initech: supplier, acme: customer}}
"""


def origins(store: Store) -> dict[str, str | None]:
    return {entry.id: entry.origin for entry in Timeline(store).log()}


@pytest.mark.parametrize(
    "one, other",
    [
        ("x/deal.yaml", "y/deal.yaml"),
        ("x/deals/deal.yaml", "y/deals/deal.yaml"),
        ("x/a.yaml", "x/b.yaml"),
        ("deal.yaml", "y/deal.yaml"),
        ("x/deal.yml", "y/deal.yml"),
    ],
)
@pytest.mark.parametrize("story", ["", "story: same\n"])
@pytest.mark.parametrize("as_folders", [False, True])
def test_two_files_never_share_an_origin(
    store: Store, tmp_path: Path, one: str, other: str, story: str, as_folders: bool
) -> None:
    """Each replayed by itself: what one of them said is not missed in the other."""
    paths = []
    for name, text in ((one, STORY.replace("story: acme-globex\n", "")), (other, OTHER)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(story + text, encoding="utf-8")
        root = path.parent if as_folders and path.parent.name != "deals" else path
        paths.append(root if as_folders and path.parent != tmp_path else path)
    timeline = Timeline(store)
    for path in paths:
        assert timeline.replay([path], strict=True).warnings == []
    for path in reversed(paths):
        done = timeline.replay([path], amend=True, strict=True)
        assert (done.stored, done.amendments) == (0, [])
    found = origins(store)
    assert found["announced"] != found["other"]
    assert not any(str(tmp_path) in str(origin) for origin in found.values())
    assert deal(store, "deal:other", on="2025-03-01") is not None
    assert deal(store) is not None
    timeline.verify()


@pytest.mark.parametrize("how", ["file", "folder", "story", "moved", "above"])
def test_a_file_that_is_renamed_or_moved_takes_its_events_along(
    store: Store, tmp_path: Path, how: str
) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    path = folder / "deal.yaml"
    path.write_text(STORY.replace("story: acme-globex\n", ""), encoding="utf-8")
    timeline = Timeline(store)
    timeline.replay([folder])
    root = folder
    if how == "file":
        path = path.rename(folder / "supply.yaml")
    elif how == "folder":
        root = folder.rename(tmp_path / "renamed")
        path = root / "deal.yaml"
    elif how == "story":
        path.write_text("story: new-name\n" + path.read_text())
    elif how == "moved":
        (folder / "2025").mkdir()
        path = path.rename(folder / "2025" / "deal.yaml")
    else:
        root = tmp_path
    assert timeline.replay([root], strict=True).stored == 0
    path.write_text(without("  - type: deal_signed", path.read_text()), encoding="utf-8")
    assert codes(timeline.replay([root]).warnings) == ["event-vanished"]
    done = timeline.replay([root], amend=True)
    assert [a["target"] for a in done.amendments] == ["signed"]
    assert deal(store).status == "announced"


def test_a_file_that_is_renamed_and_edited_at_once_is_still_the_one(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    (tmp_path / "story.yaml").unlink()
    text = without("  - type: deal_signed")
    done = replay_text(store, tmp_path, text, "renamed.yaml")
    assert codes(done.warnings) == ["event-vanished"]


def test_a_file_that_is_gone_from_a_folder_is_noticed(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "stories"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.yaml").write_text(STORY, encoding="utf-8")
    (folder / "deep" / "b.yaml").write_text(OTHER, encoding="utf-8")
    timeline = Timeline(store)
    timeline.replay([folder])
    (folder / "deep" / "b.yaml").unlink()
    assert timeline.replay([folder / "a.yaml"], strict=True).warnings == [], "not of a file alone"
    vanished = timeline.replay([folder]).warnings
    assert codes(vanished) == ["event-vanished"] * 3, "both files told of Acme in the same words"
    done = timeline.replay([folder], amend=True)
    assert {a["type"] for a in done.amendments} == {"event_retracted"}
    assert deal(store, "deal:other", on="2025-03-01") is None
    assert timeline.replay([folder], amend=True, strict=True).stored == 0


def test_a_file_of_which_a_part_moved_to_another_keeps_the_rest(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    part = (
        "events:\n"
        + STORY[STORY.index("  - type: deal_signed") : STORY.index("  - type: deal_breach")]
    )
    done = replay_text(store, tmp_path, part, "part.yaml", amend=True, strict=True)
    assert (done.stored, done.amendments) == (0, [])
    rest = without("  - type: deal_signed")
    assert replay_text(store, tmp_path, rest, strict=True).warnings == []
    assert codes(replay_text(store, tmp_path, "events: []\n", "part.yaml").warnings) == [
        "event-vanished"
    ]


def test_a_store_restored_from_an_export_knows_its_stories_again(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    export = tmp_path / "log.jsonl"
    export.write_bytes(b"".join(Timeline(store).export()))
    restored = new_store(tmp_path, "restored.db")
    Timeline(restored).replay([export], verify=True)
    assert codes(replay_text(restored, tmp_path, without("  - type: deal_signed")).warnings) == [
        "event-vanished"
    ]
    restored.close()


# --- registrations that are still needed ---------------------------------------------------------


def test_amend_retracts_what_refers_before_what_is_referred_to(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    types = {entry.id: entry.type for entry in Timeline(store).log()}
    done = replay_text(store, tmp_path, "story: acme-globex\n", amend=True)
    retracted = [types[a["target"]].endswith("_registered") for a in done.amendments]
    assert retracted == [False] * 3 + [True] * 4
    assert deal(store) is None


def test_amend_never_retracts_a_registration_that_another_file_refers_to(
    store: Store, tmp_path: Path
) -> None:
    start = STORY.index("events:\n")
    replay_text(store, tmp_path, STORY[:start], "companies.yaml")
    replay_text(store, tmp_path, "story: other\n" + STORY[start:], "events.yaml")
    fewer = edited(("  globex: {name: Globex, country: US}\n", ""), text=STORY[:start])
    assert codes(replay_text(store, tmp_path, fewer, "companies.yaml").warnings) == [
        "event-vanished"
    ]
    with pytest.raises(DataError) as refused:
        replay_text(store, tmp_path, fewer, "companies.yaml", amend=True)
    assert codes(refused.value.problems) == ["still-referred-to"]
    assert deal(store).counterparties == ["globex"]


# --- erased events ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "published, erased",
    [
        pytest.param("2025-01-12", ["source:times"], id="a day"),
        pytest.param("2025-01-12T09:00:00Z", ["source:times"], id="an hour"),
        pytest.param("2025-01-12, timezone: Asia/Tokyo", ["source:times"], id="a day elsewhere"),
        pytest.param("2025-01-12", ["source:times", "source:post"], id="every source"),
        pytest.param("2025-01-12", ["company:acme"], id="a company"),
        pytest.param("2025-01-12", ["deal:widgets"], id="its first event"),
        pytest.param(
            "2025-01-12", ["source:times", "company:globex", "deal:widgets"], id="nearly all"
        ),
    ],
)
def test_amend_of_a_file_that_nobody_edited_appends_nothing_after_an_erasure(
    store: Store, tmp_path: Path, published: str, erased: list[str]
) -> None:
    text = edited(("published: 2025-01-12", f"published: {published}"))
    replay_text(store, tmp_path, text)
    timeline = Timeline(store)
    for subject in erased:
        timeline.erase(next(e.id for e in timeline.log() if e.subject == subject), "by order")
    before = [deal(store, known=day) for day in ("2025-01-11", "2025-01-12", "2025-02-01")]
    done = replay_text(store, tmp_path, text, amend=True, strict=True)
    assert (done.stored, done.amendments) == (0, [])
    assert [deal(store, known=day) for day in ("2025-01-11", "2025-01-12", "2025-02-01")] == before


@pytest.mark.parametrize(
    "change",
    [
        ("    against: [globex]", "    against: [globex]\n    note: again"),
        ("    against: [globex]", "    id: again\n    against: [globex]"),
        ("    occurred: 2025-01-12\n", "    occurred: 2025-01\n"),
        ("    by: [acme]\n", ""),
        ("    source: times\n    by", "    source: [times, post]\n    by"),
    ],
)
def test_an_erased_event_that_comes_back_under_a_new_id_is_named(
    store: Store, tmp_path: Path, change: tuple[str, str]
) -> None:
    replay_text(store, tmp_path, STORY)
    timeline = Timeline(store)
    breach = next(e.id for e in timeline.log() if e.type == "deal_breach_alleged")
    timeline.erase(breach, "by order")
    text = edited(change)
    with pytest.raises(DataError) as refused:
        replay_text(store, tmp_path, text, strict=True)
    assert codes(refused.value.problems) == ["event-erased"]
    for amend in (False, True):
        done = replay_text(store, tmp_path, text, amend=amend, dry_run=False)
        assert codes(done.warnings) == (["event-erased"] if not amend else [])


# --- what files expect, after they were edited ----------------------------------------------------

EXPECTED = "status: signed, terms: {value: USD 50}"
FIRST = f"{STORY}expect:\n  - {{subject: deal:widgets, on: 2025-03-01, state: {{{EXPECTED}}}}}\n"
_IN_FORCE_ON = "occurred: 2025-01-20, source: times"
IN_FORCE = f"  - {{type: deal_took_effect, subject: deal:widgets, {_IN_FORCE_ON}}}\n"
LATER = """\
sources:
  late: {publisher: Late, kind: news, published: 2025-02-10}
events:
  - {type: deal_terminated, id: over, subject: deal:widgets, occurred: 2025-02-10, source: late}
expect:
  - {subject: deal:widgets, on: 2025-03-01, state: terminated}
"""


@pytest.mark.parametrize(
    "first",
    [
        FIRST.replace("exact: 50,", "exact: 60,").replace("USD 50}", "USD 60}"),
        FIRST.replace("occurred: 2025-01-11", "occurred: 2025-01-10"),
        FIRST.replace("expect:", f"{IN_FORCE}expect:").replace(
            "status: signed", "status: in_force"
        ),
        FIRST.replace("Acme Corp]", "Acme Inc]"),
        without("  - type: deal_breach", STORY) + FIRST[FIRST.index("expect:") :],
    ],
)
def test_what_files_expect_of_the_events_above_holds_after_an_amendment(
    store: Store, tmp_path: Path, first: str
) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "10.yaml").write_text(FIRST, encoding="utf-8")
    (folder / "20.yaml").write_text(LATER, encoding="utf-8")
    timeline = Timeline(store)
    assert timeline.replay([folder]).expectations == 2
    (folder / "10.yaml").write_text(first, encoding="utf-8")
    assert timeline.replay([folder], amend=True).expectations == 2
    assert timeline.replay([folder]).expectations == 2
    assert timeline.replay([folder / "20.yaml"]).expectations == 1
    assert check_files([folder]).expectations == 2
    timeline.verify()


def test_what_files_expect_counts_the_lines_above_and_holds_none_of_their_positions(
    store: Store, tmp_path: Path
) -> None:
    story, _, expected = FIRST.partition("expect:")
    with Timeline.open(tmp_path / "other.db") as other:
        replay_text(other.store, tmp_path, story, "10.yaml")
        with other.store.reading() as connection:
            told = [msgspec.json.encode(row.fields) for row in read_rows(connection)]
    lines = tmp_path / "10.jsonl"
    lines.write_bytes(b"\n".join(told))
    (tmp_path / "20.yaml").write_text(f"expect:{expected}", encoding="utf-8")
    done = Timeline(store).replay([lines, tmp_path / "20.yaml"])
    assert (done.files, done.expectations) == (2, 1)
    many = Given(0, frozenset(), (range(1, 10**12),))  # as a set it would fill any memory
    with store.reading() as connection:
        entries = [entry for _, found in read_all_entries(connection) for entry in found]
    assert len(entries) > 5
    assert all(map(many, entries))
    assert not any(map(Given(0, frozenset(), (range(100, 10**12),)), entries))


def test_another_story_is_not_touched(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    other = "story: other\ncompanies:\n  initech: {name: Initech}\n"
    done = replay_text(store, tmp_path, other, "other.yaml", amend=True, strict=True)
    assert (done.stored, done.warnings, done.amendments) == (1, [], [])
    assert deal(store).status == "signed"


# --- what a file itself says about its events ---------------------------------------------------

MENDED = (
    STORY
    + """\
  - type: event_corrected
    id: scope-mended
    target: announced
    changes: {value: {exact: 55, currency: USD}}
    reason: misread
"""
)
NEWS = MENDED.replace("scope-mended", "scope-corrected").replace(
    "    reason", "    source: times\n    reason"
)
TAKEN_BACK = (
    STORY + "  - {type: event_retracted, id: taken-back, target: signed, reason: entered twice}\n"
)


@pytest.mark.parametrize("text", [MENDED, NEWS, TAKEN_BACK])
def test_a_file_that_corrects_or_retracts_its_own_events_is_no_edit(
    store: Store, tmp_path: Path, text: str
) -> None:
    replay_text(store, tmp_path, text)
    before = deal(store)
    clean(store, tmp_path, text)
    assert deal(store) == before


def test_a_mend_in_another_file_is_no_edit_of_this_one(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    later = "story: later\nevents:\n" + MENDED.removeprefix(STORY)
    replay_text(store, tmp_path, later, "later.yaml")
    assert deal(store).terms["value"]["exact"] == "55"
    clean(store, tmp_path, STORY)
    assert deal(store).terms["value"]["exact"] == "55"
    clean(store, tmp_path, later, "later.yaml")


@pytest.mark.parametrize("text", [MENDED, NEWS])
def test_an_edited_correction_is_mended_itself(store: Store, tmp_path: Path, text: str) -> None:
    replay_text(store, tmp_path, text)
    better = edited(("exact: 55", "exact: 57"), text=text)
    with pytest.raises(DataError) as refused:
        replay_text(store, tmp_path, better)
    assert codes(refused.value.problems) == ["event-changed"]
    replay_text(store, tmp_path, better, amend=True)
    assert deal(store).terms["value"]["exact"] == "57"
    assert deal(store, recorded=8).terms["value"]["exact"] == "55"
    assert_like_new(store, tmp_path, better)
    clean(store, tmp_path, better)


@pytest.mark.parametrize("text", [MENDED, NEWS, TAKEN_BACK])
def test_a_correction_that_is_gone_counts_no_longer(
    store: Store, tmp_path: Path, text: str
) -> None:
    replay_text(store, tmp_path, text)
    replay_text(store, tmp_path, STORY, amend=True)
    assert (deal(store).terms["value"]["exact"], deal(store).status) == ("50", "signed")
    clean(store, tmp_path, STORY)


def test_an_edit_beside_a_mend_leaves_the_mend(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, MENDED)
    text = edited(("    kind: supply\n", "    kind: supply\n    title: Widgets\n"), text=MENDED)
    replay_text(store, tmp_path, text, amend=True)
    assert deal(store).terms["value"]["exact"] == "55"
    assert deal(store).terms["title"] == "Widgets"
    clean(store, tmp_path, text)


def test_a_slip_that_was_mended_by_hand_may_be_put_right_in_the_file_too(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    mend = {"type": "event_corrected", "target": "announced", "reason": "misread"}
    Timeline(store).append(mend | {"changes": {"value": {"exact": "60", "currency": "USD"}}})
    assert deal(store).terms["value"]["exact"] == "60"
    clean(store, tmp_path, RAISED)


def test_a_changed_type_or_subject_is_another_event(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    text = edited(("type: deal_signed", "type: deal_completed"))
    for amend in (False, True):
        with pytest.raises(DataError) as refused:
            replay_text(store, tmp_path, text, amend=amend)
        assert codes(refused.value.problems) == ["id-taken"]


def test_an_edit_that_is_unsound_is_refused_where_it_stands(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    for change, code in (
        (("source: post\n", "source: nowhere\n"), "unknown-source"),
        (("globex: [customer]", "glob: [customer]"), "unknown-company"),
    ):
        with pytest.raises(DataError) as refused:
            replay_text(store, tmp_path, edited(change), amend=True)
        assert codes(refused.value.problems) == [code]
        assert refused.value.problems[0].location is not None
    assert Timeline(store).stats().position == 7


UNREADABLE = "  - {type: deal_signed, subject: deal:other, occurred: 2025-01-11, source: times\n"
"""A line that is no YAML: nothing closes its brace."""


@pytest.mark.parametrize(
    "changes, found",
    [
        pytest.param([("source: post\n", "source: nowhere\n")], ["unknown-source"], id="a source"),
        pytest.param([("globex: [cus", "glob: [cus")], ["unknown-company"], id="a company"),
        pytest.param(
            [("    id: signed\n    subject: deal:widgets", "    subject: deal:new")],
            ["missing-field", "missing-field"],
            id="an event without a first one",
        ),
        pytest.param(
            [("  globex: {name: Globex, country: US}\n", "")],
            ["still-referred-to"],
            id="a registration that is gone and referred to",
        ),
        pytest.param(
            [("exact: 50", "exact: many"), ("kind: news, published: 2025-01-12", "kind: nws")],
            ["wrong-type", "invalid-value"],
            id="values",
        ),
    ],
)
@pytest.mark.parametrize("amend", [False, True])
def test_a_line_that_cannot_be_read_hides_no_other_problem(
    store: Store, tmp_path: Path, changes: list[tuple[str, str]], found: list[str], amend: bool
) -> None:
    replay_text(store, tmp_path, STORY)
    with pytest.raises(DataError) as refused:
        replay_text(store, tmp_path, edited(*changes) + UNREADABLE, amend=amend)
    named = [p for p in refused.value.problems if p.code != "event-changed"]
    if not amend:  # without it nothing is retracted
        found = [code for code in found if code != "still-referred-to"]
    assert sorted(codes(named)) == sorted(["invalid-yaml", *found])
    lines = [p.location.line for p in refused.value.problems if p.location]
    assert lines == sorted(lines)
    assert len(lines) == len(refused.value.problems)
    assert Timeline(store).stats().position == 7


def test_what_stands_in_a_line_that_cannot_be_read_is_not_called_gone(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    for old, new in (
        ("    id: signed\n", "    id: signed\n    note: [x\n"),
        ("  globex: {name", "  globex: {name: [Globex, name"),
        ("    by: [acme]", "    by: {acme"),
    ):
        ways: list[dict[str, Any]] = [{"amend": True}, {"strict": True}, {}]
        for how in ways:
            with pytest.raises(DataError) as refused:
                replay_text(store, tmp_path, edited((old, new)), **how)
            assert len(refused.value.problems) == 1


# --- expectations, rehearsals -------------------------------------------------------------------

EXPECTING = (
    "expect:\n  - company: acme\n    on: 2025-02-01\n    known: 2025-02-01\n"
    "    state: {deal:widgets: {terms: {value: {exact: 60, currency: USD}}}}\n"
)


def test_the_edited_file_s_expectations_are_asked_of_the_mended_record(
    store: Store, tmp_path: Path
) -> None:
    replay_text(store, tmp_path, STORY)
    with pytest.raises(ExpectationFailed):
        replay_text(store, tmp_path, STORY + EXPECTING)
    replay_text(store, tmp_path, RAISED + EXPECTING, amend=True)
    assert clean(store, tmp_path, RAISED + EXPECTING).expectations == 1


@pytest.mark.parametrize("amend", [False, True])
def test_a_dry_run_shows_everything_and_stores_nothing(
    store: Store, tmp_path: Path, amend: bool
) -> None:
    replay_text(store, tmp_path, STORY)
    path = tmp_path / "story.yaml"
    added = "  - {type: deal_completed, id: done, subject: deal:widgets, occurred: 2025, source: post}\n"
    path.write_text(without("  - type: deal_signed", RAISED if amend else STORY) + added)
    before = list(Timeline(store).export())
    done = rehearse_files(store, [path], amend=amend)
    assert [fields["id"] for fields in done.appended] == ["done"]
    assert list(Timeline(store).export()) == before
    if amend:
        assert [(a["type"], a["target"]) for a in done.amendments] == [
            ("event_corrected", "announced"),
            ("event_retracted", "signed"),
        ]
        assert done.stored == 3
    else:
        assert codes(done.warnings) == ["event-vanished"]
    with pytest.raises(DataError):
        rehearse_files(store, [path], strict=True)
    real = Timeline(store).replay([path], amend=amend)
    assert (real.stored, real.amendments) == (done.stored, done.amendments)


def test_a_dry_run_makes_no_store(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(STORY)
    store = Store(tmp_path / "none.db")
    done = rehearse_files(store, [tmp_path / "story.yaml"])
    assert (done.stored, len(done.appended)) == (7, 7)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["story.yaml"]


def test_what_amend_refuses_stores_nothing(store: Store, tmp_path: Path) -> None:
    replay_text(store, tmp_path, STORY)
    before = list(Timeline(store).export())
    text = edited(("exact: 50,", "exact: 60,"), ("source: times\n", "source: nowhere\n"))
    with pytest.raises(DataError):
        replay_text(store, tmp_path, text, amend=True)
    assert list(Timeline(store).export()) == before
