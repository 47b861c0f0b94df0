"""ZEBRA: preference datasets without annotation. A plugin needs `import zebra_core as zebra` and nothing else of it."""

from zebra_core import drawing, storage
from zebra_core.behavior import Behavior, Similarity
from zebra_core.candidates import Candidates
from zebra_core.catalogue import Catalogue, declared
from zebra_core.dataset import PREFERENCES, Plan, Tally
from zebra_core.discovery import Plugins, load_plugins
from zebra_core.errors import PluginError, RowError, ZebraError, nearest, unknown
from zebra_core.evaluation import Evaluator
from zebra_core.hookspecs import ComponentFactory, Components, hookimpl
from zebra_core.mapping import BatchFunction
from zebra_core.model import check_model
from zebra_core.pairing import Strategy
from zebra_core.pipeline import (
    Dataset,
    Run,
    batch_function,
    build,
    know_behavior,
    open_pool,
    prepare,
    prepare_training,
    read_scores,
)
from zebra_core.pool import MESSAGES, POOL, Part, Pool, PoolReader
from zebra_core.preference import Rule
from zebra_core.progress import Progress, clock
from zebra_core.recipe import Recipe, make_recipe, read_recipe
from zebra_core.rejects import Rejected, located, rescued
from zebra_core.report import Evidence, Exhibit, Figure, write_report
from zebra_core.scores import Benchmark, Direction, ScoreSource, ScoreTable, join
from zebra_core.shards import Engine, Shard, Task, Writer
from zebra_core.training import Trainer, Training

__all__ = [
    "MESSAGES",
    "POOL",
    "PREFERENCES",
    "BatchFunction",
    "Behavior",
    "Benchmark",
    "Candidates",
    "Catalogue",
    "ComponentFactory",
    "Components",
    "Dataset",
    "Direction",
    "Engine",
    "Evaluator",
    "Evidence",
    "Exhibit",
    "Figure",
    "Part",
    "Plan",
    "PluginError",
    "Plugins",
    "Pool",
    "PoolReader",
    "Progress",
    "Recipe",
    "Rejected",
    "RowError",
    "Rule",
    "Run",
    "ScoreSource",
    "ScoreTable",
    "Shard",
    "Similarity",
    "Strategy",
    "Tally",
    "Task",
    "Trainer",
    "Training",
    "Writer",
    "ZebraError",
    "batch_function",
    "build",
    "check_model",
    "clock",
    "declared",
    "drawing",
    "hookimpl",
    "join",
    "know_behavior",
    "load_plugins",
    "located",
    "make_recipe",
    "nearest",
    "open_pool",
    "prepare",
    "prepare_training",
    "read_recipe",
    "read_scores",
    "rescued",
    "storage",
    "unknown",
    "write_report",
]
