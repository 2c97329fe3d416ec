"""``timeline plot`` and ``timeline graph``: files that are whole, with their data beside them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.program import run
from timeline.cli.drawing import SUFFIXES

PLOT = ["plot", "foxconn", "--on", "2025-11-21"]
AXES = ["plot", "rumour:foxconn-nissan", "--on", "2025-11-21", "--known", "2025-11-20"]
GRAPH = ["graph", "foxconn", "--on", "2025-11-21"]


@pytest.mark.parametrize(
    "arguments, name",
    [
        (PLOT, "foxconn-timeline"),
        (AXES, "rumour-foxconn-nissan-two-axes"),
        (GRAPH, "foxconn-network"),
    ],
)
def test_without_a_name_it_says_where_it_wrote(arguments: list[str], name: str, file: Path) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{name}.svg", f"{name}.svg.json"]
    assert ElementTree.parse(f"{name}.svg").getroot().get("role") == "img"
    data = json.loads(Path(f"{name}.svg.json").read_text())
    assert list(data)[:2] == ["title", "alt"]
    assert run(*arguments, "--json", "-o", "-").stdout == Path(f"{name}.svg.json").read_text()


@pytest.mark.parametrize(
    "name, begins",
    [
        ("a.svg", b"<svg"),
        ("a.png", b"\x89PNG"),
        ("a.html", b"<!doctype html>"),
        ("a.HTM", b"<!doctype html>"),
    ],
)
def test_the_name_says_the_format(name: str, begins: bytes, file: Path) -> None:
    done = run(*PLOT, "-o", name)
    assert (done.exit_code, done.stdout) == (0, "")
    assert f"{name}.json has the data" in done.stderr
    assert Path(name).read_bytes().startswith(begins)
    assert json.loads(Path(f"{name}.json").read_text())["position"] > 0
    assert run(*PLOT, "-o", name, "-q").stderr == ""


def test_a_format_wins_over_a_name(file: Path) -> None:
    assert run(*PLOT, "-o", "picture", "--format", "svg").exit_code == 0
    assert Path("picture").read_bytes().startswith(b"<svg")
    assert run(*PLOT, "--format", "svg", "-o", "-").stdout_bytes == Path("picture").read_bytes()
    assert not Path("-").exists()
    assert not Path("-.json").exists()


def test_a_name_of_no_format_is_refused_before_anything_is_asked(here: Path) -> None:
    done = run("plot", "nobody", "-o", "picture.bmp")
    assert done.exit_code == 2
    assert "end it in .svg" in done.stderr
    assert run("plot", "nobody", "-o", "network.dot").exit_code == 2


@pytest.mark.parametrize("format_", ["graphml", "dot", "mermaid"])
def test_a_network_for_other_programs_has_the_ties_of_the_day(format_: str, file: Path) -> None:
    def count(*arguments: str) -> int:
        text = run(*arguments, "--format", format_, "-o", "-").stdout
        return text.count({"graphml": "<edge ", "dot": " -- ", "mermaid": '|"'}[format_])

    ties = json.loads(run(*GRAPH, "--json", "-o", "-").stdout)["ties"]
    assert count(*GRAPH) == sum(tie["status"] is not None for tie in ties) > 0
    assert count("graph", "foxconn", "--on", "1990-01-01") == 0
    done = run(*GRAPH, "--format", format_)
    assert done.stdout == f"foxconn-network.{format_}\n"
    assert run(*GRAPH, "-o", f"again.{format_}").stdout == ""
    assert Path(f"again.{format_}").read_text() == Path(f"foxconn-network.{format_}").read_text()


def test_graphml_is_read_by_networkx(file: Path) -> None:
    import networkx

    run("graph", "--on", "2025-11-21", "-o", "all.graphml")
    graph = networkx.read_graphml("all.graphml", force_multigraph=True)
    assert graph.nodes["foxconn"]["name"] == "Hon Hai Precision Industry"
    (tie,) = graph.get_edge_data("foxconn", "nissan").values()
    assert tie["subject"] == "rumour:foxconn-nissan"
    assert tie["status"] == "denied"


def test_the_look_is_in_the_file(file: Path) -> None:
    run(*GRAPH, "--theme", "dark", "--width", "390", "-o", "dark.svg")
    text = Path("dark.svg").read_text()
    assert 'width="390"' in text
    assert "#14181d" in text
    done = run(*GRAPH, "--width", "10", "-o", "tiny.svg")
    assert (done.exit_code, Path("tiny.svg").exists()) == (2, False)


def test_a_coordinate_and_a_lens_are_as_in_every_question(file: Path) -> None:
    report = ["--source", "report-2025-11-21", "--recorded", "42"]
    data = json.loads(run(*PLOT, *report, "--json", "-o", "-").stdout)
    assert (data["position"], data["lens"]) == (42, {"source": ["report-2025-11-21"]})
    items = json.loads(run("state", *PLOT[1:], *report, "--json").stdout)["companies"][0]["items"]
    assert [c["subject"] for c in data["courses"] if c["status"]] == [i["subject"] for i in items]


def test_the_filters_are_those_of_a_state(file: Path) -> None:
    for given in (["--open"], ["--certainty", "possible"], ["--open", "--certainty", "definite"]):
        data = json.loads(run(*PLOT, *given, "--json", "-o", "-").stdout)
        items = json.loads(run("state", *PLOT[1:], *given, "--json").stdout)["companies"][0][
            "items"
        ]
        assert [c["subject"] for c in data["courses"]] == [i["subject"] for i in items]
        assert items
    assert run(*AXES, "--open").exit_code == 2


def test_an_empty_picture_is_said_to_be_empty(file: Path) -> None:
    done = run("plot", "foxconn", "--as-of", "1990-01-01", "-o", "empty.svg")
    assert done.exit_code == 0
    assert "the picture is empty" in done.stderr
    assert "Nothing had been reported by this date." in Path("empty.svg").read_text()
    assert "empty" in run("graph", "foxconn", "--as-of", "1990-01-01", "-o", "empty.svg").stderr


def test_letters_that_no_font_has_are_named(file: Path) -> None:
    rare = "".join(chr(0x2CEB2 + number) for number in range(30))  # CJK extension F
    run("append", "company_registered", "--subject", "company:rare", "--name", rare)
    done = run("plot", "rare", "-o", "a.png")
    if "no font here" not in done.stderr:
        pytest.skip("a font of this machine has even these letters")
    assert f"no font here has {rare[:20]} …: the PNG shows boxes" in done.stderr
    assert "--font-dir" in done.stderr
    assert "no font" not in run("plot", "rare", "-o", "a.svg").stderr


def test_what_cannot_be_drawn_is_said(file: Path) -> None:
    assert run("graph", "--depth", "2").exit_code == 2
    assert run(*PLOT, "--kind", "two-axes").exit_code == 2
    assert "did you mean" in run("plot", "foxcon").stderr
    assert run("plot", "deal:nobody-knows").exit_code == 1
    Path("empty").mkdir()
    done = run(*PLOT, "--font-dir", "empty", "-o", "a.png")
    assert done.exit_code == 2
    assert "holds no fonts" in done.stderr
    assert not Path("a.png").exists()


def test_every_suffix_is_of_a_format_that_a_command_writes() -> None:
    from timeline.cli import graph, plot

    assert set(SUFFIXES.values()) == set(graph.FORMATS) | set(plot.FORMATS)
