"""Schedules that each break one contract."""

import attrs
import numpy as np

import zebra_core as zebra


@zebra.hookimpl
def zebra_schedules():
    return {
        "ranks": ranks,
        "certain": certain,
        "one-column": one_column,
        "exhausted": exhausted,
        "first-half": first_half,
        "measured": measured,
        "at-least-one": at_least_one,
        "objects": Objects,
    }


def ranks(candidates):
    """The ranks themselves."""
    return -candidates.rank


def certain(candidates):
    """A pair of high confidence has to be picked."""
    return zebra.Picked(np.where(candidates.confidence > 0.9, np.inf, 0.0))


def one_column(candidates):
    """A column with one value for all."""
    return zebra.Picked(-candidates.rank, {"round": np.array([candidates.round])})


def exhausted(candidates):
    """Nothing is left in the last round."""
    left = candidates.round < candidates.rounds
    return zebra.Picked(np.where(left, -candidates.rank, -np.inf))


def first_half(candidates):
    """The first half of the pairs."""
    return zebra.Picked(np.where(np.arange(len(candidates)) < len(candidates) / 2, 0.0, -np.inf))


def measured(candidates):
    """The smallest margins."""
    return zebra.Picked(-candidates.policy_margin)


def at_least_one(candidates):
    """The similarity beside the highest one."""
    return zebra.Picked(candidates.similarity - candidates.similarity.max())


@attrs.frozen
class Objects:
    """Options that no recipe can hold."""

    @property
    def training_options(self):
        return {"order": object()}

    def __call__(self, candidates):
        """By rank."""
        return zebra.Picked(-candidates.rank)
