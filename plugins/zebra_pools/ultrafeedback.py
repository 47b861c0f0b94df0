"""The layout of UltraFeedback."""

from __future__ import annotations

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_pools.columns import field_names, pool_batch
from zebra_pools.reader import TEXTS, Mismatch, RowReader, lacks, shared_arrays, shared_columns

RATINGS = ("overall_score", "fine-grained_score")


@attrs.frozen
class UltraFeedback(RowReader):
    """UltraFeedback's schema: instruction, models, completions[{model, response, ...}].

    `rating` names the field of a completion with its rating, by default `overall_score`, else `fine-grained_score`.
    """

    rating: str = zebra.option("", "Field of a completion that holds its rating; recognised by its name if empty.")

    def schema_for(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read. Raise Mismatch if there are no completions with model and response."""
        shared = shared_columns(schema)
        if "completions" not in schema.names:
            raise Mismatch(lacks("'completions'"))
        kind = schema.field("completions").type
        fields = field_names(getattr(kind, "value_type", kind))
        rating = self.rating or next((name for name in RATINGS if name in fields), None)
        columns = {"model": pa.string(), "response": pa.string(), **({rating: pa.float64()} if rating else {})}
        missing = [name for name in columns if name not in fields]
        if missing:
            msg = f"has completions without the field {missing[0]!r} ({kind})"
            raise Mismatch(msg)
        models = {"models": TEXTS} if "models" in schema.names else {}
        return pa.schema({**shared, **models, "completions": pa.list_(pa.struct(list(columns.items())))})

    def to_pool(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with the models of the completions. Raise RowError if the list of models differs from them."""
        each = batch["completions"].flatten()
        names = ("models", "responses", "ratings")
        lists = {
            name: zebra.relisted(batch["completions"], pc.struct_field(each, [place]))
            for place, name in enumerate(names[: each.type.num_fields])
        }
        if "models" in batch.schema.names:
            check_same_models(batch["models"], lists["models"])
        return pool_batch(**shared_arrays(batch), **lists)


def check_same_models(listed: pa.ListArray, models: pa.ListArray) -> None:
    """Raise RowError for the first row whose `models` are not those of its completions; their order does not matter."""
    lengths, others = (
        pc.fill_null(pc.list_value_length(a), 0).to_numpy(zero_copy_only=False) for a in (listed, models)
    )
    wrong = np.flatnonzero(lengths != others)
    if not wrong.size and not listed.flatten().equals(models.flatten()):
        names = pa.concat_arrays([listed.flatten(), models.flatten()]).dictionary_encode().indices
        codes = pc.fill_null(names, -1).to_numpy(zero_copy_only=False).reshape(2, -1)
        rows = np.repeat(np.arange(len(listed)), lengths)
        left, right = (side[np.lexsort((side, rows))] for side in codes)
        wrong = rows[left != right]
    if wrong.size:
        row = int(wrong[0])
        named, answered = ({*map(str, array[row].as_py() or [])} for array in (listed, models))
        odd = ", ".join(sorted(named ^ answered or named))
        msg = f"`models` and `completions` name different models ({odd})"
        raise zebra.RowError(row, msg)
