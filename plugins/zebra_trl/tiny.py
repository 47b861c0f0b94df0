"""A model to try things with: made from scratch in a second, of bytes, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from zebra_trl.requirements import require_train

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
    """A Llama of two layers and some 100,000 weights, and a tokenizer of bytes; to try training with, without a network."""

    recommended_options: ClassVar[dict[str, Any]] = {
        "learning_rate": 2e-3,
        "num_train_epochs": 3.0,
        "per_device_train_batch_size": 8,
        "gradient_accumulation_steps": 1,
        "warmup_steps": 5,
    }
    """What a model that has learnt nothing yet needs; the papers' settings are for models of billions of weights."""

    def __call__(self, folder: Path) -> None:
        """Write the model and its tokenizer to a folder."""
        make_tiny(folder)


def make_tiny(folder: Path, *, hidden: int = 64, layers: int = 2) -> None:
    """Write a Llama, its weights drawn from a seed, and a tokenizer that knows every text: a token is a byte, besides five.

    The chat template marks what the assistant says.
    """
    require_train()
    import torch  # noqa: PLC0415  # heavy, and in an extra
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: PLC0415
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, logging  # noqa: PLC0415

    logging.disable_progress_bar()

    tokens = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    held = Tokenizer(models.BPE(vocab={token: at for at, token in enumerate(tokens)}, merges=[]))
    held.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    held.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=held,
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
