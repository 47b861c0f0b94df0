"""Average linkage: which models join at which distance (UPGMA: Sokal and Michener 1958; ZEBRA, Figure 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CUT = 0.4
"""The distance below which models are of one cluster (ZEBRA, Figure 11)."""


def linkage(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the merges (models - 1 x 4), in the form of `scipy.cluster.hierarchy.linkage`: two clusters, distance, size.

    Clusters below `models` are single models; that of row r is `models + r`. `distance` is (models x models), symmetric.
    """
    count = len(distance)
    between = np.clip((distance + distance.T) / 2, 0, None)
    np.fill_diagonal(between, np.inf)
    labels, sizes = np.arange(count), np.ones(count)
    merges = np.empty((count - 1, 4))
    for row in range(count - 1):
        i, j = sorted(map(int, np.unravel_index(between.argmin(), between.shape)))
        merges[row] = (*sorted((labels[i], labels[j])), between[i, j], sizes[i] + sizes[j])
        mean = (sizes[i] * between[i] + sizes[j] * between[j]) / (sizes[i] + sizes[j])
        mean[[i, j]] = np.inf
        between[i], between[:, i] = mean, mean
        between[j], between[:, j] = np.inf, np.inf
        labels[i], sizes[i] = count + row, sizes[i] + sizes[j]
    return merges


def clusters(similarity: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the cluster of each model, from 0 in the order of the models, at the distance of Figure 11."""
    members = _members(linkage(1 - similarity))
    groups = np.empty(len(similarity), np.int64)
    for number, models in enumerate(sorted(members, key=min)):
        groups[models] = number
    return groups


def _members(merges: NDArray[np.float64]) -> list[list[int]]:
    """Return the models of each cluster."""
    count = len(merges) + 1
    joined = {model: [model] for model in range(count)}
    for row, (i, j, distance, _) in enumerate(merges):
        if distance <= CUT and int(i) in joined and int(j) in joined:
            joined[count + row] = joined.pop(int(i)) + joined.pop(int(j))
    return list(joined.values())


def dendrogram(merges: NDArray[np.float64]) -> tuple[list[dict[str, float]], list[int]]:
    """Return the lines of the tree, from (x, y) to (x2, y2) with x the distance, and the models in the order of y.

    A line has the number of its cluster, from 1, or 0 above the cut.
    """
    count = len(merges) + 1
    order = _leaves(merges, 2 * count - 2)
    places = {model: (0.0, float(place)) for place, model in enumerate(order)}
    cluster = {model: number for number, models in enumerate(_members(merges), 1) for model in models}
    lines: list[dict[str, float]] = []
    for row, (i, j, distance, _) in enumerate(merges):
        ends = [places[int(i)], places[int(j)]]
        number = cluster[int(i)] if distance <= CUT else 0
        lines += [{"x": x, "x2": float(distance), "y": y, "y2": y, "cluster": number} for x, y in ends]
        low, high = sorted(y for _, y in ends)
        lines.append({"x": float(distance), "x2": float(distance), "y": low, "y2": high, "cluster": number})
        places[count + row], cluster[count + row] = (float(distance), (low + high) / 2), number
    return lines, order


def _leaves(merges: NDArray[np.float64], root: int) -> list[int]:
    """Return the models below a cluster, in an order in which no lines of the tree cross."""
    count, pending, leaves = len(merges) + 1, [root], []
    while pending:
        cluster = pending.pop()
        if cluster < count:
            leaves.append(cluster)
        else:
            i, j = (int(part) for part in merges[cluster - count, :2])
            pending += [j, i]
    return leaves
