"""Export a dataset as ShareGPT JSON, the form in which LLaMA-Factory reads preference data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEAKERS = {"user": "human", "assistant": "gpt", "tool": "observation"}
"""What ShareGPT calls a role."""
COLUMNS = {"messages": "conversations", "chosen": "chosen", "rejected": "rejected", "system": "system"}


@zebra.hookimpl
def zebra_exporters() -> zebra.Components:
    """Offer the exporter under the name that `zebra export --format sharegpt` uses."""
    return {"sharegpt": ShareGpt}


@attrs.frozen
class ShareGpt:
    """One JSON file of conversations, and its entry for LLaMA-Factory's dataset_info.json."""

    name: str = zebra.option("zebra_pairs", "Name of the dataset in LLaMA-Factory.")

    def __call__(self, dataset: zebra.Dataset, output: Path) -> None:
        """Write both files to the folder, which becomes the export once this returns."""
        with (output / f"{self.name}.json").open("w", encoding="utf-8", newline="\n") as file:
            start = "[\n"
            for row in rows(dataset):
                file.write(start + json.dumps(as_sharegpt(row), ensure_ascii=False))
                start = ",\n"
            file.write("\n]\n")
        entry = {"file_name": f"{self.name}.json", "formatting": "sharegpt", "ranking": True, "columns": COLUMNS}
        zebra.storage.write_text(output / "dataset_info.json", json.dumps({self.name: entry}, indent=2) + "\n")


def rows(dataset: zebra.Dataset) -> Iterator[dict[str, Any]]:
    """Yield every pair of a dataset, a batch at a time, so that a large one does not fill the memory."""
    for batch in dataset.batches():
        yield from batch.to_pylist()


def as_sharegpt(row: dict[str, Any]) -> dict[str, Any]:
    """Return a pair as ShareGPT has it: the turns before, then one message for each side; system texts stand apart."""
    system = [message["content"] for message in row["prompt"] if message["role"] == "system"]
    turns = [as_turn(message) for message in row["prompt"] if message["role"] != "system"]
    pair = {side: as_turn(row[side][-1]) for side in ("chosen", "rejected")}
    return {"system": "\n".join(system), "conversations": turns, **pair}


def as_turn(message: dict[str, str]) -> dict[str, str]:
    """Return a message under the names of ShareGPT."""
    return {"from": SPEAKERS.get(message["role"], message["role"]), "value": message["content"]}
