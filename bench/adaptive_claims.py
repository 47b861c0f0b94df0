"""What distillation, reward models and GRPO give, each beside what it should surpass, in the setting of bench/adaptive.py.

`python bench/adaptive_claims.py` trains what is not finished in --folder, three seeds each, and prints three tables: the held-out
loss after SFT and after distillation in equally many steps; how often reward models prefer what is right; and the mean reward of
sampled responses to held-out questions before and after GRPO, with the interval and the paired t-test of the difference over seeds.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from adaptive import COMMON, OPTIONS, SEEDS
from adaptive_measure import TOKENS, preferences, questions, responses, right, shown
from adaptive_setting import ask, asks, build, conversation, make
from scipy import stats
from transformers import AutoModelForCausalLM, AutoTokenizer

import zebra_core as zebra
from zebra_demo.make import as_jsonl
from zebra_demo.responders import RESPONDERS
from zebra_rewards.verifiers import Exact
from zebra_trl.data.tokens import Tokens
from zebra_trl.evaluation.rewards import log_likelihoods
from zebra_trl.online.functions import RewardModel
from zebra_trl.online.named import NamedReward

if TYPE_CHECKING:
    from collections.abc import Sequence

BEST = RESPONDERS[0]
STRATEGIES = ("consensus-sim",)
NUMBERS = ("conversion", "words")
"""The kinds of questions whose answers are numbers, which the reward `exact` reads in a response with `by=number`."""
EXACT: dict[str, Any] = {"by": "number", "column": "answer"}
STEPS = {"sft": 60, "distill": 60, "reward": 250, "grpo": 20}


def train(trainer: str, data: Path, model: Path, output: Path, **values: object) -> Path:
    """Train a model with the settings of the cells, unless that is done. Return its folder."""
    if not (output / "results.json").is_file():
        options = {trainer: {**COMMON, **OPTIONS[trainer], "max_steps": STEPS[trainer], **values}}
        if values.get("reward") == ["exact"]:
            options["exact"] = EXACT
        recipe = zebra.make_recipe({"trainer": trainer, "model": str(model), "options": options})
        zebra.prepare_training(recipe).run(str(data), output, overwrite=True)
    return output


def losses(folder: Path, model: Path) -> dict[str, float]:
    """Return the mean loss per byte of the best responder's responses to the held-out questions, and of right ones of any responder."""
    asked = questions(folder / "questions.jsonl")
    best = [(question.prompt, BEST(question.prompt)) for question in asked]
    rows = zebra.Dataset.open(folder / "true-pairs").load()
    chosen = [(row["prompt"][-1]["content"], row["chosen"][-1]["content"]) for row in rows]
    return {"best": loss(model, best), "right": loss(model, chosen)}


def loss(model: Path, rows: Sequence[tuple[str, str]]) -> float:
    """Return minus the mean log-probability per token of responses to prompts."""
    messages = [conversation(*row) for row in rows]
    columns = {"prompt": [row["prompt"] for row in messages], "chosen": [row["completion"] for row in messages]}
    ids = Tokens(AutoTokenizer.from_pretrained(model))(columns)
    pairs = list(zip(ids["prompt_ids"], ids["chosen_ids"], strict=True))
    policy: Any = AutoModelForCausalLM.from_pretrained(model).eval()
    return float(-log_likelihoods(policy, pairs, 256, 50).sum() / sum(len(answer) for _, answer in pairs))


def make_teacher(folder: Path) -> Path:
    """Train a teacher with the base's tokens: the base after the best responder's responses to many other questions."""
    draw, held_out = Random(5), {question.prompt for question in questions(folder / "questions.jsonl")}
    asked = [ask(draw, kind) for kind in ("conversion", "repeat", "initials", "words") for _ in range(2_000)]
    rows = [conversation(q.prompt, BEST(q.prompt)) for q in asked if q.prompt not in held_out]
    (folder / "teacher.jsonl").write_text(as_jsonl(rows))
    return train("sft", folder / "teacher.jsonl", folder / "base", folder / "teacher", max_steps=200)


def distillation(folder: Path, cell: Path, seed: int) -> dict[str, float]:
    """Return the held-out losses after SFT on the chosen responses, and after distillation from responses, and from a model."""
    pairs, base, teacher = folder / "pairs", folder / "base", make_teacher(folder)
    models = {name: train(name, pairs, base, cell / name, seed=seed) for name in ("sft", "distill")}
    token = {"seed": seed, "teacher": str(teacher), "max_completion_length": TOKENS}
    models["distill from the teacher"] = train("distill", pairs, base, cell / "token", **token)
    every = {"base": base, "the teacher itself": teacher, **models}
    values: dict[str, float] = {}
    for name, model in every.items():
        values |= {f"{name}, {kind}": value for kind, value in losses(folder, model).items()}
        asked = questions(folder / "questions.jsonl")
        values[f"{name}, exact"] = right(asked, responses(model, [q.prompt for q in asked]))["exact"]
    return values


