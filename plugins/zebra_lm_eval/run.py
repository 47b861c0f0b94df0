"""A model measured by the harness."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets
import torch
import transformers
from lm_eval import simple_evaluate
from lm_eval.loggers import EvaluationTracker

import zebra_core as zebra
from zebra_lm_eval.local_data import on_local_data
from zebra_lm_eval.nltk_check import check_sentence_splitter, quiet_download
from zebra_lm_eval.task_loader import find_tasks, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_lm_eval.settings import Settings

UNREAD = "[no letter]"
"""What our tasks take for an answer that holds no letter."""
NO_GPU_BATCH = 8


def evaluate(asked: Settings, model: str, output: Path) -> Path:
    """Measure a model, and return the path of the harness's results, written as the harness writes them."""
    datasets.disable_progress_bars()
    transformers.logging.disable_progress_bar()
    manager, names = find_tasks(asked)
    if asked.task_data:
        manager = on_local_data(manager, names, Path(asked.task_data), output / "tasks")
    with quiet_download():
        tasks = load(manager, names)
    check_sentence_splitter(tasks)
    tracker = EvaluationTracker(output_path=str(output / "results.json"))
    batch = asked.batch_size or ("auto" if torch.cuda.is_available() else NO_GPU_BATCH)
    seeds = ("random_seed", "numpy_random_seed", "torch_random_seed", "fewshot_random_seed")
    with _told(model, batch):
        results = simple_evaluate(
            model=asked.backend,
            model_args=_model_args(asked, model),
            tasks=tasks,
            task_manager=manager,
            device=asked.device or _device(),
            num_fewshot=asked.num_fewshot,
            batch_size=batch,
            limit=asked.limit or None,
            gen_kwargs={"max_gen_toks": asked.max_new_tokens} if asked.max_new_tokens else None,
            apply_chat_template=_has_template(model) if asked.chat_template == "auto" else asked.chat_template == "yes",
            evaluation_tracker=tracker,
            confirm_run_unsafe_code=asked.confirm_run_unsafe_code,
            **({} if asked.seed is None else dict.fromkeys(seeds, asked.seed)),
        )
    return _saved(asked, tracker, results, output)


@contextmanager
def _told(model: str, batch: int | str) -> Iterator[None]:
    """Tell what an option can mend: no memory left, or too few positions."""
    try:
        yield
    except (MemoryError, RuntimeError) as wrong:
        if not (isinstance(wrong, MemoryError) or "memory" in str(wrong)):
            raise
        msg = f"{model} ran out of memory on batches of {batch}; say --set lm-eval.batch_size=1, or a smaller lm-eval.max_new_tokens"
        raise zebra.ZebraError(msg) from wrong
    except AssertionError as wrong:
        if "max tokens to generate" not in str(wrong):
            raise
        msg = f"{model} has too few positions: {wrong} say --set lm-eval.max_new_tokens=N with a smaller number"
        raise zebra.ZebraError(msg) from wrong


def _saved(asked: Settings, tracker: EvaluationTracker, results: Any, output: Path) -> Path:
    """Write results and samples, and tell how many answers could not be read."""
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    for task, held in samples.items():
        if asked.samples:
            tracker.save_results_samples(task_name=task, samples=held)
        unread = sum(sample["filtered_resps"] == [UNREAD] for sample in held)
        if unread:
            print(f"  {task}: {unread} of {len(held)} answers hold no letter that can be read, and count as wrong")  # noqa: T201
    return output / f"results_{tracker.date_id}.json"


def _model_args(asked: Settings, model: str) -> dict[str, Any]:
    """Return how the harness loads the model: an adapter on the model that it is of."""
    adapter = Path(model) / "adapter_config.json"
    if not adapter.is_file():
        return {"pretrained": model, **asked.model_args}
    base = json.loads(adapter.read_text(encoding="utf-8")).get("base_model_name_or_path")
    if not base:
        msg = f"{adapter} does not say which model the adapter is of (base_model_name_or_path)"
        raise zebra.ZebraError(msg)
    return {"pretrained": base, {"hf": "peft", "vllm": "lora_local_path"}[asked.backend]: model, **asked.model_args}


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"


def _has_template(model: str) -> bool:
    return transformers.AutoTokenizer.from_pretrained(model).chat_template is not None
