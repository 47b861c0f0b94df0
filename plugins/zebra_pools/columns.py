"""Columns: their names in the wild, and bringing what a file has to the types that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterable

PROMPT = ("instruction", "prompt", "messages")
MODEL = ("model", "generator")
RESPONSE = ("response", "output")
RATING = ("rating", "score", "overall_score", "fine-grained_score")
ID = ("id", "instruction_id", "prompt_id")
SOURCE = ("source", "dataset")


def first(names: Iterable[str], schema: pa.Schema) -> str | None:
    """Return the first of the names that the schema has."""
    return next((name for name in names if name in schema.names), None)


def prompt_type(found: pa.DataType) -> pa.DataType | None:
    """Return how to read a prompt: text, or messages with role and content; None where it is neither."""
    if is_text(found):
        return pa.string()
    is_list = pa.types.is_list(found) or pa.types.is_large_list(found)
    if (
        is_list
        and pa.types.is_struct(found.value_type)
        and {"role", "content"} <= {f.name for f in found.value_type.fields}
    ):
        return zebra.MESSAGES
    return None


def is_text(found: pa.DataType) -> bool:
    """Whether a column holds text, dictionary-encoded or not."""
    if pa.types.is_dictionary(found):
        found = found.value_type
    return bool(pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found))


def as_messages(prompt: pa.Array) -> pa.ListArray:
    """Return prompts as messages; a text becomes one message of the user, a missing one no message."""
    if prompt.type == zebra.MESSAGES:
        return prompt
    ends = np.cumsum(prompt.is_valid().to_numpy(zero_copy_only=False), dtype=np.int32)
    texts = prompt.drop_null()
    said = pa.StructArray.from_arrays([pa.repeat("user", len(texts)).cast(pa.string()), texts], ["role", "content"])
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], ends]).astype(np.int32)), said)


def prompt_text(prompt: pa.Array) -> pa.Array:
    """Return prompts as one text each, to tell them apart; a missing one is null."""
    if prompt.type != zebra.MESSAGES:
        return prompt
    contents = pc.fill_null(pc.struct_field(prompt.flatten(), "content"), "")
    return pc.if_else(prompt.is_valid(), pc.binary_join(relisted(prompt, contents), "\x1e"), None)


def relisted(like: pa.ListArray, values: pa.Array) -> pa.ListArray:
    """Return `values` in lists as long as those of `like`; a missing list is an empty one."""
    lengths = pc.fill_null(pc.list_value_length(like), 0).to_numpy(zero_copy_only=False)
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)), values)


def pool_batch(**columns: pa.Array) -> pa.RecordBatch:
    """Make a batch of the pool's schema; a column that is not given is null."""
    rows = len(columns["models"])
    arrays = [columns.get(field.name) for field in zebra.POOL]
    filled = [pa.nulls(rows, f.type) if a is None else a for a, f in zip(arrays, zebra.POOL, strict=True)]
    return pa.RecordBatch.from_arrays(filled, schema=zebra.POOL)


def conform(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Bring an array to a type: lists and structs by their parts, struct fields by name, missing ones null."""
    if array.type == wanted:
        return array
    if isinstance(array, pa.ExtensionArray):
        return conform(array.storage, wanted)
    if pa.types.is_list(wanted) and (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
        lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
        ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        values = conform(array.flatten(), wanted.value_type)
        return pa.ListArray.from_arrays(pa.array(ends), values, mask=array.is_null())
    if pa.types.is_struct(wanted) and pa.types.is_struct(array.type):
        held = {field.name for field in array.type.fields}
        fields = [
            conform(pc.struct_field(array, f.name), f.type) if f.name in held else pa.nulls(len(array), f.type)
            for f in wanted.fields
        ]
        return pa.StructArray.from_arrays(fields, fields=list(wanted.fields), mask=array.is_null())
    return array.cast(wanted)


def conformed(wanted: pa.Schema, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Bring a batch to the columns and types that are wanted."""
    return pa.RecordBatch.from_arrays([conform(batch[f.name], f.type) for f in wanted], schema=wanted)


def leaves(paths: Iterable[str], wanted: pa.Schema) -> list[str]:
    """Return the parquet leaves to read, of those of a file: for a list of structs, the wanted fields alone."""
    chosen = []
    for path in paths:
        top, *rest = path.split(".")
        if top in wanted.names:
            inner = wanted.field(top).type
            fields = (
                [f.name for f in inner.value_type.fields]
                if pa.types.is_list(inner) and pa.types.is_struct(inner.value_type)
                else []
            )
            if not fields or any(name in rest for name in fields):
                chosen.append(path)
    return chosen
