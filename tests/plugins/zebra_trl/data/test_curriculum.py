"""The order of the pairs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


@pytest.mark.parametrize("direction", ["easy-to-hard", "hard-to-easy"])
def test_the_curriculum_reaches_the_batches(tmp_path: Path, demo: Path, direction: str) -> None:
    """The batches come in stages of the margin, widest first or last, in another order within a stage in each epoch."""
    from zebra_trl import run as work
    from zebra_trl.config import trl_config
    from zebra_trl.data.load import read, standard
    from zebra_trl.data.tokens import Tokens
    from zebra_trl.models.tiny import make_tiny
    from zebra_trl.models.tokenizer import tokenizer_of
    from zebra_trl.trainers import DPO

    make_tiny(tmp_path / "model")
    made = DPO(curriculum=direction, stages=4, per_device_train_batch_size=5, warmup_steps=1)
    tokenizer = tokenizer_of(str(tmp_path / "model"), made)
    rows = Tokens(tokenizer).of(standard(read(str(demo)), pairs=True))
    trainer = work._trainer(
        made, trl_config(made, tmp_path / "x", len(rows), print), str(tmp_path / "model"), tokenizer, (rows, None)
    )
    margin_of = {
        tuple(prompt + chosen): margin
        for prompt, chosen, margin in zip(rows["prompt_ids"], rows["chosen_ids"], rows["margin"], strict=True)
    }
    loader, epochs = trainer.get_train_dataloader(), []
    for epoch in range(2):
        loader.set_epoch(epoch)
        seen = []
        for batch in loader:
            for ids, mask in zip(batch["input_ids"][:5], batch["attention_mask"][:5], strict=True):
                seen.append(margin_of[tuple(ids[: mask.sum()].tolist())])
        epochs.append(seen)
        stages = np.array(seen).reshape(4, 150)
        if direction == "easy-to-hard":
            stages = stages[::-1]
        assert all(stages[k].max() <= stages[k + 1].min() for k in range(3))
    assert epochs[0] != epochs[1]
    assert sorted(epochs[0]) == sorted(epochs[1])


@pytest.mark.parametrize(
    ("by", "order"), [("margin", [2, 0, 1, 3]), ("policy_margin", [2, 0, 1, 3]), ("similarity", [1, 0, 2, 3])]
)
def test_a_high_value_is_easy_except_of_similarity(by: str, order: list[int]) -> None:
    """Of 0.5, 0.1, 0.9 and none, the third pair is the easiest; as similarities, the second. One without a value is last."""
    from zebra_trl.data.curriculum import easiness

    values = [0.5, 0.1, 0.9, None]
    assert np.argsort(easiness(values, by, "easy-to-hard"), kind="stable").tolist() == order  # type: ignore[arg-type]
    backwards = np.argsort(easiness(values, by, "hard-to-easy"), kind="stable").tolist()  # type: ignore[arg-type]
    assert backwards == [*order[2::-1], 3]


def test_any_numeric_column_orders_the_pairs(zebra_cli: Project) -> None:
    """Prompts of a, b, c and d with gaps 3, 1, 4 and 2, one pair per step and stage: c, a, d, b are learned in this order."""
    from zebra_trl import run as work
    from zebra_trl.config import trl_config
    from zebra_trl.models.tiny import make_tiny
    from zebra_trl.models.tokenizer import tokenizer_of
    from zebra_trl.trainers import DPO

    gaps = {"a": 3, "b": 1, "c": 4, "d": 2}
    rows = [{"prompt": name, "chosen": "yes", "rejected": "no", "gap": gap} for name, gap in gaps.items()]
    zebra_cli.write("pairs.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    make_tiny(zebra_cli.folder / "model")
    made = DPO(curriculum="easy-to-hard", curriculum_by="gap", stages=4, per_device_train_batch_size=1, held_out=0)
    tokenizer = tokenizer_of("model", made)
    tokens, _ = work._rows(made, "pairs.jsonl", "model", tokenizer)
    config = trl_config(made, zebra_cli.folder / "x", 4, print)
    trainer = work._trainer(made, config, "model", tokenizer, (tokens, None))
    firsts = [tokenizer.decode(batch["input_ids"][0, 0]) for batch in trainer.get_train_dataloader()]
    assert firsts == ["c", "a", "d", "b"]
