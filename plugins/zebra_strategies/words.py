"""How close each response is to the others to its instruction, from the words that they share; linear in the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RESPONSES = 256
"""The number of responses at a time, so that the arrays stay in the processor's cache."""
ALPHABET = bytes(byte if byte >= 128 or chr(byte).isalnum() else 0 for byte in bytes(range(256)).lower())
"""Each byte of a word in lower case, 0 for any other; the bytes of UTF-8 beyond ASCII belong to words."""
WIDE = 0xE3
"""The first byte of a character that is a word of its own: Chinese, Japanese and Korean have no spaces to cut at."""
HASH = 22
"""The number of bits of a word's hash: two of 300 words share one in one instruction of a hundred."""
MULTIPLIERS = {4: 0x9E3779B1, 8: 0x9E3779B97F4A7C15}
"""The multipliers of Fibonacci hashing for words of 4 and of 8 bytes (Knuth, TAOCP 3, 6.4)."""
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
    keys = words.astype(kind) << kind(bits)
    keys |= np.repeat((instruction << kind(HASH + bits)) | response, counts)
    keys.sort()  # by instruction, word, response
    starts = np.flatnonzero(_new(keys))
    values = LOGS[np.minimum(np.diff(starts, append=len(keys)), len(LOGS)) - 1]
    keys = keys[starts]
    keys, response = keys >> kind(bits), keys & kind((1 << bits) - 1)
    place = (keys >> kind(HASH)).astype(np.int64) * k + response.astype(np.int64)
    return _mean_cosine(values, place, _new(keys), weights)


def _new(keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a key differs from the one before."""
    new = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    return new


def _mean_cosine(values: Floats, place: NDArray[np.int64], new: NDArray[np.bool_], weights: Floats) -> Floats:
    """Return the weighted mean cosine with the other responses.

    The vectors are sparse: for each word of a response its value, the response's place, and whether the word is new, so that the
    responses that share a word follow each other.
    """
    size = weights.size
    lengths = np.sqrt(np.bincount(place, values * values, size))
    shared = np.flatnonzero(~(new & np.append(new[1:], True)))
    place, word = place[shared], np.cumsum(new[shared]) - 1
    values = values[shared] / lengths[place]
    weighted = weights.ravel()[place] * values
    others = np.bincount(word, weighted)[word] - weighted
    near = np.bincount(place, values * others, size).reshape(weights.shape)
    return np.asarray(near / (weights.sum(axis=1, keepdims=True) - weights))


def find_words(texts: pa.Array) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return a hash of each word, one text after the other, and the number of words of each text.

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
    words = _hash_words(letters, at, 4)
    foreign = np.flatnonzero(letters[at] >= 128)
    words[foreign] = _hash_words(letters, at[foreign], 8)
    return words, np.diff(np.searchsorted(at, ends))


def _hash_words(letters: NDArray[np.uint8], at: NDArray[np.int64], width: int) -> NDArray[np.uint32]:
    """Hash the words at these places, each up to its first 0 or `width` bytes."""
    kind = np.dtype(f"<u{width}").type
    ones, tops = (kind(int.from_bytes(bytes([byte] * width))) for byte in (0x01, 0x80))
    words = np.ndarray((len(letters) - width + 1,), kind, letters, strides=(1,))[at]
    gaps = (words - ones) & ~words & tops  # the lowest bit is that of the first 0 (Mycroft's test)
    words &= ((gaps & -gaps) >> kind(7)) - kind(1)
    return np.asarray((words * kind(MULTIPLIERS[width])) >> kind(8 * width - HASH), np.uint32)
