"""What the generators for weights share: one model in memory at a time, and a template for models that have none."""

from __future__ import annotations

import gc
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

PLAIN = "{% for message in messages %}{{ message['content'] + '\\n' }}{% endfor %}"
"""The template of a model without one: a message per line."""


def one_at_a_time(load: Callable[P, T]) -> Callable[P, T]:
    """Return a function that loads as `load` does and keeps the result, until it loads another: both may not fit the device."""
    kept: dict[Any, T] = {}

    @wraps(load)
    def loaded(*args: P.args, **kwargs: P.kwargs) -> T:
        key = args, *sorted(kwargs.items())
        if key not in kept:
            kept.clear()
            gc.collect()
            kept[key] = load(*args, **kwargs)
        return kept[key]

    return loaded


def template_for(tokenizer: Any) -> str | None:
    """Return the chat template to use in place of the tokenizer's, None if it has its own."""
    return None if getattr(tokenizer, "chat_template", True) else PLAIN
