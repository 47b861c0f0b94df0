"""The sentence splitter that two of IFEval's kinds of instructions need: NLTK downloads it, where there is a network."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import nltk

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterable

NEEDING = {"length_constraints:number_sentences", "change_case:capital_word_frequency"}


def quiet_download() -> redirect_stdout[io.StringIO]:
    """Return the context to load IFEval in: as it is imported it says that it has downloaded the splitter, also where it could not."""
    return redirect_stdout(io.StringIO())


def check_sentence_splitter(tasks: Iterable[Any]) -> None:
    """Raise ZebraError where IFEval asks for what needs the splitter, and it is not there: it would fail after all was answered."""
    found = [task for held in tasks for task in (held.get_all_tasks() if hasattr(held, "get_all_tasks") else [held])]
    needing = {
        i
        for task in found
        if task.task_name == "ifeval"
        for row in task.test_docs()
        for i in row["instruction_id_list"]
    }
    if not needing & NEEDING:
        return
    try:
        nltk.data.find("tokenizers/punkt_tab")
    except LookupError as wrong:
        msg = (
            "ifeval needs punkt_tab, which NLTK cannot download; where there is a network run python -m nltk.downloader punkt_tab, "
            "and copy the folder nltk_data to your home here, or name the other tasks alone"
        )
        raise zebra.ZebraError(msg) from wrong
