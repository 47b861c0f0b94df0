"""Facts about the pairs of a dataset, all from one pass over their texts, so that no more than a batch of these is in memory."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    import zebra_core as zebra

SPECIAL = (
    r"(?m)<\|[^|<>\s]+\|>|</?s>|\[/?INST\]|<(?:pad|eos|bos|unk|start_of_turn|end_of_turn)>|^### ?(?:Human|Assistant):"
)
REFUSAL = (
    r"(?i)^\W*(?:i['\x{2019}]?m (?:very |really )?sorry|i am sorry|sorry,|"
    r"i (?:can(?:no|['\x{2019}])t|am unable|am not able|won['\x{2019}]t)|as an ai\b|unfortunately, i (?:can|am))"
)
SIDES = ("chosen", "rejected")
NUMBERS = ("margin", "similarity", "confidence")
SHORT = 200
"""The number of characters up to which two texts are compared word by word at once."""
ALIKE = 0.9
"""The share of common words from which it is measured exactly; below, it may be 0."""
SAME = 2.0
"""The share of common words of two responses that differ only in case and white space."""


@attrs.frozen(eq=False)
class Facts:
    """What is true of the pairs of `Dataset.samples` (n each).

    `ids` are theirs; `prompts` are hashes of the prompts, without case and with single spaces. Of the responses by side: `lengths` in
    characters, and which are `empty`, have `special` tokens, or are a `refusal`. `common` is the share of common words, `SAME` of
    responses that differ only in case and white space, and `numbers` are the columns of numbers.
    """

    ids: pa.ChunkedArray
    prompts: NDArray[np.void]
    lengths: Mapping[str, NDArray[np.float64]]
    empty: Mapping[str, NDArray[np.bool_]]
    special: Mapping[str, NDArray[np.bool_]]
    refusal: Mapping[str, NDArray[np.bool_]]
    common: NDArray[np.float64]
    numbers: Mapping[str, NDArray[np.float64]]


@lru_cache(maxsize=1)
def facts_of(dataset: zebra.Dataset) -> Facts:
    """Return the facts about the pairs of a dataset, which are read once. Raise ZebraError if they cannot be."""
    parts = [_facts_of_batch(batch) for batch in dataset.samples()]
    ids = pa.chunked_array([part.ids for part in parts], pa.string())
    fields = [field.name for field in attrs.fields(Facts)][1:]
    return Facts(ids, *(_joined([getattr(part, name) for part in parts]) for name in fields))


def _joined(parts: list[Any]) -> Any:
    if isinstance(parts[0], dict):
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return np.concatenate(parts)


def _facts_of_batch(batch: pa.RecordBatch) -> Facts:
    texts = {side: batch[side] for side in SIDES}
    digests = b"".join(xxhash.xxh3_128_digest(_encoded(text)) for text in batch["prompt"].to_pylist())
    pairs = zip(*(column.to_pylist() for column in texts.values()), strict=True)
    return Facts(
        batch["id"],
        np.frombuffer(digests, "V16"),
        {side: _as_numpy(pc.utf8_length(column)).astype(float) for side, column in texts.items()},
        {side: _is_empty(column) for side, column in texts.items()},
        {side: _as_numpy(pc.match_substring_regex(column, SPECIAL)) for side, column in texts.items()},
        {side: _as_numpy(pc.match_substring_regex(column, REFUSAL)) for side, column in texts.items()},
        np.fromiter((common_words(chosen, rejected) for chosen, rejected in pairs), float, len(batch)),
        {name: _as_numpy(batch[name]).astype(float) for name in NUMBERS},
    )


def _is_empty(texts: pa.Array) -> Any:
    return _as_numpy(pc.or_(pc.equal(pc.binary_length(texts), 0), pc.utf8_is_space(texts)))


def _as_numpy(array: pa.Array) -> Any:
    return array.to_numpy(zero_copy_only=False)


def _encoded(prompt: str) -> bytes:
    return plain(prompt).encode("utf-8", "surrogatepass")


def digest(prompt: str) -> bytes:
    """Return the hash of a prompt in `Facts.prompts`."""
    return xxhash.xxh3_128_digest(_encoded(prompt))


def plain(text: str) -> str:
    """Return a text without case, and with single spaces."""
    return " ".join(text.casefold().split())


def common_words(chosen: str, rejected: str, least: float = ALIKE) -> float:
    """Return the share of the words of two texts that they have in common, `SAME` if they differ only in case and white space.

    It may be 0 if it is below `least`, which a few of their phrases usually tell.
    """
    one, other = chosen.casefold(), rejected.casefold()
    if len(one) > SHORT and least >= ALIKE and sum(phrase in other for phrase in _phrases(one)) < 2:
        return 0.0
    words, others = one.split(), other.split()
    if words == others:
        return SAME
    shared, either = {*words} & {*others}, {*words} | {*others}
    return len(shared) / len(either)


def _phrases(text: str) -> list[str]:
    """Return 12 characters of a text from the beginning of a word, at six places: of texts that are much alike, most are in both."""
    places = [len(text) * part // 6 for part in range(6)]
    starts = [text.find(" ", place) + 1 or place for place in places]
    return [text[start : start + 12] for start in starts]
