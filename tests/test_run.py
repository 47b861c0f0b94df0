"""`zebra run` from end to end: the same bytes again, nothing half-written, and what it says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import zebra_core as zebra
from zebra_core.testing import Project

SCORES = "model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\nd,0,0\n"
MODELS = "abcd"


def rows(count: int = 40) -> list[dict[str, Any]]:
    """Instructions that three of the four models answered, in an order that differs."""
    generator = np.random.default_rng(5)
    found = []
    for number in range(count):
        models = [str(m) for m in generator.permutation([*MODELS])[:3]]
        completions = [
            {"model": m, "response": f"{m} says {number}", "overall_score": float(ord(m) % 3)} for m in models
        ]
        found.append(
            {"source": "test", "instruction": f"question {number}", "models": models, "completions": completions}
        )
    return found


def write(cli: Project, found: list[dict[str, Any]], name: str = "pool.jsonl") -> None:
    cli.write("scores.csv", SCORES)
    cli.write(name, "\n".join(json.dumps(row) for row in found))


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


ARGUMENTS = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--strategy", "sup+sim")


def test_two_runs_and_the_saved_recipe_give_the_same_bytes(zebra_cli: Project) -> None:
    """A second run and a run of the saved recipe give every file of the dataset again, byte for byte."""
    write(zebra_cli, rows())
    zebra_cli.run(*ARGUMENTS, "-o", "one")
    zebra_cli.run(*ARGUMENTS, "-o", "two")
    zebra_cli.run("run", "one/recipe.toml", "-o", "three")
    assert set(files(zebra_cli.folder / "one")) == {
        "README.md",
        "behavior.json",
        "data/part-00000.parquet",
        "manifest.json",
        "recipe.toml",
    }
    assert files(zebra_cli.folder / "one") == files(zebra_cli.folder / "two") == files(zebra_cli.folder / "three")


@pytest.mark.parametrize(
    "strategy",
    ["sup", "sim", "sup+sim", "delta", "max-min", "confident-sim", "consistent", "random", "best-random", "rlaif"],
)
def test_another_order_gives_the_same_pairs(zebra_cli: Project, strategy: str) -> None:
    """A pool with its rows, and the responses in each row, in another order gives the same pairs."""
    generator, found = np.random.default_rng(1), rows()
    turned = [
        {**row, "models": row["models"][::-1], "completions": [row["completions"][k] for k in generator.permutation(3)]}
        for row in generator.permutation(found)
    ]
    built = []
    for order in (found, turned):
        write(zebra_cli, order)
        zebra_cli.run(*ARGUMENTS[:-1], strategy, "--overwrite")
        built.append(sorted(map(str, zebra_cli.dataset())))
    assert built[0] == built[1]
    assert len(built[0]) > 20


def test_one_worker_and_many_give_the_same_bytes(zebra_cli: Project) -> None:
    """A folder of several files gives the same dataset for any number of workers."""
    for part in range(5):
        write(zebra_cli, rows()[part * 8 : part * 8 + 8], f"pool/{part}.jsonl")
    for workers in ("1", "2", "4"):
        zebra_cli.run("run", "--pool", "pool", "--scores", "scores.csv", "--workers", workers, "-o", f"out{workers}")
    one, two, four = (files(zebra_cli.folder / f"out{workers}") for workers in "124")
    assert len([name for name in one if name.startswith("data/")]) == 5
    assert one == two == four


def test_row_groups_become_shards(zebra_cli: Project) -> None:
    """A parquet file is built in ranges of row groups; the pairs are those of one shard, and errors count rows of the file."""
    table = pa.Table.from_pylist(rows(200))
    zebra_cli.write("scores.csv", SCORES)
    pq.write_table(pa.concat_tables([table] * 200), zebra_cli.folder / "pool.parquet", row_group_size=1000)
    command = ("run", "--pool", "pool.parquet", "--scores", "scores.csv")
    zebra_cli.run(*command, "-o", "many")
    zebra_cli.run(*command, "-o", "one", "--shard-rows", "1000000")
    zebra_cli.run(*command, "-o", "plain", "--compression", "none")
    shards = [[shard["name"] for shard in zebra_cli.manifest(name)["shards"]] for name in ("many", "one")]
    assert shards == [[f"part-0000{n}.parquet" for n in range(3)], ["part-00000.parquet"]]  # 40,000 rows by 16,000
    assert zebra_cli.dataset("many") == zebra_cli.dataset("one") == zebra_cli.dataset("plain")
    bad = pa.Table.from_pylist([{**rows(1)[0], "models": ["a", "z", "b"]}], table.schema)
    pq.write_table(
        pa.concat_tables([*[table] * 150, bad, table]), zebra_cli.folder / "pool.parquet", row_group_size=1000
    )
    assert "pool.parquet, row 30001: `models`" in zebra_cli.run(*command, "-o", "x", "--strict", code=2).stderr


def test_columns_and_figures_of_a_pair(zebra_cli: Project) -> None:
    """A row has messages, models, and the figures that made it: x and y normalised are a (1, 1/9), b (.8, 1)."""
    write(
        zebra_cli, [rows()[0] | {"models": ["a", "b"], "completions": [{"model": m, "response": m * 3} for m in "ba"]}]
    )
    zebra_cli.run(*ARGUMENTS)
    (row,) = zebra_cli.dataset()
    assert row["prompt"] == [{"role": "user", "content": "question 0"}]
    assert row["chosen"] == [{"role": "assistant", "content": "bbb"}]
    assert row["rejected"] == [{"role": "assistant", "content": "aaa"}]
    assert (row["chosen_model"], row["rejected_model"], row["source"]) == ("b", "a", "test")
    assert row["margin"] == pytest.approx(0.9 - 5 / 9)
    assert row["similarity"] == pytest.approx((0.8 + 1 / 9) / ((1 + 1 / 81) ** 0.5 * (0.64 + 1) ** 0.5))
    assert row["confidence"] == pytest.approx(1 / (1 + np.exp(-3.5 * row["margin"])))


def test_datasets_opens_the_folder(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets.load_dataset(folder)` gives the pairs as its train split, and the card is read by the hub's library."""
    import datasets
    from huggingface_hub import DatasetCard

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    write(zebra_cli, rows())
    zebra_cli.run(*ARGUMENTS, "-o", "out")
    found = datasets.load_dataset("out", cache_dir=str(zebra_cli.folder / "cache"))
    assert found["train"].to_list() == zebra_cli.dataset("out")
    assert DatasetCard.load("out/README.md").data.to_dict()["configs"][0]["data_files"] == "data/*.parquet"


