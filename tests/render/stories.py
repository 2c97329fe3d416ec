"""The answers whose texts are golden, as JSON beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from timeline.answers import StateAnswer
from timeline.answers.model import Told
from timeline.render.state import state_lines

GOLDEN = Path(__file__).parent / "golden"
STORIES = sorted(path.stem for path in GOLDEN.glob("*.json"))


def render_state(answer: StateAnswer, **how: Any) -> str:
    """The state in words, as a terminal shows it."""
    return "\n".join(state_lines(answer, **how)) + "\n"


class Options(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    names: dict[str, str]
    told: dict[str, Told]
    sources: dict[str, str] | None = None
    first_day: str | None = None
    first_known: str | None = None


class Story(msgspec.Struct, forbid_unknown_fields=True):
    options: Options
    answer: StateAnswer


def load_story(name: str) -> Story:
    return msgspec.json.decode((GOLDEN / f"{name}.json").read_bytes(), type=Story)


def render(story: Story, width: int = 80, color: bool = False, verbose: bool = False) -> str:
    options = msgspec.structs.asdict(story.options)
    return render_state(story.answer, width=width, color=color, verbose=verbose, **options)
