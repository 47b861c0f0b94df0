"""The generator that runs a user's program."""

from __future__ import annotations

import shlex
import sys

import pytest

import zebra_core as zebra
from zebra_generate.generators.program import Program

PROMPTS = [[{"role": "user", "content": text}] for text in ("Grüße?\nTwo", "b")]


def command(code: str) -> str:
    """Return the command line of a Python program, in which `lines` is what it gets."""
    return shlex.join([sys.executable, "-c", f"import json, sys\nlines = [json.loads(t) for t in sys.stdin]\n{code}"])


def test_it_gets_a_line_per_prompt() -> None:
    """The program gets the messages of each prompt as JSON, and its lines are the responses."""
    assert Program()(PROMPTS, command("for m in lines: print(json.dumps(m[0]['content']))")) == ["Grüße?\nTwo", "b"]


@pytest.mark.parametrize(
    ("line", "response"),
    [
        ("plain text", "plain text"),
        ('"a\\nb"', "a\nb"),
        ('{"response": "a"}', "a"),
        ('{"response": null}', None),
        ("null", None),
        ("", ""),
        ("42", "42"),
        ("[1]", "[1]"),
        ('{"x": 1}', '{"x": 1}'),
        ('{"response": 5}', '{"response": 5}'),
        ('"\\ud800"', "?"),
        ("[" * 5000, "[" * 5000),
    ],
)
def test_lines(line: str, response: str | None) -> None:
    """A JSON string or an object with `response` is that response, null a failure, and anything else the line itself."""
    program = command(f"print({line!r}); print('end', end='')")
    assert Program()(PROMPTS, program) == [response, "end"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/absent/program x", r"cannot run the command '/absent/program x': No such file or directory; check what is"),
        ("sh 'x", "cannot run the command .*: No closing quotation"),
        ("", "cannot run the command ''"),
        (command("print('one')"), "printed 1 lines for 2 prompts; it must print one for each"),
        (command("pass"), "printed 0 lines for 2 prompts"),
        (command("sys.exit('first\\nno key')"), "ended with exit code 1: no key"),
        (command("sys.exit(3)"), "ended with exit code 3: it printed no error"),
    ],
    ids=["absent", "quote", "empty", "few", "none", "error", "code"],
)
def test_a_program_that_fails(text: str, message: str) -> None:
    """The error has the command, what happened, and the last line that the program printed."""
    with pytest.raises(zebra.ZebraError, match=message):
        Program()(PROMPTS, text)
