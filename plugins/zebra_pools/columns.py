"""The names that columns go by, and their conversion to the types that the pool needs."""

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


def first_present(names: Iterable[str], schema: pa.Schema) -> str | None:
    """Return the first of the names that the schema has."""
    return next((name for name in names if name in schema.names), None)


def prompt_type(kind: pa.DataType) -> pa.DataType | None:
    """Return the type to read a prompt as: text, or messages with role and content; None if it is neither."""
    if is_text(kind):
        return pa.string()
    entry = kind.value_type if _is_list(kind) else None
    is_message = entry is not None and {"role", "content"} <= {*field_names(entry)}
    return zebra.MESSAGES if is_message else None


def id_type(kind: pa.DataType) -> pa.DataType:
    """Return the type to read an id as: a whole number as it is, which then becomes text, and anything else as text."""
    return kind if pa.types.is_integer(kind) else pa.string()


def is_text(kind: pa.DataType) -> bool:
    """Return whether a column holds text, dictionary-encoded or not."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def field_names(kind: pa.DataType) -> list[str]:
    """Return the names of a struct's fields, none for another type."""
    return [field.name for field in kind.fields] if pa.types.is_struct(kind) else []


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def as_messages(prompt: pa.Array) -> pa.ListArray:
    """Return prompts as messages: a text becomes one user message, a missing prompt an empty list."""
    if prompt.type == zebra.MESSAGES:
        return prompt
    ends = np.cumsum(prompt.is_valid().to_numpy(zero_copy_only=False), dtype=np.int32)
    texts = prompt.drop_null()
    messages = pa.StructArray.from_arrays([pa.repeat("user", len(texts)).cast(pa.string()), texts], ["role", "content"])
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], ends]).astype(np.int32)), messages)


def pool_batch(**columns: pa.Array) -> pa.RecordBatch:
    """Return a batch of the pool's schema; a column that is not passed is null."""
    rows = len(columns["models"])
    arrays = [columns.get(field.name) for field in zebra.POOL]
    filled = [pa.nulls(rows, f.type) if a is None else a for a, f in zip(arrays, zebra.POOL, strict=True)]
    return pa.RecordBatch.from_arrays(filled, schema=zebra.POOL)


def conform(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Convert an array to a type: lists and structs part by part, struct fields by name, with null for a missing field."""
    if array.type == kind:
        return array
    if isinstance(array, pa.ExtensionArray):
        return conform(array.storage, kind)
    if pa.types.is_list(kind) and _is_list(array.type):
        lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
        ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(ends), conform(array.flatten(), kind.value_type), mask=array.is_null())
    if pa.types.is_struct(kind) and pa.types.is_struct(array.type):
        present = {*field_names(array.type)}
        fields = [
            conform(pc.struct_field(array, f.name), f.type) if f.name in present else pa.nulls(len(array), f.type)
            for f in kind.fields
        ]
        return pa.StructArray.from_arrays(fields, fields=list(kind.fields), mask=array.is_null())
    return array.cast(kind)


def conform_batch(schema: pa.Schema, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Convert a batch to the columns and types of a schema."""
    return pa.RecordBatch.from_arrays([conform(batch[f.name], f.type) for f in schema], schema=schema)


def leaves(paths: Iterable[str], schema: pa.Schema) -> list[str]:
    """Return which of a parquet file's leaves to read; from a list of structs, only the fields that the schema has."""
    names = []
    for path in paths:
        column, *inner = path.split(".")
        if column not in schema.names:
            continue
        kind = schema.field(column).type
        fields = field_names(kind.value_type) if pa.types.is_list(kind) else []
        if not fields or any(name in inner for name in fields):
            names.append(path)
    return names
