"""Trainers, evaluators and models that each break one contract."""

from pathlib import Path

import attrs

import zebra_core as zebra


@zebra.hookimpl
def zebra_trainers():
    return {
        "table": as_table,
        "idle": idle,
        "beside": beside,
        "tidy": tidy,
        "resumes-badly": resumes_badly,
        "in-place": in_place,
        "trusting": Trusting,
    }


@zebra.hookimpl
def zebra_evaluators():
    return {"two-rows": two_rows, "aimless": aimless, "nothing": nothing, "unprintable": Unprintable}


@zebra.hookimpl
def zebra_models():
    return {"unwritten": unwritten, "next-door": next_door, "objects": Objects}


def write(output):
    (output / "config.json").write_text("{}")
    (output / "weights.bin").write_bytes(b"\0")
    return zebra.TrainingResult(rows=24)


def as_table(dataset, model, output):
    """Plain values."""
    write(output)
    return {"rows": 24}


def idle(dataset, model, output):
    """Nothing is written."""
    return zebra.TrainingResult(rows=0)


def beside(dataset, model, output):
    """A log beside the folder."""
    (output.parent / "train.log").write_text("done")
    return write(output)


def tidy(dataset, model, output):
    """The dataset is tidied up."""
    (Path(dataset) / "README.md").unlink(missing_ok=True)
    return write(output)


def resumes_badly(dataset, model, output):
    """The checkpoint must not be there before."""
    (output / "checkpoint-1").mkdir()
    return write(output)


def in_place(dataset, model, output):
    """Straight to where the model will be."""
    final = Path(str(output).removesuffix(".partial"))
    final.mkdir(exist_ok=True)
    write(final)
    return write(output)


@attrs.frozen
class Trusting:
    """Any model will do."""

    def check(self, model):
        pass

    def __call__(self, dataset, model, output):
        return write(output)


def row(model, **benchmark):
    return zebra.ScoreTable.from_rows([(model, {"wit": 1.0})], [zebra.Benchmark("wit", **benchmark)])


def two_rows(model, output):
    """The model, and another one."""
    benchmarks = [zebra.Benchmark("wit", direction="higher")]
    return zebra.ScoreTable.from_rows([(model, {"wit": 1.0}), ("other", {"wit": 2.0})], benchmarks)


def aimless(model, output):
    """No direction."""
    return row(model)


def nothing(model, output):
    """Nothing."""


@attrs.frozen
class Unprintable:
    """Its provenance cannot be written down."""

    def __call__(self, model, output):
        return row(model, direction="higher")

    def provenance(self, results):
        return {"table": results}


def unwritten(folder):
    """Nothing."""


def next_door(folder):
    """A log beside the folder."""
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder.parent / "log.txt").write_text("done")


class Objects:
    """Objects as options."""

    recommended_options = {"optimiser": object()}  # noqa: RUF012

    def __call__(self, folder):
        folder.mkdir()
        (folder / "config.json").write_text("{}")
