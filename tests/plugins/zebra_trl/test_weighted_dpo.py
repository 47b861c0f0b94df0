"""Margin and confidence in DPO's loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_margin_and_confidence_change_the_gradient() -> None:
    """d loss / d h of each pair, worked out by hand: with s = sigmoid(-(h - shift x margin)), the slope of l there is -s."""
    import torch

    from zebra_trl.weighted_dpo import signal_loss

    h, margin, confidence = (
        torch.tensor([0.3, -1.0, 2.0]),
        torch.tensor([0.1, 0.5, 0.9]),
        torch.tensor([0.52, 0.7, 0.95]),
    )
    s = 1 / (1 + np.exp((h - 2 * margin).double().numpy()))
    c = confidence.double().numpy()
    flipped = np.minimum(1 - c, 0.45)
    target = {
        "off": -s,
        "weight": -c * s,
        "smooth": -c * s + (1 - c) * (1 - s),
        "robust": (-(1 - flipped) * s - flipped * (1 - s)) / (1 - 2 * flipped),
    }
    for use, slope in target.items():
        logits = h.clone().requires_grad_()
        signal_loss(logits, margin, confidence, 2.0, use).backward()  # type: ignore[no-untyped-call]
        assert logits.grad is not None
        np.testing.assert_allclose(logits.grad.numpy(), slope / 3, rtol=1e-5)


def first_gradient(demo: Path, output: Path, **values: Any) -> tuple[float, np.ndarray[Any, Any], Any]:
    """Return loss and gradient of the untrained model on one batch of four pairs, and the rows."""
    from zebra_trl import run as work
    from zebra_trl.config import trl_config
    from zebra_trl.data.load import read, standard
    from zebra_trl.data.tokens import Tokens
    from zebra_trl.models.tiny import make_tiny
    from zebra_trl.models.tokenizer import tokenizer_of
    from zebra_trl.trainers import DPO

    model = output / "model"
    if not model.exists():
        make_tiny(model)
    made = DPO(per_device_train_batch_size=4, held_out=0.0, warmup_steps=1, gradient_accumulation_steps=1, **values)
    tokenizer = tokenizer_of(str(model), made)
    rows = Tokens(tokenizer).of(standard(read(str(demo)), pairs=True).select([0, 1, 2, 3]))
    config = trl_config(made, output / "x", len(rows), lambda _: None)
    trainer = work._trainer(made, config, str(model), tokenizer, (rows, None))
    batch = trainer.data_collator([trainer.train_dataset[k] for k in range(4)])
    trainer.model.train()
    loss = trainer.compute_loss(trainer.model, batch)
    loss.backward()
    gradient = np.concatenate([p.grad.flatten().numpy() for p in trainer.model.parameters()])
    return float(loss), gradient, rows


def test_margin_and_confidence_reach_the_model(tmp_path: Path, demo: Path) -> None:
    """Before the first step policy and reference are equal, so h = 0: the loss is mean softplus(shift x margin), and the gradient follows.

    Without signals each pair's slope is -1/2. A shift makes it -sigmoid(shift x margin), `weight` -confidence / 2, and `robust` leaves
    it at -1/2 / (1 - 2e); so where all four pairs had one margin and one confidence the gradient would be a multiple of the plain one.
    """
    import datasets

    rows = datasets.load_dataset(
        "parquet", data_files=[str(p) for p in (demo / "data").glob("*.parquet")], split="train"
    )
    same = rows.select(range(4)).map(lambda _: {"margin": 0.4, "confidence": 0.8})
    same.save_to_disk(tmp_path / "same")
    plain, gradient, _ = first_gradient(tmp_path / "same", tmp_path)
    assert plain == pytest.approx(np.log(2), abs=1e-6)
    factors = {
        ("margin_shift", 2.0): 2 / (1 + np.exp(-0.8)),
        ("confidence", "weight"): 0.8,
        ("confidence", "robust"): 1 / 0.6,
    }
    factors |= {("confidence", "smooth"): 0.8 - 0.2}
    for (name, value), factor in factors.items():
        loss, shifted, _ = first_gradient(tmp_path / "same", tmp_path, **{name: value})
        np.testing.assert_allclose(shifted, factor * gradient, atol=2e-5 * np.abs(gradient).max())
        expected = {"margin_shift": np.log1p(np.exp(0.8)), "weight": 0.8 * np.log(2)}.get(
            name if name == "margin_shift" else str(value), np.log(2)
        )
        assert loss == pytest.approx(expected, abs=1e-5)
    loss, _, result = first_gradient(demo, tmp_path, margin_shift=3.0)
    assert loss == pytest.approx(np.mean(np.log1p(np.exp(3 * np.array(result["margin"])))), abs=1e-5)
