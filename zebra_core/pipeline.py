"""The order of the stages: pool, scores, behavior, plan, dataset."""

from __future__ import annotations

from functools import reduce
from importlib.metadata import version
from operator import add
from typing import TYPE_CHECKING, Any

import attrs

from zebra_core import storage
from zebra_core.base.progress import Progress
from zebra_core.dataset.dataset import Dataset
from zebra_core.dataset.engine import run_engine
from zebra_core.dataset.folder import check_ids, fingerprint, write_files
from zebra_core.dataset.manifest import MANIFEST, Job, Manifest, ScoresUsed, ShardFile
from zebra_core.dataset.shards import Writer, model_pairs, plan_shards
from zebra_core.dataset.staging import staging_folder
from zebra_core.dataset.summary import check_pairs, remarks, summarise
from zebra_core.errors import ZebraError
from zebra_core.evaluation import check_evaluators, evaluators_of
from zebra_core.pairing.plan import Plan, Tally
from zebra_core.plugins.protocols import ReadsFiles
from zebra_core.pool.pool import stand_in
from zebra_core.recipe.inputs import (
    check_table,
    complete_table,
    make_selected_pool,
    open_selected_pool,
    planned_models,
    read_table,
    select_aliases,
)
from zebra_core.recipe.planning import make_behavior, make_plan
from zebra_core.recipe.plugin_files import pin_plugins, relative_to
from zebra_core.recipe.recipe import Recipe, field_of
from zebra_core.recipe.resolve import Resolver, Selection, pinned, resolver_for
from zebra_core.recipe.unscored import measures, select_complete_sources
from zebra_core.training.chain import Chain, select_training

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from zebra_core.behavior import Behavior
    from zebra_core.dataset.shards import Shard
    from zebra_core.plugins.discovery import Plugins
    from zebra_core.pool.pool import Pool
    from zebra_core.scores.checks import ScoreWarning
    from zebra_core.scores.table import ScoreTable
    from zebra_core.training.trainer import Training

LONG_TABLE = 100
"""The number of models up to which a score table is checked in full; of a longer one only the pool's models are."""


