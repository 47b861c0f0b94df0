"""Which strategy's labels agree with judges? `python bench/study.py DATA` on the folder of public outputs, scores and judges' labels.

Each pool is drawn anew: of the models that a judge has labelled, four at random answer each instruction, as in UltraFeedback. Candidates
are chosen by the first two pools, and confirmed on the other two. Labels are read to measure, by nothing that makes a pair.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_study.audit import judge_pairs, measure_agreement
from zebra_study.calibration import calibrate
from zebra_study.labels import Labels, read_labels
from zebra_study.strategies import StrategyPreview, preview_strategies

if TYPE_CHECKING:
    from collections.abc import Iterator

POOLS = {
    "paper, gpt4": ("alpaca_eval_pool_dev", "paper", "alpaca_eval_gpt4"),
    "recent, gpt4": ("recent_pool_dev", "recent_scores_v1.csv", "alpaca_eval_gpt4"),
    "paper, gpt4-turbo": ("alpaca_eval_pool_dev", "paper", "weighted_alpaca_eval_gpt4_turbo"),
    "recent, gpt4-turbo": ("recent_pool_dev", "recent_scores_v1.csv", "weighted_alpaca_eval_gpt4_turbo"),
}
STRATEGIES = (
    "sup",
    "sim",
    "sup+sim",
    "delta",
    "random",
    "confident-sim",
    "consistent",
    "consistent-sim",
    "consensus-sim",
)
CLOSE, LIKE = 0.1, 1.25
"""Below which gap two models are close, and how far two lengths may be apart, as a ratio, to be alike."""


@attrs.frozen
class Setting:
    """Strategies with a rule, under a mask."""

    strategies: tuple[str, ...] = STRATEGIES
    rule: str = "superiority"
    mask: str = ""
    masks: dict[str, float] = attrs.field(factory=dict)


SETTINGS = (
    Setting(),
    Setting(rule="consensus"),
    Setting(mask="least gap 0.2", masks={"min_gap": 0.2}),
    Setting(rule="consensus", mask="least gap 0.2", masks={"min_gap": 0.2}),
    Setting(("hard",)),
    *(
        Setting(("hard",), mask=f"confidence {least}", masks={"min_confidence": least})
        for least in (0.6, 0.7, 0.8, 0.9)
    ),
    Setting(("sup", "consistent"), mask=f"length ratio {LIKE}", masks={"length_ratio": LIKE}),
    Setting(("consensus-sim",), "consensus", f"length ratio {LIKE}", {"length_ratio": LIKE}),
)
CANDIDATES = '''
import numpy as np
import zebra_core as zebra

@zebra.hookimpl
def zebra_strategies():
    return {"consistent-sim": consistent_sim}

def consistent_sim(behavior):
    """Better on most benchmarks, then the more alike."""
    ahead = np.sign(behavior.vectors[:, None, :] - behavior.vectors[None, :, :]) * np.sign(behavior.gap)[:, :, None]
    return (ahead > 0).sum(axis=2) + 0.1 * behavior.similarity
'''
"""What was tried and not taken."""


@attrs.frozen(eq=False)
class Study:
    """The data, and how often each pool is drawn."""

    data: Path
    draws: int
    work: Path

    def labels(self) -> Labels:
        """Read the judges' labels under the pool's names."""
        names = {
            row["name"]: row["alpaca_eval_model"] for row in csv.DictReader((self.data / "alias_paper_pool.csv").open())
        }
        (self.work / "names.csv").write_text("pool,score\n" + "".join(f"{k},{v}\n" for k, v in names.items() if v))
        return read_labels(str(self.data / "judge_dev.parquet"), str(self.work / "names.csv"))

    def pool(self, name: str, judged: set[str], scored: set[str]) -> Path:
        """Write a pool of four random models of those judged and scored per instruction, as often as wanted."""
        rng = np.random.default_rng(7)
        rows: list[dict[str, Any]] = []
        for row in pq.read_table(self.data / f"{name}.parquet").to_pylist():
            candidates = [c for c in row["completions"] if c["model"] in judged & scored]
            for draw in range(self.draws):
                completions = [candidates[k] for k in rng.permutation(len(candidates))[:4]]
                models = [completion["model"] for completion in completions]
                rows.append(
                    {
                        "id": f"{row['instruction_id']}#{draw}",
                        "instruction": row["instruction"],
                        "models": models,
                        "completions": completions,
                    }
                )
        path = self.work / "drawn.parquet"
        pq.write_table(pa.Table.from_pylist(rows), path)
        return path

    def run(self, title: str, labels: Labels) -> list[list[Any]]:
        """Return a row for each strategy and gap on a pool."""
        return [[*names, *figures(plan, pairs, verdicts)] for names, plan, pairs, verdicts in self.pairs(title, labels)]

    def pairs(
        self, title: str, labels: Labels, settings: tuple[Setting, ...] = SETTINGS
    ) -> Iterator[tuple[list[str], StrategyPreview, dict[str, list[Any]], Any]]:
        """Yield for each setting of a pool its names, what it makes of the pool, its pairs, and the judge's verdicts on them."""
        name, scores, judge = POOLS[title]
        table = scores if scores == "paper" else str(self.data / scores)
        recipe = zebra.Recipe(scores=(table,), missing="drop-model", plugins=(str(self.work / "candidates.py"),))
        judged = {model for _, model in labels.scores[judge]} | {
            k for k, v in labels.names.items() if (("ae-000", v[0]) in labels.scores[judge])
        }
        scored = {*zebra.read_scores(table, recipe=zebra.Recipe(missing="drop-model")).models}
        pool = self.pool(name, judged, scored)
        for setting in settings:
            changed = attrs.evolve(recipe, pool=str(pool), rule=setting.rule, **setting.masks)
            for plan in preview_strategies(changed, setting.strategies):
                pairs = {**plan.pairs, "id": [row.partition("#")[0] for row in plan.pairs["id"]]}
                if pairs["id"]:
                    names = [title, plan.strategy, setting.rule, setting.mask]
                    yield names, plan, pairs, judge_pairs(pairs, labels, judge)

    def hardness(self, title: str, labels: Labels) -> list[Any]:
        """Return how well hardness, and the gap alone, tell the pairs that a judge turns around: AUC over random pairs.

        Of two decided pairs, one as the scores order it and one turned around, it is how often the second is the harder one.
        """
        from scipy.stats import mannwhitneyu

        ((_, _, pairs, verdicts),) = self.pairs(title, labels, (Setting(("random",)),))
        decided = np.isfinite(verdicts) & (verdicts != 0)
        gap, similarity = (np.array(pairs[key])[decided] for key in ("margin", "similarity"))
        turned = verdicts[decided] < 0
        pairs_of_pairs = turned.sum() * (~turned).sum()
        values = (zebra.hardness(gap, similarity), -gap)
        return [title, *(mannwhitneyu(v[turned], v[~turned]).statistic / pairs_of_pairs for v in values)]


