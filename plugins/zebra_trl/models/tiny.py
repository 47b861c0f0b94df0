"""A tiny model to try training with, made from scratch in a second, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from zebra_trl.libraries import require_train

if TYPE_CHECKING:
    from pathlib import Path

SPECIAL = ("<pad>", "<eos>", "<system>", "<user>", "<assistant>")
TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<' + message['role'] + '>' }}"
    "{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ message['content'] + '<eos>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<eos>' }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)
SEED = 0
LENGTH = 1024


@attrs.frozen
class Tiny:
    """A Llama of two layers and about 100,000 weights with a byte-level tokenizer, to try training without a network."""

    recommended_options: ClassVar[dict[str, float]] = {
        "learning_rate": 2e-3,
        "num_train_epochs": 3.0,
        "per_device_train_batch_size": 8,
        "gradient_accumulation_steps": 1,
        "warmup_steps": 5,
    }
    """The settings that an untrained model needs; the papers' are for models with billions of weights."""

    def __call__(self, folder: Path) -> None:
        """Write the model and its tokenizer to a folder."""
        make_tiny(folder)


def make_tiny(folder: Path, *, hidden: int = 64, layers: int = 2) -> None:
    """Write a Llama with weights drawn from a seed, and a tokenizer whose tokens are bytes and five special tokens.

    The chat template marks the assistant's text.
    """
    require_train()
    import torch  # noqa: PLC0415  # heavy, and in an extra
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: PLC0415
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, logging  # noqa: PLC0415

    logging.disable_progress_bar()

    tokens = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    backend = Tokenizer(models.BPE(vocab={token: at for at, token in enumerate(tokens)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    backend.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token=SPECIAL[0],
        eos_token=SPECIAL[1],
        additional_special_tokens=list(SPECIAL[2:]),
        model_max_length=LENGTH,
    )
    tokenizer.chat_template = TEMPLATE
    config = LlamaConfig(
        vocab_size=len(tokens),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        max_position_embeddings=LENGTH,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
