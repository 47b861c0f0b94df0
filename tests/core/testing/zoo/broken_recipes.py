"""Recipes that each break one contract."""

import zebra_core as zebra


@zebra.hookimpl
def zebra_recipes():
    return {"list": as_list, "misspelt": misspelt, "negative": negative, "absent": absent, "unused": unused}


def as_list():
    """A list of names."""
    return ["strategy"]


def misspelt():
    """A key that no recipe has."""
    return {"stratgy": "sup"}


def negative():
    """A value out of range, among the axes of a sweep."""
    return {"strategy": ["sup", "sim"], "min_gap": [-1.0, 0.1]}


def absent():
    """A strategy that is not installed."""
    return {"strategy": "absent"}


def unused():
    """Options of a similarity that is not installed."""
    return {"options": {"nowhere": {"gamma": 1.0}}}
