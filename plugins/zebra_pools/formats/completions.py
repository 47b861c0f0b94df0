"""Chat completions: the output of a batch (OpenAI, vLLM), and logs with request and response (vLLM, LiteLLM)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from zebra_pools.formats.answers import AnswerReader, prompt_for, unanswered
from zebra_pools.formats.values import Answer, Prompt, at, conversation, name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zebra_pools.files.objects import Row, Source

REQUESTS = ((), ("request",), ("request", "body"), ("body",))
"""Where a row has the request: its messages, or the prompt of a plain completion."""
RESPONSES = (("response", "body"), ("response",), ("completion",), ())
"""Where a row has the response: its choices."""


@attrs.frozen
class ChatCompletions(AnswerReader):
    """Chat completions: the output of a batch (OpenAI, vLLM) with its requests, or logs of both (vLLM, LiteLLM).

    A batch is joined by custom_id, across the files of a folder that has the requests too; logs are joined by prompt.
    """

    columns: ClassVar = (
        "custom_id", "model", "messages", "prompt", "request", "body", "response", "completion", "choices", "error"
    )  # fmt: skip

    def question(self, row: Row) -> tuple[str, Prompt] | None:
        """Return a request of a batch."""
        name, prompt = name_of(row.get("custom_id")), _prompt(row)
        return (name, prompt) if name and prompt and "response" not in row and _completion(row) is None else None

    def refusal(self, row: Row) -> str | None:
        """Return why a row has no completion, or none that belongs to a prompt."""
        if "custom_id" in row and ("response" in row or "error" in row):
            return None
        if _completion(row) is None:
            return "has no chat completions"
        return None if _prompt(row) else "has completions, but not their requests: log `messages` too"

    def lacks_questions(self, row: Row) -> str | None:
        """Return what to do about the output of a batch alone."""
        return None if _prompt(row) else "name a folder that has the file of the batch's requests too"

    def answers(self, row: Row, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterable[Answer]:  # noqa: ARG002
        """Return the first choice of the completion."""
        name, completion = name_of(row.get("custom_id")), _completion(row)
        if completion is None:
            status = at(row, "error", "message") or at(row, "response", "body", "error", "message") or "no completion"
            msg = f"the request failed ({status!s:.80})"
            raise unanswered(msg)
        model = name_of(completion.get("model")) or name_of(row.get("model"))
        if model is None:
            msg = "names no model"
            raise unanswered(msg)
        text = text_of(at(completion, "choices", 0, "message")) or text_of(at(completion, "choices", 0, "text"))
        return [Answer(_prompt(row) or prompt_for(name, prompts), model, text, name)]


def _completion(row: Row) -> dict[str, Any] | None:
    """Return the completion of a row, None if it has none."""
    values = (at(row, *path) for path in RESPONSES)
    return next((value for value in values if isinstance(at(value, "choices", 0), dict)), None)


def _prompt(row: Row) -> Prompt | None:
    """Return the messages of a request, or the text of a plain one; None if a row has neither."""
    for request in (at(row, *path) for path in REQUESTS):
        messages, text = conversation(at(request, "messages")), at(request, "prompt")
        if messages or (isinstance(text, str) and text):
            return messages or text
    return None
