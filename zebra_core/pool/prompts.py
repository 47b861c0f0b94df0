"""Prompts as texts and as keys: two prompts with the same key count as the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from zebra_core.pool.pool import MESSAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

BASE = np.uint64(0x9E3779B97F4A7C15)
"""The base of the hash of consecutive words, an odd number of 64 bits."""


def prompt_text(prompts: pa.Array) -> pa.Array:
    """Return each prompt, text or messages, as one text, which serves as its key; a missing one is null."""
    if prompts.type != MESSAGES:
        return prompts
    contents = pc.fill_null(pc.struct_field(prompts.flatten(), "content"), "")
    return pc.if_else(prompts.is_valid(), pc.binary_join(relisted(prompts, contents), "\x1e"), None)


def message_texts(column: pa.Array) -> pa.Array:
    """Return texts as they are, and of each list of messages the contents, with a blank line between two; none is null."""
    if not pa.types.is_list(column.type):
        return pc.fill_null(column.cast(pa.string()), "")
    contents, lengths = pc.struct_field(column.flatten(), "content"), pc.list_value_length(column)
    contents = pc.fill_null(contents, "") if contents.null_count else contents
    if pc.min_max(lengths).as_py() == {"min": 1, "max": 1} and not lengths.null_count:  # the rule, without a copy
        return contents
    return pc.binary_join(relisted(column, contents), "\n\n")


def relisted(like: pa.ListArray, values: pa.Array) -> pa.ListArray:
    """Return `values` in lists as long as those of `like`; a missing list becomes an empty one."""
    lengths = pc.fill_null(pc.list_value_length(like), 0).to_numpy(zero_copy_only=False)
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)), values)


def plain_prompt(prompts: pa.Array) -> pa.Array:
    """Return prompts, as text or messages, as text in which case, white space and the form of Unicode make no difference."""
    texts = pc.utf8_lower(pc.utf8_normalize(prompt_text(prompts), "NFKC"))
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, r"[\s\x{1e}]+", " "))


def prompt_keys(prompts: pa.Array) -> NDArray[np.uint64]:
    """Return a hash of each prompt (n)."""
    return _hashed(plain_prompt(prompts))


def prompt_phrases(prompts: pa.Array, size: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return a hash of every `size` consecutive words of the prompts, and the prompt that each is from.

    A word is a run of letters and digits, so that punctuation makes no difference.
    """
    texts = pc.utf8_trim_whitespace(pc.replace_substring_regex(plain_prompt(prompts), r"[^\pL\pM\pN]+", " "))
    words = pc.split_pattern(texts, " ")
    encoded = words.flatten().dictionary_encode()
    codes = _hashed(encoded.dictionary)[encoded.indices.to_numpy(zero_copy_only=False)]
    prompt = pc.list_parent_indices(words).to_numpy(zero_copy_only=False)
    count = max(0, len(codes) - size + 1)
    hashes = np.zeros(count, np.uint64)
    for place in range(size):
        hashes = hashes * BASE + codes[place : place + count]
    whole = prompt[:count] == prompt[size - 1 : size - 1 + count]
    return prompt[:count][whole].astype(np.int64), hashes[whole]


def _hashed(texts: pa.Array) -> NDArray[np.uint64]:
    """Return a 64-bit hash of each text, the same on every machine; a missing text counts as an empty one."""
    digests = (xxhash.xxh3_64_intdigest((text or "").encode()) for text in texts.to_pylist())
    return np.fromiter(digests, np.uint64, len(texts))
