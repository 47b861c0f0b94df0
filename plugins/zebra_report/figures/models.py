"""The models: what each can do, and how similar they are (ZEBRA, Figures 4, 6, 10 and 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 60
"""The number of models a figure shows; if there are more, those in most pairs."""
SHOWN = 8
"""How many profiles can be text apart in one figure."""
CUT = 0.4
"""The distance below which models are of one cluster (ZEBRA, Figure 11)."""


def profiles(dataset: zebra.Dataset) -> zebra.Section | None:
    """Ability profiles of the models in most pairs (ZEBRA, Figure 4)."""
    if not dataset.has_behavior:
        return None
    behavior = _shown(dataset, SHOWN)
    names = behavior.benchmarks
    if len(names) < 3:
        return None
    angles = np.linspace(0, 2 * np.pi, len(names), endpoint=False)
    with zebra.drawing.canvas(6.6, 5.2, subplot_kw={"projection": "polar"}) as canvas:
        (axes,) = canvas.axes
        for i, model in enumerate(behavior.models):
            values = behavior.vectors[i]
            axes.plot(
                [*angles, angles[0]],
                [*values, values[0]],
                color=zebra.drawing.CYCLE[i],
                linewidth=1.5,
                label=zebra.drawing.short(model),
            )
        axes.set_xticks(angles, [zebra.drawing.short(name, 22) for name in names])
        axes.set_yticks([0.25, 0.5, 0.75, 1.0], ["", "0.5", "", "1"], fontsize=7)
        axes.set_ylim(0, 1)
        axes.tick_params(axis="x", pad=14)
        axes.grid(alpha=0.35)
        axes.spines["polar"].set_alpha(0.35)
        axes.legend(loc="upper left", bbox_to_anchor=(1.2, 1.05), frameon=False, fontsize=8)
    text = "Normalised scores, 1 is the best of the table, of the models in most pairs."
    return zebra.Section("Ability profiles", text, canvas.svg)


def heat_map(dataset: zebra.Dataset) -> zebra.Section | None:
    """How similarly the models behave (MB-SIM; ZEBRA, Figure 10)."""
    if not dataset.has_behavior:
        return None
    behavior = _shown(dataset, MOST)
    count = len(behavior.models)
    if count < 2 or not behavior.has_similarity:
        return None
    names = [zebra.drawing.short(model) for model in behavior.models]
    few = count <= 20
    side, size = 2.2 + (0.42 if few else 0.17) * count, 8 if few else 6.5
    with zebra.drawing.canvas(side + 0.8, side) as canvas:
        (axes,) = canvas.axes
        image = axes.imshow(behavior.similarity, cmap="YlGnBu", vmin=min(0.0, behavior.similarity.min()), vmax=1)
        axes.set_xticks(range(count), names, rotation=90, fontsize=size)
        axes.set_yticks(range(count), names, fontsize=size)
        axes.spines[:].set_visible(False)
        if few:
            for i, j in np.ndindex(count, count):
                value = behavior.similarity[i, j]
                axes.text(
                    j,
                    i,
                    f"{value:.2f}",
                    ha="center",
                    va="center",
                    fontsize=6.5,
                    color="#ffffff" if value > 0.6 else "#333333",
                )
        canvas.figure.colorbar(image, shrink=0.6, label="similarity")
    closest = _closest(behavior)
    text = f"1 is the same behavior, best model first. The two most similar are {closest[0]} and {closest[1]} ({closest[2]:.3f})."
    rows: list[list[Any]] = [
        ["model", *behavior.models],
        *([m, *map(float, row)] for m, row in zip(behavior.models, behavior.similarity, strict=True)),
    ]
    return zebra.Section("How similar the models are", text, canvas.svg, rows if few else ())


def scatter(dataset: zebra.Dataset) -> zebra.Section | None:
    """The models in two dimensions, coloured by cluster (ZEBRA, Figure 6)."""
    from sklearn.decomposition import PCA  # noqa: PLC0415

    if not dataset.has_behavior:
        return None
    behavior = _shown(dataset, MOST)
    if len(behavior.models) < 3 or len(behavior.benchmarks) < 2 or not behavior.has_similarity:
        return None
    fitted = PCA(2, svd_solver="full").fit(behavior.vectors)
    places = fitted.transform(behavior.vectors)
    groups = clusters(behavior.similarity)
    with zebra.drawing.canvas(7.6, 5.4) as canvas:
        (axes,) = canvas.axes
        axes.scatter(*places.T, c=[zebra.drawing.CYCLE[group % len(zebra.drawing.CYCLE)] for group in groups], s=26)
        axes.margins(x=0.18)
        zebra.drawing.label(
            axes, places, [zebra.drawing.short(name, 24) for name in behavior.models], 6.5 if len(places) > 20 else 8
        )
        for setter, share, n in zip(
            (axes.set_xlabel, axes.set_ylabel), fitted.explained_variance_ratio_, (1, 2), strict=True
        ):
            setter(f"component {n} ({share:.0%} of the variance)")
    text = f"Principal components of the ability vectors; one colour is one cluster of the tree below ({groups.max() + 1} clusters)."
    return zebra.Section("The models in two dimensions", text, canvas.svg)


def tree(dataset: zebra.Dataset) -> zebra.Section | None:
    """Which models behave similarly, on all benchmarks and on each axis (ZEBRA, Figure 11)."""
    from scipy.cluster.hierarchy import dendrogram, set_link_color_palette  # noqa: PLC0415

    if not dataset.has_behavior:
        return None
    behavior = _shown(dataset, MOST)
    if len(behavior.models) < 3 or not behavior.has_similarity:
        return None
    panels = {"all benchmarks": linked(behavior.similarity), **_axes(behavior)}
    height = 0.9 + 0.19 * len(behavior.models)
    with zebra.drawing.canvas(7.4, height * len(panels), (len(panels), 1)) as canvas:
        for axes, (title, links) in zip(canvas.axes, panels.items(), strict=True):
            set_link_color_palette(list(zebra.drawing.CYCLE))
            labels = [zebra.drawing.short(model) for model in behavior.models]
            dendrogram(
                links,
                labels=labels,
                orientation="right",
                color_threshold=CUT,
                above_threshold_color=zebra.drawing.GREY,
                ax=axes,
                leaf_font_size=8,
            )
            axes.axvline(CUT, color=zebra.drawing.GREY, linestyle=":", linewidth=1)
            axes.set_title(zebra.drawing.short(title, 60), fontsize=9, loc="left")
            axes.spines["left"].set_visible(False)
        canvas.axes[-1].set_xlabel(
            "distance: 1 - similarity over all benchmarks, mean difference of abilities on an axis"
        )
    text = f"Models that join left of the dotted line ({CUT}) form one cluster (average linkage)."
    return zebra.Section("Which models belong together", text, canvas.svg)


def linked(similarity: NDArray[np.float64]) -> Any:
    """Return the average linkage of 1 - similarity."""
    from scipy.cluster.hierarchy import linkage  # noqa: PLC0415
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    distance = np.clip(1 - similarity, 0, None)
    np.fill_diagonal(distance, 0)
    return linkage(squareform((distance + distance.T) / 2, checks=False), "average")


def clusters(similarity: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the cluster of each model, from 0, at the distance of Figure 11."""
    from scipy.cluster.hierarchy import fcluster  # noqa: PLC0415

    return np.asarray(fcluster(linked(similarity), CUT, "distance") - 1, dtype=np.int64)


