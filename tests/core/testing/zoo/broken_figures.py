"""Figures that each break one contract."""

import zebra_core as zebra


@zebra.hookimpl
def zebra_figures():
    return {
        "text": text,
        "untitled": untitled,
        "ragged": ragged,
        "half-drawn": half_drawn,
        "raw": raw,
        "two-benchmarks": two_benchmarks,
        "two-sources": two_sources,
    }


SVG = '<svg xmlns="http://www.w3.org/2000/svg"><text>{}</text></svg>'


def text(dataset):
    """A text."""
    return "600 pairs"


def untitled(dataset):
    """No title."""
    return zebra.Section("", "Nothing to see.")


def ragged(dataset):
    """Rows of different lengths."""
    return zebra.Section("Ragged", "Rows.", rows=[["a", "b"], [1]])


def half_drawn(dataset):
    """A drawing without an end."""
    return zebra.Section("Half", "A half.", svg="<svg><g>")


def raw(dataset):
    """The names as they are."""
    return zebra.Section("Raw", "Names.", svg=SVG.format(" ".join(dataset.behavior.models)))


def two_benchmarks(dataset):
    """The second benchmark."""
    return zebra.Section("Second", dataset.behavior.benchmarks[1])


def two_sources(dataset):
    """The second source."""
    return zebra.Section("Second", sorted(set(dataset.pairs["source"]))[1] or "none", notes=())
