"""An example of what each built-in reader of pools and scores reads, and the options that a component cannot do without."""

from __future__ import annotations

import atexit
import json
from functools import cache
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from helpers import pools
from helpers.layout_samples import SAMPLES
from helpers.lm_eval_tasks import ROWS
from helpers.pool_formats import SAMPLES as POOL_SAMPLES
from helpers.runs import NEW

from zebra_core.testing.examples.toy import toy_dataset

HELM = {
    "header": [{"value": "Model"}, {"value": "GSM8K - EM", "lower_is_better": False}],
    "rows": [[{"value": "a"}, {"value": 0.55}], [{"value": "b"}, {"value": 0.35}]],
}
LIGHTEVAL = {
    "config_general": {"model_name": "org/light"},
    "results": {
        "leaderboard|arc:challenge|25": {"acc_norm": 0.4, "acc_norm_stderr": 0.01},
        "lighteval|gsm8k|0": {"extractive_match": 0.53, "extractive_match_stderr": 0.02},
    },
}
INSPECT = {
    "eval": {"task": "inspect_evals/gsm8k", "model": "openai/x"},
    "results": {
        "scores": [{"name": "match", "metrics": {"accuracy": {"value": 0.73}, "stderr": {"value": 0.05}}}],
    },
}
EVERY_EVAL_EVER = {
    "schema_version": "0.2.0",
    "model_info": {"id": "org/e"},
    "evaluation_results": [
        {
            "evaluation_name": "choice",
            "source_data": {"dataset_name": "ai2_arc", "source_type": "hf_dataset"},
            "metric_config": {"lower_is_better": False, "min_score": 0.0, "max_score": 1.0},
            "score_details": {"score": 0.25, "uncertainty": {"standard_error": {"value": 0.03}}},
        }
    ],
}
CARD = (
    "---\nmodel-index:\n- name: my-model\n  results:\n  - task:\n      type: text-generation\n    dataset:\n"
    "      name: GSM8K\n      type: gsm8k\n    metrics:\n    - type: acc\n      value: 51.5\n---\n# my model\n"
)
EVAL_RESULTS = "- dataset:\n    id: Idavidrein/gpqa\n    task_id: gpqa_diamond\n  value: 41.2\n"
LISTS = [["a/b", 54.5, 50.5, 60.5, 40.5, 30.5], ["c/d", 64.5, 51.5, 61.5, 41.5, 31.5]]
MESSAGES = [
    {"id": name, "prompt": prompt, "models": [*answers], "responses": [*answers.values()], "source": "test"}
    for name, prompt, answers in pools.POOL
]

FILES: dict[str, tuple[str, Any]] = {
    **{f"score-source.{name}": (f"{name}.csv", text) for name, text in SAMPLES.items()},
    "score-source.json": ("table.json", {"a": {"MMLU": 61.5, "GSM8K": 20.5}, "b": {"MMLU": 50.5}}),
    "score-source.open-llm-v1-lists": ("lists.json", LISTS),
    "score-source.helm": ("helm.json", HELM),
    "score-source.lm-eval": ("results_lm_eval.json", NEW),
    "score-source.lighteval": ("results_light.json", LIGHTEVAL),
    "score-source.inspect": ("inspect.json", INSPECT),
    "score-source.every-eval-ever": ("every.json", EVERY_EVAL_EVER),
    "score-source.model-index": ("card/README.md", CARD),
    "score-source.eval-results": ("repos/org--m/.eval_results/a.yaml", EVAL_RESULTS),
    "pool.ultrafeedback": ("ultrafeedback.jsonl", pools.lines(pools.ultrafeedback()).decode()),
    "pool.long": ("long.jsonl", pools.lines(pools.long()).decode()),
    "pool.messages": ("messages.jsonl", pools.lines(MESSAGES).decode()),
    "pool.wide": ("wide.jsonl", pools.lines(pools.wide()).decode()),
}
"""File and content by component."""
FOLDERS = {"score-source.eval-results": "repos"}
"""The examples that are folders."""
FORMATS = {f"pool.{sample.reader}": sample for sample in reversed(POOL_SAMPLES.values()) if sample.reader != "long"}
"""The first sample of each reader of a pool's format."""
TRAINING = {"num_train_epochs": 1.0, "warmup_steps": 0, "learning_rate": 2e-3}
AGAINST_REWARDS = {
    "reward": ["length"],
    "max_completion_length": 4,
    "gradient_accumulation_steps": 1,
    "num_generations": 2,
    "max_steps": 1,
}


@cache
def folder() -> Path:
    """Return the folder with all files, which is removed when Python ends."""
    temporary = TemporaryDirectory(prefix="zebra-examples-")
    atexit.register(temporary.cleanup)
    root = Path(temporary.name)
    for name, content in FILES.values():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
    for sample in FORMATS.values():
        sample.write(root / "formats")
    (root / "tasks").mkdir()
    for task, rows in ROWS.items():
        (root / "tasks" / f"{task}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (root / "test-set.txt").write_text("What is two and two?\nQuestion 3?\n", encoding="utf-8")
    pq.write_table(listed_pairs(), root / "pairs.parquet")
    return root


def listed_pairs() -> pa.Table:
    """Return every pair of the models that the checks of strategies use, for each of their instructions."""
    names = [f"model-{number}" for number in range(40)]
    rows = [
        {
            "id": f"instruction-{number}",
            "desirability": (3 * first + 5 * second + number) % 7 / 7,
            "chosen": first,
            "rejected": second,
        }
        for number in range(8)
        for first, second in combinations(range(len(names)), 2)
    ]
    for row in rows:
        for side in ("chosen", "rejected"):
            row[f"{side}_model"] = row[f"{side}_scored_as"] = names[row.pop(side)]
    return pa.Table.from_pylist(rows)


def location_of(component: str) -> str | None:
    """Return the example of a reader, None if it has its data embedded."""
    if component in FORMATS:
        return str(folder() / "formats" / FORMATS[component].location)
    if component not in FILES:
        return None
    return str(folder() / FOLDERS.get(component, FILES[component][0]))


def options_of(component: str) -> dict[str, Any]:
    """Return the options that a component needs for its example."""
    if component.startswith("trainer."):
        return {**TRAINING, **(AGAINST_REWARDS if component in ("trainer.grpo", "trainer.rloo") else {})}
    root = folder()
    pairs = {"file": str(root / "pairs.parquet")}
    needed: dict[str, dict[str, Any]] = {
        "filter.decontaminate": {"against": str(root / "test-set.txt")},
        "pool.generate": {"prompts": str(root / "test-set.txt"), "models": ["demo"], "output": str(root / "answers")},
        "strategy.listed": pairs,
        "column.listed": pairs,
        "evaluator.lm-eval": {
            "tasks": ["zebra_arc_challenge"],
            "task_data": str(root / "tasks"),
            "max_new_tokens": 4,
        },
    }
    if component == "evaluator.pairs":
        return {"dataset": str(toy_dataset()), "reference": "none"}
    return needed.get(component, {})
