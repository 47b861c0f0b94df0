"""The script that most letters of a text are of: a cheap sign of its language."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PATTERNS = {
    "Latin": r"\p{Latin}",
    "Cyrillic": r"\p{Cyrillic}",
    "Greek": r"\p{Greek}",
    "Arabic": r"\p{Arabic}",
    "Hebrew": r"\p{Hebrew}",
    "Devanagari": r"\p{Devanagari}",
    "Thai": r"\p{Thai}",
    "Hangul": r"\p{Hangul}",
    "kana": r"[\p{Hiragana}\p{Katakana}]",
    "Han": r"\p{Han}",
}
"""What matches a letter of each script; RE2 knows them by Unicode range."""
OTHER, NONE = "other", "no letters"


def scripts(texts: pa.Array) -> Counter[str]:
    """Count texts by the script of most of their letters."""
    texts = pc.fill_null(texts, "")
    ascii_only = pc.string_is_ascii(texts)
    plain = pc.match_substring_regex(texts.filter(ascii_only), "[A-Za-z]").to_numpy(zero_copy_only=False)
    counts = Counter({"Latin": int(plain.sum()), NONE: int((~plain).sum())})
    others = texts.filter(pc.invert(ascii_only))
    if len(others):
        letters_of = [
            pc.count_substring_regex(others, pattern).to_numpy(zero_copy_only=False) for pattern in PATTERNS.values()
        ]
        letters = pc.count_substring_regex(others, r"\pL").to_numpy(zero_copy_only=False)
        table = np.stack([*letters_of, letters - np.sum(letters_of, axis=0)])
        names = np.array([*PATTERNS, OTHER])[table.argmax(axis=0)]
        counts.update(np.where(letters > 0, names, NONE).tolist())
    return +counts
