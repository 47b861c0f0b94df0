"""Public leaderboards as they are published: which column names the model, and which columns are benchmarks."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003  # cattrs reads the annotations
from statistics import fmean
from typing import TYPE_CHECKING, ClassVar

import attrs

import zebra_core as zebra
from zebra_scores.cells import number
from zebra_scores.grid import header_of, lacks_column, open_grid, required_location
from zebra_scores.wide import NORMAL, Column, Repeated, read_wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from zebra_scores.wide import Row


def percent(**columns: str) -> dict[str, Column]:
    """Return columns of fractions that are read as percent, by benchmark; `_` in a keyword stands for a hyphen."""
    return {name.replace("_", "-"): Column(column, 100.0) for name, column in columns.items()}


def half_width(column: str) -> Callable[[Row], float]:
    """Return a function from a row to the standard error behind a 95 % interval: `+5/-4`, `(-1.9, +2.0)`."""

    def stderr(row: Row) -> float:
        ends = [abs(float(end)) for end in re.findall(r"[-+]?\d+(?:\.\d+)?", str(row.get(column) or ""))]
        return fmean(ends) / NORMAL if ends else float("nan")

    return stderr


def cell(column: str) -> Callable[[Row], float]:
    """Return a function from a row to the standard error that a column of its own gives."""
    return lambda row: number(row.get(column))


@attrs.frozen(kw_only=True)
class Layout:
    """A leaderboard that is recognised by its columns."""

    repeated: Repeated = zebra.option("best", "What to do with a model that appears twice with different scores.")

    model: ClassVar[str] = "model"
    columns: ClassVar[Mapping[str, Column]] = {}
    known_by: ClassVar[tuple[str, ...]] = ()

    def declines(self, location: str) -> str | None:
        """Return which column the table lacks, None if it is of this layout."""
        return lacks_column(location, self.model, *(self.known_by or (c.name for c in self.columns.values())))

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the table."""
        grid = open_grid(required_location(location, "NAME:FILE"))
        return read_wide(grid, self.model, self.columns, repeated=self.repeated)


@attrs.frozen(kw_only=True)
class OpenLlmV2(Layout):
    """Open LLM Leaderboard v2 as CSV: the raw scores, not those rescaled by chance and cut off at 0."""

    model = "model_name"
    columns = percent(
        IFEval="evaluations_ifeval_value",
        BBH="evaluations_bbh_value",
        MATH_lvl5="evaluations_math_value",
        GPQA="evaluations_gpqa_value",
        MuSR="evaluations_musr_value",
        MMLU_Pro="evaluations_mmlu_pro_value",
    )


@attrs.frozen(kw_only=True)
class OpenLlmV1(Layout):
    """Open LLM Leaderboard v1 as CSV, with its six benchmarks."""

    known_by = ("average", "arc", "hellaswag", "mmlu", "truthfulqa", "winogrande", "gsm8k")
    columns = {
        name: Column(column)
        for name, column in {
            "ARC-Challenge": "arc",
            "HellaSwag": "hellaswag",
            "MMLU": "mmlu",
            "TruthfulQA": "truthfulqa",
            "WinoGrande": "winogrande",
            "GSM8K": "gsm8k",
        }.items()
    }


@attrs.frozen(kw_only=True)
class OpenLlmV1Early(Layout):
    """Open LLM Leaderboard v1 of 2023 as CSV, with its four benchmarks."""

    model = "Model"
    columns = {
        "ARC-Challenge": Column("ARC(25-shot)"),
        "HellaSwag": Column("HellaSwag(10-shot)"),
        "MMLU": Column("MMLU(5-shot)"),
        "TruthfulQA": Column("TruthfulQA(0-shot)"),
    }


@attrs.frozen(kw_only=True)
class OpenLlmV1Lists(Layout):
    """Open LLM Leaderboard v1 of 2023 as a JSON list of lists: model, average, ARC, HellaSwag, MMLU, TruthfulQA."""

    model = "0"
    known_by = ("1", "2", "3", "4", "5")
    columns = {
        "ARC-Challenge": Column("2"),
        "HellaSwag": Column("3"),
        "MMLU": Column("4"),
        "TruthfulQA": Column("5"),
    }


@attrs.frozen(kw_only=True)
class AlpacaEval(Layout):
    """AlpacaEval 1 leaderboard as CSV: a judge's win rates with their standard errors."""

    model = ""
    known_by = ("win_rate", "standard_error", "n_total", "avg_length")
    columns = {"AlpacaEval": Column("win_rate", stderr=cell("standard_error"))}

    def declines(self, location: str) -> str | None:
        """Return why the table is not a leaderboard of AlpacaEval 1, None if it is."""
        newer = "lc_standard_error" in header_of(location)
        return "is of AlpacaEval 2" if newer else super().declines(location)


@attrs.frozen(kw_only=True)
class AlpacaEval2(Layout):
    """AlpacaEval 2 leaderboard as CSV: a judge's win rates, plain and length-controlled."""

    model = ""
    known_by = ("win_rate", "lc_standard_error")
    columns = {
        "AlpacaEval-2": Column("win_rate", stderr=cell("standard_error")),
        "AlpacaEval-2-LC": Column("length_controlled_winrate", stderr=cell("lc_standard_error")),
    }


@attrs.frozen(kw_only=True)
class ArenaHard(Layout):
    """Arena-Hard leaderboard as CSV: a judge's win rates with their intervals."""

    known_by = ("score", "rating_q025", "rating_q975")
    columns = {"Arena-Hard": Column("score", stderr=half_width("CI"))}


@attrs.frozen(kw_only=True)
class LmArena(Layout):
    """LM Arena's table as CSV: ratings from people's votes, with their intervals."""

    columns = {"Arena-Elo": Column("arena_score", stderr=half_width("95_pct_ci"))}
    known_by = ("arena_score", "95_pct_ci")


