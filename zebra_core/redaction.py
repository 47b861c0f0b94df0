"""Secrets in locations: what a URL holds to log in is left out of everything that is shown or recorded."""

from __future__ import annotations

import re
from urllib.parse import unquote

MARK = "***"
"""What stands in place of a secret."""
SHORTEST = 6
"""The number of characters from which a secret is also looked for by itself in messages."""
_USER = re.compile(
    r"(?<!\bhf)(://)((?:[^/?#\s'\"<>:@]{1,256}:(?!:|\d{1,5}/)[^?#\s'\"<>@]{0,1024}|[^/?#\s'\"<>@]{1,4096})@)",
    re.IGNORECASE,
)
"""The part of a URL before the host; a secret may have slashes. In hf:// an @ precedes a revision. Lengths are bounded, so
that a hostile text takes linear time."""
_QUERY = re.compile(r"([?&;][\w.%-]+)=([^&;#\s'\"<>]+)")
_SECRET_NAME = re.compile(
    r"(token|sig|signature|secret|password|passwd|pwd|pass|key|keyid|credentials?|auth|authorization|jwt|session(id)?)$"
)
_LEFT_OUT = re.compile(r"://\*\*\*@|[?&;][\w.%-]+=\*\*\*(?=$|[&;#\s'\"])")
_secrets: set[str] = set()
"""The secrets in the locations that this process has opened."""


def redacted(text: str) -> str:
    """Return a text with every secret in its URLs replaced: user and password, and parameters such as token or signature."""
    if "://" not in text and "?" not in text:
        return text
    return _QUERY.sub(_without_value, _USER.sub(rf"\1{MARK}@", text))


def _without_value(match: re.Match[str]) -> str:
    return f"{match[1]}={MARK}" if _is_secret(match[1]) else match[0]


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(re.sub(r"[^a-z]", "", unquote(name).casefold())) is not None


def remember_secrets(location: str) -> None:
    """Remember the secrets in a location, which a library may name in an error without the rest of the URL."""
    users = [match[2].removesuffix("@") for match in _USER.finditer(location)]
    values = [user.partition(":")[2] or user for user in users]
    values += [match[2] for match in _QUERY.finditer(location) if _is_secret(match[1])]
    _secrets.update(text for value in values for text in (value, unquote(value)) if len(text) >= SHORTEST)


def remember_secret(secret: str) -> None:
    """Remember a secret that is not part of a location, such as a key from the environment, to leave it out of messages."""
    if len(secret) >= SHORTEST:
        _secrets.add(secret)


def redacted_message(text: str) -> str:
    """Return a message without the secrets in its URLs, nor those of the locations that this process has opened."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, MARK)
    return redacted(text)


def lacks_secret(location: str) -> bool:
    """Return whether a location is one from which a secret was left out."""
    return _LEFT_OUT.search(location) is not None
