"""The panel in which a reader tries other strategies and masks on the pool of a run, without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import zebra_core as zebra
from zebra_core.pairing.plan import IDENTICAL
from zebra_core.pairing.strategy import TIED, Masks
from zebra_report.page import Panel
from zebra_report.panels.exploration.arrays import Arrays
from zebra_report.panels.exploration.command import command_parts, left_out_flags
from zebra_report.panels.exploration.groups import read_groups
from zebra_report.panels.exploration.inputs import read_inputs
from zebra_report.panels.exploration.models import ModelData
from zebra_report.panels.exploration.orders import NARROW
from zebra_report.panels.exploration.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from zebra_report.panels.exploration.groups import Groups
    from zebra_report.panels.exploration.inputs import Inputs

    Agreement = Mapping[tuple[str, str], float]

TITLE = "Explore the choice"
TEXT = (
    "Another strategy, similarity or mask on the same pool and scores. The page picks pairs as zebra run does, and the command "
    "below builds what it shows."
)
MOST_PAIRS = 10
"""The number of pairs of an instruction that can be explored, unless the run had more."""


def explore(
    dataset: zebra.Dataset,
    plugins: zebra.Plugins,
    agreement: Agreement | None = None,
    see: Callable[[pa.RecordBatch], object] = lambda _: None,
) -> Panel | zebra.Section | None:
    """Return the panel of a dataset; a section that says why there is none if its pool or scores cannot be read again.

    `agreement` has the share of labels that prefer the first model's response to the second's, for pairs of the pool's
    models; it is shown, and changes nothing. `see` is called with each batch of the pool, which others may need as well. Return
    None for a mix of datasets.
    """
    if dataset.manifest.mix is not None:
        return None
    try:
        inputs = read_inputs(dataset, plugins)
        planned = {(name, measure): each for name, measure, each in inputs.planned()}
        rows = Rows({key: each for key, each in planned.items() if inputs.choices[key[0]].per_instruction}, inputs)
        groups = read_groups(inputs, dataset.manifest.summary.rows, rows, see)
    except zebra.ZebraError as error:
        return zebra.Section(TITLE, "The choice cannot be explored on this page.", notes=[str(error)])
    if not groups.counts:
        return None
    arrays, (numbers, models) = Arrays(), np.unique(inputs.numbers, return_inverse=True)
    data = ModelData(inputs, planned, rows, numbers, arrays)
    values = {
        "names": [zebra.markup.one_line(name) for name in inputs.names],
        "models": models.tolist(),
        "gap": data.triangle(next(iter(inputs.behaviors.values())).gap),
        "measures": data.measures(),
        "strategies": data.strategies(),
        "groups": groups.packed(arrays),
        "counts": _counts(dataset, groups),
        "reasons": _reasons(),
        "scope": inputs.recipe.scope,
        "run": _run(dataset, inputs, arrays),
        "most": _most_pairs(inputs, groups),
        "notes": _notes(inputs, rows),
        "agreement": _agreement(inputs, agreement or {}),
        "command": command_parts(inputs, dataset.folder.name or "dataset"),
    }
    return Panel("explore", TITLE, TEXT, {**values, "arrays": arrays.packed()})


def _counts(dataset: zebra.Dataset, groups: Groups) -> dict[str, object]:
    """Return how many instructions are read again, of how many each is one, and those left out whatever the settings."""
    step = max(1, round(dataset.manifest.summary.rows / max(groups.rows, 1)))
    return {"rows": groups.rows, "step": step, "left_out": dict(groups.left_out)}


def _reasons() -> dict[str, str]:
    """Return the words for what is left out, as `zebra run` prints them; `unsure` are those with a least confidence."""
    plain, unsure = (Masks(min_confidence=least).conditions for least in (0.0, 0.5))
    return {
        "masked": f"no pair satisfies {plain}",
        "masked_unsure": f"no pair satisfies {unsure}",
        "unlike": f"no pair within the length ratio satisfies {plain}",
        "unlike_unsure": f"no pair within the length ratio satisfies {unsure}",
        "tied": TIED,
        "identical": IDENTICAL,
    }


def _run(dataset: zebra.Dataset, inputs: Inputs, arrays: Arrays) -> dict[str, object]:
    """Return the settings of the run and what it had; its pairs of models as chosen, rejected and count."""
    summary, recipe = dataset.manifest.summary, inputs.recipe
    places = {name: place for place, name in enumerate(inputs.names)}
    used = [(places[a], places[b], n) for a, counts in summary.model_pairs.items() for b, n in counts.items()]
    return {
        "strategy": inputs.chosen,
        "similarity": inputs.measure,
        "threshold": recipe.threshold,
        "min_gap": recipe.min_gap,
        "min_confidence": recipe.min_confidence,
        "pairs": recipe.pairs,
        "had": {
            "rows": summary.rows,
            "left_out": summary.left_out,
            "model_pairs": [arrays.add(column) for column in np.array(used, np.int64).T],
        },
    }


def _most_pairs(inputs: Inputs, groups: Groups) -> int:
    """Return the highest number of pairs per instruction that can be explored."""
    width = max(width for width, _ in groups.numbers)
    count = width * (width - 1) // 2
    looks = any(choice.per_instruction for choice in inputs.choices.values())
    return max(inputs.recipe.pairs, 1 if looks and count > NARROW else min(count, MOST_PAIRS))


def _notes(inputs: Inputs, rows: Rows) -> list[str]:
    flags = left_out_flags(inputs.recipe)
    drawn = f"The run drew with {' and '.join(flags)}, which this page does without, and so does its command."
    failed = [f"{name} cannot be explored: {reason}" for (name, _), reason in rows.failed.items()]
    missing = f"The run's strategy {inputs.chosen} cannot be explored on this page."
    absent = [] if inputs.chosen in inputs.choices else [missing]
    return [*([drawn] if flags else []), *dict.fromkeys(failed), *absent]


def _agreement(inputs: Inputs, agreement: Agreement) -> list[tuple[int, int, float]]:
    """Return the agreement of pairs of the pool's models, by their places among its names."""
    places = {name: place for place, name in enumerate(inputs.names)}
    return [
        (places[better], places[worse], share)
        for (better, worse), share in agreement.items()
        if better in places and worse in places
    ]
