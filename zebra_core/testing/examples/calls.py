"""What a component of each kind is called with in the checks that hold for all kinds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from zebra_core.dataset.dataset import Dataset
from zebra_core.dataset.lint import LintResult
from zebra_core.dataset.shards import Writer, plan_shards
from zebra_core.plugins.protocols import DeclinesLocation, TakesLints
from zebra_core.pool.filters import prepare_filters
from zebra_core.pool.pool import POOL, MakesPool
from zebra_core.recipe.inputs import read_results
from zebra_core.recipe.recipe import Recipe
from zebra_core.recipe.resolve import Resolver
from zebra_core.scores.table import ScoreTable
from zebra_core.testing.check import fail, skip
from zebra_core.testing.examples import toy
from zebra_core.testing.examples.data import (
    draw_candidate_pairs,
    draw_candidates,
    draw_table,
    draw_vectors,
    make_behavior,
    writable,
)
from zebra_core.training.trainer import generate_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zebra_core.testing.subject import Subject


def _itself(result: Any) -> Any:
    return result


@attrs.frozen(eq=False)
class Example:
    """The arguments of a call; `inputs` are those that must stay as they are, and `outcome` is what counts of the result.

    `call` is what to call, if that is not the component itself, and `keywords` are arguments by name.
    """

    arguments: tuple[Any, ...]
    inputs: tuple[Any, ...] = ()
    outcome: Callable[[Any], Any] = _itself
    call: Callable[..., Any] | None = None
    keywords: Mapping[str, Any] = attrs.field(factory=dict)

    def loosened(self) -> Example:
        """Return the example with arrays that may be written to."""
        return attrs.evolve(self, arguments=tuple(map(writable, self.arguments)))


def example_of(subject: Subject, folder: Path) -> Example:
    """Return an example for a component. Raise CheckSkipped if there is none, or the author has to give it."""
    make = _EXAMPLES.get(subject.kind)
    if make is None:
        skip(f"the kit has no example for the kind {subject.kind!r}")
    return make(subject, folder)


def _similarity(_: Subject, __: Path) -> Example:
    vectors = draw_vectors()
    vectors.setflags(write=False)
    return Example((vectors,), (vectors,))


def _complete_table(_: Subject, __: Path) -> Example:
    table = draw_table()
    return Example((table,), (table,))


def _table_with_gaps(_: Subject, __: Path) -> Example:
    table = draw_table(gaps=True)
    return Example((table,), (table,))


def _score_check(_: Subject, __: Path) -> Example:
    table = draw_table(gaps=True)
    return Example((table,), (table,), list)


PROMPTS = [[{"role": "user", "content": f"What is {number} + 1?"}] for number in range(4)]
"""What generators are asked."""


def _generator(subject: Subject, _: Path) -> Example:
    return Example((PROMPTS, generating_model(subject)), (PROMPTS,), list)


def generating_model(subject: Subject) -> str:
    """Return the model that the author gives. Raise CheckSkipped if there is none."""
    return subject.model or skip('it needs a model to ask: give one with model="...", or --model')


COMPLETIONS = ["3", "It is 2.", "", "3\n\n</s> \U0001f993 <b>three</b>"]
"""What rewards are asked about: a response to each of the prompts."""


def reward_columns(count: int) -> dict[str, list[Any]]:
    """Return the columns of so many rows, as rewards get them."""
    return {
        "chosen": [f"{number + 1}" for number in range(count)],
        "rejected": ["I do not know."] * count,
        "margin": [0.5] * count,
        "source": ["sums"] * count,
    }


def _reward(_: Subject, __: Path) -> Example:
    columns = reward_columns(len(PROMPTS))
    return Example((PROMPTS, COMPLETIONS), (PROMPTS, COMPLETIONS, columns), keywords=columns)


def _schedule(_: Subject, __: Path) -> Example:
    candidates = draw_candidate_pairs(2)
    return Example((candidates,), (candidates,))


def _filter(subject: Subject, _: Path) -> Example:
    batch = pa.RecordBatch.from_pylist(toy.rows_of("plain"), schema=POOL)
    (prepared,) = prepare_filters([subject.bound], toy.make_pool("plain"))
    return Example((batch,), (batch.to_pylist(),), lambda kept: kept.to_pylist(), prepared.instance)


def _column(_: Subject, __: Path) -> Example:
    pairs, behavior = toy.pairs_of(7), make_behavior(toy.vectors_of("plain"))
    return Example((pairs, behavior), (behavior,), lambda arrays: {name: a.to_pylist() for name, a in arrays.items()})


def _superiority(_: Subject, __: Path) -> Example:
    vectors = draw_vectors()
    weights = np.ones(vectors.shape[1])
    return Example((vectors, weights), (vectors, weights))


def _alias(_: Subject, __: Path) -> Example:
    return Example(("Org/Model 1", ("model-1", "model-2", "other")))


def _pairing(subject: Subject, _: Path) -> Example:
    behavior = make_behavior(draw_vectors())
    candidates = (draw_candidates(behavior),) if subject.bound.per_instruction else ()
    return Example((behavior, *candidates), (behavior, *candidates))


def _located(subject: Subject, _: Path) -> Example:
    if subject.location is None and isinstance(subject.instance, DeclinesLocation):
        skip('it reads files: give one as an example with location="...", or --location FILE')
    if isinstance(subject.instance, MakesPool):
        subject.instance.make(subject.location)
    path = Path(subject.location) if subject.location else None
    inputs = (path,) if path is not None and path.exists() else ()
    return Example((subject.location,), inputs, lambda result: read_inner(subject, result))


def read_inner(subject: Subject, result: Any) -> Any:
    """Return what a reader returned; if it is the path of a file, what the reader that recognises it makes of that."""
    if not isinstance(result, Path):
        return result
    selection = Resolver(Recipe(), subject.plugins).source(subject.kind, str(result), "embedded")
    return selection.bound(selection.location)


def _nothing(_: Subject, __: Path) -> Example:
    return Example(())


def _engine(_: Subject, folder: Path) -> Example:
    writer, tasks = engine_tasks(folder)
    return Example((writer, tasks, 2), (), lambda shards: [list(shards), folder / "data"])


def engine_tasks(folder: Path, workers: int = 6) -> tuple[Writer, list[Any]]:
    """Return a writer to a folder, and the four tasks of the pool `plain`."""
    for name in ("data", "done"):
        (folder / name).mkdir(parents=True)
    run = toy.toy_run("plain")
    return Writer(run.plan, folder), plan_shards(run.pool, workers)


def _dataset(subject: Subject, _: Path) -> Example:
    dataset = Dataset.open(toy.toy_dataset())
    return Example((dataset, *example_lints(subject)), (dataset,))


def _exporter(_: Subject, folder: Path) -> Example:
    dataset, output = Dataset.open(toy.toy_dataset()), folder / "export"
    output.mkdir()
    return Example((dataset, output), (dataset,), lambda _: output)


def example_lints(subject: Subject) -> tuple[dict[str, LintResult], ...]:
    """Return the results of lints for a figure that takes them."""
    takes_lints = isinstance(subject.instance, TakesLints) and subject.instance.takes_lints
    return ({"empty": LintResult("a response is empty", ["plain-0"])},) if takes_lints else ()


def _trainer(subject: Subject, folder: Path) -> Example:
    dataset, model, output = folder / "dataset", example_model(subject, folder), folder / "output"
    shutil.copytree(toy.toy_dataset(), dataset)
    output.mkdir()
    inputs = (dataset, Path(model))

    def outcome(result: object) -> Any:
        return [result, sorted(path.name for path in output.iterdir())]

    return Example((str(dataset), model, output), inputs, outcome)


def example_model(subject: Subject, folder: Path) -> str:
    """Return the model that the author gives, generated if it is one of those, else a folder with an empty configuration."""
    if subject.model:
        selection = Resolver(Recipe(model=subject.model), subject.plugins).model()
        return generate_model(selection) if selection else subject.model
    model = folder / "model"
    model.mkdir()
    (model / "config.json").write_text(json.dumps({"model_type": "llama"}), encoding="utf-8")
    return str(model)


def _evaluator(subject: Subject, folder: Path) -> Example:
    model, output = example_model(subject, folder), folder / "output"
    output.mkdir()
    return Example((model, output), (Path(model),), lambda result: _measured(read_measured(subject, result)))


def read_measured(subject: Subject, result: object) -> ScoreTable:
    """Return the table of an evaluator, read from the file that it returned, if it returned one. Raise CheckFailed for neither."""
    if isinstance(result, Path):
        return read_results(Resolver(Recipe(), subject.plugins), result)
    if not isinstance(result, ScoreTable):
        fail(
            f"it must return a zebra.ScoreTable of one row, or the path of a results file, got {type(result).__name__}"
        )
    return result


def _measured(table: ScoreTable) -> Any:
    """What an evaluator measured, without the name of the model, which is a temporary folder."""
    return [[b.name for b in table.benchmarks], table.values]


def _model(_: Subject, folder: Path) -> Example:
    output = folder / "model"
    return Example((output,), (), lambda _: output)


_EXAMPLES: dict[str, Callable[[Any, Path], Example]] = {
    "imputation": _table_with_gaps,
    "normalisation": _complete_table,
    "superiority": _superiority,
    "score check": _score_check,
    "alias": _alias,
    "similarity": _similarity,
    "strategy": _pairing,
    "rule": _pairing,
    "pool": _located,
    "score source": _located,
    "catalogue": _nothing,
    "engine": _engine,
    "generator": _generator,
    "filter": _filter,
    "column": _column,
    "exporter": _exporter,
    "figure": _dataset,
    "lint": _dataset,
    "trainer": _trainer,
    "evaluator": _evaluator,
    "model": _model,
    "reward": _reward,
    "schedule": _schedule,
    "recipe": _nothing,
}
