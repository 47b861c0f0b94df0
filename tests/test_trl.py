"""TRL's DPO trainer takes a dataset as it is; needs the train extra."""

from __future__ import annotations

from pathlib import Path

import pytest

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs

TEMPLATE = "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}<eos>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"


@pytest.fixture
def tiny_model(tmp_path: Path) -> Path:
    """A byte-level model of two layers, made from scratch."""
    pytest.importorskip("trl")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = ["<pad>", "<eos>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={token: n for n, token in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>")  # noqa: S106
    fast.chat_template = TEMPLATE
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(alphabet), max_position_embeddings=512, **size))
    fast.save_pretrained(tmp_path / "model")
    model.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def test_dpo_trains_on_the_folder(zebra_cli: Project, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`load_dataset(folder)` goes into DPOTrainer without a column touched; every row is used and the loss falls from ln 2."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets
    from trl import DPOConfig, DPOTrainer

    zebra_cli.run("run", "-o", "pairs")
    pairs = datasets.load_dataset("pairs", split="train", cache_dir=str(zebra_cli.folder / "cache"))
    settings = {"max_steps": 12, "per_device_train_batch_size": 8, "learning_rate": 5e-3, "logging_steps": 1}
    quiet = {"report_to": [], "disable_tqdm": True, "save_strategy": "no", "use_cpu": True, "bf16": False}
    config = DPOConfig(output_dir="trained", max_length=512, seed=0, **settings, **quiet)
    trainer = DPOTrainer(model=str(tiny_model), args=config, train_dataset=pairs)
    assert len(trainer.train_dataset) == len(pairs) == 600
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert losses[0] == pytest.approx(0.6931, abs=0.02)  # ln 2: policy and reference are the same at the start
    assert losses[-1] < losses[0]
