"""The order of the pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

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
