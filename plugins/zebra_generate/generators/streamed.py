"""Replies that come in pieces, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zebra_generate.generators.replies import Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FIELDS = {"stream": True, "stream_options": {"include_usage": True}}
"""What asks a server for pieces, of which the last has the counts of tokens."""


async def whole_reply(post: Callable[..., Awaitable[Any]], body: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to a request in the form of one that comes whole. Raise Fault if it ends too early, or is malformed."""
    import openai  # noqa: PLC0415  # in an extra

    texts: dict[str, list[str]] = {"content": [], "refusal": []}
    finish = usage = None
    async for piece in await post(body={**body, **FIELDS}, stream=True, stream_cls=openai.AsyncStream[object]):
        try:
            usage = piece.get("usage") or usage
            for choice in piece.get("choices") or ():
                finish = choice.get("finish_reason") or finish
                for name, parts in texts.items():
                    parts.append((choice.get("delta") or {}).get(name) or "")
        except AttributeError as error:
            msg = "a piece of the reply is not an object"
            raise Fault(msg) from error
    if finish is None:
        msg = "the reply ended before it was complete"
        raise Fault(msg)
    content, refusal = ("".join(parts) for parts in texts.values())
    message = {"content": content or (None if refusal else ""), "refusal": refusal or None}
    return {"choices": [{"message": message, "finish_reason": finish}], "usage": usage}
