"""What the servers of these tests serve."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST = ROOT / "fixtures" / "foxconn-openai.yaml"
STORIES = sorted((ROOT / "fixtures").glob("*.yaml"))

ATTACK = "<img src=x onerror=alert(1)>"
TEXTS = (
    ATTACK,
    "\"'><script>alert(1)</script>",
    "]]></summary><script>alert(1)</script>",
    '=HYPERLINK("http://evil.example")',
    "{{ 7 * 7 }}{% include 'base.html' %}",
    "\u202egpj.exe",
)


def noon() -> datetime:
    """When everything is recorded."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


def hostile() -> Iterator[dict[str, Any]]:
    """Events of every kind of subject with an attack wherever text may stand."""
    said = " ".join(TEXTS)
    yield {
        "type": "source_registered", "subject": "source:press", "publisher": said, "kind": "news",
        "published": "2025-01-10", "title": said, "url": "javascript:alert(1)",
    }  # fmt: skip
    yield {
        "type": "company_registered", "subject": "company:evil", "name": ATTACK,
        "aliases": list(TEXTS), "identifiers": {"other": said}, "country": "US",
    }  # fmt: skip
    yield {"type": "company_registered", "subject": "company:acme", "name": said}
    news = {"source": "press", "occurred": "2025-01-10", "note": said, "speaker": said}
    parties = {"evil": ["partner"], "acme": ["partner"]}
    yield {
        "type": "deal_announced", "subject": "deal:evil-acme", "id": "announced", "kind": "joint_venture",
        "parties": parties, "title": said, "scope": list(TEXTS), "extra": {said: said}, **news,
    }  # fmt: skip
    yield {
        "type": "deal_suspended", "subject": "deal:evil-acme", "id": "suspended", "reason": said, **news
    }  # fmt: skip
    yield {
        "type": "event_disputed", "subject": "deal:evil-acme", "target": "announced", "by": "acme",
        "reason": said, **news,
    }  # fmt: skip
    yield {
        "type": "rumour_reported", "subject": "rumour:evil", "kind": "acquisition", "text": said,
        "parties": {"evil": ["acquirer"], "acme": ["target"]}, **news,
    }  # fmt: skip
    yield {
        "type": "rumour_denied", "subject": "rumour:evil", "by": "acme", "alternative": said,
        "extent": "partial", **news,
    }  # fmt: skip
    yield {
        "type": "commitment_stated", "subject": "commitment:evil", "actor": "evil", "purpose": said,
        "detail": said, **news,
    }  # fmt: skip
    yield {
        "type": "right_granted", "subject": "right:evil", "kind": "warrant", "holder": "evil",
        "grantor": "acme", "over": said, **news,
    }  # fmt: skip
    yield {
        "type": "relationship_observed", "subject": "relationship:evil-acme", "kind": "supplies",
        "from": "evil", "to": "acme", "products": list(TEXTS), **news,
    }  # fmt: skip
    yield {
        "type": "fact_stated", "subject": "fact:evil/words", "company": "evil", "attribute": "words",
        "value": said, "comparison": [{"relation": "overtook", "other": said}], **news,
    }  # fmt: skip
    yield {
        "type": "fact_stated", "subject": "fact:evil/config.json", "company": "evil",
        "attribute": "config.json", "value": said, **news,
    }  # fmt: skip


HUB_ITEMS = 379
DETAILS = 30
"""Events of one deal after its announcement."""


def hub() -> Iterator[dict[str, Any]]:
    """A company with 379 deals with 60 others, which deal with each other, too."""
    yield {
        "type": "source_registered", "subject": "source:press", "publisher": "The Press",
        "kind": "news", "published": "2020-01-10", "title": "Deals", "url": "https://example.com/deals",
    }  # fmt: skip
    yield {
        "type": "company_registered", "subject": "company:hub", "name": "Hub Industries",
        "aliases": ["Nabe"], "country": "DE",
    }  # fmt: skip
    for number in range(70):
        yield {
            "type": "company_registered", "subject": f"company:c{number:03}",
            "name": f"Company {number:03}",
        }  # fmt: skip
    kinds = (
        ("supply", "supplier", "customer"), ("investment", "investor", "investee"),
        ("acquisition", "acquirer", "target"), ("joint_venture", "partner", "partner"),
    )  # fmt: skip
    for number in range(HUB_ITEMS):
        kind, one, other = kinds[number % 4]
        day = f"{2010 + number % 15}-{1 + number % 12:02}-{1 + number % 28:02}"
        news = {"occurred": day, "known": day, "source": "press"}
        fields = (
            {"value": {"currency": "USD", "exact": str(10**6 * (1 + number))}} if number % 3 else {}
        )
        yield {
            "type": "deal_announced", "subject": f"deal:hub-{number:03}", "id": f"a{number}",
            "kind": kind, "parties": {"hub": [one], f"c{number % 60:03}": [other]}, **fields, **news,
        }  # fmt: skip
        if number % 5 == 0:
            yield {
                "type": "deal_terminated", "subject": f"deal:hub-{number:03}", "id": f"t{number}",
                "occurred": "2026-02-03", "known": "2026-02-03", "source": "press",
            }  # fmt: skip
    for number in range(40):
        yield {
            "type": "deal_announced", "subject": f"deal:side-{number:03}", "id": f"s{number}",
            "kind": "supply", "occurred": "2021-03-04", "known": "2021-03-05", "source": "press",
            "parties": {f"c{number:03}": ["supplier"], f"c{number * 7 % 60 + 1:03}": ["customer"]},
        }  # fmt: skip
    for number in range(DETAILS):
        day = f"2022-01-{1 + number:02}"
        yield {
            "type": "deal_terms_disclosed", "subject": "deal:side-000", "id": f"d{number}",
            "sites": [f"Plant {number}"], "occurred": day, "known": day, "source": "press",
        }  # fmt: skip