def figures(plan: StrategyPreview, pairs: dict[str, list[Any]], verdicts: Any) -> list[Any]:
    """Return what is measured of a strategy's pairs, in the order of `HEADER`."""
    ratio = np.maximum(*plan.lengths) / np.maximum(np.minimum(*plan.lengths), 1)
    margin, similarity = np.array(pairs["margin"]), np.array(pairs["similarity"])
    every, near, like = (
        measure_agreement(pairs, np.where(part, verdicts, np.nan), plan.lengths)
        for part in (np.ones(len(margin), bool), np.abs(margin) < CLOSE, ratio <= LIKE)
    )
    labelled = np.isfinite(verdicts)
    calibration = calibrate(np.array(pairs["confidence"])[labelled], verdicts[labelled])
    return [
        every.agreement,
        f"{every.low:.3f} to {every.high:.3f}",
        every.model_error,
        every.longer,
        near.agreement,
        like.agreement,
        calibration.error,
        calibration.decided,
        len(margin) / plan.rows,
        float(similarity.mean()),
        float(zebra.hardness(margin, similarity).mean()),
    ]


HEADER = (
    "pool, judge",
    "strategy",
    "rule",
    "mask",
    "agreement",
    "95 % over instructions",
    "error over models",
    "longer wins",
    "close pairs",
    "like lengths",
    "calibration error",
    "without ties",
    "kept",
    "similarity",
    "hardness",
)


AXES = ("agreement", "hardness", "kept")
HEADER_OF_HARDNESS = ("pool, judge", "AUC of hardness", "AUC of the gap")


def draw(rows: list[list[Any]], path: Path) -> None:
    """Draw agreement against hardness for each pool, with points as large as the share of rows that are kept."""
    rules = dict.fromkeys((*STRATEGIES, "hard"), "superiority") | {"consensus-sim": "consensus"}
    values = [
        {
            "pool": pool,
            "strategy": name,
            "mask": mask.removeprefix("confidence "),
            **dict(zip(AXES, numbers, strict=True)),
        }
        for pool, name, rule, mask, agreement, *_, kept, _, hardness in rows
        for numbers in [(float(agreement), float(hardness), float(kept))]
        if rules.get(name) == rule and not mask.startswith(("least gap", "length"))
    ]
    x, y = ({"field": name, "type": "quantitative", "scale": {"zero": False}} for name in ("hardness", "agreement"))
    colour = {"field": "strategy", "type": "nominal", "legend": {"orient": "bottom", "columns": 5, "title": None}}
    size = {"field": "kept", "type": "quantitative", "legend": None}
    label = {"type": "text", "align": "left", "dx": 6, "dy": -6, "fontSize": 9}
    layers = [
        {
            "mark": {"type": "line", "strokeWidth": 1},
            "encoding": {"x": x, "y": y, "color": colour, "order": {"field": "mask"}},
        },
        {"mark": "circle", "encoding": {"x": x, "y": y, "color": colour, "size": size}},
        {"mark": label, "encoding": {"x": x, "y": y, "color": colour, "text": {"field": "mask", "type": "nominal"}}},
    ]
    facet = {"field": "pool", "type": "nominal", "title": None, "sort": list(POOLS)}
    spec = {"width": 380, "height": 260, "layer": layers}
    chart = {"data": {"values": values}, "facet": facet, "columns": 2, "spec": spec}
    path.write_text(zebra.charts.as_svg(chart), encoding="utf-8")


def main() -> None:
    """Run the study, and print a table for each pool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--figure", type=Path, help="write agreement against hardness as a figure here")
    parser.add_argument(
        "--hardness", action="store_true", help="print only how well hardness tells what a judge turns around"
    )
    options = parser.parse_args()
    rows: list[list[Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        study = Study(options.data, options.draws, Path(folder))
        (study.work / "candidates.py").write_text(CANDIDATES)
        labels = study.labels()
        header = HEADER_OF_HARDNESS if options.hardness else HEADER
        print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}")
        for title in POOLS:
            for row in [study.hardness(title, labels)] if options.hardness else study.run(title, labels):
                cells = [f"{cell:.3f}" if isinstance(cell, float) else cell for cell in row]
                print(f"| {' | '.join(cells)} |", flush=True)
                rows.append(row)
    if options.figure and not options.hardness:
        draw(rows, options.figure)


if __name__ == "__main__":
    main()
