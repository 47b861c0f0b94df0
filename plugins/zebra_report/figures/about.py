"""The run in words, the scores behind it, and what labels would have cost."""

from __future__ import annotations

import attrs

import zebra_core as zebra

COSTS = {"UltraFeedback": 0.252, "Safer-Instruct": 0.063, "OpenHermesPreferences": 0.126}
"""US dollars per pair, Table 3 of ZEBRA."""


def overview(dataset: zebra.Dataset) -> zebra.Section:
    """The run in words: what was read, chosen and left out, and why."""
    recipe, summary = dataset.manifest.recipe, dataset.manifest.summary
    scores = ", ".join(recipe.get("scores", [])) or "those of the pool"
    hardness = (
        ""
        if summary.mean_hardness is None
        else f", the mean hardness (similarity x (1 - the size of the margin)) {summary.mean_hardness:.3f}"
    )
    text = (
        f"Of {summary.rows:,} instructions of the pool {recipe['pool']}, {summary.pairs:,} pairs were made: strategy "
        f"{recipe['strategy']}, rule {recipe['rule']}, similarity {recipe['similarity']}, scores {scores}. The mean margin is "
        f"{summary.mean_margin:.3f}, the mean similarity {summary.mean_similarity:.3f}{hardness}.\n\nNo person and "
        "no model judged a response for it: the benchmark scores of the models and the rule decide which one is chosen."
    )
    notes = [f"{count:,} left out: {reason}" for reason, count in summary.left_out.items()]
    if summary.empty_responses:
        notes.append(f"{summary.empty_responses:,} empty responses were ignored")
    for name, model in summary.unscored.items():
        notes.append(f"{name} has no scores, so its {model.responses:,} responses were ignored")
    return zebra.Section("The run", text, notes=[*notes, *dataset.manifest.remarks])


def score_table(dataset: zebra.Dataset) -> zebra.Section | None:
    """The scores of the pool's models, as they were read, and what looks wrong in them."""
    if not dataset.has_behavior:
        return None
    behavior, usage = dataset.behavior, dataset.manifest.summary.models.values()
    used = {model.scores_of for model in usage if model.chosen + model.rejected}
    order = sorted(range(len(behavior.models)), key=lambda i: behavior.models[i] not in used)
    benchmarks = {b["name"]: b for b in dataset.manifest.scores.benchmarks}
    header = ["model", "superiority", *behavior.benchmarks]
    rows = [[behavior.models[i], float(behavior.superiority[i]), *map(float, dataset.scores[i])] for i in order]
    lower = [name for name in behavior.benchmarks if benchmarks.get(name, {}).get("direction") == "lower"]
    text = "Superiority (MB-SUP) is the weighted mean of the normalised scores, in [0, 1]; models that are in a pair come first."
    text += f" Less is better on {', '.join(lower)}." if lower else ""
    warnings = [
        f"{warning.name}: {warning.text}: {', '.join(warning.rows)}" for warning in dataset.manifest.scores.warnings
    ]
    return zebra.Section("Scores", text, rows=[header, *rows], notes=[*dataset.manifest.scores.notes, *warnings])


@attrs.frozen
class Cost:
    """What labels for these pairs would have cost (ZEBRA, Table 3), and at your own price."""

    unit: float = zebra.option(0.0, "Your own price of a label, in US dollars per pair; 0 leaves the row out.")

    def __call__(self, dataset: zebra.Dataset) -> zebra.Section:
        """Return the table of costs."""
        units = {**COSTS, **({"yours": self.unit} if self.unit else {})}
        rows = [[name, unit, unit * dataset.total] for name, unit in units.items()]
        text = (
            f"At what others paid for a label, in US dollars (ZEBRA, Table 3), {dataset.total:,} pairs would have cost:"
        )
        header = ["as for", "USD per pair", "USD"]
        return zebra.Section("What labels would have cost", text, rows=[header, *rows, ["ZEBRA", 0.0, 0.0]])
