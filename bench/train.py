"""What training costs with `zebra train`, beside a bare TRL script with the same settings, and what each knob gives.

`python bench/train.py` makes a model from scratch and the demo's pairs (kept in --folder), runs each way in a process of its
own, in turn, and prints medians. A step is from the second step's beginning to the last one's end; `start` is from the process's
beginning to the first step's. Peak memory is the process's, or the device's if it is an accelerator.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

import zebra_core as zebra
from zebra_trl.models.tiny import make_tiny

WAYS: dict[str, dict[str, object]] = {
    "trl": {},
    "zebra": {},
    "precomputed reference": {"precompute_ref_log_probs": True},
    "gradient checkpointing": {"gradient_checkpointing": True},
    "eager attention": {"model_init_kwargs": {"attn_implementation": "eager"}},
    "torch.compile": {"torch_compile": True},
    "liger kernel": {"use_liger_kernel": True},
}


def measured(way: str, output: argparse.Namespace) -> dict[str, float] | None:
    """Run one way in a fresh process; None where the device or the installation does not have it."""
    worker = Path(__file__).with_name("train_ways.py")
    job = {
        "way": way,
        "settings": WAYS[way],
        "folder": str(output.folder),
        "steps": output.steps,
        "batch": output.batch,
    }
    job["length"] = output.length
    done = subprocess.run([sys.executable, str(worker), json.dumps(job)], check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"{way}: {done.stderr.strip().splitlines()[-1][:300]}", file=sys.stderr)
        return None
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def table(runs: dict[str, list[dict[str, float]]]) -> str:
    """Return the medians as a Markdown table, each step beside bare TRL's."""
    median = {
        way: {key: statistics.median(run[key] for run in result) for key in result[0]}
        for way, result in runs.items()
        if result
    }
    lines = ["| way | step ms | step / TRL | tokens/s | peak MiB | start s | loss |", "|---|---|---|---|---|---|---|"]
    for way, result in median.items():
        ratio = result["step"] / median["trl"]["step"]
        lines.append(
            f"| {way} | {1000 * result['step']:.1f} | {ratio:.3f} | {result['tokens']:,.0f} | {result['peak']:,.0f} "
            f"| {result['start']:.1f} | {result['loss']:.4f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Make model and pairs, run every way in turn, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = {"steps": 40, "batch": 8, "length": 512, "runs": 3, "hidden": 256, "layers": 4}
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, default=Path("bench-train"))
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    output = parser.parse_args()
    model = output.folder / "model"
    if not model.exists():
        make_tiny(model, hidden=output.hidden, layers=output.layers)
    if not (output.folder / "pairs").exists():
        zebra.build(zebra.Recipe(strategy="sup"), output.folder / "pairs")
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in output.ways}
    for _ in range(output.runs):
        for way in output.ways:
            result = measured(way, output)
            runs[way] += [result] if result else []
    weights = sum(file.stat().st_size for file in model.glob("*.safetensors")) / 4e6
    print(
        f"DPO, {weights:.1f} million weights, {output.steps} steps of {output.batch} pairs, medians of {output.runs} runs\n"
    )
    print(table(runs))


if __name__ == "__main__":
    main()
