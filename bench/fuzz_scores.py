"""Damaged scores of every kind, for `bench/fuzz_inputs.py`: tables, leaderboards, the logs of harnesses, model cards."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import yaml
from fuzz_mutate import scramble, swap, write_table

from zebra_scores import layouts

if TYPE_CHECKING:
    import random
    from pathlib import Path

NAMES, BENCHMARKS = ("a", "b", "c"), ("MMLU", "IFEval", "GSM8K")
LAYOUTS = [layout for layout in vars(layouts).values() if isinstance(layout, type) and hasattr(layout, "known_by")]
TABLES = "csv tsv json md parquet"


def tables(draw: random.Random, folder: Path) -> str:
    """Write a table with a row per model, or per model and benchmark."""
    wide = [{"model": m, **{b: float(n + len(m)) for n, b in enumerate(BENCHMARKS)}} for m in NAMES]
    long = [{"model": m, "benchmark": b, "score": n} for n, m in enumerate(NAMES) for b in BENCHMARKS]
    return write_table(draw, folder, "scores", draw.choice((wide, wide, long)), TABLES)


def boards(draw: random.Random, folder: Path) -> str:
    """Write a public leaderboard, which is recognised by its columns."""
    layout = draw.choice(LAYOUTS)
    columns = dict.fromkeys([layout.model, *layout.known_by, *(column.name for column in layout.columns.values())], "")
    rows = [
        {name: draw.choice((f"{n}.5", n / 10, f"+{n}/-{n}", "")) for name in columns} | {layout.model: model}
        for n, model in enumerate(NAMES)
    ]
    return write_table(draw, folder, "board", rows, "csv csv tsv json")


def _log(draw: random.Random, model: str) -> Any:
    """Return what a harness, a leaderboard or an author writes of a model, as JSON."""
    lm_eval = {
        "model_name": model,
        "results": {"mmlu": {"acc,none": 0.6, "acc_stderr,none": 0.1}},
        "versions": {"mmlu": 1},
    }
    header = [{"value": "Model"}, {"value": "MMLU", "lower_is_better": False}]
    helm = {"header": header, "rows": [[{"value": model}, {"value": 1}]]}
    lighteval = {
        "config_general": {"model_name": model},
        "results": {"leaderboard|mmlu|5": {"acc": 0.5, "acc_stderr": 0.1}},
    }
    every = {
        "schema_version": "0.2.0",
        "model_info": {"id": model},
        "evaluation_results": [
            {
                "evaluation_name": "mmlu",
                "metric_config": {"lower_is_better": False, "min_score": 0.0, "max_score": 1.0},
                "score_details": {"score": 0.25, "uncertainty": {"standard_error": {"value": 0.03}}},
            }
        ],
    }
    own = {"benchmarks": [{"name": "MMLU"}], "models": [{"model": model, "scores": {"MMLU": 1}}]}
    return draw.choice((lm_eval, helm, lighteval, _inspect(model), every, own))


def _inspect(model: str) -> dict[str, Any]:
    scores = [{"name": "match", "metrics": {"accuracy": {"value": 0.7}, "stderr": {"value": 0.05}}}]
    return {"eval": {"model": model, "task": "mmlu"}, "status": "success", "results": {"scores": scores}}


def logs(draw: random.Random, folder: Path) -> str:
    """Write one log of a harness."""
    name = draw.choice(("results_1.json", "scores.json"))
    (folder / name).write_bytes(_dumped(draw, _log(draw, "a")))
    return name


def runs(draw: random.Random, folder: Path) -> str:
    """Write a folder of runs: logs of several models, archives, and what model repositories have."""
    base = folder / "runs"
    for model in NAMES[: draw.choice((1, 2, 3))]:
        repository = base / f"org--{model}"
        (repository / ".eval_results").mkdir(parents=True)
        kind = draw.randrange(4)
        if kind == 0:
            results = [{"dataset": {"id": "cais/mmlu", "task_id": "default"}, "value": 41.2}]
            (repository / ".eval_results" / "a.yaml").write_bytes(_dumped(draw, results, yaml.safe_dump))
        elif kind == 1:
            metrics = [{"type": "acc", "value": 51.5}]
            result = {
                "task": {"type": "text-generation"},
                "dataset": {"name": "MMLU", "type": "mmlu"},
                "metrics": metrics,
            }
            card = _dumped(draw, {"model-index": [{"name": model, "results": [result]}]}, yaml.safe_dump)
            (repository / "README.md").write_bytes(b"---\n" + card + b"---\n# a model\n")
        elif kind == 2:
            (repository / "log.eval").write_bytes(_archive(draw, _dumped(draw, _inspect(model))))
        else:
            (repository / "results_1.json").write_bytes(_dumped(draw, _log(draw, model)))
    return "runs"


def _archive(draw: random.Random, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(draw.choice(("header.json", "header.json", "summaries.json", "../header.json")), data)
    return file.getvalue() if draw.random() < 0.7 else scramble(draw, file.getvalue())


def _dumped(draw: random.Random, value: Any, dump: Any = json.dumps) -> bytes:
    """Return a structure as text, damaged before or after, or whole now and then."""
    how = draw.random()
    if how < 0.6:
        for _ in range(9):
            try:
                return bytes(dump(swap(draw, value)).encode())
            except (UnicodeError, ValueError):  # the format cannot hold the value
                continue
    data: bytes = dump(value).encode()
    return data if how > 0.85 else scramble(draw, data)
