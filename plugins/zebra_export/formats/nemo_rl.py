"""NeMo-RL: ranked completions, or a prompt with two texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

import zebra_core as zebra
from zebra_export.files import JsonLines
from zebra_export.rankings import rankings, superiority_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@attrs.frozen
class NemoRl(JsonLines):
    """NeMo-RL: the two responses of each pair as ranked completions, and the configuration."""

    form: Literal["pairs", "rankings", "binary"] = zebra.option(
        "pairs",
        "pairs: two ranked completions; rankings: all responses that the pairs of an instruction compare, ties included, "
        "which NeMo-RL loads but does not train on yet; binary: a prompt and two texts, for BinaryPreferenceDataset.",
    )
    lost: ClassVar[str] = "the models of the responses"
    configurations = ("nemo-rl.yaml",)

    @property
    def values(self) -> dict[str, Any]:
        """The form, which decides on the class that loads the files."""
        return {"form": self.form}

    def lines(self, dataset: zebra.Dataset, rows: Iterator[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        """Yield the lines of a shard."""
        if self.form == "rankings":
            for first, ranking in rankings(rows, superiority_of(dataset)):
                yield _line(first, [(each.rank, each.messages) for each in ranking])
        elif self.form == "pairs":
            yield from (_line(row, [(0, row["chosen"]), (1, row["rejected"])]) for row in rows)
        else:
            for row in rows:
                texts = {side: row[side][0]["content"] for side in ("chosen", "rejected")}
                yield {"prompt": row["prompt"], **texts, "id": row["id"]}


def _line(row: dict[str, Any], responses: list[tuple[int, list[dict[str, str]]]]) -> dict[str, Any]:
    """Return the prompt of a row with responses by rank."""
    completions = [{"rank": rank, "completion": messages} for rank, messages in responses]
    return {"context": row["prompt"], "completions": completions, "id": row["id"]}
