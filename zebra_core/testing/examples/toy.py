"""A plugin of the kit's own, from which the checks make datasets and shards: no installed plugin is needed."""

from __future__ import annotations

import atexit
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pluggy
import pyarrow as pa

from zebra_core import hookspecs, pipeline
from zebra_core.hookspecs import Components, hookimpl
from zebra_core.pairing.plan import PREFERENCES
from zebra_core.plugins.discovery import Plugins
from zebra_core.plugins.installed import Origin
from zebra_core.plugins.protocols import pairwise
from zebra_core.pool.pool import POOL, Part, Pool
from zebra_core.recipe.recipe import Recipe
from zebra_core.scores.normalise import Normalised
from zebra_core.scores.table import Benchmark, ScoreTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from zebra_core.behavior import Behavior
    from zebra_core.dataset.shards import Shard, ShardTask, Writer

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</text></svg><svg onload=alert(2)>",
    "$\\frac{1}{$ a_b^c & `c` *d* \0\x1b[31m \u202egnp",
)
"""Names and texts that break a page which does not escape them."""
NAMES = {"plain": ("anna", "bert", "cleo", "dora"), "hostile": HOSTILE, "single": ("anna", "bert")}
"""The models of each dataset; of `single` there is only one pair, without a source or a rating."""
SIZES = {"plain": 24, "hostile": 12, "single": 1}


def rows_of(name: str) -> list[dict[str, Any]]:
    """Return the rows of a pool."""
    models, size = NAMES[name], SIZES[name]
    extra = HOSTILE[0] if name == "hostile" else ""
    return [
        {
            "id": f"{name}-{number}",
            "prompt": [{"role": "user", "content": f"Question {number}? {extra}"}],
            "models": list(models),
            "responses": [f"{model} answers {number}. {extra}" for model in models],
            "ratings": None if name == "single" else [float(1 + (number + at) % 5) for at in range(len(models))],
            "source": "" if name == "single" else extra or f"source {number % 2}",
        }
        for number in range(size)
    ]


def read_part(name: str, first: int, last: int) -> Iterator[pa.RecordBatch]:
    """Yield some of the rows of a pool."""
    yield pa.RecordBatch.from_pylist(rows_of(name)[first:last], schema=POOL)


def make_pool(name: str, rows: int = 6) -> Pool:
    """Return a pool in parts of `rows` rows, which can be pickled."""
    starts = range(0, SIZES[name], rows)
    return Pool(
        Part(f"{name} {start}", partial(read_part, name, start, start + rows), min(rows, SIZES[name] - start))
        for start in starts
    )


def make_table(name: str) -> ScoreTable:
    """Return the scores of the models of a dataset."""
    models = NAMES[name]
    count = 1 if name == "single" else 3
    columns = [HOSTILE[at] if name == "hostile" else f"benchmark-{at}" for at in range(count)]
    benchmarks = [Benchmark(column, "ability", "higher", (0, 100)) for column in columns]
    values = 100 * np.random.default_rng(1).random((len(models), count)).round(3)
    return ScoreTable(models, benchmarks, values, np.full(values.shape, 1.0))


def vectors_of(name: str) -> NDArray[np.float64]:
    """Return ability vectors of the models of a dataset."""
    return np.asarray(share(make_table(name)).values)


def pairs_of(count: int) -> pa.RecordBatch:
    """Return finished pairs, of the schema of a dataset."""
    better, worse, *_ = NAMES["plain"]
    rows = [
        {
            "id": row["id"],
            "prompt": row["prompt"],
            "chosen": [{"role": "assistant", "content": row["responses"][0]}],
            "rejected": [{"role": "assistant", "content": row["responses"][1] * (1 + number % 3)}],
            "chosen_model": better,
            "rejected_model": worse,
            "margin": 0.1 * (1 + number % 4),
            "similarity": 0.9,
            "confidence": 0.8,
            "source": row["source"],
        }
        for number, row in enumerate(rows_of("plain")[:count])
    ]
    return pa.RecordBatch.from_pylist(rows, schema=PREFERENCES)


@pairwise
def nearness(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """One minus the mean distance."""
    return np.asarray(1 - np.abs(vectors[:, None] - vectors[None]).mean(axis=2))


@pairwise
def widest_gap(behavior: Behavior) -> NDArray[np.float64]:
    """The two that are furthest apart."""
    return np.abs(behavior.gap)


@pairwise
def better(behavior: Behavior) -> NDArray[np.float64]:
    """The better model's response is chosen."""
    return behavior.gap


def share(table: ScoreTable) -> Normalised:
    """The share of a hundred."""
    return Normalised(table.values / 100, np.full(table.values.shape, 0.01))


def average(vectors: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: ARG001
    """The mean, whatever the weights."""
    return np.asarray(vectors.mean(axis=1))


def one_by_one(write: Writer, tasks: Sequence[ShardTask], workers: int) -> list[Shard]:  # noqa: ARG001
    """One shard after the other: what every engine is compared with."""
    return [write(task) for task in tasks]


@hookimpl
def zebra_pools() -> Components:
    """Offer a pool for each dataset."""
    return {name: partial(_pool, name) for name in NAMES}


@hookimpl
def zebra_score_sources() -> Components:
    """Offer the scores of each dataset."""
    return {name: partial(_table, name) for name in NAMES}


def _pool(name: str, _: str | None) -> Pool:
    return make_pool(name)


def _table(name: str, _: str | None) -> ScoreTable:
    return make_table(name)


@hookimpl
def zebra_similarities() -> Components:
    """Offer a similarity."""
    return {"nearness": nearness}


@hookimpl
def zebra_normalisations() -> Components:
    """Offer a normalisation."""
    return {"share": share}


@hookimpl
def zebra_superiorities() -> Components:
    """Offer a superiority."""
    return {"average": average}


@hookimpl
def zebra_strategies() -> Components:
    """Offer a strategy."""
    return {"widest-gap": widest_gap}


@hookimpl
def zebra_rules() -> Components:
    """Offer a rule."""
    return {"better": better}


@hookimpl
def zebra_engines() -> Components:
    """Offer an engine."""
    return {"one-by-one": one_by_one}


@cache
def toy_plugins() -> Plugins:
    """Return the kit's own plugin, and no other."""
    import sys  # noqa: PLC0415

    plugins = Plugins(pluggy.PluginManager("zebra"))
    plugins.manager.add_hookspecs(hookspecs)
    plugins.add("toy", sys.modules[__name__], Origin("zebra-preference"))
    return plugins


def toy_run(name: str) -> pipeline.Run:
    """Return the run that builds a dataset of the kit."""
    behavior = {"normalisation": "share", "superiority": "average", "similarity": "nearness"}
    choices = {**behavior, "strategy": "widest-gap", "rule": "better", "engine": "one-by-one"}
    return pipeline.prepare(Recipe(pool=name, scores=(name,), threshold=-1.0, **choices), toy_plugins())  # type: ignore[arg-type]


@cache
def toy_dataset(name: str = "plain") -> Path:
    """Return the folder of a dataset, built once and removed when Python ends."""
    folder = TemporaryDirectory(prefix="zebra-checks-")
    atexit.register(folder.cleanup)
    output = Path(folder.name) / name
    toy_run(name).write(output)
    return output
