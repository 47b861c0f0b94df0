"""The filter that leaves out the instructions of a test set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa

import zebra_core as zebra
from zebra_pools import columns
from zebra_pools.files.tables import FORMATS, format_of, open_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from zebra_pools.files.tables import Table

PROMPT = (*columns.PROMPT, "question", "problem", "query", "input", "text")
"""The names of a test set's column of prompts, best first."""


@attrs.frozen(eq=False)
class Prompts:
    """The prompts of a test set as hashes: whole, and every few consecutive words; and the files they are from."""

    whole: NDArray[np.uint64]
    parts: NDArray[np.uint64]
    files: tuple[Path, ...]


@attrs.frozen
class Decontaminate:
    """Leave out the instructions of a test set; case, white space and the form of Unicode make no difference.

    With `ngram`, also leave out an instruction that shares so many consecutive words with a prompt of the test set; 13 is
    what GPT-3's authors used (Brown et al. 2020, appendix C), 8 is stricter.
    """

    against: str = zebra.option(
        help="Test set: a .txt file with a prompt per line, or a file, folder or hub:NAME that a pool may be read from."
    )
    ngram: int = zebra.option(
        0,
        "Number of consecutive words that no prompt may share with the test set; 0 compares whole prompts only.",
        validator=attrs.validators.ge(0),
    )
    column: str = zebra.option("", "Column of the prompt in the test set; recognised by its name if empty.")
    prompts: Prompts = attrs.field(init=False, repr=False, eq=False)

    @prompts.default
    def _read(self) -> Prompts:
        arrays, files = read_prompts(self.against, self.column)
        whole = [zebra.prompt_keys(array) for array in arrays]
        parts = [zebra.prompt_phrases(array, self.ngram)[1] for array in arrays if self.ngram > 0]
        empty = np.empty(0, np.uint64)
        return Prompts(np.unique(np.concatenate([empty, *whole])), np.unique(np.concatenate([empty, *parts])), files)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the test set."""
        return self.prompts.files

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the instructions that are not in the test set."""
        listed = np.isin(zebra.prompt_keys(batch["prompt"]), self.prompts.whole)
        if self.ngram:
            rows, hashes = zebra.prompt_phrases(batch["prompt"], self.ngram)
            listed[rows[np.isin(hashes, self.prompts.parts)]] = True
        return batch.filter(pa.array(~listed)) if listed.any() else batch


def read_prompts(location: str, column: str = "") -> tuple[list[pa.Array], tuple[Path, ...]]:
    """Return the prompts of a test set, as arrays of text or messages, and its files.

    Raise ZebraError if it cannot be read, has no column of prompts, or no prompt.
    """
    path = None if location.startswith("hub:") else zebra.storage.place(location)
    if path is not None and zebra.storage.suffix_of(path) == ".txt":
        arrays, files = [pa.array(_lines(path), pa.string())], [path]
    else:
        if path is not None:
            _check_format(location, path)
        tables = open_tables(location)
        arrays = [array for table in tables for array in _column(table, column)]
        files = [table.path for table in tables if table.path]
    arrays = [array.drop_null() for array in arrays]
    if not any(map(len, arrays)):
        msg = f"the test set {location} has no prompt"
        raise zebra.ZebraError(msg)
    return arrays, tuple(files)


def _lines(path: Path) -> list[str]:
    """Return the lines of a text file that are not blank."""
    try:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        msg = f"cannot read the test set {path}: byte {error.start} is not UTF-8; save it as UTF-8"
        raise zebra.ZebraError(msg) from error
    except zebra.storage.faults(path) as error:
        msg = f"cannot read the test set {path}: {getattr(error, 'strerror', None) or error}; check the option against"
        raise zebra.ZebraError(msg) from error


def _check_format(location: str, path: Path) -> None:
    """Raise ZebraError for a test set that does not exist, or whose suffix is unknown."""
    if not path.exists():
        msg = f"there is no test set {location}; check the option against"
        raise zebra.ZebraError(msg)
    if not path.is_dir() and not format_of(path):
        msg = f"{location} is of no known format; a test set is a .txt file with a prompt per line, or a {', '.join(FORMATS)} file"
        raise zebra.ZebraError(msg)


def _column(table: Table, name: str) -> Iterator[pa.Array]:
    """Yield the prompts of a table. Raise ZebraError if it has none, or if a row cannot be read."""
    column = name or columns.first_present(PROMPT, table.schema)
    kind = columns.prompt_type(table.schema.field(column).type) if column in table.schema.names else None
    if kind is None:
        what = f"a column {name!r}" if name else f"any of the columns {', '.join(PROMPT)}"
        msg = f"the test set {table.name} has not {what} with text or messages; name one of its columns ({', '.join(table.schema.names)}) with decontaminate.column"
        raise zebra.ZebraError(msg)
    for item in table.read(pa.schema({column: kind})):
        if isinstance(item, zebra.Rejected):
            msg = f"{item}; correct or remove it, so that the whole test set is compared"
            raise zebra.ZebraError(msg)
        yield item[column]