def reward_models(folder: Path, cell: Path, seed: int) -> dict[str, float]:
    """Return how often reward models prefer the right response, and the chosen one of held-out pairs of their own strategy.

    They start from the base as it was before it learned how the responders answer.
    """
    values: dict[str, float] = {}
    for strategy in STRATEGIES:
        build(folder, strategy, "pool.jsonl", folder / f"pairs-{strategy}")
        build(folder, strategy, "held-out.jsonl", folder / f"held-out-{strategy}")
        model = train("reward", folder / f"pairs-{strategy}", folder / "base-skills", cell / strategy, seed=seed)
        values[f"{strategy}, true"] = preferences(folder, model, cell)
        values[f"{strategy}, own"] = preferences(folder, model, cell, pairs=f"held-out-{strategy}")
    return values


def against_rewards(folder: Path, cell: Path, seed: int) -> dict[str, float]:
    """Return mean rewards and right answers of sampled responses before and after GRPO against `exact`, and against a reward model."""
    rows = [
        row for row in map(json.loads, (folder / "pool.jsonl").read_text().splitlines()) if row["source"] in NUMBERS
    ]
    answers = json.loads((folder / "answers.json").read_text())
    texts = [{"prompt": asks(row["instruction"]), "answer": answers[row["instruction"]]} for row in rows]
    (folder / "numbers.jsonl").write_text(as_jsonl(texts))
    base, judge = folder / "base", folder / "claims" / f"reward-{seed}" / "consensus-sim"
    models = {"exact": train("grpo", folder / "numbers.jsonl", base, cell / "exact", seed=seed, reward=["exact"])}
    models["judge"] = train("grpo", folder / "pairs", base, cell / "judge", seed=seed, reward=[str(judge)])
    values: dict[str, float] = {}
    for name, model in models.items():
        for when, each in (("before", base), ("after", model)):
            reward, share = _rewards(folder, each, name, judge, seed)
            values |= {f"{name}, {when}": reward, f"{name}, right {when}": share}
    return values


def _rewards(folder: Path, model: Path, name: str, judge: Path, seed: int) -> tuple[float, float]:
    asked = [q for q in questions(folder / "questions.jsonl") if name == "judge" or q.family in NUMBERS]
    prompts = [question.prompt for question in asked]
    texts = responses(model, prompts, temperature=1.0, seed=seed)
    share = right(asked, texts)["exact"]
    if name == "judge":
        score = RewardModel(NamedReward("judge", 1.0, folder=str(judge)), 256)
        rows = [conversation(*row) for row in zip(prompts, texts, strict=True)]
        return statistics.mean(score([row["prompt"] for row in rows], [row["completion"] for row in rows])), share
    reward = Exact(**EXACT)([], texts, answer=[question.answer for question in asked])
    return statistics.mean(value for value in reward if value is not None), share


CLAIMS = {"distillation": distillation, "reward": reward_models, "grpo": against_rewards}


def compared(after: Sequence[float], before: Sequence[float]) -> str:
    """Return the mean difference with its 95 % interval, and the p-value of the paired t-test over seeds."""
    difference = np.subtract(after, before)
    return f"{shown(list(difference))}, p = {stats.ttest_rel(after, before).pvalue:.4f}"


def main() -> None:
    """Make the setting, measure each claim with each seed, print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("bench-adaptive"))
    parser.add_argument("--claims", nargs="+", default=list(CLAIMS), choices=CLAIMS)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    make(folder)
    build(folder, "consensus-sim", "pool.jsonl", folder / "pairs")
    for claim in asked.claims:
        runs = []
        for seed in asked.seeds:
            cell = folder / "claims" / f"{claim}-{seed}"
            path = cell / "values.json"
            if not path.is_file():
                cell.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(CLAIMS[claim](folder, cell, seed), indent=2))
            runs.append(json.loads(path.read_text()))
        print(f"\n{claim}, {len(runs)} seeds, mean (95 % interval)")
        for name in runs[0]:
            print(f"  {name}: {shown([run[name] for run in runs])}", flush=True)
        for name in runs[0]:
            if "before" in name and len(runs) > 1:
                after = [run[name.replace("before", "after")] for run in runs]
                print(f"  {name.replace('before', 'difference')}: {compared(after, [run[name] for run in runs])}")


if __name__ == "__main__":
    main()
