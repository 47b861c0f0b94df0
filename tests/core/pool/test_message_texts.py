"""Messages as texts."""

from __future__ import annotations

import pyarrow as pa

import zebra_core as zebra
from zebra_core.pool.pool import MESSAGES


def test_texts_of_messages() -> None:
    """Messages become one text, also in a part of a column; a missing text is empty, and texts stay as they are."""
    messages = [[{"role": "user", "content": text} for text in texts] for texts in (["a", "b"], ["c"], ["d", None], [])]
    column = pa.array([*messages, None], MESSAGES)
    assert zebra.message_texts(column).to_pylist() == ["a\n\nb", "c", "d\n\n", "", ""]
    assert zebra.message_texts(column.slice(1, 1)).to_pylist() == ["c"]
    assert zebra.message_texts(column.slice(1, 2)).to_pylist() == ["c", "d\n\n"]
    assert zebra.message_texts(pa.array(["x", None])).to_pylist() == ["x", ""]
