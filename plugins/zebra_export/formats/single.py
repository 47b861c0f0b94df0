"""Single responses: the chosen ones alone, and both with a label."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zebra_export.files import Parquet
from zebra_export.messages import joined, with_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    import zebra_core as zebra


@attrs.frozen
class Chosen(Parquet):
    """The chosen responses; one that several pairs of an instruction have in common is written once."""

    lost: ClassVar[str] = "the rejected responses"

    def shaped(self, dataset: zebra.Dataset, pairs: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:  # noqa: ARG002
        """Yield what is written of the first pair with each chosen response."""
        instruction, models = None, set[str]()
        for batch in pairs:
            first = []
            for name, model in zip(batch["id"].to_pylist(), batch["chosen_model"].to_pylist(), strict=True):
                if name != instruction:
                    instruction, models = name, set()
                first.append(model not in models)
                models.add(model)
            yield self.converted(batch.filter(pa.array(first)))


@attrs.frozen
class Sft(Chosen):
    """The chosen responses alone, as `messages`: for supervised fine-tuning with any tool."""

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return the conversations with the chosen responses."""
        kept = {name: pairs[name] for name in ("id", "chosen_model", "source")}
        return pa.RecordBatch.from_pydict({"messages": joined(pairs["prompt"], pairs["chosen"]), **kept})


@attrs.frozen
class Verl(Chosen):
    """verl: prompts for reinforcement learning with the chosen response as the reference answer, and `messages` for SFT."""

    configurations = ("verl.sh",)

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return the columns that verl's datasets read."""
        rows = len(pairs)
        sources = pc.fill_null(pc.if_else(pc.equal(pairs["source"], ""), None, pairs["source"]), "zebra")
        answers = pc.struct_field(pairs["chosen"].flatten(), "content")
        reward = {"style": pa.repeat("model", rows), "ground_truth": answers}
        extra = {name: pairs[name] for name in ("id", "chosen_model", "margin")}
        return pa.RecordBatch.from_pydict(
            {
                "data_source": sources,
                "prompt": pairs["prompt"],
                "ability": pa.repeat("instruction", rows),
                "reward_model": pa.StructArray.from_arrays([*reward.values()], [*reward]),
                "extra_info": pa.StructArray.from_arrays([*extra.values()], [*extra]),
                "messages": joined(pairs["prompt"], pairs["chosen"]),
            }
        )


@attrs.frozen
class Kto(Parquet):
    """Unpaired: two rows per pair, `prompt`, `completion` and `label`, for KTO and whatever learns from single labels."""

    configurations = ("kto.sh",)

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return two rows per pair, the chosen response first."""
        rows, doubled = len(pairs), np.arange(2 * len(pairs))
        responses = pa.concat_arrays([pairs["chosen"], pairs["rejected"]])
        completions = responses.take(pa.array(doubled // 2 + doubled % 2 * rows))
        columns = {"chosen": None, "rejected": None, "completion": completions, "label": pa.array(doubled % 2 == 0)}
        return with_columns(pairs.take(pa.array(doubled // 2)), columns)

    def reverted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the pairs of rows that follow each other."""
        chosen, rejected = (batch.filter(mask) for mask in (batch["label"], pc.invert(batch["label"])))
        names = [name for name in batch.schema.names if name not in ("completion", "label")]
        columns = {name: chosen[name] for name in names}
        columns |= {"chosen": chosen["completion"], "rejected": rejected["completion"]}
        order = [*names[:2], "chosen", "rejected", *names[2:]]
        return pa.RecordBatch.from_pydict({name: columns[name] for name in order})
