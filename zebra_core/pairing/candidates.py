"""The candidates of each instruction: the models with scores that answered it, best first."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from zebra_core.base.arrays import read_only
from zebra_core.behavior import BLOCK
from zebra_core.pool.pool import POOL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

CELLS = 4_000_000
"""The maximum number of cells (n x k x k) of a group, so that 222 models on every row do not fill the memory."""


@attrs.frozen(eq=False, repr=False)
class Candidates:
    """Instructions with the same number of models, k, that may be paired. All arrays are read-only.

    `rows` (n) is the instruction's row in the batch; `models` (n x k) indexes `Behavior.models`, ascending, which is
    best first; `places` (n x k) is the position of the response among all responses of the batch; `ratings` (n x k) is
    NaN if the pool has none; `ids` (n) are the instructions' ids and `model_keys` hashes of the models' names.
    `batch` is the batch of the pool that they are from. `prompts`, `sources`, `responses` and `lengths` are read from it
    when they are first used, so that they cost nothing otherwise.
    """

    rows: NDArray[np.int64] = attrs.field(converter=read_only)
    models: NDArray[np.int64] = attrs.field(converter=read_only)
    places: NDArray[np.int64] = attrs.field(converter=read_only)
    ratings: NDArray[np.float64] = attrs.field(converter=read_only)
    ids: pa.Array
    model_keys: NDArray[np.uint64] = attrs.field(converter=read_only)
    batch: pa.RecordBatch
    seed: int = 0

    def __repr__(self) -> str:
        return f"<Candidates: {len(self)} instructions of {self.models.shape[1]} models each>"

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, chosen: slice | NDArray[np.int64]) -> Candidates:
        """Return the candidates of some of the instructions."""
        cut = {name: getattr(self, name)[chosen] for name in ("rows", "models", "places", "ratings")}
        return attrs.evolve(self, ids=self.ids.take(pa.array(np.arange(len(self))[chosen])), **cut)

    @cached_property
    def prompts(self) -> pa.ListArray:
        """The prompts (n), each a list of messages, as in `zebra.MESSAGES`."""
        return self.batch["prompt"].take(pa.array(self.rows))

    @cached_property
    def sources(self) -> pa.Array:
        """The `source` of each instruction (n), as text; null if the pool has none."""
        return self.batch["source"].take(pa.array(self.rows))

    @cached_property
    def responses(self) -> pa.Array:
        """The texts of the responses (n * k), row by row in the order of `models`; none is empty."""
        return self.batch["responses"].flatten().take(pa.array(self.places.ravel()))

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """The number of characters of each response (n x k), at least 1."""
        lengths = pc.utf8_length(self.responses).to_numpy(zero_copy_only=False)
        return read_only(lengths.astype(np.int64).reshape(self.places.shape))

    def draw(self) -> NDArray[np.float64]:
        """Draw a number in [0, 1) for each pair, (n x k x k), symmetric.

        It depends only on the seed, the id of the instruction and the names of the two models: not on the machine,
        nor on the order of rows, responses or scores.
        """
        names = self.model_keys[self.models]
        mixed = _mixed(names[:, :, None] ^ names[:, None, :])
        bits = _mixed(mixed ^ self.row_keys()[:, None, None])
        return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53

    @cached_property
    def _hashes(self) -> NDArray[np.uint64]:
        """A hash of each instruction's id (n)."""
        return read_only(hashed(self.ids.to_pylist()))

    def row_keys(self, purpose: str = "") -> NDArray[np.uint64]:
        """Return 64 random bits for each instruction (n), from the seed, its id, and the purpose of the draw."""
        start = np.uint64(xxhash.xxh3_64_intdigest(f"{self.seed}{purpose}".encode()))
        return _mixed(self._hashes ^ start)

    def pair_keys(self) -> NDArray[np.uint64]:
        """Return a hash of the two models' names for each pair (n x pairs), numbered as by `np.triu_indices`."""
        names = self.model_keys[self.models]
        first, second = np.triu_indices(names.shape[1], 1)
        return _mixed(names[:, first] ^ names[:, second])

    def pair_bits(self, purpose: str) -> NDArray[np.uint64]:
        """Return 64 random bits for each pair of each instruction (n x pairs), as `draw` but for a purpose of their own."""
        return _mixed(self.pair_keys() ^ self.row_keys(purpose)[:, None])

    def drawn(self, count: int) -> Candidates:
        """Return `count` of the models of each instruction, drawn, the best first; all if there are no more."""
        if not 0 < count < self.models.shape[1]:
            return self
        bits = _mixed(self.model_keys[self.models] ^ self.row_keys("candidates")[:, None])
        columns = np.sort(np.argsort(bits, axis=1, kind="stable")[:, :count], axis=1)
        models, places, ratings = (
            np.take_along_axis(values, columns, axis=1) for values in (self.models, self.places, self.ratings)
        )
        return attrs.evolve(self, models=models, places=places, ratings=ratings)


