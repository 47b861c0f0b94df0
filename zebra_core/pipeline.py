"""The stages in order: pool, scores, behavior, plan, dataset."""

from __future__ import annotations

import json
from functools import reduce
from importlib.metadata import version
from operator import add
from typing import TYPE_CHECKING, Any

import attrs

from zebra_core import storage
from zebra_core.alias import model_index, read_aliases
from zebra_core.behavior import Behavior, Similarity, behavior_of
from zebra_core.card import card
from zebra_core.choices import Choice, Chooser, pinned
from zebra_core.dataset import Plan, Tally
from zebra_core.discovery import Plugins, load_plugins
from zebra_core.errors import ZebraError
from zebra_core.folder import MANIFEST, REJECTED, as_json, check_ids, fingerprint, finish, staged
from zebra_core.mapping import BatchFunction
from zebra_core.naming import draft
from zebra_core.pairing import Pairing
from zebra_core.preference import Preference
from zebra_core.progress import Progress
from zebra_core.recipe import Recipe
from zebra_core.rejects import counted
from zebra_core.shards import Writer, model_pairs, tasks_of
from zebra_core.sources import opened_pool, read_models, read_table, score_choices
from zebra_core.summary import remarks, summarise
from zebra_core.suspicion import Suspicion, suspicions
from zebra_core.training import Training

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from zebra_core.pool import Pool
    from zebra_core.scores import ScoreTable
    from zebra_core.shards import Shard


LONG_TABLE = 100
"""How many models a score table may have for warnings about all of them to be told."""


@attrs.frozen(eq=False)
class Dataset:
    """A preference dataset on disk, and the manifest that says how it came about."""

    folder: Path
    manifest: dict[str, Any]


@attrs.frozen(eq=False)
class Run:
    """A run that is ready to be written: every choice made, the scores known, the pool open, nothing read in full.

    `recipe` is the resolved one of the dataset, with every choice pinned; `training` is what follows, where the recipe has it.
    """

    recipe: Recipe
    plugins: Plugins
    choices: tuple[Choice, ...]
    table: ScoreTable
    pool: Pool
    plan: Plan
    engine: Choice
    doubts: tuple[Suspicion, ...] = ()
    training: Training | None = None

    def write(
        self,
        output: str | Path,
        *,
        overwrite: bool = False,
        workers: int = 0,
        watch: Callable[[Progress], object] = lambda _: None,
        say: Callable[[str], None] = lambda _: None,
    ) -> Dataset:
        """Write the dataset to the folder `output`, whole or not at all; what an interrupted run has finished is kept.

        `workers` shards are built at once, 0 is one per core; `watch` is told the progress, `say` a line for the user. Raises
        ZebraError where `output` exists and may not be overwritten, where it cannot be written, where a row of the pool is
        wrong, and where not one pair comes out.
        """
        output, job = storage.place(output), self._job()
        tasks = tasks_of(self.pool, self.recipe.shard_rows)
        with staged(output, job, overwrite=overwrite, say=say) as folder:
            progress = Progress(len(tasks), self.pool.rows, watch)
            writer = Writer(self.plan, folder, self.recipe.compression, self.recipe.strict, progress)
            with self.engine.component.blamed(mistakes=False):
                shards: list[Shard] = list(self.engine.made.call(writer, tasks, workers))
            check_ids(self.pool, shards)
            tally = reduce(add, (shard.tally for shard in shards), Tally())
            if not tally.pairs:
                raise self._nothing(tally)
            manifest = self._manifest(job, shards, tally, model_pairs(folder))
            texts = {
                MANIFEST: as_json(manifest),
                "behavior.json": as_json(self._behavior_of_pool(tally)),
                "recipe.toml": self.recipe.as_toml(),
                "README.md": card(manifest),
            }
            if tally.rejected:
                texts[REJECTED] = "".join(as_json(row.as_dict(), indent=None) for row in tally.rejected)
            finish(folder, texts)
        dataset = Dataset(output, manifest)
        self.plugins.done("dataset", dataset)
        return dataset

    def written(self, output: str | Path) -> Dataset | None:
        """Return the dataset in the folder `output` where it is just what this run would write."""
        path = storage.place(output) / MANIFEST
        held = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        job = json.loads(as_json(self._job()))
        return Dataset(storage.place(output), held) if {key: held.get(key) for key in job} == job else None

    def _job(self) -> dict[str, Any]:
        """Return all that the dataset's bytes follow from: versions, recipe, inputs."""
        used = {choice.component.plugin for choice in self.choices}
        files = [storage.place(c.location) for c in self.choices if c.component.kind == "score source" and c.location]
        alias = [storage.place(self.recipe.alias)] if self.recipe.alias else []
        return {
            "zebra": version("zebra-preference"),
            "plugins": {name: str(self.plugins.origins[name]) for name in sorted(used)},
            "libraries": {name: version(name) for name in ("numpy", "pyarrow")},
            "recipe": self.recipe.as_dict(),
            "inputs": fingerprint([*self.pool.files, *(path for path in (*files, *alias) if path.is_file())]),
        }

    def _manifest(
        self, job: dict[str, Any], shards: Sequence[Shard], tally: Tally, used: Counter[tuple[str, str]]
    ) -> dict[str, Any]:
        return {
            **job,
            "scores": {
                "models": len(self.table.models),
                "benchmarks": [attrs.asdict(b) for b in self.table.benchmarks],
                "notes": list(self.table.notes),
                "warnings": [attrs.asdict(doubt) for doubt in self.doubts],
            },
            "summary": summarise(self.plan, tally, used),
            "remarks": remarks(self.plan, tally, used),
            "shards": [{"name": s.name, "pairs": s.tally.pairs} for s in shards if s.name],
        }

    def _behavior_of_pool(self, tally: Tally) -> dict[str, Any]:
        """Return the behavior of the models that the pool has, and their scores: what a report needs."""
        known = self.plan.behavior.take(
            sorted({self.plan.index[name] for name in tally.answered if name in self.plan.index})
        )
        rows = [self.table.models.index(model) for model in known.models]
        return {**known.as_dict(), "scores": self.table.values[rows].tolist()}

    def _nothing(self, tally: Tally) -> ZebraError:
        models, known = sorted(tally.answered), sorted(self.plan.index)
        if tally.rows and not set(models) & set(known):
            msg = (
                f"no model of the pool has scores: the pool has {', '.join(map(repr, models[:5]))}, the scores have "
                f"{', '.join(map(repr, known[:5]))}; check --scores, or map the names with --alias"
            )
            return ZebraError(msg)
        left_out = [f"{count} x {why}" for why, count in tally.left_out.most_common()]
        rejected = [counted(tally.rejected)] if tally.rejected else []
        reasons = ", ".join(left_out + rejected) or "the pool has no row"
        if not tally.rated and (self.plan.pairing.per_instruction or self.plan.preference.per_instruction):
            reasons += ", and the pool has no ratings"
        return ZebraError(
            f"not one pair came out of {tally.rows} rows: {reasons}; check --scores, --threshold and --min-gap"
        )


