"""The answers of Arena-Hard and MT-Bench: `model_answer/*.jsonl`, with the questions in `question.jsonl`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

import zebra_core as zebra
from zebra_pools.files.objects import Row, Source
from zebra_pools.formats.answers import AnswerReader, prompt_for, unanswered
from zebra_pools.formats.values import Answer, Prompt, at, conversation, first_exchange, name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

QUESTIONS, ANSWERS = "question.jsonl", "model_answer"


@attrs.frozen
class ModelAnswers(AnswerReader):
    """Arena-Hard and MT-Bench: `model_answer/*.jsonl`, joined by the question's id; the first turn of the first choice.

    The questions are `question.jsonl` in the folder, or beside a folder `model_answer`; newer answers have their prompt.
    """

    columns: ClassVar = ("question_id", "uid", "ans_id", "model_id", "model", "choices", "messages", "turns", "prompt")

    def sources(self, location: str | None) -> list[Source]:
        """Return the files of the folder, of a benchmark's folder only its answers, and the questions beside them."""
        sources = super().sources(location)
        if location and (inner := zebra.storage.place(location) / ANSWERS).is_dir():
            location = str(inner)
            sources = super().sources(location)
        paths = [source.path for source in sources if source.path]
        if paths and all(path.name != QUESTIONS for path in paths):
            folder = zebra.storage.place(location or "")
            beside = (folder if folder.is_dir() else folder.parent).absolute().parent / QUESTIONS
            if beside.is_file():
                sources.append(Source(QUESTIONS, beside))
        return sources

    def question(self, row: Row) -> tuple[str, Prompt] | None:
        """Return the first turn of a question."""
        name, text = _id(row), text_of(at(row, "turns", 0)) or text_of(row.get("prompt"))
        is_question = name and text and not {"model", "model_id", "messages", "choices"} & {*row}
        return (name, text) if name and text and is_question else None

    def refusal(self, row: Row) -> str | None:
        """Return why a row is not an answer of a model to a question."""
        old = "choices" in row and "model_id" in row and at(row, "choices", 0, "turns") is not None
        new = {"uid", "ans_id", "model", "messages"} <= {*row}
        return None if _id(row) and (old or new) else "has no answers with question_id, model_id and choices"

    def lacks_questions(self, row: Row) -> str | None:
        """Return what to do about answers without messages."""
        return None if "messages" in row else f"add the benchmark's {QUESTIONS} to the folder, or beside `{ANSWERS}`"

    def answers(self, row: Row, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterable[Answer]:  # noqa: ARG002
        """Return the first turn of the first choice, or the first exchange of the messages."""
        name, model = _id(row), name_of(row.get("model_id")) or name_of(row.get("model"))
        if model is None:
            msg = "names no model"
            raise unanswered(msg)
        messages = conversation(row.get("messages"))
        if messages is None:
            return [Answer(prompt_for(name, prompts), model, text_of(at(row, "choices", 0, "turns", 0)), name)]
        exchange = first_exchange(messages)
        if exchange is None:
            msg = "has no answer of the assistant"
            raise unanswered(msg)
        prompt, response = exchange
        return [Answer([message for message in prompt if message["role"] != "system"], model, response, name)]


def _id(row: Row) -> str | None:
    return name_of(row.get("question_id")) or name_of(row.get("uid"))
