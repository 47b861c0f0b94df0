"""Does zero-annotation DPO move a model towards a judge? `python bench/scale.py DATA` on the folder of public outputs, scores and labels.

A language model is made from scratch, learns to answer from the outputs of 56 models (SFT), and is then trained by DPO on pairs of four
random models an instruction, as in UltraFeedback, that scores alone labelled, and for comparison on random pairs that a judge labelled. The
judge's labels also measure it on instructions that nothing was trained on: how often the better response is the likelier by token, before
and after DPO. `--layers 2 --hidden 64 --vocab 400 --instructions 40` tries the script on a laptop; the default has 110 million weights, and
wants a GPU.

The same command goes on where it ended: `--minutes 9` ends it in time, with a table of what is finished, and is given until all is.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tomli_w
import torch
from record import Budget, OverError, Record, add_arguments, described, markdown
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

JUDGE = "alpaca_eval_gpt4"
AT_ONCE, HELD_OUT, SEED = 4, 0.2, 0
SPECIAL = ("<pad>", "<eos>", "<user>", "<assistant>")
TEMPLATE = (
    "{% for message in messages %}{{ '<' + message['role'] + '>' + message['content'] + '<eos>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)


def zebra(budget: Budget, *words: str) -> None:
    """Run `zebra`, and show what it says. Raise OverError if the time is up before its end."""
    if budget.is_over():
        raise OverError
    print("$ zebra", *words, flush=True)
    process = subprocess.Popen([sys.executable, "-m", "zebra_core", *words])
    try:
        code = process.wait(budget.left())
    except subprocess.TimeoutExpired:
        process.terminate()  # a sweep ends its cells
        process.wait()
        raise OverError from None
    if code:
        raise subprocess.CalledProcessError(code, ["zebra", *words])


def drawn(row: dict[str, Any], draw: np.random.Generator, times: int) -> list[dict[str, Any]]:
    """Return a row's instruction with the answers of four random models, several times."""
    result = []
    for at in range(times):
        some = draw.choice(len(row["completions"]), min(AT_ONCE, len(row["completions"])), replace=False)
        completions = [row["completions"][place] for place in sorted(some)]
        names = [completion["model"] for completion in completions]
        result.append(
            {**row, "instruction_id": f"{row['instruction_id']}-{at}", "models": names, "completions": completions}
        )
    return result


def message(role: str, text: str) -> list[dict[str, str]]:
    """Return a conversation of one message."""
    return [{"role": role, "content": text}]


def judgements(labels: Path) -> dict[tuple[str, str], float]:
    """Return whether a model's answer to an instruction won, as the judge has it."""
    content = pq.read_table(labels, columns=["instruction_id", "model", "annotator", "win"]).to_pylist()
    return {
        (r["instruction_id"], r["model"]): r["win"] for r in content if r["annotator"] == JUDGE and r["win"] is not None
    }


def rated(row: dict[str, Any], wins: dict[tuple[str, str], float]) -> dict[str, Any]:
    """Return a row with the judge's label as the rating of each completion, which the rule `rating` alone looks at."""
    name = row["instruction_id"].rpartition("-")[0]
    completions = [{**each, "overall_score": wins.get((name, each["model"]))} for each in row["completions"]]
    return {**row, "completions": completions}


def judged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the pairs of held-out, rated rows that a judge tells apart, to measure with."""
    result = []
    for row in rows:
        rating = [(c["overall_score"], c["response"]) for c in row["completions"] if c["overall_score"] is not None]
        rating.sort(key=lambda pair: -pair[0])
        if len(rating) > 1 and rating[0][0] > rating[-1][0]:
            sides = {
                side: message("assistant", text)
                for side, (_, text) in zip(("chosen", "rejected"), (rating[0], rating[-1]), strict=True)
            }
            result.append({"prompt": message("user", row["instruction"]), **sides})
    return result


def make_model(folder: Path, texts: list[str], output: argparse.Namespace) -> None:
    """Write a Llama whose weights are drawn, and a tokenizer of byte pairs learnt from the texts."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    backend.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=output.vocab, special_tokens=[*SPECIAL], initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token=SPECIAL[0], eos_token=SPECIAL[1], additional_special_tokens=[*SPECIAL[2:]]
    )
    tokenizer.chat_template = TEMPLATE
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=output.hidden,
        intermediate_size=8 * output.hidden // 3,
        num_hidden_layers=output.layers,
        num_attention_heads=max(output.hidden // 64, 1),
        max_position_embeddings=1024,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
    torch.manual_seed(SEED)
    model = LlamaForCausalLM(config)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:,.1f} million weights, {len(tokenizer):,} tokens")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> str:
    """Write rows, and return where."""
    path = folder / f"{name}.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return str(path)


def prepare(asked: argparse.Namespace) -> tuple[str, str, str, list[str]]:
    """Write the pool, the judged pairs and the texts to learn from. Return where they are, and the answers."""
    draw = np.random.default_rng(SEED)
    rows = pq.read_table(asked.data / "recent_pool_dev.parquet").to_pylist()[: asked.instructions]
    rows = [rows[place] for place in draw.permutation(len(rows))]
    wins = judgements(asked.data / "judge_dev.parquet")
    aside = int(len(rows) * HELD_OUT)
    taught = [
        {"prompt": message("user", row["instruction"]), "completion": message("assistant", c["response"])}
        for row in rows[aside:]
        for c in row["completions"]
        if c["response"]
    ]
    pool, truth = (
        [rated(each, wins) for row in some for each in drawn(row, draw, asked.draws)]
        for some in (rows[aside:], rows[:aside])
    )
    places = [
        write(asked.folder, name, content)
        for name, content in (("pool", pool), ("judged", judged(truth)), ("texts", taught))
    ]
    return places[0], places[1], places[2], [row["completion"][0]["content"] for row in taught]


