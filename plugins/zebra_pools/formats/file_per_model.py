"""A folder with one file per model, whose rows have a prompt and a response but no name of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra
from zebra_pools.columns import ID, MODEL, PROMPT, RESPONSE
from zebra_pools.files.objects import Source, open_sources
from zebra_pools.formats.answers import AnswerReader, unanswered
from zebra_pools.formats.values import Answer, Prompt, conversation, name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zebra_pools.files.objects import Row


@attrs.frozen
class ModelFile(Source):
    """A file of one model."""

    model: str = ""


@attrs.frozen
class FilePerModel(AnswerReader):
    """A folder with a file per model, under its name: instruction (or prompt), response (or output), and maybe id.

    Files of the same name, `MODEL/outputs.json`, are named after their folders. Joined by id, else by prompt.
    """

    prompt: str = zebra.option("", "Column of the prompt; recognised by its name if empty.")
    response: str = zebra.option("", "Column of the response; recognised by its name if empty.")

    def fields(self) -> tuple[str, ...]:
        """Return the columns to read from a table."""
        names = (*PROMPT, *RESPONSE, *ID, *MODEL, self.prompt, self.response)
        return tuple(name for name in names if name)

    def sources(self, location: str | None) -> list[Source]:
        """Return the files of the folder with the models that they are named after."""
        sources = open_sources(location)
        names = [_stem(source.name) for source in sources]
        alike = len({name.rpartition("/")[2] for name in names}) < len(names)
        return [
            ModelFile(source.name, source.path, name.rpartition("/")[0] or name if alike else name)
            for source, name in zip(sources, names, strict=True)
        ]

    def unlike(self, location: str) -> str | None:
        """Return why the location is not a folder of such files."""
        if len(self.sources(location)) < 2:
            return "is not a folder with a file for each of several models"
        return super().unlike(location)

    def refusal(self, row: Row) -> str | None:
        """Return why a row lacks a prompt or a response, or names its own model."""
        if {*MODEL} & {*row}:
            return "names a model in its rows"
        if _first(row, self.prompt, PROMPT) is None:
            return "has no column 'instruction' or 'prompt'"
        return None if isinstance(_first(row, self.response, RESPONSE), str) else "has no column 'response' or 'output'"

    def answers(self, row: Row, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterable[Answer]:  # noqa: ARG002
        """Return the answer of the file's model."""
        given = _first(row, self.prompt, PROMPT)
        prompt = given if isinstance(given, str) else conversation(given)
        if not prompt:
            msg = "has no prompt"
            raise unanswered(msg)
        model = source.model if isinstance(source, ModelFile) else ""
        return [Answer(prompt, model, text_of(_first(row, self.response, RESPONSE)), name_of(_first(row, "", ID)))]


def _first(row: Row, named: str, names: tuple[str, ...]) -> object:
    return row.get(named) if named else next((row[name] for name in names if row.get(name) is not None), None)


def _stem(name: str) -> str:
    """Return the name of a file without its format."""
    folder, slash, last = name.rpartition("/")
    for suffix in (".jsonl.gz", ".jsonl.zst", ".jsonl", ".ndjson", ".json", ".parquet", ".arrow", ".csv"):
        last = last.removesuffix(suffix)
    return folder + slash + last
