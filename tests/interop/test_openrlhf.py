"""OpenRLHF takes the options of the exported command and reads the pairs; its ids differ from TRL's by the last line feed."""

from __future__ import annotations

import argparse
import ast
import sys
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from interop import pairs
from interop.commands import words

pytest.importorskip("openrlhf", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def strategy(exports: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the datasets take of a training: the options of the exported command, and a way to print."""
    monkeypatch.chdir(exports / "openrlhf")
    command = words(Path("openrlhf.sh"), "deepspeed")
    assert command[:2] == ["--module", "openrlhf.cli.train_dpo"]
    monkeypatch.setattr(sys, "argv", command[1:])
    return SimpleNamespace(args=parsed("openrlhf.cli.train_dpo"), print=print, is_rank_0=lambda: True)


def parsed(module: str) -> Any:
    """Return the options as a module parses them: its main block is run up to where it reads them."""
    from openrlhf.utils.config import hierarchize

    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    main = ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body[-1]
    assert isinstance(main, ast.If)
    steps = [ast.unparse(step) for step in main.body]
    names: dict[str, Any] = {"argparse": argparse, "datetime": datetime}
    for step in steps[: steps.index("args = parser.parse_args()") + 1]:
        exec(step, names)  # noqa: S102  # the parser cannot be imported
    return hierarchize(names["args"])


def dataset(strategy: SimpleNamespace, model: Path, *, is_dpo: bool) -> Any:
    """Return the dataset as the commands make it."""
    from openrlhf.datasets import RewardDataset
    from openrlhf.datasets.utils import blending_datasets
    from transformers import AutoTokenizer

    data = strategy.args.data
    rows = blending_datasets(data.dataset, data.dataset_probs, strategy, dataset_split=data.dataset_split)
    tokenizer = AutoTokenizer.from_pretrained(model)
    return RewardDataset(rows, tokenizer, data.max_len, strategy, data.input_template, is_dpo=is_dpo, num_processors=1)


def test_ids(strategy: SimpleNamespace, model: Path) -> None:
    """The ids are TRL's without the line feed after the last turn, which OpenRLHF strips; the prompt is as long."""
    assert strategy.args.model.beta == 0.1
    prepared = list(dataset(strategy, model, is_dpo=True))
    assert [row[0][0].tolist() for row in prepared] == [ids[:-1] for ids in pairs.CHOSEN_IDS]
    assert [row[2][0].tolist() for row in prepared] == [ids[:-1] for ids in pairs.REJECTED_IDS]
    assert [row[4] for row in prepared] == list(map(len, pairs.PROMPT_IDS))


def test_margin_of_a_reward_model(strategy: SimpleNamespace, model: Path) -> None:
    """Training a reward model, OpenRLHF takes the column `margin` without being told."""
    assert [row[4] for row in dataset(strategy, model, is_dpo=False)] == pytest.approx([pairs.MARGIN] * 10)
