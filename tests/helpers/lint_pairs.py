"""Seven pairs with one flaw or two each, and the dataset of them."""

from __future__ import annotations

import json

from zebra_core.testing import Project

RESPONSES = [
    ("Same  text", "same text"),
    ("one two three", "one two  three "),
    ("I'm sorry, but I can't help.", "Mix it."),
    ("Fine.</s>", "No <|im_end|> no"),
    (" ".join(map(str, range(100))), " ".join(map(str, range(1, 100)))),
    ("Good.", "Bad."),
    ("Good.", "Bad."),
]
"""What the scholar answers, which is chosen, and what the parrot answers."""
PROMPTS = [f"Prompt {n}" for n in range(6)] + ["prompt  5"]


def build(cli: Project) -> None:
    """Build `zebra-dataset` of the seven pairs, r0 to r6."""
    rows = [
        {"id": f"r{n}", "prompt": prompt, "scholar": chosen, "parrot": rejected}
        for n, (prompt, (chosen, rejected)) in enumerate(zip(PROMPTS, RESPONSES, strict=True))
    ]
    cli.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    cli.run("run", "--pool", "wide:pool.jsonl", "--scores", "demo")
