"""Names: of benchmarks by the catalogue, of models by the alias file, whose draft takes nothing by guess."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zebra_core as zebra
from zebra_core.pool.aliases import read_aliases
from zebra_core.scores.catalogue import BenchmarkIndex, key
from zebra_core.scores.table import join
from zebra_core.testing import Project

NAN = float("nan")


def test_spellings_of_a_benchmark() -> None:
    """Case, spaces, punctuation and what stands in brackets make no difference."""
    assert {key(name) for name in ("ARC-C", "arc_c", "ARC C\n(25-shot)", "Arc-c [acc_norm]")} == {"arcc"}
    assert key("MMLU-Pro") != key("MMLU")


@pytest.mark.parametrize("name", ["arc", "ARC-C", "ARC(25-shot)", "arc_challenge", "ai2_arc", "ARC-Challenge"])
def test_one_benchmark_under_many_names(zebra_cli: Project, name: str) -> None:
    """Each spelling becomes the catalogue's benchmark, with axis, direction, range and chance; fractions become percent."""
    zebra_cli.write("s.csv", f'model,"{name}",mmlu\na,.7,60\nb,.5,50\n')
    table = zebra.read_scores("s.csv")
    benchmark = table.benchmarks[0]
    assert (benchmark.name, benchmark.axis, benchmark.direction) == ("ARC-Challenge", "reasoning", "higher")
    assert (benchmark.bounds, benchmark.chance) == ((0, 100), 25)
    np.testing.assert_allclose(table.values, [[70, 60], [50, 50]])


def test_a_plugin_and_the_recipe_say_otherwise(zebra_cli: Project) -> None:
    """A catalogue of a named plugin weighs more than the bundled one, and the recipe more than both."""
    zebra_cli.write(
        "own.py",
        "import zebra_core as zebra\n@zebra.hookimpl\ndef zebra_catalogues():\n    return {'own': own}\n"
        "def own():\n    return {'MMLU': {'axis': 'ours', 'direction': 'higher'}, 'zest': {'direction': 'lower'}}\n",
    )
    zebra_cli.write("s.csv", "model,mmlu,Zest (2026)\na,70,1\nb,50,2\n")
    recipe = zebra.make_recipe({"plugins": ["./own.py"], "benchmarks": {"MMLU": {"weight": 2}}})
    described = [(b.name, b.axis, b.direction, b.weight) for b in zebra.read_scores("s.csv", recipe=recipe).benchmarks]
    assert described == [("MMLU", "ours", "higher", 2), ("zest", "", "lower", 1)]


def test_a_catalogue_is_checked() -> None:
    """A plugin that describes a benchmark wrongly is named."""
    with pytest.raises(zebra.PluginError, match=r"catalogue of plugin 'bad'.*did you mean 'direction'"):
        BenchmarkIndex.from_catalogues([("bad", {"x": {"directon": "lower"}})])


def test_columns_that_are_one_benchmark(zebra_cli: Project) -> None:
    """Two settings of one benchmark fill each other's gaps, and keep their own names where they disagree on a model."""
    zebra_cli.write("gaps.csv", 'model,"arc (0-shot)","arc (25-shot)"\na,50,\nb,,60\n')
    assert [b.name for b in zebra.read_scores("gaps.csv").benchmarks] == ["ARC-Challenge"]
    zebra_cli.write("both.csv", 'model,"arc (0-shot)","arc (25-shot)"\na,50,55\nb,58,60\n')
    assert [b.name for b in zebra.read_scores("both.csv").benchmarks] == ["ARC-Challenge", "arc (25-shot)"]


def test_a_clash_of_two_tables(zebra_cli: Project) -> None:
    """Two values for one cell stop the run with both, unless the recipe says which wins; then it is noted."""
    zebra_cli.write("one.csv", "model,mmlu\na,70\nb,50\n")
    zebra_cli.write("two.csv", "model,MMLU\na,71\nc,40\n")
    tables = ("--scores", "one.csv", "--scores", "two.csv")
    assert "'a' different scores on 'MMLU': 70 and 71" in zebra_cli.run("scores", *tables, code=2).stderr
    for clash, value in (("first", "70"), ("last", "71")):
        said = zebra_cli.run("scores", *tables, "--clash", clash).stdout
        assert [line.split() for line in said.splitlines() if line.startswith("a ")] == [["a", value]]
        assert f"the {clash} one wins (1 such cell)" in said


