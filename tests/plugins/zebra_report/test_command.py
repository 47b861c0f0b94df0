"""`zebra report`: what ends it with an error."""

from __future__ import annotations

from helpers.lint_pairs import build

from zebra_core.testing import Project


def test_fail_on(zebra_cli: Project) -> None:
    """`--fail-on` ends with an error that says where, if the lint matches; unknown names are refused before anything is written."""
    build(zebra_cli)
    report = ("report", "zebra-dataset", "--fail-on")
    output = zebra_cli.run(*report, "identic", code=2)
    assert "did you mean 'identical'?" in output.stderr
    assert output.stdout == ""
    zebra_cli.run(*report, "empty")
    output = zebra_cli.run(*report, "refusal-chosen", code=2)
    assert output.stdout == "The report is zebra-dataset/report/report.html\n"
    assert output.stderr == (
        "Error: refusal-chosen: 1 pairs (the chosen response refuses, and the rejected one does not), such as r2\n"
    )
    assert "is not a dataset built by zebra" in zebra_cli.run("report", ".", code=2).stderr


def test_against(zebra_cli: Project) -> None:
    """`--against` ends with an error if a prompt is in the file, and if there is no such file; its lint alone needs one."""
    build(zebra_cli)
    zebra_cli.write("test.txt", "Prompt 3\n")
    zebra_cli.write("other.txt", "Prompt 33\n")
    report = ("report", "zebra-dataset")
    expected = "Error: test-overlap: 1 pairs (the prompt is in the test set), such as r3\n"
    assert zebra_cli.run(*report, "--against", "test.txt", code=2).stderr == expected
    zebra_cli.run(*report, "--set", "test-overlap.against=test.txt")
    zebra_cli.run(*report, "--against", "other.txt")
    assert "cannot read the test prompts" in zebra_cli.run(*report, "--against", "absent.txt", code=2).stderr
    output = zebra_cli.run(*report, "--fail-on", "test-overlap", code=2).stderr
    assert "it has nothing to compare the pairs with; set its options" in output
