"""Tokens per second of `zebra generate` with the generator `transformers`, beside `generate` of bare transformers in batches.

`python bench/weights.py` makes a model from scratch and prompts (kept in --folder), and lets both answer with the same settings, each in
a process of its own: prompts of similar length together, the likeliest token each time, so that both generate the same tokens. What is
measured begins with the first batch, once the model is loaded and has answered a prompt, and ends once all texts are decoded and, by
`zebra generate`, kept and written as a pool. With --together, their batches take turns.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import statistics
from pathlib import Path
from typing import Any

from llama import make_llama, size_of
from record import Budget, OverError, Record, add_arguments, described, markdown
from turns import beside, in_turn

WAYS = ("bare", "zebra")


def write_prompts(path: Path, count: int) -> Path:
    """Write questions of 3 to 40 words, unless they are there."""
    draw = random.Random(count)
    words = "why how what when is the of a number colour name word year river city and but"
    if not path.exists():
        texts = (" ".join(draw.choices(words.split(), k=draw.randint(3, 40))) for _ in range(count))
        path.write_text("".join(f"{number} {text}\n" for number, text in enumerate(texts)), encoding="utf-8")
    return path


def study(record: Record, asked: argparse.Namespace, job: dict[str, Any], budget: Budget) -> None:
    """Let both answer, as often as asked for. Raise OverError if the time is up."""
    script = Path(__file__).with_name("weights_ways.py")
    for number in range(asked.runs):
        due = [way for way in WAYS[:: -1 if number % 2 else 1] if not record.has(way=way, number=number)]
        for ways in [due] if asked.together and due else [[way] for way in due]:
            if budget.is_over():
                raise OverError
            results = in_turn(script, [({**job, "way": way}, {}) for way in ways], budget)
            for way, result in zip(ways, results, strict=True):
                record.add({"way": way, "number": number, **result})


def table(record: Record) -> str:
    """Return medians, and ratios to the same batch of the bare loop."""
    of = {way: [run for run in record.runs if run["way"] == way] for way in WAYS}
    lines = []
    for way, runs in of.items():
        whole = [run for run in runs if "error" not in run]
        if not whole:
            lines.append([way, *[""] * 6, runs[0]["error"] if runs else "not run: the time was up"])
            continue
        median = {name: statistics.median(run[name] for run in whole) for name in ("rate", "seconds", "peak", "start")}
        figures = [f"{median['rate']:,.0f}", f"{median['seconds']:.2f}"]
        figures += [beside(of["bare"], whole, clock) for clock in ("walls", "cpus")]
        same = [one == other for one, other in zip(of["bare"][0]["texts"], whole[0]["texts"], strict=True)]
        lines.append([way, *figures, f"{median['peak']:,.0f}", f"{median['start']:.1f}", f"{sum(same)} of {len(same)}"])
    head = ["way", "tokens/s", "seconds", "batch / bare", "CPU / bare", "peak MiB", "start s", "texts as bare"]
    return markdown(head, lines)


def main() -> None:
    """Make model and prompts, let both answer, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = {"prompts": 64, "batch": 8, "tokens": 64, "runs": 3, "hidden": 256, "layers": 4, "vocab": 261}
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, default=Path("bench-weights"))
    parser.add_argument("--model", type=Path, help="folder of a model, in place of one from scratch")
    parser.add_argument("--together", action="store_true", help="let the batches of both take turns")
    add_arguments(parser)
    asked = parser.parse_args()
    budget = Budget(asked.minutes)
    asked.folder.mkdir(parents=True, exist_ok=True)
    model = asked.model or make_llama(asked.folder, asked.hidden, asked.layers, asked.vocab)
    prompts = write_prompts(asked.folder / f"prompts-{asked.prompts}.txt", asked.prompts)
    job = {"folder": str(asked.folder), "model": str(model), "prompts": str(prompts)}
    job |= {"batch": asked.batch, "tokens": asked.tokens}
    record = Record(asked.output, "generate", {**job, "together": asked.together})
    with contextlib.suppress(OverError):
        study(record, asked, job, budget)
    title = f"{size_of(model)}, {asked.prompts} prompts in batches of {asked.batch}, {asked.tokens} tokens each at most"
    record.show(f"{title}\n{described(record)}\n\n{table(record)}")


if __name__ == "__main__":
    main()
