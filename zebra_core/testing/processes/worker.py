"""The process that calls components for `zebra_core.testing.processes.other`: a line of JSON in, a line of JSON out."""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from typing import Any

from zebra_core.plugins.discovery import Plugins, load_plugins
from zebra_core.testing.examples.results import attempt
from zebra_core.testing.subject import Subject


@cache
def _plugins(requested: tuple[str, ...]) -> Plugins:
    return load_plugins(requested)


def subject_of(question: dict[str, Any]) -> Subject:
    """Return the component that a question is about."""
    plugins = _plugins(tuple(question["requested"]))
    component = plugins.find(question["kind"], question["name"])
    return Subject(component, plugins, question["options"], question["location"], question["model"])


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a component's example, or the error."""
    result, error = attempt(subject_of(question))
    return {"result": result} if error is None else {"error": str(error) or type(error).__name__}


def main() -> None:
    """Answer questions until the input ends; what components print goes to the standard error."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        output.write(json.dumps(answer(json.loads(line))) + "\n")
        output.flush()


if __name__ == "__main__":
    main()
