"""Training with TRL, on a tiny model; needs the train extra."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs
pytest.importorskip("trl")


@pytest.fixture(scope="module", autouse=True)
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Work offline, on one thread, with caches of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        import datasets

        cache = tmp_path_factory.mktemp("datasets")
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", cache)
        patch.setenv("HF_DATASETS_CACHE", str(cache))
        yield tmp_path_factory.getbasetemp()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's pairs."""
    folder = tmp_path_factory.mktemp("demo") / "pairs"
    zebra.build(zebra.Recipe(), folder)
    return folder


def settings(trainer: str, **values: Any) -> list[str]:
    """Return `--set` options of a trainer."""
    said = {name: json.dumps(value) for name, value in values.items()}
    return [word for name, value in said.items() for word in ("--set", f"{trainer}.{name}={value}")]


def trained(project: Project, demo: Path, trainer: str, *more: str, **values: Any) -> dict[str, Any]:
    """Train the tiny model, and return the results."""
    project.run(
        "train", str(demo), "--trainer", trainer, "--model", "tiny", "-o", "out", *more, *settings(trainer, **values)
    )
    results = json.loads((project.folder / "out/results.json").read_text())
    found: dict[str, Any] = {**results, **results["metrics"]}
    return found


def metrics(folder: Path) -> list[dict[str, Any]]:
    """Return the figures that were logged."""
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("trainer", ["dpo", "kto", "reward", "orpo", "cpo", "simpo"])
def test_it_learns(zebra_cli: Project, demo: Path, trainer: str) -> None:
    """On 120 pairs of instructions that were held out the chosen response has the higher reward, in more than 0.8."""
    found = trained(zebra_cli, demo, trainer, held_out=0.2, num_train_epochs=2)
    assert (found["pairs"], found["rows"], found["longer"]) == (120, 480, 45 / 120)
    assert found["accuracy"] > 0.8
    assert found["steps"] == 2 * 480 / 8 * (2 if trainer == "kto" else 1)  # KTO takes each response by itself


def test_sft_learns_the_chosen_responses(zebra_cli: Project, demo: Path) -> None:
    """The loss falls from that of a guess, ln 261, one of each token."""
    found = trained(zebra_cli, demo, "sft", num_train_epochs=1)
    losses = [entry["loss"] for entry in metrics(zebra_cli.folder / "out") if "loss" in entry]
    assert losses[0] == pytest.approx(np.log(261), abs=0.1)
    assert losses[-1] < 0.6 * losses[0]
    assert found["loss"] < 0.6 * losses[0]


def test_run_trains_and_is_taken_up(zebra_cli: Project) -> None:
    """`zebra run --trainer` builds and trains; what it writes is all there; a second run takes the dataset that is there."""
    arguments = ["run", "--model", "tiny", *settings("dpo", num_train_epochs=1)]
    said = zebra_cli.run(*arguments)
    assert "settings that suit the model: learning_rate 0.002" in said.stdout
    assert "The trained model is in zebra-dataset-dpo/" in said.stdout
    folder = zebra_cli.folder / "zebra-dataset-dpo"
    files = {
        "README.md",
        "training.json",
        "results.json",
        "metrics.jsonl",
        "curves.svg",
        "config.json",
        "model.safetensors",
    }
    assert files | {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json"} == {
        path.name for path in folder.iterdir()
    }
    card = (folder / "README.md").read_text()
    for told in (
        "600 pairs of 600 instructions",
        "strategy `sup`",
        "| learning_rate | `0.002` |",
        "held-out reward accuracy",
    ):
        assert told in card
    assert "recipe" not in json.loads((folder / "training.json").read_text())
    assert "trainer" not in zebra_cli.manifest()["recipe"]
    shutil.rmtree(folder)
    again = zebra_cli.run(*arguments)
    assert "the dataset in zebra-dataset is already what this run would write" in again.stdout
    assert "zebra-dataset-dpo exists already; add --overwrite" in zebra_cli.run(*arguments, code=2).stderr


