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
        "unnamed": unnamed,
        "two-benchmarks": two_benchmarks,
        "two-sources": two_sources,
    }


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
    """A chart without marks."""
    return zebra.Section("Half", "A half.", [{"description": "Half of a chart", "encoding": {}}])


def raw(dataset):
    """A name as a field of the chart."""
    name = dataset.behavior.models[0]
    bars = {"data": {"values": [{name: 1}]}, "mark": "bar", "encoding": {"x": {"field": name, "type": "nominal"}}}
    return zebra.Section("Raw", "Names.", [{"description": "Bars", **bars}])


def unnamed(dataset):
    """A chart that says nothing to those who do not see it."""
    return zebra.Section("Unnamed", "Nothing.", [{"data": {"values": []}, "mark": "bar"}])


def two_benchmarks(dataset):
    """The second benchmark."""
    return zebra.Section("Second", dataset.behavior.benchmarks[1])


def two_sources(dataset):
    """The second source."""
    return zebra.Section("Second", sorted(set(dataset.pairs["source"]))[1] or "none", notes=())
