"""Records: attrs classes that are kept as JSON files, with a format version, read and written in one place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import attrs
import cattrs

from zebra_core import storage
from zebra_core.errors import ZebraError
from zebra_core.plugins.options import reasons
from zebra_core.redaction import redacted

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "format"
"""The key of the version in a file; files written before there were versions lack it and are read as version 1."""


@attrs.frozen
class Record:
    """The base of what is kept as JSON. `VERSION` is raised when a change makes older files unreadable."""

    VERSION: ClassVar[int] = 1


AnyRecord = TypeVar("AnyRecord", bound=Record)
_converter = cattrs.Converter()


def as_json(value: object, indent: int | None = 2) -> str:
    """Return JSON as it is saved: keys in the order given, NaN refused, without the secrets in URLs."""
    return redacted(json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)) + "\n"


def to_plain(record: Record) -> dict[str, Any]:
    """Return a record as plain values, as they are written, with its version first."""
    return {FORMAT: record.VERSION, **_converter.unstructure(record)}


def from_plain(cls: type[AnyRecord], values: object, where: str) -> AnyRecord:
    """Return the record of plain values. Raise ZebraError, naming `where` they are from, if version or values do not fit."""
    values = dict(values) if isinstance(values, dict) else {FORMAT: "none"}
    version = values.pop(FORMAT, 1)
    if version != cls.VERSION:
        msg = (
            f"{where} has format {version}, but this zebra reads format {cls.VERSION}; upgrade zebra, or build it again"
        )
        raise ZebraError(msg)
    try:
        return _converter.structure(values, cls)
    except (cattrs.BaseValidationError, KeyError, TypeError, ValueError) as error:
        msg = f"{where} is damaged, or was not written by zebra: {reasons(error)[0]}"
        raise ZebraError(msg) from error


def write_record(record: Record, path: Path) -> None:
    """Write a record to a file, which is complete or absent after a crash."""
    storage.write_durably(path, as_json(to_plain(record)))


def read_record(cls: type[AnyRecord], path: Path) -> AnyRecord:
    """Return the record in a file. Raise ZebraError if the file cannot be read, or its version or values do not fit."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        msg = f"cannot read {path}: {getattr(error, 'strerror', None) or error}"
        raise ZebraError(msg) from error
    return from_plain(cls, values, str(path))
