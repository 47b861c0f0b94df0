"""The tables of the papers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from zebra_scores.json_table import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent


@attrs.frozen
class Paper:
    """The 16 models and six benchmarks of the papers, with the digits of the authors' own file (benchmark.csv)."""

    def __call__(self, location: str | None) -> Path:  # noqa: ARG002
        """Return the embedded table."""
        return HERE / "paper.json"

    @staticmethod
    def covers(models: Sequence[str]) -> bool:
        """Return whether all of a pool's models are among the papers' 17, one of which, ultralm-65b, has no scores."""
        return {*models} <= {*Json()(str(HERE / "paper.json")).models, "ultralm-65b"}


@attrs.frozen
class PaperPrinted:
    """Table 4 of ZEBRA as printed, rounded to two decimals."""

    def __call__(self, location: str | None) -> Path:  # noqa: ARG002
        """Return the embedded table."""
        return HERE / "paper-printed.json"
