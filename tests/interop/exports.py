"""Write a dataset of ten pairs in every form, and a tokenizer: `python tests/interop/exports.py FOLDER`."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

from click.testing import CliRunner
from interop import pairs

from zebra_core.cli import main

FORMS = (
    "argilla",
    "axolotl",
    "distilabel",
    "kto",
    "llama-factory",
    "ms-swift",
    "nemo-rl",
    "openai-preference",
    "openrlhf",
    "rewardbench",
    "sft",
    "text",
    "torchtune",
    "trl",
    "trl-implicit",
    "unsloth",
    "verl",
)
OPTIONS = {"text": ["--set", "text.template=chatml"]}


def write_exports(folder: Path) -> None:
    """Write `pairs`, one export per form, and the folder `model`."""
    write_tokenizer(folder / "model")
    (folder / "pool.jsonl").write_text("\n".join(map(json.dumps, pairs.pool_rows())), encoding="utf-8")
    (folder / "scores.csv").write_text(pairs.SCORES, encoding="utf-8")
    with contextlib.chdir(folder):
        _write()


def _write() -> None:
    _zebra("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "-o", "pairs", "--no-report")
    for form in FORMS:
        _zebra("export", "pairs", "--format", form, "-o", form, *OPTIONS.get(form, []))
    binary = ["--format", "nemo-rl", "-o", "nemo-rl-binary", "--set", "nemo-rl.form=binary"]
    _zebra("export", "pairs", *binary)


def _zebra(*arguments: str) -> None:
    result = CliRunner().invoke(main, list(arguments))
    assert not result.exit_code, result.output


def write_tokenizer(folder: Path) -> None:
    """Write the tokenizer, and the configuration of a model, as every version of transformers reads them."""
    characters = pairs.byte_characters()
    newline = characters[ord("\n")]
    vocabulary = [*pairs.SPECIAL, *characters, 2 * newline]
    special = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
    tokens = [{"id": at, "content": token, **special} for at, token in enumerate(pairs.SPECIAL)]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    backend = {
        "version": "1.0",
        "added_tokens": tokens,
        "pre_tokenizer": level,
        "decoder": level,
        "model": {
            "type": "BPE",
            "vocab": {token: at for at, token in enumerate(vocabulary)},
            "merges": [f"{newline} {newline}"],
        },
    }
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": pairs.END,
        "pad_token": pairs.PAD,
        "model_max_length": 2048,
        "clean_up_tokenization_spaces": False,
        "chat_template": pairs.TEMPLATE,
    }
    model = {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "vocab_size": len(vocabulary),
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "max_position_embeddings": 2048,
        "bos_token_id": None,
        "eos_token_id": pairs.SPECIAL.index(pairs.END),
        "pad_token_id": pairs.SPECIAL.index(pairs.PAD),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"tokenizer": backend, "tokenizer_config": config, "config": model}.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    output = Path(sys.argv[1])
    output.mkdir(parents=True)
    write_exports(output)
