"""A dataset in which everything that has a name has a hostile one."""

from __future__ import annotations

from pathlib import Path

import zebra_core as zebra

PLUGIN = """
import numpy as np
import zebra_core as zebra
from helpers.hostile import NAMES

MODELS = list(NAMES.values())

@zebra.hookimpl
def zebra_pools():
    return {NAMES["script"]: pool}

def pool(location):
    rows = [
        {"id": f"{n}{name}", "prompt": [{"role": "user", "content": name}], "models": MODELS, "source": name,
         "responses": [f"{name} {n} {model}" for model in MODELS]}
        for n, name in enumerate(MODELS)
    ]
    return zebra.Pool.from_rows(rows, NAMES["attribute"])

@zebra.hookimpl
def zebra_score_sources():
    return {NAMES["image"]: scores}

def scores(location):
    values = np.random.default_rng(0).random((len(MODELS), len(MODELS))) * 100
    benchmarks = [
        zebra.Benchmark(name, axis=MODELS[n % 3], direction="higher", source=name) for n, name in enumerate(MODELS)
    ]
    return zebra.ScoreTable(tuple(MODELS), benchmarks, values, notes=tuple(MODELS))

@zebra.hookimpl
def zebra_strategies():
    return {NAMES["link"]: lambda behavior: behavior.superiority[:, None] + behavior.superiority[None, :]}

@zebra.hookimpl
def zebra_rules():
    return {NAMES["cells"]: lambda behavior: behavior.superiority[:, None] - behavior.superiority[None, :]}

@zebra.hookimpl
def zebra_similarities():
    return {NAMES["math"]: lambda vectors: np.corrcoef(vectors)}

@zebra.hookimpl
def zebra_figures():
    return {"hostile": figure}

def figure(dataset):
    values = [{"model": name, "at": at} for at, name in enumerate(MODELS)]
    y, x = {"field": "model", "type": "nominal"}, {"field": "at", "type": "quantitative"}
    chart = {"description": NAMES["attribute"], "data": {"values": values}, "mark": {"type": "bar", "tooltip": {"content": "data"}}}
    labelled = {"title": NAMES["closing"], "height": {"step": 20}, "encoding": {"x": x, "y": y, "color": y}}
    return zebra.Section(NAMES["closing"], "\\n\\n".join(MODELS), [{**chart, **labelled}], [MODELS, MODELS], MODELS)
"""


def build(folder: Path, images: tuple[str, ...] = ()) -> zebra.Dataset:
    """Return the dataset, with its report."""
    from zebra_report.report import write_report

    plugin = folder / '"><img src=x onerror=a>.py'
    plugin.write_text(PLUGIN)
    plugins = zebra.load_plugins([str(plugin)])
    recipe = zebra.Recipe(plugins=(str(plugin),), threshold=-1, silence=(), pairs=3)
    built = zebra.build(recipe, folder / "<script>alert(1)<", plugins=plugins)
    write_report(built, plugins, images=images)
    return built