@attrs.frozen(eq=False)
class Run:
    """A run that is ready to be written: components selected, scores read, the pool open but not read in full.

    `recipe` is the resolved recipe of the dataset, with every choice pinned; `exporters`, `training`, and the `evaluators` (options
    by name) of the trained model, are what follows, if the recipe asks for it.
    """

    recipe: Recipe
    plugins: Plugins
    selections: tuple[Selection, ...]
    table: ScoreTable
    pool: Pool
    plan: Plan
    engine: Selection
    warnings: tuple[ScoreWarning, ...] = ()
    exporters: tuple[Selection, ...] = ()
    training: Training | Chain | None = None
    evaluators: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)

    def write(
        self,
        output: str | Path,
        *,
        overwrite: bool = False,
        workers: int = 0,
        on_progress: Callable[[Progress], object] = lambda _: None,
        log: Callable[[str], None] = lambda _: None,
    ) -> Dataset:
        """Write the dataset to the folder `output`, completely or not at all; finished shards survive an interruption.

        `workers` shards are built at once, 0 means one per core. `on_progress` gets the progress, `log` lines for the user.
        Raise ZebraError if `output` exists and may not be overwritten, or cannot be written, if a row of the pool is
        invalid, and if no pair comes out.
        """
        with self.plugins.stage("dataset") as done:
            dataset = self._write(storage.place(output), workers, on_progress, log, overwrite=overwrite)
            done(dataset)
        return dataset

    def _write(
        self,
        output: Path,
        workers: int,
        on_progress: Callable[[Progress], object],
        log: Callable[[str], None],
        *,
        overwrite: bool,
    ) -> Dataset:
        job = self._job()
        tasks = plan_shards(self.pool, self.recipe.shard_rows)
        with staging_folder(output, job, MANIFEST, "dataset", overwrite=overwrite, log=log) as folder:
            progress = Progress(len(tasks), self.pool.rows, on_progress, self.pool.meters)
            writer = Writer(self.plan, folder, self.recipe.compression, self.recipe.strict, progress)
            shards = run_engine(self.engine.bound, writer, tasks, workers)
            check_ids(self.pool, shards)
            tally = reduce(add, (shard.tally for shard in shards), Tally())
            check_pairs(self.plan, tally)
            manifest = self._manifest(job, shards, tally, folder)
            recipe = relative_to(self.recipe, output).as_toml()
            write_files(folder, manifest, self._behavior_of_pool(tally), recipe, tally.rejected)
        return Dataset(output, manifest)

    def existing(self, output: str | Path) -> Dataset | None:
        """Return the dataset in the folder `output` if it is exactly what this run would write."""
        folder = storage.place(output)
        if not (folder / MANIFEST).is_file():
            return None
        manifest = Manifest.read(folder)
        return Dataset(folder, manifest) if manifest.job == self._job() else None

    def _job(self) -> Job:
        """Return everything that the dataset's bytes follow from."""
        used = {selection.component.plugin for selection in self.selections}
        sources = [s for s in self.selections if s.component.kind == "score source"]
        locations = [*(source.location for source in sources), self.recipe.alias]
        files = [storage.place(location) for location in locations if location]
        readers = [s.bound.instance for s in self.selections]
        files += [file for reader in readers if isinstance(reader, ReadsFiles) for file in reader.files]
        return Job(
            zebra=version("zebra-preference"),
            plugins={name: str(self.plugins.origins[name]) for name in sorted(used)},
            libraries={name: version(name) for name in ("numpy", "pyarrow")},
            recipe=self.recipe.as_dict(),
            inputs=tuple(fingerprint([*self.pool.files, *(path for path in files if path.is_file())])),
        )

    def _manifest(self, job: Job, shards: list[Shard], tally: Tally, folder: Path) -> Manifest:
        used = model_pairs(folder)
        benchmarks = tuple(attrs.asdict(benchmark) for benchmark in self.table.benchmarks)
        return Manifest(
            **attrs.asdict(job, recurse=False),
            scores=ScoresUsed(len(self.table.models), benchmarks, self.table.notes, self.warnings),
            summary=summarise(self.plan, tally, used),
            remarks=remarks(self.plan, tally, used),
            shards=tuple(ShardFile(shard.name, shard.tally.pairs) for shard in shards if shard.name),
        )

    def _behavior_of_pool(self, tally: Tally) -> dict[str, Any]:
        """Return the behavior of the pool's models, and their scores: what a report needs."""
        index = self.plan.index
        behavior = self.plan.behavior.take(sorted({index[name] for name in tally.answered if name in index}))
        numbers = {model: number for number, model in enumerate(self.table.models)}
        rows = [numbers[model] for model in behavior.models]
        return {**behavior.as_dict(), "scores": self.table.values[rows].tolist()}


