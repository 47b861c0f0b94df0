"""What plugins receive is read-only: a component that writes into it is an error that names the plugin."""

from __future__ import annotations

import pytest

from zebra_core.testing import Project

HEAD = "import numpy as np\nimport zebra_core as zebra\n\n@zebra.hookimpl\n"

PLUGINS = {
    "a strategy inverts superiority": (
        "def zebra_strategies():\n    return {'bad': bad}\n"
        "def bad(behavior):\n    g = behavior.superiority\n    g -= .5\n    g *= -1\n    return behavior.similarity\n"
    ),
    "a strategy inverts the gap": (
        "def zebra_strategies():\n    return {'bad': bad}\n"
        "def bad(behavior):\n    gap = behavior.gap\n    gap *= -1\n    return abs(gap)\n"
    ),
    "a strategy writes into the candidates": (
        "def zebra_strategies():\n    return {'bad': Bad}\n"
        "class Bad:\n    per_instruction = True\n"
        "    def __call__(self, behavior, candidates):\n        candidates.models[:] = 0\n        return candidates.draw()\n"
    ),
    "a similarity writes into its vectors": (
        "def zebra_similarities():\n    return {'bad': bad}\ndef bad(vectors):\n    vectors += 1\n    return vectors @ vectors.T\n"
    ),
    "an observer writes into the behavior": (
        "def zebra_stage_done(stage, result):\n    if stage == 'behavior':\n        result.superiority[:] = 0\n"
    ),
    "an observer writes into the scores": (
        "def zebra_stage_done(stage, result):\n    if stage == 'scores':\n        result.values[0] = 0\n"
    ),
}


@pytest.mark.parametrize("case", PLUGINS)
def test_writing_is_an_error(zebra_cli: Project, case: str) -> None:
    """The run stops with one line that names the plugin and explains that arrays are read-only; nothing is written."""
    zebra_cli.write("bad.py", HEAD + PLUGINS[case])
    stderr = zebra_cli.run("run", "--plugin", "./bad.py", code=2).stderr
    assert "'bad'" in stderr
    assert "read-only" in stderr
    assert stderr.count("\n") == 1
    assert not (zebra_cli.folder / "zebra-dataset").exists()


def test_print_does_not_corrupt_the_output(zebra_cli: Project) -> None:
    """What a similarity prints goes to the standard error, so that JSON stays JSON."""
    import json

    zebra_cli.write(
        "loud.py",
        HEAD + "def zebra_similarities():\n    return {'loud': loud}\n"
        "def loud(vectors):\n    print('here I am')\n    return vectors @ vectors.T\n",
    )
    result = zebra_cli.run("behavior", "--scores", "paper", "--plugin", "./loud.py", "--format", "json")
    assert json.loads(result.stdout)["models"]
    assert "here I am" in result.stderr