def test_scores_read_back_to_the_same(zebra_cli: Project) -> None:
    """`zebra scores --format json` has descriptions, errors and every digit; csv the values."""
    zebra_cli.write("s.csv", "model,mmlu,HarmBench,odd\na,64.123456789012,3,1\nb,,2,1e-7\n")
    zebra_cli.write(
        "t.json",
        json.dumps(
            {
                "benchmarks": {"GSM8K": {}},
                "scores": {"a": {"GSM8K": 0.1}, "c": {"GSM8K": 30.5}},
                "stderr": {"a": {"GSM8K": 0.25}},
            }
        ),
    )
    command = ("scores", "--scores", "s.csv", "--scores", "t.json", "--benchmark", "odd=5", "--weight", "mmlu=2")
    zebra_cli.write("all.json", zebra_cli.run(*command, "--format", "json").stdout)
    zebra_cli.write("all.csv", zebra_cli.run(*command, "--format", "csv").stdout)
    first = zebra_cli.run(*command, "--format", "json").stdout
    assert zebra_cli.run("scores", "--scores", "all.json", "--format", "json").stdout == first
    held = json.loads(first)
    assert held["benchmarks"]["MMLU"]["weight"] == 2
    assert held["stderr"] == {"a": {"GSM8K": 0.25}}
    again = json.loads(
        zebra_cli.run("scores", "--scores", "all.csv", "--benchmark", "odd=5", "--format", "json").stdout
    )
    assert again["scores"] == held["scores"]


def test_a_draft_takes_nothing_by_guess(zebra_cli: Project) -> None:
    """Same names are filled in; near ones are comments; a mini model, a base model and other spellings are never taken."""
    models = ["gpt-4.1-mini", "llama-2-7b-chat", "same", "gpt_4_0613", "lonely"]
    zebra_cli.write("p.jsonl", json.dumps({"instruction": "q", **dict.fromkeys(models, "x")}) + "\n")
    zebra_cli.write("s.csv", "model,mmlu\nsame,1\ngpt-4.1,2\nmeta-llama/Llama-2-7b-hf,3\nopenai/gpt-4-0613,4\nzzz,9\n")
    said = zebra_cli.run("alias", "p.jsonl", "s.csv", "-o", "names.csv").stdout
    assert said.startswith("1 name is identical;")
    assert read_aliases("names.csv") == {"same": ("same",)}
    lines = zebra_cli.folder.joinpath("names.csv").read_text().splitlines()
    assert "# gpt-4.1-mini,gpt-4.1,near" in lines
    assert "# gpt_4_0613,openai/gpt-4-0613,same letters" in lines
    assert "# llama-2-7b-chat,meta-llama/Llama-2-7b-hf,near" in lines
    assert "# lonely,,nothing near" in lines
    assert "names.csv exists already" in zebra_cli.run("alias", "p.jsonl", "s.csv", "-o", "names.csv", code=2).stderr
    assert zebra_cli.run("alias", "p.jsonl", "s.csv").stdout.splitlines() == lines


def test_one_model_under_several_names(zebra_cli: Project) -> None:
    """A pool's name on several lines of the alias file joins the rows of several tables; the manifest says whose scores it got."""
    zebra_cli.write("one.csv", "model,mmlu\nGPT 4,80\nb,50\n")
    zebra_cli.write("two.csv", "model,gsm8k\nopenai/gpt-4,90\nb,40\n")
    zebra_cli.write("p.jsonl", '{"instruction": "q", "gpt4": "x", "b": "y"}\n')
    zebra_cli.write("names.csv", "pool,score\ngpt4,GPT 4\n# gpt4,wrong\ngpt4,openai/gpt-4\n")
    zebra_cli.run(
        "run",
        "--pool",
        "p.jsonl",
        "--scores",
        "one.csv",
        "--scores",
        "two.csv",
        "--alias",
        "names.csv",
        "--threshold",
        "-1",
    )
    models = zebra_cli.manifest()["summary"]["models"]
    assert {name: model["scores_of"] for name, model in models.items()} == {"gpt4": "GPT 4", "b": "b"}


