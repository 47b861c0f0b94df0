"""The instructions that a run chose from, read again: sets of candidates with their counts, and the instructions to look at."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zebra_core.pairing.candidates import find_answers, group_candidates
from zebra_core.pairing.plan import EMPTY_PROMPT, TOO_FEW
from zebra_core.pairing.strategy import Masks
from zebra_core.pool.filters import apply_filters
from zebra_core.pool.pool import batches
from zebra_report.panels.exploration.rows import PURPOSE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from zebra_core.pairing.candidates import Answers, Candidates
    from zebra_report.panels.exploration.arrays import Arrays
    from zebra_report.panels.exploration.inputs import Inputs
    from zebra_report.panels.exploration.rows import Rows

    Integers = NDArray[np.int64]

MOST_ROWS = 131_072
"""The number of instructions that are read again at most; of a longer pool its parts are read in turn."""
CELLS, RESPONSES, INSTRUCTIONS = 600_000, 24_000, 2_500
"""Each strategy that looks at the instructions is asked about so many pairs, responses and instructions, in all."""
WIDE = 16
"""The number of models of an instruction above which it has so many pairs that fewer instructions are looked at."""
EVERY, MANY = 2, 8
"""Of so many batches only every other one is looked at, at twice as many of its instructions: fewer calls."""
FEWER = 8
"""Of instructions with many pairs, so many times fewer are looked at under the measures that are not the run's own."""
PART = 500_000
"""It is asked about instructions with so many cells (n x k x k) at a time."""


@attrs.define(eq=False)
class Groups:
    """Instructions of the same candidates, counted: equal models, equal identical texts, and equal pairs of unlike length.

    A key is the number k of its models and (names, texts, unlike): places of the pool's names (k), for each response the first
    one with the same text (k), and whether a pair's lengths are too unlike (pairs), or nothing.
    """

    numbers: dict[tuple[int, bytes], int] = attrs.field(factory=dict)
    counts: list[int] = attrs.field(factory=list)
    rows: int = 0
    left_out: Counter[str] = attrs.field(factory=Counter)
    step: int = 0
    every: int = 1
    wide: bool = False

    def decide(self, parts: list[Candidates], times: float) -> None:
        """Decide which instructions are looked at, if the pool has so many `times` those of these parts, a batch of it."""
        self.step = _step(parts, times)
        self.every = EVERY if self.step >= EVERY and times >= MANY else 1
        self.wide = max((part.models.shape[1] for part in parts), default=0) > WIDE

    def add(self, names: Integers, texts: Integers, unlike: NDArray[np.bool_]) -> Integers:
        """Count instructions (n x k) and return the number of each one's group (n)."""
        rows = np.ascontiguousarray(np.concatenate([names, texts, unlike], axis=1).astype("<u2"))
        view = rows.view(f"V{rows.itemsize * rows.shape[1]}").ravel()
        keys, which, counts = np.unique(view, return_inverse=True, return_counts=True)
        numbers = [self._number((names.shape[1], key.tobytes())) for key in keys]
        for number, count in zip(numbers, counts.tolist(), strict=True):
            self.counts[number] += count
        return np.array(numbers, np.int64)[which.reshape(-1)]

    def _number(self, key: tuple[int, bytes]) -> int:
        number = self.numbers.setdefault(key, len(self.counts))
        if number == len(self.counts):
            self.counts.append(0)
        return number

    def packed(self, arrays: Arrays) -> list[dict[str, object]]:
        """Return the groups as the page reads them, together by the number of their models; `numbers` are theirs."""
        entries: list[dict[str, object]] = []
        for width in sorted({width for width, _ in self.numbers}):
            keys = [(key, number) for (k, key), number in self.numbers.items() if k == width]
            table = np.frombuffer(b"".join(key for key, _ in keys), "<u2").reshape(len(keys), -1)
            names, texts, unlike = np.split(table, [width, 2 * width], axis=1)
            entry: dict[str, object] = {"width": width, "unlike": arrays.add(unlike) if unlike.size else None}
            numbers = np.array([number for _, number in keys], np.int64)
            parts = {"names": names, "texts": texts, "numbers": numbers, "counts": np.array(self.counts)[numbers]}
            entries.append({**entry, **{name: arrays.add(values) for name, values in parts.items()}})
        return entries


