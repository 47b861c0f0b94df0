"""Public leaderboards: each real file beside a plain reading by pandas, and a small sample of each layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.layout_samples import SAMPLES, V2

import zebra_core as zebra
from zebra_core.recipe.inputs import benchmark_index
from zebra_core.recipe.resolve import Resolver
from zebra_core.testing import Project

V1 = {"ARC-Challenge": "arc", "HellaSwag": "hellaswag", "MMLU": "mmlu", "TruthfulQA": "truthfulqa"}


EARLY = {
    "ARC-Challenge": "ARC(25-shot)",
    "HellaSwag": "HellaSwag(10-shot)",
    "MMLU": "MMLU(5-shot)",
    "TruthfulQA": "TruthfulQA(0-shot)",
}


WIDE = {
    # file: reader, models, benchmarks, the model's column, columns by benchmark, what they are multiplied by
    "open_llm_leaderboard_v1_20240707.csv": (
        "open-llm-v1",
        6811,
        6,
        "model",
        {**V1, "WinoGrande": "winogrande", "GSM8K": "gsm8k"},
        1,
    ),
    "open_llm_leaderboard_v1_20230915.csv": ("open-llm-v1-early", 1159, 4, "Model", EARLY, 1),
    "open_llm_leaderboard_v2_20250321.csv": (
        "open-llm-v2",
        4497,
        6,
        "model_name",
        {b: f"evaluations_{c}_value" for b, c in V2.items()},
        100,
    ),
    "alpaca_eval_gpt4_leaderboard.csv": ("alpaca-eval", 102, 1, "Unnamed: 0", {"AlpacaEval": "win_rate"}, 1),
    "weighted_alpaca_eval_gpt4_turbo_leaderboard.csv": (
        "alpaca-eval-2",
        223,
        2,
        "Unnamed: 0",
        {"AlpacaEval-2": "win_rate", "AlpacaEval-2-LC": "length_controlled_winrate"},
        1,
    ),
    "arena_hard_leaderboard_20240731.csv": ("arena-hard", 60, 1, "model", {"Arena-Hard": "score"}, 1),
    "lmarena_text_20250806.csv": ("lmarena", 265, 1, "model", {"Arena-Elo": "arena_score"}, 1),
    "lmsys_leaderboard_table_20240813.csv": ("lmsys", 105, 2, "key", {"MMLU": "MMLU"}, 100),
    "livebench_table_2024_06_24.csv": ("livebench", 73, 6, "model", {}, 1),
    "benchbench_mixeval_240829_wide.csv": (
        "mixeval",
        71,
        2,
        "model",
        {"MixEval": "MixEval", "MixEval-Hard": "MixEval-Hard"},
        1,
    ),
    "benchbench_helm_classic_240829_wide.csv": (
        "helm-classic",
        67,
        16,
        "model",
        {"MMLU": "HELM_MMLU", "QuAC": "HELM_QuAC", "NaturalQuestions": "HELM_NaturalQuestions(closed)", "XSum": "XSUM"},
        100,
    ),
    "obsscaling_instruct_llm_benchmark_eval.csv": (
        "obsscaling",
        27,
        8,
        "Model",
        {"MMLU": "MMLU", "GSM8K": "GSM8K", "HumanEval": "HumanEval"},
        100,
    ),
    "alpaca_eval_notebook_benchmarks.csv": (
        "alpaca-notebook",
        52,
        16,
        "Model",
        {"MMLU": "MMLU\n(5-shot)", "BBH": "BBH, cot\n(3-shot)", "WildBench": "WildBench"},
        1,
    ),
}

LONG = {
    "benchbench_helm_lite_240610_long.csv": (
        48,
        10,
        {"GSM8K": "gsm8k", "LegalBench": "legalbench", "WMT14": "wmt_2014"},
        100,
    ),
    "benchbench_livebench_240701_long.csv": (
        52,
        6,
        {"LiveBench-Coding": "coding_average", "LiveBench-IF": "if_average"},
        1,
    ),
    "benchbench_mmlu_pro_240610_long.csv": (36, 1, {"MMLU-Pro": "mmlu_pro"}, 100),
}


def read(path: Path | str) -> tuple[str, zebra.ScoreTable]:
    """Read a file without a name, and name its benchmarks."""
    resolver = Resolver(zebra.Recipe(), zebra.load_plugins())
    choice = resolver.source("score source", str(path), "test")
    return choice.component.name, benchmark_index(resolver).canonicalise(choice.bound(str(path)))


def cell(table: zebra.ScoreTable, model: str, benchmark: str) -> float:
    return float(table.values[table.models.index(model), [b.name for b in table.benchmarks].index(benchmark)])


@pytest.mark.parametrize("file", WIDE)
def test_a_wide_table(shared: Path, file: str) -> None:
    """Each is recognised, with its numbers of models and benchmarks; every cell of a model that appears once is what pandas reads."""
    reader, models, benchmarks, name, columns, scale = WIDE[file]
    result, table = read(shared / "leaderboards" / file)
    assert (result, table.values.shape) == (reader, (models, benchmarks))
    plain = pd.read_csv(shared / "leaderboards" / file, encoding="utf-8-sig", na_values=["-"], dtype={name: str})
    plain[name] = plain[name].str.strip()
    once = plain[~plain[name].duplicated(keep=False) & plain[name].isin(table.models)]
    checked = 0
    for benchmark, column in columns.items():
        for model, value in zip(once[name], pd.to_numeric(once[column]), strict=True):
            np.testing.assert_allclose(
                cell(table, model, benchmark), value * scale, rtol=1e-12, err_msg=f"{model} {benchmark}"
            )
            checked += not np.isnan(value)
    assert checked >= 10 or not columns


@pytest.mark.parametrize("file", LONG)
def test_a_long_table(shared: Path, file: str) -> None:
    """The same for tables with a row per model and benchmark; means of other rows are left out."""
    models, benchmarks, scenarios, scale = LONG[file]
    result, table = read(shared / "leaderboards" / file)
    assert (result, table.values.shape) == ("long", (models, benchmarks))
    plain = pd.read_csv(shared / "leaderboards" / file)
    for benchmark, scenario in scenarios.items():
        rows = plain[plain["scenario"] == scenario]
        assert len(rows) >= 10
        for model, value in zip(rows["model"], rows["score"], strict=True):
            np.testing.assert_allclose(cell(table, model, benchmark), value * scale, rtol=1e-12)


def test_livebench_takes_the_means_of_categories(shared: Path) -> None:
    """claude-3-haiku reasons at (20 + 32) / 2, chatgpt-4o-latest writes code at (42 + 50) / 2."""
    _, table = read(shared / "leaderboards/livebench_table_2024_06_24.csv")
    assert cell(table, "claude-3-haiku-20240307", "LiveBench-Reasoning") == 26
    assert cell(table, "chatgpt-4o-latest", "LiveBench-Coding") == 46


def test_other_files(shared: Path) -> None:
    """A JSON list of lists, a Markdown table of links (two columns of TriviaQA fill each other), and a file that is no score table."""
    folder = shared / "leaderboards"
    name, table = read(folder / "open_llm_leaderboard_v1_20230915.json")
    assert (name, table.values.shape) == ("open-llm-v1-lists", (1159, 4))
    assert cell(table, "AIDC-ai-business/Marcoroni-70B", "HellaSwag") == 87.51
    name, table = read(folder / "ludwigstumpp_llm_leaderboard.md")
    assert (name, table.values.shape) == ("csv", (51, 13))
    assert cell(table, "dolly-v2-12b", "HellaSwag (zero-shot)") == pytest.approx(71.0)
    with pytest.raises(zebra.ZebraError, match="is not a score table"):
        read(folder / "livebench_categories_2024_06_24.json")


def test_standard_errors_of_leaderboards(shared: Path) -> None:
    """AlpacaEval prints them; Arena's +5/-5 and Arena-Hard's (-1.88, +1.97) are 95 % intervals, 1.96 errors to each side."""
    folder = shared / "leaderboards"
    _, table = read(folder / "alpaca_eval_gpt4_leaderboard.csv")
    assert table.stderr[table.models.index("gpt4_1106_preview"), 0] == 0.5104849118311993
    _, table = read(folder / "lmarena_text_20250806.csv")
    assert table.stderr[0, 0] == pytest.approx(5 / 1.96, rel=1e-4)
    _, table = read(folder / "arena_hard_leaderboard_20240731.csv")
    assert table.stderr[0, 0] == pytest.approx((1.88 + 1.97) / 2 / 1.96, rel=1e-4)


FIRST = {
    # the model, the benchmark, the value (percent where the benchmark is in percent)
    "open-llm-v1": ("b", "GSM8K", 61), "open-llm-v1-early": ("a", "ARC-Challenge", 10), "open-llm-v2": ("b", "MMLU-Pro", 70),
    "alpaca-eval": ("b", "AlpacaEval", 20), "alpaca-eval-2": ("a", "AlpacaEval-2-LC", 12), "arena-hard": ("b", "Arena-Hard", 20),
    "lmarena": ("a", "Arena-Elo", 1400), "lmsys": ("a", "MMLU", 60), "livebench": ("a", "LiveBench-Coding", 2),
    "mixeval": ("b", "MixEval-Hard", 30), "helm-classic": ("a", "IMDB", 80), "obsscaling": ("b", "MT-Bench", 8),
    "alpaca-notebook": ("b", "WildBench", 950), "long": ("b", "GSM8K", 20), "opencompass": ("a", "C-Eval", 50.1), "csv": ("b", "MMLU", 70),
}  # fmt: skip


@pytest.mark.parametrize("reader", SAMPLES)
def test_a_small_sample(zebra_cli: Project, reader: str) -> None:
    """Each layout is recognised from its columns alone, and a cell has the right value."""
    zebra_cli.write("table.csv", SAMPLES[reader])
    name, table = read("table.csv")
    model, benchmark, value = FIRST[reader]
    assert (name, cell(table, model, benchmark)) == (reader, pytest.approx(value))


def test_missing_is_never_zero(zebra_cli: Project) -> None:
    """`-`, an empty cell, and LiveBench's -1 are missing."""
    zebra_cli.write("lmsys.csv", SAMPLES["lmsys"])
    zebra_cli.write("live.csv", SAMPLES["livebench"])
    assert np.isnan(cell(read("lmsys.csv")[1], "b", "MT-Bench"))
    assert np.isnan(cell(read("live.csv")[1], "b", "LiveBench-Coding"))


@pytest.mark.parametrize(("repeated", "value"), [("best", 70), ("first", 50), ("mean", 60)])
def test_a_model_that_appears_twice(zebra_cli: Project, repeated: str, value: float) -> None:
    """A leaderboard uses the best row, or what the option says, and notes it; in a general table it is an error."""
    text = "t,model,average,arc,hellaswag,mmlu,truthfulqa,winogrande,gsm8k\n"
    zebra_cli.write(
        "t.csv", text + "".join(f"x,a,{v},{v},{v},{v},{v},{v},{v}\n" for v in (50, 70)) + "x,b,1,2,3,4,5,6,7\n"
    )
    recipe = zebra.Recipe(options={"open-llm-v1": {"repeated": repeated}})
    table = zebra.read_scores("t.csv", recipe=recipe)
    assert cell(table, "a", "MMLU") == value
    assert table.notes == (f"'a' appears more than once with different scores: the {repeated} is taken",)
    zebra_cli.write("g.csv", "model,mmlu\na,1\na,2\n")
    assert "appears twice with different scores" in zebra_cli.run("scores", "--scores", "g.csv", code=2).stderr
