"""What must not leave the machine: paths of it, and secrets, in the texts that would be published."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import zebra_core as zebra
from zebra_core.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TEXTS = frozenset(
    [".md", ".json", ".jsonl", ".toml", ".yaml", ".yml", ".html", ".svg", ".txt", ".csv", ".jinja", ".sh", ".py"]
)
SECRETS = re.compile(
    r"\bhf_[A-Za-z0-9]{30,}|\bsk-[A-Za-z0-9_-]{20,}|\bgh[opsu]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bAKIA[A-Z0-9]{16}\b"
    r"|\bxox[abp]-[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
"""Tokens of the Hub, OpenAI, GitHub, AWS and Slack, and private keys."""
NAME_OF_SECRET = re.compile(r"TOKEN|SECRET|PASSW|API_?KEY|CREDENTIAL", re.IGNORECASE)
SHORTEST = 8
"""The number of characters of a secret in the environment that is looked for."""
MOST = 8


def check_texts(contents: Mapping[str, Path | bytes], folder: Path) -> None:
    """Raise ZebraError if a text has a path of this machine or a secret, naming the files and what they have."""
    places, secrets = own_paths(folder), own_secrets()
    findings = [
        f"{name}: {finding}"
        for name, content in contents.items()
        if Path(name).suffix.lower() in TEXTS
        for finding in _findings(_text(content), places, secrets)
    ]
    if findings:
        more = f" and {len(findings) - MOST} more" if len(findings) > MOST else ""
        msg = (
            f"what would be published has {'; '.join(findings[:MOST])}{more}; build it again with relative paths, leave files out "
            "with --exclude PATTERN, or add --unchecked to publish them as they are"
        )
        raise zebra.ZebraError(msg)


def own_paths(folder: Path) -> re.Pattern[str]:
    """Return what finds a path in the home folder, the current one, or the one that the published folder lies in."""
    folders = {Path.home(), Path.cwd(), folder.absolute().parent}
    names = sorted({str(path) for path in folders if len(path.parts) > 1}, key=len, reverse=True)
    return re.compile(rf"(?<![\w/.~-])(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?=[/\\])[^\s\"'<>,;]*")


def own_secrets() -> list[str]:
    """Return the secrets of the environment, and the token of the Hub."""
    from huggingface_hub import get_token  # noqa: PLC0415  # slow to import

    values = [value for name, value in os.environ.items() if NAME_OF_SECRET.search(name)]
    return [value for value in (*values, get_token() or "") if len(value) >= SHORTEST]


def _findings(text: str, places: re.Pattern[str], secrets: Iterable[str]) -> Iterator[str]:
    """Yield what a text has, each kind of it once; secrets are not shown."""
    match = places.search(text)
    if match:
        yield f"the path {match[0][:80]}"
    if SECRETS.search(text) or any(secret in text for secret in secrets):
        yield "a secret"
    if redacted(text) != text:
        yield "an address with a secret"


def _text(content: Path | bytes) -> str:
    data = content if isinstance(content, bytes) else content.read_bytes()
    return data.decode(errors="replace")
