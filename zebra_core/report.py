"""The report of a run: what a figure component takes and gives, and the page that they make together."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from functools import cached_property
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np
import pyarrow.parquet as pq

from zebra_core import storage
from zebra_core.behavior import Behavior
from zebra_core.drawing import INK
from zebra_core.errors import PluginError, ZebraError
from zebra_core.folder import MANIFEST
from zebra_core.lints import Finding, lint
from zebra_core.recipe import Recipe, make_recipe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from zebra_core.components import Component
    from zebra_core.discovery import Plugins

SAMPLE = 64_000
"""Of a larger dataset as many pairs are looked at, evenly spread over its shards."""
TEXTS = ("prompt", "chosen", "rejected")


@attrs.define(slots=False, eq=False)
class Evidence:
    """What a run left in its folder: manifest, behavior and scores of the pool's models, and a sample of the pairs."""

    folder: Path
    manifest: dict[str, Any]
    behavior: Behavior
    scores: np.ndarray[Any, Any]

    @classmethod
    def of(cls, folder: str | Path) -> Evidence:
        """Read a run's folder; ZebraError where there is none."""
        path = storage.place(folder)
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            held = json.loads((path / "behavior.json").read_text(encoding="utf-8"))
            return cls(path, manifest, Behavior.from_dict(held), np.array(held["scores"], dtype=np.float64))
        except (OSError, ValueError, KeyError) as wrong:
            msg = f"{folder} is no dataset that this zebra built: {type(wrong).__name__}: {wrong}; a report is made of one"
            raise ZebraError(msg) from wrong

    @property
    def recipe(self) -> Recipe:
        """The recipe that builds the dataset again."""
        return make_recipe(self.manifest["recipe"])

    @property
    def total(self) -> int:
        """How many pairs the dataset has."""
        return int(self.manifest["summary"]["pairs"])

    @cached_property
    def pairs(self) -> dict[str, list[Any]]:
        """At most 64,000 pairs, evenly spread, column by column; `prompt`, `chosen` and `rejected` as text."""
        step = -(-self.total // SAMPLE)
        found: dict[str, list[Any]] = {}
        seen = 0
        for shard in self.manifest["shards"]:
            for batch in pq.ParquetFile(storage.source(self.folder / "data" / shard["name"])).iter_batches():
                some = batch.take(np.arange(-seen % step, len(batch), step))
                seen += len(batch)
                for name in some.schema.names:
                    values = some[name].to_pylist()
                    found.setdefault(name, []).extend(map(_as_text, values) if name in TEXTS else values)
        return found

    @property
    def sampled(self) -> str:
        """What the sample is, in words."""
        count = len(self.pairs["id"])
        return "all pairs" if count == self.total else f"{count:,} of {self.total:,} pairs, evenly spread"

    def lints(self, against: Collection[str] = ()) -> list[Finding]:
        """Return what the lints find in the sample; `against` are prompts of a test set."""
        held = self.manifest["summary"]["model_pairs"]
        counts = {(better, worse): count for better, others in held.items() for worse, count in others.items()}
        return lint(self.pairs, self.total, Counter(counts), against)


def _as_text(messages: Any) -> str:
    return messages if isinstance(messages, str) else "\n\n".join(str(message["content"]) for message in messages)


@attrs.frozen
class Exhibit:
    """A figure or table of a report, with the words that say what is to be seen. `svg` is a drawing, `rows` a table with its header first."""

    title: str
    text: str
    svg: str = ""
    rows: Sequence[Sequence[Any]] = ()
    notes: Sequence[str] = ()


class Figure(Protocol):
    """A component that draws one figure, or makes one table, of a run."""

    def __call__(self, evidence: Evidence) -> Exhibit | None:
        """Return what is to be shown, or None where the run has nothing of the kind."""


def write_report(folder: str | Path, plugins: Plugins, options: Mapping[str, Mapping[str, Any]] | None = None) -> Path:
    """Write `report/` in a run's folder: report.html, each figure as SVG, each table as CSV; return the page.

    `options` are those of figures, by name. Raises ZebraError where the folder holds no run, or the extra `report` is not installed.
    """
    if find_spec("jinja2") is None or find_spec("matplotlib") is None or find_spec("sklearn") is None:
        msg = 'a report needs the extra `report`: pip install "zebra-preference[report]"'
        raise ZebraError(msg)
    evidence = Evidence.of(folder)
    output = evidence.folder / "report"
    exhibits = list(_exhibits(evidence, plugins, options or {}))
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, exhibit in exhibits:
            if exhibit.svg:
                (output / f"{name}.svg").write_text(exhibit.svg, encoding="utf-8")
            if exhibit.rows:
                (output / f"{name}.csv").write_text(_as_csv(exhibit.rows), encoding="utf-8")
        (output / "report.html").write_text(_page(evidence, exhibits), encoding="utf-8")
    except OSError as wrong:
        msg = f"cannot write {output}: {wrong.strerror}"
        raise ZebraError(msg) from wrong
    return output / "report.html"


def _exhibits(
    evidence: Evidence, plugins: Plugins, options: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, Exhibit]]:
    for name in options:
        plugins.find("figure", name)
    for component in plugins.of("figure"):
        exhibit = component.made(options.get(component.name))(evidence)
        if isinstance(exhibit, Exhibit):
            yield component.name, exhibit
        elif exhibit is not None:
            raise _no_exhibit(component, exhibit)


def _no_exhibit(component: Component, found: Any) -> PluginError:
    return PluginError(f"{component}: a figure returns a zebra.Exhibit or None, got {type(found).__name__}")


def _as_csv(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _page(evidence: Evidence, exhibits: list[tuple[str, Exhibit]]) -> str:
    from jinja2 import Environment  # noqa: PLC0415  # an extra
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["drawing"] = lambda svg: Markup(_inline(svg))  # noqa: S704  # a figure's own
    template = environment.from_string(files("zebra_core").joinpath("report.html.jinja").read_text(encoding="utf-8"))
    return str(
        template.render(
            name=evidence.folder.name,
            manifest=evidence.manifest,
            exhibits=exhibits,
            number=_shown,
            is_number=_is_number,
        )
    )


def _inline(svg: str) -> str:
    """Return a drawing as it stands in the page: its ink is that of the text, and it is never so small that it cannot be read."""
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    width = re.search(r'width="([\d.]+)pt"', svg)
    least = 0.8 * float(width[1]) * 4 / 3 if width else 480
    return svg.replace("<svg", f'<svg style="min-width: {least:.0f}px"', 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
