"""Names of files behind which there is none: pipes and devices, which can be read only once, if they end."""

from __future__ import annotations

from pathlib import Path


def is_stream(path: Path) -> bool:
    """Whether a path leads to a pipe, a device or a socket."""
    return path.exists() and not path.is_file() and not path.is_dir()
