"""The models: what each is able to do, and how alike they are (ZEBRA, Figures 4, 6, 10 and 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import zebra_core as zebra
from zebra_core import drawing

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 60
"""How many models a figure shows; of more, those that are in most pairs."""
SHOWN = 8
"""How many profiles can be told apart in one figure."""
CUT = 0.4
"""The distance below which models are of one cluster (ZEBRA, Figure 11)."""


def profiles(evidence: zebra.Evidence) -> zebra.Exhibit | None:
    """Ability profiles of the models that are in most pairs (ZEBRA, Figure 4)."""
    behavior = _shown(evidence, SHOWN)
    names = behavior.benchmarks
    if len(names) < 3:
        return None
    angles = np.linspace(0, 2 * np.pi, len(names), endpoint=False)
    with drawing.canvas(6.6, 5.2, subplot_kw={"projection": "polar"}) as made:
        (axes,) = made.axes
        for i, model in enumerate(behavior.models):
            values = behavior.vectors[i]
            axes.plot(
                [*angles, angles[0]],
                [*values, values[0]],
                color=drawing.CYCLE[i],
                linewidth=1.5,
                label=drawing.short(model),
            )
        axes.set_xticks(angles, [drawing.short(name, 22) for name in names])
        axes.set_yticks([0.25, 0.5, 0.75, 1.0], ["", "0.5", "", "1"], fontsize=7)
        axes.set_ylim(0, 1)
        axes.tick_params(axis="x", pad=14)
        axes.grid(alpha=0.35)
        axes.spines["polar"].set_alpha(0.35)
        axes.legend(loc="upper left", bbox_to_anchor=(1.2, 1.05), frameon=False, fontsize=8)
    told = "Normalised scores, 1 is the best of the table, of the models that are in most pairs."
    return zebra.Exhibit("Ability profiles", told, made.svg)


def heat_map(evidence: zebra.Evidence) -> zebra.Exhibit | None:
    """How alike the models behave (MB-SIM; ZEBRA, Figure 10)."""
    behavior = _shown(evidence, MOST)
    count = len(behavior.models)
    if count < 2:
        return None
    names = [drawing.short(model) for model in behavior.models]
    few = count <= 20
    side, size = 2.2 + (0.42 if few else 0.17) * count, 8 if few else 6.5
    with drawing.canvas(side + 0.8, side) as made:
        (axes,) = made.axes
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
        made.figure.colorbar(image, shrink=0.6, label="similarity")
    closest = _closest(behavior)
    told = f"1 is the same behavior, best model first. The two most alike are {closest[0]} and {closest[1]} ({closest[2]:.3f})."
    rows: list[list[Any]] = [
        ["model", *behavior.models],
        *([m, *map(float, row)] for m, row in zip(behavior.models, behavior.similarity, strict=True)),
    ]
    return zebra.Exhibit("How alike the models are", told, made.svg, rows if few else ())


def scatter(evidence: zebra.Evidence) -> zebra.Exhibit | None:
    """The models in two dimensions, coloured by cluster (ZEBRA, Figure 6)."""
    from sklearn.decomposition import PCA  # noqa: PLC0415

    behavior = _shown(evidence, MOST)
    if len(behavior.models) < 3 or len(behavior.benchmarks) < 2:
        return None
    fitted = PCA(2, svd_solver="full").fit(behavior.vectors)
    places = fitted.transform(behavior.vectors)
    groups = clusters(behavior.similarity)
    with drawing.canvas(7.6, 5.4) as made:
        (axes,) = made.axes
        axes.scatter(*places.T, c=[drawing.CYCLE[group % len(drawing.CYCLE)] for group in groups], s=26)
        axes.margins(x=0.18)
        drawing.label(
            axes, places, [drawing.short(name, 24) for name in behavior.models], 6.5 if len(places) > 20 else 8
        )
        for setter, share, n in zip(
            (axes.set_xlabel, axes.set_ylabel), fitted.explained_variance_ratio_, (1, 2), strict=True
        ):
            setter(f"component {n} ({share:.0%} of the variance)")
    told = f"Principal components of the ability vectors; one colour is one cluster of the tree below ({groups.max() + 1} clusters)."
    return zebra.Exhibit("The models in two dimensions", told, made.svg)


def tree(evidence: zebra.Evidence) -> zebra.Exhibit | None:
    """Which models behave alike, for all benchmarks and axis by axis (ZEBRA, Figure 11)."""
    from scipy.cluster.hierarchy import dendrogram, set_link_color_palette  # noqa: PLC0415

    behavior = _shown(evidence, MOST)
    if len(behavior.models) < 3:
        return None
    panels = {"all benchmarks": linked(behavior.similarity), **_axes(behavior)}
    height = 0.9 + 0.19 * len(behavior.models)
    with drawing.canvas(7.4, height * len(panels), (len(panels), 1)) as made:
        for axes, (title, links) in zip(made.axes, panels.items(), strict=True):
            set_link_color_palette(list(drawing.CYCLE))
            labels = [drawing.short(model) for model in behavior.models]
            dendrogram(
                links,
                labels=labels,
                orientation="right",
                color_threshold=CUT,
                above_threshold_color=drawing.GREY,
                ax=axes,
                leaf_font_size=8,
            )
            axes.axvline(CUT, color=drawing.GREY, linestyle=":", linewidth=1)
            axes.set_title(title, fontsize=9, loc="left")
            axes.spines["left"].set_visible(False)
        made.axes[-1].set_xlabel(
            "distance: 1 - similarity over all benchmarks, mean difference of abilities on an axis"
        )
    told = f"Models that join left of the dotted line ({CUT}) are of one cluster (average linkage)."
    return zebra.Exhibit("Which models belong together", told, made.svg)


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
    """Return the linkage on each axis that has a name, where there are several."""
    from scipy.cluster.hierarchy import linkage  # noqa: PLC0415

    axes = [axis for axis in dict.fromkeys(behavior.axes) if axis]
    columns = {axis: behavior.vectors[:, [a == axis for a in behavior.axes]] for axis in axes}
    return (
        {axis: linkage(held / held.shape[1], "average", "cityblock") for axis, held in columns.items()}
        if len(axes) > 1
        else {}
    )


def _shown(evidence: zebra.Evidence, most: int) -> zebra.Behavior:
    """Return the behavior of the models to show, best first: those that are in most pairs."""
    used: dict[str, int] = {}
    for model in evidence.manifest["summary"]["models"].values():
        used[model["scores_of"]] = used.get(model["scores_of"], 0) + model["chosen"] + model["rejected"]
    behavior = evidence.behavior
    order = sorted(range(len(behavior.models)), key=lambda i: -used.get(behavior.models[i], 0))
    return behavior.take(order[:most]).ranked()


def _closest(behavior: zebra.Behavior) -> tuple[str, str, float]:
    held = behavior.similarity.copy()
    np.fill_diagonal(held, -np.inf)
    i, j = np.unravel_index(held.argmax(), held.shape)
    return behavior.models[i], behavior.models[j], float(held[i, j])
