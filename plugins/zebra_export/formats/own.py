"""The dataset's own columns, for tools that read them as they are."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, ClassVar

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from zebra_export.files import Parquet
from zebra_export.messages import listed, with_columns

if TYPE_CHECKING:
    from pathlib import Path

    import zebra_core as zebra


@attrs.frozen
class OwnColumns(Parquet):
    """The files of the dataset, unchanged."""

    def write(self, dataset: zebra.Dataset, shard: Path, path: Path) -> None:
        """Copy a shard; one that is restored from an export is written."""
        if dataset.export is not None:
            super().write(dataset, shard, path)
            return
        with shard.open("rb") as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 24)


@attrs.frozen
class Trl(OwnColumns):
    """TRL: prompt, chosen and rejected as messages, the dataset as it is."""

    configurations = ("trl.sh",)


@attrs.frozen
class Unsloth(OwnColumns):
    """Unsloth: the dataset as it is, and a script that trains on it."""

    configurations = ("unsloth.py",)


@attrs.frozen
class OpenRlhf(OwnColumns):
    """OpenRLHF: the dataset as it is, and the command that names its columns."""

    configurations = ("openrlhf.sh",)


@attrs.frozen
class Axolotl(Parquet):
    """axolotl: the columns of the dataset, responses without white space around them, and the configuration.

    axolotl looks for a response in what the chat template makes of it, and cuts it to its last character if the template
    trims white space.
    """

    lost: ClassVar[str] = "the white space around the responses"
    configurations = ("axolotl.yaml",)

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return the pairs with trimmed responses."""
        return with_columns(pairs, {side: _trimmed(pairs[side]) for side in ("chosen", "rejected")})


def _trimmed(messages: pa.ListArray) -> pa.ListArray:
    """Return lists of one message each, without white space around the content."""
    role, content = (pc.struct_field(messages.flatten(), name) for name in ("role", "content"))
    return listed(pa.StructArray.from_arrays([role, pc.utf8_trim_whitespace(content)], ["role", "content"]))
