"""The evaluator `lm-eval`: a model answers the tasks of lm-evaluation-harness."""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

import attrs

import zebra_core as zebra
from zebra_lm_eval.settings import Settings

NEEDED = ("lm_eval", "torch", "transformers", "accelerate", "peft", "langdetect", "immutabledict", "nltk")


def be_quiet() -> None:
    """Silence the libraries, except the harness's progress: every few seconds if there is no terminal."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_MININTERVAL", "5")  # tqdm, which datasets imports, reads it on import
    import datasets  # noqa: F401, PLC0415  # it sets log levels on import

    for name in ("accelerate", "datasets", "huggingface_hub", "lm_eval", "transformers"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")


@attrs.frozen(kw_only=True)
class LmEval(Settings):
    """The tasks of lm-evaluation-harness, by name, pattern or YAML file; `zebra` stands for the papers' six (ZEBRA, section 4.2 and Figure 7).

    Options are named as in the harness.
    """

    def check(self, model: str) -> None:
        """Raise ZebraError if the model, the tasks, their data or a library is missing."""
        zebra.require_extra("eval", "evaluating on tasks", NEEDED)
        if self.backend == "vllm" and find_spec("vllm") is None:
            msg = (
                "the backend vllm needs vLLM, which is not installed: pip install vllm, or add --set lm-eval.backend=hf"
            )
            raise zebra.ZebraError(msg)
        if not self.tasks:
            msg = "the evaluator `lm-eval` needs tasks; add --tasks zebra, or names of lm-evaluation-harness, as in --tasks arc_easy,gsm8k"
            raise zebra.ZebraError(msg)
        zebra.check_model(model, adapters=True)
        be_quiet()
        from zebra_lm_eval.local_data import local_files  # noqa: PLC0415
        from zebra_lm_eval.task_loader import find_tasks  # noqa: PLC0415

        manager, names = find_tasks(self)
        if self.task_data:
            local_files(manager, names, Path(self.task_data))

    def __call__(self, model: str, output: Path) -> Path:
        """Measure the model. Return the path of the results, as the harness writes them."""
        from zebra_lm_eval.run import evaluate  # noqa: PLC0415

        return evaluate(self, model, output)

    @staticmethod
    def provenance(results: Path) -> dict[str, dict[str, object]]:
        """Return what the score of each task depends on: its data, version, examples, prompt and questions, and the harness's version."""
        content = json.loads(results.read_text(encoding="utf-8"))
        return {
            task: {
                "dataset": config.get("dataset_path"),
                "subset": config.get("dataset_name"),
                "split": config.get("test_split") or config.get("validation_split"),
                "version": content["versions"].get(task),
                "few-shot": content["n-shot"].get(task),
                "prompt": config.get("doc_to_text"),
                "chat template": bool(content.get("chat_template")),
                "questions": content["n-samples"].get(task, {}).get("effective"),
                "of": content["n-samples"].get(task, {}).get("original"),
                "lm-eval": content.get("lm_eval_version"),
            }
            for task, config in content["configs"].items()
        }
