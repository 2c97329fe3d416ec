"""Seeded, realistic news of any size, as JSONL: ``python -m benchmarks.generate 100000 -o news.jsonl``.

The same count and seed give the same bytes. Lines come in the order in which an editor would enter them,
are made one by one, and memory holds only the subjects whose story is still going on. What is in it:

- **Companies**, one for 50 lines, with a long tail: a company's rank is ``count * u ** 2.2`` for an even
  ``u``, so at a million lines the largest hub has some thousands of subjects and the median company ten.
- **Subjects** of 4 to 6 events: deals (38 %), rumours (20 %), relationships (14 %), commitments (12 %),
  facts (10 %), rights (6 %), each with one of the usual lives, weeks or months between two events.
- **Sources**: an article tells 1 to 8 events of its day, about 4; one event in 20 names two of them.
- **Late**, 10 %: half reported up to a year after they happened, half reported in time and entered up to
  two months later than the rest of their day.
- **Imprecise**, 10 %: a month, a season, a quarter, a year, "about", "by that day".
- **Corrected**, 1 %: by the publisher with a later article, or a mend of our own record (three in ten);
  besides these one event in a thousand is retracted and one disputed.
- **Amounts**: of half the deals and of commitments, rights and payments; exact, bounded or a range.

Events have ids, as feeds have; registrations of sources and companies have none, so theirs are derived.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from heapq import heappop, heappush
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

START = date(2015, 1, 1)
LATE, IMPRECISE, CORRECTED, RETRACTED, DISPUTED = 0.1, 0.1, 0.01, 0.001, 0.001

Fields = dict[str, Any]

_LIVES: dict[str, list[list[str]]] = {
    "deal": [
        ["announced", "announced", "terms_disclosed", "signed", "completed"],
        ["talks_confirmed", "announced", "signed", "took_effect", "payment_made", "amended"],
        ["announced", "signed", "approval_decided", "took_effect", "suspended", "resumed"],
        ["announced", "announced", "approval_decided", "withdrawn"],
        ["signed", "terms_disclosed", "took_effect", "payment_made", "terminated"],
    ],
    "rumour": [
        ["reported", "reported", "denied", "revived", "confirmed"],
        ["reported", "reported", "reported", "lapsed"],
        ["reported", "denied", "reported", "reported"],
    ],
    "relationship": [
        ["observed", "observed", "changed", "observed", "ended"],
        ["established", "changed", "observed", "changed"],
    ],
    "commitment": [
        ["stated", "detailed", "contracted", "progressed", "progressed", "fulfilled"],
        ["stated", "detailed", "revised", "withdrawn"],
    ],
    "fact": [["stated", "stated", "stated", "stated", "ended"], ["stated"] * 5],
    "right": [["granted", "exercised", "exercised", "lapsed"], ["granted"] * 2 + ["lapsed"]],
}
_SHARES = {"deal": 38, "rumour": 20, "relationship": 14, "commitment": 12, "fact": 10, "right": 6}

_DEAL_KINDS = ["strategic_alliance", "joint_venture", "supply", "acquisition", "investment"]
_ROLES = {
    "strategic_alliance": ["partner", "partner"],
    "joint_venture": ["partner", "partner"],
    "supply": ["supplier", "customer"],
    "acquisition": ["acquirer", "target"],
    "investment": ["investor", "investee"],
}
_RELATIONSHIPS = ["supplies", "partners_with", "owns_stake_in", "competes_with", "licenses_to"]
_ATTRIBUTES = ["revenue", "headcount", "market-share", "segments.largest", "capacity.planned"]
_PUBLISHERS = ["Daily Ledger", "Trade Wire", "Harbour Post", "Chip Journal", "Capital Notes"]
_SCOPES = ["ai-hardware", "batteries", "cloud", "contract-design", "data-centres", "logistics"]
_ATTRIBUTIONS = ["company_statement", "media_report", "anonymous_sources", "named_person", "filing"]
_NAMES = ["Acorn", "Borealis", "Cobalt", "Delta", "Ember", "Fathom", "Granite", "Helix", "Indigo"]
_FORMS = ["Corp", "Inc", "Group", "Holdings", "Technologies", "Energy", "Systems"]


class News:
    """An editor's desk: the stories that go on, and what they still bring."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self.count = count
        self.random = random.Random(seed)
        self.companies = max(20, count // 50)
        self.days = min(4000, max(730, count // 14))
        self.day = START
        self.registered = bytearray(self.companies)
        self.subjects = 0
        self.events = 0
        self.ahead: list[tuple[int, int, Fields]] = []  # (day of entry, tie, what happens)
        self.article: tuple[str, int] = (
            "",
            0,
        )  # the one of the day, and how many events it still tells
        self.articles = 0

    def lines(self) -> Iterator[Fields]:
        """As many events as were asked for."""
        return islice(self._entered(), self.count)

    def _entered(self) -> Iterator[Fields]:
        daily = self.count / self.days
        number = 0
        while True:
            self.day = START + timedelta(days=number)
            self.article = "", 0
            made = 0
            while self.ahead and self.ahead[0][0] <= number:
                for fields in self._told(heappop(self.ahead)[2], number):
                    yield fields
                    made += 1
            while made < daily and self.random.random() < daily - made:
                for fields in self._opened(number):
                    yield fields
                    made += 1
            number += 1

    # --- subjects ------------------------------------------------------------------------------

    def _opened(self, number: int) -> Iterator[Fields]:
        """A new subject: its companies where they are new, its first event; the rest lies ahead."""
        rnd = self.random
        self.subjects += 1
        kind = rnd.choices(list(_SHARES), list(_SHARES.values()))[0]
        first, second = self._company(), self._company()
        if first == second:
            second = (first + 1) % self.companies
        for company in (first, second):
            if not self.registered[company]:
                self.registered[company] = 1
                yield self._registration(company)
        one, two = f"company-{first}", f"company-{second}"
        subject = f"{kind}:{one}-{two}-{self.subjects}"
        if kind == "fact":
            attribute = f"{rnd.choice(_ATTRIBUTES)}-{self.subjects}"
            subject = f"fact:{one}/{attribute}"
        terms = self._terms(kind, one, two)
        if kind == "fact":
            terms["attribute"] = attribute
        happens = number
        told: Fields | None = None
        for step, name in enumerate(rnd.choice(_LIVES[kind])):
            fields: Fields = {"type": f"{kind}_{name}", "subject": subject}
            fields |= terms if step == 0 else {}
            fields |= self._said(kind, name, one, step)
            told = {"fields": fields, "happened": happens, "published": None}
            if step == 0:
                yield from self._told(told, number)
            else:
                self._plan(told, happens)
            happens += 1 + int(rnd.expovariate(1 / 60))

    def _plan(self, told: Fields, happens: int) -> None:
        """When it will be told and entered."""
        chance = self.random.random()
        entered = happens
        if chance < LATE / 2:
            entered += self.random.randint(20, 365)
        elif chance < LATE:
            told["published"] = happens
            entered += self.random.randint(5, 60)
        heappush(self.ahead, (entered, self.random.getrandbits(60), told))

    def _company(self) -> int:
        return int(self.companies * self.random.random() ** 2.2)

    def _registration(self, company: int) -> Fields:
        name = f"{_NAMES[company % 9]} {_FORMS[company % 7]} {company}"
        return {
            "type": "company_registered",
            "subject": f"company:company-{company}",
            "name": name,
            "aliases": [f"{_NAMES[company % 9]} {company}"],
            "country": ("US", "TW", "DE", "JP", "KR")[company % 5],
            "identifiers": {"ticker": f"C{company}"},
        }

    def _terms(self, kind: str, one: str, two: str) -> Fields:
        rnd = self.random
        if kind in ("deal", "rumour"):
            deal = rnd.choice(_DEAL_KINDS)
            roles = _ROLES[deal]
            terms: Fields = {"kind": deal, "parties": {one: roles[:1], two: roles[1:]}}
            if kind == "rumour":
                return terms
            terms["scope"] = rnd.sample(_SCOPES, 1 + (rnd.random() < 0.4))
            if rnd.random() < 0.5:
                terms["value"] = self._money()
            if rnd.random() < 0.3:
                terms["title"] = f"Agreement of {one} and {two} on {terms['scope'][0]}"
            return terms
        if kind == "relationship":
            return {"kind": rnd.choice(_RELATIONSHIPS), "from": one, "to": two}
        if kind == "commitment":
            purpose = f"Capacity for {rnd.choice(_SCOPES)}"
            return {"actor": one, "purpose": purpose, "amount": self._money(), "firmness": "plan"}
        if kind == "right":
            over = f"shares of {two}"
            return {"kind": "purchase_option", "holder": one, "grantor": two, "over": over}
        return {"company": one}

    def _said(self, kind: str, name: str, company: str, step: int) -> Fields:
        """What an event of the type carries besides the terms of the first."""
        rnd = self.random
        if kind == "fact" and name == "stated":
            return {"value": self._money()} if step % 2 else {"value": str(rnd.randint(1, 10**6))}
        if name in ("payment_made", "exercised"):
            part = {"part": True} if kind == "right" and step == 1 else {}
            return {"amount": self._money(), **part}
        if name == "approval_decided":
            outcome = "granted" if rnd.random() < 0.9 else "refused"
            return {"authority": "the competition authority", "outcome": outcome}
        if name == "denied":
            return {"by": company}
        if kind == "right" and name == "lapsed":
            return {"reason": "expired"}
        if name in ("terms_disclosed", "amended") or (kind == "commitment" and name == "revised"):
            term = "amount" if kind == "commitment" else "value"
            return {term: self._money()}
        if name == "progressed":
            return {"spent": self._money()}
        if name == "changed":
            return {"products": rnd.sample(_SCOPES, 2)}
        return {"note": f"{company} in its own words, part {step}"} if rnd.random() < 0.2 else {}

    def _money(self) -> Fields:
        rnd = self.random
        amount = round(10 ** rnd.uniform(0.3, 4)) * 1_000_000
        money: Fields = {"currency": rnd.choices(["USD", "EUR", "TWD"], [8, 2, 1])[0]}
        chance = rnd.random()
        if chance < 0.1:
            return money | {"min": str(amount), "max": str(amount * 2)}
        if chance < 0.3:
            money["basis"] = rnd.choice(["up_to", "about", "at_least"])
        return money | {"exact": str(amount)}

    # --- news ----------------------------------------------------------------------------------

    def _told(self, told: Fields, number: int) -> Iterator[Fields]:
        """An event as it is entered, its article first where that is new."""
        rnd = self.random
        fields, happened = told["fields"], told["happened"]
        if "occurred" not in fields and "target" not in fields:
            fields["occurred"] = self._occurred(START + timedelta(days=happened))
        if told["published"] is not None:  # entered late, from the article of that day
            registration = self._article(START + timedelta(days=told["published"]))
            yield registration
            fields["source"] = registration["subject"].partition(":")[2]
        elif "source" not in told or told["source"]:
            slug, left = self.article
            if not left:
                registration = self._article(self.day)
                yield registration
                before, slug = slug, registration["subject"].partition(":")[2]
                left = rnd.randint(1, 8)
                if before and rnd.random() < 0.2:
                    fields["source"] = [before, slug]
            fields.setdefault("source", slug)
            self.article = slug, left - 1
        self.events += 1
        fields["id"] = f"n-{self.events}"
        if rnd.random() < 0.6:
            fields["attribution"] = rnd.choice(_ATTRIBUTIONS)
        yield fields
        if "target" not in fields:
            self._followed_up(fields, number)

    def _followed_up(self, fields: Fields, number: int) -> None:
        """Now and then something turns out to be wrong with what was told."""
        rnd = self.random
        chance = rnd.random()
        if chance > CORRECTED + RETRACTED + DISPUTED:
            return
        about: Fields = {"subject": fields["subject"], "target": fields["id"]}
        mend = chance < CORRECTED * 0.3
        if chance < CORRECTED:
            day = (self.day - timedelta(days=rnd.randint(1, 20))).isoformat()
            about |= {"type": "event_corrected", "changes": {"occurred": day}}
        elif chance < CORRECTED + RETRACTED:
            about |= {"type": "event_retracted", "reason": "a mix-up of two companies"}
        else:
            about |= {"type": "event_disputed", "by": "a spokesman"}
        told = {"fields": about, "happened": number, "published": None, "source": not mend}
        heappush(self.ahead, (number + rnd.randint(1, 30), rnd.getrandbits(60), told))

    def _article(self, day: date) -> Fields:
        self.articles += 1
        publisher = self.random.choice(_PUBLISHERS)
        word = publisher.lower().replace(" ", "-")
        return {
            "type": "source_registered",
            "subject": f"source:{word}-{day:%Y%m%d}-{self.articles}",
            "publisher": publisher,
            "kind": "news",
            "published": day.isoformat(),
            "url": f"https://news.example/{word}/{day:%Y/%m/%d}/{self.articles}",
        }

    def _occurred(self, day: date) -> str:
        rnd = self.random
        if rnd.random() >= IMPRECISE:
            return day.isoformat()
        return (
            f"{day:%Y-%m}",
            f"{day:%Y-%m}",
            f"{day.year}-{20 + (day.month // 3 or 4) % 5}"
            if 3 <= day.month < 12
            else f"{day.year}",
            f"{day.year}-{33 + (day.month - 1) // 3}",
            f"{day.year}",
            f"{day.isoformat()}~",
            f"[..{day.isoformat()}]",
        )[rnd.randrange(7)]


def write_news(stream: BinaryIO, count: int, seed: int = 1) -> None:
    """Write as many lines of news."""
    encode = msgspec.json.Encoder().encode
    stream.writelines(encode(fields) + b"\n" for fields in News(count, seed).lines())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Seeded, realistic news as JSONL.")
    parser.add_argument("count", type=int, help="how many lines, each an event")
    parser.add_argument("-o", "--output", type=Path, help="a file; standard output without it")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.output is None:
        write_news(sys.stdout.buffer, options.count, options.seed)
        return
    with options.output.open("wb") as stream:
        write_news(stream, options.count, options.seed)


if __name__ == "__main__":
    main()
