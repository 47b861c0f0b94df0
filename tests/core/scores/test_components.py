"""What components of scores must return: imputations, normalisations, superiorities, checks and resolvers of names."""

from __future__ import annotations

import pytest

from zebra_core.testing import Project

PLUGIN = """
import numpy as np
import zebra_core as zebra


@zebra.hookimpl
def zebra_{hook}():
    return {{"own": own}}


def own(*arguments):
    \"\"\"An own component.\"\"\"
    {body}
"""
SCORES = "model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,\n"
FLAGS = {
    "imputations": ("--missing", "own"),
    "normalisations": ("--normalisation", "own"),
    "superiorities": ("--superiority", "own"),
    "score_checks": (),
    "aliases": ("--alias", "own"),
}


def run(cli: Project, hook: str, body: str, scores: str = SCORES, code: int = 0) -> str:
    """Build with a loose plugin that offers one component; return the standard error."""
    cli.write("odd.py", PLUGIN.format(hook=hook, body=body))
    cli.write("scores.csv", scores)
    cli.write("pool.jsonl", '{"prompt": "q", "A": "x", "b": "y", "c": "z"}\n')
    missing = () if hook == "imputations" else ("--missing", "mean")
    command = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--threshold", "-1", "--overwrite", *missing)
    return cli.run(*command, "--strategy", "sup", "--plugin", "./odd.py", *FLAGS[hook], code=code).stderr


@pytest.mark.parametrize(
    ("hook", "body", "fault"),
    [
        ("imputations", "return 1", "must return a zebra.ScoreTable, got int"),
        ("imputations", "return arguments[0]", "must leave no score missing, but 'c x IFEval' still is"),
        ("imputations", "return zebra.ScoreTable(['d'], [], np.zeros((1, 0)))", "must add no model, but 'd' is new"),
        ("normalisations", "return np.zeros((3, 2))", "must return a zebra.Normalised, got ndarray"),
        ("normalisations", "return zebra.Normalised(np.zeros((2, 2)))", "must be of shape (3, 2)"),
        ("normalisations", "return zebra.Normalised(np.full((3, 2), 2.0))", "must be in [0, 1], got 2"),
        ("normalisations", "return zebra.Normalised(np.full((3, 2), np.nan))", "must be in [0, 1], got nan"),
        ("superiorities", "return np.zeros(2)", "must be of shape (3,), one number per model, got (2,)"),
        ("superiorities", "return np.array([0, 1, -1.0])", "must be in [0, 1], got -1"),
        ("aliases", "return 'nobody'", "for 'A' it must return a model with scores or None, got 'nobody'"),
        ("aliases", "return {}['A']", "it failed with KeyError: 'A' (odd.py, line "),
    ],
)
def test_a_wrong_result(zebra_cli: Project, hook: str, body: str, fault: str) -> None:
    """The error names the component and says what it must return; nothing is written."""
    error = run(zebra_cli, hook, body, code=2)
    assert error.splitlines()[-1].startswith("Error: ")
    assert "'own' of plugin 'odd'" in error
    assert fault in error
    assert not (zebra_cli.folder / "zebra-dataset").exists()


def test_a_normalisation_that_refuses(zebra_cli: Project) -> None:
    """What it says about the user's data is shown as it is."""
    error = run(zebra_cli, "normalisations", "raise zebra.ZebraError('too few models; add some')", code=2)
    assert error.splitlines()[-1] == "Error: too few models; add some"


def test_own_components_decide(zebra_cli: Project) -> None:
    """The last model is best if the superiority says so, and its own scale is what is compared."""
    run(zebra_cli, "superiorities", "return np.array([0, 0.5, 1.0])")
    assert [(r["chosen_model"], r["rejected_model"], r["margin"]) for r in zebra_cli.dataset()] == [("c", "b", 0.5)]
    run(zebra_cli, "normalisations", "return zebra.Normalised(np.array([[0, 0], [0.4, 0.6], [0.1, 0.1]]))")
    assert [(r["chosen_model"], r["margin"]) for r in zebra_cli.dataset()] == [("b", 0.4)]  # (.4 + .6) / 2 - .1
    run(zebra_cli, "aliases", "return {'A': 'a'}.get(arguments[0])")
    assert [r["rejected_model"] for r in zebra_cli.dataset()] == ["A"]  # it is second to b, and c is third


def test_an_own_check(zebra_cli: Project) -> None:
    """Its docstring is the warning, which its name silences; one that fails leaves out its warning alone."""
    rows = "return [('b has 8', 'b'), ('MMLU',)]"
    assert "Warning: [own] an own component: b has 8, MMLU (--silence own)" in run(zebra_cli, "score_checks", rows)
    for body in ("1 / 0", "return ['text']"):
        error = run(zebra_cli, "score_checks", body)
        assert "Warning: score check 'own' of plugin 'odd': " in error
        assert "its warning is left out" in error
        assert "Warning: [few-benchmarks]" in error


def test_names_that_are_written_differently(zebra_cli: Project) -> None:
    """`--alias letters` takes names of the same letters for the same model, unless two models have them."""
    zebra_cli.write(
        "scores.csv", "model,MMLU,IFEval,GSM8K\nOrg/Model-7B,9,8,7\nother_1.5,5,6,5\nx-1,1,3,2\nX 1,2,1,3\n"
    )
    zebra_cli.write("pool.jsonl", '{"prompt": "q", "model 7b": "x", "Other 1.5": "y", "x1": "z"}\n')
    command = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--threshold", "-1")
    zebra_cli.run(*command, "--alias", "letters")
    assert [(r["chosen_model"], r["rejected_model"]) for r in zebra_cli.dataset()] == [("model 7b", "Other 1.5")]
    assert zebra_cli.manifest()["recipe"]["alias"] == "letters"
    again = zebra_cli.run("run", "zebra-dataset/recipe.toml", "-o", "again")
    assert again.exit_code == 0
