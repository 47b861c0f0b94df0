"""`zebra report`: what ends it with an error."""

from __future__ import annotations

from helpers.compared import build_both
from helpers.lint_pairs import build
from helpers.trainings import training

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


def test_several_datasets(zebra_cli: Project) -> None:
    """Two datasets give the page of their comparison, in the current folder unless a file is named; one twice has two names."""
    build_both(zebra_cli)
    assert zebra_cli.run("report", "first", "second").stdout == "The comparison is comparison.html\n"
    assert "<title>first and second" in (zebra_cli.folder / "comparison.html").read_text(encoding="utf-8")
    assert zebra_cli.run("report", "first", "first/", "-o", "page.html").stdout == "The comparison is page.html\n"
    assert "<title>1. first and 2. first" in (zebra_cli.folder / "page.html").read_text(encoding="utf-8")
    assert not (zebra_cli.folder / "first/report").exists()


def test_a_folder_of_neither_kind(zebra_cli: Project) -> None:
    """A folder that is neither a dataset nor a model is refused with what it lacks, and so is a file that cannot be written."""
    build_both(zebra_cli)
    training(zebra_cli.folder / "model", steps=30)
    error = zebra_cli.run("report", "nowhere", code=2).stderr
    assert "nowhere is not a dataset built by zebra, and not a model in training" in error
    assert "name a folder that `zebra run` or `zebra train` writes" in error
    assert "model is not a dataset built by zebra" in zebra_cli.run("report", "first", "model", code=2).stderr
    error = zebra_cli.run("report", "first", "second", "-o", "absent/page.html", code=2).stderr
    assert error == "Error: cannot write absent/page.html: No such file or directory; choose another --output\n"


def test_options_without_an_effect(zebra_cli: Project) -> None:
    """An option of another kind of page is refused."""
    build_both(zebra_cli)
    training(zebra_cli.folder / "model", steps=30)
    for words, option in (
        (("first", "--watch"), "--watch"),
        (("first", "-o", "page.html"), "--output"),
        (("first", "second", "--fail-on", "empty"), "--fail-on"),
        (("first", "second", "--watch"), "--watch"),
        (("model", "--image", "svg"), "--image"),
        (("model", "--set", "cost.unit=1"), "options of lints and figures"),
    ):
        assert f"{option} would have no effect; leave that out" in zebra_cli.run("report", *words, code=2).stderr
