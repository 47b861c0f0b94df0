"""What an engine returns is checked before the dataset is in place."""

from __future__ import annotations

import json

import pytest
from helpers.small_pool import rows, write

from zebra_core.testing import Project

ENGINE = """import zebra_core as zebra


@zebra.hookimpl
def zebra_engines():
    return {"mine": mine}


def mine(write, tasks, workers):
    shards = [write(task) for task in tasks]
"""
FAULTS = {
    "drops a shard": ("return shards[:-1]", "there are 6 tasks, got 5 shards"),
    "repeats a shard": ("return [shards[0]] * len(shards)", "got part-00000.parquet for part-00001"),
    "reversed order": ("return shards[::-1]", "got part-00005.parquet for part-00000"),
    "returns nothing": ("return None", "must return the shards in the order of the tasks, got NoneType"),
    "returns names": ("return [shard.name for shard in shards]", "got str for part-00000"),
    "loses a file": (
        "(write.folder / 'data' / shards[2].name).unlink()\n    return shards",
        "part-00002.parquet must have 10 pairs on disk, got a file that cannot be read",
    ),
    "skips a task": (
        "(write.folder / 'done' / 'part-00003.json').unlink()\n    return shards",
        "without having written part-00003",
    ),
}


def pool_of_six(project: Project) -> list[str]:
    """Write a pool of six files of ten rows. Return the command that builds it."""
    write(project, rows())
    for number in range(6):
        lines = [json.dumps({**row, "instruction": f"{number} {row['instruction']}"}) for row in rows()[:10]]
        project.write(f"parts/{number}.jsonl", "\n".join(lines) + "\n")
    return ["run", "--pool", "parts", "--scores", "scores.csv", "--plugin", "mine"]


@pytest.mark.parametrize("fault", FAULTS)
def test_an_engine_that_returns_other_shards(zebra_cli: Project, fault: str) -> None:
    """Six files make six shards: any other result is an error that names the engine, and nothing is written."""
    code, message = FAULTS[fault]
    zebra_cli.write("mine.py", ENGINE + f"    {code}\n")
    error = zebra_cli.run(*pool_of_six(zebra_cli), code=2).stderr.splitlines()[-1]
    assert error.startswith("Error: engine 'mine' of plugin 'mine': ")
    assert message in error
    assert [path.name for path in zebra_cli.folder.iterdir() if path.name.startswith("zebra-dataset")] == []


def test_an_engine_that_is_lazy(zebra_cli: Project) -> None:
    """An engine may yield its shards."""
    zebra_cli.write("mine.py", ENGINE + "    yield from shards\n")
    zebra_cli.run(*pool_of_six(zebra_cli))
    assert len(zebra_cli.dataset()) == 60
