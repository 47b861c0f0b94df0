"""The layouts with one row per instruction: UltraFeedback's, one column per model, and messages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_pools import columns
from zebra_pools.columns import first
from zebra_pools.tables import Table, open_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = pa.list_(pa.string())


class Layout(Protocol):
    """How rows are laid out: which columns are wanted, and how a batch of them becomes one of the pool's schema."""

    def wants(self, schema: pa.Schema) -> pa.Schema | str:
        """Return the columns to read with their types, or the reason why these are not of this layout."""

    def convert(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch in the pool's schema; RowError for a row that contradicts itself."""


class Rows:
    """Reads any layout with one row per instruction: a part of the pool per file."""

    def declines(self: Layout, location: str) -> str | None:
        """Tell why the location is not of this layout, None where it is."""
        wanted = self.wants(open_tables(location)[0].schema)
        return wanted if isinstance(wanted, str) else None

    def __call__(self: Layout, location: str | None) -> zebra.Pool:
        """Open the pool."""
        tables = open_tables(location)
        parts = [zebra.Part(t.name, partial(converted, t, wanted_of(self, t), self), t.rows) for t in tables]
        return zebra.Pool(parts, [t.path for t in tables if t.path])


def wanted_of(layout: Layout, table: Table) -> pa.Schema:
    """Return the columns that the layout wants of a table; ZebraError where it does not fit."""
    wanted = layout.wants(table.schema)
    if isinstance(wanted, str):
        msg = f"{table.name} {wanted}"
        raise zebra.ZebraError(msg)
    return wanted


def converted(table: Table, wanted: pa.Schema, layout: Layout) -> Iterator[pa.RecordBatch]:
    """Read a table in a layout; ZebraError with the row's number for a row that contradicts itself."""
    start = 0
    for batch in table.read(wanted):
        try:
            yield layout.convert(batch)
        except zebra.RowError as wrong:
            msg = f"{table.name}, row {start + wrong.row + 1}: {wrong}"
            raise zebra.ZebraError(msg) from wrong
        start += batch.num_rows


def common(schema: pa.Schema, prompt: str) -> dict[str, pa.DataType] | str:
    """Return prompt, id and source with their types, as far as they are there; a reason where the prompt is no prompt."""
    name = prompt or first(columns.PROMPT, schema)
    if name is None or name not in schema.names:
        return f"has no column {prompt or ' or '.join(map(repr, columns.PROMPT[:2]))} (its columns: {', '.join(schema.names)})"
    kind = columns.prompt_type(schema.field(name).type)
    if kind is None:
        return f"has a column {name!r} that is neither text nor messages ({schema.field(name).type})"
    optional = [first(names, schema) for names in (columns.ID, columns.SOURCE)]
    return {name: kind, **{extra: pa.string() for extra in optional if extra}}


def commonly(batch: pa.RecordBatch, prompt: str) -> dict[str, pa.Array]:
    """Return what every layout gives the pool: prompt, id and source."""
    found = {"id": first(columns.ID, batch.schema), "source": first(columns.SOURCE, batch.schema)}
    name = prompt or first(columns.PROMPT, batch.schema)
    return {"prompt": columns.as_messages(batch[name]), **{key: batch[col] for key, col in found.items() if col}}


@attrs.frozen
class UltraFeedback(Rows):
    """UltraFeedback's schema: instruction, models, completions[{model, response, ...}].

    `rating` names the field of a completion that rates it; `overall_score`, else `fine-grained_score`, if empty.
    """

    rating: str = ""

    def wants(self, schema: pa.Schema) -> pa.Schema | str:
        """Return the columns to read, or why this is another layout."""
        found = common(schema, "")
        if isinstance(found, str):
            return found
        if "completions" not in schema.names:
            return f"has no column 'completions' (its columns: {', '.join(schema.names)})"
        kind = schema.field("completions").type
        inner = kind.value_type if hasattr(kind, "value_type") else None
        fields = [f.name for f in inner.fields] if inner is not None and pa.types.is_struct(inner) else []
        if not {"model", "response"} <= {*fields}:
            return f"has completions without the fields model and response ({kind})"
        rating = self.rating or next((n for n in ("overall_score", "fine-grained_score") if n in fields), None)
        if rating and rating not in fields:
            return f"has completions without the field {rating!r} ({', '.join(fields)})"
        wanted = [("model", pa.string()), ("response", pa.string()), *([(rating, pa.float64())] if rating else [])]
        models = {"models": TEXTS} if "models" in schema.names else {}
        return pa.schema({**found, **models, "completions": pa.list_(pa.struct(wanted))})

    def convert(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Take the models from the completions themselves, and hold the list of models against them."""
        completions = batch["completions"]
        each = completions.flatten()

        def listed(values: pa.Array) -> pa.ListArray:
            return columns.relisted(completions, values)

        models = listed(pc.struct_field(each, "model"))
        if "models" in batch.schema.names:
            check_same_models(batch["models"], models)
        ratings = (
            {"ratings": listed(pc.struct_field(each, each.type.field(2).name))} if each.type.num_fields > 2 else {}
        )
        return columns.pool_batch(
            **commonly(batch, ""), models=models, responses=listed(pc.struct_field(each, "response")), **ratings
        )


def check_same_models(listed: pa.ListArray, models: pa.ListArray) -> None:
    """Raise RowError for the first row whose `models` are not those of its completions, in whatever order."""
    lengths, others = (
        pc.fill_null(pc.list_value_length(a), 0).to_numpy(zero_copy_only=False) for a in (listed, models)
    )
    wrong = np.flatnonzero(lengths != others)
    if not wrong.size and not listed.flatten().equals(models.flatten()):
        names = pa.concat_arrays([listed.flatten(), models.flatten()]).dictionary_encode().indices
        codes = pc.fill_null(names, -1).to_numpy(zero_copy_only=False).reshape(2, -1)
        rows = np.repeat(np.arange(len(listed)), lengths)
        said, given = (side[np.lexsort((side, rows))] for side in codes)
        wrong = rows[said != given]
    if wrong.size:
        said, given = ({*(array[int(wrong[0])].as_py() or [])} for array in (listed, models))
        odd = ", ".join(sorted(map(str, said ^ given or said)))
        msg = f"`models` and `completions` name different models ({odd}); correct the row"
        raise zebra.RowError(int(wrong[0]), msg)


@attrs.frozen
class Wide(Rows):
    """One column per model: an instruction, and the response of each model under the model's name.

    `models` names the columns; all other text columns if empty. `prompt` names the instruction's column.
    """

    models: tuple[str, ...] = ()
    prompt: str = ""

    def wants(self, schema: pa.Schema) -> pa.Schema | str:
        """Return the columns to read, or why this is another layout."""
        found = common(schema, self.prompt)
        if isinstance(found, str):
            return found
        other = {"models", "completions", "responses", *columns.MODEL, *columns.RESPONSE} & {*schema.names}
        if other and not self.models:
            return f"has a column {min(other)!r}, which is of another layout"
        known = {*columns.PROMPT, *columns.ID, *columns.SOURCE, *columns.RATING, *found}
        names = self.models or tuple(f.name for f in schema if f.name not in known and columns.is_text(f.type))
        missing = [name for name in names if name not in schema.names]
        if missing or len(names) < 2:
            return (
                f"has no column {missing[0]!r}"
                if missing
                else f"has less than two columns of responses ({', '.join(schema.names)})"
            )
        return pa.schema({**found, **dict.fromkeys(names, pa.string())})

    def convert(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Lay the columns of each row one after the other."""
        shared = commonly(batch, self.prompt)
        used = {
            self.prompt or first(columns.PROMPT, batch.schema),
            first(columns.ID, batch.schema),
            first(columns.SOURCE, batch.schema),
        }
        names = [name for name in batch.schema.names if name not in used]
        n, k = batch.num_rows, len(names)
        order = pa.array((np.arange(k)[None, :] * n + np.arange(n)[:, None]).ravel())
        responses = pa.concat_arrays([batch[name] for name in names]).take(order)
        models = pa.array(names).take(pa.array(np.tile(np.arange(k), n)))
        offsets = pa.array((np.arange(n + 1) * k).astype(np.int32))
        lists: dict[str, Any] = {
            "models": pa.ListArray.from_arrays(offsets, models),
            "responses": pa.ListArray.from_arrays(offsets, responses),
        }
        return columns.pool_batch(**shared, **lists)


@attrs.frozen
class Messages(Rows):
    """Lists beside a prompt that may have several turns: prompt (messages or text), models, responses[, ratings]."""

    def wants(self, schema: pa.Schema) -> pa.Schema | str:
        """Return the columns to read, or why this is another layout."""
        found = common(schema, "")
        if isinstance(found, str):
            return found
        for name in ("models", "responses"):
            if name not in schema.names:
                return f"has no column {name!r} (its columns: {', '.join(schema.names)})"
        ratings = {"ratings": pa.list_(pa.float64())} if "ratings" in schema.names else {}
        return pa.schema({**found, "models": TEXTS, "responses": TEXTS, **ratings})

    def convert(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Take the columns as they are."""
        lists = {name: batch[name] for name in ("models", "responses", "ratings") if name in batch.schema.names}
        return columns.pool_batch(**commonly(batch, ""), **lists)
