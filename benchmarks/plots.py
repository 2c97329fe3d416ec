"""Pictures of how all grows: ``python -m benchmarks.plots``, after a run of growth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt

from benchmarks.growth import kept

FOLDER = Path(__file__).parents[1] / "docs" / "images"
WIDTH, HEIGHT = 420, 260

Rows = list[dict[str, Any]]


def main() -> None:
    """Draw them all."""
    sizes = {int(size): at for size, at in kept()["sizes"].items()}
    latencies: Rows = [
        {"events": size, "question": question, "milliseconds": times[0]}
        for size, at in sizes.items()
        for question, times in at["latencies"].items()
    ]
    parts: Rows = [
        {"events": f"{size:,}", "part": part, "bytes": taken}
        for size, at in sizes.items()
        for part, taken in at["bytes"].items()
    ]
    replay: Rows = [{"events": size, "microseconds": at["replay_us"]} for size, at in sizes.items()]
    milliseconds = alt.Y("milliseconds:Q").scale(type="log").title("median, ms")
    questions = alt.Color("question:N").title(None).legend(labelLimit=260)
    _save("growth-latency", _lines(latencies, milliseconds).encode(color=questions))
    microseconds = alt.Y("microseconds:Q").scale(zero=True).title("replay, \u00b5s an event")
    _save("growth-replay", _lines(replay, microseconds))
    _save(
        "growth-size",
        alt.Chart(_values(parts))
        .mark_bar()
        .encode(
            x=alt.X("events:N", sort=None, title="events in the store"),
            y=alt.Y("bytes:Q").title("bytes an event"),
            color=alt.Color("part:N").title(None),
        ),
    )


def _lines(rows: Rows, y: alt.Y) -> alt.Chart:
    x = alt.X("events:Q").scale(type="log").axis(format="~s").title("events in the store")
    chart: alt.Chart = alt.Chart(_values(rows)).mark_line(point=True).encode(x=x, y=y)
    return chart


def _values(rows: Rows) -> alt.InlineData:
    return alt.InlineData(values=rows)


def _save(name: str, chart: alt.Chart) -> None:
    drawn = chart.properties(width=WIDTH, height=HEIGHT, background="white")
    drawn.save(FOLDER / f"{name}.svg")


if __name__ == "__main__":
    main()
