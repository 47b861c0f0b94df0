"""Score sources that each break one contract; a file has model,skill,wit in each line."""

from pathlib import Path

import attrs

import zebra_core as zebra


@zebra.hookimpl
def zebra_score_sources():
    return {
        "table": as_table,
        "zero": Zero,
        "certain": Certain,
        "aimless": Aimless,
        "careless": Careless,
        "negative": Negative,
    }


def as_table(location):
    """Plain values."""
    return {"a": {"skill": 1.0}}


@attrs.frozen
class Lines:
    """Two scores for each model."""

    direction = "higher"
    error = None

    def declines(self, location):
        return None if location.endswith("skills.txt") else "reads skills.txt"

    def __call__(self, location):
        if self.declines(location):
            msg = f"{location} has no skills"
            raise zebra.ZebraError(msg)
        return self.table(Path(location))

    def table(self, path):
        cells = [line.split(",") for line in path.read_text().splitlines()]
        scores = [(model, self.numbers({"skill": skill, "wit": wit})) for model, skill, wit in cells]
        benchmarks = [zebra.Benchmark(name, direction=self.direction) for name in ("skill", "wit")]
        errors = {(model, name): self.error for model, row in scores for name in row} if self.error is not None else {}
        return zebra.ScoreTable.from_rows(scores, benchmarks, errors)

    def numbers(self, row):
        return {name: float(text) for name, text in row.items() if text not in ("", "-", "null")}


@attrs.frozen
class Zero(Lines):
    """What is missing is 0."""

    def numbers(self, row):
        return {name: float(text) if text not in ("", "-", "null") else 0.0 for name, text in row.items()}


@attrs.frozen
class Certain(Lines):
    """Every error is 0."""

    error = 0.0


@attrs.frozen
class Negative(Lines):
    """Every error is below 0."""

    error = -1.0


@attrs.frozen
class Aimless(Lines):
    """No direction."""

    direction = None


@attrs.frozen
class Careless(Lines):
    """It raises whatever comes."""

    def __call__(self, location):
        return self.table(Path(location))
