"""Fixtures of the tests in plugins/zebra_trl."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import zebra_core as zebra


@pytest.fixture(scope="module", autouse=True)
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Work offline, on one thread, with caches of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        import datasets

        cache = tmp_path_factory.mktemp("datasets")
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", cache)
        patch.setenv("HF_DATASETS_CACHE", str(cache))
        yield tmp_path_factory.getbasetemp()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's pairs by SUP: what the tests expect of a training are figures of these."""
    folder = tmp_path_factory.mktemp("demo") / "pairs"
    zebra.build(zebra.Recipe(strategy="sup"), folder)
    return folder
