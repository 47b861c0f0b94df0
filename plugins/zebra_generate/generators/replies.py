"""What a server replies: a response, a fault that may pass, one that is the request's, or one that ends the run."""

from __future__ import annotations

import email.utils
import time
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping

REFUSING = (429, 503, 529)
"""Status codes of a server that has too much to do."""
PASSING = (408, 409, 425, 500, 502, 504, 520, 522, 524, *REFUSING)
"""Status codes of faults that may pass."""
LONGEST_WAIT = 3600.0
"""The longest time in seconds that a server may ask to wait for."""


@attrs.frozen
class Fault(Exception):  # noqa: N818  # a reply
    """A request that was not answered: `passing` if another attempt may work, `refusing` if the server has too much to do."""

    reason: str
    passing: bool = True
    refusing: bool = False
    retry_after: float | None = None
    unreachable: bool = False
    status: int = 0


def fault_of(error: Exception, timeout: float) -> Fault:
    """Return the fault that an exception of the client stands for. Raise the exception if it is none."""
    import aiohttp  # noqa: PLC0415  # in an extra
    import openai  # noqa: PLC0415

    if isinstance(error, openai.APIConnectionError | aiohttp.ClientError):
        return _fault_of_connection(error, timeout)
    if isinstance(error, openai.APIStatusError):
        status, text = error.status_code, _message(error)
        exhausted = "insufficient_quota" in text
        return Fault(
            f"{status}: {text}",
            passing=status in PASSING and not exhausted,
            refusing=status in REFUSING,
            retry_after=retry_after(error.response.headers),
            status=402 if exhausted else status,
        )
    if isinstance(error, openai.APIError):  # amid a reply that comes in pieces
        return Fault(" ".join(error.message.split())[:300])
    if isinstance(error, ValueError):  # of the JSON parser
        return Fault("the reply is not JSON")
    raise error


def _fault_of_connection(error: Exception, timeout: float) -> Fault:
    """Return the fault that the first cause stands for: the exceptions above it call any lost connection a timeout."""
    import aiohttp  # noqa: PLC0415

    cause: BaseException = error
    while cause.__cause__ and not isinstance(cause, aiohttp.ClientError):
        cause = cause.__cause__
    if isinstance(cause, TimeoutError):
        return Fault(f"no reply within {timeout:g} seconds", refusing=True)
    if isinstance(cause, aiohttp.ClientConnectorError):
        return Fault(f"cannot connect: {cause.strerror or type(cause).__name__}", unreachable=True)
    return Fault(f"{type(cause).__name__}: {cause}")


def _message(error: Any) -> str:
    """Return what a server says about an error, in one line."""
    body = error.body
    inner = body.get("error", body) if isinstance(body, dict) else body
    values = [inner.get("message"), inner.get("code")] if isinstance(inner, dict) else [inner]
    texts = [" ".join(value.split()) for value in values if isinstance(value, str) and value]
    return (": ".join(texts) or "no reason is given")[:300]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait, None if it does not say."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            return min(max(float(headers[name]) * unit, 0.0), LONGEST_WAIT)
        except (KeyError, ValueError):
            continue
    try:
        date = email.utils.parsedate_to_datetime(headers["retry-after"])
    except (KeyError, ValueError, TypeError):
        return None
    return min(max(date.timestamp() - time.time(), 0.0), LONGEST_WAIT)


def response_of(reply: Any, seed: int, seconds: float) -> zebra.Response:
    """Return the response in a reply of the server. Raise Fault if there is none."""
    try:
        choice = reply["choices"][0]
        message, usage = choice["message"], reply.get("usage") or {}
        text, refusal = message.get("content"), message.get("refusal")
        counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        msg = "the reply has no choice with a message"
        raise Fault(msg) from error
    finish = "refusal" if text is None and refusal else choice.get("finish_reason")
    text = (refusal or "") if text is None else text
    if not isinstance(text, str):
        msg = "the content of the reply is not text"
        raise Fault(msg)
    return zebra.Response(text.encode(errors="replace").decode(), finish, *counts, seed, round(seconds, 4))
