"""What a generator returns, checked, and without the secrets that a server may repeat in an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_core.redaction import redacted_message

if TYPE_CHECKING:
    from zebra_core.plugins.component import Component


def checked(value: Any, component: Component) -> zebra.Response:
    """Return what a generator gave for a prompt as a response. Raise PluginError if it is none."""
    if value is None:
        return zebra.Response(None, error="the generator gave no response")
    response = zebra.Response(value) if isinstance(value, str) else value
    fault = ""
    if not isinstance(response, zebra.Response):
        fault = f"a response is a zebra.Response, a text, or None if it failed, got {type(value).__name__}"
    elif not (response.text is None or isinstance(response.text, str)):
        fault = f"the text of a response is text, got {type(response.text).__name__}"
    elif response.text is not None and not _is_unicode(response.text):
        fault = "a response has half of a surrogate pair, which is not Unicode"
    if fault:
        msg = f"{component}: {fault}"
        raise zebra.PluginError(msg, component)
    if response.text is None:
        return attrs.evolve(response, error=redacted_message(response.error or "no reason is known"))
    return response


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
