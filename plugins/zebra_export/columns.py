"""Extra columns of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

if TYPE_CHECKING:
    import pyarrow as pa

    import zebra_core as zebra


def lengths(pairs: pa.RecordBatch, behavior: zebra.Behavior) -> dict[str, pa.Array]:  # noqa: ARG001
    """Characters of the two responses, `chosen_length` and `rejected_length`."""
    return {
        f"{side}_length": pc.utf8_length(pc.struct_field(pairs[side].flatten(), "content"))
        for side in ("chosen", "rejected")
    }
