"""Make a virtual environment with pip, also where Python came without one.

Debian keeps ``ensurepip`` in a package of its own (python3-venv). Where it is missing, pip is
fetched as a wheel from the package index, checked against the digest that the index states, and
started from the wheel to install itself. An environment that works is left as it is.

Usage: ``python3 scripts/make_venv.py DIRECTORY``. Needs nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import venv
from pathlib import Path

OLDEST = (3, 11)
JSON = "application/vnd.pypi.simple.v1+json"


def main(directory: Path) -> int:
    """Make the environment in ``directory``; return the exit status."""
    if sys.version_info < OLDEST:
        return fail("Python 3.11 or later is needed; name one: make PYTHON=/path/to/python3.12")
    python = directory / "bin" / "python"
    if has_pip(python):
        return 0
    print(f"Making the virtual environment {directory}", file=sys.stderr)
    bundled = importlib.util.find_spec("ensurepip") is not None
    try:
        venv.create(directory, clear=True, symlinks=True, with_pip=bundled)
        if not bundled:
            fetch_pip(python)
    except (OSError, ValueError, subprocess.CalledProcessError) as problem:
        return fail(
            f"the virtual environment could not be made: {problem}\n"
            "On Debian or Ubuntu this helps: apt install python3-venv"
        )
    return 0


def has_pip(python: Path) -> bool:
    """Tell whether ``python`` runs and has pip."""
    if not python.exists():
        return False
    quiet = subprocess.DEVNULL
    return subprocess.run([python, "-m", "pip", "-V"], stdout=quiet, stderr=quiet).returncode == 0


def fetch_pip(python: Path) -> None:
    """Install the newest pip of the package index into the environment of ``python``."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    request = urllib.request.Request(index, headers={"Accept": JSON})
    with urllib.request.urlopen(request, timeout=60) as answer:
        wheels = [
            (tuple(map(int, match[1].split("."))), file)
            for file in json.load(answer)["files"]
            if (match := re.fullmatch(r"pip-([0-9.]+)-py3-none-any\.whl", file["filename"]))
            and not file.get("yanked")
        ]
    newest = max(wheels, key=lambda wheel: wheel[0])[1]
    with urllib.request.urlopen(urllib.parse.urljoin(index, newest["url"]), timeout=60) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != newest["hashes"]["sha256"]:
        raise ValueError("the pip that was fetched has another digest than the index states")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / newest["filename"]
        wheel.write_bytes(content)
        command = [python, wheel / "pip", "install", "--quiet", "--no-index", wheel]
        subprocess.run(command, check=True)


def fail(message: str) -> int:
    """Print the message, and return the exit status of a failure."""
    print(f"error: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