def teach(asked: argparse.Namespace, texts: str, answers: list[str], budget: Budget) -> Path:
    """Return the model that has learned to answer."""
    size = f"{asked.hidden}-{asked.layers}-{asked.vocab}-{asked.instructions}-{asked.epochs:g}"
    made, base = asked.folder / f"made-{size}", asked.folder / f"base-{size}"
    if not (made / "tokenizer.json").exists():
        make_model(made, answers, asked)
    if not base.exists():
        options = {
            "learning_rate": 6e-4,
            "num_train_epochs": asked.epochs,
            "per_device_train_batch_size": 16,
            "gradient_accumulation_steps": 1,
            "save_steps": 100,
        }
        settings = [word for name, value in options.items() for word in ("--set", f"sft.{name}={value}")]
        zebra(budget, "train", texts, "--trainer", "sft", "--model", str(made), "-o", str(base), *settings)
    return base


def align(asked: argparse.Namespace, base: Path, pool: str, truth: str, budget: Budget) -> None:
    """Measure the model before DPO, and train and measure it with each strategy's labels, and with the judge's."""
    if not (asked.folder / "before/pairs.json").exists():
        evaluated = ("evaluate", str(base), "--pairs", truth, "--set", "pairs.reference=mean")
        zebra(budget, *evaluated, "-o", str(asked.folder / "before"))
    recipe = {
        "pool": pool,
        "scores": [str(asked.data / "recent_scores_v1.csv")],
        "missing": "drop-model",
        "trainer": "dpo",
        "model": str(base),
        "seed": list(range(asked.seeds)),
        "options": {"dpo": {"learning_rate": 1e-5, "warmup_steps": 20}, "pairs": {"reference": "mean"}},
    }
    arms = {"judge": {"strategy": ["random"], "rule": "rating"}, "sweep": {"strategy": asked.strategies.split(",")}}
    for name, choices in arms.items():
        path = asked.folder / f"{name}.toml"
        path.write_text(tomli_w.dumps({**recipe, **choices}), encoding="utf-8")
        baseline = ("--baseline", choices["strategy"][0])
        zebra(budget, "sweep", str(path), "--pairs", truth, "-o", str(asked.folder / name), *baseline)


def results(folder: Path) -> list[dict[str, Any]]:
    """Return what is finished: accuracy on the judged pairs before DPO, and of each cell."""
    before = folder / "before/pairs.json"
    runs = [{"labels": "before DPO", **_accuracy(before)}] if before.exists() else []
    for sweep, labels in (("judge", "random, judged"), ("sweep", "")):
        for path in sorted((folder / sweep / "cells").glob("*/cell.json")):
            cell = json.loads(path.read_text(encoding="utf-8"))
            place, (accuracy,) = cell["place"], cell["scores"].values()
            arm = {"labels": labels or place["strategy"], "seed": place["seed"]}
            runs.append({**arm, "accuracy": accuracy, "rows": cell["rows"], "steps": cell["steps"]})
    return runs


def _accuracy(path: Path) -> dict[str, Any]:
    return {"accuracy": json.loads(path.read_text(encoding="utf-8"))["accuracy"]}


def table(runs: list[dict[str, Any]], strategies: list[str]) -> str:
    """Return the means over seeds, and what is still to do."""
    lines = []
    for labels in ("before DPO", "random, judged", *strategies):
        own = [run for run in runs if run["labels"] == labels]
        shares = [run["accuracy"] for run in own]
        figures = f"{statistics.mean(shares):.4f} ({min(shares):.4f} to {max(shares):.4f})" if own else "not run yet"
        pairs, steps = ((f"{own[0][name]:,}" if own and name in own[0] else "") for name in ("rows", "steps"))
        lines.append([labels, str(len(own)), pairs, steps, figures])
    return markdown(["labels of the pairs", "runs", "pairs", "steps", "accuracy, mean (lowest to highest)"], lines)


def main() -> None:
    """Make the model, teach it, align it, measure it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("bench-scale"))
    parser.add_argument("--hidden", type=int, default=768)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--vocab", type=int, default=16_000)
    parser.add_argument("--instructions", type=int, default=10**6, help="how many of them to use")
    parser.add_argument("--draws", type=int, default=8, help="how often four models are drawn for each instruction")
    parser.add_argument("--epochs", type=float, default=3.0, help="of the SFT on all outputs")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--strategies", default="random,sup,sim,sup+sim,consistent")
    add_arguments(parser)
    asked = parser.parse_args()
    budget = Budget(asked.minutes)
    asked.folder.mkdir(parents=True, exist_ok=True)
    settings = {name: getattr(asked, name) for name in ("hidden", "layers", "vocab", "instructions", "draws", "epochs")}
    record = Record(asked.output, "scale", {**settings, "seeds": asked.seeds, "strategies": asked.strategies})
    pool, truth, texts, answers = prepare(asked)
    finished = False
    with contextlib.suppress(OverError):
        align(asked, teach(asked, texts, answers, budget), pool, truth, budget)
        finished = True
    record.keep(results(asked.folder))
    count = f"{pq.read_metadata(truth).num_rows:,} judged pairs"
    end = "" if finished else "\n\nThe time was up: the same command goes on from here."
    record.show(f"{count}\n{described(record)}\n\n{table(record.runs, asked.strategies.split(','))}{end}")


if __name__ == "__main__":
    main()
