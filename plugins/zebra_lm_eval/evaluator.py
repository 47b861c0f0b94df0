"""The evaluator `lm-eval`: a model answers the tasks of lm-evaluation-harness."""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs

import zebra_core as zebra
from zebra_lm_eval.settings import Settings

NEEDED = ("lm_eval", "torch", "transformers", "accelerate", "peft", "langdetect", "immutabledict", "nltk")


def be_quiet() -> None:
    """Leave the user the harness's progress, a line now and then where there is no terminal, and our words."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_MININTERVAL", "5")  # read as tqdm is imported, by datasets
    import datasets  # noqa: F401, PLC0415  # sets levels as it is imported

    for name in ("accelerate", "datasets", "huggingface_hub", "lm_eval", "transformers"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")


@attrs.frozen(kw_only=True)
class LmEval(Settings):
    """The tasks of lm-evaluation-harness, by name, pattern or YAML file; `zebra` stands for the papers' six (ZEBRA, section 4.2 and Figure 7).

    Options are named as in the harness.
    """

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
        from zebra_lm_eval.task_loader import find_tasks  # noqa: PLC0415

        manager, names = find_tasks(self)
        if self.task_data:
            local_files(manager, names, Path(self.task_data))

    def __call__(self, model: str, output: Path) -> Path:
        """Measure, and return the results as the harness writes them."""
        from zebra_lm_eval.run import evaluate  # noqa: PLC0415

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
