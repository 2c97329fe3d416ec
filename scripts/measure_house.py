"""Print how large the house is: the figures of CONTRIBUTING, "Where things are"."""

from __future__ import annotations

import ast
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import grimp

from timeline import Timeline
from timeline.model.values import SUBJECT_KINDS

ROOT = Path(__file__).resolve().parent.parent
KINDS = "timeline.model.kinds"
"""The package that imports its modules by their names, which grimp cannot see."""
CORE = ("timeline.model.", "timeline.ingest.")


def file_of(module: str) -> Path:
    """The file of a module, or of a package's own."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imports(graph: grimp.ImportGraph, module: str) -> set[str]:
    """What is imported when the module is: not what its functions import when they are called."""
    later: set[int] = set()
    for node in ast.walk(ast.parse(file_of(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            later |= {
                n.lineno for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)
            }
    found = graph.find_modules_directly_imported_by(module)
    by_name = {f"{module}.{kind}" for kind in SUBJECT_KINDS} if module == KINDS else set()
    return by_name | {
        other
        for other in found
        for detail in graph.get_import_details(importer=module, imported=other)
        if detail["line_number"] not in later
    }


def longest_chain(graph: grimp.ImportGraph) -> list[str]:
    """The longest way down through the imports."""

    @cache
    def down(module: str) -> list[str]:
        ways = [down(other) for other in sorted(imports(graph, module))]
        return [module, *max(ways, key=len, default=[])]

    return max((down(module) for module in sorted(graph.modules)), key=len)


def entered_by_an_append() -> set[str]:
    """The modules of which an append of one event to a subject that is there calls a function."""
    parties = {"a": ["supplier"], "b": ["customer"]}
    first: list[dict[str, Any]] = [
        {"type": "source_registered", "subject": "source:s", "publisher": "P", "kind": "news",
         "published": "2025-01-01"},
        *({"type": "company_registered", "subject": f"company:{c}", "name": c} for c in "ab"),
        {"type": "deal_signed", "id": "d", "subject": "deal:x", "occurred": "2025-01-01", "source": "s",
         "kind": "supply", "parties": parties},
    ]  # fmt: skip
    entered: set[str] = set()

    def profile(frame: FrameType, event: str, _argument: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith("timeline."):
            entered.add(module)

    with tempfile.TemporaryDirectory() as folder, Timeline.open(f"{folder}/t.db") as timeline:
        timeline.init()
        for fields in first:
            timeline.append(fields)
        more = {
            "type": "deal_completed",
            "subject": "deal:x",
            "occurred": "2025-01-02",
            "source": "s",
        }
        sys.setprofile(profile)
        timeline.append(more)
        sys.setprofile(None)
    return entered


def main() -> None:
    """Print each figure with what it is made of."""
    graph = grimp.build_graph("timeline", exclude_type_checking_imports=True)
    core = [m for m in graph.modules if m.startswith(CORE) and file_of(m).name != "__init__.py"]
    chain, entered = longest_chain(graph), entered_by_an_append()
    print(f"longest chain of imports: {len(chain)}: {' '.join(chain)}")
    print(f"modules of model and ingest: {len(core)}")
    print(f"modules that an append enters: {len(entered)}: {' '.join(sorted(entered))}")


if __name__ == "__main__":
    main()
