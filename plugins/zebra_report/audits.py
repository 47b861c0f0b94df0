"""What an audit says about the models of a dataset: how often a judge prefers one's responses to another's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping

BETWEEN = "between models"


def read_shares(path: Path, dataset: zebra.Dataset) -> dict[tuple[str, str], float]:
    """Return the share of the judge's labels that prefer the first model's response to the second's, from an `audit.json`.

    It is that of the dataset's folder, or else of the first dataset in the file, and of the first judge. Raise ZebraError if the
    file is not an audit with such shares.
    """
    try:
        audits = json.loads(path.read_text(encoding="utf-8"))
        by_folder = {Path(name).name: judges for name, judges in audits.items()}
        judges = by_folder.get(dataset.folder.name) or next(iter(audits.values()))
        return _shares(next(audit[BETWEEN] for audit in judges.values() if BETWEEN in audit))
    except (OSError, ValueError, AttributeError, TypeError, StopIteration) as error:
        reason = getattr(error, "strerror", None) or "it is not an audit with the shares between models"
        msg = f"cannot read the audit {str(path)!r}: {reason}; write it with `zebra audit FOLDER --judge LABELS -o DIR`"
        raise zebra.ZebraError(msg) from error


def _shares(nested: Mapping[str, Mapping[str, float]]) -> dict[tuple[str, str], float]:
    return {(first, second): float(share) for first, others in nested.items() for second, share in others.items()}
