"""Evaluate a model with the harness."""

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
"""What our tasks return for an answer without a letter."""
CPU_BATCH = 8


def evaluate(settings: Settings, model: str, output: Path) -> Path:
    """Measure a model. Return the path of the results, as the harness writes them."""
    datasets.disable_progress_bars()
    transformers.logging.disable_progress_bar()
    manager, names = find_tasks(settings)
    if settings.task_data:
        manager = on_local_data(manager, names, Path(settings.task_data), output / "tasks")
    with quiet_download():
        tasks = load(manager, names)
    check_sentence_splitter(tasks)
    tracker = EvaluationTracker(output_path=str(output / "results.json"))
    batch = settings.batch_size or ("auto" if torch.cuda.is_available() else CPU_BATCH)
    seeds = ("random_seed", "numpy_random_seed", "torch_random_seed", "fewshot_random_seed")
    with _explained_errors(model, batch):
        results = simple_evaluate(
            model=settings.backend,
            model_args=_model_args(settings, model),
            tasks=tasks,
            task_manager=manager,
            device=settings.device or _device(),
            num_fewshot=settings.num_fewshot,
            batch_size=batch,
            limit=settings.limit or None,
            gen_kwargs={"max_gen_toks": settings.max_new_tokens} if settings.max_new_tokens else None,
            apply_chat_template=_has_template(model)
            if settings.chat_template == "auto"
            else settings.chat_template == "yes",
            evaluation_tracker=tracker,
            confirm_run_unsafe_code=settings.confirm_run_unsafe_code,
            **({} if settings.seed is None else dict.fromkeys(seeds, settings.seed)),
        )
    return _save(settings, tracker, results, output)


@contextmanager
def _explained_errors(model: str, batch: int | str) -> Iterator[None]:
    """Turn a lack of memory or of positions into a ZebraError with the option that helps."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not (isinstance(error, MemoryError) or "memory" in str(error)):
            raise
        msg = f"{model} ran out of memory on batches of {batch}; add --set lm-eval.batch_size=1, or a smaller lm-eval.max_new_tokens"
        raise zebra.ZebraError(msg) from error
    except AssertionError as error:
        if "max tokens to generate" not in str(error):
            raise
        reason = str(error).rstrip(".")
        msg = f"{model} has too few positions: {reason}; add --set lm-eval.max_new_tokens=N with a smaller N"
        raise zebra.ZebraError(msg) from error


def _save(settings: Settings, tracker: EvaluationTracker, results: dict[str, Any], output: Path) -> Path:
    """Write results and samples, and print how many answers could not be read. Return the path of the results."""
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    for task, answers in samples.items():
        if settings.samples:
            tracker.save_results_samples(task_name=task, samples=answers)
        unread = sum(sample["filtered_resps"] == [UNREAD] for sample in answers)
        if unread:
            print(f"  {task}: {unread} of {len(answers)} answers have no letter that can be read, and count as wrong")  # noqa: T201
    return output / f"results_{tracker.date_id}.json"


def _model_args(settings: Settings, model: str) -> dict[str, Any]:
    """Return how the harness loads a model: an adapter on top of its base model."""
    adapter = Path(model) / "adapter_config.json"
    if not adapter.is_file():
        return {"pretrained": model, **settings.model_args}
    base = json.loads(adapter.read_text(encoding="utf-8")).get("base_model_name_or_path")
    if not base:
        msg = f"{adapter} does not name the base model of the adapter; add base_model_name_or_path to it"
        raise zebra.ZebraError(msg)
    return {
        "pretrained": base,
        {"hf": "peft", "vllm": "lora_local_path"}[settings.backend]: model,
        **settings.model_args,
    }


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"


def _has_template(model: str) -> bool:
    return transformers.AutoTokenizer.from_pretrained(model, trust_remote_code=False).chat_template is not None
