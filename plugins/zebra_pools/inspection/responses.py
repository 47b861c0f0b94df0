"""The responses of a pool's batch, one after another."""

from __future__ import annotations

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray  # types of fields

import zebra_core as zebra

Flags = NDArray[np.bool_]


@attrs.frozen(eq=False)
class Responses:
    """The responses of a batch.

    Per response: `row`, its instruction; `models`, `texts` and `ratings` (NaN if there is none); `empty`, whether it has no text;
    and `nameless`, whether no model is named. Per instruction: `blank`, whether the prompt has no text.
    """

    batch: pa.RecordBatch
    row: NDArray[np.int64]
    models: pa.Array
    texts: pa.Array
    ratings: NDArray[np.float64]
    empty: Flags
    nameless: Flags
    blank: Flags

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> Responses:
        """Return the responses of a batch of the schema `zebra.POOL`."""
        row = pc.list_parent_indices(batch["models"]).to_numpy(zero_copy_only=False).astype(np.int64)
        models, texts = batch["models"].flatten(), batch["responses"].flatten()
        rated = batch["ratings"].is_valid().to_numpy(zero_copy_only=False)[row]
        ratings = np.full(len(row), np.nan)
        ratings[rated] = batch["ratings"].flatten().to_numpy(zero_copy_only=False)
        return cls(
            batch,
            row,
            models,
            texts,
            ratings,
            _blank(texts),
            _blank(models),
            _blank(zebra.prompt_text(batch["prompt"])),
        )

    def cleaned(self) -> pa.RecordBatch:
        """Return the batch with what can be used: texts of named models, one for each, to prompts with text.

        If a model answered twice, the alphabetically first response is kept, as `zebra run` does.
        """
        place = np.flatnonzero(~self.empty & ~self.nameless & ~self.blank[self.row])
        table = pa.table({"row": self.row[place], "model": self.models.take(pa.array(place)), "place": place})
        if table.group_by(["row", "model"]).aggregate([]).num_rows < len(place):
            texts = self.texts.take(pa.array(place))
            order = table.append_column("text", texts).sort_by(
                [(name, "ascending") for name in ("row", "model", "text")]
            )
            first = order.group_by(["row", "model"], use_threads=False).aggregate([("place", "first")])
            place = np.sort(first["place_first"].to_numpy())
        counts = np.bincount(self.row[place], minlength=self.batch.num_rows)
        kept = np.flatnonzero(counts)
        offsets = pa.array(np.append(0, np.cumsum(counts[kept])).astype(np.int32))
        taken, ratings = pa.array(place), self.ratings[place]
        unrated = pa.array(np.isnan(ratings))
        columns = {
            "models": pa.ListArray.from_arrays(offsets, self.models.take(taken)),
            "responses": pa.ListArray.from_arrays(offsets, self.texts.take(taken)),
            "ratings": pa.ListArray.from_arrays(offsets, pc.if_else(unrated, None, pa.array(ratings))),
        }
        if np.isnan(ratings).all():
            columns["ratings"] = pa.nulls(len(kept), zebra.POOL.field("ratings").type)
        rows = self.batch.take(pa.array(kept))
        return pa.RecordBatch.from_arrays([columns.get(f.name, rows[f.name]) for f in zebra.POOL], schema=zebra.POOL)


def _blank(texts: pa.Array) -> Flags:
    """Return which texts are missing, or are nothing but white space."""
    filled = pc.and_(pc.greater(pc.binary_length(texts), 0), pc.invert(pc.utf8_is_space(texts)))
    blank: Flags = ~pc.fill_null(filled, fill_value=False).to_numpy(zero_copy_only=False).astype(bool)
    return blank
