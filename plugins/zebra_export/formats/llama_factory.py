"""LLaMA-Factory: each response as one message, and the entry that describes the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_export.files import Parquet
from zebra_export.messages import last_messages, listed, with_columns

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

COLUMNS = {"messages": "prompt", "chosen": "chosen", "rejected": "rejected"}
TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
    "observation_tag": "tool",
    "function_tag": "function",
}


@attrs.frozen
class LlamaFactory(Parquet):
    """LLaMA-Factory: responses as single messages, dataset_info.json, and the configuration."""

    configurations = ("llama-factory.yaml",)

    def __call__(self, dataset: zebra.Dataset, output: Path) -> None:
        """Write the files and the entry of each split."""
        super().__call__(dataset, output)
        entry: dict[str, Any] = {"formatting": "sharegpt", "ranking": True, "columns": COLUMNS, "tags": TAGS}
        folders = {f"zebra_{name}": f"data/{name}" for name in dataset.splits} or {"zebra": "data"}
        info = {name: {"file_name": folder, **entry} for name, folder in folders.items()}
        zebra.storage.write_text(output / "dataset_info.json", zebra.as_json(info))

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return each response as one message."""
        return with_columns(pairs, {side: last_messages(pairs[side]) for side in ("chosen", "rejected")})

    def reverted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return each response as a list of one message."""
        return with_columns(batch, {side: listed(batch[side]) for side in ("chosen", "rejected")})
