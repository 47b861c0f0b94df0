"""ZEBRA: preference datasets without annotation. A plugin imports `zebra_core as zebra` and nothing else.

Names are imported when they are first used, so that `import zebra_core` is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zebra_core import drawing, storage
    from zebra_core.behavior import Behavior, Similarity
    from zebra_core.cli.lazy import lazy_command
    from zebra_core.confidence import CONFIDENCE_STEEPNESS
    from zebra_core.dataset.dataset import Dataset
    from zebra_core.dataset.folder import fingerprint
    from zebra_core.dataset.manifest import Manifest
    from zebra_core.dataset.shards import Engine, Shard, ShardTask, Writer
    from zebra_core.dataset.summary import DOMINANT_SHARE
    from zebra_core.errors import ComponentError, Interrupted, PluginError, RowError, ZebraError, nearest, unknown
    from zebra_core.evaluation import Evaluator, check_evaluators, select_evaluators
    from zebra_core.extras import require_extra
    from zebra_core.figures import Figure, Section
    from zebra_core.hookspecs import ComponentFactory, Components, hookimpl
    from zebra_core.pairing.batch_function import BatchFunction
    from zebra_core.pairing.candidates import Candidates
    from zebra_core.pairing.plan import PREFERENCES, Plan, Tally
    from zebra_core.pairing.rule import Rule
    from zebra_core.pairing.strategy import Strategy
    from zebra_core.pipeline import (
        Run,
        batch_function,
        build,
        derive_behavior,
        inspect_scores,
        open_pool,
        prepare,
        prepare_training,
        read_scores,
    )
    from zebra_core.plugins.component import BoundComponent, Component
    from zebra_core.plugins.discovery import Plugins, load_plugins
    from zebra_core.plugins.options import option, options_of
    from zebra_core.pool.aliases import read_aliases
    from zebra_core.pool.pool import MESSAGES, POOL, Part, Pool, PoolReader
    from zebra_core.pool.rejects import Rejected, convert_or_reject, with_positions
    from zebra_core.progress import Progress, clock
    from zebra_core.ranks import rank_correlation
    from zebra_core.recipe.options import names_of, options_for
    from zebra_core.recipe.recipe import Recipe, make_recipe, read_recipe
    from zebra_core.records import Record, as_json, read_record, write_record
    from zebra_core.scores.catalogue import BenchmarkIndex, Catalogue, with_properties
    from zebra_core.scores.csv_row import add_row
    from zebra_core.scores.table import Benchmark, Direction, ScoreSource, ScoreTable, join
    from zebra_core.training.folder import TrainingJob, TrainingResult
    from zebra_core.training.model_lookup import check_model
    from zebra_core.training.trainer import Trainer, Training

_MODULES = {
    "behavior": (
        "Behavior",
        "Similarity",
    ),
    "cli.lazy": ("lazy_command",),
    "confidence": ("CONFIDENCE_STEEPNESS",),
    "dataset.dataset": ("Dataset",),
    "dataset.folder": ("fingerprint",),
    "dataset.manifest": ("Manifest",),
    "dataset.shards": (
        "Engine",
        "Shard",
        "ShardTask",
        "Writer",
    ),
    "dataset.summary": ("DOMINANT_SHARE",),
    "errors": (
        "ComponentError",
        "Interrupted",
        "PluginError",
        "RowError",
        "ZebraError",
        "nearest",
        "unknown",
    ),
    "evaluation": (
        "Evaluator",
        "check_evaluators",
        "select_evaluators",
    ),
    "extras": ("require_extra",),
    "figures": (
        "Figure",
        "Section",
    ),
    "hookspecs": (
        "ComponentFactory",
        "Components",
        "hookimpl",
    ),
    "pairing.batch_function": ("BatchFunction",),
    "pairing.candidates": ("Candidates",),
    "pairing.plan": (
        "PREFERENCES",
        "Plan",
        "Tally",
    ),
    "pairing.rule": ("Rule",),
    "pairing.strategy": ("Strategy",),
    "pipeline": (
        "Run",
        "batch_function",
        "build",
        "derive_behavior",
        "inspect_scores",
        "open_pool",
        "prepare",
        "prepare_training",
        "read_scores",
    ),
    "plugins.component": (
        "BoundComponent",
        "Component",
    ),
    "plugins.discovery": (
        "Plugins",
        "load_plugins",
    ),
    "plugins.options": (
        "option",
        "options_of",
    ),
    "pool.aliases": ("read_aliases",),
    "pool.pool": (
        "MESSAGES",
        "POOL",
        "Part",
        "Pool",
        "PoolReader",
    ),
    "pool.rejects": (
        "Rejected",
        "convert_or_reject",
        "with_positions",
    ),
    "progress": (
        "Progress",
        "clock",
    ),
    "ranks": ("rank_correlation",),
    "recipe.options": (
        "names_of",
        "options_for",
    ),
    "recipe.recipe": (
        "Recipe",
        "make_recipe",
        "read_recipe",
    ),
    "records": (
        "Record",
        "as_json",
        "read_record",
        "write_record",
    ),
    "scores.catalogue": (
        "BenchmarkIndex",
        "Catalogue",
        "with_properties",
    ),
    "scores.csv_row": ("add_row",),
    "scores.table": (
        "Benchmark",
        "Direction",
        "ScoreSource",
        "ScoreTable",
        "join",
    ),
    "training.folder": (
        "TrainingJob",
        "TrainingResult",
    ),
    "training.model_lookup": ("check_model",),
    "training.trainer": (
        "Trainer",
        "Training",
    ),
}
"""The module of each public name."""
_PLACES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "CONFIDENCE_STEEPNESS",
    "DOMINANT_SHARE",
    "MESSAGES",
    "POOL",
    "PREFERENCES",
    "BatchFunction",
    "Behavior",
    "Benchmark",
    "BenchmarkIndex",
    "BoundComponent",
    "Candidates",
    "Catalogue",
    "Component",
    "ComponentError",
    "ComponentFactory",
    "Components",
    "Dataset",
    "Direction",
    "Engine",
    "Evaluator",
    "Figure",
    "Interrupted",
    "Manifest",
    "Part",
    "Plan",
    "PluginError",
    "Plugins",
    "Pool",
    "PoolReader",
    "Progress",
    "Recipe",
    "Record",
    "Rejected",
    "RowError",
    "Rule",
    "Run",
    "ScoreSource",
    "ScoreTable",
    "Section",
    "Shard",
    "ShardTask",
    "Similarity",
    "Strategy",
    "Tally",
    "Trainer",
    "Training",
    "TrainingJob",
    "TrainingResult",
    "Writer",
    "ZebraError",
    "add_row",
    "as_json",
    "batch_function",
    "build",
    "check_evaluators",
    "check_model",
    "clock",
    "convert_or_reject",
    "derive_behavior",
    "drawing",
    "fingerprint",
    "hookimpl",
    "inspect_scores",
    "join",
    "lazy_command",
    "load_plugins",
    "make_recipe",
    "names_of",
    "nearest",
    "open_pool",
    "option",
    "options_for",
    "options_of",
    "prepare",
    "prepare_training",
    "rank_correlation",
    "read_aliases",
    "read_recipe",
    "read_record",
    "read_scores",
    "require_extra",
    "select_evaluators",
    "storage",
    "unknown",
    "with_positions",
    "with_properties",
    "write_record",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use."""
    if name in ("drawing", "storage"):
        return import_module(f"zebra_core.{name}")
    if name not in _PLACES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"zebra_core.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