def sample_candidates(models: tuple[str, ...], seed: int) -> Candidates:
    """Return a sample: two instructions that all these models answered, with ratings that tie."""
    count = len(models)
    numbers = np.tile(np.arange(count), (2, 1))
    places = np.arange(2 * count).reshape(2, count)
    batch = sample_batch(numbers)
    return Candidates(np.arange(2), numbers, places, 1.0 + places % 5, batch["id"], hashed(list(models)), batch, seed)


def sample_batch(models: NDArray[np.int64]) -> pa.RecordBatch:
    """Return a batch of the pool: an instruction for each row of `models` (n x k), with responses of different lengths."""
    rows = [
        {
            "id": f"instruction-{row}",
            "prompt": [{"role": "user", "content": f"Question {row}?"}],
            "models": [f"model-{number}" for number in numbers],
            "responses": ["The answer. " * (1 + (number + row) % 4) for number in numbers],
        }
        for row, numbers in enumerate(models.tolist())
    ]
    return pa.RecordBatch.from_pylist(rows, schema=POOL)


def windows(group: Candidates) -> Iterator[tuple[list[int], Candidates]]:
    """Divide a group into parts of few models; yield each part's models and the part, its models numbered among these."""
    answers = group.models.shape[1]
    few = len(np.unique(group.models)) <= max(BLOCK, 2 * answers)
    step = max(1, len(group) if few else BLOCK // answers)
    for start in range(0, len(group), step):
        part = group[start : start + step]
        models, numbers = np.unique(part.models, return_inverse=True)
        renumbered = numbers.reshape(part.models.shape)
        yield models.tolist(), attrs.evolve(part, models=renumbered, model_keys=group.model_keys[models])


def hashed(texts: list[str]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of each text, the same on every machine."""
    return np.fromiter((xxhash.xxh3_64_intdigest(text.encode()) for text in texts), np.uint64, len(texts))


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64 bits over 64 bits: the finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@attrs.frozen(eq=False)
class Answers:
    """The contents of a batch, row by row and response by response.

    Per row: `blank`, whether the prompt is empty. Per response: `row`, `model` in the
    behavior (-1 if it has no scores), `name` in `names` (the pool's names of the models), `texts`, and `empty`.
    """

    batch: pa.RecordBatch
    blank: NDArray[np.bool_]
    row: NDArray[np.int64]
    model: NDArray[np.int64]
    name: NDArray[np.int64]
    names: tuple[str | None, ...]
    texts: pa.Array
    empty: NDArray[np.bool_]


def find_answers(batch: pa.RecordBatch, index: Mapping[str, int]) -> Answers:
    """Look up the model of each response of a pool's batch; `index` maps the pool's name of a model to its number."""
    encoded = batch["models"].flatten().dictionary_encode()
    names = (*encoded.dictionary.to_pylist(), None)
    name = pc.fill_null(encoded.indices.cast(pa.int64()), len(names) - 1).to_numpy(zero_copy_only=False)
    numbers = np.array([index.get(name, -1) for name in names], np.int64)
    texts = batch["responses"].flatten()
    return Answers(
        batch,
        _blank_prompts(batch["prompt"]),
        _parents(batch["models"]),
        numbers[name],
        name,
        names,
        texts,
        _empty(texts),
    )


def _blank_prompts(prompts: pa.ListArray) -> NDArray[np.bool_]:
    """Return which prompts have no message with text."""
    blank = np.ones(len(prompts), bool)
    blank[_parents(prompts)[~_empty(pc.struct_field(prompts.flatten(), "content"))]] = False
    return blank


def _parents(lists: pa.ListArray) -> NDArray[np.int64]:
    parents: NDArray[np.int64] = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    return parents


def _empty(texts: pa.Array) -> NDArray[np.bool_]:
    filled = pc.and_(pc.greater(pc.binary_length(texts), 0), pc.invert(pc.utf8_is_space(texts)))
    full: NDArray[np.bool_] = filled.to_numpy(zero_copy_only=False).astype(bool)
    return ~full


def group_candidates(answers: Answers, models: tuple[str, ...], seed: int, drawn: int = 0) -> Iterator[Candidates]:
    """Group the instructions that two or more scored models answered by the number of models, k; n x k x k is bounded.

    If a model answered twice, keep the alphabetically first response, whatever the order of the row. Of more than `drawn`
    models, which is 0 for no limit, that many are drawn.
    """
    place = np.flatnonzero(~answers.empty & ~answers.blank[answers.row] & (answers.model >= 0))
    key = answers.row[place] * len(models) + answers.model[place]
    order = np.argsort(key, kind="stable")
    place, key = place[order], key[order]
    if (key[1:] == key[:-1]).any():
        place = _first_of_each(answers, place, key)
    row = answers.row[place]
    starts = np.flatnonzero(np.diff(row, prepend=-1))
    widths = np.diff(starts, append=len(row))
    ratings = ratings_of(answers.batch)
    model_keys = hashed(list(models))
    for width in np.unique(widths[widths > 1]):
        of_width = starts[widths == width]
        step = max(1, CELLS // width**2)
        for at in np.split(of_width, range(step, len(of_width), step)):
            places = place[at[:, None] + np.arange(width)]
            group = Candidates(
                row[at],
                answers.model[places],
                places,
                ratings[places],
                answers.batch["id"].take(pa.array(row[at])),
                model_keys,
                answers.batch,
                seed,
            )
            yield group.drawn(drawn)


def _first_of_each(answers: Answers, place: NDArray[np.int64], key: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keep one place per key, where `key` is sorted: the one whose text, then name, comes first."""
    twice = np.isin(key, key[1:][key[1:] == key[:-1]])
    where, names = pa.array(place[twice]), pa.array(answers.names, pa.string())
    table = pa.table(
        {
            "key": key[twice],
            "text": answers.texts.take(where),
            "name": names.take(pa.array(answers.name[place[twice]])),
            "place": where,
        }
    ).sort_by([("key", "ascending"), ("text", "ascending"), ("name", "ascending")])
    keys, first = np.unique(table["key"].to_numpy(), return_index=True)
    kept = np.concatenate([place[~twice], table["place"].to_numpy()[first]])
    return kept[np.argsort(np.concatenate([key[~twice], keys]))]


def ratings_of(batch: pa.RecordBatch) -> NDArray[np.float64]:
    """Return the rating of each response of the batch, NaN if there is none."""
    lengths = pc.fill_null(pc.list_value_length(batch["models"]), 0).to_numpy(zero_copy_only=False)
    rated = np.repeat(batch["ratings"].is_valid().to_numpy(zero_copy_only=False), lengths)
    ratings = np.full(int(lengths.sum()), np.nan)
    ratings[rated] = batch["ratings"].flatten().to_numpy(zero_copy_only=False)
    return ratings