def prepare(recipe: Recipe, plugins: Plugins | None = None) -> Run:
    """Make every choice of a recipe, read the scores and open the pool."""
    plugins = load_plugins(recipe.plugins) if plugins is None else plugins
    chooser = Chooser(recipe, plugins)
    pool_choice, pool = opened_pool(chooser)
    plugins.done("pool", pool)
    sources = score_choices(chooser, pool)
    found = read_table(chooser, sources)
    doubts = tuple(suspicions(found, recipe.silence, _concerned(recipe, found, pool)))
    table = found.complete(recipe.missing)
    plugins.done("scores", table)
    behavior = _behavior(chooser, table)
    plugins.done("behavior", behavior)
    engine = chooser.component("engine")
    plan = _plan(chooser, behavior, pool.models)
    plugins.done("plan", plan)
    by_kind = {c.component.kind: c for c in chooser.chosen if c.component.kind not in ("pool", "score source")}
    choices = (pool_choice, *sources, *by_kind.values())
    options = chooser.options_of(chooser.chosen)
    training = Training.of(chooser) if recipe.trainer or recipe.model else None
    chooser.check_options()
    names: dict[str, Any] = {kind: pinned([choice], plugins)[0] for kind, choice in by_kind.items()}
    names |= {"pool": pinned([pool_choice], plugins)[0], "scores": pinned(sources, plugins), "options": options}
    resolved = attrs.evolve(recipe, trainer="", model="", **names)
    return Run(resolved, plugins, choices, table, pool, plan, engine, doubts, training)


def prepare_training(recipe: Recipe, plugins: Plugins | None = None) -> Training:
    """Choose the trainer and the model of a recipe, and check that they can work; what `zebra train` does first."""
    chooser = _chooser(recipe, plugins)
    training = Training.of(chooser)
    chooser.check_options()
    return training


def _concerned(recipe: Recipe, table: ScoreTable, pool: Pool) -> set[str]:
    """Return whom of a long table the pool's first batch names: warnings about thousands of others help nobody."""
    if len(table.models) <= LONG_TABLE:
        return set()
    index = model_index(table.models, read_aliases(recipe.alias) if recipe.alias else {})
    return {table.models[index[name]] for name in pool.first_models() if name in index}


def build(
    recipe: Recipe,
    output: str | Path,
    *,
    overwrite: bool = False,
    workers: int = 0,
    plugins: Plugins | None = None,
) -> Dataset:
    """Build the dataset of a recipe; what `zebra run` does."""
    return prepare(recipe, plugins).write(output, overwrite=overwrite, workers=workers)


