"""Every format is recognised, and read as the pool that its sample is written for."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from helpers.pool_formats import LARGE, POOL, SAMPLES, SMALL
from helpers.pools import FORMATS, lines, long, ultrafeedback, wide

import zebra_core as zebra
from zebra_core.plugins.component import Component
from zebra_core.pool.pool import batches
from zebra_core.testing import Project

SCORES = f"model,MMLU,IFEval\n{LARGE},80,70\n{SMALL},40,50\nother,10,10\n"
TODAY = ("ultrafeedback", "long", "wide", "messages")
"""The readers of general layouts, which came first."""


def readers(plugins: zebra.Plugins) -> list[Component]:
    return [component for component in plugins.of_kind("pool") if component.plugin == "pools"]


def accepting(plugins: zebra.Plugins, location: str) -> list[str]:
    """Return the readers that recognise a location; one that cannot open it does not."""
    names = []
    for component in readers(plugins):
        try:
            if component.bind().declines(location) is None:
                names.append(component.name)
        except zebra.ZebraError:
            continue
    return names


def answers(pool: zebra.Pool) -> tuple[dict[str, dict[str, str]], list[zebra.Rejected]]:
    """Return the responses of each model by prompt, in one line, and the rows that were left out."""
    rejected: list[zebra.Rejected] = []
    rows = [row for part in pool.parts for batch in batches(part, rejected.append) for row in batch.to_pylist()]
    prompts = [" ".join("\n".join(message["content"] for message in row["prompt"]).split()) for row in rows]
    assert len({*prompts}) == len(prompts)
    return {
        p: dict(zip(r["models"], r["responses"], strict=True)) for p, r in zip(prompts, rows, strict=True)
    }, rejected


EXPECTED = {" ".join(prompt.split()): by for prompt, by in POOL.items()}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_recognised_and_read(plugins: zebra.Plugins, tmp_path: Path, name: str) -> None:
    """Exactly one reader recognises the sample, and its pool has both prompts with the answers of both models."""
    location = SAMPLES[name].write(tmp_path)
    assert accepting(plugins, location) == [SAMPLES[name].reader]
    pool = zebra.open_pool(location)
    result, _ = answers(pool)
    assert result == EXPECTED
    sent = zebra.Pool(pickle.loads(pickle.dumps(pool.parts)))  # noqa: S301
    assert answers(sent)[0] == EXPECTED


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_goes_through_a_run(zebra_cli: Project, name: str) -> None:
    """`zebra run` makes a pair of each prompt, and chooses the model with the better scores, whatever the workers."""
    location = SAMPLES[name].write(zebra_cli.folder)
    zebra_cli.write("scores.csv", SCORES)
    for workers in ("1", "3"):
        zebra_cli.run("run", "--pool", location, "--scores", "scores.csv", "--workers", workers, "-o", f"out{workers}")
    pairs = [{side: row[side][0]["content"] for side in ("chosen", "rejected")} for row in zebra_cli.dataset("out1")]
    assert sorted(map(str, pairs)) == sorted(str({"chosen": by[LARGE], "rejected": by[SMALL]}) for by in POOL.values())
    assert zebra_cli.dataset("out1") == zebra_cli.dataset("out3")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("layout", [ultrafeedback, long, wide], ids=lambda make: make.__name__)
def test_no_file_is_taken_from_the_general_readers(
    plugins: zebra.Plugins, tmp_path: Path, layout: Any, name: str
) -> None:
    """What a general reader recognises, no reader of a format does."""
    (tmp_path / name).write_bytes(FORMATS[name](layout()))
    assert accepting(plugins, str(tmp_path / name)) == [layout.__name__]


@pytest.mark.parametrize(
    "row",
    [
        {"uid": "u", "prompt": "q", "gpt": "a", "llama": "b"},
        {"question_id": "q", "prompt": "q", "model": "m", "output": "a"},
        {"messages": [{"role": "user", "content": "q"}], "model": "m", "response": "a"},
        {"prompt": "q", "model": "m", "response": "a", "conversation_hash": "x", "doc_id": 1},
        {"instruction": "q", "models": ["a"], "responses": ["x"], "generations": ["x"]},
    ],
)
def test_columns_of_formats_do_not_take_a_table(plugins: zebra.Plugins, tmp_path: Path, row: dict[str, Any]) -> None:
    """A table of a general layout with columns that a format has too is still of the general layout."""
    (tmp_path / "pool.jsonl").write_bytes(lines([row]))
    (reader,) = accepting(plugins, str(tmp_path / "pool.jsonl"))
    assert reader in TODAY