def test_the_summary_adds_up(zebra_cli: Project) -> None:
    """Instructions read are those paired and those left out by reason, and each is said; so is a model without scores."""
    found = rows(10)
    found[0]["completions"] = [{"model": m, "response": ""} for m in found[0]["models"]]
    found[1]["instruction"] = " "
    found[2]["completions"] = [{"model": m, "response": "same"} for m in found[2]["models"]]
    found[3] |= {"models": ["a", "aa"], "completions": [{"model": m, "response": m} for m in ("a", "aa")]}
    write(zebra_cli, found)
    said = zebra_cli.run(*ARGUMENTS).stdout
    summary = zebra_cli.manifest()["summary"]
    assert (summary["rows"], summary["pairs"], summary["empty_responses"]) == (10, 6, 3)
    assert summary["left_out"] == {
        "fewer than two models with scores answered": 2,
        "both responses are the same text": 1,
        "the prompt is empty": 1,
    }
    assert summary["unscored"] == {"aa": {"responses": 1, "closest": "a"}}
    assert sum(m["chosen"] for m in summary["models"].values()) == 6
    for words in (
        "10 instructions read, 6 pairs written",
        "left out 2: fewer",
        "'aa' has no scores",
        "the closest name with scores is 'a'",
    ):
        assert words in said


