"""Shapes of news at which a store could be slow, and how its time grows: ``python -m benchmarks.shapes``.

Ordinary news has subjects of a handful of events. Each shape here has as many as it is asked for, in the
way that is worst for something: one subject, one event that is corrected over and over, one name. It is
replayed, verified and asked at a thousand and at ten thousand events. The exponent says how the processor
time grows between: 1 in step with the events, 2 with their square. The ratio is that against the first shape.
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from benchmarks.claim import Claim
from benchmarks.stores import empty_store, news, processor_time
from timeline import Timeline
from timeline.errors import NotFound
from timeline.loading import replay_files
from timeline.store.store import Store

SIZES = (1_000, 10_000)
FIRST = date(1990, 1, 1)

Fields = dict[str, Any]


def _day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


def _company(name: str, called: str | None = None) -> Fields:
    subject = f"company:{name}"
    return {"type": "company_registered", "subject": subject, "name": called or f"Company {name}"}


def _opening(number: int = 0, **others: Any) -> Fields:
    parties = {"c-1": ["supplier"], "c-2": ["customer"]}
    first = {"type": "deal_announced", "id": "n-0", "subject": "deal:long", "kind": "supply"}
    return first | {"parties": parties, "occurred": _day(number), "known": _day(number)} | others


def _value(number: int, **others: Any) -> Fields:
    value = {"exact": str(1000 + number), "currency": "USD"}
    fields = {"type": "deal_terms_disclosed", "id": f"n-{number}", "subject": "deal:long"}
    return fields | {"value": value, "occurred": _day(number), "known": _day(number)} | others


def _source(number: int) -> Fields:
    fields = {"type": "source_registered", "subject": f"source:s-{number}", "publisher": "Wire"}
    return fields | {"kind": "news", "published": _day(number)}


def _about(number: int, target: str, kind: str, **others: Any) -> Fields:
    return {"type": f"event_{kind}", "id": f"a-{number}", "target": target, **others}


def in_order(count: int) -> Iterator[Fields]:
    """Exact events of one subject in their order, with which the others are compared."""
    yield _opening()
    yield from (_value(number) for number in range(1, count))


def any_order(count: int) -> Iterator[Fields]:
    """They become known in an order drawn at random."""
    days = list(range(1, count))
    Random(1).shuffle(days)
    yield _opening()
    yield from (_value(n, known=_day(count + at)) for at, n in enumerate(days))


def always_before(count: int) -> Iterator[Fields]:
    """Each becomes known after all the others, and happened before them."""
    yield _opening(0)
    yield from (_value(n, known=_day(2 * count - n)) for n in range(count - 1, 0, -1))


def imprecise(count: int) -> Iterator[Fields]:
    """Of each no more is known than its month."""
    yield _opening()
    for number in range(1, count):
        yield _value(number, occurred=_day(number)[:7], known=_day(number + 31))


def all_corrected(count: int) -> Iterator[Fields]:
    """Each is corrected once, by a publisher."""
    yield _source(count)
    yield from in_order(count // 2)
    for number in range(1, count // 2):
        value = {"exact": str(number), "currency": "USD"}
        said = {"source": f"s-{count}", "changes": {"value": value}, "reason": "a mistake"}
        yield _about(number, f"n-{number}", "corrected", **said)


def one_corrected(count: int) -> Iterator[Fields]:
    """One is corrected over and over, each time by another article."""
    yield _opening()
    yield _value(1)
    for number in range(2, count // 2):
        yield _source(number)
        value = {"exact": str(number), "currency": "USD"}
        said = {"source": f"s-{number}", "changes": {"value": value}, "reason": "a mistake"}
        yield _about(number, "n-1", "corrected", **said)


def one_mended(count: int) -> Iterator[Fields]:
    """One is mended over and over by ourselves."""
    yield _opening()
    yield _value(1)
    for number in range(2, count):
        changes = {"value": {"exact": str(number), "currency": "USD"}}
        yield _about(number, "n-1", "corrected", changes=changes, reason="a slip")


def retracted_retractions(count: int) -> Iterator[Fields]:
    """A retraction is retracted, and that again."""
    yield _opening()
    yield _value(1)
    for number in range(2, count):
        target = f"a-{number - 1}" if number > 2 else "n-1"
        yield _about(number, target, "retracted", reason="a mistake")


def parties_one_by_one(count: int) -> Iterator[Fields]:
    """A deal to which one company after the other joins."""
    number = count // 2
    yield from (_company(f"p-{n}") for n in range(number))
    yield _opening()
    for n in range(1, number):
        joins = {"parties": {f"p-{n}": ["partner"]}, "occurred": _day(n), "known": _day(n)}
        yield {"type": "deal_amended", "id": f"n-{n}", "subject": "deal:long", **joins}


def one_name(count: int) -> Iterator[Fields]:
    """Companies that are all called the same."""
    yield from (_company(f"p-{n}", "Harbour Holdings") for n in range(count))


def many_companies(count: int) -> Iterator[Fields]:
    """Companies that each have a name of their own."""
    yield from (_company(f"p-{n}") for n in range(count))


SHAPES: dict[str, Callable[[int], Iterator[Fields]]] = {
    shape.__name__: shape
    for shape in (
        in_order, any_order, always_before, imprecise, all_corrected, one_corrected, one_mended,
        retracted_retractions, parties_one_by_one, one_name, many_companies,
    )
}  # fmt: skip


def _store_of(
    shape: Callable[[int], Iterator[Fields]],
    count: int,
    folder: Path,
    found: dict[str, float] | None = None,
) -> Store:
    """A store of the shape; ``found`` takes up the seconds of its replay."""
    lines = folder / "shape.jsonl"
    encode = msgspec.json.Encoder().encode
    with lines.open("wb") as stream:
        stream.writelines(
            encode(fields) + b"\n" for fields in (_company("c-1"), _company("c-2"), *shape(count))
        )
    store = empty_store(folder / "shape.db")
    took = _processor(lambda: replay_files(store, [lines]))
    if found is not None:
        found["replay"] = took
    return store


def measure_shape(
    shape: Callable[[int], Iterator[Fields]], count: int, folder: Path
) -> dict[str, float]:
    """Seconds of processor time of a replay of the shape, of verify, and of questions about it."""
    found: dict[str, float] = {}
    _store_of(shape, count, folder, found).close()
    with Timeline.open(folder / "shape.db") as t:
        found["verify"] = _processor(t.verify)
        long = bool(t.items("deal", on=_day(3 * count), limit=1).items)
        t.state("c-1")
        found["state"] = _processor(lambda: t.state("c-1", on=_day(3 * count)))
        if long:
            found["why"] = _processor(lambda: t.why("deal:long", on=_day(3 * count)))
        found["by name"] = _processor(lambda: _by_name(t, "Company p-7"))
    return found


def _by_name(t: Timeline, name: str) -> None:
    with suppress(NotFound):
        t.state(name)


def _processor(action: Callable[[], object]) -> float:
    """Seconds of this process, however busy the machine is with others."""
    start = time.process_time()
    action()
    return time.process_time() - start


BOUNDED: Final = (
    in_order, any_order, always_before, imprecise, all_corrected, one_corrected, parties_one_by_one,
)  # fmt: skip
"""The shapes of which the growth has a bound."""

_SMALLER: Final[dict[Callable[[int], Iterator[Fields]], int]] = {
    one_corrected: 5,
    parties_one_by_one: 5,
}
"""How much smaller sizes are taken of: their events are large, or few of them are of the subject."""


def measure(quick: bool) -> list[Claim]:
    """How the worst shapes grow, long answers in seconds, a company by name, and ``verify``."""
    claims = [_growth(shape, 2_000 if quick else 10_000) for shape in BOUNDED]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        claims += [
            _answer(in_order, "`why` of a subject of 10,000 events", 10_000, folder),
            _answer(
                retracted_retractions, "`why` of 1,000 retractions of retractions", 1_000, folder
            ),
            _by_name_or_id(folder, 5_000 if quick else 100_000),
            _verify(folder, 20_000 if quick else 200_000),
        ]
    return claims


def _growth(shape: Callable[[int], Iterator[Fields]], count: int) -> Claim:
    count //= _SMALLER.get(shape, 1)
    with tempfile.TemporaryDirectory() as folder:
        small, large = (measure_shape(shape, n, Path(folder)) for n in (count // 10, count))
    grown = {
        what: math.log10(large[what] / small[what])
        for what in ("replay", "verify", "why")
        if what in large
    }
    detail = ", ".join(f"{what} {exponent:.2f}" for what, exponent in grown.items())
    what = f"{shape.__name__.replace('_', ' ')}, {count // 10:,} to {count:,} events: exponent"
    return Claim(what, "in step with the events (1)", max(grown.values()), 1.2, True, detail)


def _answer(shape: Callable[[int], Iterator[Fields]], what: str, count: int, folder: Path) -> Claim:
    took = measure_shape(shape, count, folder)["why"]
    return Claim(what, "1 second", took, 1, True, f"{took * 1e3:,.0f} ms")


def _by_name_or_id(folder: Path, count: int) -> Claim:
    _store_of(many_companies, count, folder).close()
    with Timeline.open(folder / "shape.db") as t:
        t.state("p-7")
        asked = range(1, count, count // 100)
        by_id = [_processor(partial(t.state, f"p-{n}")) * 1e6 for n in asked]
        by_name = [_processor(partial(t.state, f"Company p-{n}")) * 1e6 for n in asked]
    mine, other = statistics.median(by_name), statistics.median(by_id)
    detail = f"{mine:,.0f} µs, {other:,.0f} µs"
    return Claim(f"a company by name among {count:,}", "by id", mine / other, 2, True, detail)


def _verify(folder: Path, count: int) -> Claim:
    store = empty_store(folder / "news.db")
    took = _processors(lambda: replay_files(store, [news(folder, count)]))
    store.close()
    with Timeline.open(folder / "news.db") as t:
        proof = _processors(t.verify)
    detail = f"{proof:,.1f} s, {took:,.1f} s of processor time"
    what = f"`verify` of {count:,} events of ordinary news"
    return Claim(what, "a replay of the same events", proof / took, 3, True, detail)


def _processors(action: Callable[[], object]) -> float:
    """Seconds of this process and of those that it starts."""
    start = processor_time()
    action()
    return processor_time() - start


def table(names: list[str], sizes: tuple[int, ...] = SIZES) -> str:
    """How each shape grows, as Markdown."""
    first, last = sizes[0], sizes[-1]
    rows = [
        f"| shape | what | {last:,} events, ms | exponent | against in order |",
        "|" + "---|" * 5,
    ]
    plain: dict[str, float] = {}
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            small, large = (measure_shape(SHAPES[name], n, Path(folder)) for n in (first, last))
        plain = plain or large
        for what, took in large.items():
            exponent = math.log(took / small[what], last / first)
            against = f"{took / plain[what]:.1f}" if what in plain else ""
            rows.append(
                f"| {name.replace('_', ' ')} | {what} | {took * 1e3:,.1f} | {exponent:.2f} | {against} |"
            )
            print(rows[-1], file=sys.stderr, flush=True)
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(sys.argv[1:] or list(SHAPES)))
