"""The setting of bench/adaptive.py: questions, responders' answers and scores of the demo, and a tiny model that has learned both.

The base learns right answers first, and then to answer in the words of the eight responders, half of the time
with their mistakes: alignment has something to bring out. Held-out questions are in none of its rows.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_demo.make import answer, as_jsonl
from zebra_demo.responders import RESPONDERS
from zebra_demo.tasks import FAMILIES, Question, is_correct
from zebra_trl.models.tiny import make_tiny

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "conversion": ("conversion", "", 3),
    "repeat": ("formatting", "times, joined by dashes", 1),
    "initials": ("formatting", "the initials", 3),
    "words": ("counting", "How many words", 3),
}
"""By name: the family of the demo, a part of its prompts, and how often the kind is drawn. There are 120 prompts of `repeat`."""
HELD_OUT, POOL, MEASURED = 30, 90, 60
"""Questions held out, of the pool, and that the scores are measured on, times how often their kind is drawn."""
STAGES = {"plain": (48_000, 4e-3), "skills": (19_200, 3e-3), "manners": (51_200, 3e-3)}
"""What the base learns, one after the other: rows and learning rate. Right answers as plain text and as messages; then, in responders' words, right answers and their own, in turn."""
BATCH = 32
HIDDEN, LAYERS = 64, 3
RECIPE = {"benchmarks": {kind: {"direction": "higher", "bounds": [0, 1]} for kind in KINDS}}
"""What a recipe says of the scores."""


def run(*arguments: object) -> None:
    """Run a command of zebra. Raise CalledProcessError if it fails."""
    subprocess.run([sys.executable, "-m", "zebra_core", *map(str, arguments)], check=True, stdout=sys.stderr)


def settings(trainer: str, **values: object) -> list[str]:
    """Return options of a trainer as the command line takes them."""
    return [part for name, value in values.items() for part in ("--set", f"{trainer}.{name}={value}")]


def ask(draw: Random, kind: str) -> Question:
    """Draw a question of a kind."""
    family, part, _ = KINDS[kind]
    while True:
        prompt, right = FAMILIES[family](draw)
        if part in prompt:
            return Question(kind, prompt, right)


def ask_all(draw: Random, unit: int, without: set[str]) -> list[Question]:
    """Draw different questions of all kinds, none of `without`."""
    by_prompt: dict[str, Question] = {}
    for kind, (_, _, times) in KINDS.items():
        target = len(by_prompt) + unit * times
        while len(by_prompt) < target:
            question = ask(draw, kind)
            if question.prompt not in without:
                by_prompt.setdefault(question.prompt, question)
    return list(by_prompt.values())


def make(folder: Path) -> None:
    """Write the questions, pool, scores, true preferences and base, each unless it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    held_out = ask_all(Random(1), HELD_OUT, set())
    used = {question.prompt for question in held_out}
    write_questions(folder, held_out, used)
    build(folder, "rlaif", "held-out.jsonl", folder / "true-pairs")
    if not (folder / "tiny").exists():
        make_tiny(folder / "tiny", hidden=HIDDEN, layers=LAYERS)
    common = {"num_train_epochs": 1, "per_device_train_batch_size": BATCH, "gradient_accumulation_steps": 1}
    common |= {"held_out": 0.01, "warmup_steps": 50, "max_length": 256, "save_steps": 100_000, "logging_steps": 50}
    before = folder / "tiny"
    for stage, (_, rate) in STAGES.items():
        after = folder / ("base" if stage == "manners" else f"base-{stage}")
        if not (after / "results.json").exists():
            model = ("--trainer", "sft", "--model", before, "-o", after)
            run("train", folder / f"{stage}.jsonl", *model, *settings("sft", **common, learning_rate=rate))
        before = after


def build(folder: Path, strategy: str, pool: str, output: Path) -> None:
    """Build the pairs of a strategy from a pool of the setting, unless they are there."""
    if not output.exists():
        files = {"pool": str(folder / pool), "scores": [str(folder / "scores.csv")]}
        zebra.build(zebra.make_recipe({**RECIPE, **files, "strategy": strategy}), output)


def write_questions(folder: Path, held_out: list[Question], used: set[str]) -> None:
    """Write questions with right answers, responders' answers to them and to others, their scores, and the rows of the base."""
    measured = ask_all(Random(4), MEASURED, used)
    for name, asked in (("questions", held_out), ("measured", measured)):
        rows = [{"kind": q.family, "prompt": q.prompt, "answer": q.answer} for q in asked]
        (folder / f"{name}.jsonl").write_text(as_jsonl(rows))
    draw = Random(2)
    pool = ask_all(draw, POOL, used)
    answers = {q.prompt: q.answer for q in (*pool, *held_out)}
    (folder / "answers.json").write_text(json.dumps(answers))
    (folder / "pool.jsonl").write_text(as_jsonl(answer(draw, pool)))
    (folder / "held-out.jsonl").write_text(as_jsonl(answer(Random(3), list(held_out))))
    with (folder / "scores.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["model", *KINDS])
        writer.writerows([responder.name, *shares(responder, measured)] for responder in RESPONDERS)
    kinds = [kind for kind, (_, _, times) in KINDS.items() for _ in range(times)]
    for name, (count, _) in STAGES.items():
        taught: list[dict[str, Any]] = []
        while len(taught) < count:
            question = ask(draw, draw.choice(kinds))
            if question.prompt in used:
                continue
            text = question.answer
            if name == "manners":
                responder = draw.choice(RESPONDERS)
                text = responder.phrase.format(text) if len(taught) % 2 else responder(question.prompt)
            plain = {"prompt": question.prompt, "completion": text}
            taught.append(plain if name == "plain" else conversation(question.prompt, text))
        (folder / f"{name}.jsonl").write_text(as_jsonl(taught))


def asks(prompt: str) -> list[dict[str, str]]:
    """Return a prompt as messages."""
    return [{"role": "user", "content": prompt}]


def conversation(prompt: str, response: str) -> dict[str, Any]:
    """Return a row to train on."""
    return {"prompt": asks(prompt), "completion": [{"role": "assistant", "content": response}]}


def shares(responder: object, questions: list[Question]) -> list[float]:
    """Return how often a responder is right on questions of each kind."""
    right = {kind: [is_correct(q, responder(q.prompt)) for q in questions if q.family == kind] for kind in KINDS}  # type: ignore[operator]
    return [round(sum(each) / len(each), 3) for each in right.values()]
