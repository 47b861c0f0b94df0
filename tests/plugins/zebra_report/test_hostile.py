"""Pages, figures and cards of data that somebody made to break them."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import pytest
from helpers.hostile import NAMES, Page
from helpers.hostile_dataset import build
from markdown_it import MarkdownIt

import zebra_core as zebra
from zebra_core.base.markup import printable
from zebra_core.dataset.card import card
from zebra_core.testing import Project


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> zebra.Dataset:
    """A dataset in which everything that has a name has a hostile one, and its report."""
    return build(tmp_path_factory.mktemp("hostile"), ("svg",) if find_spec("vl_convert") else ())


def test_the_page(dataset: zebra.Dataset) -> None:
    """No tag of a name is a tag of the page, what runs is named in its policy, and every name is there as text."""
    html = (dataset.folder / "report/report.html").read_text(encoding="utf-8")
    page = Page(html)
    assert not {"img", "textarea", "iframe", "object"} & page.tags
    assert page.active == []
    visible = html[: html.index('<script type="application/json"')]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", visible)
    words = " ".join(page.text.split())
    for name in NAMES.values():
        assert " ".join(printable(name).split()) in words


def test_the_data_of_the_charts(dataset: zebra.Dataset) -> None:
    """What the page has for its charts is JSON in which no tag begins, with every name as it can be shown."""
    html = (dataset.folder / "report/report.html").read_text(encoding="utf-8")
    text = html.split('id="charts-data">')[1].split("</script>")[0]
    assert "<" not in text
    values = json.loads(text)["charts"]["hostile"][0]["data"]["values"]
    assert [value["model"] for value in values] == [printable(name) for name in NAMES.values()]


def test_the_figures(dataset: zebra.Dataset) -> None:
    """Each figure is XML of drawing elements only, and has the names as they are."""
    pytest.importorskip("vl_convert")
    figures = sorted((dataset.folder / "report").glob("*.svg"))
    assert len(figures) > 5
    for path in figures:
        root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  # our own
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not {"script", "foreignObject", "a"} & tags
        assert Page(path.read_text(encoding="utf-8")).active == []
    own = ET.fromstring((dataset.folder / "report/hostile.svg").read_text(encoding="utf-8"))  # noqa: S314  # our own
    texts = {" ".join((element.text or "").split()) for element in own.iter() if element.tag.endswith("}text")}
    for name in ("script", "math", "cells", "template", "rich", "entity"):
        assert " ".join(NAMES[name].split()) in texts


def test_the_card(dataset: zebra.Dataset) -> None:
    """The card on the Hub is the tables that it means to be: each model is one row of four cells, and nothing is markup."""
    text = card(dataset.manifest, dataset.folder / "data")
    body = text.split("\n---\n", 1)[1]
    page = Page(MarkdownIt("commonmark").enable("table").render(body))
    assert page.tags <= {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "code"}
    assert page.active == []
    rows = [line for line in body.split("## Models")[1].split("## Notes")[0].splitlines() if line.startswith("| ")]
    assert len(rows) == len(NAMES) + 1
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
    assert text == (dataset.folder / "README.md").read_text(encoding="utf-8")


def test_in_a_notebook(dataset: zebra.Dataset) -> None:
    """What a notebook shows of the dataset has no tag of a name."""
    page = Page(dataset._repr_html_())
    assert page.tags == {"p", "table", "tr", "td", "th"}
    assert page.active == []


def test_the_tables_can_be_read_back(dataset: zebra.Dataset) -> None:
    """Tables as CSV hold the names unchanged: they are data."""
    import csv

    with (dataset.folder / "report/frequencies.csv").open(encoding="utf-8", newline="") as file:
        assert {row["model"] for row in csv.DictReader(file)} == set(NAMES.values())


def test_on_a_terminal(zebra_cli: Project) -> None:
    """No name of a table is markup or a command of the terminal."""
    names = [name for name in NAMES.values() if "\n" not in name and len(name) < 100]
    rows = "".join(f'"{name.replace(chr(34), chr(34) * 2)}",{n},{n * 7 % 5}\n' for n, name in enumerate(names))
    zebra_cli.write("scores.csv", f"model,MMLU,[/b]\n{rows}")
    for command in ("scores", "behavior"):
        output = zebra_cli.run(command, "--scores", "scores.csv", "--benchmark", "[/b]=higher").stdout
        assert NAMES["rich"] in output
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", output)


def test_hostile_paths(tmp_path: Path) -> None:
    """An error shows a hostile path on one line."""
    with pytest.raises(zebra.ZebraError) as caught:
        zebra.open_pool(str(tmp_path / NAMES["lines"].replace("/", "")))
    assert "\n" not in str(caught.value)
