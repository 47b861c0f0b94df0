"""Mistakes, and what devices and disks refuse."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.trained_models import PAIR, command, settings, trained

import zebra_core as zebra
from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


@pytest.mark.parametrize(
    ("rows", "more", "message"),
    [
        ([PAIR], ["--set", "dpo.lerning_rate=1e-4"], "there is no option 'lerning_rate' of trainer 'dpo' or of trl.DPOConfig; did you mean 'learning_rate'?"),
        ([PAIR], ["--set", "dpo.learning_rate=fast"], "expected float, got 'fast'"),
        ([PAIR], ["--preset", "zebra"], "there is no preset 'zebra' of trainer 'dpo' of plugin 'trl'; did you mean 'zebra-paper'?"),
        ([PAIR], ["--model", "nobody/nothing"], "there is no model 'nobody/nothing': no folder has that name, and the Hugging Face Hub cannot be reached"),
        ([PAIR], ["--model", "./nothing"], "there is no model folder ./nothing; check the path"),
        ([PAIR], ["--model", "."], "it has no config.json"),
        ([PAIR], ["--launch", "mpi:2"], "--launch expects torchrun:N"),
        ([PAIR], ["--curriculum", "easy-to-hard"], "orders pairs by their margin, but the dataset has no column 'margin', and none with numbers"),
        ([{**PAIR, "gap": 1}], ["--curriculum", "easy-to-hard"], "the dataset has no column 'margin'; name another one with --set dpo.curriculum_by=NAME: gap"),
        ([{**PAIR, "gap": 1}], ["--curriculum", "easy-to-hard", "--set", "dpo.curriculum_by=prompt"], "the column 'prompt' has no numbers; name another one with --set dpo.curriculum_by=NAME: gap"),
        ([PAIR], ["--set", "dpo.margin_shift=1"], "the dataset has no column 'margin'"),
        ([PAIR], ["--set", "dpo.sft_where=hard"], "sft_where names a column of truth values, but the dataset has no column 'hard'; leave it out"),
        ([{**PAIR, "hard": 1, "easy": True}], ["--set", "dpo.sft_where=hard"], "but the column 'hard' has int64; name another column with --set dpo.sft_where=NAME: easy"),
        ([{**PAIR, "hard": True}, {**PAIR, "hard": None}], ["--set", "dpo.sft_where=hard"], "but the column 'hard' has none in 1 of 2 rows; fill them in"),
        ([{**PAIR, "hard": True}], ["--set", "dpo.sft_where=hard", "--set", 'dpo.loss_type=["ipo"]'], "margin_shift, confidence and sft_where need loss_type sigmoid"),
        ([PAIR], ["--set", "dpo.max_length=2048"], "max_length is 2048, but the model has 1024 positions"),
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
def test_mistakes(zebra_cli: Project, rows: list[dict[str, Any]], more: list[str], message: str) -> None:
    """One line of fact, reason and remedy; nothing is written."""
    zebra_cli.write("pairs.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    before = {*zebra_cli.folder.iterdir()}
    model = [] if "--model" in more else ["--model", "tiny"]
    output = zebra_cli.run("train", "pairs.jsonl", "-o", "out", *model, *more, code=2).stderr
    assert message in output.splitlines()[-1]
    assert {*zebra_cli.folder.iterdir()} == before


def test_no_chat_template(zebra_cli: Project, demo: Path) -> None:
    """Messages need a chat template; a file can provide it."""
    zebra_cli.run("tiny-model", "model")
    (zebra_cli.folder / "model/chat_template.jinja").rename(zebra_cli.folder / "chat.jinja")
    arguments = ["train", str(demo), "--model", "model", "-o", "out", *settings("dpo", max_steps=2)]
    output = zebra_cli.run(*arguments, code=2).stderr
    assert "the tokenizer of model has no chat template; add --set dpo.chat_template=FILE.jinja" in output
    zebra_cli.run(*arguments, *settings("dpo", chat_template="chat.jinja"))


def test_a_disk_that_is_full(zebra_cli: Project, demo: Path) -> None:
    """A full disk gives one line; with room, the same command succeeds."""
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


def test_out_of_memory() -> None:
    """An out-of-memory error gives the remedies; an unknown error is raised as it is."""
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


def test_a_failed_upload_keeps_the_model(zebra_cli: Project, demo: Path) -> None:
    """The model is in place before it is uploaded."""
    arguments = ["--model", "tiny", "-o", "out", "--push-to-hub", "me/mine", *settings("dpo", max_steps=1)]
    output = zebra_cli.run("train", str(demo), *arguments, code=2).stderr
    assert "the model is in out, but could not be uploaded" in output
    assert "hf upload me/mine out" in output
    assert (zebra_cli.folder / "out/model.safetensors").is_file()
