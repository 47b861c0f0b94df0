"""The embedded default: eight small programs as models, their answers to 600 instructions and 300 held out, and their scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
NAMES = ("scholar", "apprentice", "accountant", "trader", "librarian", "clerk", "courier", "parrot")


@zebra.hookimpl
def zebra_pools() -> zebra.Components:
    """Offer the pools `demo` and `demo-held-out`."""
    return {"demo": pool, "demo-held-out": held_out}


@zebra.hookimpl
def zebra_generators() -> zebra.Components:
    """Offer the responders as models that answer prompts."""
    return {"demo": Responders}


@zebra.hookimpl
def zebra_catalogues() -> zebra.Components:
    """Describe the task families."""
    return {"demo": families}


@zebra.hookimpl
def zebra_score_sources() -> zebra.Components:
    """Offer the scores `demo`."""
    return {"demo": Scores}


def pool(location: str | None) -> Path:  # noqa: ARG001
    """Six hundred instructions of six task families, each answered by four of eight responders, in UltraFeedback's schema."""
    return HERE / "pool.jsonl"


def held_out(location: str | None) -> Path:  # noqa: ARG001
    """Three hundred other instructions to evaluate on; as in `demo`, the ratings (rlaif) are true correctness."""
    return HERE / "held_out.jsonl"


def families() -> dict[str, dict[str, object]]:
    """The six task families of the demo; the share of right answers."""
    axes: dict[str, tuple[str, ...]] = {"math": ("arithmetic", "conversion"), "reasoning": ("sorting", "counting")}
    axes |= {"instruction-following": ("formatting",), "knowledge": ("lookup",)}
    source = "plugins/zebra_demo/tasks.py"
    return {
        name: {
            "axis": axis,
            "direction": "higher",
            "bounds": [0, 1],
            "chance": 0,
            "source": source,
            "names": [f"zebra_demo_{name}"],
        }
        for axis, names in axes.items()
        for name in names
    }


@attrs.frozen
class Responders:
    """The eight responders of the demo, to try `zebra generate` without a server, weights or a network."""

    offered: ClassVar[tuple[str, ...]] = NAMES

    def check(self, model: str) -> None:
        """Raise ZebraError if there is no such responder."""
        if model not in NAMES:
            what, where = "responder", "of the demo"
            raise zebra.unknown(what, model, NAMES, where)

    def __call__(self, prompts: Sequence[zebra.Messages], model: str) -> list[zebra.Response]:
        """Return the answers of a responder to the last message of each prompt. Raise ZebraError if there is no such responder."""
        from zebra_demo.responders import RESPONDERS

        self.check(model)
        responder = next(each for each in RESPONDERS if each.name == model)
        texts = [responder(messages[-1]["content"]) for messages in prompts]
        return [zebra.Response(text, "stop", completion_tokens=len(text.split())) for text in texts]


@attrs.frozen
class Scores:
    """How often each responder is right, measured on 200 other questions of each task family."""

    def __call__(self, location: str | None) -> Path:  # noqa: ARG002
        """Return the measured table."""
        return HERE / "scores.csv"

    @staticmethod
    def covers(models: Sequence[str]) -> bool:
        """Return whether all of a pool's models are responders of the demo."""
        return {*models} <= {*NAMES}


@zebra.hookimpl
def zebra_defaults() -> dict[str, str]:
    """Use the demo's pool by default."""
    return {"pool": "demo"}