def test_remarks_on_choices_that_do_nothing(zebra_cli: Project) -> None:
    """It is said when tau excludes no pair, when one pair of models is the data, and when sup+sim is sup."""
    write(
        zebra_cli,
        [{**row, "models": ["a", "b"], "completions": [{"model": m, "response": m} for m in "ab"]} for row in rows()],
    )
    said = zebra_cli.run(*ARGUMENTS).stdout
    assert "--threshold 0.1 excludes no pair" in said
    assert "one pair of models makes up 100% of the data: b over a" in said
    assert "strategy sup+sim picks the same pairs as sup" in said


def test_an_alias_map(zebra_cli: Project) -> None:
    """`--alias` gives a pool's name the scores of another name; a name is never matched by guess."""
    found = json.loads(json.dumps(rows()).replace('"a"', '"A-chat"'))
    write(zebra_cli, found)
    zebra_cli.run(*ARGUMENTS)
    assert "A-chat" in zebra_cli.manifest()["summary"]["unscored"]
    zebra_cli.write("names.csv", "pool,score,note\nA-chat,a,the chat model\n")
    zebra_cli.run(*ARGUMENTS, "--alias", "names.csv", "--overwrite")
    assert zebra_cli.manifest()["summary"]["unscored"] == {}
    assert "A-chat" in {row["chosen_model"] for row in zebra_cli.dataset()}
    zebra_cli.write("names.csv", "a,b\n")
    assert (
        "needs a first line with the columns pool,score"
        in zebra_cli.run(*ARGUMENTS, "--alias", "names.csv", "-o", "x", code=2).stderr
    )


def test_an_existing_output_is_kept(zebra_cli: Project) -> None:
    """An existing output needs --overwrite, and what is no dataset of ours is not overwritten at all."""
    write(zebra_cli, rows())
    zebra_cli.run(*ARGUMENTS, "-o", "out")
    before = files(zebra_cli.folder / "out")
    assert "add --overwrite" in zebra_cli.run(*ARGUMENTS, "-o", "out", code=2).stderr
    zebra_cli.run(*ARGUMENTS, "-o", "out", "--strategy", "nonsense", "--overwrite", code=2)
    assert files(zebra_cli.folder / "out") == before
    zebra_cli.run(*ARGUMENTS, "-o", "out", "--strategy", "delta", "--overwrite")
    assert files(zebra_cli.folder / "out") != before
    zebra_cli.write("mine/thesis.tex", "years of work")
    assert "is not a dataset made by zebra" in zebra_cli.run(*ARGUMENTS, "-o", "mine", "--overwrite", code=2).stderr
    assert (zebra_cli.folder / "mine/thesis.tex").read_text() == "years of work"
    assert sorted(p.name for p in zebra_cli.folder.iterdir()) == ["mine", "out", "pool.jsonl", "scores.csv"]


def test_names_with_colons_and_spaces(zebra_cli: Project) -> None:
    """Paths are paths, whatever is in their names: no URI, no option."""
    table = pa.Table.from_pylist(rows())
    write(zebra_cli, rows(), "odd: pool/a b:1.jsonl")
    pq.write_table(table, zebra_cli.folder / "plain.parquet")
    (zebra_cli.folder / "plain.parquet").rename(zebra_cli.folder / "odd: pool/b:2.parquet")
    wide = [{"instruction": f"question {n}", "a": "x", "b": "y"} for n in range(40)]
    zebra_cli.write("odd: pool/c:3.csv", "\n".join(["instruction,a,b", *(",".join(row.values()) for row in wide)]))
    for name in ("a b:1.jsonl", "b:2.parquet", "c:3.csv"):
        zebra_cli.run("run", "--pool", f"odd: pool/{name}", "--scores", "scores.csv", "-o", f"out: {name}")
        assert len(zebra_cli.dataset(f"out: {name}")) == 40


