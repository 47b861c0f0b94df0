"""The extension points: the hooks that a plugin may implement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import pluggy

if TYPE_CHECKING:
    import click

API_VERSION = 1
"""The version of the plugin API: raised when a hook, an argument or a public name is removed or changes its meaning."""

ComponentFactory: TypeAlias = Callable[..., Any]
Components: TypeAlias = Mapping[str, ComponentFactory]
"""What a hook returns: functions by name, or attrs classes whose fields are options and whose instances are callable."""

hookspec = pluggy.HookspecMarker("zebra")
hookimpl = pluggy.HookimplMarker("zebra")


@hookspec
def zebra_score_sources() -> Components:  # type: ignore[empty-body]
    """Offer score sources: from a location, or from nothing for an embedded table, to a ScoreTable."""


@hookspec
def zebra_catalogues() -> Components:  # type: ignore[empty-body]
    """Offer catalogues of benchmarks: from nothing to descriptions by name, or to the TOML file that holds them."""


@hookspec
def zebra_score_checks() -> Components:  # type: ignore[empty-body]
    """Offer checks of scores: from a ScoreTable to doubts, each a text and the models it concerns."""


@hookspec
def zebra_imputations() -> Components:  # type: ignore[empty-body]
    """Offer what to do about missing scores: from a ScoreTable with gaps to one without."""


@hookspec
def zebra_normalisations() -> Components:  # type: ignore[empty-body]
    """Offer normalisations: from a ScoreTable to scores in [0, 1] (models x benchmarks), as a Normalised."""


@hookspec
def zebra_superiorities() -> Components:  # type: ignore[empty-body]
    """Offer superiorities: from vectors (models x benchmarks) and weights (benchmarks) to one number per model."""


@hookspec
def zebra_aliases() -> Components:  # type: ignore[empty-body]
    """Offer resolvers of names: from a pool's name of a model and the names in the scores to one of these, or None."""


@hookspec
def zebra_generators() -> Components:  # type: ignore[empty-body]
    """Offer generators: from prompts (lists of messages) and a model's name to one response per prompt, None if it failed."""


@hookspec
def zebra_pools() -> Components:  # type: ignore[empty-body]
    """Offer pool readers: from a location, or from nothing for an embedded pool, to a Pool."""


@hookspec
def zebra_filters() -> Components:  # type: ignore[empty-body]
    """Offer filters: from a batch of a pool to one with fewer instructions, or other texts."""


@hookspec
def zebra_similarities() -> Components:  # type: ignore[empty-body]
    """Offer similarities: from vectors (models x benchmarks) in [0, 1] to a symmetric (models x models)."""


@hookspec
def zebra_strategies() -> Components:  # type: ignore[empty-body]
    """Offer pairing strategies: from a Behavior to the desirability of each pair (models x models); -inf means never."""


@hookspec
def zebra_rules() -> Components:  # type: ignore[empty-body]
    """Offer preference rules: from a Behavior to an antisymmetric (models x models); above zero the row is chosen."""


@hookspec
def zebra_columns() -> Components:  # type: ignore[empty-body]
    """Offer extra columns of the dataset: from a batch of pairs and a Behavior to Arrow arrays by name."""


@hookspec
def zebra_exporters() -> Components:  # type: ignore[empty-body]
    """Offer exporters: from a Dataset and an output folder to files of another form."""


@hookspec
def zebra_trainers() -> Components:  # type: ignore[empty-body]
    """Offer trainers: from a dataset's folder, a model and an output folder to a TrainingResult."""


@hookspec
def zebra_models() -> Components:  # type: ignore[empty-body]
    """Offer models that are generated locally: from a folder to write to, to nothing."""


@hookspec
def zebra_rewards() -> Components:  # type: ignore[empty-body]
    """Offer rewards: from prompts (lists of messages) and completions (texts) to one number per completion, or None."""


