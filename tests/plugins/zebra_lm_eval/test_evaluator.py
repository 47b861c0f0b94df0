"""Mistakes in what to evaluate."""

from __future__ import annotations

import pytest

from zebra_core.testing import Project

pytestmark = [pytest.mark.eval, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--tasks", "zebra_arc_eazy"), "there is no task 'zebra_arc_eazy'; did you mean 'zebra_arc_easy'?"),
        (("--tasks", "zebra_arc_easy"), "needs allenai/ai2_arc of the Hugging Face Hub, which cannot be reached"),
        (("--tasks", "zebra", "--task-data", "nowhere"), "there is no folder of task data nowhere"),
        (
            ("--tasks", "mine.yaml"),
            "cannot read the task file mine.yaml: ScannerError: mapping values are not allowed",
        ),
        (("--tasks", "mine", "--set", 'lm-eval.task_folders=["."]'), "mine.yaml: ScannerError"),
        (("--tasks", "zebra_arc_easy", "--task-data", "empty"), "empty has no zebra_arc_easy.jsonl"),
        (
            ("--tasks", "zebra_arc_easy", "--task-data", "wrong"),
            "zebra_arc_easy.jsonl: KeyError: 'choices'; docs/how-to/evaluate.md",
        ),
        (("--tasks", "zebra", "--set", "lm-eval.batch_size=-1"), "batch_size"),
        (("--limit", "3"), "the evaluator `lm-eval` needs tasks; add --tasks zebra"),
        (("--tasks", "zebra", "--set", "lm-eval.backend=vllm"), "the backend vllm needs vLLM, which is not installed"),
        (
            ("--tasks", "zebra", "--set", "pairs.dataset=x"),
            "the option pairs.dataset is set, but the evaluator 'pairs' is not requested",
        ),
        (
            ("--tasks", "zebra_arc_easy", "--task-data", "data", "--set", "lm-eval.max_new_tokens=5000"),
            "model has too few positions",
        ),
    ],
)
def test_mistakes(ready: Project, words: tuple[str, ...], message: str) -> None:
    """One line of fact, reason and remedy."""
    ready.write("mine.yaml", "task: mine\ndataset_path: json\n  bad: [\n")
    (ready.folder / "empty").mkdir()
    ready.write("wrong/zebra_arc_easy.jsonl", '{"question": "Which?"}\n')
    result = ready.run("evaluate", "model", *words, code=2).stderr
    assert message in result
    assert "Error: " in result.splitlines()[-1]
