"""The samples of evaluation harnesses as tables: lm-evaluation-harness's `--log_samples`, and lighteval's `--save-details`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

import attrs

import zebra_core as zebra
from zebra_pools.formats.answers import AnswerReader, unanswered
from zebra_pools.formats.values import Answer, Prompt, at, name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from zebra_pools.files.objects import Row, Source

TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d.:-]+")
"""When a harness ran, as it writes it in names of files and folders."""


@attrs.frozen
class LmEvalSamples(AnswerReader):
    """lm-evaluation-harness's samples of generating tasks: `MODEL/samples_TASK_TIME.jsonl`, joined by task and doc_id.

    The model is the folder's name. Tasks that compare likelihoods have no responses, and are left out.
    """

    prompt: str = zebra.option("", "Field of `doc` with the prompt; the text given to the model if empty.")

    columns: ClassVar = ("doc_id", "doc", "arguments", "resps")
    pattern: ClassVar = "samples_*"

    def refusal(self, row: Row) -> str | None:
        """Return why a row is not a sample."""
        lacking = [name for name in self.columns if name not in row]
        return f"has no column {lacking[0]!r}" if lacking else None

    def unusable(self, row: Row) -> str | None:
        """Return why a file has no responses."""
        return None if isinstance(at(row, "resps", 0, 0), str) else "has likelihoods of given answers, and no responses"

    def answers(self, row: Row, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterable[Answer]:  # noqa: ARG002
        """Return the first response of a sample."""
        field = at(row, "doc", self.prompt) if self.prompt else at(row, "arguments", "gen_args_0", "arg_0")
        text, number = text_of(field), name_of(row.get("doc_id"))
        if text is None or number is None:
            where = f"doc.{self.prompt}" if self.prompt else "arguments"
            msg = f"has no text in `{where}`" if number else "has no doc_id"
            raise unanswered(msg)
        task, folder = _task(source.name), _folder(source)
        return [
            Answer(text, folder.name.replace("__", "/", 1), text_of(at(row, "resps", 0, 0)), f"{task}/{number}", task)
        ]


@attrs.frozen
class LightevalDetails(AnswerReader):
    """lighteval's details of generating tasks: `details/MODEL/TIME/details_TASK_TIME.parquet`, joined by the query.

    The model is the folder above the time. Tasks that compare likelihoods have no responses, and are left out.
    """

    columns: ClassVar = ("__doc__", "__model_response__", "example", "full_prompt", "predictions")
    pattern: ClassVar = "details_*.parquet"

    def refusal(self, row: Row) -> str | None:
        """Return why a row is not a detail, of lighteval from 0.10 on or of an earlier one."""
        new, old = {"__doc__", "__model_response__"}, {"full_prompt", "predictions"}
        return None if new <= {*row} or old <= {*row} else "has no `__doc__` with a `__model_response__`"

    def unusable(self, row: Row) -> str | None:
        """Return why a file has no responses."""
        return None if _response(row) is not None else "has likelihoods of given answers, and no responses"

    def answers(self, row: Row, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterable[Answer]:  # noqa: ARG002
        """Return the first response to a query."""
        text = next(
            filter(
                None,
                (text_of(at(row, "__doc__", "query")), text_of(row.get("example")), text_of(row.get("full_prompt"))),
            ),
            None,
        )
        if text is None:
            msg = "has no query"
            raise unanswered(msg)
        return [Answer(text, _evaluated(_folder(source)), _response(row), source=_task(source.name))]


def _response(row: Row) -> str | None:
    return text_of(at(row, "__model_response__", "text", 0)) or text_of(at(row, "predictions", 0))


def _task(name: str) -> str:
    """Return the task in the name of a file: `samples_TASK_TIME.jsonl`."""
    stem = TIME.split(name.rpartition("/")[2])[0].split(".")[0]
    return stem.partition("_")[2].rstrip("_") or stem


def _folder(source: Source) -> Path:
    """Return the folder of a file; of a dataset of the Hub, which has none, its name stands for it."""
    return source.path.absolute().parent if source.path else zebra.storage.place(source.name.removeprefix("hub:"))


def _evaluated(folder: Path) -> str:
    """Return the model of a folder `details/ORGANISATION/MODEL/TIME`; without `details`, the name above the time."""
    parts = [part for part in folder.parts if not TIME.fullmatch(part)]
    inner = parts[len(parts) - parts[::-1].index("details") :] if "details" in parts else parts[-1:]
    return "/".join(inner or parts[-1:])
