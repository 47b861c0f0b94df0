"""TRL's own trainers read the exports, and the ids that the other tests expect are those of TRL."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from interop import pairs
from interop.commands import words

pytest.importorskip("trl", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.train, pytest.mark.filterwarnings("ignore")]


def prepared(trainer: str, folder: Path, model: Path, output: Path, *options: str) -> list[dict[str, Any]]:
    """Return the rows that TRL trains on with these options of its command `dpo` or `kto`."""
    import trl
    from datasets import load_dataset
    from transformers import AutoConfig, AutoTokenizer, LlamaForCausalLM

    LlamaForCausalLM(AutoConfig.from_pretrained(model)).save_pretrained(output)
    AutoTokenizer.from_pretrained(model).save_pretrained(output)
    parser = import_module(f"trl.scripts.{trainer}").make_parser()
    script, settings, _, _ = parser.parse_args_and_config([*options, "--use_cpu", "--bf16", "false"])
    settings.output_dir = str(output / "trained")
    rows = load_dataset(str(folder / script.dataset_name))[script.dataset_train_split]
    trainers = {"dpo": trl.DPOTrainer, "kto": trl.KTOTrainer}
    return list(trainers[trainer](model=str(output), args=settings, train_dataset=rows).train_dataset)


@pytest.mark.parametrize("form", ["trl", "trl-implicit"])
def test_ids(exports: Path, model: Path, tmp_path: Path, form: str) -> None:
    """The ids are those worked out by hand, with a column of prompts and without."""
    command, *options = words(exports / form / "trl.sh", "trl")
    rows = prepared(command, exports / form, model, tmp_path, *options)
    assert [row["prompt_ids"] for row in rows] == pairs.PROMPT_IDS
    assert [row["prompt_ids"] + row["chosen_ids"] for row in rows] == pairs.CHOSEN_IDS
    assert [row["prompt_ids"] + row["rejected_ids"] for row in rows] == pairs.REJECTED_IDS


def test_text(exports: Path, model: Path, tmp_path: Path) -> None:
    """Rendered texts give the ids of the messages without the line feed after the last turn."""
    options = ["--model_name_or_path", "MODEL", "--dataset_name", "data"]
    rows = prepared("dpo", exports / "text", model, tmp_path, *options)
    assert [row["prompt_ids"] for row in rows] == pairs.PROMPT_IDS
    assert [row["prompt_ids"] + row["chosen_ids"] for row in rows] == [ids[:-1] for ids in pairs.CHOSEN_IDS]
    assert [row["prompt_ids"] + row["rejected_ids"] for row in rows] == [ids[:-1] for ids in pairs.REJECTED_IDS]


def test_kto(exports: Path, model: Path, tmp_path: Path) -> None:
    """A pair is two rows, the chosen one first, with the ids of its two sides."""
    command, *options = words(exports / "kto/kto.sh", "trl")
    rows = prepared(command, exports / "kto", model, tmp_path, *options)
    both = [ids for pair in zip(pairs.CHOSEN_IDS, pairs.REJECTED_IDS, strict=True) for ids in pair]
    assert [row["label"] for row in rows] == [True, False] * 10
    assert [row["prompt_ids"] + row["completion_ids"] for row in rows] == both
