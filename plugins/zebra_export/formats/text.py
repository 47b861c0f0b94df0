"""Prompts and responses as strings."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import pyarrow as pa

import zebra_core as zebra
from zebra_export.files import Parquet
from zebra_export.messages import with_columns

TEXTS = ("prompt", "chosen", "rejected")
TEMPLATE = (
    "Chat template: chatml, gemma, llama-3, mistral or zephyr, a Jinja file, or the folder of a model. Without one the "
    "texts are written as they are, and a prompt must be a single message."
)


@attrs.frozen
class Text(Parquet):
    """Strings: prompt, chosen and rejected as a chat template renders them, or as they are."""

    template: str = zebra.option("", TEMPLATE)
    lost: ClassVar[str] = "the messages that the texts are from"

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with strings for messages."""
        return as_text(pairs, self.template)


def as_text(pairs: pa.RecordBatch, template: str) -> pa.RecordBatch:
    """Return a batch with strings for messages. Raise ZebraError for a prompt that needs a template."""
    from zebra_export.chat_template import rendered  # noqa: PLC0415  # slow to import

    messages = pairs.select(["id", *TEXTS]).to_pylist()
    rows = [rendered(row, template) if template else _single(row) for row in messages]
    return with_columns(pairs, {name: pa.array([row[name] for row in rows], pa.string()) for name in TEXTS})


def _single(row: dict[str, Any]) -> dict[str, str]:
    """Return the texts of single messages."""
    if len(row["prompt"]) > 1:
        msg = (
            f"the prompt of the pair {row['id']!r} has {len(row['prompt'])} messages, which only a chat template makes one "
            f"text; add --set text.template=chatml, or the folder of the model to train"
        )
        raise zebra.ZebraError(msg)
    return {name: row[name][0]["content"] for name in TEXTS}
