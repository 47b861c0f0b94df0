"""The fixture `zebra_cli`: a temporary folder in which the tests of a plugin run `zebra`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from zebra_core.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@attrs.frozen
class Project:
    """A temporary folder to run `zebra` in."""

    folder: Path

    def run(self, *arguments: str, code: int = 0) -> Result:
        """Run `zebra` with these arguments. Fail the test if the exit code is not `code`, or on an unexpected exception."""
        result = CliRunner().invoke(main, list(arguments))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output  # noqa: S101
        return result

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    @property
    def names(self) -> list[str]:
        """The names of what is in the folder, sorted, but for the bytecode that Python keeps of plugins."""
        return sorted(path.name for path in self.folder.iterdir() if path.name != "__pycache__")

    def dataset(self, name: str = "zebra-dataset") -> list[dict[str, Any]]:
        """Return the rows of a dataset built in the folder."""
        shards = sorted((self.folder / name / "data").rglob("*.parquet"))
        rows: list[dict[str, Any]] = []
        for shard in shards:
            with pq.ParquetFile(shard.absolute()) as file:
                rows += file.read().to_pylist()
        return rows

    def manifest(self, name: str = "zebra-dataset") -> dict[str, Any]:
        """Return the manifest of a dataset built in the folder."""
        manifest: dict[str, Any] = json.loads((self.folder / name / "manifest.json").read_text(encoding="utf-8"))
        return manifest


@pytest.fixture
def zebra_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a temporary folder to run `zebra` in; it is the current folder, and `zebra run` writes no report."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZEBRA_REPORT", "0")
    return Project(tmp_path)
