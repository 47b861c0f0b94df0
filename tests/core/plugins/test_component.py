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
}
OBSERVERS = {
    "into the behavior": "if stage == 'behavior':\n        result.superiority[:] = 0\n",
    "into the scores": "if stage == 'scores':\n        result.values[0] = 0\n",
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


@pytest.mark.parametrize("case", OBSERVERS)
def test_an_observer_that_writes(zebra_cli: Project, case: str) -> None:
    """It changes nothing: it is warned about and switched off, with the explanation that arrays are read-only."""
    zebra_cli.write("bad.py", HEAD + f"def zebra_stage_done(stage, result):\n    {OBSERVERS[case]}")
    stderr = zebra_cli.run("run", "--plugin", "./bad.py").stderr
    assert stderr.startswith("Warning: observer 'zebra_stage_done' of plugin 'bad': ")
    assert "read-only" in stderr
    assert stderr.count("\n") == 1


SIMILARITY = "def zebra_similarities():\n    return {'bad': bad}\ndef bad(vectors):\n"


@pytest.mark.parametrize("code", ["import sys\n    sys.exit(0)", "raise SystemExit"])
def test_an_exit_is_an_error(zebra_cli: Project, code: str) -> None:
    """A component that ends the process is an error that names it, and the exit code is not 0."""
    zebra_cli.write("bad.py", HEAD + SIMILARITY + f"    {code}\n")
    stderr = zebra_cli.run("run", "--plugin", "./bad.py", code=2).stderr
    assert stderr.startswith("Error: similarity 'bad' of plugin 'bad': it failed with SystemExit")


def test_the_line_is_of_the_plugin(zebra_cli: Project) -> None:
    """An error deep in a library names the line of the plugin that called it."""
    zebra_cli.write("bad.py", HEAD + SIMILARITY + "    import json\n    return json.loads('{')\n")
    stderr = zebra_cli.run("run", "--plugin", "./bad.py", code=2).stderr
    assert "(bad.py, line 9)" in stderr  # after six lines of head and hook: def, import, return


POOLS = {
    "a wrong item": ("yield {'id': 1}", "must yield Arrow record batches, or zebra.Rejected, got dict"),
    "nothing to iterate over": ("return 3", "it failed with TypeError: 'int' object is not iterable"),
    "an exit": ("raise SystemExit(0)\n    yield", "it failed with SystemExit"),
}


@pytest.mark.parametrize("case", POOLS)
def test_a_part_that_is_wrong(zebra_cli: Project, case: str) -> None:
    """What a part of a pool gives is attributed to the pool, not to the engine that reads it."""
    code, message = POOLS[case]
    pool = f"def zebra_pools():\n    return {{'bad': bad}}\ndef read():\n    {code}\n"
    pool += "def bad(location):\n    return zebra.Pool([zebra.Part('part', read)])\n"
    zebra_cli.write("bad.py", HEAD + pool)
    stderr = zebra_cli.run("run", "--plugin", "./bad.py", "--scores", "paper", code=2).stderr
    assert "Error: pool 'bad' of plugin 'bad': " in stderr
    assert message in stderr


@pytest.mark.parametrize(
    "parts", ["[]", "[zebra.Part('part', lambda: iter([]), 0)]", "[zebra.Part('part', lambda: iter([]))]"]
)
def test_an_empty_pool(zebra_cli: Project, parts: str) -> None:
    """A pool without a row is an error in plain words."""
    pool = f"def zebra_pools():\n    return {{'bad': bad}}\ndef bad(location):\n    return zebra.Pool({parts})\n"
    zebra_cli.write("bad.py", HEAD + pool)
    stderr = zebra_cli.run("run", "--plugin", "./bad.py", "--scores", "paper", code=2).stderr
    assert "no pair came out of 0 rows: the pool has no row" in stderr


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
