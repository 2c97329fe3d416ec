"""Importing lists with many new companies, their next editions, and records.

The same count and seed give the same bytes. A list is made as the public lists of acquisitions are: every
target is new, buyers have a long tail, so that 100 rows bring about 128 new companies; two rows of a hundred
are damaged. The second edition has other prices or days in five rows of a hundred, lacks one, and has one
that is new. Records tell the same of each target, with its sales as a list and their buyers as lists inside;
of ten targets one was sold twice, the second time to two buyers.

``python -m benchmarks.tables COUNT`` imports a tenth of the count and all of it, each file in a process of
its own, and prints what they took in processor time (of all their processes) and memory.
"""

from __future__ import annotations

import csv
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.bulk import peak
from benchmarks.claim import Claim
from benchmarks.stores import processor_time
from timeline.importers.mapping import read_mapping
from timeline.importers.table import import_table
from timeline.store.store import Store

CHANGED, GONE, NEW, DAMAGED = 0.05, 0.01, 0.01, 0.02

HEADER = (
    "company_permalink", "company_name", "company_country_code", "acquirer_permalink",
    "acquirer_name", "acquirer_country_code", "acquired_at", "price_amount", "price_currency_code",
)  # fmt: skip

MAPPING = """\
name: acquisitions
key: [company_permalink, acquirer_permalink]
source: {{id: list-{year}, publisher: A list of acquisitions, kind: data, published: {year}-10-31}}
companies:
  target:
    name: {{column: company_name}}
    country: {{column: company_country_code}}
    identifiers: {{other: {{column: company_permalink}}}}
  acquirer:
    name: {{column: acquirer_name}}
    country: {{column: acquirer_country_code}}
    identifiers: {{other: {{column: acquirer_permalink}}}}
events:
  - type: deal_completed
    subject: deal:{{acquirer}}-{{target}}
    occurred: {{column: acquired_at}}
    kind: acquisition
    parties: {{acquirer: [acquirer], target: [target]}}
    value: {{exact: {{column: price_amount}}, currency: {{column: price_currency_code}}}}
"""

RECORDS = """\
name: sales
key: [$.id, number]
source: {id: sales-2013, publisher: A database of sales, kind: data, published: 2013-10-31}
each: sold
companies:
  target:
    name: {column: $.name}
    country: {column: $.country}
    identifiers: {other: {column: $.id}}
  acquirer:
    each: to
    name: {column: name}
    country: {column: country}
    identifiers: {other: {column: id}}
events:
  - type: deal_completed
    subject: deal:{acquirer}-{target}
    occurred: {column: on}
    kind: acquisition
    parties: {acquirer: [acquirer], target: [target]}
    value: {exact: {column: price.amount}, currency: {column: price.currency}}
"""

_STARTS = re.findall(
    "[a-z]+",
    "ar bel cor dan el far gran hel in jor kal lum mar nor os pel quil ro sil tor ul ven wes xan yor",
)
_MIDDLES = re.findall("[a-z]+", "a bri ca de di fo ga ke la mi no pa ri sa ta u va we")
_ENDS = re.findall(
    "[a-z]+",
    "bix con dex form gate hub ion jet kit lab mark net om pad que rise soft tech via ware works",
)
_FORMS = ["", "", "", "", " Inc.", " Inc", " Ltd", " GmbH", " Corporation", " Technologies"]
_COUNTRIES = ["USA", "USA", "USA", "GBR", "DEU", "FRA", "ISR", "IND", "CAN", ""]


def _name(number: int, random_: random.Random) -> str:
    """A name that no other number has, most of them made-up words."""
    number, start = divmod(number, len(_STARTS))
    number, middle = divmod(number, len(_MIDDLES))
    number, end = divmod(number, len(_ENDS))
    word = f"{_STARTS[start]}{_MIDDLES[middle]}{_ENDS[end]}"
    while number:
        number, more = divmod(number, len(_MIDDLES))
        word = f"{word[:-2]}{_MIDDLES[more]}{word[-2:]}"
    return word.capitalize() + random_.choice(_FORMS)


def rows(count: int, seed: int = 18) -> Iterator[list[str]]:
    """The rows of the first edition."""
    random_ = random.Random(seed)
    buyers = max(1, round(count * 0.4))
    first = date(1999, 1, 1)
    for number in range(count):
        buyer = int(buyers * random_.random() ** 2.2)
        target_name = _name(2 * number, random.Random(2 * number))
        buyer_name = _name(2 * buyer + 1, random.Random(2 * buyer + 1))
        day = (first + timedelta(days=random_.randrange(5300))).isoformat()
        price = str(random_.randrange(1, 900) * 1_000_000) if random_.random() < 0.3 else ""
        if random_.random() < DAMAGED:
            day = random_.choice(["", "28/06/1905", "soon", "3201-04-12"])
        yield [
            f"/company/t{number}", target_name, random_.choice(_COUNTRIES),
            f"/company/b{buyer}", buyer_name, random.Random(buyer).choice(_COUNTRIES),
            day, price, "USD",
        ]  # fmt: skip


