"""A tiny Llama in the format of llama.cpp, made from scratch: its weights are drawn from a seed, and its tokens are bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

WIDTH, INNER, HEADS, LAYERS, LENGTH = 64, 128, 4, 2, 512
SPECIAL = ("<unk>", "<s>", "</s>")
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\n' }}{% endfor %}assistant: "
)


def write_gguf(path: Path) -> None:
    """Write the model to a file; the package `gguf` is needed."""
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(LENGTH)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    tokens = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [gguf.TokenType.UNKNOWN, *[gguf.TokenType.CONTROL] * 2, *[gguf.TokenType.BYTE] * 256]
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    for name, array in tensors(len(tokens)).items():
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tensors(vocabulary: int) -> dict[str, np.ndarray]:
    """Return the weights by the names of llama.cpp."""
    draw = np.random.default_rng(0)

    def weights(*shape: int) -> np.ndarray:
        return draw.normal(0, 0.3, shape).astype(np.float32)

    norm = np.ones(WIDTH, np.float32)
    named = {"token_embd": weights(vocabulary, WIDTH), "output_norm": norm, "output": weights(vocabulary, WIDTH)}
    for layer in range(LAYERS):
        square = {f"attn_{name}": weights(WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
        outward = {name: weights(INNER, WIDTH) for name in ("ffn_gate", "ffn_up")}
        block = {**square, **outward, "ffn_down": weights(WIDTH, INNER), "attn_norm": norm, "ffn_norm": norm}
        named |= {f"blk.{layer}.{name}": array for name, array in block.items()}
    return {f"{name}.weight": array for name, array in named.items()}
