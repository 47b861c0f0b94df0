"""One file for a service that it is uploaded to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import xxhash

import zebra_core as zebra
from zebra_export.configuration import write_configurations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Row = dict[str, Any]


@attrs.frozen
class OpenAiPreference:
    """The preference form of OpenAI's fine-tuning API: one file of JSON lines, and a script that starts the job."""

    lost: ClassVar[str] = "the ids and models of the pairs"

    def __call__(self, dataset: zebra.Dataset, output: Path) -> None:
        """Write the file."""
        with (output / "preferences.jsonl").open("w", encoding="utf-8", newline="\n") as file:
            for row in _rows(dataset):
                conversation = {"messages": row["prompt"], "tools": [], "parallel_tool_calls": True}
                sides = {"preferred_output": row["chosen"], "non_preferred_output": row["rejected"]}
                file.write(json.dumps({"input": conversation, **sides}, ensure_ascii=False) + "\n")
        write_configurations(["openai-preference.py"], dataset, output)


@attrs.frozen
class Argilla:
    """Argilla: a dataset for people to check the pairs, with the label as a suggestion; `rg.Dataset.from_disk` reads the folder.

    The responses are in an order that follows from the id, so that their place says nothing.
    """

    lost: ClassVar[str] = "the roles of the responses"

    def __call__(self, dataset: zebra.Dataset, output: Path) -> None:
        """Write records, settings, and the script that uploads them."""
        with (output / "records.json").open("w", encoding="utf-8", newline="\n") as file:
            start = "[\n"
            for row in _rows(dataset):
                file.write(start + json.dumps(_record(row), ensure_ascii=False))
                start = ",\n"
            file.write("\n]\n")
        (output / ".argilla").mkdir()
        zebra.storage.write_text(output / ".argilla/settings.json", zebra.as_json(SETTINGS))
        zebra.storage.write_text(output / ".argilla/dataset.json", zebra.as_json({"name": "zebra", "status": "draft"}))
        write_configurations(["argilla-upload.py"], dataset, output)


FIELDS = {"prompt": "chat", "response_1": "text", "response_2": "text"}
METADATA = {"model_1": "terms", "model_2": "terms", "margin": "float", "confidence": "float"}
SETTINGS: Row = {
    "guidelines": "Which response is better?",
    "fields": [
        {"name": name, "title": name, "required": True, "settings": {"type": kind, "use_markdown": True}}
        for name, kind in FIELDS.items()
    ],
    "questions": [
        {
            "name": "better",
            "title": "Which response is better?",
            "required": True,
            "settings": {
                "type": "label_selection",
                "options": [
                    {"value": name, "text": name, "description": None} for name in ("response_1", "response_2", "tie")
                ],
            },
        }
    ],
    "metadata": [
        {"name": name, "title": name, "settings": {"type": kind}, "visible_for_annotators": False}
        for name, kind in METADATA.items()
    ],
    "vectors": [],
    "allow_extra_metadata": False,
    "distribution": {"strategy": "overlap", "min_submitted": 1},
    "mapping": None,
}


def _record(row: Row) -> Row:
    """Return a pair as a record."""
    swapped = xxhash.xxh3_64_intdigest(row["id"].encode()) % 2
    sides = ("rejected", "chosen") if swapped else ("chosen", "rejected")
    texts = {f"response_{place}": row[side][0]["content"] for place, side in enumerate(sides, 1)}
    models = {f"model_{place}": row[f"{side}_model"] for place, side in enumerate(sides, 1)}
    label = {"value": f"response_{sides.index('chosen') + 1}", "score": row["confidence"], "agent": "zebra"}
    return {
        "id": row["id"],
        "fields": {"prompt": row["prompt"], **texts},
        "metadata": {**models, "margin": row["margin"], "confidence": row["confidence"]},
        "suggestions": {"better": label},
        "responses": {},
        "vectors": {},
    }


def _rows(dataset: zebra.Dataset) -> Iterator[Row]:
    """Yield the pairs, a batch at a time."""
    for batch in dataset.batches():
        yield from batch.to_pylist()
