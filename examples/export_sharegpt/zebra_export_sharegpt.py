"""Export a dataset as ShareGPT JSON, the form in which LLaMA-Factory reads preference data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEAKERS = {"user": "human", "assistant": "gpt", "tool": "observation"}
"""What ShareGPT calls a role."""
COLUMNS = {"messages": "conversations", "chosen": "chosen", "rejected": "rejected", "system": "system"}


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Offer `zebra export-sharegpt`."""
    return [export_sharegpt]


@click.command("export-sharegpt")
@click.argument("dataset")
@click.option("-o", "--output", required=True, metavar="FILE", help="The JSON file to write.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
def export_sharegpt(dataset: str, output: str, *, overwrite: bool) -> None:
    """Write the pairs of DATASET to a JSON file, and print its entry for LLaMA-Factory's dataset_info.json."""
    source, target = zebra.Dataset.open(dataset), Path(output)
    if target.exists() and not overwrite:
        msg = f"{target} exists; add --overwrite to replace it, or choose another file"
        raise zebra.ZebraError(msg)
    write(source, target)
    entry = {"file_name": target.name, "formatting": "sharegpt", "ranking": True, "columns": COLUMNS}
    click.echo(json.dumps({target.stem: entry}, indent=2))


def write(dataset: zebra.Dataset, target: Path) -> None:
    """Write every pair to a file, which is complete or not there at all. Raise ZebraError if it cannot be written."""
    partial = target.with_name(f"{target.name}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            start = "[\n"
            for row in rows(dataset):
                file.write(start + json.dumps(as_sharegpt(row), ensure_ascii=False))
                start = ",\n"
            file.write("\n]\n")
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        msg = f"cannot write {target}: {error.strerror}"
        raise zebra.ZebraError(msg) from error


def rows(dataset: zebra.Dataset) -> Iterator[dict]:
    """Yield every pair of a dataset, a batch at a time, so that a large one does not fill the memory."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # slow to import, and `zebra --help` imports every plugin

    for shard in dataset.manifest.shards:
        for batch in pq.ParquetFile(dataset.folder / "data" / shard.name).iter_batches():
            yield from batch.to_pylist()


def as_sharegpt(row: dict) -> dict:
    """Return a pair as ShareGPT has it: the turns before, then one message for each side; system texts stand apart."""
    system = [message["content"] for message in row["prompt"] if message["role"] == "system"]
    turns = [as_turn(message) for message in row["prompt"] if message["role"] != "system"]
    pair = {side: as_turn(row[side][-1]) for side in ("chosen", "rejected")}
    return {"system": "\n".join(system), "conversations": turns, **pair}


def as_turn(message: dict) -> dict[str, str]:
    """Return a message under the names of ShareGPT."""
    return {"from": SPEAKERS.get(message["role"], message["role"]), "value": message["content"]}
