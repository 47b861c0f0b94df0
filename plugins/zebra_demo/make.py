"""Measure the responders and have them answer: `python -m zebra_demo.make` writes scores.csv and pool.jsonl again."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from zebra_demo.responders import RESPONDERS
from zebra_demo.tasks import FAMILIES, Question, is_correct, questions

HERE = Path(__file__).parent
MEASURED, ASKED, ANSWERS = 200, 100, 4


def measuring_set() -> list[Question]:
    """The questions that the scores are measured on."""
    return questions(Random(1), MEASURED)


def measure() -> dict[str, dict[str, float]]:
    """Return how often each responder is right in each family."""
    asked = measuring_set()
    return {
        responder.name: {
            family: round(sum(is_correct(q, responder(q.prompt)) for q in asked if q.family == family) / MEASURED, 3)
            for family in FAMILIES
        }
        for responder in RESPONDERS
    }


def pool_rows() -> list[dict[str, Any]]:
    """Return the pool: other questions, each answered by some responders drawn at random, rated by true correctness."""
    draw = Random(2)
    asked = questions(draw, ASKED, without={question.prompt for question in measuring_set()})
    draw.shuffle(asked)
    rows = []
    for question in asked:
        answered = [(responder.name, responder(question.prompt)) for responder in draw.sample(RESPONDERS, ANSWERS)]
        completions = [
            {"model": name, "response": text, "overall_score": float(is_correct(question, text))}
            for name, text in answered
        ]
        models = [name for name, _ in answered]
        rows.append(
            {"source": question.family, "instruction": question.prompt, "models": models, "completions": completions}
        )
    return rows


def scores_csv() -> str:
    """Return the measured scores as they are shipped."""
    lines = [["model", *FAMILIES], *([name, *map(str, scores.values())] for name, scores in measure().items())]
    return "".join(",".join(line) + "\n" for line in lines)


def pool_jsonl() -> str:
    """Return the pool as it is shipped."""
    return "".join(json.dumps(row) + "\n" for row in pool_rows())


if __name__ == "__main__":
    (HERE / "scores.csv").write_text(scores_csv(), encoding="utf-8")
    (HERE / "pool.jsonl").write_text(pool_jsonl(), encoding="utf-8")
