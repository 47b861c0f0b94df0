"""Does zero-annotation DPO move a model towards a judge? `python bench/scale.py DATA` on the folder of public outputs, scores and labels.

A language model is made from scratch, learns to answer from the outputs of 56 models (SFT), and is then trained by DPO on pairs of four
random models an instruction, as in UltraFeedback, that scores alone labelled. A judge's labels measure it on instructions that nothing
was trained on: how often the better response is the likelier by token, before and after DPO. `--layers 2 --hidden 64 --vocab 400 --instructions 40`
tries the script on a laptop; the default has 110 million weights, and wants a GPU.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tomli_w
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

JUDGE = "alpaca_eval_gpt4"
AT_ONCE, HELD_OUT, SEED = 4, 0.2, 0
SPECIAL = ("<pad>", "<eos>", "<user>", "<assistant>")
TEMPLATE = (
    "{% for message in messages %}{{ '<' + message['role'] + '>' + message['content'] + '<eos>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)


def zebra(*words: str) -> None:
    """Run `zebra`, and show what it says."""
    print("$ zebra", *words, flush=True)
    subprocess.run([sys.executable, "-m", "zebra_core", *words], check=True)


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


def judged(rows: list[dict[str, Any]], labels: Path) -> list[dict[str, Any]]:
    """Return the pairs of held-out rows that a judge tells apart, to measure with."""
    content = pq.read_table(labels, columns=["instruction_id", "model", "annotator", "win"]).to_pylist()
    wins = {
        (r["instruction_id"], r["model"]): r["win"] for r in content if r["annotator"] == JUDGE and r["win"] is not None
    }
    result = []
    for row in rows:
        name = row["instruction_id"].rpartition("-")[0]
        rated = [(wins[name, c["model"]], c["response"]) for c in row["completions"] if (name, c["model"]) in wins]
        rated.sort(key=lambda pair: -pair[0])
        if len(rated) > 1 and rated[0][0] > rated[-1][0]:
            sides = {
                side: message("assistant", text)
                for side, (_, text) in zip(("chosen", "rejected"), (rated[0], rated[-1]), strict=True)
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
    parser.add_argument("--strategies", default="random,sup,sim,sup+sim,confident-sim")
    output = parser.parse_args()
    output.folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(SEED)
    rows = pq.read_table(output.data / "recent_pool_dev.parquet").to_pylist()[: output.instructions]
    rows = [rows[place] for place in draw.permutation(len(rows))]
    aside = int(len(rows) * HELD_OUT)
    taught = [
        {"prompt": message("user", row["instruction"]), "completion": message("assistant", c["response"])}
        for row in rows[aside:]
        for c in row["completions"]
        if c["response"]
    ]
    pool = write(output.folder, "pool", [d for row in rows[aside:] for d in drawn(row, draw, output.draws)])
    truth = write(
        output.folder,
        "judged",
        judged([d for row in rows[:aside] for d in drawn(row, draw, output.draws)], output.data / "judge_dev.parquet"),
    )
    texts = write(output.folder, "texts", taught)
    size = f"{output.hidden}-{output.layers}-{output.vocab}-{output.instructions}-{output.epochs:g}"
    made, base = output.folder / f"made-{size}", output.folder / f"base-{size}"
    if not base.exists():
        make_model(made, [row["completion"][0]["content"] for row in taught], output)
        options = {
            "learning_rate": 6e-4,
            "num_train_epochs": output.epochs,
            "per_device_train_batch_size": 16,
            "gradient_accumulation_steps": 1,
        }
        settings = [word for name, value in options.items() for word in ("--set", f"sft.{name}={value}")]
        zebra("train", texts, "--trainer", "sft", "--model", str(made), "-o", str(base), "--overwrite", *settings)
    recipe = {
        "pool": pool,
        "scores": [str(output.data / "recent_scores_v1.csv")],
        "missing": "drop-model",
        "strategy": output.strategies.split(","),
        "trainer": "dpo",
        "model": str(base),
        "seed": list(range(output.seeds)),
        "options": {"dpo": {"learning_rate": 1e-5, "warmup_steps": 20}, "pairs": {"reference": "mean"}},
    }
    (output.folder / "sweep.toml").write_text(tomli_w.dumps(recipe), encoding="utf-8")
    zebra(
        "sweep",
        str(output.folder / "sweep.toml"),
        "--pairs",
        truth,
        "-o",
        str(output.folder / "sweep"),
        "--baseline",
        recipe["strategy"][0],
    )
    zebra("evaluate", str(base), "--pairs", truth, "--set", "pairs.reference=mean", "-o", str(output.folder / "before"))
    print(f"{pq.read_metadata(truth).num_rows:,} judged pairs; the last figure is the model's before DPO")


if __name__ == "__main__":
    main()
