"""The lints on the pairs of a dataset, in the order of the table: what a careful reader would question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_report.lints.data import DominantModels, LengthBias, repeated_prompt
from zebra_report.lints.texts import NearIdentical, TestOverlap, empty, identical, refusal_chosen, special_tokens

if TYPE_CHECKING:
    import zebra_core as zebra

LINTS: zebra.Components = {
    "identical": identical,
    "near-identical": NearIdentical,
    "empty": empty,
    "special-tokens": special_tokens,
    "refusal-chosen": refusal_chosen,
    "repeated-prompt": repeated_prompt,
    "test-overlap": TestOverlap,
    "length-bias": LengthBias,
    "dominant-models": DominantModels,
}
