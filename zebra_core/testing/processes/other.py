"""Other processes: the same component in one, and how long a plugin takes to import."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from zebra_core.testing.check import fail, skip

if TYPE_CHECKING:
    from types import ModuleType

    from zebra_core.testing.subject import Subject

IMPORT = """
import importlib, importlib.util, sys, time
import attrs, click, numpy
import zebra_core as zebra
zebra.hookimpl
name, file = sys.argv[1:]
start = time.process_time()
if file:
    spec = importlib.util.spec_from_file_location(name, file)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
else:
    importlib.import_module(name)
print(time.process_time() - start)
"""
"""Imports what every plugin may count on, then a plugin."""
ATTEMPTS = 3


def other_process(subject: Subject) -> Any:
    """Return the result of the example in another process. Raise CheckSkipped if the component cannot be there."""
    if subject.requested is None:
        skip("another process has the components of plugins only; name one, or the file that it is in")
    answer = _worker().ask(question_about(subject))
    if "error" in answer:
        fail(f"it failed in another process: {answer['error']}")
    return answer["result"]


def question_about(subject: Subject) -> dict[str, Any]:
    """Return what another process has to know to have the same component."""
    return {
        "requested": list(subject.requested or ()),
        "kind": subject.kind,
        "name": f"{subject.component.plugin}:{subject.component.name}",
        "options": subject.settings if subject.options else {},
        "location": subject.location,
        "model": subject.model,
    }


def environment() -> dict[str, str]:
    """Return an environment with this process's modules, and another seed of hashes."""
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    path = os.pathsep.join(entry or os.curdir for entry in sys.path)
    return {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed, "PYTHONWARNINGS": "ignore"}


@attrs.frozen(eq=False)
class Worker:
    """A process that answers questions, one line of JSON each; see `zebra_core.testing.processes.worker`."""

    process: subprocess.Popen[str]

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a question."""
        assert self.process.stdin is not None  # noqa: S101  # both are pipes
        assert self.process.stdout is not None  # noqa: S101
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            _worker.cache_clear()
            return {"error": "the process ended"}
        answer: dict[str, Any] = json.loads(line)
        return answer


@cache
def _worker() -> Worker:
    """Start the process, once for all components."""
    command = [sys.executable, "-m", "zebra_core.testing.processes.worker"]
    process = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(), text=True, encoding="utf-8"
    )

    def end() -> None:
        process.stdin.close()  # type: ignore[union-attr]
        process.stdout.close()  # type: ignore[union-attr]
        process.wait()

    atexit.register(end)
    return Worker(process)


@cache
def import_seconds(module: ModuleType, enough: float) -> float:
    """Return how long a module takes to import in a fresh process: the shortest of three attempts, or one below `enough`."""
    file = str(module.__file__) if module.__name__.startswith("zebra_plugin_") else ""
    seconds = []
    for _ in range(ATTEMPTS):
        command = [sys.executable, "-c", IMPORT, module.__name__, file]
        done = subprocess.run(  # noqa: S603
            command, check=False, capture_output=True, text=True, encoding="utf-8", env=environment()
        )
        if done.returncode:
            fail(f"its plugin cannot be imported in a fresh process: {done.stderr.strip().splitlines()[-1]}")
        seconds.append(float(done.stdout.split()[-1]))
        if seconds[-1] <= enough:
            break
    return min(seconds)
