"""Vega-Lite in a process of its own: `python -m zebra_core.base.vega svg` draws the charts that it reads, a JSON list.

The library ends its process on some charts, and where memory is limited; that must not end a run.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any, Literal

Kind = Literal["svg", "png"]
SCALE = 2
"""The pixels of a PNG for each unit of the chart."""


def draw_charts(charts: list[Any], kind: Kind) -> list[bytes]:
    """Return each chart as a file. Raise ValueError, with the reason, if one cannot be drawn."""
    command = [sys.executable, "-m", "zebra_core.base.vega", kind]
    process = subprocess.run(command, input=json.dumps(charts).encode(), capture_output=True, check=False)  # noqa: S603  # our own
    if process.returncode:
        lines = process.stderr.decode(errors="replace").split("\n")
        reason = next((line for line in reversed(lines) if line.startswith("ValueError: ")), "")
        msg = reason.removeprefix("ValueError: ") or f"the library ended with exit code {process.returncode}"
        raise ValueError(msg)
    return [base64.b64decode(text) for text in json.loads(process.stdout)]


def main(kind: str) -> None:
    """Draw the charts of the standard input, and print the files as a JSON list of letters."""
    import vl_convert  # noqa: PLC0415  # an extra

    charts = json.load(sys.stdin)
    if kind == "svg":
        files = [vl_convert.vegalite_to_svg(chart).encode() for chart in charts]
    else:
        files = [vl_convert.vegalite_to_png(chart, scale=SCALE) for chart in charts]
    print(json.dumps([base64.b64encode(file).decode() for file in files]))  # noqa: T201  # the answer


if __name__ == "__main__":
    main(sys.argv[1])
