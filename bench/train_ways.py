"""One way of training, measured from the inside; bench/train.py runs it in a process of its own."""

from __future__ import annotations

import time

BEGAN = time.perf_counter()

import dataclasses  # noqa: E402  # the clock starts first
import json  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from trainers import SEED, TRAINERS  # noqa: E402
from turns import Stopwatch, Turn, peak_memory  # noqa: E402

os.environ |= {"HF_HUB_OFFLINE": "1", "TRL_EXPERIMENTAL_SILENCE": "1"}
CLOCKS = {"step_time", "train_runtime", "train_samples_per_second", "train_steps_per_second"}
"""What is logged of the time, which no two runs share."""


def watch(stopwatch: Stopwatch) -> list[Any]:
    """Let a stopwatch run from the beginning of each step; return a list to which the trainer is added."""
    from transformers import Trainer

    trainers: list[Any] = []
    plain = Trainer.training_step

    def timed(trainer: Any, *args: Any, **kwargs: Any) -> Any:
        trainers[:] = [trainer]
        stopwatch.step()
        return plain(trainer, *args, **kwargs)

    Trainer.training_step = timed
    return trainers


def bare(job: dict[str, Any], settings: dict[str, Any], output: Path) -> None:
    """Train as a script with TRL does."""
    import datasets
    import torch
    import transformers
    import trl

    datasets.disable_progress_bars()
    transformers.logging.set_verbosity_error()
    trainer, gpu = TRAINERS[job["trainer"]], torch.cuda.is_available()
    kind = getattr(trl, f"{trainer.kind}Config")
    names = {field.name for field in dataclasses.fields(kind)}
    quiet = {"report_to": [], "disable_tqdm": True, "use_cpu": not gpu, "bf16": gpu, "save_total_limit": 2}
    values = {name: value for name, value in settings.items() if name in names}
    rows = datasets.load_dataset("parquet", data_files=f"{job['pairs']}/data/*.parquet", split="train")
    own = getattr(trl, f"{trainer.kind}Trainer")(
        model=job["model"],
        args=kind(output_dir=str(output), **quiet, **values),
        train_dataset=trainer.rows(rows),
        **trainer.arguments(job["teacher"]),
    )
    own.train()
    (output / "metrics.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in own.state.log_history))


def zebra(job: dict[str, Any], settings: dict[str, Any], output: Path) -> None:
    """Train as `zebra train` does."""
    from zebra_core import Recipe, prepare_training

    name = job["trainer"]
    options: dict[str, Any] = {name: {}, **TRAINERS[name].ours(job["teacher"])}
    options[name] = {**options[name], **settings, "held_out": 0.0}
    prepare_training(Recipe(trainer=name, model=job["model"], options=options)).run(job["pairs"], output)


def check(trainer: Any, settings: dict[str, Any]) -> None:
    """Raise SystemExit if TRL, which only warns, went without a setting."""
    asked = {**settings, **settings.get("model_init_kwargs", {})}
    model = trainer.accelerator.unwrap_model(trainer.model)
    actual = {"attn_implementation": model.config._attn_implementation}  # noqa: SLF001  # it has no public name
    actual |= {name: bool(value) for name, value in vars(trainer).items() if isinstance(asked.get(name), bool)}
    for name, value in actual.items():
        if name in asked and asked[name] != value:
            sys.exit(f"TRL does not do it with this trainer: {name} became {value}")


def trace(path: Path) -> list[dict[str, float]]:
    """Return what was logged at each step: losses, gradient norms, rewards, lengths and whatever else is not a time."""
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    return [
        {name: value for name, value in entry.items() if name not in CLOCKS} for entry in entries if "loss" in entry
    ]


def measured(stopwatch: Stopwatch, logged: list[dict[str, float]]) -> dict[str, Any]:
    """Return what each step took but the first and the last, and what was logged."""
    walls, cpus = stopwatch.laps(0)[1:], stopwatch.laps(1)[1:]
    tokens = max(entry.get("num_tokens", 0) for entry in logged)
    return {
        "walls": walls,
        "cpus": cpus,
        "tokens": tokens / len(stopwatch.begun) * len(walls) / sum(walls),
        "peak": peak_memory(),
        "start": stopwatch.over[0][0] - BEGAN,
        "loss": logged[-1]["loss"],
        "trace": logged,
    }


def main() -> None:
    """Train the way that is asked for, and print what it took."""
    job = json.loads(sys.argv[1])
    output = Path(job["folder"]) / f"out-{job['way']}"
    shutil.rmtree(output, ignore_errors=True)
    stopwatch = Stopwatch(Turn(job["turn"]))
    trainers = watch(stopwatch)
    settings = {
        "max_steps": job["steps"],
        "per_device_train_batch_size": job["batch"],
        "gradient_accumulation_steps": 1,
        "learning_rate": 1e-3,
        "warmup_steps": 5,
        "max_length": job["length"],
        "logging_steps": 1,
        "gradient_checkpointing": False,
        "seed": SEED,
        **TRAINERS[job["trainer"]].settings,
        **job["settings"],
    }
    (bare if job["way"] == "trl" else zebra)(job, settings, output)
    check(trainers[0], job["settings"])
    result = measured(stopwatch, trace(output / "metrics.jsonl"))
    shutil.rmtree(output, ignore_errors=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
