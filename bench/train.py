"""What training costs with `zebra train`, beside a bare TRL script with the same settings, and what each knob gives.

`python bench/train.py --together` makes a model from scratch and the demo's pairs (kept in --folder), and runs each way in a
process of its own, the steps of all ways in turn; without --together, one run after the other. A step is from its beginning to
the next one's, without the first and the last; `start` is from the process's beginning to the first step's. Each step is compared
with the same step of bare TRL: what both took, and all that they logged. Peak memory is the process's, or the device's if it is an
accelerator.

With --output, the same command goes on where it ended; `--trainers dpo --ways all` is the study for a GPU.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import importlib.util
import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from llama import make_llama, size_of
from record import Budget, OverError, Record, add_arguments, described, markdown
from trainers import TRAINERS
from turns import beside, in_turn

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence

    Run = dict[str, Any]

ALONE = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29541"}
"""What `torchrun --nproc-per-node 1` sets."""
FLASH = {"model_init_kwargs": {"attn_implementation": "flash_attention_2"}}


@attrs.frozen
class Way:
    """Settings of `zebra train`, and what they need: a library, a GPU, variables of the environment."""

    settings: dict[str, Any] = attrs.field(factory=dict)
    library: str = ""
    gpu: bool = False
    environment: dict[str, str] = attrs.field(factory=dict)


WAYS = {
    "trl": Way(),
    "zebra": Way(),
    "fp32": Way({"precision": "fp32"}),
    "bf16": Way({"precision": "bf16"}),
    "bf16 weights": Way({"precision": "bf16", "model_init_kwargs": {"dtype": "bfloat16"}}),
    "eager attention": Way({"model_init_kwargs": {"attn_implementation": "eager"}}),
    "sdpa attention": Way({"model_init_kwargs": {"attn_implementation": "sdpa"}}),
    "flash attention": Way(FLASH, "flash_attn", gpu=True),
    "padding-free": Way({"padding_free": True}),
    "padding-free, flash attention": Way({"padding_free": True, **FLASH}, "flash_attn", gpu=True),
    "liger kernel": Way({"use_liger_kernel": True}, "liger_kernel", gpu=True),
    "torch.compile": Way({"torch_compile": True}),
    "precomputed reference": Way({"precompute_ref_log_probs": True}),
    "gradient checkpointing": Way({"gradient_checkpointing": True}),
    "LoRA": Way({"lora": "r=16"}, "peft"),
    "QLoRA": Way({"lora": "r=16,bits=4"}, "bitsandbytes", gpu=True),
    "FSDP on one device": Way({"fsdp": True}, gpu=True, environment=ALONE),
}


def obstacle(trainer: str, way: Way) -> str:
    """Return why a way cannot be taken here, empty if nothing is known to be in the way."""
    import torch
    import trl

    kind = TRAINERS[trainer].kind
    of_trl = {field.name for field in dataclasses.fields(getattr(trl, f"{kind}Config"))}
    unknown = [name for name in way.settings if name not in {*of_trl, "precision", "lora"}]
    if unknown:
        return f"trl.{kind}Config has no {unknown[0]}"
    if way.gpu and not torch.cuda.is_available():
        return "needs a GPU"
    if way.library and importlib.util.find_spec(way.library) is None:
        return f"{way.library} is not installed"
    return ""


def taken(trainer: str, names: Sequence[str], asked: argparse.Namespace, budget: Budget) -> list[Run]:
    """Run ways in fresh processes, in turn by step. Return what each took, or its `error`. Raise OverError if the time is up."""
    shared = {key: str(getattr(asked, key)) for key in ("folder", "model", "teacher", "pairs")}
    sizes = {key: getattr(asked, key) for key in ("steps", "batch", "length")}
    jobs = [
        ({"trainer": trainer, "way": name, "settings": WAYS[name].settings, **shared, **sizes}, WAYS[name].environment)
        for name in names
    ]
    return in_turn(Path(__file__).with_name("train_ways.py"), jobs, budget)


def difference(bare: Sequence[Run], runs: Sequence[Run]) -> str:
    """Return whether all that was logged at each step is what bare TRL logged, or else by how much the losses differ."""
    partners = {run["number"]: run["trace"] for run in bare}
    pairs = [(partners[run["number"]], run["trace"]) for run in runs if run["number"] in partners]
    if not pairs:
        return ""
    if all(one == other for one, other in pairs):
        return f"all {len(pairs[0][0][0])} metrics equal"
    steps = [step for one, other in pairs for step in zip(one, other, strict=False)]
    largest = max(abs(one["loss"] - other["loss"]) for one, other in steps)
    return f"loss up to {largest:.1g} off" if largest else "losses equal"


def row(trainer: str, way: str, runs: Sequence[Run], bare: Sequence[Run]) -> list[str]:
    """Return a line of the table: medians, ratios, and what differs from bare TRL or why there is nothing."""
    whole = [run for run in runs if "error" not in run]
    if not whole:
        reason = runs[0]["error"] if runs else obstacle(trainer, WAYS[way]) or "not run: the time was up"
        return [trainer, way, *[""] * 8, reason]
    median = {name: statistics.median(run[name] for run in whole) for name in ("tokens", "peak", "start", "loss")}
    step = statistics.median(statistics.median(run["walls"]) for run in whole)
    figures = [f"{1000 * step:.1f}", beside(bare, whole, "walls"), beside(bare, whole, "cpus")]
    figures += [f"{median['tokens']:,.0f}", f"{median['peak']:,.0f}", f"{median['start']:.1f}", f"{median['loss']:.4f}"]
    note = difference(bare, whole) if way != "trl" else ""
    return [trainer, way, str(len(whole)), *figures, note]


def table(record: Record, asked: argparse.Namespace) -> str:
    """Return the table of all ways that were asked for."""
    head = [
        "trainer",
        "way",
        "runs",
        "step ms",
        "step / TRL",
        "CPU / TRL",
        "tokens/s",
        "peak MiB",
        "start s",
        "last loss",
        "each step beside TRL",
    ]
    rows = []
    for trainer in asked.trainers:
        of = {way: [run for run in record.runs if (run["trainer"], run["way"]) == (trainer, way)] for way in asked.ways}
        bare = [run for run in of.get("trl", []) if "error" not in run]
        rows += [row(trainer, way, runs, bare) for way, runs in of.items()]
    return markdown(head, rows)


def prepare(asked: argparse.Namespace) -> str:
    """Make what was not given: model, teacher and pairs. Return the size of the model in words."""
    for name, layers in (("model", asked.layers), ("teacher", asked.layers + 1)):
        if getattr(asked, name) is None:
            setattr(asked, name, make_llama(asked.folder, asked.hidden, layers, asked.vocab))
    if asked.pairs is None:
        asked.pairs = asked.folder / "pairs"
        if not asked.pairs.exists():
            zebra.build(zebra.Recipe(strategy="sup"), asked.pairs)
    return size_of(asked.model)


def study(record: Record, asked: argparse.Namespace, budget: Budget) -> None:
    """Run each way of each trainer, all once before any again. Raise OverError if the time is up."""
    for number in range(asked.runs):
        for trainer in asked.trainers:
            due = [way for way in asked.ways if not is_done(record, trainer, way, number)]
            for names in [due] if asked.together and due else [[way] for way in due]:
                if budget.is_over():
                    raise OverError
                results = taken(trainer, names, asked, budget)
                for name, result in zip(names, results, strict=True):
                    record.add({"trainer": trainer, "way": name, "number": number, **result})


def is_done(record: Record, trainer: str, way: str, number: int) -> bool:
    """Return whether a run is not to be made: it has been, has failed before, or cannot be made here."""
    of = [run for run in record.runs if (run["trainer"], run["way"]) == (trainer, way)]
    return any("error" in run or run["number"] == number for run in of) or bool(obstacle(trainer, WAYS[way]))


def main() -> None:
    """Make model and pairs, run every way in turn, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = {"steps": 24, "batch": 4, "length": 512, "runs": 3, "hidden": 256, "layers": 4, "vocab": 261}
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, default=Path("bench-train"))
    parser.add_argument("--model", type=Path, help="folder of a model to train, in place of one from scratch")
    parser.add_argument("--teacher", type=Path, help="folder of a model that teaches it, for the trainer distill")
    parser.add_argument("--pairs", type=Path, help="dataset that `zebra run` built, in place of the demo's")
    parser.add_argument("--trainers", nargs="+", default=list(TRAINERS), choices=TRAINERS)
    parser.add_argument("--ways", nargs="+", default=["trl", "zebra"], choices=[*WAYS, "all"])
    parser.add_argument(
        "--together",
        action="store_true",
        help="hold all ways of a trainer in memory at once, and take their steps in turn",
    )
    add_arguments(parser)
    asked = parser.parse_args()
    budget = Budget(asked.minutes)
    asked.ways = list(WAYS) if "all" in asked.ways else asked.ways
    size = prepare(asked)
    settings = {name: getattr(asked, name) for name in (*sizes, "together") if name != "runs"}
    record = Record(asked.output, "train", {**settings, "model": str(asked.model), "pairs": str(asked.pairs)})
    with contextlib.suppress(OverError):
        study(record, asked, budget)
    title = f"{size}, {asked.steps} steps of {asked.batch} rows, medians over runs"
    record.show(f"{title}\n{described(record)}\n\n{table(record, asked)}")


if __name__ == "__main__":
    main()
