"""The wheel, installed alone in an environment outside the repository, runs the whole program.

The environment holds the wheel and exactly the distributions that it declares, taken from the
environment of the tests: so no network is needed, and an undeclared import fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
STORY = ROOT / "fixtures" / "foxconn-openai.yaml"

# One worker builds the wheel and runs all of this module.
pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it alone, and return the folder of its commands."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    call([*build, str(ROOT)], folder)
    (wheel,) = folder.glob("partnership_timeline-*.whl")

    venv.create(folder / "env", symlinks=True, with_pip=False)
    commands = folder / "env" / "bin"
    pip = [sys.executable, "-m", "pip", "--python", str(commands / "python"), "install", "--quiet"]
    call([*pip, "--no-deps", "--no-index", str(wheel)], folder)

    paths = {"base": str(folder / "env"), "platbase": str(folder / "env")}
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    for distribution in declared("partnership-timeline"):
        for top in {Path(file).parts[0] for file in distribution.files or ()}:
            if top not in {"..", "__pycache__"} and not (packages / top).exists():
                (packages / top).symlink_to(str(distribution.locate_file(top)))
    return commands


def declared(name: str) -> Iterator[metadata.Distribution]:
    """The distributions that ``name`` requires without extras, and those that these require."""
    seen = {canonicalize_name(name)}
    todo = [(name, "")]
    while todo:
        owner, extra = todo.pop()
        for line in metadata.requires(owner) or ():
            needed = Requirement(line)
            key = canonicalize_name(needed.name)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                if key not in seen:
                    seen.add(key)
                    todo.append((needed.name, ""))
                    yield metadata.distribution(needed.name)
                todo += [(needed.name, name) for name in needed.extras]


def call(command: list[str], folder: Path, status: int = 0) -> str:
    """Run a command in ``folder``, without the Python settings of the tests; what it prints.

    Of a command that shall fail it is what it complains of.
    """
    hidden = {"PYTHONPATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START", "TIMELINE_DB"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stderr if status else done.stdout


def test_the_installed_program_is_not_the_checkout(bin_folder: Path, tmp_path: Path) -> None:
    code = "import timeline, timeline.cli; print(timeline.__file__)"
    place = call([str(bin_folder / "python"), "-c", code], tmp_path).strip()
    assert Path(place).is_relative_to(bin_folder.parent)


def test_it_explains_itself(bin_folder: Path, tmp_path: Path) -> None:
    text = call([str(bin_folder / "timeline"), "--help"], tmp_path)
    assert text.startswith("Usage: timeline")
    assert "replay" in text
    version = metadata.version("partnership-timeline")
    assert version in call([str(bin_folder / "timeline"), "--version"], tmp_path)


def test_it_makes_a_store_replays_a_story_and_answers(bin_folder: Path, tmp_path: Path) -> None:
    timeline = str(bin_folder / "timeline")
    call([timeline, "init"], tmp_path)
    assert (tmp_path / "timeline.db").stat().st_size > 0
    call([timeline, "replay", str(STORY)], tmp_path)
    answer = call([timeline, "state", "foxconn", "--on", "2025-11-21", "--json"], tmp_path)
    (company,) = json.loads(answer)["companies"]
    statuses = {item["subject"]: item["status"] for item in company["items"]}
    assert statuses["deal:foxconn-openai-ai-hardware"] == "announced"
    assert statuses["rumour:foxconn-nissan"] == "denied"
    call([timeline, "verify"], tmp_path)


def test_a_picture_says_which_extra_draws_it_and_has_its_data_without(
    bin_folder: Path, tmp_path: Path
) -> None:
    timeline = str(bin_folder / "timeline")
    call([timeline, "replay", str(STORY)], tmp_path)
    for file, *command in (
        ("picture.png", timeline, "plot", "foxconn"),
        ("network.svg", timeline, "graph", "foxconn"),
    ):
        complaint = call([*command, "-o", file], tmp_path, status=2)
        assert "error[missing-extra]" in complaint
        assert "pip install 'partnership-timeline[" in complaint
        assert not (tmp_path / file).exists()
        data = json.loads(call([*command, "--json", "-o", "-"], tmp_path))
        assert data["title"].startswith("Hon Hai Precision Industry")
    call([timeline, "plot", "foxconn", "-o", "picture.svg"], tmp_path)
    dot = call([timeline, "graph", "foxconn", "--format", "dot", "-o", "-"], tmp_path)
    assert dot.startswith("graph network {")


def test_the_reports_are_in_the_wheel(bin_folder: Path, tmp_path: Path) -> None:
    timeline = str(bin_folder / "timeline")
    call([timeline, "replay", str(STORY)], tmp_path)
    listed = json.loads(call([timeline, "report", "--json"], tmp_path))
    assert "portfolio" in [row["name"] for row in listed]
    asked = [timeline, "report", "portfolio", "--param", "company=foxconn", "--json"]
    assert json.loads(call(asked, tmp_path))
