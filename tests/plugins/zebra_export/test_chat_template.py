"""Texts by a chat template are those of Transformers, and what cannot be rendered is one line."""

from __future__ import annotations

import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from helpers.conversations import build

from zebra_core.testing import Project

Row = dict[str, Any]


def export(cli: Project, template: str) -> list[Row]:
    arguments = (
        "export",
        "pairs",
        "--format",
        "text",
        "--set",
        f"text.template={template}",
        "-o",
        "out",
        "--overwrite",
    )
    cli.run(*arguments)
    return [row for path in sorted((cli.folder / "out/data").iterdir()) for row in pq.read_table(path).to_pylist()]


EXPECTED = {
    "chatml": ("<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n", "A<|im_end|>"),
    "llama-3": (
        "<|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "A<|eot_id|>",
    ),
    "zephyr": ("<|user|>\nQ</s>\n<|assistant|>\n", "A</s>"),
    "gemma": ("<start_of_turn>user\nQ<end_of_turn>\n<start_of_turn>model\n", "A<end_of_turn>"),
    "mistral": ("[INST] Q [/INST]", " A</s>"),
}
"""One turn as the model cards of the families document it."""


@pytest.mark.parametrize("template", EXPECTED)
def test_named_templates(zebra_cli: Project, template: str) -> None:
    """Prompt and responses are what the template has for a turn."""
    rows = build(zebra_cli, single=True)
    prompt, response = EXPECTED[template]
    for row, exported in zip(rows, export(zebra_cli, template), strict=True):
        assert exported["prompt"] == prompt.replace("Q", row["prompt"][0]["content"])
        for side in ("chosen", "rejected"):
            assert exported[side] == response.replace("A", row[side][0]["content"])


@pytest.mark.train
@pytest.mark.parametrize("template", [*EXPECTED, "tiny"])
def test_as_trl_renders_them(zebra_cli: Project, template: str) -> None:
    """TRL's own function gives the same three texts, several turns and system messages included, and white space at the end."""
    from pathlib import Path

    from transformers import AutoTokenizer
    from trl.data_utils import apply_chat_template

    import zebra_export

    zebra_cli.run("tiny-model", "tiny")
    tokenizer = AutoTokenizer.from_pretrained("tiny")
    if template != "tiny":
        folder = Path(zebra_export.__file__).parent / "chat_templates"
        tokenizer.chat_template = (folder / f"{template}.jinja").read_text(encoding="utf-8")
    rows = build(zebra_cli)
    names = ("prompt", "chosen", "rejected")
    for row, exported in zip(rows, export(zebra_cli, template), strict=True):
        rendered = apply_chat_template({name: row[name] for name in names}, tokenizer)
        assert exported["prompt"] == rendered["prompt"]
        for side in ("chosen", "rejected"):
            assert exported[side] == rendered[side].rstrip()


def test_a_folder_of_a_model(zebra_cli: Project) -> None:
    """The template of its tokenizer is used with its tokens, and the marks of generated text leave no trace."""
    rows = build(zebra_cli, single=True)
    template = (
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}A: {{ m.content }}{{ eos_token }}"
        "{% endgeneration %}{% else %}Q: {{ m.content }} {% endif %}{% endfor %}"
    )
    (zebra_cli.folder / "model").mkdir()
    settings = {"chat_template": template, "bos_token": "<s>", "eos_token": {"content": "</s>"}}
    zebra_cli.write("model/tokenizer_config.json", json.dumps(settings))
    (first, *_) = export(zebra_cli, "model")
    assert first["prompt"] == f"<s>Q: {rows[0]['prompt'][0]['content']} "
    assert first["chosen"] == f"A: {rows[0]['chosen'][0]['content']}</s>"


FAULTS = {
    "nothing": (
        "there is no chat template 'nothing': name one of chatml, gemma, llama-3, mistral, zephyr, a Jinja file",
        "",
    ),
    "bad.jinja": ("the chat template 'bad.jinja' is not valid: ", "{% for %}"),
    "strict.jinja": (
        "does not take the pair 'q0': no system message here",
        "{{ raise_exception('no system message here') }}",
    ),
    "odd.jinja": ("does not take the pair 'q0': ", "{{ messages[0].content + 1 }}"),
    "sly.jinja": ("does not take the pair 'q0': ", "{{ messages.__class__.__mro__[1].__subclasses__() }}"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(zebra_cli: Project, name: str) -> None:
    """A template that is missing, is not valid, refuses the messages, or reaches for what it must not, is one line."""
    build(zebra_cli)
    fact, text = FAULTS[name]
    if text:
        zebra_cli.write(name, text)
    arguments = ("export", "pairs", "--format", "text", "--set", f"text.template={name}", "-o", "out")
    error = zebra_cli.run(*arguments, code=2).stderr
    assert fact in error
    assert error.count("\n") == 1
    assert not (zebra_cli.folder / "out").exists()
