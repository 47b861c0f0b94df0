"""Every built-in component, and every command of a plugin, keeps the contracts of its kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers.examples import location_of, options_of
from helpers.model_server import ModelServer

from zebra_core.testing import checks_of, parametrize_with_checks, select_subjects
from zebra_core.testing.decorator import BoundCheck
from zebra_core.testing.select import installed_components

EXTRAS = {
    "trainer": "train",
    "model": "train",
    "evaluator.pairs": "train",
    "evaluator.lm-eval": "eval",
    "engine.ray": "ray",
    "generator.openai": "generate",
}
"""The extra that a kind, or a component, needs."""
OF_FILES = ("generator.batch", "generator.transformers", "generator.vllm", "trainer.distill")
"""Generators that answer from files, results and weights, and a trainer that needs a teacher, which their own tests make."""
OF_THE_LOOP = {
    "survives_being_killed",
    "gives_the_same_in_another_process",
    "gives_the_same_twice",
    "leaves_the_standard_output_alone",
}
"""The slow checks, which are about the loop that all trainers share: `dpo` stands for them."""


@pytest.fixture(scope="module")
def ray_started() -> Iterator[None]:
    """Start Ray once for all checks: the engine uses a connection that exists."""
    ray = pytest.importorskip("ray")
    ray.init(include_dashboard=False, log_to_driver=False, num_cpus=2)
    yield
    ray.shutdown()


@pytest.fixture(scope="module", autouse=True)
def server_started() -> Iterator[None]:
    """Start a server of models before the process that all checks share, which has the variables of its start."""
    with ModelServer().running() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", server.url)
        yield


@pytest.fixture(autouse=True)
def ray_if_needed(request: pytest.FixtureRequest) -> None:
    """Start Ray before the first check of its engine."""
    if request.node.get_closest_marker("ray"):
        request.getfixturevalue("ray_started")


def built_in() -> Iterator[object]:
    """Yield a parameter for each check of each built-in component."""
    for component in (each for each in installed_components() if each.address not in OF_FILES):
        address = component.address
        models = {"trainer": "tiny", "evaluator": "tiny", "generator": "cat", "generator.demo": "scholar"}
        model = models.get(address) or models.get(component.kind, "")
        (subject,) = select_subjects(address, [options_of(address)], location=location_of(address), model=model)
        extra = EXTRAS.get(address) or EXTRAS.get(component.kind)
        marks = [getattr(pytest.mark, extra)] if extra else []
        shared = OF_THE_LOOP if component.kind == "trainer" and component.name != "dpo" else set()
        for check in (check for check in checks_of(component.kind) if check.name not in shared):
            yield pytest.param(BoundCheck(subject, check), id=f"{address}-{check.name}", marks=marks)


@pytest.mark.parametrize("check", list(built_in()))
def test_built_in(check: BoundCheck) -> None:
    """It keeps the contract."""
    check()


@parametrize_with_checks("rbf", options=[{"gamma": 0.5}, {"gamma": 4.0}])
def test_options(check: BoundCheck) -> None:
    """The decorator checks a component with each set of options."""
    check()
