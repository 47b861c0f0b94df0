"""Documented forms as JSON schemas, for tools whose loader cannot run here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "schemas"


def check_rows(rows: Sequence[Any], name: str) -> None:
    """Raise ValidationError if there is no row, or one does not fit a schema."""
    jsonschema = pytest.importorskip("jsonschema")
    assert rows
    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for row in rows:
        jsonschema.Draft202012Validator(schema).validate(row)
