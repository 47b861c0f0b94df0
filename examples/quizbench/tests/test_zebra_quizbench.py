"""The score source keeps its contract, recognises its files, and knows standard errors and directions."""

import math
from pathlib import Path

import numpy as np
import pytest
from zebra_quizbench import Quizbench

import zebra_core as zebra
from zebra_core.testing import parametrize_with_checks

RESULTS = Path(__file__).parents[1] / "results"


@parametrize_with_checks("score-source.quizbench", location=str(RESULTS / "scholar.xml"))
def test_contract(check):
    """Every check of ZEBRA's conformance kit passes."""
    check()


def test_values():
    """184 of 200 are 92 %, with an error of 100 sqrt(.92 * .08 / 200), and 117 of 150 are 78 %; a value has its own error."""
    table = Quizbench()(str(RESULTS / "scholar.xml"))
    assert table.models == ("scholar",)
    assert table.values.tolist() == [[92.0, 78.0, 2.5]]
    assert np.allclose(table.stderr, [[100 * math.sqrt(0.92 * 0.08 / 200), 100 * math.sqrt(0.78 * 0.22 / 150), 0.25]])
    assert [benchmark.direction for benchmark in table.benchmarks] == ["higher", "higher", "lower"]


def test_missing(tmp_path):
    """A task without counts or a value is missing, not 0; a text that is not a number is an error that names it."""
    file = tmp_path / "a.xml"
    file.write_text('<quizbench model="a"><task name="x" asked="0"/><task name="y" value="5"/></quizbench>')
    assert [benchmark.name for benchmark in Quizbench()(str(file)).benchmarks] == ["y"]
    file.write_text('<quizbench model="a"><task name="x" value="five"/></quizbench>')
    with pytest.raises(zebra.ZebraError, match="the value of the task 'x' is 'five', which is not a number"):
        Quizbench()(str(file))


def test_entities_are_refused(tmp_path):
    """A document with a document type is declined."""
    file = tmp_path / "a.xml"
    file.write_text('<!DOCTYPE q [<!ENTITY e "x">]><quizbench model="&e;"/>')
    assert "has a document type" in Quizbench().declines(str(file))


def test_run(zebra_cli):
    """A folder of results is recognised without being named, and alone says which response is chosen."""
    zebra_cli.run("run", "zebra-paper", "--scores", str(RESULTS))
    assert zebra_cli.manifest()["summary"]["models"]["scholar"]["rejected"] == 0
    assert all(row["confidence"] > 0.5 for row in zebra_cli.dataset())
