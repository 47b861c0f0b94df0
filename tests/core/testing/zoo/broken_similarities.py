"""Similarities that each break one contract: of all kinds, or of similarities."""

import math
import os
from typing import Any

import attrs
import numpy as np

import zebra_core as zebra


@zebra.hookimpl
def zebra_similarities():
    def nested(vectors):
        """Cannot be pickled."""
        return dot(vectors)

    return {
        "undocumented": undocumented,
        "unprintable": Unprintable,
        "forgetful": Forgetful,
        "any-type": AnyType,
        "catch-all": CatchAll,
        "crashes": crashes,
        "in-place": in_place,
        "random": draws,
        "counting": Counting,
        "hash": by_hash,
        "nested": nested,
        "noisy": noisy,
        "one-per-model": one_per_model,
        "words": words,
        "nan": with_nan,
        "one-sided": one_sided,
        "by-position": by_position,
        "few-models": few_models,
        "not-alone": not_alone,
        "two-benchmarks": two_benchmarks,
        "distinct": distinct,
        "cosine-without-guard": cosine,
        "falsely-pairwise": falsely_pairwise,
    }


def dot(vectors):
    return vectors @ vectors.T


def distance(vectors):
    return np.abs(vectors[:, None] - vectors[None]).mean(axis=2)


def undocumented(vectors):
    return dot(vectors)


@attrs.frozen
class Unprintable:
    """Its default is infinite."""

    ceiling: float = math.inf

    def __call__(self, vectors):
        return np.minimum(dot(vectors), self.ceiling)


@attrs.frozen
class Forgetful:
    """Its option doubles each time that it is read."""

    sharpness: float = attrs.field(default=1.0, converter=lambda value: 2 * value)

    def __call__(self, vectors):
        return dot(vectors) * self.sharpness


@attrs.frozen
class AnyType:
    """Its option takes anything."""

    sharpness: Any = 1.0

    def __call__(self, vectors):
        return dot(vectors)


@attrs.frozen
class CatchAll:
    """It takes every option, and ignores it."""

    rest: dict[str, Any] = zebra.option(factory=dict, catch_all=True)

    def __call__(self, vectors):
        return dot(vectors)


def crashes(vectors):
    """It raises."""
    raise RuntimeError


def in_place(vectors):
    """It writes to what it receives."""
    vectors *= 0.5
    return dot(vectors)


def draws(vectors):
    """It draws without a seed."""
    return dot(vectors) + np.random.default_rng().random()


@attrs.define
class Counting:
    """It counts its calls."""

    calls: int = attrs.field(default=0, init=False)

    def __call__(self, vectors):
        self.calls += 1
        return dot(vectors) + self.calls


def by_hash(vectors):
    """It depends on the hash of a text."""
    return dot(vectors) + hash("zebra") % 1009


def noisy(vectors):
    """It writes past Python."""
    os.write(1, b"measuring\n")
    return dot(vectors)


def one_per_model(vectors):
    """One number per model."""
    return vectors.mean(axis=1)


def words(vectors):
    """Words."""
    return [["alike"] * len(vectors)] * len(vectors)


def with_nan(vectors):
    """NaN on the diagonal."""
    return dot(vectors) + np.diag([np.nan] * len(vectors))


def one_sided(vectors):
    """The row counts twice."""
    mean = vectors.mean(axis=1)
    return 2 * mean[:, None] + mean[None]


def by_position(vectors):
    """Neighbours are alike."""
    place = np.arange(len(vectors))
    return -np.abs(place[:, None] - place[None]).astype(float)


def few_models(vectors):
    """At most a hundred models."""
    if len(vectors) > 100:
        raise ValueError
    return dot(vectors)


def not_alone(vectors):
    """The mean over the others."""
    with np.errstate(invalid="ignore"):
        return dot(vectors) * 0 + np.float64(0) / (len(vectors) - 1)


def two_benchmarks(vectors):
    """The variance over benchmarks."""
    return dot(vectors) + np.float64(1) / (vectors.shape[1] - 1)


def distinct(vectors):
    """The inverse distance, infinite if two are equal."""
    far = distance(vectors) + np.eye(len(vectors))
    with np.errstate(divide="ignore"):
        return 1 / far


def cosine(vectors):
    """The cosine, without a guard."""
    norm = np.linalg.norm(vectors, axis=1)
    with np.errstate(invalid="ignore"):
        return dot(vectors) / np.outer(norm, norm)


@zebra.pairwise
def falsely_pairwise(vectors):
    """In units of the largest distance."""
    far = distance(vectors)
    return 1 - far / (far.max() or 1)
