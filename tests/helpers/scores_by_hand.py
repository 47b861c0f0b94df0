"""Normalisations, standard errors, confidence, and what happens without one benchmark."""

from __future__ import annotations

import numpy as np

NAN = float("nan")


def dot(vectors: np.ndarray) -> np.ndarray:
    return vectors @ vectors.T
