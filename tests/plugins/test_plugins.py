"""What an installed package adds is there at every door; one that is broken breaks nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.cli.test_help import ALL, command_of
from timeline import questions
from timeline.cli.program import COMMANDS
from timeline.mcp.tools import TOOLS, story_tools
from timeline.model.kinds import LISTED
from timeline.render import formats

HERE = Path(__file__).resolve().parent
STORY = HERE.parent.parent / "fixtures" / "foxconn-openai.yaml"

BROKEN = {
    "timeline.questions": {
        "state": "nothing:Nothing",  # taken by a question
        "export": "nothing:Nothing",  # by a command
        "list": "nothing:Nothing",  # by a tool
        "lost": "nothing:Nothing",
        "other": "timeline_example.oldest:Oldest",  # which is called otherwise
        "word": "timeline_example.oldest:FirstEvent",
        "leaves": "leaves:Leaves",  # the program, while it is imported
        "no name": "not a module!",
    },
    "timeline.formats": {
        "csv": "nothing:CSV",
        "ods": "timeline_example.org:org_lines",
        "leaves": "leaves:X",
    },
    "timeline.mappings": {
        "gleif": "timeline_example",
        "missing": "timeline_example",
        "../up": "leaves",
    },
    "timeline.reports": {"portfolio": "timeline_example", "missing": "timeline_example"},
}


def install(folder: Path, name: str, version: str, entries: dict[str, dict[str, str]]) -> None:
    """What pip writes of a package, beside its modules."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [
        line
        for group, things in entries.items()
        for line in (f"[{group}]", *(f"{thing} = {place}" for thing, place in things.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def install_example(folder: Path, name: str = "timeline-example") -> None:
    declared = tomllib.loads((HERE / "example" / "pyproject.toml").read_text())["project"]
    install(folder, name, declared["version"], declared["entry-points"])


ASKED = """
import json, sys
from io import StringIO
from pathlib import Path
from starlette.testclient import TestClient
from tests.cli.program import run
from timeline import Timeline, questions
from timeline.errors import TimelineError
from timeline.mcp.server import _called
from timeline.mcp.tools import TOOLS
from timeline.questions.schemas import answer_schemas
from timeline.render.json import encode_json
from timeline.render.rows import render_rows
from timeline.web.app import make_app

Path("g.csv").write_text("number,day,company,partner,what\\n1,2020-02-01,Acme,Globex,Bolts\\n")
found = {"command": {}, "page": {}}
with Timeline.open("t.db") as timeline:
    timeline.replay([sys.argv[1]])
    try:
        found["taken"] = timeline.import_files("gazette", ["g.csv"]).taken
        question = questions.questions()["oldest"]("foxconn")
        found["library"] = json.loads(encode_json(timeline.ask(question)))
        found["report"] = list(timeline.report("earliest-deals", params={"most": 1}))
        out = StringIO()
        render_rows([{"a": 1, "b": "x|y"}], "org", out=out)
        found["org"] = out.getvalue()
        (tool,) = [each for each in TOOLS if each.name == "oldest"]
        found["tool"] = _called(timeline, tool, {"company": "foxconn"}).structured_content["answer"]
        found["schema"] = answer_schemas()["$defs"]["oldest"]
    except (TimelineError, KeyError, ValueError) as error:
        found["failure"] = str(error)
    found["tools"] = [each.name for each in TOOLS]
    client = TestClient(make_app(timeline), base_url="http://127.0.0.1")
    for path in json.loads(sys.argv[2]):
        answer = client.get(path)
        found["page"][path] = [answer.status_code, answer.headers["content-type"], answer.text]
for line in json.loads(sys.argv[3]):
    done = run("--db", "t.db", *line.split())
    found["command"][line] = [done.exit_code, done.stdout, done.stderr]
print(json.dumps(found, default=str))
"""


def asked(folder: Path, pages: list[str], commands: list[str]) -> Any:
    """What the doors say to a program that finds the packages of a folder."""
    paths = [str(folder), str(HERE / "example"), str(HERE.parent.parent)]
    done = subprocess.run(
        [sys.executable, "-c", ASKED, str(STORY), json.dumps(pages), json.dumps(commands)],
        cwd=folder, capture_output=True, text=True, timeout=120,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "200"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_thing_of_each_kind_is_there_at_every_door(tmp_path: Path) -> None:
    install_example(tmp_path)
    pages = [
        "/companies/foxconn/oldest.json", "/companies/foxconn/oldest", "/deals.org", "/openapi.json",
        "/reports/earliest-deals.json?most=1",
    ]  # fmt: skip
    commands = [
        "oldest foxconn", "oldest foxconn --json", "oldest foxconn --format org", "--help", "deals --help",
        "deals --format org", "deals --format orgy", "import --list", "import gazette g.csv",
        "report", "report earliest-deals --param most=1 --json", "plugins --json",
    ]  # fmt: skip
    found = asked(tmp_path, pages, commands)
    said = {line: out for line, (code, out, _) in found["command"].items() if code == 0}
    page = {path: text for path, (status, _, text) in found["page"].items() if status == 200}

    assert "failure" not in found, found["failure"]
    oldest = found["library"]
    assert oldest["company"] == "foxconn"
    assert oldest["events"] > 1
    assert oldest == found["tool"] == json.loads(said["oldest foxconn --json"])
    assert oldest == json.loads(page["/companies/foxconn/oldest.json"])
    assert found["schema"] == {"$ref": "#/$defs/FirstEvent"}
    assert said["oldest foxconn"] == f"It begins with {oldest['event']}.\n"
    assert oldest["event"] in page["/companies/foxconn/oldest"]
    assert "  oldest  " in said["--help"]

    assert found["org"] == "| a | b |\n|---+---|\n| 1 | x\\vert{}y |\n"
    assert said["oldest foxconn --format org"].splitlines()[0] == "| company | event | events |"
    assert said["deals --format org"] == page["/deals.org"]
    assert found["page"]["/deals.org"][1].startswith("text/org")
    assert "|org]" in said["deals --help"]
    assert "'md', 'org'" in found["command"]["deals --format orgy"][2]
    documents = json.loads(page["/openapi.json"])["paths"]
    assert "text/org" in documents["/deals"]["get"]["responses"]["200"]["content"]
    assert "/companies/{company}/oldest" in documents

    assert found["taken"] == 1
    assert "gazette" in said["import --list"]
    assert "1 already there" in " ".join(said["import gazette g.csv"].split())
    (report,) = found["report"]
    assert report["subject"] == "deal:acme-globex"
    assert json.loads(page["/reports/earliest-deals.json?most=1"]) == [report]
    assert json.loads(said["report earliest-deals --param most=1 --json"]) == [report]
    assert "earliest-deals" in said["report"]

    listed = json.loads(said["plugins --json"])
    assert [(row["adds"], row["name"], row["problem"]) for row in listed] == [
        ("question", "oldest", None), ("format", "org", None), ("mapping", "gazette", None),
        ("report", "earliest-deals", None),
    ]  # fmt: skip
    assert {(row["package"], row["version"]) for row in listed} == {("timeline-example", "1.2")}


def test_a_broken_plug_in_is_named_and_breaks_nothing_else(tmp_path: Path) -> None:
    install_example(tmp_path, "first")
    install_example(tmp_path, "second")
    install(tmp_path, "broken", "0.1", BROKEN)
    (tmp_path / "leaves.py").write_text("print('noise')\nraise SystemExit(3)\n")
    install(tmp_path, "nameless", "0.1", {"timeline.questions": {"lost": "nothing:Nothing"}})
    (tmp_path / "nameless-0.1.dist-info" / "METADATA").unlink()
    pages = [
        "/companies/foxconn.json",
        "/deals.csv",
        "/companies/foxconn/oldest",
        "/deals.ods",
        "/reports",
    ]
    commands = [
        "--help", "state foxconn --json", "export", "deals --format csv", "deals --format ods", "lost",
        "leaves", "deals --format leaves",
        "oldest foxconn", "import --help", "import --list", "import missing g.csv", "import gleif --help",
        "report", "report missing", "report portfolio --param company=foxconn", "schema --answers",
        "plugins --json", "plugins",
    ]  # fmt: skip
    found = asked(tmp_path, pages, commands)
    codes = {line: done[0] for line, done in found["command"].items()}
    assert codes == dict.fromkeys(commands, 0) | dict.fromkeys(
        (
            "deals --format ods",
            "deals --format leaves",
            "lost",
            "leaves",
            "oldest foxconn",
            "import missing g.csv",
            "report missing",
        ),
        2,
    )
    assert found["command"]["lost"][2] == (
        'error[plugin-broken]: the plug-in broken 0.1 cannot add the question "lost": '
        "ModuleNotFoundError: No module named 'nothing'\n"
        "hint: mend it, or remove it with: pip uninstall broken\n"
    )
    assert "second adds one of this name, too" in found["command"]["oldest foxconn"][2]
    assert "first adds" not in found["failure"]
    assert "adds one of this name, too" in found["failure"]  # of the mapping
    assert set(found["tools"]) == {tool.name for tool in TOOLS}
    statuses = {path: status for path, (status, _, _) in found["page"].items()}
    assert statuses == dict.fromkeys(pages[:2], 200) | {
        "/companies/foxconn/oldest": 404, "/deals.ods": 404, "/reports": 200,
    }  # fmt: skip
    state = json.loads(found["command"]["state foxconn --json"][1])
    assert (
        state["companies"] == json.loads(found["page"]["/companies/foxconn.json"][2])["companies"]
    )
    problems = {
        (row["adds"], row["name"]): row["problem"]
        for row in json.loads(found["command"]["plugins --json"][1])
        if row["package"] == "broken"
    }
    taken = "the program has one of this name"
    assert [name for (_, name), problem in problems.items() if problem == taken] == [
        "export", "list", "state", "csv", "gleif", "portfolio",
    ]  # fmt: skip
    assert "No module named 'nothing'" in problems["question", "lost"]
    assert 'is called "oldest"' in problems["question", "other"]
    assert "is no Question" in problems["question", "word"]
    assert "is no RowFormat" in problems["format", "ods"]
    for place in (("question", "leaves"), ("format", "leaves"), ("mapping", "../up")):
        assert problems[place].endswith("SystemExit: 3")
    assert "no name" in [name for _, name in problems]
    assert "missing.yaml" in problems["mapping", "missing"]
    assert "missing.sql" in problems["report", "missing"]


def test_no_plug_in_can_take_the_name_of_a_command_a_tool_or_a_format(tmp_path: Path) -> None:
    asked = {*questions.shipped(), *questions.modules()}
    lists = {kind.plural for kind in LISTED}
    named = {*COMMANDS, *(tool.name for tool in (*TOOLS, *story_tools(tmp_path, seconds=1)))}
    assert named - asked == questions.RESERVED
    assert questions.taken() == {*asked, *named, *lists}
    choices = {
        each
        for name in ALL
        for option in command_of(*name.split()).params
        if "--format" in option.opts
        for each in getattr(option.type, "choices", ())
    }
    assert choices <= {*formats.SHIPPED, *formats.RESERVED}
