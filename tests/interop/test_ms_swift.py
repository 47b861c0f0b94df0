"""ms-swift takes the options of the exported command, reads the pairs, and tokenises them as TRL does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from interop import pairs
from interop.commands import words

pytest.importorskip("swift", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def rows(exports: Path, model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """The rows that ms-swift trains on with the options of the exported command, in their order."""
    from swift.arguments import RLHFArguments
    from swift.utils import parse_args

    monkeypatch.chdir(exports / "ms-swift")
    command, *given = words(Path("ms-swift.sh"), "swift")
    assert command == "rlhf"
    options = {
        "--model": str(model),
        "--model_type": "llama",
        "--template": "chatml",
        "--output_dir": str(tmp_path),
        "--dataset_shuffle": "false",
    }
    args, rest = parse_args(RLHFArguments, [*given, *(word for option in options.items() for word in option)])
    assert not rest
    assert (args.rlhf_type, args.beta) == ("dpo", 0.1)
    template = args.get_template(args.get_model_processor(load_model=False)[1])
    template.set_mode("rlhf")
    return [template.encode(row) for row in args.load_dataset()[0]]


def test_ids(rows: list[dict[str, Any]]) -> None:
    """Prompts of several turns and system messages give TRL's ids."""
    assert [row["chosen_input_ids"] for row in rows] == pairs.CHOSEN_IDS
    assert [row["rejected_input_ids"] for row in rows] == pairs.REJECTED_IDS


def test_loss(rows: list[dict[str, Any]]) -> None:
    """The loss begins where the response does, and the margin is kept for reward models."""
    assert [row["chosen_labels"].count(-100) for row in rows] == list(map(len, pairs.PROMPT_IDS))
    assert [row["margin"] for row in rows] == pytest.approx([pairs.MARGIN] * 10)
