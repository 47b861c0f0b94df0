"""The samples in logs of inspect_ai: `.eval` archives, whose samples are read one by one, and `.json`."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

import zebra_core as zebra
from zebra_pools.files.json_lines import is_array, parsed
from zebra_pools.files.objects import Source
from zebra_pools.files.tables import unreadable
from zebra_pools.formats.answers import AnswerReader, unanswered
from zebra_pools.formats.values import Answer, Prompt, at, conversation, name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from zebra_pools.files.objects import Row

SUFFIXES = (".eval", ".json")
HEADERS = ("header.json", "_journal/start.json")
"""Where an archive has the task and the model: once it is finished, and before."""
FAULTS = (zebra.RowError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
"""What reading a log raises: also for an archive that is encrypted, or packed in another way."""
LARGEST = 256 << 20
"""The number of bytes up to which a sample is read, because an archive may unpack to any size."""


@attrs.frozen
class Log(Source):
    """A log, whose rows are samples with the `task` and the `model` of the log."""

    def rows(self, columns: tuple[str, ...]) -> Iterator[tuple[int, Row] | zebra.Rejected]:  # noqa: ARG002
        """Read the samples. Raise ZebraError if the file is no log."""
        path = self.path
        if path is None:
            return
        try:
            yield from (
                _archived(self.name, path) if zebra.storage.suffix_of(path) == ".eval" else _listed(self.name, path)
            )
        except FAULTS as error:
            msg = f"cannot read {path}: {getattr(error, 'strerror', None) or error}; it is damaged, or no log of inspect_ai"
            raise zebra.ZebraError(msg) from error


@attrs.frozen
class InspectSamples(AnswerReader):
    """The samples of inspect_ai's logs (`.eval`, `.json`): the first epoch, joined by task and sample id across logs."""

    columns: ClassVar = ("task", "model", "id", "epoch", "input", "output")

    def sources(self, location: str | None) -> list[Source]:
        """Return the logs. Raise ZebraError if there is none."""
        if location is None or location.startswith("hub:"):
            msg = "inspect_ai's logs are files; name one, or a folder: --pool inspect-samples:LOCATION"
            raise zebra.ZebraError(msg)
        path = zebra.storage.place(location)
        try:
            files = _files(path, location)
        except zebra.storage.faults(path) as error:
            raise unreadable(path, error) from error
        logs = [file for file in files if zebra.storage.suffix_of(file) in SUFFIXES]
        if not logs:
            msg = f"{location} has no log of inspect_ai, .eval or .json"
            raise zebra.ZebraError(msg)
        return [
            Log(zebra.storage.file_name(file) if file == path else file.relative_to(path).as_posix(), file)
            for file in logs
        ]

    def refusal(self, row: Row) -> str | None:
        """Return why a row is not a sample of a log."""
        return None if "task" in row and "input" in row and "output" in row else "is no log of inspect_ai with samples"

    def answers(self, row: Row, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterable[Answer]:  # noqa: ARG002
        """Return the model's last output on a sample."""
        if row.get("epoch") not in (None, 1):
            return []
        task, model, name = name_of(row.get("task")), name_of(row.get("model")), name_of(row.get("id"))
        given = row.get("input")
        prompt = given if isinstance(given, str) else conversation(given)
        if model is None or name is None or not prompt:
            msg = "names no model" if model is None else "has no id" if name is None else "has no input of text"
            raise unanswered(msg)
        text = text_of(at(row, "output", "choices", 0, "message")) or text_of(at(row, "output", "completion"))
        return [Answer(prompt, model, text, f"{task}/{name}", task)]


def _files(path: Path, location: str) -> list[Path]:
    """Return the file, or all files of the folder. Raise ZebraError if there is none."""
    if not path.exists():
        msg = f"there is no file or folder {location!r}; check the path after --pool"
        raise zebra.ZebraError(msg)
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def _archived(name: str, path: Path) -> Iterator[tuple[int, Row] | zebra.Rejected]:
    """Read the samples of an archive, one at a time."""
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        header = next((_entry(archive, entry) for entry in HEADERS if entry in names), None)
        for number, entry in enumerate((entry for entry in names if entry.startswith("samples/")), 1):
            try:
                yield number, _sample(_entry(archive, entry), header)
            except zebra.RowError as error:
                yield zebra.Rejected(str(error), number, name, "sample")


def _entry(archive: zipfile.ZipFile, name: str) -> Any:
    """Return the JSON of an entry. Raise RowError if it is too large, or not JSON."""
    if archive.getinfo(name).file_size > LARGEST:
        msg = f"has more than {LARGEST >> 20:,} MiB"
        raise zebra.RowError(0, msg)
    return parsed(archive.read(name))


def _listed(name: str, path: Path) -> Iterator[tuple[int, Row] | zebra.Rejected]:
    """Read the samples of a log that is one object."""
    if is_array(path):
        return
    log = parsed(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    samples = at(log, "samples")
    for number, sample in enumerate(samples if isinstance(samples, list) else [], 1):
        try:
            yield number, _sample(sample, log)
        except zebra.RowError as error:
            yield zebra.Rejected(str(error), number, name, "sample")


def _sample(sample: Any, log: Any) -> Row:
    """Return a sample with the task and the model of its log. Raise RowError if it is no sample."""
    if not isinstance(sample, dict):
        msg = f"expected an object, got {sample!r:.60}"
        raise zebra.RowError(0, msg)
    run = at(log, "eval")
    task = name_of(at(run, "task"))
    named = {"task": task.rpartition("/")[2], "model": at(run, "model")} if task else {}
    texts = at(sample, "attachments")
    inner = {name: sample[name] for name in ("id", "epoch", "input", "output") if name in sample}
    return named | (_with_attachments(inner, texts) if isinstance(texts, dict) and texts else inner)


def _with_attachments(value: Any, texts: dict[str, Any]) -> Any:
    """Return JSON, of bounded depth, with the long texts that a log keeps apart in their places."""
    if isinstance(value, str) and value.startswith("attachment://"):
        text = texts.get(value.removeprefix("attachment://"))
        return text if isinstance(text, str) else value
    if isinstance(value, list):
        return [_with_attachments(item, texts) for item in value]
    if isinstance(value, dict):
        return {name: _with_attachments(item, texts) for name, item in value.items()}
    return value
