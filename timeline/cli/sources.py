"""``timeline sources``: where the news comes from."""

from __future__ import annotations

from timeline.cli.asking import command_of
from timeline.questions.sources import Sources

sources = command_of(Sources, cited=True)