@attrs.frozen(kw_only=True)
class Lmsys(Layout):
    """The benchmarks next to the LMSYS arena as CSV: MT-Bench and MMLU."""

    model = "key"
    columns = {"MT-Bench": Column("MT-bench (score)"), "MMLU": Column("MMLU", 100.0)}


@attrs.frozen(kw_only=True)
class LiveBench(Layout):
    """LiveBench's table as CSV: the mean of the tasks of each category; -1 is missing."""

    known_by = ("LCB_generation", "web_of_lies_v2", "zebra_puzzle", "tablejoin", "typos", "paraphrase")
    categories: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "LiveBench-Reasoning": ("web_of_lies_v2", "zebra_puzzle", "spatial"),
        "LiveBench-Coding": ("LCB_generation", "coding_completion"),
        "LiveBench-Mathematics": ("AMPS_Hard", "math_comp", "olympiad"),
        "LiveBench-Data-Analysis": ("cta", "tablejoin", "tablereformat"),
        "LiveBench-Language": ("connections", "plot_unscrambling", "typos"),
        "LiveBench-IF": ("paraphrase", "simplify", "story_generation", "summarize"),
    }

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the table, and take the mean of each category."""
        grid = open_grid(required_location(location, "livebench:FILE"))
        for _, row in grid.rows:
            for name, tasks in self.categories.items():
                scores = [number(row[task]) for task in tasks if task in row]
                row[name] = fmean(scores) if scores and min(scores) >= 0 else None
        return read_wide(grid, "model", {name: Column(name) for name in self.categories}, repeated=self.repeated)


@attrs.frozen(kw_only=True)
class MixEval(Layout):
    """MixEval's leaderboard as CSV: MixEval and MixEval-Hard, without the parts they are the means of."""

    columns = {"MixEval": Column("MixEval"), "MixEval-Hard": Column("MixEval-Hard")}


@attrs.frozen(kw_only=True)
class HelmClassic(Layout):
    """HELM classic's core scenarios as CSV; the mean win rate is left out."""

    known_by = ("helm_classic", "HELM_MMLU", "HELM_BoolQ", "HELM_QuAC", "HELM_IMDB")
    columns = percent(
        MMLU="HELM_MMLU",
        BoolQ="HELM_BoolQ",
        NarrativeQA="HELM_NarrativeQA",
        NaturalQuestions="HELM_NaturalQuestions(closed)",
        NaturalQuestions_open="HELM_NaturalQuestions(open)",
        QuAC="HELM_QuAC",
        HellaSwag="HELM_HellaSwag",
        OpenBookQA="HELM_OpenbookQA",
        TruthfulQA="HELM_TruthfulQA",
        MS_MARCO="HELM_MS MARCO(regular)",
        MS_MARCO_TREC="HELM_MS MARCO(TREC)",
        CNN_DailyMail="HELM_CNN/DailyMail",
        XSum="XSUM",
        IMDB="HELM_IMDB",
        CivilComments="HELM_CivilComments",
        RAFT="HELM_RAFT",
    )


@attrs.frozen(kw_only=True)
class ObsScaling(Layout):
    """The instruction-tuned models of the study on observational scaling laws as CSV, in fractions."""

    model = "Model"
    known_by = ("Model Family", "FLOPs (1E21)", "MMLU", "ARC-C")
    columns = {
        **percent(MMLU="MMLU", ARC_Challenge="ARC-C", HellaSwag="HellaSwag", WinoGrande="Winogrande"),
        **percent(TruthfulQA="TruthfulQA", GSM8K="GSM8K", HumanEval="HumanEval"),
        "MT-Bench": Column("MTBench", 10.0),
    }


@attrs.frozen(kw_only=True)
class AlpacaNotebook(Layout):
    """The benchmarks that AlpacaEval's notebook compares, as CSV, without lengths and means of others."""

    model = "Model"
    known_by = ("LC AlpacaEval 2.0", "WildBench", "Output Length")
    columns = {
        name: Column(column)
        for name, column in {
            "Arena-Elo": "Arena Elo\n[April 18, 2024]",
            "AlpacaEval-2-LC": "LC AlpacaEval 2.0",
            "AlpacaEval-2": "AlpacaEval 2.0",
            "AlpacaEval": "AlpacaEval 1.0",
            "MT-Bench": "MT-bench\n(multi-turn)",
            "WildBench": "WildBench",
            "ARC-Challenge": "ARC-C\n(25-shot)",
            "HellaSwag": "HellaSwag\n(10-shot)",
            "MMLU": "MMLU\n(5-shot)",
            "TruthfulQA": "TruthfulQA\n(0-shot)",
            "WinoGrande": "WinoGrande\n(5-shot)",
            "GSM8K": "GSM-8K\n(5-shot)",
            "AGIEval": "AGI Eval \n(en)",
            "BBH": "BBH, cot\n(3-shot)",
            "HumanEval": "HumanEval\n(pass @1)",
            "MBPP": "MBPP\n(pass @1)",
        }.items()
    }


LAYOUTS = {
    "open-llm-v2": OpenLlmV2,
    "open-llm-v1": OpenLlmV1,
    "open-llm-v1-early": OpenLlmV1Early,
    "open-llm-v1-lists": OpenLlmV1Lists,
    "alpaca-eval": AlpacaEval,
    "alpaca-eval-2": AlpacaEval2,
    "arena-hard": ArenaHard,
    "lmarena": LmArena,
    "lmsys": Lmsys,
    "livebench": LiveBench,
    "mixeval": MixEval,
    "helm-classic": HelmClassic,
    "obsscaling": ObsScaling,
    "alpaca-notebook": AlpacaNotebook,
}
