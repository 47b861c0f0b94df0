"""The kit itself: what a name stands for, how outcomes are reported, and the decorator in a real run of pytest."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import zebra_core as zebra
from zebra_core.testing import Project, checks_of, run_checks, select_subjects
from zebra_core.testing.run import ALL

NEAR = '''
import attrs
import numpy as np
import zebra_core as zebra


@zebra.hookimpl
def zebra_similarities():
    return {"near": Near}


@attrs.frozen
class Near:
    """One minus the mean distance to a power."""

    sharpness: float = 1.0

    def __call__(self, vectors):
        return FORMULA
'''
GOOD = "1 - np.abs(vectors[:, None] - vectors[None]).mean(axis=2) ** self.sharpness"
TESTS = """
from zebra_core.testing import parametrize_with_checks


@parametrize_with_checks("near.py", options=[{}, {"sharpness": 2.0}], expected_failures=EXPECTED)
def test_near(check):
    check()
"""


def plugin(formula: str = GOOD) -> str:
    return NEAR.replace("FORMULA", formula)


def run_pytest(project: Project, expected: object, *options: str) -> str:
    """Run the tests of the plugin in another process. Return what pytest prints at the end."""
    project.write("test_near.py", TESTS.replace("EXPECTED", repr(expected)))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_near.py"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        command, cwd=project.folder, env=environment, check=False, capture_output=True, text=True, encoding="utf-8"
    )
    return done.stdout


def test_the_decorator(zebra_cli: Project) -> None:
    """Two sets of options give twice the checks of a similarity; one does not apply to what is not declared pairwise."""
    zebra_cli.write("near.py", plugin())
    passed = 2 * (len(checks_of("similarity")) - 1)
    assert f"{passed} passed, 2 skipped" in run_pytest(zebra_cli, {})


def test_expected_failures(zebra_cli: Project) -> None:
    """A check that is expected to fail is reported so; it is an error if it passes, or if there is no such check."""
    zebra_cli.write("near.py", plugin("vectors @ vectors.T + np.tri(len(vectors))"))
    broken = {"is_symmetric": "an example", "does_not_depend_on_the_order": "an example"}
    assert "4 xfailed" in run_pytest(zebra_cli, broken)
    zebra_cli.write("near.py", plugin())
    assert "[XPASS(strict)] an example" in run_pytest(zebra_cli, {"is_symmetric": "an example"})
    assert "did you mean 'is_symmetric'?" in run_pytest(zebra_cli, {"is_symetric": "an example"})


def test_a_failure_is_one_line(zebra_cli: Project) -> None:
    """A failing check shows its component and the reason, without a traceback of the kit."""
    zebra_cli.write("near.py", plugin("vectors.mean(axis=1)"))
    output = run_pytest(zebra_cli, {}, "-k", "gives_one_value_per_pair and not sharpness")
    assert "similarity.near: for 7 models its result has the shape (7,), not (7, 7)" in output
    assert "zebra_core/testing" not in output


def test_the_checks_need_no_pytest() -> None:
    """Importing every check imports no pytest, which only the fixture and the decorator need."""
    code = (
        "import sys; sys.modules['pytest'] = None; "
        "from zebra_core.testing import run_checks, select_subjects; "
        "print(sum(outcome.status == 'passed' for outcome in run_checks(select_subjects('cosine'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(len(checks_of("similarity")))


def test_what_a_target_stands_for(zebra_cli: Project) -> None:
    """A component by name or kind and name, each of one name, every component of a plugin, a file, or an object."""
    zebra_cli.write("near.py", plugin())
    component = zebra.load_plugins(["near"]).find("similarity", "near")

    def addresses(target: str | zebra.Component) -> list[str]:
        return [str(subject) for subject in select_subjects(target)]

    assert addresses("cosine") == addresses("similarity.cosine") == ["similarity.cosine"]
    assert sorted(addresses("demo")) == ["catalogue.demo", "generator.demo", "pool.demo", "score-source.demo"]
    assert addresses("study") == ["command.audit", "command.compare", "command.sweep"]
    assert (
        addresses("near")
        == addresses("near.py")
        == addresses("./near.py")
        == addresses(component)
        == ["similarity.near"]
    )
    with pytest.raises(zebra.ZebraError, match="there is no component, plugin or file 'cosin'; did you mean 'cosine'"):
        select_subjects("cosin")
    with pytest.raises(zebra.ZebraError, match="options are for one of them: name it"):
        select_subjects("demo", [{"a": 1}])


def test_an_object_cannot_be_in_another_process(zebra_cli: Project) -> None:
    """Of a component that is an object, the check that needs another process is skipped, with the reason."""
    zebra_cli.write("near.py", plugin())
    component = zebra.load_plugins(["near"]).find("similarity", "near")
    outcomes = {outcome.check: outcome for outcome in run_checks(select_subjects(component))}
    assert outcomes["gives_the_same_in_another_process"].status == "skipped"
    assert {outcome.status for outcome in outcomes.values()} == {"passed", "skipped"}


def test_a_required_option_has_to_be_given(zebra_cli: Project) -> None:
    """Without it every check is skipped that needs it, and says how to give it."""
    zebra_cli.write("near.py", plugin().replace("sharpness: float = 1.0", "sharpness: float"))
    outcomes = list(run_checks(select_subjects("./near.py")))
    (reason,) = {outcome.reason for outcome in outcomes if outcome.status == "skipped"}
    assert reason == "it needs a value of sharpness: give one with options=[{...}], or --set OPTION=VALUE"
    outcomes = list(run_checks(select_subjects("./near.py", [{"sharpness": 2.0}])))
    assert {outcome.status for outcome in outcomes if outcome.check != "is_pairwise_as_declared"} == {"passed"}


def test_every_check_says_its_contract() -> None:
    """The docstring of each check starts with one sentence."""
    assert [check.name for check in ALL if not check.contract.endswith(".")] == []
