"""The command line: ``timeline COMMAND``. Everything it says comes from :mod:`timeline.app`."""

from timeline.cli.program import main

__all__ = ["main"]
