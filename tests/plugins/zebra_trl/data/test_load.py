"""Datasets of other tools."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.trained_models import settings

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_other_datasets(zebra_cli: Project) -> None:
    """TRL's other forms: a prompt within the pair, completions, messages, texts, and labels for KTO."""

    def turns(*texts: str) -> list[dict[str, str]]:
        return [{"role": role, "content": text} for role, text in zip(("user", "assistant"), texts, strict=True)]

    forms: dict[str, tuple[str, list[dict[str, Any]]]] = {
        "pairs": ("dpo", [{"chosen": turns("Say.", "Yes."), "rejected": turns("Say.", "No.")}]),
        "completions": ("sft", [{"prompt": "Say.", "completion": "Yes."}]),
        "messages": ("sft", [{"messages": turns("Say.", "Yes.")}]),
        "texts": ("sft", [{"text": "Yes."}]),
        "labels": ("kto", [{"prompt": "Say.", "completion": "Yes.", "label": True}, {"prompt": "Say.", "completion": "No.", "label": False}]),
    }  # fmt: skip
    for name, (trainer, rows) in forms.items():
        zebra_cli.write(f"{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows * 4))
        arguments = ["--trainer", trainer, "--model", "tiny", "-o", name]
        zebra_cli.run("train", f"{name}.jsonl", *arguments, *settings(trainer, max_steps=1, held_out=0))
        assert json.loads((zebra_cli.folder / name / "results.json").read_text())["rows"] == 4 * len(rows)