def batch_function(recipe: Recipe | None = None, plugins: Plugins | None = None) -> BatchFunction:
    """Return the function that turns batches of a pool into preference data, for `datasets.map`.

    `recipe.pool` may name a layout; else it is recognised from the columns of each batch. Raises ZebraError for the scope
    `global`, which needs the whole pool.
    """
    chooser = _chooser(recipe, plugins)
    plan = _plan(chooser, _behavior(chooser, _known_scores(chooser)), _no_pool)
    if chooser.recipe.pool:
        chooser.component("pool")
    chooser.check_options()
    named = [choice.made for choice in chooser.chosen if choice.component.kind == "pool"]
    readers = named or [component.made() for component in chooser.plugins.of("pool")]
    return BatchFunction(plan, tuple(reader for reader in readers if reader.says("converted")))


def _no_pool() -> set[str]:
    msg = "the scope 'global' needs the whole pool, which a batch is not; use `zebra run`, or the scope 'instruction'"
    raise ZebraError(msg)


def read_scores(*scores: str, recipe: Recipe | None = None, plugins: Plugins | None = None) -> ScoreTable:
    """Read and join score tables, each a name or a file, and complete them as `recipe.missing` says."""
    return _known_scores(_chooser(recipe, plugins, scores=scores))


def look_at_scores(recipe: Recipe, plugins: Plugins) -> tuple[ScoreTable, list[Suspicion]]:
    """Read and join the score tables of a recipe as they are, and say what looks wrong; what `zebra scores` does."""
    chooser = Chooser(recipe, plugins)
    table = read_table(chooser, score_choices(chooser, None))
    chooser.check_options()
    return table, suspicions(table, recipe.silence)


def draft_aliases(recipe: Recipe, plugins: Plugins | None = None) -> str:
    """Draft the alias file of the recipe's pool and scores; what `zebra alias` does."""
    chooser = Chooser(recipe, load_plugins(recipe.plugins) if plugins is None else plugins)
    models = opened_pool(chooser)[1].models()
    return draft(models, read_models(chooser, score_choices(chooser, None)))


def know_behavior(
    table: ScoreTable, similarity: str | Similarity = "", recipe: Recipe | None = None, plugins: Plugins | None = None
) -> Behavior:
    """Derive the behavior of a table's models; `similarity` is a component's name, or a function."""
    if not isinstance(similarity, str):
        return behavior_of(table, similarity, (recipe or Recipe()).normalisation)
    return _behavior(_chooser(recipe, plugins, similarity=similarity), table)


def read_behavior(recipe: Recipe, plugins: Plugins) -> tuple[ScoreTable, Behavior, list[Suspicion]]:
    """Read the scores of a recipe, derive the behavior of their models, and say what looks wrong; `zebra behavior`."""
    chooser = Chooser(recipe, plugins)
    found = read_table(chooser, score_choices(chooser, None))
    table = found.complete(recipe.missing)
    known = _behavior(chooser, table)
    chooser.check_options()
    return table, known, suspicions(found, recipe.silence)


def open_pool(pool: str = "", recipe: Recipe | None = None, plugins: Plugins | None = None) -> Pool:
    """Open a response pool: a reader's name, a file, a folder, or `hub:NAME`."""
    return opened_pool(_chooser(recipe, plugins, pool=pool))[1]


def _chooser(recipe: Recipe | None, plugins: Plugins | None, **named: Any) -> Chooser:
    """Return a chooser for a recipe, with what is named in a call put into it."""
    recipe = attrs.evolve(recipe or Recipe(), **{name: value for name, value in named.items() if value})
    return Chooser(recipe, load_plugins(recipe.plugins) if plugins is None else plugins)


def _known_scores(chooser: Chooser) -> ScoreTable:
    return read_table(chooser, score_choices(chooser, None)).complete(chooser.recipe.missing)


def _behavior(chooser: Chooser, table: ScoreTable) -> Behavior:
    return behavior_of(table, chooser.component("similarity").made, chooser.recipe.normalisation)


def _plan(chooser: Chooser, behavior: Behavior, models_of_pool: Callable[[], set[str]]) -> Plan:
    recipe, plugins = chooser.recipe, chooser.plugins
    ranked = behavior.ranked()
    strategy = chooser.component("strategy")
    preferred = strategy.made.says("default_rule", "")
    rule = chooser.component("rule", preferred, f"of strategy {strategy.component.name}" if preferred else "default")
    index = model_index(ranked.models, read_aliases(recipe.alias) if recipe.alias else {})
    rival = strategy.made.says("rival", "")
    preference = Preference(ranked, rule.made)
    pairings = [Pairing.of(ranked, strategy.made, recipe.masks, preference.tied)]
    if rival and plugins.has("strategy", rival):
        pairings.append(Pairing.of(ranked, plugins.find("strategy", rival).made(), recipe.masks, preference.tied))
    if recipe.scope == "global":
        models = {ranked.models[index[name]] for name in models_of_pool() if name in index}
        pairings = [pairing.within(models) for pairing in pairings]
    pairing, *others = pairings
    return Plan(ranked, index, pairing, preference, others[0] if others else None, recipe.seed)
