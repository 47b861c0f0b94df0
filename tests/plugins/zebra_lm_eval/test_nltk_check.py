"""IFEval's sentence splitter."""

from __future__ import annotations

import json

import pytest
from helpers.lm_eval_tasks import SHORT, ifeval

from zebra_core.testing import Project

pytestmark = [pytest.mark.eval, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_no_splitter(ready: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """If IFEval lacks the splitter that one of its rows needs, the error comes before any question is answered."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [])
    ready.write("data/ifeval.jsonl", json.dumps(ifeval("length_constraints:number_sentences")) + "\n")
    message = ready.run("evaluate", "model", "--tasks", "ifeval", "--task-data", "data", *SHORT, code=2).stderr
    assert "ifeval needs punkt_tab, which NLTK cannot download; on a machine with a network, run" in message
