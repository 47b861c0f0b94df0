"""The command keeps its contract, and prints the pairs that were asked for."""

import re

import pytest

from zebra_core.testing import parametrize_with_checks


@parametrize_with_checks("command.peek")
def test_contract(check):
    """Every check of ZEBRA's conformance kit passes."""
    check()


@pytest.fixture
def project(zebra_cli):
    """A folder with the demo's dataset."""
    zebra_cli.run("run", "-o", "pairs")
    return zebra_cli


def test_first(project):
    """The first pair is the first row."""
    row = project.dataset("pairs")[0]
    lines = project.run("peek", "pairs", "--count", "1").stdout.splitlines()
    assert lines == [
        f"margin {row['margin']:.3f}",
        f"  {row['prompt'][0]['content']}",
        f"+ {row['chosen_model']}: {row['chosen'][0]['content']}",
        f"- {row['rejected_model']}: {row['rejected'][0]['content']}",
        "",
    ]


def test_order_and_model(project):
    """The widest margins come first, of one model's pairs only."""
    stdout = project.run("peek", "pairs", "--model", "clerk", "--order", "widest", "--count", "5").stdout
    margins = [float(text) for text in re.findall(r"^margin (.*)$", stdout, flags=re.MULTILINE)]
    assert len(margins) == 5
    assert margins == sorted(margins, reverse=True)
    assert stdout.count("clerk: ") == 5


def test_unknown_model(project):
    """A model that is not in the dataset is an error with the closest name."""
    assert "did you mean 'clerk'?" in project.run("peek", "pairs", "--model", "clark", code=2).stderr


def test_control_characters():
    """A response cannot move the cursor or clear the screen."""
    from zebra_peek.command import as_text

    pair = {
        "margin": 0.5,
        "prompt": "p",
        "chosen_model": "a",
        "chosen": "\x1b[2J",
        "rejected_model": "b",
        "rejected": "r",
    }
    assert "\x1b" not in as_text(pair)
