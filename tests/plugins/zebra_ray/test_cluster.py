"""The engine `ray` and the batch function under `datasets.map` give what the engine `local` gives; needs the ray extra."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import zebra_core as zebra
from zebra_core.plugins.protocols import ReadsFiles
from zebra_core.testing import Project

pytestmark = [pytest.mark.ray, pytest.mark.filterwarnings("ignore")]  # Ray's own warnings are its own

COMMAND = ("run", "--pool", "pool", "--scores", "scores.csv")


@pytest.fixture
def project(zebra_cli: Project) -> Project:
    """A pool of 12 files of 200 instructions each, one row of which cannot be used."""
    zebra_cli.write("scores.csv", "model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\nd,0,0\n")
    draw = random.Random(5)
    for file in range(12):
        rows: list[dict[str, Any]] = []
        for number in range(200):
            models = draw.sample("abcd", 3)
            each = [{"model": m, "response": f"{m} says {number}", "overall_score": draw.random()} for m in models]
            rows.append({"instruction": f"question {file}/{number}", "models": models, "completions": each})
        rows[7]["models"] = ["a", "b", "x"] if file == 3 else rows[7]["models"]
        target = zebra_cli.folder / f"pool/{file:02}.parquet"
        target.parent.mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows), target)
    return zebra_cli


@pytest.fixture(scope="module")
def cluster() -> Any:
    """A head that does no work, and three nodes."""
    import ray
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    for _ in range(3):
        cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a dataset but those that name the engine."""
    named = ("manifest.json", "recipe.toml", "README.md")
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name not in named
    }


def test_every_strategy_on_every_engine(project: Project, cluster: Any, plugins: zebra.Plugins) -> None:
    """Ray writes the bytes that local writes; datasets.map gives the same rows in the same order, and streams them too."""
    import datasets

    engine = ("--engine", "ray", "--set", f"ray.address={cluster.address}")
    source = datasets.load_dataset("parquet", data_dir="pool", split="train")
    stream = datasets.load_dataset("parquet", data_dir="pool", split="train", streaming=True)
    strategies = [each.bind() for each in plugins.of_kind("strategy")]
    for strategy in (each.name for each in strategies if not isinstance(each.instance, ReadsFiles)):
        output = (*COMMAND, "--strategy", strategy, "-o")
        project.run(*output, f"local-{strategy}")
        project.run(*output, f"ray-{strategy}", *engine)
        assert files(project.folder / f"ray-{strategy}") == files(project.folder / f"local-{strategy}")
        rows = project.dataset(f"local-{strategy}")
        assert len(rows) == 2399
        pairs = zebra.batch_function(zebra.Recipe(scores=("scores.csv",), strategy=strategy))
        for data in (source, stream):
            mapped = data.with_format("arrow").map(pairs, batched=True, remove_columns=source.column_names)
            assert [row for table in mapped.iter(500) for row in table.to_pylist()] == rows
    listed = (project.folder / "ray-sup/rejected_rows.jsonl").read_text().splitlines()
    assert [(json.loads(line)["file"], json.loads(line)["line"]) for line in listed] == [("03.parquet", 8)]


def test_filters_and_columns_on_every_engine(project: Project, cluster: Any) -> None:
    """Ray filters and adds columns as local does; so does datasets.map without dedup."""
    import datasets

    project.write("test.txt", "Question 3/0\nquestion 11/199\n")
    test = str(project.folder / "test.txt")
    repeat = project.folder / "pool/99.parquet"
    repeat.write_bytes((project.folder / "pool/00.parquet").read_bytes())
    options = ("--filter", "decontaminate", "--set", f"decontaminate.against={test}", "--column", "lengths")
    engine = ("--engine", "ray", "--set", f"ray.address={cluster.address}")
    for name, more in (("local", ()), ("ray", engine)):
        project.run(*COMMAND, *options, "--filter", "dedup", "-o", name, *more)
    assert files(project.folder / "local") == files(project.folder / "ray")
    assert project.manifest("ray")["summary"]["left_out"] == {"filter dedup": 200, "filter decontaminate": 2}
    rows = project.dataset("ray")
    assert len(rows) == 12 * 200 - 1 - 2  # one row cannot be used
    assert rows[0]["chosen_length"] == len(rows[0]["chosen"][0]["content"])
    repeat.unlink()
    recipe = zebra.make_recipe(
        {
            "scores": ["scores.csv"],
            "filters": ["decontaminate"],
            "columns": ["lengths"],
            "options": {"decontaminate": {"against": test}},
        }
    )
    source = datasets.load_dataset("parquet", data_dir="pool", split="train")
    pairs = zebra.batch_function(recipe)
    mapped = source.with_format("arrow").map(pairs, batched=True, remove_columns=source.column_names, num_proc=2)
    assert [row for table in mapped.iter(500) for row in table.to_pylist()] == rows


