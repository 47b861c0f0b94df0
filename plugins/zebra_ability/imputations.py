"""What to do about missing scores."""

from __future__ import annotations

import attrs
import numpy as np

import zebra_core as zebra


def refuse(table: zebra.ScoreTable) -> zebra.ScoreTable:
    """Stop, and list the missing cells."""
    count = int(table.gaps.sum())
    msg = (
        f"{count} {_cells(count)} of the scores missing: {table.listed(table.gaps)}; fill in the table, or add "
        "--missing drop-model, --missing drop-benchmark or --missing mean"
    )
    raise zebra.ZebraError(msg)


def drop_model(table: zebra.ScoreTable) -> zebra.ScoreTable:
    """Leave out each model that lacks a score."""
    incomplete = np.asarray(table.gaps.any(axis=1))
    names = zebra.listed([name for name, gap in zip(table.models, incomplete, strict=True) if gap])
    every = np.ones(len(table.benchmarks), bool)
    return table.keep(~incomplete, every, f"left out {names}: a score is missing")


def drop_benchmark(table: zebra.ScoreTable) -> zebra.ScoreTable:
    """Leave out each benchmark that lacks a score."""
    incomplete = np.asarray(table.gaps.any(axis=0))
    names = zebra.listed([b.name for b, gap in zip(table.benchmarks, incomplete, strict=True) if gap])
    every = np.ones(len(table.models), bool)
    return table.keep(every, ~incomplete, f"left out the benchmark {names}: a score is missing")


def mean(table: zebra.ScoreTable) -> zebra.ScoreTable:
    """Fill in the mean of the benchmark, which has no standard error."""
    count = int(table.gaps.sum())
    values = np.where(table.gaps, np.nanmean(table.values, axis=0), table.values)
    note = f"filled {count} missing {_cells(count)} with the mean of the benchmark: {table.listed(table.gaps)}"
    return attrs.evolve(table, values=values, notes=(*table.notes, note))


def _cells(count: int) -> str:
    return "cell" if count == 1 else "cells"