def test_a_drafted_and_completed_alias_file(shared: Path, zebra_cli: Project) -> None:
    """The recent pool with Open LLM Leaderboard v2: the draft proposes right names, which a person takes."""
    pool, scores = (
        str(shared / "recent_pool_dev.parquet"),
        str(shared / "leaderboards/open_llm_leaderboard_v2_20250321.csv"),
    )
    zebra_cli.run("alias", pool, scores, "-o", "names.csv")
    text = zebra_cli.folder.joinpath("names.csv").read_text()
    taken = {
        "Mistral-7B-Instruct-v0.2": "mistralai/Mistral-7B-Instruct-v0.2",
        "falcon-40b-instruct": "tiiuae/falcon-40b-instruct",
        "Yi-34B-Chat": "01-ai/Yi-34B-Chat",
    }
    for name, other in taken.items():
        assert f"# {name},{other}," in text
        text = text.replace(f"# {name},{other},", f"{name},{other},")
    zebra_cli.write("names.csv", text)
    zebra_cli.run("run", "--pool", pool, "--scores", scores, "--alias", "names.csv")
    models = zebra_cli.manifest()["summary"]["models"]
    assert {name: models[name]["scores_of"] for name in taken} == taken


def mirrored(values: np.ndarray, names: list[str]) -> tuple[str, str]:
    """Return a table, and the same with every benchmark lower-is-better and its values negated."""
    models = [f"m{k}" for k in range(len(values))]
    tables = []
    for sign, direction in ((1, "higher"), (-1, "lower")):
        rows = {m: dict(zip(names, (sign * row).tolist(), strict=True)) for m, row in zip(models, values, strict=True)}
        tables.append(json.dumps({"benchmarks": {n: {"direction": direction} for n in names}, "scores": rows}))
    return tables[0], tables[1]


@pytest.mark.parametrize("normalisation", ["minmax", "zscore", "rank"])
def test_a_mirrored_table_gives_the_same_dataset(zebra_cli: Project, normalisation: str) -> None:
    """Every benchmark flipped to lower-is-better and mirrored: the same shards, byte for byte."""
    draw = np.random.default_rng(4)
    texts = mirrored(draw.random((6, 4)).round(6), list("wxyz"))
    rows = [{"instruction": f"q{n}", **{f"m{m}": f"{m} to {n}" for m in draw.permutation(6)[:4]}} for n in range(200)]
    zebra_cli.write("p.jsonl", "".join(json.dumps({**{f"m{k}": None for k in range(6)}, **row}) + "\n" for row in rows))
    for name, text in zip(("up", "down"), texts, strict=True):
        zebra_cli.write(f"{name}.json", text)
        zebra_cli.run(
            "run",
            "--pool",
            "p.jsonl",
            "--scores",
            f"{name}.json",
            "--strategy",
            "sup+sim",
            "--normalisation",
            normalisation,
            "-o",
            name,
        )
    shards = [{p.name: p.read_bytes() for p in (zebra_cli.folder / name / "data").iterdir()} for name in ("up", "down")]
    assert shards[0] == shards[1]
    assert len(zebra_cli.dataset("up")) == 200


CELLS = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["MMLU", "GSM8K", "IFEval"])), st.floats(-1e6, 1e6), min_size=1
)


@given(st.lists(CELLS, min_size=1, max_size=4), st.randoms())
def test_joining_is_the_same_in_any_order(parts: list[dict[tuple[str, str], float]], draw: object) -> None:
    """Tables that agree, in any order: the same cells; a missing one stays missing."""
    truth = {cell: value for part in reversed(parts) for cell, value in part.items()}
    tables = []
    for part in parts:
        names = sorted({benchmark for _, benchmark in part})
        rows = [(model, {b: truth[m, b] for m, b in part if m == model}) for model in sorted({m for m, _ in part})]
        tables.append(zebra.ScoreTable.from_rows(rows, [zebra.Benchmark(n, direction="higher") for n in names]))
    shuffled = [*tables]
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (join(order).as_dict()["scores"] for order in (tables, shuffled))
    assert one == other == {m: {b: v for (n, b), v in truth.items() if n == m} for m in {m for m, _ in truth}}
