"""Margin, confidence and marks in DPO's loss."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.trained_models import metrics, settings

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_margin_and_confidence_change_the_gradient() -> None:
    """d loss / d h of each pair, worked out by hand: with s = sigmoid(-(h - shift x margin)), the slope of l there is -s."""
    import torch

    from zebra_trl.pair_losses import preference_losses

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
        preference_losses(logits, margin, confidence, 2.0, use).mean().backward()  # type: ignore[no-untyped-call]
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
    rows = Tokens(tokenizer).of(standard(read(str(demo)), pairs=True, named=["hard"]).select([0, 1, 2, 3]))
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


def test_marked_pairs_have_the_sft_loss() -> None:
    """Losses 1, 2 and 3, the last two marked, with log-likelihoods -6 of 2 tokens and -4 of 3: -(-6 - 4) / (2 + 3) = 2 for both."""
    import torch

    from zebra_trl.pair_losses import mixed_losses

    losses, likelihoods = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([-50.0, -6.0, -4.0])
    tokens = torch.tensor([10, 2, 3])
    mixed = mixed_losses(losses, torch.tensor([False, True, True]), likelihoods, tokens)
    assert mixed.tolist() == [1, 2, 2]
    assert mixed_losses(losses, torch.zeros(3, dtype=torch.bool), likelihoods, tokens).tolist() == [1, 2, 3]


@pytest.fixture
def marked(tmp_path: Path, demo: Path) -> Callable[..., Path]:
    """Return a function that writes the first pairs of the demo, marked as hard or not."""
    import datasets

    files = [str(path) for path in (demo / "data").glob("*.parquet")]
    rows = datasets.load_dataset("parquet", data_files=files, split="train")

    def write(*marks: bool) -> Path:
        folder = tmp_path / "".join(map(str, map(int, marks)))
        rows.select(range(len(marks))).add_column("hard", list(marks)).save_to_disk(folder)
        return folder

    return write


def test_all_pairs_marked_is_the_sft_loss_of_trl(tmp_path: Path, marked: Callable[..., Path]) -> None:
    """Loss and gradient are those of TRL's DPO trainer with the loss type `sft`; no pair marked, those of DPO: log 2."""
    every = marked(True, True, True, True)
    theirs, slope, _ = first_gradient(every, tmp_path, loss_type=("sft",))
    ours, gradient, _ = first_gradient(every, tmp_path, sft_where="hard")
    assert ours == pytest.approx(theirs, rel=1e-6)
    np.testing.assert_allclose(gradient, slope, atol=1e-6 * np.abs(slope).max())
    none = marked(False, False, False, False)
    ours, gradient, _ = first_gradient(none, tmp_path, sft_where="hard")
    _, slope, _ = first_gradient(none, tmp_path)
    assert ours == pytest.approx(np.log(2), abs=1e-6)
    np.testing.assert_allclose(gradient, slope, atol=1e-6 * np.abs(slope).max())


def test_some_pairs_marked_is_the_mean_over_pairs(tmp_path: Path, marked: Callable[..., Path]) -> None:
    """Of four pairs the second and third are marked: (2 x preference + 2 x SFT) / 4, worked out from a plain forward pass.

    The preference loss is softplus(shift x margin) before the first step, times the confidence if it is a weight.
    """
    import torch
    from transformers import AutoModelForCausalLM

    def expected(rows: Any, preference: Any) -> float:
        model = AutoModelForCausalLM.from_pretrained(tmp_path / "model")
        likelihood, tokens = 0.0, 0
        for at in (1, 2):
            prompt, answer = rows[at]["prompt_ids"], rows[at]["chosen_ids"]
            with torch.no_grad():
                logits = model(torch.tensor([prompt + answer])).logits[0].log_softmax(-1)
            likelihood += sum(float(logits[len(prompt) + k - 1, token]) for k, token in enumerate(answer))
            tokens += len(answer)
        return (preference[0] + preference[3] + 2 * -likelihood / tokens) / 4

    some = marked(False, True, True, False)
    loss, _, rows = first_gradient(some, tmp_path, sft_where="hard")
    assert loss == pytest.approx(expected(rows, np.full(4, np.log(2))), abs=1e-5)
    loss, _, rows = first_gradient(some, tmp_path, sft_where="hard", margin_shift=3.0, confidence="weight")
    shifted = np.array(rows["confidence"]) * np.log1p(np.exp(3 * np.array(rows["margin"])))
    assert loss == pytest.approx(expected(rows, shifted), abs=1e-5)


def test_held_out_pairs_have_the_preference_loss(zebra_cli: Project, marked: Callable[..., Path]) -> None:
    """Of a model that learns at rate 0, the held-out loss is log 2, although the SFT loss of marked pairs is above 1."""
    folder = marked(*[True] * 20)
    values = {"sft_where": "hard", "learning_rate": 0.0, "max_steps": 1, "held_out": 0.5, "weight_decay": 0.0}
    output = zebra_cli.run("train", str(folder), "--model", "tiny", "-o", "out", *settings("dpo", **values)).stderr
    assert "10 of 10 pairs are learned from by their chosen response alone" in output
    results = json.loads((zebra_cli.folder / "out/results.json").read_text())
    assert results["metrics"]["loss"] == pytest.approx(np.log(2), abs=1e-6)
    assert metrics(zebra_cli.folder / "out")[0]["loss"] > 1