def test_trl_alone_takes_the_folder(zebra_cli: Project) -> None:
    """`load_dataset(folder)` goes into TRL's trainer without a column touched; every row is used and the loss starts at ln 2."""
    import datasets
    from trl import DPOConfig, DPOTrainer

    zebra_cli.run("run", "-o", "pairs")
    zebra_cli.run("tiny-model", "model")
    pairs = datasets.load_dataset("pairs", split="train", cache_dir=str(zebra_cli.folder / "cache"))
    quiet = {"report_to": [], "disable_tqdm": True, "save_strategy": "no", "use_cpu": True, "bf16": False}
    config = DPOConfig(output_dir="trained", max_steps=2, learning_rate=5e-3, logging_steps=1, **quiet)
    trainer = DPOTrainer(model="model", args=config, train_dataset=pairs)
    assert len(trainer.train_dataset) == len(pairs) == 600
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert losses[0] == pytest.approx(np.log(2), abs=1e-3)
    assert losses[1] < losses[0]


def test_tokens_are_those_of_trl(zebra_cli: Project, demo: Path) -> None:
    """Our ids of messages and of texts are the ids that TRL's own DPO trainer makes."""
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


def test_the_signals_change_the_gradient_as_they_say() -> None:
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
    wanted = {
        "off": -s,
        "weight": -c * s,
        "smooth": -c * s + (1 - c) * (1 - s),
        "robust": (-(1 - flipped) * s - flipped * (1 - s)) / (1 - 2 * flipped),
    }
    for use, slope in wanted.items():
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


def test_the_signals_reach_the_model(tmp_path: Path, demo: Path) -> None:
    """Before the first step policy and reference are one, so h = 0: the loss is mean softplus(shift x margin), the gradient follows.

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
    loss, _, found = first_gradient(demo, tmp_path, margin_shift=3.0)
    assert loss == pytest.approx(np.mean(np.log1p(np.exp(3 * np.array(found["margin"])))), abs=1e-5)


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


def command(project: Project, demo: Path, trainer: str, output: str) -> list[str]:
    """Return a training of 24 steps with a checkpoint at every fourth."""
    said = settings(trainer, max_steps=24, save_steps=4, logging_steps=4, held_out=0)
    return [
        sys.executable,
        "-m",
        "zebra_core",
        "train",
        str(demo),
        "--trainer",
        trainer,
        "--model",
        "tiny",
        "-o",
        output,
        *said,
    ]


def weights(folder: Path) -> str:
    """Return the hash of the weights."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


