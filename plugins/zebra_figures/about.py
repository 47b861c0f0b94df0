"""The run in words, the scores that it rests on, and what labels would have cost."""

from __future__ import annotations

import attrs

import zebra_core as zebra

COSTS = {"UltraFeedback": 0.252, "Safer-Instruct": 0.063, "OpenHermesPreferences": 0.126}
"""USD a pair, Table 3 of ZEBRA."""


def overview(evidence: zebra.Evidence) -> zebra.Exhibit:
    """The run in words: what was read, chosen and left out, and why."""
    recipe, summary = evidence.manifest["recipe"], evidence.manifest["summary"]
    scores = ", ".join(recipe.get("scores", [])) or "those of the pool"
    told = (
        f"Of {summary['rows']:,} instructions of the pool {recipe['pool']}, {summary['pairs']:,} pairs were made: strategy "
        f"{recipe['strategy']}, rule {recipe['rule']}, similarity {recipe['similarity']}, scores {scores}. The mean margin is "
        f"{summary['mean_margin']:.3f}, the mean similarity {summary['mean_similarity']:.3f}.\n\nNo response was judged. Which one is chosen "
        "follows from the benchmark scores of the two models alone."
    )
    notes = [f"{count:,} left out: {why}" for why, count in summary["left_out"].items()]
    if summary["empty_responses"]:
        notes.append(f"{summary['empty_responses']:,} empty responses were passed over")
    for name, model in summary["unscored"].items():
        notes.append(f"{name} has no scores, so its {model['responses']:,} responses were passed over")
    return zebra.Exhibit("The run", told, notes=[*notes, *evidence.manifest["remarks"]])


def score_table(evidence: zebra.Evidence) -> zebra.Exhibit:
    """The scores of the pool's models, as they were read, and what looks wrong with them."""
    behavior = evidence.behavior
    benchmarks = {b["name"]: b for b in evidence.manifest["scores"]["benchmarks"]}
    header = ["model", "superiority", *behavior.benchmarks]
    rows = [
        [model, float(behavior.superiority[i]), *map(float, evidence.scores[i])]
        for i, model in enumerate(behavior.models)
    ]
    lower = [name for name in behavior.benchmarks if benchmarks.get(name, {}).get("direction") == "lower"]
    told = "Superiority (MB-SUP) is the weighted mean of the normalised scores, in [0, 1]."
    told += f" Less is better on {', '.join(lower)}." if lower else ""
    warnings = [
        f"{doubt['name']}: {doubt['text']}: {', '.join(doubt['rows'])}"
        for doubt in evidence.manifest["scores"]["warnings"]
    ]
    return zebra.Exhibit("Scores", told, rows=[header, *rows], notes=[*evidence.manifest["scores"]["notes"], *warnings])


@attrs.frozen
class Cost:
    """What labels for these pairs would have cost (ZEBRA, Table 3), and at a price of your own."""

    unit: float = 0.0
    """US dollars a pair."""

    def __call__(self, evidence: zebra.Evidence) -> zebra.Exhibit:
        """Multiply."""
        units = {**COSTS, **({"yours": self.unit} if self.unit else {})}
        rows = [[name, unit, unit * evidence.total] for name, unit in units.items()]
        told = f"At what others paid for a label, in US dollars (ZEBRA, Table 3), {evidence.total:,} pairs would have cost:"
        header = ["as for", "USD a pair", "USD"]
        return zebra.Exhibit("What labels would have cost", told, rows=[header, *rows, ["ZEBRA", 0.0, 0.0]])
