"""What the tests of other tools share: the exports of one small dataset, and a tokenizer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with an export per format; written elsewhere if the tool's environment cannot hold ZEBRA."""
    if written := os.environ.get("ZEBRA_INTEROP"):
        return Path(written)
    from interop.exports import write_exports

    folder = tmp_path_factory.mktemp("interop")
    write_exports(folder)
    return folder


@pytest.fixture
def model(exports: Path) -> Path:
    """The folder of a tokenizer and of the configuration of a model."""
    return exports / "model"
