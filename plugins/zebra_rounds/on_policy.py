"""The policy of a round joins the pool: its responses to all prompts, and its scores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_core.pairing.candidates import ratings_of
from zebra_core.recipe.inputs import benchmark_index, make_selected_pool, open_selected_pool
from zebra_core.recipe.resolve import Resolver
from zebra_core.training.folder import content_version
from zebra_rounds.policy import policy_name
from zebra_rounds.recipes import with_pool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ROWS = pa.schema(
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("prompt", zebra.MESSAGES),
        ("model", pa.string()),
        ("response", pa.string()),
        ("rating", pa.float64()),
    ]
)
"""The layout `long` of pools: a row for each response."""


@attrs.frozen
class Policy:
    """The policy of a round, whose model is in `folder`, and the options of the generator with which it answers."""

    number: int
    folder: Path
    sampling: Mapping[str, object]

    @property
    def name(self) -> str:
        """The policy's name in pools and scores."""
        return policy_name(self.number)

    def join(self, recipe: zebra.Recipe, run: zebra.Run, scores: Mapping[str, float]) -> zebra.Recipe:
        """Return the recipe of a run whose pool and scores have the policy too; it answers now, unless it has.

        Raise ZebraError if it cannot answer, or has no score on a benchmark of the run.
        """
        table = self.folder / "scores.csv"
        _write_scores(run, self.name, scores, table)
        _write_pool(run.pool, self._answers(run), self.folder / "pool")
        return with_pool(recipe, run, self.folder / "pool", table)

    def _answers(self, run: zebra.Run) -> zebra.Pool:
        """Return the pool of the policy's answers to all prompts."""
        prompts, model = self.folder / "prompts.jsonl", self.folder / "model"
        generator = run.plugins.default("generator")
        zebra.storage.write_durably(prompts, "".join(_prompt_lines(run.pool)))
        version = content_version(str(model))["xxh3_128"][:8]
        options: dict[str, Any] = {
            "prompts": str(prompts),
            "models": [f"{self.name}={generator}:{model}"],
            "output": str(self.folder / f"answers-{version}"),
            **self.sampling,
        }
        asking = zebra.Recipe(pool="generate", options={"generate": options}, plugins=run.recipe.plugins)
        make_selected_pool(Resolver(asking, run.plugins))
        return open_selected_pool(Resolver(asking, run.plugins))[1]


def _prompt_lines(pool: zebra.Pool) -> Iterator[str]:
    for batch in pool.batches():
        columns = (batch[name].to_pylist() for name in ("id", "prompt", "source"))
        for key, prompt, source in zip(*columns, strict=True):
            yield json.dumps({"id": key, "prompt": prompt, "source": source}, ensure_ascii=False) + "\n"


def _write_pool(base: zebra.Pool, answers: zebra.Pool, folder: Path) -> None:
    """Write two pools as one, in the layout `long`; a folder that is there is replaced."""
    unfinished = zebra.storage.unfinished_name(folder)
    unfinished.mkdir(parents=True)
    try:
        for name, pool in (("base", base), ("policy", answers)):
            with pq.ParquetWriter(unfinished / f"{name}.parquet", ROWS) as file:
                for batch in pool.batches():
                    file.write_batch(_long(batch))
        zebra.storage.remove(folder)
        zebra.storage.publish(unfinished, folder)
    finally:
        zebra.storage.remove(unfinished)


def _long(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch of a pool with a row for each response."""
    parents, ratings = pc.list_parent_indices(batch["models"]), ratings_of(batch)
    columns = {name: batch[name].take(parents) for name in ("id", "source", "prompt")}
    columns |= {"model": batch["models"].flatten(), "response": batch["responses"].flatten()}
    columns["rating"] = pa.array(ratings, mask=np.isnan(ratings))
    return pa.RecordBatch.from_arrays([columns[name] for name in ROWS.names], schema=ROWS)


def _write_scores(run: zebra.Run, name: str, scores: Mapping[str, float], path: Path) -> None:
    """Write the scores of a policy on the run's benchmarks as a table of one row. Raise ZebraError if it has none of them."""
    names = [benchmark.name for benchmark in run.table.benchmarks]
    used = {each: scores[each] for each in names if each in scores}
    if not used:
        msg = (
            f"the policy joins the pool with its scores, and none was measured on {', '.join(names[:5])}, on which the pool's "
            "models are compared; measure it with --tasks, or choose another --schedule"
        )
        raise zebra.ZebraError(msg)
    path.unlink(missing_ok=True)
    zebra.add_row(path, name, used, benchmark_index(Resolver(run.recipe, run.plugins)))
