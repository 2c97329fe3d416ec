"""Pictures of the real stories: valid, told in words, complete, and drawn within their bounds."""

from __future__ import annotations

import json
import re
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from tests.answers.stores import new_timeline, stories_of
from timeline import Timeline
from timeline.errors import InvalidValue, MissingExtra
from timeline.render.picture import Picture
from timeline.render.plot.measure import width

STORIES = (
    "foxconn-openai",
    "foxconn-openai-later",
    "foxconn-sharp",
    "nissan-honda",
    "volkswagen-rivian",
)
WIDTHS = (390, 780, 1280)


stories = stories_of(*STORIES)


def pictures(
    stories: Timeline, theme: Any = "light", wide: int | None = None
) -> dict[str, Picture]:
    look: Any = {"theme": theme, "width": wide, "on": "2025-11-21"}
    return {
        "timeline": stories.plot("foxconn", **look),
        "as known before": stories.plot("foxconn", known="2025-11-20", **look),
        "nothing": stories.plot("foxconn", **look | {"on": "1990-01-01", "known": "1990-01-01"}),
        "two axes": stories.plot("rumour:foxconn-nissan", known="2025-11-20", **look),
        "belief": stories.plot("rumour:foxconn-nissan", kind="belief", **look),
        "network": stories.graph("foxconn", depth=2, **look),
        "everybody": stories.graph(**look),
        "nobody": stories.graph(**look | {"on": "1990-01-01", "known": "1990-01-01"}),
    }


