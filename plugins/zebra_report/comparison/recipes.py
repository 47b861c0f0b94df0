"""What differs between the recipes of datasets: options, inputs, versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import zebra_core as zebra

ABSENT = "-"


def recipe_differences(manifests: Sequence[zebra.Manifest]) -> tuple[list[list[str]], int]:
    """Return the settings that differ, each with its value in every dataset, and the number of those that do not."""
    settings = [dict(_settings(manifest)) for manifest in manifests]
    names = dict.fromkeys(name for each in settings for name in each)
    rows = [[name, *(each.get(name, ABSENT) for each in settings)] for name in names]
    differing = [row for row in rows if len({*row[1:]}) > 1]
    return differing, len(rows) - len(differing)


def _settings(manifest: zebra.Manifest) -> Iterator[tuple[str, str]]:
    """Yield everything that a dataset follows from, by name."""
    yield from _flat(manifest.recipe)
    for given in manifest.inputs:
        yield f"input {given.get('path', '')}", _version(given)
    if manifest.mix is not None:
        for part in manifest.mix.parts:
            yield f"part {part.name}", f"{part.pairs:,} of {part.total:,} pairs"
    yield "ZEBRA", manifest.zebra
    for kind, versions in (("plugin", manifest.plugins), ("library", manifest.libraries)):
        for name, version in versions.items():
            yield f"{kind} {name}", version


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the values of nested tables, by the path of their names."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value)) or ABSENT
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _version(given: Mapping[str, Any]) -> str:
    """Return size and hash of an input, in short."""
    size = given.get("bytes")
    digest = next((str(value) for name, value in given.items() if name not in ("path", "bytes")), "")
    return (
        " ".join(text for text in (f"{size:,} bytes" if isinstance(size, int) else "", digest[:12]) if text) or ABSENT
    )
