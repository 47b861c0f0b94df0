"""The margins of the pairs of a dataset: read, tokenised, cut and scored alike by the evaluator `pairs` and by trainers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zebra_trl.artifacts.progress import log
from zebra_trl.config import precision_of
from zebra_trl.data import load
from zebra_trl.data.tokens import Tokens, usable_rows
from zebra_trl.evaluation.rewards import Scoring, margins
from zebra_trl.libraries import be_quiet
from zebra_trl.models.tokenizer import check_positions, check_template, tokenizer_of

if TYPE_CHECKING:
    from datasets import Dataset
    from numpy.typing import NDArray

    from zebra_trl.settings import Settings


def measure(
    scoring: Scoring, dataset: str, settings: Settings
) -> tuple[Dataset, NDArray[np.bool_], NDArray[np.float64]]:
    """Return the pairs of a dataset that can be used, as ids, whether each of its rows is one of them, and their margins."""
    be_quiet(telemetry=settings.telemetry)
    rows = load.standard(load.read(dataset), pairs=True)
    tokenizer = tokenizer_of(scoring.model, settings)
    check_template(tokenizer, rows, scoring.model, settings)
    tokens = Tokens(tokenizer).of(rows)
    usable = usable_rows(tokens, scoring.limit, log)
    pairs = tokens.select(np.flatnonzero(usable)).remove_columns("problem")
    return pairs, usable, margins(scoring, pairs)


def implicit_margins(settings: Settings, dataset: str, model: str, base: str) -> NDArray[np.float64]:
    """Return the implicit reward margin of each row of a dataset, as a trainer's settings see it; NaN if it cannot be used."""
    check_positions(model, settings)
    size = settings.per_device_train_batch_size
    scoring = Scoring(model, "base", base, settings.max_length, size, precision_of(settings))
    _, usable, values = measure(scoring, dataset, settings)
    every = np.full(len(usable), np.nan)
    every[usable] = values
    return every
