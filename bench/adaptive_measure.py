"""What bench/adaptive.py and bench/adaptive_claims.py measure: right answers, true preferences, and means with their intervals."""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING, Any

import torch
from adaptive_setting import asks
from scipy import stats
from transformers import AutoModelForCausalLM, AutoTokenizer

from zebra_demo.tasks import Question, is_correct
from zebra_trl.evaluation.pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TOKENS, BATCH = 80, 100
"""The most bytes of a response, which no responder exceeds, and questions answered at once."""


def questions(file: Path) -> list[Question]:
    """Return the questions of a file."""
    rows = map(json.loads, file.read_text().splitlines())
    return [Question(row["kind"], row["prompt"], row["answer"]) for row in rows]


def responses(model: Path, prompts: Sequence[str], *, temperature: float = 0.0, seed: int = 0) -> list[str]:
    """Return the responses of a model to prompts: the most probable token each time, or sampled."""
    tokenizer = AutoTokenizer.from_pretrained(model, padding_side="left")
    policy: Any = AutoModelForCausalLM.from_pretrained(model).eval()
    how = {"do_sample": True, "temperature": temperature, "top_k": 0} if temperature else {"do_sample": False}
    torch.manual_seed(seed)
    texts: list[str] = []
    for start in range(0, len(prompts), BATCH):
        messages = [asks(prompt) for prompt in prompts[start : start + BATCH]]
        ids = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, padding=True, return_tensors="pt", return_dict=True
        )
        with torch.no_grad():
            answers = policy.generate(
                ids["input_ids"], attention_mask=ids["attention_mask"], max_new_tokens=TOKENS, **how
            )
        texts += tokenizer.batch_decode(answers[:, ids["input_ids"].shape[1] :], skip_special_tokens=True)
    return texts


def right(asked: Sequence[Question], texts: Sequence[str]) -> dict[str, float]:
    """Return the share of right answers, of all questions and by kind."""
    correct = [is_correct(question, text) for question, text in zip(asked, texts, strict=True)]
    kinds = sorted({question.family for question in asked})
    of_kind = {kind: [c for q, c in zip(asked, correct, strict=True) if q.family == kind] for kind in kinds}
    return {"exact": statistics.mean(correct), **{kind: statistics.mean(each) for kind, each in of_kind.items()}}


def preferences(
    folder: Path, model: Path, output: Path, *, reference: str = "base", pairs: str = "true-pairs"
) -> float:
    """Return the share of held-out pairs whose chosen response the model prefers, as `zebra evaluate --pairs` measures it."""
    output.mkdir(parents=True, exist_ok=True)
    evaluator = Pairs(dataset=str(folder / pairs), base=str(folder / "base"), reference=reference, batch_size=50)  # type: ignore[arg-type]
    evaluator(str(model), output)
    return float(json.loads((output / "pairs.json").read_text())["accuracy"])


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean over seeds and the bounds of its 95 % interval by the t distribution."""
    mean = statistics.mean(values)
    if len(values) < 2:
        return mean, float("nan"), float("nan")
    half = float(stats.t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) / len(values) ** 0.5
    return mean, mean - half, mean + half


def shown(values: Sequence[float], digits: int = 3) -> str:
    """Return mean and interval as text."""
    mean, low, high = interval(values)
    return f"{mean:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