def later_rows(count: int, seed: int = 18) -> Iterator[list[str]]:
    """The rows of the second edition."""
    random_ = random.Random(seed + 1)
    for row in rows(count, seed):
        chance = random_.random()
        if chance < GONE:
            continue
        if chance < GONE + CHANGED:
            if chance < GONE + CHANGED / 2:
                row[6] = f"{row[6][:8]}{1 + random_.randrange(28):02}"
            else:
                row[7] = str(random_.randrange(1, 900) * 1_100_000)
        yield row
        if chance > 1 - NEW:
            more = f"n{row[0].removeprefix('/company/')}"
            yield [f"/company/{more}", f"{row[1]} {more}", *row[2:]]


def records(count: int) -> Iterator[dict[str, Any]]:
    """The records: each target with its sales, and each sale with its buyers."""
    further: list[dict[str, str]] = []
    for number, row in enumerate(rows(count)):
        buyer = dict(zip(("id", "name", "country"), row[3:6], strict=True))
        price = {"amount": row[7], "currency": row[8]}
        sold = [{"number": "1", "on": row[6], "price": price, "to": [buyer]}]
        further = [*further[-1:], buyer]
        if number % 10 == 9 and further[0] != buyer:
            sold.append({"number": "2", "on": "2013-09-30", "price": {}, "to": further})
        yield {"id": row[0], "name": row[1], "country": row[2], "sold": sold}


def write_records(path: Path, count: int) -> None:
    """Write records with their mapping beside them."""
    with path.open("wb") as stream:
        stream.writelines(msgspec.json.encode(record) + b"\n" for record in records(count))
    path.with_suffix(".yaml").write_text(RECORDS, encoding="utf-8")


def write(path: Path, count: int, *, later: bool = False) -> Path:
    """Write an edition with its mapping beside it; the path of the mapping."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(later_rows(count) if later else rows(count))
    mapping = path.with_suffix(".yaml")
    mapping.write_text(MAPPING.format(year=2015 if later else 2013), encoding="utf-8")
    return mapping


def measure(quick: bool) -> list[Claim]:
    """What the next edition of a list takes beside the first."""
    count = 5_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, later = _editions(folder, count)
        detail = (
            f"{count / first['cpu']:,.0f} rows a processor second, then {count / later['cpu']:,.0f}"
        )
        ratio = later["cpu"] / first["cpu"]
        what = f"the next edition of a list of {count:,} rows, one in twenty changed"
        return [Claim(what, "the first, with 1.3 new companies a row", ratio, 1.0, True, detail)]


def _editions(folder: Path, count: int) -> tuple[dict[str, float], dict[str, float]]:
    """What two editions took, each in a process of its own."""
    store = folder / "editions.db"
    found = []
    for later in (False, True):
        table = folder / f"edition-{int(later)}.csv"
        write(table, count, later=later)
        found.append(_imported(table, store))
    return found[0], found[1]


def _imported(file: Path, store: Path) -> dict[str, float]:
    """What an import took in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.tables", str(file), str(store)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _import(table: Path, store: Path) -> None:
    """Import a file into a store, in this process, and print what it took as JSON."""
    before = processor_time()
    done = import_table(Store(store), table, read_mapping(table.with_suffix(".yaml")))
    print(json.dumps({
        "rows": done.rows, "taken": done.taken, "companies": done.companies,
        "cpu": processor_time() - before, "peak_mb": peak(),
        "confirmed": done.confirmed, "corrected": done.corrected, "gone": done.gone,
    }))  # fmt: skip


def _compare_sizes(count: int) -> None:
    """Print what rows, their next edition and records take, at a tenth of a count and at the count."""
    for size in (count // 10, count):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_records(folder / "sales.jsonl", size)
            found = {
                "rows": _editions(folder, size),
                "records": [_imported(folder / "sales.jsonl", folder / "records.db")],
            }
            for what, each in found.items():
                for took in each:
                    rate = took["rows"] / took["cpu"]
                    print(
                        f"{size:,} {what}: {rate:,.0f} a processor second, {took['peak_mb']:,.0f} MB"
                    )


def main(arguments: list[str]) -> None:
    """Compare sizes up to a count; with a file and a store, import the one into the other."""
    if len(arguments) == 1:
        _compare_sizes(int(arguments[0]))
    else:
        _import(*map(Path, arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
