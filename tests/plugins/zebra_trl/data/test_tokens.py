"""Token ids."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.trained_models import PAIR, settings

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_tokens_equal_trl(zebra_cli: Project, demo: Path) -> None:
    """Our ids of messages and of texts are the ids of TRL's own DPO trainer."""
    import datasets
    from trl import DPOConfig, DPOTrainer

    from zebra_trl.data.load import read, standard
    from zebra_trl.data.tokens import Tokens
    from zebra_trl.models.tokenizer import tokenizer_of
    from zebra_trl.trainers import DPO

    zebra_cli.run("tiny-model", "model")
    rows = standard(read(str(demo)), pairs=True).select(range(20))
    texts = datasets.Dataset.from_list(
        [{side: row[side][0]["content"] for side in ("prompt", "chosen", "rejected")} for row in rows]
    )
    args = DPOConfig(output_dir="x", use_cpu=True, bf16=False, report_to=[], disable_tqdm=True)
    for given in (rows, texts):
        theirs = DPOTrainer(model="model", args=args, train_dataset=given).train_dataset
        ours = Tokens(tokenizer_of("model", DPO())).of(given)
        for name in ("prompt_ids", "chosen_ids", "rejected_ids"):
            assert ours[name] == theirs[name]


def test_dropped_and_cut_rows_are_reported(zebra_cli: Project) -> None:
    """Of five pairs one is empty, one too long, one the same after cutting, one cut, and one complete."""
    long = "ab" * 20
    rows = [PAIR, {**PAIR, "chosen": ""}, {**PAIR, "prompt": long}, {**PAIR, "chosen": long, "rejected": long + "c"}]
    rows += [{**PAIR, "chosen": long}]
    zebra_cli.write("pairs.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    output = zebra_cli.run(
        "train", "pairs.jsonl", "--model", "tiny", "-o", "out", *settings("dpo", max_length=40, max_steps=1)
    ).stderr
    assert (
        "2 rows of 31 tokens in the median, 95 % of at most 47, the longest of 49" in output
    )  # 8 + 4 + 1 and 8 + 40 + 1
    assert "left out 1: empty chosen response (row 1)" in output
    assert "left out 1: the prompt alone fills max_length (40) (row 2)" in output
    assert "left out 1: the same after cutting at max_length (40) (row 3)" in output
    assert "1 responses are cut at max_length (40)" in output
