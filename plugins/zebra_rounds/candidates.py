"""The candidates of a round: a dataset of all pairs that the masks allow, and how the policy does on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_rounds.listed import DESIRABILITY, KEYS, SCORED

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

EVERY = 2**31 - 1
"""The number of pairs of an instruction that is no limit."""
KEY = b"zebra:key"
"""The key under which the metadata of a file has what it follows from."""
MARGIN = "policy_margin"
USED = ("margin", "similarity", "confidence")


def candidate_recipe(recipe: zebra.Recipe) -> zebra.Recipe:
    """Return the recipe of all pairs that a recipe could give: without its limit and its draws among them."""
    plain = zebra.Recipe()
    return attrs.evolve(recipe, pairs=EVERY, temperature=plain.temperature, max_share=plain.max_share)


@attrs.frozen(eq=False)
class CandidateSet:
    """The dataset of all candidates, and the run that wrote it."""

    run: zebra.Run
    dataset: zebra.Dataset

    @property
    def location(self) -> str:
        """The folder of the dataset."""
        return str(self.dataset.folder)

    def table(self) -> pa.Table:
        """Return what names each pair, in the dataset's order; the models as in the pool and as in the scores."""
        table = pa.Table.from_batches(self.dataset.batches(KEYS))
        index, models = self.run.plan.index, self.run.plan.behavior.models
        for name, side in zip(SCORED, KEYS[1:], strict=True):
            names = [models[index[each]] for each in table[side].to_pylist()]
            table = table.append_column(name, pa.array(names, pa.string()))
        return table

    def pairs(self, margins: NDArray[np.float64], number: int, rounds: int) -> zebra.CandidatePairs:
        """Return the candidates as a schedule gets them, for the round of this number."""
        table = pa.Table.from_batches(self.dataset.batches(["id", *USED]))
        ids = table["id"].combine_chunks().dictionary_encode()
        instruction = ids.indices.to_numpy().astype(np.int64)
        order = np.argsort(instruction, kind="stable")
        first = np.flatnonzero(np.diff(instruction[order], prepend=-1))
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order)) - np.repeat(first, np.diff([*first, len(order)]))
        values = {name: table[name].to_numpy(zero_copy_only=False).copy() for name in USED}
        return zebra.CandidatePairs(
            instruction=instruction, rank=rank, policy_margin=margins, round=number, rounds=rounds, **values
        )


def write_picks(candidates: CandidateSet, margins: NDArray[np.float64], picked: zebra.Picked, path: Path) -> None:
    """Write what a schedule picked as the file of pairs that the strategy `listed` reads."""
    columns = {DESIRABILITY: picked.desirability, MARGIN: margins, **picked.columns}
    table = candidates.table()
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    write_table(table, path)


def read_margins(path: Path, key: str) -> NDArray[np.float64] | None:
    """Return the margins in a file that follows from `key`, None if there is no such file."""
    if not path.is_file() or (pq.read_schema(path).metadata or {}).get(KEY) != key.encode():
        return None
    values: NDArray[np.float64] = pq.read_table(path)[MARGIN].to_numpy()
    return values


def write_margins(margins: NDArray[np.float64], path: Path, key: str) -> None:
    """Write margins, and what they follow from."""
    write_table(pa.table({MARGIN: margins}).replace_schema_metadata({KEY: key.encode()}), path)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table to a Parquet file, which is complete or absent after a crash."""
    unfinished = zebra.storage.unfinished_name(path)
    try:
        pq.write_table(table, unfinished)
        zebra.storage.publish(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def summary_of(margins: NDArray[np.float64]) -> dict[str, Any]:
    """Return how often a policy moved towards the chosen response, a tie as half, and by how much on average."""
    measured = margins[~np.isnan(margins)]
    if not len(measured):
        return {}
    return {
        "accuracy": float(np.mean((measured > 0) + 0.5 * (measured == 0))),
        "mean margin": float(measured.mean()),
    }
