"""The papers' tasks on lm-evaluation-harness, with small local files; needs the extras eval and train."""

from __future__ import annotations

from typing import Any

SHORT = ("--set", "lm-eval.max_new_tokens=8")


def arc(right: str, digits: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002
    """Return a row of ARC whose right option is of this letter."""
    labels = ["1", "2", "3"] if digits else ["A", "B", "C"]
    key = labels["ABC".index(right)]
    return {"question": "Which?", "choices": {"text": ["this", "that", "more"], "label": labels}, "answerKey": key}


def hellaswag(right: int) -> dict[str, Any]:
    """Return a row of HellaSwag."""
    return {
        "activity_label": "Baking bread",
        "ctx_a": "A man opens the oven.",
        "ctx_b": "he",
        "endings": ["flies [title] off.", "takes out bread."],
        "label": str(right),
    }


def mmlu(subject: str, right: int) -> dict[str, Any]:
    """Return a row of MMLU."""
    return {"question": "Which?", "subject": subject, "choices": ["a", "b", "c", "d"], "answer": right}


def mmlu_pro(right: int) -> dict[str, Any]:
    """Return a row of MMLU-Pro."""
    options = [f"option {number}" for number in range(10)]
    return {"question": "Which?", "options": options, "answer": "ABCDEFGHIJ"[right], "answer_index": right}


def ifeval(instruction: str) -> dict[str, Any]:
    """Return a row of IFEval."""
    return {"key": 1, "prompt": "Say something.", "instruction_id_list": [instruction], "kwargs": [{}]}


ROWS: dict[str, list[dict[str, Any]]] = {
    "zebra_mmlu_stem": [
        mmlu("astronomy", 1),
        mmlu("college_physics", 3),
        mmlu("world_religions", 1),
    ],  # B, D; the third is no STEM
    "zebra_mmlu_pro": [mmlu_pro(9), mmlu_pro(1), mmlu_pro(0), mmlu_pro(5)],  # J, B, A, F
    "zebra_hellaswag": [hellaswag(1), hellaswag(1), hellaswag(0)],
    "zebra_arc_easy": [arc("B"), arc("B", digits=True), arc("C"), arc("B")],
    "zebra_arc_challenge": [arc("A"), arc("C", digits=True)],
    "ifeval": [ifeval("punctuation:no_comma"), ifeval("detectable_format:title")],
}
