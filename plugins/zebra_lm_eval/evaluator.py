"""The evaluator `lm-eval`: a model answers the tasks of lm-evaluation-harness."""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import attrs

import zebra_core as zebra

NEEDED = ("lm_eval", "torch", "transformers", "accelerate", "peft", "langdetect", "immutabledict", "nltk")

NOT_NEGATIVE = attrs.validators.ge(0)


def be_quiet() -> None:
    """Leave the user the harness's progress, a line now and then where there is no terminal, and our words."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_MININTERVAL", "5")  # read as tqdm is imported, by datasets
    import datasets  # noqa: F401, PLC0415  # sets levels as it is imported

    for name in ("accelerate", "datasets", "huggingface_hub", "lm_eval", "transformers"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")


def _names(value: Any) -> Any:
    """Take `a,b` for two names, too."""
    return tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else tuple(value)


@attrs.frozen(kw_only=True)
class LmEval:
    """The tasks of lm-evaluation-harness, by name, pattern or YAML file; `zebra` are the papers' six (ZEBRA, section 4.2 and Figure 7).

    Options are the harness's: `chat_template` is applied where the tokenizer has one, or `yes`, or `no`; `batch_size` 0 is what fits on
    a GPU, and 8 elsewhere. `task_data` is a folder of local files for the tasks, `task_folders` hold more task files.
    """

    tasks: Any = attrs.field(default=(), converter=_names)
    task_data: str = ""
    task_folders: tuple[str, ...] = ()
    limit: float = attrs.field(default=0.0, validator=attrs.validators.ge(0.0))
    num_fewshot: int | None = attrs.field(default=None, validator=attrs.validators.optional(NOT_NEGATIVE))
    max_new_tokens: int = attrs.field(default=0, validator=NOT_NEGATIVE)
    backend: Literal["hf", "vllm"] = "hf"
    batch_size: int = attrs.field(default=0, validator=NOT_NEGATIVE)
    device: str = ""
    chat_template: Literal["auto", "yes", "no"] = "auto"
    seed: int | None = None
    samples: bool = True
    confirm_run_unsafe_code: bool = False
    model_args: dict[str, Any] = attrs.field(factory=dict)

    def check(self, model: str) -> None:
        """Raise ZebraError, before anything is measured, where the model, the tasks or what they need are not there."""
        missing = [name for name in (*NEEDED, *(["vllm"] * (self.backend == "vllm"))) if find_spec(name) is None]
        if missing == ["vllm"]:
            msg = (
                "the backend vllm needs vLLM, which is not installed: pip install vllm, or leave lm-eval.backend at hf"
            )
            raise zebra.ZebraError(msg)
        if missing:
            msg = 'evaluating on tasks needs the extra `eval`: pip install "zebra-preference[eval]"'
            raise zebra.ZebraError(msg)
        if not self.tasks:
            msg = "the evaluator `lm-eval` needs tasks: --tasks zebra, or names of lm-evaluation-harness, as in --tasks arc_easy,gsm8k"
            raise zebra.ZebraError(msg)
        zebra.check_model(model, adapters=True)
        be_quiet()
        from zebra_lm_eval.local_data import local_files  # noqa: PLC0415
        from zebra_lm_eval.tasks_of import find_tasks  # noqa: PLC0415

        manager, names = find_tasks(self)
        if self.task_data:
            local_files(manager, names, Path(self.task_data))

    def __call__(self, model: str, output: Path) -> Path:
        """Measure, and return the results as the harness writes them."""
        from zebra_lm_eval.work import evaluate  # noqa: PLC0415

        return evaluate(self, model, output)

    @staticmethod
    def provenance(results: Path) -> dict[str, dict[str, Any]]:
        """Return by task what its score depends on: version, examples shown, prompt, how many questions, the harness's version."""
        held = json.loads(results.read_text(encoding="utf-8"))
        return {
            task: {
                "version": held["versions"].get(task),
                "few-shot": held["n-shot"].get(task),
                "prompt": config.get("doc_to_text"),
                "chat template": bool(held.get("chat_template")),
                "questions": held["n-samples"].get(task, {}).get("effective"),
                "lm-eval": held.get("lm_eval_version"),
            }
            for task, config in held["configs"].items()
        }
