"""Which strategy's labels agree with judges? `python bench/study.py DATA` on the folder of public outputs, scores and judges' labels.

Each pool is drawn anew: of the models that a judge has labelled, four at random answer each instruction, as in UltraFeedback. Candidates
are chosen by the first two pools, and confirmed on the other two. Labels are read to measure, by nothing that makes a pair.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import TfidfVectorizer

import zebra_core as zebra
from zebra_study.audit import judge_pairs, measure_agreement
from zebra_study.labels import Labels, read_labels
from zebra_study.strategies import StrategyPreview, preview_strategies

POOLS = {
    "paper, gpt4": ("alpaca_eval_pool_dev", "paper", "alpaca_eval_gpt4"),
    "recent, gpt4": ("recent_pool_dev", "recent_scores_v1.csv", "alpaca_eval_gpt4"),
    "paper, gpt4-turbo": ("alpaca_eval_pool_dev", "paper", "weighted_alpaca_eval_gpt4_turbo"),
    "recent, gpt4-turbo": ("recent_pool_dev", "recent_scores_v1.csv", "weighted_alpaca_eval_gpt4_turbo"),
}
STRATEGIES = ("sup", "sim", "sup+sim", "delta", "random", "confident-sim", "consistent", "consistent-sim")
GAPS = (0.0, 0.2)
CERTAIN = (0.0, 0.6, 0.7, 0.8, 0.9)
"""The confidences that `hard` is measured with."""
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
CLOSE, LIKE = 0.1, 1.25
"""Below which gap the texts decide, and how far two lengths may be apart, as a ratio, to be alike."""


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

    def central(self, path: Path) -> dict[tuple[str, str], float]:
        """Return how close each response is to the others to its instruction, as mean cosine of TF-IDF vectors."""
        rows = pq.read_table(path).to_pylist()
        texts = [one["response"] or "" for row in rows for one in row["completions"]]
        vectors = TfidfVectorizer().fit_transform(texts)
        result, start = {}, 0
        for row in rows:
            count = len(row["completions"])
            alike = (vectors[start : start + count] @ vectors[start : start + count].T).toarray()
            mean = (alike.sum(axis=1) - 1) / max(count - 1, 1)
            result |= {(row["id"], model): float(value) for model, value in zip(row["models"], mean, strict=True)}
            start += count
        return result

    def run(self, title: str, labels: Labels) -> list[list[Any]]:
        """Return a row for each strategy and gap on a pool."""
        recipe, judge = self.recipe(title, labels)
        central, result = self.central(Path(recipe.pool)), []
        for gap in GAPS:
            planned = preview_strategies(attrs.evolve(recipe, min_gap=gap), STRATEGIES)
            for plan in planned:
                pairs = self.pairs(plan)
                verdicts = judge_pairs(pairs, labels, judge)
                if gap == 0:
                    result += self.by_text(title, plan, pairs, verdicts, central)
                agreement = measure_agreement(pairs, verdicts, plan.lengths)
                alike = float(np.mean(pairs["similarity"]))
                kept = len(pairs["id"]) / plan.rows
                result.append(
                    [
                        title,
                        plan.strategy,
                        gap,
                        agreement.agreement,
                        agreement.low,
                        agreement.high,
                        agreement.model_error,
                        agreement.longer,
                        kept,
                        alike,
                    ]
                )
        return result

    def dial(self, title: str, labels: Labels) -> list[list[Any]]:
        """Return a row for `hard` at each confidence, and for the others without a mask, and with one of like lengths."""
        recipe, judge = self.recipe(title, labels)
        rows: list[list[Any]] = []
        settings = [("hard", least, 0.0) for least in CERTAIN]
        settings += [(name, 0.0, 0.0) for name in STRATEGIES if name != "consistent-sim"]
        settings += [("hard", 0.7, LIKE), ("sup", 0.0, LIKE), ("consistent", 0.0, LIKE)]
        for strategy, least, ratio in settings:
            masked = attrs.evolve(recipe, min_confidence=least, length_ratio=ratio)
            (plan,) = preview_strategies(masked, [strategy])
            pairs = self.pairs(plan)
            a = measure_agreement(pairs, judge_pairs(pairs, labels, judge), plan.lengths)
            hard = float(zebra.hardness(np.array(pairs["margin"]), np.array(pairs["similarity"])).mean())
            kept = len(pairs["id"]) / plan.rows
            rows.append([title, strategy, least, ratio or "none", hard, a.agreement, a.low, a.high, a.longer, kept])
        return rows

    def pairs(self, plan: StrategyPreview) -> dict[str, list[Any]]:
        """Return the pairs of a plan with the ids of the instructions, which were each drawn several times."""
        return {**plan.pairs, "id": [row.partition("#")[0] for row in plan.pairs["id"]]}

    def recipe(self, title: str, labels: Labels) -> tuple[zebra.Recipe, str]:
        """Return the recipe of a pool that is drawn anew, and the judge to measure with."""
        name, scores, judge = POOLS[title]
        table = scores if scores == "paper" else str(self.data / scores)
        recipe = zebra.Recipe(scores=(table,), missing="drop-model", plugins=(str(self.work / "candidates.py"),))
        judged = {model for _, model in labels.scores[judge]} | {
            k for k, v in labels.names.items() if (("ae-000", v[0]) in labels.scores[judge])
        }
        scored = {*zebra.read_scores(table, recipe=zebra.Recipe(missing="drop-model")).models}
        return attrs.evolve(recipe, pool=str(self.pool(name, judged, scored))), judge

    def by_text(
        self,
        title: str,
        plan: StrategyPreview,
        pairs: dict[str, list[Any]],
        verdicts: Any,
        central: dict[tuple[str, str], float],
    ) -> list[list[Any]]:
        """Return what looking at texts gives: the label of the more central response where the gap is small; pairs of like length alone."""
        chosen, rejected = (
            [central[key] for key in zip(plan.pairs["id"], pairs[side], strict=True)]
            for side in ("chosen_model", "rejected_model")
        )
        turned = (np.array(pairs["margin"]) < CLOSE) & (np.array(chosen) < np.array(rejected))
        lengths = plan.lengths
        flipped = measure_agreement(
            pairs,
            np.where(turned, -verdicts, verdicts),
            tuple(np.where(turned, a, b) for a, b in (lengths[::-1], lengths)),
        )
        ratio = np.maximum(*lengths) / np.maximum(np.minimum(*lengths), 1)
        like = np.where(ratio <= LIKE, verdicts, np.nan)
        even = measure_agreement(pairs, like, lengths)
        rows = plan.rows
        kept, alike = (
            (len(pairs["id"]) / rows, float((ratio <= LIKE).sum()) / rows),
            float(np.mean(pairs["similarity"])),
        )
        return [
            [
                title,
                f"{plan.strategy}, {what}",
                0.0,
                agreement.agreement,
                agreement.low,
                agreement.high,
                agreement.model_error,
                agreement.longer,
                share,
                alike,
            ]
            for what, agreement, share in (("consensus", flipped, kept[0]), ("like lengths", even, kept[1]))
        ]


def main() -> None:
    """Run the study, and print a table for each pool."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument(
        "--dial", action="store_true", help="instead: `hard` at several confidences, and like lengths as a mask"
    )
    output = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        study = Study(output.data, output.draws, Path(folder))
        (study.work / "candidates.py").write_text(CANDIDATES)
        labels = study.labels()
        if output.dial:
            print(
                "| pool, judge | strategy | least confidence | length ratio | hardness | agreement | 95 % over instructions | longer wins | kept |"
            )
            print("|---|---|---|---|---|---|---|---|---|")
            for title in POOLS:
                for _, strategy, least, ratio, hard, agreement, low, high, longer, kept in study.dial(title, labels):
                    print(
                        f"| {title} | {strategy} | {least} | {ratio} | {hard:.2f} | {agreement:.3f} | {low:.3f} to {high:.3f} | {longer:.3f} | {kept:.2f} |",
                        flush=True,
                    )
            return
        print(
            "| pool, judge | strategy | least gap | agreement | 95 % over instructions | error over models | longer wins | kept | similarity |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        for title in POOLS:
            for _, strategy, gap, agreement, low, high, error, longer, kept, alike in study.run(title, labels):
                print(
                    f"| {title} | {strategy} | {gap} | {agreement:.3f} | {low:.3f} to {high:.3f} | {error:.3f} | {longer:.3f} | {kept:.2f} | {alike:.2f} |"
                )


if __name__ == "__main__":
    main()
