"""The layout `messages`."""

from __future__ import annotations

from helpers.pools import (
    lines,
    read_bare,
)

from zebra_core.testing import Project


def test_several_turns(zebra_cli: Project) -> None:
    """A prompt of several messages comes through as it is, in every layout that has a prompt."""
    turns = [{"role": role, "content": role[::-1]} for role in ("system", "user", "assistant", "user")]
    for number, row in enumerate(
        [
            {"prompt": turns, "models": ["a"], "responses": ["x"]},
            {"prompt": turns, "model": "a", "response": "x"},
            {"prompt": turns, "a": "x", "b": "y"},
            {"instruction": turns, "completions": [{"model": "a", "response": "x"}]},
        ]
    ):
        zebra_cli.write(f"{number}.jsonl", lines([row]))
        assert read_bare(f"{number}.jsonl")[0][1] == turns
