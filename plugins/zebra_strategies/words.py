"""How close each response is to the others to its instruction, from the words that they share; linear in the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.uint64]
    Floats = NDArray[np.float64]

RESPONSES = 512
"""The number of responses at a time, so that the arrays stay in the processor's cache."""
ALPHABET = bytes(byte if byte >= 128 or chr(byte).isalnum() else 0 for byte in bytes(range(256)).lower())
"""Each byte of a word in lower case, 0 for any other; the bytes of UTF-8 beyond ASCII belong to words."""
WIDE = 0xE3
"""The first byte of a character that is a word of its own: Chinese, Japanese and Korean have no spaces to cut at."""
HASH, MULTIPLIER = 22, np.uint64(0x9E3779B97F4A7C15)
"""The number of bits of a word's hash, and the multiplier of Fibonacci hashing (Knuth, TAOCP 3, 6.4)."""
ONES, TOPS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
LOGS = 1 + np.log(np.arange(1, 4097, dtype=np.float64))
"""The weight of a word that a response has 1, 2, ... times; a table, so that it is the same in every batch."""


def consensus(responses: pa.Array, weights: Floats) -> Floats:
    """Return how close each response is to the others, (n x k) in [0, 1], from texts (n * k) and weights (n x k).

    It is the mean cosine with the other responses to the instruction, weighted by theirs. The vector of a response has
    1 + log(count) for each word; words are alike if their first four letters are. Nothing depends on other instructions.
    """
    n, k = weights.shape
    step = max(1, RESPONSES // k)
    parts = [
        _consensus(responses.slice(start * k, step * k), weights[start : start + step]) for start in range(0, n, step)
    ]
    return np.concatenate(parts) if parts else np.empty((0, k))


def _consensus(responses: pa.Array, weights: Floats) -> Floats:
    n, k = weights.shape
    words, counts = find_words(responses)
    bits = (k - 1).bit_length()
    kind: Any = np.uint32 if (n - 1).bit_length() + HASH + bits <= 32 else np.uint64
    instruction, response = np.divmod(np.arange(weights.size, dtype=kind), kind(k))
    keys = ((words * MULTIPLIER) >> np.uint64(64 - HASH)).astype(kind) << kind(bits)
    keys |= np.repeat((instruction << kind(HASH + bits)) | response, counts)
    keys.sort()  # by instruction, word, response
    starts = _starts(keys)
    counts = np.diff(starts, append=len(keys))
    keys = keys[starts]
    of_instruction = keys >> kind(bits)
    place = (of_instruction >> kind(HASH)).astype(np.int64) * k + (keys - (of_instruction << kind(bits)))
    shared = np.diff(_starts(of_instruction), append=len(keys))
    word = np.repeat(np.arange(len(shared)), shared)
    return _mean_cosine(LOGS[np.minimum(counts, len(LOGS)) - 1], place, word, weights)


def _starts(keys: NDArray[Any]) -> NDArray[np.int64]:
    """Return where each run of equal keys starts."""
    return np.flatnonzero(np.concatenate([np.ones(min(1, len(keys)), bool), keys[1:] != keys[:-1]]))


def _mean_cosine(values: Floats, place: NDArray[np.int64], word: NDArray[np.int64], weights: Floats) -> Floats:
    """Return the weighted mean cosine with the other responses, from the sparse vectors: value, response, word."""
    size, flat = weights.size, weights.ravel()
    values = values / np.sqrt(np.bincount(place, values * values, size))[place]
    weighted = flat[place] * values
    others = np.bincount(word, weighted)[word] - weighted
    near = np.bincount(place, values * others, size).reshape(weights.shape)
    return np.asarray(near / (weights.sum(axis=1, keepdims=True) - weights))


def find_words(texts: pa.Array) -> tuple[Numbers, NDArray[np.int64]]:
    """Return the words of texts, one after the other, by their first letters as a number, and how many each text has.

    A word is a run of letters and digits, in lower case, of which the first four bytes count, or eight if it does not start with
    an ASCII letter; a wide character is a word with what follows it.
    """
    empty, space = (pa.scalar(text, pa.large_string()) for text in ("", " "))
    spaced = pc.binary_join_element_wise(texts.cast(pa.large_string()), empty, space)
    ends = np.frombuffer(spaced.buffers()[1], np.int64)[: len(texts) + 1]
    data = spaced.buffers()[2][: int(ends[-1])].to_pybytes().translate(ALPHABET)
    letters = np.frombuffer(data + bytes(7), np.uint8)
    first = letters[:-7] != 0
    first[1:] &= letters[:-8] == 0
    first |= letters[:-7] >= WIDE
    at = np.flatnonzero(first)
    words = np.ndarray((len(first),), "<u8", letters, strides=(1,))[at]
    gaps = (words - ONES) & ~words & TOPS
    words &= ((gaps & -gaps) >> np.uint64(7)) - np.uint64(1)  # the bytes before the first gap
    words &= np.where(words & np.uint64(0x80), ~np.uint64(0), np.uint64(0xFFFFFFFF))
    return words, np.diff(np.searchsorted(at, ends))
