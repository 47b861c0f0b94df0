"""The base of readers whose rows are answers: they are joined by id, or by prompt, across the files of a folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

import attrs
import pyarrow as pa

import zebra_core as zebra
from zebra_pools.files.objects import Row, Source, open_sources
from zebra_pools.formats.values import Answer, Prompt
from zebra_pools.joining import ROWS, joined_pool, same_prompt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zebra_pools.buckets import Item

BATCH = 2_048
"""The number of rows that become a batch."""
LOOK = 16
"""The number of files of a folder that are looked at to recognise it."""

Numbered = tuple[int, Answer]


class AnswerReader(ABC):
    """Reads a format whose rows are answers, and whose prompts may be in rows, or in files, of their own.

    The texts pass through Python row by row. Rows are joined as in the layout `long`: a large pool is first divided on disk.
    """

    columns: ClassVar[tuple[str, ...]] = ()
    """The columns that the format has."""
    pattern: ClassVar[str] = "*"
    """What the names of a folder's files match."""

    def fields(self) -> tuple[str, ...]:
        """Return the columns to read from a table."""
        return self.columns

    @abstractmethod
    def refusal(self, row: Row) -> str | None:
        """Return why the first row of a file is not of the format, None if it is."""

    @abstractmethod
    def answers(self, row: Row, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterable[Answer]:
        """Return the answers of a row. Raise RowError if it has none that can be used.

        `prompts` has the prompt of each id that `question` returns, None if there are several.
        """

    def question(self, row: Row) -> tuple[str, Prompt] | None:  # noqa: ARG002
        """Return the id and the prompt of a row that only asks, None for any other."""
        return None

    def lacks_questions(self, row: Row) -> str | None:  # noqa: ARG002
        """Return how to add the questions that a file needs, judged by its first row; None if it needs none."""
        return None

    def unusable(self, row: Row) -> str | None:  # noqa: ARG002
        """Return why no row of a file of the format can be used, judged by its first row; None if some may be."""
        return None

    def sources(self, location: str | None) -> list[Source]:
        """Return the files to read. Raise ZebraError if there is none."""
        return open_sources(location, self.pattern)

    def declines(self, location: str) -> str | None:
        """Return why the location is not of this format, or cannot be read, None if it is."""
        try:
            return self.unlike(location)
        except zebra.ZebraError as error:
            return str(error)

    def unlike(self, location: str) -> str | None:
        """Return why the location is not of this format, None if it is: questions alone are not."""
        for source in islice(self.sources(location), LOOK):
            row = source.first(self.fields())
            if self.question(row) is None:
                return self.refusal(row)
        return "has questions, but no answers"

    def __call__(self, location: str | None) -> zebra.Pool:
        """Open the pool. Raise ZebraError if a file is of another format, or if there are no answers."""
        sources = self.sources(location)
        asking = []
        for source in sources:
            row = source.first(self.fields())
            if self.question(row) is not None:
                asking.append(source)
            elif reason := self.refusal(row):
                msg = f"{source.name} {reason}; name another reader, or take the file out of the pool"
                raise zebra.ZebraError(msg)
        answering = [source for source in sources if source not in asking]
        if not answering:
            msg = f"{location} has questions, but no answers; name the folder that has both"
            raise zebra.ZebraError(msg)
        lack = None if asking else self.lacks_questions(answering[0].first(self.fields()))
        if lack:
            msg = f"{zebra.storage.shown(str(location))} has answers without their questions; {lack}"
            raise zebra.ZebraError(msg)
        name = sources[0].name if len(sources) == 1 else f"{location} ({len(sources)} files)"
        paths = [source.path for source in sources if source.path]
        return joined_pool(name, partial(self.rows, asking, answering), paths)

    def rows(self, asking: Sequence[Source], answering: Sequence[Source]) -> Iterator[Item]:
        """Read all answers as batches of `ROWS`; the prompts of the questions are kept in memory."""
        prompts = self.index(asking, answering)
        for source in answering:
            if reason := self.unusable(source.first(self.fields())):
                yield zebra.Rejected(f"{reason}; the file is left out", 1, source.name)
            else:
                yield from _batches(self._numbered(source, prompts), source.name)

    def index(self, asking: Sequence[Source], answering: Sequence[Source]) -> Mapping[str, Prompt | None]:  # noqa: ARG002
        """Return the prompt of each id that the files of questions have, None for an id with several prompts."""
        prompts: dict[str, Prompt | None] = {}
        for source in asking:
            for item in source.rows(self.fields()):
                entry = None if isinstance(item, zebra.Rejected) else self.question(item[1])
                if entry is not None:
                    name, prompt = entry
                    prompts[name] = prompt if prompts.get(name, prompt) == prompt else None
        return prompts

    def _numbered(self, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterator[Numbered | zebra.Rejected]:
        """Yield the answers of a file with the number of their row."""
        for item in source.rows(self.fields()):
            if isinstance(item, zebra.Rejected):
                yield item
                continue
            number, row = item
            try:
                if self.question(row) is None:
                    for answer in self.answers(row, source, prompts):
                        yield number, answer
            except zebra.RowError as error:
                yield zebra.Rejected(str(error), number, source.name)


def unanswered(reason: str) -> zebra.RowError:
    """Return the error for a row that has no answer that can be used."""
    return zebra.RowError(0, reason)


def prompt_for(name: str | None, prompts: Mapping[str, Prompt | None]) -> Prompt:
    """Return the prompt of an id. Raise RowError if no question has it, or several do."""
    if name is None or name not in prompts:
        msg = f"no question has the id {name!r:.60}"
        raise unanswered(msg)
    prompt = prompts[name]
    if prompt is None:
        msg = f"several questions have the id {name!r:.60}, with different prompts"
        raise unanswered(msg)
    return prompt


def _batches(items: Iterable[Numbered | zebra.Rejected], file: str) -> Iterator[Item]:
    """Yield answers in batches of `ROWS`."""
    pending: list[Numbered] = []
    for item in items:
        if isinstance(item, zebra.Rejected):
            yield item
            continue
        pending.append(item)
        if len(pending) == BATCH:
            yield from _converted(pending, file)
            pending = []
    yield from _converted(pending, file)


def _converted(answers: list[Numbered], file: str) -> Iterator[Item]:
    place = 0
    for item in zebra.convert_or_reject(answers, partial(_batch, file)):
        if isinstance(item, zebra.Rejected):
            yield attrs.evolve(item, line=answers[place][0], file=file)
            place += 1
        else:
            yield item
            place += item.num_rows


def _batch(file: str, answers: list[Numbered]) -> pa.RecordBatch:
    """Return answers as a batch of `ROWS`. Raise RowError if a text is not Unicode."""
    prompts = [_messages(answer.prompt) for _, answer in answers]
    keys = [
        answer.id or same_prompt("\x1e".join(m["content"] for m in p))
        for p, (_, answer) in zip(prompts, answers, strict=True)
    ]
    values = {
        name: [getattr(answer, name) for _, answer in answers]
        for name in ("id", "source", "model", "response", "rating")
    }
    values |= {"prompt": prompts, "key": keys, "file": [file] * len(answers), "line": [number for number, _ in answers]}
    try:
        return pa.RecordBatch.from_arrays([pa.array(values[f.name], f.type) for f in ROWS], schema=ROWS)
    except UnicodeEncodeError as error:
        reason = "a text has half of a surrogate pair, which is not Unicode"
        raise zebra.RowError(0, reason) from error


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
