"""Make the demo's files: measure the responders and collect their answers (`python -m zebra_demo.make`)."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from zebra_demo.responders import RESPONDERS
from zebra_demo.tasks import FAMILIES, Question, is_correct, questions

HERE = Path(__file__).parent
MEASURED, POOL, HELD_OUT, PROMPTS, ANSWERS = 200, 100, 50, 50, 4
"""Questions per family that scores are measured on, of the pool, held out, and without answers; answers per question."""


def measuring_set() -> list[Question]:
    """Return the questions that the scores are measured on."""
    return questions(Random(1), MEASURED)


def measure() -> dict[str, dict[str, float]]:
    """Return how often each responder is right in each family."""
    measuring = measuring_set()
    return {
        responder.name: {
            family: round(
                sum(is_correct(q, responder(q.prompt)) for q in measuring if q.family == family) / MEASURED, 3
            )
            for family in FAMILIES
        }
        for responder in RESPONDERS
    }


def pool_set(draw: Random) -> list[Question]:
    """Return the questions of the pool, none of which is used to measure the scores."""
    return questions(draw, POOL, without={question.prompt for question in measuring_set()})


def held_out_set(draw: Random) -> list[Question]:
    """Return the held-out questions, which are neither in the pool nor used to measure the scores."""
    used = {question.prompt for question in (*measuring_set(), *pool_set(Random(2)))}
    return questions(draw, HELD_OUT, without=used)


def prompts_set() -> list[Question]:
    """Return further questions, of `examples/prompts.jsonl`."""
    used = {question.prompt for question in (*measuring_set(), *pool_set(Random(2)), *held_out_set(Random(3)))}
    return questions(Random(4), PROMPTS, without=used)


def answer(draw: Random, pool: list[Question]) -> list[dict[str, Any]]:
    """Return a pool in which randomly drawn responders answer each question, rated by true correctness."""
    draw.shuffle(pool)
    rows = []
    for question in pool:
        responders = draw.sample(RESPONDERS, ANSWERS)
        answers = [(responder.name, responder(question.prompt)) for responder in responders]
        completions = [
            {"model": name, "response": text, "overall_score": float(is_correct(question, text))}
            for name, text in answers
        ]
        models = [name for name, _ in answers]
        rows.append(
            {"source": question.family, "instruction": question.prompt, "models": models, "completions": completions}
        )
    return rows


def pool_rows() -> list[dict[str, Any]]:
    """Return the pool."""
    draw = Random(2)
    return answer(draw, pool_set(draw))


def held_out_rows() -> list[dict[str, Any]]:
    """Return the pool of held-out questions."""
    draw = Random(3)
    return answer(draw, held_out_set(draw))


def scores_csv() -> str:
    """Return the measured scores as CSV."""
    lines = [["model", *FAMILIES], *([name, *map(str, scores.values())] for name, scores in measure().items())]
    return "".join(",".join(line) + "\n" for line in lines)


def as_jsonl(rows: list[dict[str, Any]]) -> str:
    """Return rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def questions_jsonl() -> str:
    """Return the held-out questions and their answers, for `zebra evaluate --tasks zebra_demo`."""
    held_out = held_out_set(Random(3))
    return as_jsonl([{"family": q.family, "question": q.prompt, "answer": q.answer} for q in held_out])


def prompts_jsonl() -> str:
    """Return the questions without answers, for `zebra run --prompts`."""
    asked = prompts_set()
    Random(4).shuffle(asked)
    rows = [{"id": f"{q.family}-{number:03}", "prompt": q.prompt, "source": q.family} for number, q in enumerate(asked)]
    return as_jsonl(rows)


if __name__ == "__main__":
    (HERE / "scores.csv").write_text(scores_csv(), encoding="utf-8")
    (HERE / "pool.jsonl").write_text(as_jsonl(pool_rows()), encoding="utf-8")
    (HERE / "held_out.jsonl").write_text(as_jsonl(held_out_rows()), encoding="utf-8")
    (HERE.parent / "zebra_lm_eval/tasks/demo.jsonl").write_text(questions_jsonl(), encoding="utf-8")
    (HERE.parents[1] / "examples/prompts.jsonl").write_text(prompts_jsonl(), encoding="utf-8")
