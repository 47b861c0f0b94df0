"""Datasets with one prompt a row and lists of answers: distilabel's, also from Argilla, and Nectar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

import attrs
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_pools.columns import field_names, is_text, pool_batch
from zebra_pools.reader import TEXTS, Mismatch, RowReader, lacks, shared_arrays, shared_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

RANKED = pa.list_(pa.struct([("answer", pa.string()), ("model", pa.string()), ("rank", pa.float64())]))
SPEAKER = re.compile(r"(?:^|\n\n)(Human|Assistant): ?")
ROLES = {"Human": "user", "Assistant": "assistant"}


@attrs.frozen
class Distilabel(RowReader):
    """distilabel's columns, also from Argilla: instruction, generations, and generation_models (or model_names)[, ratings]."""

    general: ClassVar = False

    def schema_for(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read. Raise Mismatch if there are no lists of generations and of models."""
        generations = _list_of_texts(("generations", "generation"), schema)
        models = _list_of_texts(("generation_models", "model_names"), schema)
        for name, description in ((generations, "'generations'"), (models, "'generation_models' or 'model_names'")):
            if name is None:
                raise Mismatch(lacks(f"{description}, a list of texts"))
        ratings = {"ratings": pa.list_(pa.float64())} if _are_numbers(schema) else {}
        return pa.schema({**shared_columns(schema), str(generations): TEXTS, str(models): TEXTS, **ratings})

    def to_pool(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with the lists as they are."""
        generations, models = (
            next(name for name in names if name in batch.schema.names)
            for names in (("generations", "generation"), ("generation_models", "model_names"))
        )
        ratings = {"ratings": batch["ratings"]} if "ratings" in batch.schema.names else {}
        return pool_batch(**shared_arrays(batch), models=batch[models], responses=batch[generations], **ratings)


@attrs.frozen
class Nectar(RowReader):
    """Nectar's columns: prompt (a transcript of Human and Assistant), and answers[{answer, model, rank}]; the rating is the rank, negated."""

    general: ClassVar = False

    def schema_for(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read. Raise Mismatch if there are no ranked answers."""
        kind = schema.field("answers").type if "answers" in schema.names else pa.null()
        if not {"answer", "model", "rank"} <= {*field_names(getattr(kind, "value_type", kind))}:
            raise Mismatch(lacks("'answers' with answer, model and rank"))
        if "prompt" not in schema.names or not is_text(schema.field("prompt").type):
            raise Mismatch(lacks("'prompt' of text"))
        return pa.schema({"prompt": pa.string(), "answers": RANKED})

    def to_pool(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with prompts as messages. Raise ArrowInvalid if a text is not UTF-8."""
        batch.validate(full=True)
        each = batch["answers"].flatten()
        names = {"models": "model", "responses": "answer"}
        lists = {name: zebra.relisted(batch["answers"], pc.struct_field(each, field)) for name, field in names.items()}
        ratings = zebra.relisted(batch["answers"], pc.negate(pc.struct_field(each, "rank")))
        prompts = pa.array(map(_messages, batch["prompt"].to_pylist()), zebra.MESSAGES)
        return pool_batch(prompt=prompts, **lists, ratings=ratings)


def _list_of_texts(names: Iterable[str], schema: pa.Schema) -> str | None:
    """Return the first of the columns that is a list of texts."""
    kinds = {name: schema.field(name).type for name in names if name in schema.names}
    return next((name for name, kind in kinds.items() if _is_list(kind) and is_text(kind.value_type)), None)


def _are_numbers(schema: pa.Schema) -> bool:
    kind = schema.field("ratings").type if "ratings" in schema.names else pa.null()
    return _is_list(kind) and (pa.types.is_integer(kind.value_type) or pa.types.is_floating(kind.value_type))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _messages(transcript: str | None) -> list[dict[str, str]]:
    """Return the turns of a transcript, without the empty one that asks for the answer; a text without turns is one."""
    parts = SPEAKER.split(transcript or "")
    turns = zip(parts[1::2], parts[2::2], strict=True)
    messages = [{"role": ROLES[name], "content": text.strip()} for name, text in turns if text.strip()]
    return messages or [{"role": "user", "content": transcript or ""}]
