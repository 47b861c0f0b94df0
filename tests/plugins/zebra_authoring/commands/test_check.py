"""`zebra plugin check`: a line for each check, and exit code 2 if one fails."""

from __future__ import annotations

import json

from zebra_core.testing import Project, checks_of

TRIANGLE = '''
import numpy as np
import zebra_core as zebra


@zebra.hookimpl
def zebra_similarities():
    return {"triangle": triangle}


def triangle(vectors):
    """Symmetric but for one triangle."""
    mean = vectors.mean(axis=1)
    return 2 * mean[:, None] + mean[None]
'''


def test_a_built_in_component_passes(zebra_cli: Project) -> None:
    """Every check of a similarity has its line, and passes; options are those of the component."""
    *lines, _, counts = zebra_cli.run("plugin", "check", "rbf", "--set", "gamma=0.5").stdout.splitlines()
    names = [check.name for check in checks_of("similarity")]
    assert lines == [f"passed  similarity.rbf[gamma=0.5]  {name}" for name in names]
    assert counts == f"{len(names)} passed"


def test_a_broken_one_fails(zebra_cli: Project) -> None:
    """The check that fails is named with the reason, and the exit code is 2; as JSON too."""
    zebra_cli.write("triangle.py", TRIANGLE)
    output = zebra_cli.run("plugin", "check", "triangle", code=2).stdout
    (line,) = [line for line in output.splitlines() if line.startswith("failed")]
    assert line.startswith(
        "failed  similarity.triangle  is_symmetric: two models have another similarity in the other order"
    )
    rows = json.loads(zebra_cli.run("plugin", "check", "./triangle.py", "--format", "json", code=2).stdout)
    assert [row["check"] for row in rows if row["status"] == "failed"] == ["is_symmetric"]
    assert set(rows[0]) == {"subject", "check", "status", "reason"}


def test_an_expected_failure(zebra_cli: Project) -> None:
    """A failure that is expected is not one; a check that passes nevertheless is."""
    zebra_cli.write("triangle.py", TRIANGLE)
    expectation = ("--expect-failure", "is_symmetric=by design")
    output = zebra_cli.run("plugin", "check", "triangle", *expectation).stdout
    assert "expected failure similarity.triangle  is_symmetric: by design" in output
    output = zebra_cli.run("plugin", "check", "cosine", *expectation, code=2).stdout
    assert "is_symmetric: it passes, but was expected to fail (by design)" in output


def test_mistakes(zebra_cli: Project) -> None:
    """An unknown component, option or check is one line with the closest name."""
    for arguments, message in (
        (("cosin",), "there is no component, plugin or file 'cosin'; did you mean 'cosine'?"),
        (
            ("cosine", "--expect-failure", "is_symetric=x"),
            "there is no check 'is_symetric'; did you mean 'is_symmetric'?",
        ),
        (("cosine", "--expect-failure", "is_symmetric"), "--expect-failure expects CHECK=REASON, got 'is_symmetric'"),
        (("rbf", "--set", "gama=1"), "there is no option 'gama' of similarity 'rbf'"),
    ):
        assert message in zebra_cli.run("plugin", "check", *arguments, code=2).output


def test_a_reader_with_an_example(zebra_cli: Project) -> None:
    """A reader of files is skipped without an example, and checked with one."""
    zebra_cli.write("table.csv", "model,mmlu,licence\na,60,mit\nb,70,mit\n")
    without = zebra_cli.run("plugin", "check", "score-source.csv").stdout
    assert (
        'works_on_an_example: it reads files: give one as an example with location="...", or --location FILE' in without
    )
    outcome = zebra_cli.run("plugin", "check", "score-source.csv", "--location", "table.csv").stdout
    assert "passed  score-source.csv  never_makes_a_missing_score_zero" in outcome