DRAWS = [
    ("--candidates", "2"),
    ("--temperature", "1", "--length-ratio", "1.1"),
    ("--max-share", "0.2", "--candidates", "2", "--temperature", "1"),
]


@pytest.mark.parametrize("arguments", DRAWS, ids=" ".join)
def test_draws_on_every_engine(project: Project, cluster: Any, arguments: tuple[str, ...]) -> None:
    """Ray draws what local draws, and that changes the pairs."""
    engine = ("--engine", "ray", "--set", f"ray.address={cluster.address}")
    project.run(*COMMAND, *arguments, "-o", "local")
    project.run(*COMMAND, *arguments, "-o", "ray", *engine)
    assert files(project.folder / "ray") == files(project.folder / "local")
    project.run(*COMMAND, "-o", "plain")
    assert project.dataset("ray") != project.dataset("plain")


SLOW = """\
import time
import zebra_core as zebra

@zebra.hookimpl
def zebra_strategies():
    return {"unhurried": Unhurried}

class Unhurried:
    per_instruction = True
    def __call__(self, behavior, candidates):
        time.sleep(0.5)
        return candidates.draw()
"""


def test_a_node_is_lost(project: Project, cluster: Any) -> None:
    """In the middle of the job, with a strategy of a loose file: every row is there once, and again in a second job."""
    project.write("slow.py", SLOW)
    (project.folder / "small").mkdir()
    command = [sys.executable, "-m", "zebra_core", *COMMAND, "--plugin", "./slow.py", "--shard-rows", "200", "-o"]
    ray = ["--engine", "ray", "--set", f"ray.address={cluster.address}"]
    subprocess.run([*command, "local"], cwd=project.folder, check=True, capture_output=True)
    process = subprocess.Popen([*command, "lost", *ray], cwd=project.folder, stderr=subprocess.PIPE, text=True)
    while len(list((project.folder / "lost.partial/done").glob("*.json"))) < 2:
        time.sleep(0.02)
        assert process.poll() is None, process.communicate()[1]
    node = cluster.list_all_nodes()[-1]
    cluster.remove_node(node, allow_graceful=False)
    _, output = process.communicate(timeout=300)
    assert process.returncode == 0, output
    subprocess.run([*command, "again", *ray], cwd=project.folder, check=True, capture_output=True)
    cluster.add_node(num_cpus=1)
    for name in ("lost", "again"):
        assert files(project.folder / name) == files(project.folder / "local")
    assert len({row["id"] for row in project.dataset("lost")}) == 2399


def test_ctrl_c_and_on(project: Project, cluster: Any) -> None:
    """Ctrl-C leaves what is whole, and the same command resumes from there."""
    project.write("slow.py", SLOW)
    output = (*COMMAND, "--plugin", "./slow.py", "--shard-rows", "200", "--engine", "ray", "-o", "out")
    command = [sys.executable, "-m", "zebra_core", *output, "--set", f"ray.address={cluster.address}"]
    process = subprocess.Popen(command, cwd=project.folder, stderr=subprocess.PIPE, text=True)
    while len(list((project.folder / "out.partial/done").glob("*.json"))) < 2:
        time.sleep(0.02)
        assert process.poll() is None, process.communicate()[1]
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=60)
    assert process.returncode == 130, message
    assert "the same command resumes from there" in message.splitlines()[-1]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=True)
    assert "resuming an interrupted run" in done.stdout
    assert len({row["id"] for row in project.dataset("out")}) == 2399


def test_mistakes(project: Project, cluster: Any) -> None:
    """A bad row with --strict, and a missing cluster, give one line each."""
    ray = ("--engine", "ray", "--set", f"ray.address={cluster.address}")
    output = project.run(*COMMAND, "--strict", *ray, code=2).stderr
    assert "\nError: 03.parquet, row 8: `models` and `completions` name different models" in output
    assert not (project.folder / "zebra-dataset.partial").exists()
    output = project.run(*COMMAND, "--engine", "ray", "--set", "ray.address=localhost:1", code=2).stderr
    assert "no Ray cluster at 'localhost:1'" in output