@pytest.mark.parametrize("wide", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_picture_is_within_its_bounds(stories: Timeline, theme: str, wide: int) -> None:
    for name, picture in pictures(stories, theme, wide).items():
        scene = picture.scene
        assert scene.width == wide, name
        for mark in scene.walk():
            given = mark.attributes
            for across in ("x", "cx"):
                assert 0 <= given.get(across, 0) <= wide, (name, mark)
            for down in ("y", "cy"):
                assert 0 <= given.get(down, 0) <= scene.height, (name, mark)
            if mark.tag == "rect":
                assert given["x"] + given["width"] <= wide, (name, mark)


@pytest.mark.parametrize("wide", WIDTHS)
def test_no_text_is_cut(stories: Timeline, wide: int) -> None:
    for name, picture in pictures(stories, wide=wide).items():
        for mark in picture.scene.walk():
            if mark.tag != "text":
                continue
            long = width(mark.text, mark.attributes["font-size"])
            before = {None: 0, "middle": long / 2, "end": long}[mark.attributes["text-anchor"]]
            assert mark.attributes["x"] - before >= 0, (name, mark)
            assert mark.attributes["x"] - before + long <= wide, (name, mark)


def test_in_a_page_everything_leads_to_its_page_in_the_colours_of_the_page(
    stories: Timeline,
) -> None:
    svg = stories.plot("foxconn", on="2025-11-21").inline(1200, "/{}".format)
    root = ElementTree.fromstring(svg)
    lanes = root.findall("{http://www.w3.org/2000/svg}a")
    assert len(lanes) == 19
    assert all(lane.get("href", "").startswith("/") for lane in lanes)
    assert all("ource" in (lane[0].text or "") for lane in lanes), "hovering says who says so"
    assert root.get("role") == "group", "what is in an image cannot be followed"
    assert not re.search(r"#[0-9a-f]{6}\"", svg)
    assert "style=" not in svg, "the policy of the page allows none"


def test_each_says_what_it_shows_in_words(stories: Timeline) -> None:
    for name, picture in pictures(stories).items():
        svg = ElementTree.fromstring(picture.svg())
        space = "{http://www.w3.org/2000/svg}"
        assert svg.get("role") == "img"
        assert svg.findtext(f"{space}title") == picture.title, name
        assert svg.findtext(f"{space}desc") == picture.alt, name
        assert re.search("as (of|it was reported)", picture.alt) or name in ("two axes", "belief")
        data = json.loads(json.dumps(picture.data))
        assert (data["title"], data["alt"]) == (picture.title, picture.alt)
        assert data["position"] == 108
        assert any("--recorded 108" in text for text in picture.texts), name


def test_the_same_picture_is_the_same_file_and_shares_no_names_with_another(
    stories: Timeline,
) -> None:
    one = stories.plot("foxconn", on="2025-11-21")
    again = stories.plot("foxconn", on="2025-11-21")
    assert one.svg() == one.svg() == again.svg()
    other = stories.plot("nissan", on="2025-11-21")
    named = [set(re.findall(r'id="([^"]*)"', picture.svg())) for picture in (one, other)]
    assert named[0]
    assert named[1]
    assert not named[0] & named[1]
    used = set(re.findall(r"url\(#([^)]*)\)", one.svg()))
    assert used <= named[0]


def test_a_png_is_small_and_says_its_title(stories: Timeline) -> None:
    picture = stories.plot("rumour:foxconn-nissan", on="2025-11-21")
    image = Image.open(BytesIO(picture.png()))
    assert image.mode == "P"
    assert image.width == 2 * 780
    assert image.info["Title"] == picture.title
    assert image.info["Description"] == picture.alt
    assert Image.open(BytesIO(picture.png(scale=1))).width == 780


def test_a_png_of_very_many_pixels_is_drawn_smaller(
    stories: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timeline.render.picture.MOST_PIXELS", 200_000)
    image = Image.open(BytesIO(stories.plot("foxconn", on="2025-11-21").png()))
    assert 180_000 < image.width * image.height < 220_000


def test_a_page_loads_nothing_and_holds_the_data(stories: Timeline) -> None:
    for name, picture in pictures(stories).items():
        page = picture.html()
        assert "default-src 'none'" in page
        assert not re.search(r"(src|href)=\"?(https?:)?//", page), name
        assert page.count("<script") == page.count("</script>") == (picture.days is not None)
        assert page.count("<svg") == 2
        assert "<table" in page
        assert ("data-play" in page) == (picture.days is not None)
        assert len(page) < 400_000, name


def test_what_sources_say_is_no_markup(stories: Timeline, tmp_path: Path) -> None:
    name = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    store = new_timeline(tmp_path)
    for fields in (
        {"type": "company_registered", "subject": "company:acme", "name": name},
        {"type": "company_registered", "subject": "company:globex", "name": "Globex"},
        {"type": "deal_announced", "subject": "deal:a", "occurred": "2025-01-10", "known": "2025-01-10",
         "kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}, "title": name},
    ):  # fmt: skip
        store.append(fields)
    for picture in (store.plot("acme"), store.plot("deal:a"), store.graph("acme")):
        assert "<script>alert" not in picture.html()
        assert "<img src=x" not in picture.html()
        ElementTree.fromstring(picture.svg())
    store.close()


def test_a_look_that_does_not_exist_is_refused(stories: Timeline) -> None:
    with pytest.raises(InvalidValue, match="no theme"):
        stories.plot("foxconn", theme="pink")  # type: ignore[arg-type]  # the point of the test
    for wide in (0, 100, 20_000):
        with pytest.raises(InvalidValue, match="pixels wide"):
            stories.graph(width=wide)
    with pytest.raises(InvalidValue, match="cannot be shown as"):
        stories.plot("foxconn", kind="two-axes")
    with pytest.raises(InvalidValue, match="cannot be shown as"):
        stories.plot("rumour:foxconn-nissan", kind="timeline")


def test_what_a_kind_of_picture_does_not_show_is_refused_and_not_left_out(
    stories: Timeline,
) -> None:
    rumour = "rumour:foxconn-nissan"
    for target, kind, given in (
        ("foxconn", "then-and-now", {"start": "2025-01-01"}),
        ("foxconn", "tracker", {"certainty": "possible"}),
        ("foxconn", "network", {"open_only": True}),
        (rumour, "belief", {"end": "2025-12-31"}),
        (rumour, "two-axes", {"open_only": True}),
        (rumour, "two-axes", {"most": 3}),
    ):
        with pytest.raises(InvalidValue, match=f"says nothing of a picture as {kind}"):
            stories.plot(target, kind=kind, **given)  # type: ignore[arg-type]


def test_a_network_is_the_same_however_it_is_asked_for(stories: Timeline) -> None:
    asked = stories.plot("foxconn", kind="network", on="2025-11-21")
    assert asked.data == stories.graph("foxconn", on="2025-11-21").data
    assert asked.svg() == stories.graph("foxconn", on="2025-11-21").svg()


def test_in_a_notebook_it_shows_itself_and_without_the_extra_its_table(
    stories: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stories.graph("nissan", on="2025-11-21")._repr_html_().startswith("<svg")
    monkeypatch.setitem(sys.modules, "networkx", None)
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    picture = stories.graph("nissan", on="2025-11-21")
    assert picture._repr_html_().startswith("<table")
    assert "deal:nissan-honda-holding-company" in picture._repr_html_()
    for draw, missing, extra in (
        (picture.svg, "networkx", "graph"),
        (stories.plot("nissan").png, "resvg_py", "plot"),
    ):
        with pytest.raises(MissingExtra, match=missing) as failure:
            draw()
        assert (
            failure.value.hint == f"install the extra: pip install 'partnership-timeline[{extra}]'"
        )
    assert stories.plot("nissan").svg().startswith("<svg"), "which needs nothing"
    assert picture.data["company"] == "nissan"
