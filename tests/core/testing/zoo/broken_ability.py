"""Imputations, normalisations, superiorities, score checks and resolvers of names that each break one contract."""

import attrs
import numpy as np

import zebra_core as zebra


@zebra.hookimpl
def zebra_imputations():
    return {"leaves-one": leaves_one, "array": array, "smooths": smooths, "silent": silent}


@zebra.hookimpl
def zebra_normalisations():
    return {"percent": percent, "bare": bare, "upward": upward, "first-is-best": first_is_best}


@zebra.hookimpl
def zebra_superiorities():
    return {"matrix": matrix, "sum": total, "worst": worst, "by-position": by_position, "unweighted": unweighted}


@zebra.hookimpl
def zebra_score_checks():
    return {"sentence": sentence, "stranger": stranger, "several": several, "complete": complete}


@zebra.hookimpl
def zebra_aliases():
    return {"number": number, "strict": strict, "nearest": nearest}


def fill(table, value):
    return np.where(table.gaps, value, table.values)


def leaves_one(table):
    """Fill all gaps but the first."""
    values = fill(table, 50.0)
    values[tuple(np.argwhere(table.gaps)[0])] = np.nan
    return attrs.evolve(table, values=values, notes=("filled",))


def array(table):
    """Return the values alone."""
    return fill(table, 50.0)


def smooths(table):
    """Move every score towards the middle."""
    return attrs.evolve(table, values=(fill(table, 50.0) + 50) / 2, notes=("filled",))


def silent(table):
    """Fill gaps without a word."""
    return attrs.evolve(table, values=fill(table, 50.0))


def scaled(table):
    return np.column_stack([zebra.oriented(table.values[:, k], b) for k, b in enumerate(table.benchmarks)])


def percent(table):
    """Leave scores in percent."""
    return zebra.Normalised(table.values)


def bare(table):
    """Return an array."""
    return table.values / 100


def upward(table):
    """Take more for better everywhere."""
    return zebra.Normalised(table.values / 100)


def first_is_best(table):
    """Scale by the place in the table."""
    values = np.linspace(0, 1, len(table.models))[:, None] * np.ones(len(table.benchmarks))
    order = np.argsort(np.argsort(scaled(table), axis=0), axis=0) / (len(table.models) - 1)
    return zebra.Normalised(order * 0.9 + 0.1 * values * order)


def matrix(vectors, weights):
    """Return what it was given."""
    return vectors * (weights > 0)


def total(vectors, weights):
    """Add instead of averaging."""
    return (vectors * weights).sum(axis=1)


def worst(vectors, weights):
    """Prefer the model that is worse."""
    return 1 - (vectors * weights).sum(axis=1) / weights.sum()


def by_position(vectors, weights):
    """Prefer the model that comes later."""
    return np.arange(len(vectors)) / len(vectors)


def unweighted(vectors, weights):
    """Ignore the weights."""
    return vectors.mean(axis=1)


def sentence(table):
    """Something is odd."""
    return ["the first model is odd"]


def stranger(table):
    """A model is odd."""
    return [("nobody is odd", "nobody")]


def several(table):
    """The second model is odd."""
    return [(f"{table.models[1]} is odd", table.models[1])]


def complete(table):
    """The best model is odd."""
    best = table.models[np.flatnonzero(table.values[:, 0] == np.nanmax(table.values[:, 0]))[0]]
    return [(best, best)]


def number(name, models):
    """The number of the model."""
    return 0 if name else None


def strict(name, models):
    """The model of the same words."""
    return next((model for model in models if name.split()[0] in model), None)


def nearest(name, models):
    """The model whose name is closest in length."""
    return min(models, key=lambda model: abs(len(model) - len(name)))
