"""The sentence splitter that two kinds of IFEval's instructions need, which NLTK downloads."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from itertools import chain
from typing import TYPE_CHECKING

import nltk

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lm_eval.api.group import Group
    from lm_eval.api.task import Task

NEEDING = {"length_constraints:number_sentences", "change_case:capital_word_frequency"}


def quiet_download() -> redirect_stdout[io.StringIO]:
    """Return a context to import IFEval in, which prints that it downloaded the splitter even if it could not."""
    return redirect_stdout(io.StringIO())


def check_sentence_splitter(tasks: Iterable[Task | Group]) -> None:
    """Raise ZebraError if IFEval needs the splitter and it is missing: IFEval would fail after answering every question."""
    leaves = chain(*(task.get_all_tasks() if hasattr(task, "get_all_tasks") else [task] for task in tasks))
    rows = chain(*(task.test_docs() for task in leaves if task.task_name == "ifeval"))
    if not NEEDING & set(chain(*(row["instruction_id_list"] for row in rows))):
        return
    try:
        nltk.data.find("tokenizers/punkt_tab")
    except LookupError as error:
        msg = (
            "ifeval needs punkt_tab, which NLTK cannot download; on a machine with a network, run python -m nltk.downloader "
            "punkt_tab and copy the folder nltk_data to your home here, or leave out ifeval"
        )
        raise zebra.ZebraError(msg) from error
