"""The pairs of all parts as numbers: what is drawn and divided, before a response is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from zebra_mix.parts import Part

BEGINNING = 80
"""The number of characters of a prompt that are listed."""
CLEAN = -1


@attrs.frozen(eq=False)
class TestSet:
    """A test set that the mix must not overlap with: its location, and the filter that leaves out its prompts."""

    __test__ = False  # not a test, for pytest

    location: str
    filter: zebra.BoundComponent


@attrs.frozen(eq=False)
class Rows:
    """The pairs of all parts, one part after another (n).

    `part` is the number of the part, `prompt` and `id` are hashes, and `test` is the number of the first test set that has the
    prompt, or `CLEAN`. `listed` has a line about each pair that is in one.
    """

    part: NDArray[np.int64]
    prompt: NDArray[np.uint64]
    id: NDArray[np.uint64]
    test: NDArray[np.int64]
    listed: list[dict[str, Any]]

    @property
    def clean(self) -> NDArray[np.bool_]:
        """Whether a pair is in no test set (n)."""
        return np.asarray(self.test == CLEAN)

    def ambiguous(self) -> NDArray[np.bool_]:
        """Return whether the id of a pair has another prompt in another part, so that it needs a new one (n)."""
        ids, number = np.unique(self.id, return_inverse=True)
        differs = np.zeros(len(ids), bool)
        order = np.argsort(number, kind="stable")  # within an id, the parts are in order
        same = number[order][1:] == number[order][:-1]
        other = (self.prompt[order][1:] != self.prompt[order][:-1]) & (self.part[order][1:] != self.part[order][:-1])
        differs[number[order][1:][same & other]] = True
        return np.asarray(differs[number])


def read_rows(parts: Sequence[Part], tests: Sequence[TestSet]) -> Rows:
    """Read prompts and ids of all parts, once."""
    columns: list[tuple[NDArray[Any], ...]] = []
    listed: list[dict[str, Any]] = []
    for place, part in enumerate(parts):
        for batch in part.dataset.batches(["id", "prompt"]):
            test = _overlapping(batch, tests)
            for row in np.flatnonzero(test != CLEAN):
                prompt = zebra.prompt_text(batch["prompt"].slice(row, 1))[0].as_py() or ""
                line = {"id": batch["id"][row].as_py(), "part": part.name, "prompt": prompt[:BEGINNING]}
                listed.append({**line, "file": zebra.storage.shown(tests[test[row]].location)})
            columns.append(
                (
                    np.full(len(batch), place),
                    zebra.prompt_keys(batch["prompt"]),
                    zebra.prompt_keys(batch["id"]),
                    test,
                )
            )
    numbers, prompts, ids, test_numbers = (np.concatenate(column) for column in zip(*columns, strict=True))
    return Rows(numbers, prompts, ids, test_numbers, listed)


def _overlapping(batch: pa.RecordBatch, tests: Sequence[TestSet]) -> NDArray[np.int64]:
    """Return the number of the first test set that has the prompt of each row (n), `CLEAN` if none has."""
    numbers = pa.array(map(str, range(len(batch))), pa.string())
    arrays = {"id": numbers, "prompt": batch["prompt"]}
    lists = {name: pa.array([[]] * len(batch), zebra.POOL.field(name).type) for name in ("models", "responses")}
    nulls = {name: pa.nulls(len(batch), zebra.POOL.field(name).type) for name in ("ratings", "source")}
    instructions = pa.RecordBatch.from_pydict({**arrays, **lists, **nulls}, schema=zebra.POOL)
    first = np.full(len(batch), CLEAN)
    for number, test in reversed([*enumerate(tests)]):
        overlaps = np.ones(len(batch), bool)
        overlaps[np.array(test.filter(instructions)["id"].to_pylist(), dtype=np.int64)] = False
        first[overlaps] = number
    return first