def test_an_output_that_is_no_folder(zebra_cli: Project) -> None:
    """An output below a file is an error that says so, without a traceback."""
    write(zebra_cli, rows())
    zebra_cli.write("a file", "")
    assert "cannot write a file/out: Not a directory" in zebra_cli.run(*ARGUMENTS, "-o", "a file/out", code=2).stderr


def test_a_full_disk(zebra_cli: Project) -> None:
    """When no more can be written, the error says so, and nothing half-written stays."""
    write(zebra_cli, rows(4000))
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); from zebra_core.cli import main; main()"
    command = [sys.executable, "-c", limited, *ARGUMENTS, "-o", "out"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Error: cannot write out.partial/data/part-00000.parquet: ")
    assert "free some space, or choose another --output; nothing was kept" in done.stderr
    assert sorted(p.name for p in zebra_cli.folder.iterdir()) == ["pool.jsonl", "scores.csv"]


def test_a_killed_run_leaves_no_output(zebra_cli: Project) -> None:
    """Kill -9 in the middle leaves no output folder and no unfinished shard under a shard's name; a rerun completes."""
    write(zebra_cli, rows(4000))
    zebra_cli.write("slow.py", SLOW)
    command = [
        sys.executable,
        "-m",
        "zebra_core",
        *ARGUMENTS,
        "--plugin",
        "./slow.py",
        "--strategy",
        "slow",
        "-o",
        "out",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (zebra_cli.folder / "reached").exists():
        time.sleep(0.01)
        assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (zebra_cli.folder / "out").exists()
    assert [p.name for p in zebra_cli.folder.rglob("*.parquet")] == []
    zebra_cli.run(*ARGUMENTS, "-o", "out")
    assert not (zebra_cli.folder / "out.partial").exists()


SLOW = """\
import time
import numpy as np
import zebra_core as zebra

@zebra.hookimpl
def zebra_strategies():
    return {"slow": Slow()}

class Slow:
    per_instruction = True

    def __call__(self, behavior, candidates):
        open("reached", "w").close()
        time.sleep(60)
"""


def test_the_python_api(zebra_cli: Project) -> None:
    """The same stages from Python: scores, behavior, pool, dataset."""
    write(zebra_cli, rows())
    table = zebra.read_scores("scores.csv")
    assert zebra.derive_behavior(table, similarity="cosine").superiority[0] == pytest.approx(5 / 9)  # (1 + 1/9) / 2
    assert zebra.open_pool("pool.jsonl").models() == {*MODELS}
    recipe = zebra.Recipe(pool="pool.jsonl", scores=("scores.csv",), strategy="sup+sim")
    dataset = zebra.build(recipe, "out")
    zebra_cli.run(*ARGUMENTS, "-o", "cli")
    assert files(dataset.folder) == files(zebra_cli.folder / "cli")


@pytest.mark.parametrize(
    ("pool", "scores", "pairs"),
    [
        ("alpaca_eval_pool4_dev.parquet", ["--scores", "paper"], 481),  # two of 483 pairs are of equal texts
        ("alpaca_eval_pool4_dev.parquet", [], 481),  # the paper's table covers the pool's models
        ("recent_pool_dev.parquet", ["--scores", "recent_scores_v1.csv", "--missing", "drop-model"], 482),
    ],
)
def test_real_data(zebra_cli: Project, shared: Path, pool: str, scores: list[str], pairs: int) -> None:
    """The main job on real pools and tables gives a dataset that `datasets` opens."""
    import datasets

    scores = [str(shared / word) if word.endswith(".csv") else word for word in scores]
    zebra_cli.run("run", "--pool", str(shared / pool), *scores, "-o", "out")
    found = datasets.load_dataset("out", split="train", cache_dir=str(zebra_cli.folder / "cache"))
    assert len(found) == pairs == zebra_cli.manifest("out")["summary"]["pairs"]
    assert all(row["margin"] > 0 for row in found)
