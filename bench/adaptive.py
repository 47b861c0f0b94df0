"""What rounds and schedules give a tiny model that can learn to be right: five ways of training, five schedules, three seeds.

`python bench/adaptive.py` makes questions, responders' answers, scores and a base model (bench/adaptive_setting.py; kept in
--folder), trains every cell that is not finished, and prints the table. `--schedules static --plain` trains each cell once with
`zebra run`, for as many steps as all rounds together. Intervals are those of the t distribution over the seeds: they tell how far
another seed of the training would be off, on these 300 held-out questions.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import tomli_w
from adaptive_measure import TOKENS, preferences, questions, responses, right, shown
from adaptive_setting import RECIPE, make, run

WAYS = {"sft": "sft", "dpo": "dpo", "distill": "distill", "distill+dpo": "distill,dpo", "reward+grpo": "reward,grpo"}
"""By the name in the table: the trainers of a round."""
SCHEDULES = ("static", "easy-to-hard", "uncertain", "mix", "on-policy")
SEEDS = (0, 1, 2)
ROUNDS = 3
KINDS = Path(__file__).with_name("adaptive_kinds.py")
COMMON: dict[str, Any] = {
    "per_device_train_batch_size": 16,
    "gradient_accumulation_steps": 1,
    "held_out": 0.0,
    "warmup_steps": 5,
    "max_length": 256,
    "save_steps": 100_000,
}
OPTIONS: dict[str, dict[str, Any]] = {
    "sft": {"learning_rate": 1e-3, "max_steps": 20},
    "distill": {"learning_rate": 1e-3, "max_steps": 20},
    "dpo": {"learning_rate": 1e-4, "max_steps": 20, "beta": 0.1},
    "reward": {"learning_rate": 1e-3, "max_steps": 35},
    "grpo": {
        "learning_rate": 2e-4,
        "max_steps": 10,
        "per_device_train_batch_size": 64,
        "max_completion_length": TOKENS,
        "eval_steps": 0,
    },
}
"""The settings of a round, `max_steps` included, as `[options.TRAINER]` of a recipe."""


def recipe(folder: Path, way: str, schedule: str, seed: int, rounds: int) -> dict[str, Any]:
    """Return the recipe of a cell, whose trainings take `rounds` times the steps of a round."""
    trainers = WAYS[way].split(",")
    options = {name: {**COMMON, **OPTIONS[name], "seed": seed} for name in trainers}
    for each in options.values():
        each["max_steps"] *= rounds
    values = {**RECIPE, "pool": str(folder / "pool.jsonl"), "scores": [str(folder / "scores.csv")]}
    if schedule == "on-policy":
        options["on-policy"] = {"max_tokens": TOKENS}
        values |= {"plugins": [str(KINDS)], "evaluation": {"questions": str(folder / "measured.jsonl")}}
    return {**values, "trainer": trainers, "model": str(folder / "base"), "seed": seed, "options": options}


def trained(folder: Path, cell: Path, way: str, schedule: str, seed: int, *, plain: bool) -> Path:
    """Train a cell. Return the folder of its last model."""
    file = cell / "recipe.toml"
    file.write_text(tomli_w.dumps(recipe(folder, way, schedule, seed, ROUNDS if plain else 1)))
    if plain:
        run("run", file, "-o", cell / "pairs", "--no-report", "--trust")
        return cell / "-".join(["pairs", *WAYS[way].split(",")])
    run("rounds", file, "--rounds", ROUNDS, "--schedule", schedule, "-o", cell / "rounds", "--no-report", "--trust")
    return cell / "rounds" / f"round-{ROUNDS}" / "model"


def measured(folder: Path, model: Path, output: Path) -> dict[str, float]:
    """Return right answers, by kind too, sampled and most probable ones, and true preferences, of a model."""
    asked = questions(folder / "questions.jsonl")
    prompts = [question.prompt for question in asked]
    result = right(asked, responses(model, prompts))
    result["sampled"] = right(asked, responses(model, prompts, temperature=1.0))["exact"]
    result["likelihood"] = preferences(folder, model, output, reference="none")
    if model != folder / "base":
        result["preferences"] = preferences(folder, model, output)
    return result


def finished(folder: Path, name: str, *, plain: bool) -> dict[str, float]:
    """Return what was measured of a cell `WAY SCHEDULE SEED`, or of the base; train and measure it if that has not been done."""
    cell = folder / "cells" / name.replace(" ", "_")
    path = cell / "cell.json"
    if not path.is_file():
        cell.mkdir(parents=True, exist_ok=True)
        start = time.monotonic()
        way, _, rest = name.partition(" ")
        model = folder / "base"
        if rest:
            schedule, seed = rest.split()
            model = trained(folder, cell, way, schedule, int(seed), plain=plain)
        seconds = time.monotonic() - start
        result = {**measured(folder, model, cell / "evaluation"), "seconds": seconds}
        path.write_text(json.dumps(result, indent=2))
        print(name, json.dumps(result), flush=True)
    values: dict[str, float] = json.loads(path.read_text())
    return values


def fits(way: str, schedule: str) -> bool:
    """Return whether a trainer has what a schedule sets: `mix` needs both losses, which DPO has."""
    return schedule != "mix" or "dpo" in WAYS[way]


def table(cells: dict[tuple[str, str], list[dict[str, float]]], base: dict[str, float]) -> str:
    """Return the means and intervals as a Markdown table."""
    lines = ["| trained by | schedule | right answers | sampled | true preferences |", "|---|---|---|---|---|"]
    lines.append(f"| (the base) | | {base['exact']:.3f} | {base['sampled']:.3f} | .5 |")
    for (way, schedule), seeds in cells.items():
        cells_of = (shown([values[name] for values in seeds]) for name in ("exact", "sampled", "preferences"))
        lines.append(f"| {way} | {schedule} | {' | '.join(cells_of)} |")
    return "\n".join(lines)


def beside_static(cells: dict[tuple[str, str], list[dict[str, float]]]) -> str:
    """Return what each schedule adds to `static`, over all trainers and seeds, as a Markdown table."""
    lines = ["| schedule | cells | right answers | true preferences |", "|---|---|---|---|"]
    for schedule in SCHEDULES[1:]:
        pairs = [
            pair
            for (way, name), seeds in cells.items()
            if name == schedule and (way, "static") in cells
            for pair in zip(seeds, cells[way, "static"], strict=True)
        ]
        if len(pairs) > 1:
            differences = ([own[name] - static[name] for own, static in pairs] for name in ("exact", "preferences"))
            lines.append(f"| {schedule} | {len(pairs)} | {' | '.join(map(shown, differences))} |")
    return "\n".join(lines)


def main() -> None:
    """Make the setting, finish the cells, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("bench-adaptive"))
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    parser.add_argument("--schedules", nargs="+", default=list(SCHEDULES))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--plain", action="store_true", help="train each cell once, with `zebra run`")
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    make(folder)
    base = finished(folder, "base", plain=asked.plain)
    cells = {
        (way, schedule): [finished(folder, f"{way} {schedule} {seed}", plain=asked.plain) for seed in asked.seeds]
        for way in asked.ways
        for schedule in asked.schedules
        if fits(way, schedule)
    }
    print(table(cells, base), beside_static(cells), sep="\n\n")


if __name__ == "__main__":
    main()