@pytest.mark.parametrize("trainer", ["dpo", "sft"])
def test_killed_at_random_it_ends_the_same(zebra_cli: Project, demo: Path, trainer: str) -> None:
    """Five kills, each after another checkpoint or two; the weights and the figures are those of a training that nobody killed."""
    subprocess.run(command(zebra_cli, demo, trainer, "whole"), check=True, capture_output=True)
    draw, kills = random.Random(trainer), 0
    partial = zebra_cli.folder / "killed.partial"
    for step in (4, 8, 12, 16, 20):
        process = subprocess.Popen(
            command(zebra_cli, demo, trainer, "killed"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        while process.poll() is None and not (partial / f"checkpoint-{step}").exists():
            time.sleep(0.01)
        time.sleep(draw.random() * 0.15)
        kills += process.poll() is None
        process.kill()
        process.communicate()
    done = subprocess.run(
        command(zebra_cli, demo, trainer, "killed"),
        check=not (zebra_cli.folder / "killed").exists(),
        capture_output=True,
    )
    assert kills >= 3, done.stdout
    assert not partial.exists()
    assert weights(zebra_cli.folder / "whole") == weights(zebra_cli.folder / "killed")
    steps = [
        [entry["step"] for entry in metrics(zebra_cli.folder / name) if "loss" in entry] for name in ("whole", "killed")
    ]
    assert steps[0] == steps[1] == [1, 4, 8, 12, 16, 20, 24]


def test_a_damaged_checkpoint_is_left_aside(zebra_cli: Project, demo: Path) -> None:
    """Truncated, or with a file gone, the newest checkpoint is not taken but the one before; the weights come out the same."""
    from zebra_trl.artifacts.checkpoints import newest_whole

    subprocess.run(
        [*command(zebra_cli, demo, "dpo", "kept"), "--set", "dpo.keep_checkpoints=true"],
        check=True,
        capture_output=True,
    )
    kept = zebra_cli.folder / "kept"
    found, damaged = newest_whole(kept)
    assert (found, damaged) == (kept / "checkpoint-24", [])
    (kept / "checkpoint-24/optimizer.pt").write_bytes((kept / "checkpoint-24/optimizer.pt").read_bytes()[:-1])
    (kept / "checkpoint-20/trainer_state.json").unlink()
    (kept / "checkpoint-16/model.safetensors").open("r+b").write(b"x")
    (kept / "checkpoint-12/whole.json").unlink()
    found, damaged = newest_whole(kept)
    assert found == kept / "checkpoint-8"
    assert [path.name for path in damaged] == [f"checkpoint-{step}" for step in (24, 20, 16, 12)]
    final = weights(kept)
    kept.rename(zebra_cli.folder / "again.partial")
    again = [*command(zebra_cli, demo, "dpo", "again"), "--set", "dpo.keep_checkpoints=true", "--resume"]
    done = subprocess.run(again, check=True, capture_output=True, text=True)
    assert "checkpoint-24 is incomplete, so it is ignored" in done.stderr
    assert "resuming from checkpoint-8" in done.stderr
    assert weights(zebra_cli.folder / "again") == final


def test_another_training_is_not_taken_up(zebra_cli: Project, demo: Path) -> None:
    """Checkpoints of other settings are never deleted unasked; the message says what differs."""
    arguments = command(zebra_cli, demo, "dpo", "out")[3:]
    subprocess.run(
        [*command(zebra_cli, demo, "dpo", "x"), "--set", "dpo.keep_checkpoints=true"], check=True, capture_output=True
    )
    (zebra_cli.folder / "x").rename(zebra_cli.folder / "out.partial")
    said = zebra_cli.run(*arguments, "--set", "dpo.keep_checkpoints=true", "--set", "dpo.beta=0.3", code=2).stderr
    assert said == (
        "Error: out.partial holds checkpoints of another training (options.beta was 0.1 and is 0.3); add --no-resume to start over, "
        "or choose another folder\n"
    )
    assert (zebra_cli.folder / "out.partial/checkpoint-24").is_dir()
    zebra_cli.run(*arguments, "--set", "dpo.beta=0.3", "--no-resume")
    assert (
        "there is no interrupted training to resume"
        in zebra_cli.run(*arguments[:-2], "-o", "y", "--resume", code=2).stderr
    )


def test_two_processes_are_one(zebra_cli: Project, demo: Path) -> None:
    """Two processes of four rows have the loss curve of one with eight; each line is said once."""
    values = {"max_steps": 12, "logging_steps": 1, "held_out": 0.1}
    trained(zebra_cli, demo, "dpo", **values, per_device_train_batch_size=8)
    (zebra_cli.folder / "out").rename(zebra_cli.folder / "one")
    two = [*settings("dpo", **values, per_device_train_batch_size=4), "--launch", "torchrun:2"]
    arguments = ["train", str(demo), "--model", "tiny", "-o", "out", *two]
    done = subprocess.run([sys.executable, "-m", "zebra_core", *arguments], check=True, capture_output=True, text=True)
    assert done.stderr.count("rows to train on") == done.stdout.count("The trained model is in") == 1
    one, out = (
        [entry["loss"] for entry in metrics(zebra_cli.folder / name) if "loss" in entry] for name in ("one", "out")
    )
    assert len(one) == 12
    np.testing.assert_allclose(one, out, rtol=2e-5)


def test_adapters(zebra_cli: Project, demo: Path) -> None:
    """LoRA saves an adapter, or the merged model, which can be trained on; half a word on an adapter as a model."""
    trained(zebra_cli, demo, "dpo", "--lora", "r=4,alpha=8", max_steps=3)
    held = json.loads((zebra_cli.folder / "out/adapter_config.json").read_text())
    assert (held["r"], held["lora_alpha"]) == (4, 8)
    assert not (zebra_cli.folder / "out/model.safetensors").exists()
    said = zebra_cli.run("train", str(demo), "--model", "out", "-o", "next", code=2).stderr
    assert (
        said
        == "Error: out is an adapter; train it with --lora ...,merge=true to get a complete model to continue from\n"
    )
    trained(zebra_cli, demo, "dpo", "--overwrite", "--lora", "r=4,merge=true", max_steps=3)
    zebra_cli.run("train", str(demo), "--model", "out", "-o", "next", *settings("dpo", max_steps=2))
    assert (
        "there is no part of --lora 'rank'"
        in zebra_cli.run("train", "x", "--model", "tiny", "--lora", "rank=4", code=2).stderr
    )


@pytest.mark.parametrize("trainer", ["dpo", "reward"])
def test_adapters_are_measured(zebra_cli: Project, demo: Path, trainer: str) -> None:
    """An adapter prefers as the model does that it was merged into, and as the reward model does."""
    found = []
    for lora in ("r=4", "r=4,merge=true"):
        trained(zebra_cli, demo, trainer, "--overwrite", "--lora", lora, max_steps=10, learning_rate=1e-2)
        zebra_cli.run("evaluate", "out", "--pairs", str(demo))
        found.append(json.loads((zebra_cli.folder / "out-evaluation/pairs.json").read_text()))
    assert found[0]["accuracy"] == found[1]["accuracy"] != 0.5
    assert found[0]["mean margin"] == pytest.approx(found[1]["mean margin"], rel=1e-3)


def test_the_reference_is_computed_once(zebra_cli: Project, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second training on the same dataset and model finds the log-probabilities in the cache."""
    from trl import DPOTrainer

    first = trained(zebra_cli, demo, "dpo", max_steps=4, precompute_ref_log_probs=True)
    monkeypatch.setattr(DPOTrainer, "compute_ref_log_probs", lambda *_: pytest.fail("computed again"))
    again = trained(zebra_cli, demo, "dpo", "--overwrite", max_steps=4, precompute_ref_log_probs=True)
    assert first["loss"] == again["loss"]


PAIR = {"prompt": "Say yes.", "chosen": "Yes.", "rejected": "No."}


@pytest.mark.parametrize(
    ("rows", "more", "told"),
    [
        ([PAIR], ["--set", "dpo.lerning_rate=1e-4"], "there is no option of trainer 'dpo' or of trl.DPOConfig 'lerning_rate'; did you mean 'learning_rate'?"),
        ([PAIR], ["--set", "dpo.learning_rate=fast"], "expected float, got 'fast'"),
        ([PAIR], ["--preset", "zebra"], "there is no preset of trainer 'dpo' of plugin 'trl' 'zebra'; did you mean 'zebra-paper'?"),
        ([PAIR], ["--model", "nobody/nothing"], "there is no model 'nobody/nothing': no folder has that name, and the Hugging Face Hub cannot be reached"),
        ([PAIR], ["--model", "./nothing"], "there is no model folder ./nothing; check the path"),
        ([PAIR], ["--model", "."], "it has no config.json"),
        ([PAIR], ["--launch", "mpi:2"], "--launch expects torchrun:N"),
        ([PAIR], ["--curriculum", "easy-to-hard"], "the dataset has no column 'margin'"),
        ([PAIR], ["--set", "dpo.margin_shift=1"], "the dataset has no column 'margin'"),
        ([PAIR], ["--set", "dpo.max_length=2048"], "max_length is 2048, and the model has 1024 positions"),
        ([PAIR], ["--set", "dpo.max_length=5"], "no row of 1 is left to train on: 1 x the prompt alone fills max_length (5); the shortest prompt has 8 tokens"),
        ([{**PAIR, "chosen": "No."}], [], "no row of 1 is left to train on: 1 x chosen and rejected are the same"),
        ([{**PAIR, "chosen": " "}], [], "1 x empty chosen response"),
        ([{"prompt": "a", "completion": "b"}], [], "the trainer needs pairs, columns prompt, chosen and rejected; the dataset has prompt, completion"),
        ([{**PAIR, "rejected": [{"role": "assistant", "content": "No."}]}], [], "the column 'rejected' has messages, and 'chosen' has text"),
        ([PAIR], ["--set", 'dpo.loss_type=["ipo"]', "--set", "dpo.confidence=weight"], "the dataset has no column 'confidence'"),
        ([PAIR], ["--report-to", "wand"], "there is no place to report to 'wand'; did you mean 'wandb'?"),
        ([PAIR], ["--report-to", "mlflow"], "--report-to mlflow needs mlflow: pip install mlflow"),
        ([PAIR], ["--lora", "r=8,bits=4"], "--lora bits=4 needs bitsandbytes: pip install bitsandbytes"),
        ([PAIR], ["--set", "dpo.chat_template=none.jinja"], "there is no chat template none.jinja"),
    ],
)  # fmt: skip
def test_mistakes(zebra_cli: Project, rows: list[dict[str, Any]], more: list[str], told: str) -> None:
    """One line of fact, reason and remedy; nothing is written."""
    zebra_cli.write("pairs.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    before = {*zebra_cli.folder.iterdir()}
    model = [] if "--model" in more else ["--model", "tiny"]
    said = zebra_cli.run("train", "pairs.jsonl", "-o", "out", *model, *more, code=2).stderr
    assert told in said.splitlines()[-1]
    assert {*zebra_cli.folder.iterdir()} == before


def test_no_chat_template(zebra_cli: Project, demo: Path) -> None:
    """Messages need one; a file can give it."""
    zebra_cli.run("tiny-model", "model")
    (zebra_cli.folder / "model/chat_template.jinja").rename(zebra_cli.folder / "chat.jinja")
    arguments = ["train", str(demo), "--model", "model", "-o", "out", *settings("dpo", max_steps=2)]
    said = zebra_cli.run(*arguments, code=2).stderr
    assert "the tokenizer of model has no chat template; add --set dpo.chat_template=FILE.jinja" in said
    zebra_cli.run(*arguments, *settings("dpo", chat_template="chat.jinja"))


def test_what_is_cut_and_left_out_is_told(zebra_cli: Project) -> None:
    """Of five pairs one is empty, one too long, one the same after cutting, one cut, and one whole."""
    long = "ab" * 20
    rows = [PAIR, {**PAIR, "chosen": ""}, {**PAIR, "prompt": long}, {**PAIR, "chosen": long, "rejected": long + "c"}]
    rows += [{**PAIR, "chosen": long}]
    zebra_cli.write("pairs.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    said = zebra_cli.run(
        "train", "pairs.jsonl", "--model", "tiny", "-o", "out", *settings("dpo", max_length=40, max_steps=1)
    ).stderr
    assert (
        "2 rows of 31 tokens in the median, 95 % of at most 47, the longest of 49" in said
    )  # 8 + 4 + 1 and 8 + 40 + 1
    assert "left out 1: empty chosen response (row 1)" in said
    assert "left out 1: the prompt alone fills max_length (40) (row 2)" in said
    assert "left out 1: the same after cutting at max_length (40) (row 3)" in said
    assert "1 responses are cut at max_length (40)" in said


def test_other_datasets(zebra_cli: Project) -> None:
    """TRL's other forms: a prompt within the pair, completions, messages, texts, and labels for KTO."""

    def turns(*texts: str) -> list[dict[str, str]]:
        return [{"role": role, "content": text} for role, text in zip(("user", "assistant"), texts, strict=True)]

    forms: dict[str, tuple[str, list[dict[str, Any]]]] = {
        "pairs": ("dpo", [{"chosen": turns("Say.", "Yes."), "rejected": turns("Say.", "No.")}]),
        "completions": ("sft", [{"prompt": "Say.", "completion": "Yes."}]),
        "messages": ("sft", [{"messages": turns("Say.", "Yes.")}]),
        "texts": ("sft", [{"text": "Yes."}]),
        "labels": ("kto", [{"prompt": "Say.", "completion": "Yes.", "label": True}, {"prompt": "Say.", "completion": "No.", "label": False}]),
    }  # fmt: skip
    for name, (trainer, rows) in forms.items():
        zebra_cli.write(f"{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows * 4))
        arguments = ["--trainer", trainer, "--model", "tiny", "-o", name]
        zebra_cli.run("train", f"{name}.jsonl", *arguments, *settings(trainer, max_steps=1, held_out=0))
        assert json.loads((zebra_cli.folder / name / "results.json").read_text())["rows"] == 4 * len(rows)


def test_a_disk_that_is_full(zebra_cli: Project, demo: Path) -> None:
    """What cannot be written is told in one line; with room, the same command ends well."""
    script = (
        "import resource, sys\n"
        "from zebra_core.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "main(sys.argv[2:])\n"
    )
    arguments = command(zebra_cli, demo, "dpo", "out")[3:]
    trained(zebra_cli, demo, "dpo", max_steps=1)  # so that dataset and model are in the caches
    shutil.rmtree(zebra_cli.folder / "out")
    done = subprocess.run(
        [sys.executable, "-c", script, "600000", *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr
    assert "cannot write: " in done.stderr.splitlines()[-1]
    assert not (zebra_cli.folder / "out").exists()
    assert "resuming the interrupted training" in zebra_cli.run(*arguments).stdout


def test_what_memory_refuses() -> None:
    """Out of memory is told with what to try; what is unknown stays what it is."""
    import torch

    from zebra_trl.run import _explained_errors
    from zebra_trl.trainers import DPO

    for error in (
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you"),
    ):
        with (
            pytest.raises(
                zebra.ZebraError, match=r"out of memory with 6 rows of 1024 tokens .*dpo.per_device_train_batch_size=1"
            ),
            _explained_errors(DPO()),
        ):
            raise error
    other = RuntimeError("shapes do not match")
    with pytest.raises(RuntimeError, match="shapes"), _explained_errors(DPO()):
        raise other


def test_what_cannot_be_uploaded_is_kept(zebra_cli: Project, demo: Path) -> None:
    """The model is in its place before it is uploaded."""
    arguments = ["--model", "tiny", "-o", "out", "--push-to-hub", "me/mine", *settings("dpo", max_steps=1)]
    said = zebra_cli.run("train", str(demo), *arguments, code=2).stderr
    assert "the model is in out, but could not be uploaded" in said
    assert "hf upload me/mine out" in said
    assert (zebra_cli.folder / "out/model.safetensors").is_file()


def test_presets() -> None:
    """The papers' 6 a device and 4 accumulated on 4 GPUs are 96 rows a step, whatever the number of devices."""
    from zebra_trl.config import _accumulation
    from zebra_trl.trainers import DPO

    component = zebra.load_plugins().find("trainer", "dpo")
    paper = component.bind({"preset": "zebra-paper"}).instance
    with pytest.MonkeyPatch.context() as patch:
        for processes, accumulated in (("1", 16), ("4", 4), ("2", 8)):
            patch.setenv("WORLD_SIZE", processes)
            assert _accumulation(paper) == accumulated
        patch.setenv("WORLD_SIZE", "5")
        with pytest.raises(zebra.ZebraError, match="an effective batch of 96 is not a multiple of 30"):
            _accumulation(paper)
    assert (paper.learning_rate, paper.warmup_steps, paper.num_train_epochs) == (5e-5, 500, 1)
    delta = component.bind({"preset": "delta", "beta": 2.5}).instance
    assert (delta.loss_type, delta.beta) == (("sigmoid_norm",), 2.5)
    assert component.bind({"preset": "delta"}, {"beta": 9.0}).instance == DPO(
        preset="delta", loss_type=("sigmoid_norm",), beta=5.0
    )
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_pairs_as_trl_measures_them(zebra_cli: Project, demo: Path) -> None:
    """Accuracy on pairs that were not trained on is what TRL's own trainer says of the same model, reference and pairs."""
    import datasets
    from transformers import AutoModelForCausalLM
    from trl import DPOConfig, DPOTrainer

    rows = datasets.load_dataset(
        "parquet", data_files=[str(p) for p in (demo / "data").glob("*.parquet")], split="train"
    )
    rows.select(range(480)).to_json("train.jsonl")
    rows.select(range(480, 600)).to_json("test.jsonl")
    zebra_cli.run("tiny-model", "base")
    said = settings(
        "dpo",
        max_steps=12,
        learning_rate=2e-3,
        per_device_train_batch_size=8,
        gradient_accumulation_steps=1,
        held_out=0,
    )
    zebra_cli.run("train", "train.jsonl", "--model", "base", "-o", "out", *said)
    zebra_cli.run("evaluate", "out", "--pairs", "test.jsonl", "--add-to", "scores.csv")
    found = json.loads((zebra_cli.folder / "out-evaluation/pairs.json").read_text())
    assert found["pairs"] == 120
    quiet = {"report_to": [], "disable_tqdm": True, "use_cpu": True, "bf16": False}
    trainer = DPOTrainer(
        model="out",
        ref_model=AutoModelForCausalLM.from_pretrained("base"),
        args=DPOConfig(output_dir="x", per_device_eval_batch_size=8, **quiet),
        train_dataset=rows.select(range(8)),
        eval_dataset=rows.select(range(480, 600)),
    )
    theirs = trainer.evaluate()
    assert found["accuracy"] == pytest.approx(theirs["eval_rewards/accuracies"], abs=1e-9)
    assert found["mean margin"] == pytest.approx(theirs["eval_rewards/margins"] / 0.1, rel=1e-3)  # theirs is times beta
    assert set(found["by source"]) <= {"arithmetic", "conversion", "sorting", "formatting", "lookup", "counting"}
    assert "pair-accuracy" in zebra_cli.run("scores", "--scores", "scores.csv").stdout


def test_pairs_of_a_model_that_learnt_nothing(zebra_cli: Project, demo: Path) -> None:
    """Against itself every pair is a tie, which is half; without a training.json the base has to be said."""
    zebra_cli.run("tiny-model", "base")
    zebra_cli.run("evaluate", "base", "--pairs", str(demo), "--base", "base", "-o", "out")
    assert json.loads((zebra_cli.folder / "out/pairs.json").read_text())["accuracy"] == 0.5
    said = zebra_cli.run("evaluate", "base", "--pairs", str(demo), "-o", "out", code=2).stderr
    assert "base has no training.json with the model it was trained from; add --base MODEL" in said


def test_sft_looks_at_chosen_responses_alone(zebra_cli: Project) -> None:
    """A pair of two equal responses is a response to learn from."""
    zebra_cli.write("pairs.jsonl", "".join(json.dumps({**PAIR, "rejected": "Yes."}) + "\n" for _ in range(4)))
    said = zebra_cli.run(
        "train", "pairs.jsonl", "--trainer", "sft", "--model", "tiny", *settings("sft", max_steps=1, held_out=0)
    ).stderr
    assert "4 rows of" in said
    assert (zebra_cli.folder / "pairs.jsonl-sft/model.safetensors").is_file()


def test_the_model_is_beside_the_dataset(zebra_cli: Project) -> None:
    """`zebra run -o FOLDER/pairs` trains into FOLDER/pairs-dpo, and says before it builds that it is there."""
    arguments = ["run", "--model", "tiny", "-o", "made/pairs", *settings("dpo", max_steps=1)]
    zebra_cli.run(*arguments)
    assert (zebra_cli.folder / "made/pairs-dpo/model.safetensors").is_file()
    shutil.rmtree(zebra_cli.folder / "made/pairs")
    assert zebra_cli.run(*arguments, code=2).stderr.startswith("Error: made/pairs-dpo exists already; add --overwrite")
    assert not (zebra_cli.folder / "made/pairs").exists()
