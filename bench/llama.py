"""A Llama of any size from scratch, for measurements that do not depend on what its weights know."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

POSITIONS = 2048


def make_llama(parent: Path, hidden: int, layers: int, vocab: int) -> Path:
    """Return the folder of a Llama with drawn weights, which is made unless it exists.

    Its tokenizer is that of the tiny model, so that tokens from 261 on are never in a text, but cost what tokens cost.
    """
    folder = parent / f"llama-{hidden}-{layers}-{vocab}"
    if (folder / "model.safetensors").exists() or (folder / "model.safetensors.index.json").exists():
        return folder
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from zebra_trl.models.tiny import make_tiny

    make_tiny(folder)
    (folder / "model.safetensors").unlink()
    config = LlamaConfig(
        vocab_size=vocab,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=max(4, hidden // 64),
        max_position_embeddings=POSITIONS,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
        tie_word_embeddings=False,
    )
    torch.manual_seed(layers)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def size_of(model: Path) -> str:
    """Return the number of weights of a model that is saved in 32 bits."""
    weights = sum(file.stat().st_size for file in model.glob("*.safetensors")) / 4e6
    return f"{weights:,.1f} million weights"
