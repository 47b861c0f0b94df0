"""Results of the harness quizbench: one XML file for each model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import zebra_core as zebra

if TYPE_CHECKING:
    from pathlib import Path


@zebra.hookimpl
def zebra_score_sources() -> zebra.Components:
    """Offer the source `quizbench`."""
    return {"quizbench": Quizbench}


class Quizbench:
    """Results of quizbench in XML: a file for each model, or a folder of them, with counts or values and their errors."""

    def declines(self, location: str) -> str | None:
        """Return why a location has no results of quizbench, or None if it has some."""
        try:
            roots(location)
        except zebra.ZebraError as error:
            return str(error).removeprefix(f"{location} ")
        return None

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Return the scores of every file, with standard errors. Raise ZebraError if there is none."""
        if location is None:
            msg = "quizbench reads a file or a folder; name it: --scores quizbench:FOLDER"
            raise zebra.ZebraError(msg)
        rows: list[tuple[str, dict[str, float]]] = []
        benchmarks: dict[str, zebra.Benchmark] = {}
        errors: dict[tuple[str, str], float] = {}
        for root in roots(location):
            model, scores = root.get("model", ""), {}
            for task in root.iter("task"):
                benchmark, score, error = read_task(task, location)
                benchmarks.setdefault(benchmark.name, benchmark)
                if score is not None:
                    scores[benchmark.name] = score
                if score is not None and error is not None:
                    errors[model, benchmark.name] = error
            rows.append((model, scores))
        return zebra.ScoreTable.from_rows(rows, benchmarks.values(), errors)


def roots(location: str) -> list[ET.Element]:
    """Return the document of each file. Raise ZebraError, whose message starts with the location, if one is another."""
    path = zebra.storage.place(location)
    files = sorted(path.glob("*.xml")) if path.is_dir() else [path]
    documents = [parse(file, location) for file in files]
    if not documents:
        msg = f"{location} has no .xml file"
        raise zebra.ZebraError(msg)
    return documents


def parse(file: Path, location: str) -> ET.Element:
    """Return the document of a file. A document type is refused: entities can make a small file very large."""
    try:
        content = file.read_bytes()
        if b"<!DOCTYPE" in content:
            msg = f"{location} has a document type, in {file.name}; remove it"
            raise zebra.ZebraError(msg)
        root = ET.fromstring(content)  # noqa: S314  # without a document type there are no entities
    except (OSError, ET.ParseError, ValueError, LookupError) as error:
        msg = f"{location} is not XML ({type(error).__name__} in {file.name})"
        raise zebra.ZebraError(msg) from error
    if root.tag != "quizbench" or not root.get("model"):
        msg = f"{location} has no results of quizbench: {file.name} needs the root <quizbench model=...>"
        raise zebra.ZebraError(msg)
    return root


def read_task(task: ET.Element, location: str) -> tuple[zebra.Benchmark, float | None, float | None]:
    """Return a task's benchmark, and its score and standard error if the file has them.

    With counts the score is the share p of `asked` questions, in percent, and the error 100 sqrt(p (1 - p) / asked).
    """
    name, better = task.get("name", ""), task.get("better", "higher")
    asked, correct, value = (number(task, key, location) for key in ("asked", "correct", "value"))
    if asked and correct is not None:
        share = correct / asked
        error = 100 * math.sqrt(max(share * (1 - share), 0.0) / asked)
        return zebra.Benchmark(name, direction=better, bounds=(0.0, 100.0)), 100 * share, error
    return zebra.Benchmark(name, direction=better), value, number(task, "error", location)


def number(task: ET.Element, key: str, location: str) -> float | None:
    """Return an attribute as a number, None if it is missing or blank: that is never 0."""
    text = task.get(key, "")
    if text.strip() in ("", "-", "null"):
        return None
    try:
        return float(text)
    except ValueError as error:
        msg = f"{location}: the {key} of the task {task.get('name', '')!r} is {text!r}, which is not a number"
        raise zebra.ZebraError(msg) from error
