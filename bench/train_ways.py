"""One way of training, measured from the inside; bench/train.py runs it in a process of its own."""

from __future__ import annotations

import time

BEGAN = time.perf_counter()

import json  # noqa: E402  # the clock starts first
import os  # noqa: E402
import resource  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

os.environ |= {"HF_HUB_OFFLINE": "1", "TRL_EXPERIMENTAL_SILENCE": "1"}


def watch() -> list[tuple[float, float]]:
    """Note when each step begins and ends."""
    from transformers import Trainer

    steps: list[tuple[float, float]] = []
    plain = Trainer.training_step

    def timed(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        loss = plain(self, *args, **kwargs)
        steps.append((began, time.perf_counter()))
        return loss

    Trainer.training_step = timed
    return steps


def bare(settings: dict[str, Any], folder: Path, output: Path) -> None:
    """Train as a script with TRL does."""
    import datasets
    import torch
    import transformers
    from trl import DPOConfig, DPOTrainer

    datasets.disable_progress_bars()
    transformers.logging.set_verbosity_error()
    gpu = torch.cuda.is_available()
    quiet = {"report_to": [], "disable_tqdm": True, "use_cpu": not gpu, "bf16": gpu, "save_total_limit": 2}
    pairs = datasets.load_dataset("parquet", data_files=str(folder / "pairs/data/*.parquet"), split="train")
    trainer = DPOTrainer(
        model=str(folder / "model"), args=DPOConfig(output_dir=str(output), **quiet, **settings), train_dataset=pairs
    )
    trainer.train()
    (output / "metrics.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in trainer.state.log_history))


def zebra(settings: dict[str, Any], folder: Path, output: Path) -> None:
    """Train as `zebra train` does."""
    from zebra_core import Recipe, prepare_training

    recipe = Recipe(trainer="dpo", model=str(folder / "model"), options={"dpo": {**settings, "held_out": 0.0}})
    prepare_training(recipe).run(str(folder / "pairs"), output)


def main() -> None:
    """Train the way that is asked for, and print what it took."""
    job = json.loads(sys.argv[1])
    folder = Path(job["folder"])
    output = folder / "out"
    shutil.rmtree(output, ignore_errors=True)
    steps = watch()
    settings = {
        "max_steps": job["steps"],
        "per_device_train_batch_size": job["batch"],
        "gradient_accumulation_steps": 1,
        "learning_rate": 1e-3,
        "warmup_steps": 5,
        "max_length": job["length"],
        "logging_steps": job["steps"],
        "logging_first_step": False,
        "gradient_checkpointing": False,
        "seed": 42,
        **job["settings"],
    }
    (bare if job["way"] == "trl" else zebra)(settings, folder, output)
    import torch

    gpu = torch.cuda.is_available()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    logged = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
    seconds = steps[-1][1] - steps[1][0]
    tokens = max(entry.get("num_tokens", 0) for entry in logged)
    shutil.rmtree(output, ignore_errors=True)
    result = {
        "step": seconds / (len(steps) - 1),
        "tokens": tokens / len(steps) * (len(steps) - 1) / seconds,
        "peak": torch.cuda.max_memory_allocated() / 2**20 if gpu else own,
        "start": steps[0][0] - BEGAN,
        "loss": [entry["loss"] for entry in logged if "loss" in entry][-1],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
