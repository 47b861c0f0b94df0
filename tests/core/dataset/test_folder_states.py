"""The dataset folder under any sequence of builds, kills, resumptions, errors and overwrites."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from helpers.small_pool import SCORES, files, rows
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import zebra_core as zebra
from zebra_core.pipeline import build, prepare

RECIPES = st.sampled_from(("sup", "delta", "sim"))
KILLED = 9
TOUCHES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}


class Stop(Exception):  # noqa: N818  # not an error of the build
    """An exception in the middle of a build that zebra does not expect."""


def stop(_: object) -> None:
    raise Stop


class Folder(RuleBasedStateMachine):
    """One output folder, and what each recipe writes into a fresh one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.output = self.folder / "out"
        inputs = Path(tempfile.gettempdir()) / f"zebra-states-{os.getpid()}"
        self.inputs = inputs
        if not inputs.exists():
            inputs.mkdir()
            (inputs / "scores.csv").write_text(SCORES)
            (inputs / "pool.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
        self.built: set[str] = set()

    def recipe(self, strategy: str) -> zebra.Recipe:
        """Return a recipe of four shards."""
        scores = (str(self.inputs / "scores.csv"),)
        return zebra.Recipe(pool=str(self.inputs / "pool.jsonl"), scores=scores, strategy=strategy, shard_rows=10)

    def expected(self, strategy: str) -> dict[str, bytes]:
        """Return the files of a build that nothing disturbed."""
        fresh = self.inputs / strategy
        if not fresh.exists():
            build(self.recipe(strategy), fresh, workers=1)
        return files(fresh)

    @rule(strategy=RECIPES)
    def overwrite(self, strategy: str) -> None:
        """A build that nothing disturbs replaces or resumes what is there, and leaves nothing beside it."""
        build(self.recipe(strategy), self.output, overwrite=True, workers=1)
        self.built.add(strategy)
        assert files(self.output) == self.expected(strategy)
        assert [path.name for path in self.folder.iterdir()] == ["out"]

    @rule(strategy=RECIPES)
    def write(self, strategy: str) -> None:
        """Without permission to overwrite, an existing dataset stays."""
        if not self.output.exists():
            build(self.recipe(strategy), self.output, workers=1)
            self.built.add(strategy)
            assert files(self.output) == self.expected(strategy)
            return
        before = files(self.output)
        with pytest.raises(zebra.ZebraError, match="add --overwrite"):
            build(self.recipe(strategy), self.output, workers=1)
        assert files(self.output) == before

    @rule(strategy=RECIPES)
    def fail(self, strategy: str) -> None:
        """An exception leaves what was there, and no unfinished folder."""
        before = files(self.output)
        with pytest.raises(zebra.ZebraError, match="failed with Stop"):
            prepare(self.recipe(strategy)).write(self.output, overwrite=True, workers=1, on_progress=stop)
        assert files(self.output) == before
        assert not self.output.with_name("out.partial").exists()

    @rule(strategy=RECIPES, touches=st.integers(1, 60))
    def kill(self, strategy: str, touches: int) -> None:
        """Kill a build, in a process of its own, when it touches a file of the folder for the n-th time."""
        run = prepare(self.recipe(strategy))
        process = os.fork()
        if process == 0:
            count = 0

            def hook(event: str, arguments: tuple[Any, ...]) -> None:
                nonlocal count
                if event in TOUCHES and str(self.folder) in str(arguments[0]):
                    count += 1
                    if count == touches:
                        os._exit(KILLED)

            sys.addaudithook(hook)
            code = 1
            try:
                run.write(self.output, overwrite=True, workers=1)
                code = 0
            finally:
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        assert code in {0, KILLED}
        self.built.add(strategy)

    @invariant()
    def whole(self) -> None:
        """What can be read is, byte for byte, what one of the recipes writes."""
        if self.output.exists():
            zebra.Dataset.open(self.output)
            assert files(self.output) in [self.expected(strategy) for strategy in self.built]
        assert all(path.name == "out" or path.name.startswith("out.") for path in self.folder.iterdir())

    def teardown(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)


@pytest.fixture(autouse=True)
def _inputs_are_removed() -> Any:
    yield
    shutil.rmtree(Path(tempfile.gettempdir()) / f"zebra-states-{os.getpid()}", ignore_errors=True)


TestFolder = Folder.TestCase
TestFolder.settings = settings(max_examples=12, stateful_step_count=8, derandomize=True)
