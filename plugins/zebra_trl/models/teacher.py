"""The models that teach: the best one of a pool, and one that teaches token by token, which a resumed training has to have again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import zebra_core as zebra
from zebra_core.training.folder import content_version

if TYPE_CHECKING:
    from pathlib import Path

TEACHER = "teacher.json"
"""The file in the student's folder that says which model taught it, with the hash of its files."""


def best_model(manifest: zebra.Manifest) -> tuple[str, float]:
    """Return the model with the highest superiority of the pool that a dataset was built from, and what that is."""
    models = manifest.summary.models
    best = max(sorted(models), key=lambda name: models[name].superiority)
    return best, models[best].superiority


def check_teacher(teacher: str, student: str) -> None:
    """Raise ZebraError if there is no such model, or if its tokens are not the student's."""
    from transformers import AutoConfig, AutoTokenizer  # noqa: PLC0415

    zebra.check_model(teacher)
    try:
        tokenizers = [AutoTokenizer.from_pretrained(each, trust_remote_code=False) for each in (teacher, student)]
        configs = [AutoConfig.from_pretrained(each, trust_remote_code=False) for each in (teacher, student)]
    except (OSError, ValueError) as error:
        msg = f"cannot load the tokenizers of the teacher {teacher} and of {student}: {str(error).splitlines()[0]}"
        raise zebra.ZebraError(msg) from error
    sizes = [config.get_text_config().vocab_size for config in configs]
    if tokenizers[0].get_vocab() != tokenizers[1].get_vocab() or sizes[0] != sizes[1]:
        msg = (
            f"the teacher {teacher} has other tokens than {student} ({sizes[0]:,} and {sizes[1]:,}), and it teaches the probability of "
            "each token; name a teacher of the same family, or a model of the pool, whose responses are text"
        )
        raise zebra.ZebraError(msg)


def note_teacher(teacher: str, output: Path) -> None:
    """Write down which model teaches. Raise ZebraError if checkpoints in the folder are from another one."""
    path, now = output / TEACHER, content_version(teacher)
    if [*output.glob("checkpoint-*")] and path.is_file() and json.loads(path.read_text(encoding="utf-8")) != now:
        msg = f"the teacher {teacher} has changed since the training was interrupted; add --no-resume to start over"
        raise zebra.ZebraError(msg)
    zebra.storage.write_text(path, json.dumps(now, indent=2) + "\n")
