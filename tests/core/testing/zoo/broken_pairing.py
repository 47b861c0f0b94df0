"""Strategies and rules that each break one contract."""

import attrs
import numpy as np

import zebra_core as zebra


@zebra.hookimpl
def zebra_strategies():
    return {
        "one-per-model": one_per_model,
        "infinite": infinite,
        "one-sided": one_sided,
        "by-position": by_position,
        "batch": Batch,
        "three-models": three_models,
        "no-ties": no_ties,
        "rated": Rated,
        "falsely-pairwise": falsely_pairwise,
        "never": never,
        "missing-rule": MissingRule,
        "missing-baseline": MissingBaseline,
        "in-place": in_place,
        "random": draws,
    }


@zebra.hookimpl
def zebra_rules():
    return {
        "first": first,
        "veto": veto,
        "alphabet": by_position_rule,
        "rated-rule": RatedRule,
        "random-rule": random_rule,
    }


def spread(behavior):
    return np.abs(behavior.gap)


def one_per_model(behavior):
    """One number per model."""
    return behavior.superiority


def infinite(behavior):
    """Infinite on the diagonal."""
    with np.errstate(divide="ignore"):
        return 1 / np.where(np.eye(len(behavior.models)), 0.0, 1.0)


def one_sided(behavior):
    """The gap with its sign."""
    return behavior.gap


def by_position(behavior):
    """The first in the list."""
    place = np.arange(len(behavior.models), dtype=float)
    return -np.maximum.outer(place, place)


@attrs.frozen
class Batch:
    """Ratings compared with the batch's mean."""

    per_instruction = True

    def __call__(self, behavior, candidates):
        ratings = np.nan_to_num(candidates.ratings)
        return ratings[:, :, None] + ratings[:, None, :] - ratings.mean()


def three_models(behavior):
    """Compared with the third best."""
    return spread(behavior) - np.sort(behavior.superiority)[-3]


def no_ties(behavior):
    """In units of the largest gap."""
    with np.errstate(invalid="ignore"):
        return spread(behavior) / np.max(behavior.gap)


@attrs.frozen
class Rated:
    """The sum of the ratings."""

    per_instruction = True

    def __call__(self, behavior, candidates):
        return candidates.ratings[:, :, None] + candidates.ratings[:, None, :]


@zebra.pairwise
def falsely_pairwise(behavior):
    """Neighbours by rank."""
    return -np.abs(behavior.rank[:, None] - behavior.rank[None]).astype(float)


def never(behavior):
    """No pair."""
    return np.full_like(behavior.gap, -np.inf)


@attrs.frozen
class MissingRule:
    """Its rule does not exist."""

    default_rule = "no-such-rule"

    def __call__(self, behavior):
        return spread(behavior)


@attrs.frozen
class MissingBaseline:
    """Its baseline does not exist."""

    baseline = "no-such-strategy"

    def __call__(self, behavior):
        return spread(behavior)


def in_place(behavior):
    """It writes to the similarity."""
    similarity = behavior.similarity
    similarity *= 2
    return similarity


def draws(behavior):
    """It draws without a seed."""
    return spread(behavior) + np.random.default_rng().random()


def first(behavior):
    """The row, always."""
    return np.ones_like(behavior.gap)


def veto(behavior):
    """The best, infinitely."""
    best = (np.arange(len(behavior.models)) == 0).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(best[:, None] == best[None], behavior.gap, (best[:, None] - best[None]) * np.inf)


def by_position_rule(behavior):
    """The one that comes first."""
    place = np.arange(len(behavior.models), dtype=float)
    return place[None] - place[:, None]


@attrs.frozen
class RatedRule:
    """The difference of the ratings."""

    per_instruction = True

    def __call__(self, behavior, candidates):
        return candidates.ratings[:, :, None] - candidates.ratings[:, None, :]


def random_rule(behavior):
    """It draws without a seed."""
    return behavior.gap * np.random.default_rng().random()
