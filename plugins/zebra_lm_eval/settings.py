"""The options of the evaluator `lm-eval`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_NEGATIVE = attrs.validators.ge(0)


def _names(values: Iterable[str]) -> tuple[str, ...]:
    """Return names; `a,b` is two of them."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


@attrs.frozen(kw_only=True)
class Settings:
    """What is measured and how; options are named as in the harness."""

    tasks: tuple[str, ...] = zebra.option(
        (),
        "Tasks of lm-evaluation-harness, such as arc_easy,gsm8k; zebra stands for the papers' six.",
        flag="--tasks",
        metavar="NAMES",
        requests=True,
        converter=_names,
        code=r"\.yaml\b",
    )
    task_data: str = zebra.option(
        "", "Folder of local files for the tasks, instead of the Hub's.", flag="--task-data", metavar="DIR"
    )
    task_folders: tuple[str, ...] = zebra.option((), "Folders with more task files.", code=".")
    limit: float = zebra.option(
        0.0,
        "Questions of each task; below 1 it is a share, 0 means all.",
        flag="--limit",
        metavar="NUMBER",
        validator=NOT_NEGATIVE,
    )
    num_fewshot: int | None = zebra.option(
        None, "Examples shown before each question.", validator=attrs.validators.optional(NOT_NEGATIVE)
    )
    max_new_tokens: int = zebra.option(
        0, "Maximum length of an answer; 0 leaves it to the task.", validator=NOT_NEGATIVE
    )
    backend: Literal["hf", "vllm"] = zebra.option("hf", "What runs the model.")
    batch_size: int = zebra.option(
        0, "Questions at once; 0 is as many as fit on a GPU, and 8 elsewhere.", validator=NOT_NEGATIVE
    )
    device: str = zebra.option("", "Device, such as cuda:1; chosen automatically if empty.")
    chat_template: Literal["auto", "yes", "no"] = zebra.option(
        "auto", "Whether to apply the chat template; auto does if the tokenizer has one."
    )
    seed: int | None = zebra.option(None, "Seed of the harness's random draws.")
    samples: bool = zebra.option(default=True, help="Write every question and answer.")
    confirm_run_unsafe_code: bool = zebra.option(
        default=False, help="Allow tasks that run generated code.", code="True"
    )
    model_args: dict[str, Any] = zebra.option(factory=dict, help="Further arguments of the harness's model class.")