def _axes(behavior: zebra.Behavior) -> dict[str, Any]:
    """Return the linkage on each named axis, if there are several."""
    from scipy.cluster.hierarchy import linkage  # noqa: PLC0415

    axes = [axis for axis in dict.fromkeys(behavior.axes) if axis]
    columns = {axis: behavior.vectors[:, [a == axis for a in behavior.axes]] for axis in axes}
    return (
        {axis: linkage(values / values.shape[1], "average", "cityblock") for axis, values in columns.items()}
        if len(axes) > 1
        else {}
    )


def _shown(dataset: zebra.Dataset, most: int) -> zebra.Behavior:
    """Return the behavior of the models to show, best first: those in most pairs."""
    used: dict[str, int] = {}
    for model in dataset.manifest.summary.models.values():
        used[model.scores_of] = used.get(model.scores_of, 0) + model.chosen + model.rejected
    behavior = dataset.behavior
    order = sorted(range(len(behavior.models)), key=lambda i: -used.get(behavior.models[i], 0))
    return behavior.take(order[:most]).ranked()


def _closest(behavior: zebra.Behavior) -> tuple[str, str, float]:
    similarity = behavior.similarity.copy()
    np.fill_diagonal(similarity, -np.inf)
    i, j = np.unravel_index(similarity.argmax(), similarity.shape)
    return behavior.models[i], behavior.models[j], float(similarity[i, j])
