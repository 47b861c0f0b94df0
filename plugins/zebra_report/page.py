"""A page: one HTML file that needs nothing else, with its scripts and data inside, and a policy that lets it load nothing."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Level = Literal["good", "look", "bad"]
FOLDED = 14
"""The number of rows of a table above which it is folded, if there is no chart to see first."""
ASSETS = files("zebra_report").joinpath("assets")
SCRIPTS = ("vega/vega.js", "page.js", "charts.js")
"""The scripts of every page, in the order in which they run."""


@attrs.frozen
class Verdict:
    """A line at the top of a page: what one check says, the flag that changes it if any, and the part with the details."""

    name: str
    level: Level
    fact: str
    remedy: str = ""
    section: str = ""


@attrs.frozen
class Panel:
    """An interactive part of a page: the scripts in `assets/NAME/` show `data`, which is valid JSON.

    One of them registers the panel by `zebra.panel(NAME, start)`; see `assets/page.js`.
    """

    name: str
    title: str
    text: str
    data: Mapping[str, object]


@attrs.frozen
class Page:
    """What is on a page: a title and facts below it, verdicts, and parts by their ids, in order."""

    title: str
    facts: str
    parts: Mapping[str, zebra.Section | Panel]
    verdicts: Sequence[Verdict] = ()

    def html(self, *, connects: bool = False) -> str:
        """Return the page; it may ask its own server if it `connects`."""
        panels = {key: part for key, part in self.parts.items() if isinstance(part, Panel)}
        names = dict.fromkeys(panel.name for panel in panels.values())
        scripts = [*(_asset(name) for name in SCRIPTS), *(text for name in names for text in _assets(name, ".js"))]
        style = "".join([_asset("page.css"), *(text for name in names for text in _assets(name, ".css"))])
        charts = {
            key: zebra.charts.printable(part.charts)
            for key, part in self.parts.items()
            if isinstance(part, zebra.Section)
        }
        return str(
            _template().render(
                page=self,
                panels=panels,
                style=style,
                scripts=scripts,
                policy=_policy(scripts, connects=connects),
                charts=_embedded({"config": zebra.charts.CONFIG, "ink": zebra.charts.INK, "charts": charts}),
                data={key: _compressed(panel.data) for key, panel in panels.items()},
                folded=FOLDED,
            )
        )


def _policy(scripts: Sequence[str], *, connects: bool) -> str:
    """Return the policy of a page: these scripts run, and nothing is loaded; charts set the style of their own elements."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{value}'" for value in hashes)
    connect = "connect-src 'self'; " if connects else ""
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; {connect}"
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _asset(name: str) -> str:
    return ASSETS.joinpath(name).read_text(encoding="utf-8")


@cache
def _assets(panel: str, suffix: str) -> list[str]:
    """Return the scripts or styles of a panel, in the order of their names, `panel.js`, which uses the others, as the last one."""
    paths = sorted(ASSETS.joinpath(panel).iterdir(), key=lambda path: (path.name == "panel.js", path.name))
    return [path.read_text(encoding="utf-8") for path in paths if path.name.endswith(suffix)]


def _embedded(value: object) -> str:
    """Return a value as JSON in which no tag can begin or end."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _compressed(value: object) -> str:
    """Return a value as JSON, compressed, in letters."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8", "surrogatepass"), 3, mtime=0)).decode()


@cache
def _template():  # type: ignore[no-untyped-def]  # noqa: ANN202  # of jinja2, which is imported here
    from jinja2 import Environment  # noqa: PLC0415  # slow to import

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=_printable)
    environment.tests["section"] = lambda part: isinstance(part, zebra.Section)
    environment.tests["numeric"] = lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    environment.filters["shown"] = _shown
    return environment.from_string(files("zebra_report").joinpath("page.html.jinja").read_text(encoding="utf-8"))


def _printable(value: object) -> object:
    """Return what a page shows of a value: no character that hides or reorders others."""
    return zebra.markup.printable(value) if type(value) is str else value


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
