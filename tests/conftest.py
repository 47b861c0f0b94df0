"""Fixtures of all tests."""

from __future__ import annotations

import signal
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

import zebra_core as zebra
from zebra_core.recipe.inputs import benchmark_index
from zebra_core.recipe.resolve import Resolver
from zebra_core.scores.catalogue import BenchmarkIndex

pytest_plugins = ["zebra_core.testing"]

signal.signal(
    signal.SIGINT, signal.default_int_handler
)  # what a shell starts in the background is deaf to Ctrl-C, and its children too

settings.register_profile("zebra", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zebra")  # how long an example takes says more about the machine than about the code

EXTRAS = {
    "generate": "openai",
    "vllm": "vllm",
    "train": "trl",
    "eval": "lm_eval",
    "ray": "ray",
    "browser": "playwright",
    "docs": "zensical",
}
"""A module of each optional extra; tests marked with the extra are skipped without it."""

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests whose extra is not installed, and keep those of Ray in one process: Ray joins any cluster that runs."""
    for item in items:
        if item.get_closest_marker("ray"):
            item.add_marker(pytest.mark.xdist_group("ray"))
    for extra, module in EXTRAS.items():
        if find_spec(module) is None:
            skip = pytest.mark.skip(reason=f"needs the extra `{extra}`")
            for item in items:
                if item.get_closest_marker(extra):
                    item.add_marker(skip)


@pytest.fixture(scope="session")
def plugins() -> zebra.Plugins:
    """The installed plugins."""
    return zebra.load_plugins()


@pytest.fixture(scope="module")
def index(plugins: zebra.Plugins) -> BenchmarkIndex:
    """What the built-in catalogues know of benchmarks."""
    return benchmark_index(Resolver(zebra.Recipe(), plugins))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; tests that want it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder shared/data beside the checkout")
    return SHARED


@pytest.fixture
def three() -> zebra.ScoreTable:
    """Three models on two benchmarks: normalised a = (1, 1), b = (.5, .5), c = (0, 0)."""
    benchmarks = [zebra.Benchmark("MMLU", direction="higher"), zebra.Benchmark("IFEval", direction="higher")]
    return zebra.ScoreTable(("a", "b", "c"), benchmarks, np.array([[10.0, 6.0], [5.0, 4.0], [0.0, 2.0]]))