def prepare(recipe: Recipe, plugins: Plugins | None = None) -> Run:
    """Resolve a recipe: select every component, read the scores and open the pool.

    A pool that is yet to be made is made once everything else is known to work.
    """
    resolver = resolver_for(recipe, plugins)
    plugins = resolver.plugins
    planned = planned_models(Resolver(resolver.recipe, plugins))
    pool_selection, pool = _open(resolver) if planned is None else (None, stand_in(planned))
    with plugins.stage("scores") as done:
        sources = select_complete_sources(resolver, pool, planned)
        joined = read_table(resolver, sources)
        warnings = tuple(check_table(resolver, joined, _models_to_check(resolver, joined, pool)))
        table = complete_table(resolver, joined)
        done(table)
    behavior = make_behavior(resolver, table)
    engine = resolver.component("engine")
    if pool_selection is None:
        _rehearse(resolver, behavior, pool)
        make_selected_pool(Resolver(resolver.recipe, plugins))
        pool_selection, pool = _open(resolver)
    with plugins.stage("plan") as done:
        plan = make_plan(resolver, behavior, pool)
        done(plan)
    filters, columns = ([s for s in resolver.selections if s.component.kind == kind] for kind in ("filter", "column"))
    listed = ("pool", "score source", "filter", "column")
    by_kind = {s.component.kind: s for s in resolver.selections if s.component.kind not in listed}
    selections = (pool_selection, *sources, *filters, *by_kind.values(), *columns)
    if recipe.evaluation and measures(resolver):
        evaluators_of(resolver)
    options = resolver.used_options()
    exporters = tuple(resolver.components("exporter", recipe.export, "--export"))
    training, evaluators = _prepare_training(resolver)
    resolver.check_options()
    names: dict[str, Any] = {field_of(kind): pinned([selection], plugins)[0] for kind, selection in by_kind.items()}
    names |= {"pool": pinned([pool_selection], plugins)[0], "scores": pinned(sources, plugins), "options": options}
    names |= {"filters": pinned(filters, plugins), "columns": pinned(columns, plugins)}
    names |= {"export": (), "trainer": "", "model": "", "evaluation": recipe.evaluation if measures(resolver) else {}}
    resolved = attrs.evolve(pin_plugins(recipe, plugins), **names)
    return Run(resolved, plugins, selections, table, pool, plan, engine, warnings, exporters, training, evaluators)


def _open(resolver: Resolver) -> tuple[Selection, Pool]:
    with resolver.plugins.stage("pool") as done:
        selection, pool = open_selected_pool(resolver)
        done(pool)
    return selection, pool


def _rehearse(resolver: Resolver, behavior: Behavior, pool: Pool) -> None:
    """Raise ZebraError for whatever would stop the run once its pool is made, of which `pool` is a stand-in."""
    recipe = attrs.evolve(resolver.recipe, scope=Recipe().scope)  # only the real pool has a pair for the scope `global`
    rehearsal = Resolver(recipe, resolver.plugins, [*resolver.selections], {*resolver.used})
    planned_models(rehearsal)
    make_plan(rehearsal, behavior, pool)
    rehearsal.components("exporter", recipe.export, "--export")
    _prepare_training(rehearsal)
    rehearsal.check_options()


def _prepare_training(resolver: Resolver) -> tuple[Training | Chain | None, dict[str, dict[str, Any]]]:
    """Select the training that a recipe asks for, and the evaluators of the trained model; check that both can work.

    Raise ZebraError if it asks for an evaluation, but no model is measured.
    """
    recipe = resolver.recipe
    training = select_training(resolver) if recipe.trainer or recipe.model else None
    if not recipe.evaluation:
        return training, {}
    if training is None and not measures(resolver):
        msg = "an evaluation is asked for, but no model is measured; add --trainer or --model, or leave out the evaluation"
        raise ZebraError(msg)
    evaluators = evaluators_of(resolver)
    if training is None:
        return None, {}
    check_evaluators(resolver.plugins, evaluators, training.model)
    return training, evaluators


def prepare_training(recipe: Recipe, plugins: Plugins | None = None) -> Training | Chain:
    """Select and check the trainers and the model of a recipe; the first step of `zebra train`."""
    resolver = resolver_for(recipe, plugins)
    training = select_training(resolver)
    resolver.check_options()
    return training


def _models_to_check(resolver: Resolver, table: ScoreTable, pool: Pool) -> set[str]:
    """For large tables, return only the models in the pool's first batch, so that warnings stay relevant."""
    if len(table.models) <= LONG_TABLE:
        return set()
    index = select_aliases(resolver).index(table.models)
    return {table.models[index[name]] for name in pool.first_models() if name in index}


def build(
    recipe: Recipe,
    output: str | Path,
    *,
    overwrite: bool = False,
    workers: int = 0,
    plugins: Plugins | None = None,
) -> Dataset:
    """Build the dataset of a recipe, as `zebra run` does."""
    return prepare(recipe, plugins).write(output, overwrite=overwrite, workers=workers)