@hookspec
def zebra_schedules() -> Components:  # type: ignore[empty-body]
    """Offer schedules of rounds: from CandidatePairs, and how the policy does on each, to a Picked."""


@hookspec
def zebra_evaluators() -> Components:  # type: ignore[empty-body]
    """Offer evaluators: from a model's folder to a ScoreTable of one row."""


@hookspec
def zebra_engines() -> Components:  # type: ignore[empty-body]
    """Offer engines: from a function, the tasks to call it on and a number of workers to the shards, in order."""


@hookspec
def zebra_figures() -> Components:  # type: ignore[empty-body]
    """Offer figures and tables of the report: from a Dataset to a Section, or None if there is nothing to show."""


@hookspec
def zebra_lints() -> Components:  # type: ignore[empty-body]
    """Offer lints of the pairs: from a Dataset to a LintResult, or None if the lint does not apply."""


@hookspec
def zebra_recipes() -> Components:  # type: ignore[empty-body]
    """Offer recipes by name: from nothing to the values of a recipe, or to the TOML file that holds them."""


@hookspec
def zebra_defaults() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Declare default components: from nothing to the name of a component by kind, used if a run names none."""


@hookspec
def zebra_commands() -> list[click.Command]:  # type: ignore[empty-body]
    """Offer commands of `zebra`: from nothing to click commands, such as `zebra.lazy_command` gives."""


@hookspec
def zebra_page() -> Callable[..., str]:  # type: ignore[empty-body]
    """Offer the page of a dataset: from a Dataset and the plugins to HTML, which `Dataset.report` shows in a notebook."""


@hookspec
def zebra_stage_started(stage: str) -> None:
    """Observe that a stage starts."""


@hookspec
def zebra_stage_done(stage: str, result: object) -> None:
    """Observe a finished stage, to log, time or save. The result must not be changed.

    `stage` and `result` are `scores` and a ScoreTable, `behavior` and a Behavior, `pool` and a Pool, `plan` and a Plan,
    `dataset` and a Dataset, `summary` and the Dataset once `zebra run` has printed its summary (unless `--no-report` is
    given), `report` and a Dataset, `export` and the folder of the export, `mix` and the Dataset, `alias` and the text of the
    draft, `generation` and the path of the pool, `training` and the folder of the trained model, `measurement`
    and the margins of a policy on the candidates of rounds, `rounds` and their folder, `evaluation` and an Evaluation,
    `findings` and the Findings of a sweep or of rounds (unless `--no-report` is given), `audit`, `comparison` and `sweep`
    with what the command printed, as plain values.
    """


@hookspec
def zebra_stage_failed(stage: str, error: BaseException) -> None:
    """Observe that a stage ended with an error, or was interrupted."""


OBSERVERS = ("zebra_stage_started", "zebra_stage_done", "zebra_stage_failed")
"""The hooks that observe stages; they offer no component."""
KINDS = {
    "score source": "zebra_score_sources",
    "catalogue": "zebra_catalogues",
    "score check": "zebra_score_checks",
    "imputation": "zebra_imputations",
    "normalisation": "zebra_normalisations",
    "superiority": "zebra_superiorities",
    "alias": "zebra_aliases",
    "generator": "zebra_generators",
    "pool": "zebra_pools",
    "filter": "zebra_filters",
    "similarity": "zebra_similarities",
    "strategy": "zebra_strategies",
    "rule": "zebra_rules",
    "column": "zebra_columns",
    "exporter": "zebra_exporters",
    "trainer": "zebra_trainers",
    "model": "zebra_models",
    "reward": "zebra_rewards",
    "schedule": "zebra_schedules",
    "evaluator": "zebra_evaluators",
    "engine": "zebra_engines",
    "figure": "zebra_figures",
    "lint": "zebra_lints",
    "recipe": "zebra_recipes",
}
"""The kinds of components, as messages and `zebra plugins` name them, and the hook of each."""
