"""``timeline deals``, ``rumours`` …: what there is at a coordinate."""

from __future__ import annotations

from typing import Final

import click

from timeline.cli.asking import command_of
from timeline.model.kinds import LISTED
from timeline.model.kinds.event import Kind
from timeline.questions.items import Items


def _list(described: Kind) -> click.Command:
    """The command that lists the items of one kind of subject."""
    return command_of(
        Items,
        name=described.plural,
        text=f"List {described.summary}",
        shown=[f"timeline {described.plural} {options}" for options in described.examples],
        kind=described.name,
    )


LISTS: Final = {kind.plural: _list(kind) for kind in LISTED}
"""The command of each kind of subject, by its name."""