def read_groups(
    inputs: Inputs, expected: int, rows: Rows, see: Callable[[pa.RecordBatch], object] = lambda _: None
) -> Groups:
    """Read the pool again, batch by batch, and count it; `expected` is the number of its instructions.

    `see` is called with each batch. All instructions are added to `rows` or, if they are many, those whose draw is a multiple of a step, a power of two.
    """
    groups = Groups()
    for number, batch in enumerate(_batches(inputs, expected)):
        see(batch)
        kept, filtered = apply_filters(inputs.filters, batch)
        answers = find_answers(kept, inputs.index)
        models = next(iter(inputs.behaviors.values())).models
        parts = list(group_candidates(answers, models, inputs.recipe.seed, inputs.recipe.candidates))
        blank, paired = int(answers.blank.sum()), sum(map(len, parts))
        groups.rows += batch.num_rows
        groups.left_out += Counter({EMPTY_PROMPT: blank, TOO_FEW: kept.num_rows - blank - paired}) + filtered
        if not groups.step:
            groups.decide(parts, min(expected, MOST_ROWS) / max(batch.num_rows, 1))
            rows.every = groups.every
        for part in parts:
            numbers = groups.add(_names(answers, part, inputs), _texts(answers, part), _unlike(part, inputs))
            if number % groups.every == 0:
                _look(part, numbers, groups, rows)
    return groups


def _look(part: Candidates, numbers: Integers, groups: Groups, rows: Rows) -> None:
    """Add the instructions that are drawn to `rows`, a few at a time."""
    step = groups.step // groups.every
    drawn = np.arange(len(part)) if step == 1 else np.flatnonzero(part.row_keys(PURPOSE) % np.uint64(step) == 0)
    size = max(1, PART // part.models.shape[1] ** 2)
    for start in range(0, len(drawn), size):
        at = drawn[start : start + size]
        rows.add(part[at], numbers[at], step, fewer=FEWER if groups.wide else 1)


def _batches(inputs: Inputs, expected: int) -> Iterator[pa.RecordBatch]:
    """Read the pool; of a long one every few parts, up to a number of instructions."""
    parts, stride = inputs.pool.parts, max(1, expected // MOST_ROWS)
    rows = 0
    for part in parts[::stride] if len(parts) > stride else parts:
        for batch in batches(part):
            if rows >= MOST_ROWS:
                return
            yield batch
            rows += batch.num_rows


def _step(parts: list[Candidates], times: float) -> int:
    """Return the step with which a strategy is asked about few enough instructions, if all batches are like this one."""
    shapes = [part.models.shape for part in parts]
    cells, responses = sum(n * k * (k - 1) // 2 for n, k in shapes), sum(n * k for n, k in shapes)
    rows = sum(n for n, _ in shapes)
    excess = max(cells * times / CELLS, responses * times / RESPONSES, rows * times / INSTRUCTIONS, 1.0)
    return int(2 ** np.ceil(np.log2(excess)))


def _names(answers: Answers, part: Candidates, inputs: Inputs) -> Integers:
    """Return the place among the pool's names of each candidate's name (n x k)."""
    places = {name: place for place, name in enumerate(inputs.names)}
    return np.array([places.get(str(name), 0) for name in answers.names], np.int64)[answers.name[part.places]]


def _texts(answers: Answers, part: Candidates) -> Integers:
    """Return for each response the column of the instruction's first response with the same text (n x k)."""
    n, k = part.places.shape
    first = np.tile(np.arange(k), (n, 1))
    sizes = np.sort(pc.binary_length(answers.texts).to_numpy(zero_copy_only=False)[part.places], axis=1)
    rows = np.flatnonzero((sizes[:, 1:] == sizes[:, :-1]).any(axis=1))
    if len(rows):
        texts = answers.texts.take(pa.array(part.places[rows].ravel())).dictionary_encode()
        codes = texts.indices.to_numpy(zero_copy_only=False).reshape(-1, k)
        first[rows] = np.stack([(codes == codes[:, [column]]).argmax(axis=1) for column in range(k)], axis=1)
    return first


def _unlike(part: Candidates, inputs: Inputs) -> NDArray[np.bool_]:
    """Return which pairs (n x pairs) are beyond the limit to the length ratio; no columns if there is none."""
    ratio = inputs.recipe.length_ratio
    return ~Masks(length_ratio=ratio).like(part) if ratio else np.zeros((len(part), 0), bool)
