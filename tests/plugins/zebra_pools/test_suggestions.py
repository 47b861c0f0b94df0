"""The flags that an error suggests for unusual column names make the file readable."""

from __future__ import annotations

import json
import shlex

import pytest
from helpers.bad_input import SCORES

from zebra_core.testing import Project


@pytest.mark.parametrize(
    ("row", "flags"),
    [
        ({"question": "q", "a": "x", "b": "y"}, "--set wide.prompt=question"),
        ({"my prompt": "q", "a": "x", "b": "y"}, "--set 'wide.prompt=my prompt'"),
        ({"Query": "q", "a": "x", "b": "y", "rank": 3}, "--set wide.prompt=Query"),
        (
            {"question": "q", "model_name": "MODEL", "answer": "x"},
            "--set long.prompt=question --set long.model=model_name --set long.response=answer",
        ),
        ({"prompt": "q", "generator": "MODEL", "completion": "x"}, "--set long.response=completion"),
        ({"user": "q", "Model": "MODEL", "response": "x"}, "--set long.prompt=user --set long.model=Model"),
    ],
)
def test_the_suggested_flags_work(zebra_cli: Project, row: dict[str, object], flags: str) -> None:
    """The message ends with the flags, and the run with them gives the pair of a and b."""
    rows = (
        [row]
        if "MODEL" not in row.values()
        else [
            {
                name: model if value == "MODEL" else f"{value}{model if value == 'x' else ''}"
                for name, value in row.items()
            }
            for model in "ab"
        ]
    )
    zebra_cli.write("pool.jsonl", "\n".join(map(json.dumps, rows)))
    zebra_cli.write("scores.csv", SCORES)
    command = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv")
    assert zebra_cli.run(*command, code=2).stderr.endswith(f"; add {flags}\n")
    zebra_cli.run(*command, *shlex.split(flags))
    assert [(row["chosen_model"], row["rejected_model"]) for row in zebra_cli.dataset()] == [("a", "b")]


def test_without_a_guess_the_options_are_named(zebra_cli: Project) -> None:
    """A table with one column of text gets the options, without its columns filled in."""
    zebra_cli.write("pool.jsonl", json.dumps({"foo": "q", "bar": 3}))
    output = zebra_cli.run("run", "--pool", "pool.jsonl", code=2).stderr
    assert "its columns are foo, bar; name the columns: --set long.prompt=..." in output


TALK = [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]


@pytest.mark.parametrize(
    ("row", "remedy"),
    [
        (
            {"context": [{"role": "user", "content": "q"}], "response1": "x", "response2": "y"},
            "HelpSteer3 does not say",
        ),
        (
            {"task": "t", "dataset": "d", "trajectory": TALK, "chosen": "x", "rejected": "y"},
            "UltraInteract does not say",
        ),
        (
            {"id": "1", "conversations": TALK},
            "no column says which model answered, and only models have scores; add a column",
        ),
        ({"prompt": "q", "response": "x"}, "or name a folder that has a file per model"),
        ({"object": "chat.completion", "choices": [{"index": 0}], "model": "m"}, "a completion lacks its request"),
    ],
)
def test_a_format_without_models_gets_a_remedy(zebra_cli: Project, row: dict[str, object], remedy: str) -> None:
    """What names no model for a response, or no prompt for a completion, is refused with one line that says what to add."""
    zebra_cli.write("pool.jsonl", json.dumps(row))
    error = zebra_cli.run("run", "--pool", "pool.jsonl", code=2).stderr
    assert remedy in error
    assert error.startswith("Error: no pool reads 'pool.jsonl': ")
    assert error.count("\n") == 1
