"""The generator that runs a program of the user's: a filter from lines to lines."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import attrs
import xxhash

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@attrs.frozen
class Program:
    """Your own program: it reads a line of JSON messages per prompt, and prints a line per response, as text or JSON."""

    def __call__(self, prompts: Sequence[zebra.Messages], model: str) -> list[str | None]:
        """Return what the program prints: the command line `model` is run once for all of the prompts.

        A line that is a JSON string or an object with `response` stands for that response, null for a failure, and any
        other line for itself. Raise ZebraError if the program cannot be run, fails, or prints another number of lines.
        """
        lines = _run(model, "".join(json.dumps([*prompt]) + "\n" for prompt in prompts))
        if len(lines) != len(prompts):
            msg = (
                f"the command {model!r} printed {len(lines)} lines for {len(prompts)} prompts; it must print one for "
                "each, with line breaks of a response in a JSON string"
            )
            raise zebra.ZebraError(msg)
        return [_response(line) for line in lines]

    def settings(self, model: str) -> Mapping[str, str]:
        """Return a hash of the command line, in which there may be secrets."""
        return {"command": xxhash.xxh3_128_hexdigest(model.encode())}


def _run(command: str, text: str) -> list[str]:
    """Return the lines that a command prints."""
    try:
        words = command if os.name == "nt" else shlex.split(command)
        done = subprocess.run(words, input=text.encode(), capture_output=True, check=False)  # noqa: S603  # the user's own
    except (OSError, ValueError, IndexError) as error:
        msg = f"cannot run the command {command!r}: {getattr(error, 'strerror', None) or error}; check what is after `command:`"
        raise zebra.ZebraError(msg) from error
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        msg = f"the command {command!r} ended with exit code {done.returncode}: {last or 'it printed no error'}"
        raise zebra.ZebraError(msg)
    output = done.stdout.decode(errors="replace").replace("\r\n", "\n")
    return output.removesuffix("\n").split("\n") if output else []


def _response(line: str) -> str | None:
    """Return the response that a line stands for."""
    try:
        value: Any = line if zebra.is_too_deep(line.encode()) else json.loads(line)
    except ValueError:
        return line
    value = value.get("response", line) if isinstance(value, dict) else value
    if value is None:
        return None
    return value.encode(errors="replace").decode() if isinstance(value, str) else line
