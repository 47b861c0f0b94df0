"""How plugins are found, and what happens if one is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.testing import Project

HEAD = "import numpy as np\nimport zebra_core as zebra\n\n@zebra.hookimpl\n"

MY_SIM = (
    HEAD
    + 'def zebra_similarities():\n    return {"my_sim": dot}\n\ndef dot(vectors):\n    return vectors @ vectors.T\n'
)


def installed(folder: Path, name: str, code: str, distribution: str = "somebody") -> None:
    """Lay a distribution with one module and one entry point into a folder of sys.path."""
    (folder / f"{name}.py").write_text(code)
    info = folder / f"{distribution}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[zebra]\n{name} = {name}\n")


def test_a_loose_file_becomes_the_choice(zebra_cli: Project) -> None:
    """`--plugin my_sim` uses ./my_sim.py, whose only similarity becomes that of the run, as the header shows."""
    zebra_cli.write("my_sim.py", MY_SIM)
    output = zebra_cli.run("run", "--plugin", "my_sim").stdout
    assert "my_sim" in output
    assert "from --plugin my_sim" in output
    assert zebra_cli.manifest()["recipe"]["similarity"] == "my_sim"
    assert zebra_cli.manifest()["plugins"]["my_sim"].startswith("file my_sim.py sha256:")
    output = zebra_cli.run("run", "--plugin", "./my_sim.py", "--similarity", "rbf", "--overwrite").stdout
    assert "--similarity" in output
    assert zebra_cli.manifest()["recipe"]["similarity"] == "rbf"


def test_a_folder_may_be_a_plugin(zebra_cli: Project) -> None:
    """`--plugin ./mine/` imports the folder as a package, with what it imports from itself."""
    zebra_cli.write(
        "mine/__init__.py",
        MY_SIM.replace("def dot(vectors):\n    return vectors @ vectors.T\n", "from .maths import dot\n"),
    )
    zebra_cli.write("mine/maths.py", "def dot(vectors):\n    return vectors @ vectors.T\n")
    assert "mine" in zebra_cli.run("run", "--plugin", "./mine/").stdout


BROKEN = {
    "import error": (
        "import no_such_module\n",
        "cannot be imported: ModuleNotFoundError: No module named 'no_such_module'",
    ),
    "syntax error": ("def (:\n", "cannot be imported: SyntaxError"),
    "misspelt hook": (MY_SIM.replace("zebra_similarities", "zebra_similarites"), "did you mean 'zebra_similarities'"),
    "no hook": ("def zebra_similarities():\n    return {}\n", "implements no hook"),
    "hook with an argument": (
        MY_SIM.replace("zebra_similarities()", "zebra_similarities(vectors)"),
        "does not fit the hooks",
    ),
    "hook that fails": (MY_SIM.replace('return {"my_sim": dot}', "return 1 / 0"), "ZeroDivisionError"),
    "hook that returns no dict": (MY_SIM.replace('{"my_sim": dot}', "dot"), "as a dict of names to callables"),
    "wrong shape": (
        MY_SIM.replace("vectors @ vectors.T", "vectors.sum(axis=1)"),
        r"must be of shape \(8, 8\).*got \(8,\)",
    ),
    "NaN": (MY_SIM.replace("vectors @ vectors.T", "vectors @ vectors.T * np.nan"), "must be finite, got nan"),
    "text": (MY_SIM.replace("vectors @ vectors.T", "'alike'"), "ValueError"),
    "exception": (MY_SIM.replace("vectors @ vectors.T", "vectors[99]"), r"IndexError.*\(my_sim.py, line 9\)"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_that_is_named(zebra_cli: Project, case: str) -> None:
    """A named plugin that is broken stops the run with one line that names it; nothing is written."""
    import re

    code, message = BROKEN[case]
    zebra_cli.write("my_sim.py", code)
    output = zebra_cli.run("run", "--plugin", "my_sim", code=2).stderr
    assert output.count("\n") == 1
    assert "'my_sim'" in output
    assert re.search(message, output), output
    assert [p.name for p in zebra_cli.folder.iterdir() if p.suffix != ".py" and p.name != "__pycache__"] == []


def test_a_broken_plugin_that_is_installed(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed plugin that cannot be loaded is left out with one warning; the rest works."""
    monkeypatch.syspath_prepend(zebra_cli.folder)
    installed(zebra_cli.folder, "broken_one", "import no_such_module\n")
    result = zebra_cli.run("plugins")
    assert result.stderr.count("\n") == 1
    assert "Warning: left out: plugin 'broken_one' (somebody 1.0) cannot be imported" in result.stderr
    assert "cosine" in result.stdout
    assert "broken_one" in zebra_cli.run("run", "--plugin", "broken_one", code=2).stderr
    assert zebra_cli.run("plugins", "--plugin", "no:broken_one").stderr == ""


def test_one_name_in_two_plugins(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A similarity that two plugins offer is an error that names both, until the run chooses one."""
    monkeypatch.syspath_prepend(zebra_cli.folder)
    installed(zebra_cli.folder, "rival_sim", MY_SIM.replace('"my_sim"', '"cosine"'))
    output = zebra_cli.run("behavior", "--scores", "paper", "--similarity", "cosine", code=2).stderr
    assert "rival_sim:cosine" in output
    assert "similarity:cosine" in output
    for name in ("rival_sim:cosine", "similarity:cosine"):
        zebra_cli.run("behavior", "--scores", "paper", "--similarity", name)
    zebra_cli.run("run", "--similarity", "rival_sim:cosine")
    assert zebra_cli.manifest()["recipe"]["similarity"] == "rival_sim:cosine"


def test_one_plugin_name_in_two_distributions(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second distribution with a plugin of the same name is loaded too, under both names."""
    monkeypatch.syspath_prepend(zebra_cli.folder)
    installed(zebra_cli.folder, "similarity", MY_SIM, distribution="zzz-other")
    names = {c.plugin for c in zebra.load_plugins().of_kind("similarity")}
    assert names == {"similarity", "zzz-other.similarity"}


def test_no_name_switches_a_plugin_off(zebra_cli: Project) -> None:
    """`--plugin no:similarity` leaves out its components; a name that is not installed is an error."""
    output = zebra_cli.run("run", "--plugin", "no:similarity", code=2).stderr
    assert "no plugin declares a default similarity; name one: none is loaded" in output
    assert "did you mean 'similarity'" in zebra_cli.run("run", "--plugin", "no:similarty", code=2).stderr


def test_an_unknown_plugin(zebra_cli: Project) -> None:
    """A name that is neither an installed plugin, nor a module, nor a file is an error with the closest name."""
    assert "did you mean 'similarity'" in zebra_cli.run("run", "--plugin", "simlarity", code=2).stderr
    assert "no plugin file" in zebra_cli.run("run", "--plugin", "./none.py", code=2).stderr


def test_two_files_of_one_name(zebra_cli: Project) -> None:
    """Two files of one stem, or a file with the name of an installed plugin, are an error of one line that names both."""
    zebra_cli.write("one/my_sim.py", MY_SIM)
    zebra_cli.write("two/my_sim.py", MY_SIM)
    stderr = zebra_cli.run("plugins", "--plugin", "one/my_sim.py", "--plugin", "two/my_sim.py", code=2).stderr
    assert stderr.startswith("Error: two plugins have the name 'my_sim': file one/my_sim.py ")
    assert " and file two/my_sim.py; " in stderr
    assert stderr.count("\n") == 1
    zebra_cli.write("similarity.py", MY_SIM)
    stderr = zebra_cli.run("plugins", "--plugin", "./similarity.py", code=2).stderr
    assert stderr.startswith("Error: two plugins have the name 'similarity': zebra-preference ")
    assert " and file similarity.py; " in stderr
    assert "no:similarity" in stderr


def test_one_file_named_twice(zebra_cli: Project) -> None:
    """The same file under two paths is one plugin."""
    zebra_cli.write("my_sim.py", MY_SIM)
    result = zebra_cli.run("plugins", "my_sim", "--plugin", "my_sim", "--plugin", "./my_sim.py")
    assert result.stdout.count("similarity my_sim") == 1


def test_a_file_behind_an_installed_plugin(zebra_cli: Project) -> None:
    """`--plugin similarity` is the installed plugin, with a warning that names the file that it is not."""
    zebra_cli.write("similarity.py", MY_SIM)
    stderr = zebra_cli.run("plugins", "--plugin", "similarity").stderr
    assert stderr.startswith("Warning: plugin 'similarity' is zebra-preference ")
    assert "not the file ./similarity.py" in stderr
    assert stderr.count("\n") == 1


def test_a_hook_of_another_version(zebra_cli: Project) -> None:
    """An unknown hook is accepted if it is marked as optional: a plugin may support two versions of ZEBRA."""
    code = "\n\n@zebra.hookimpl(optionalhook=True)\ndef zebra_hook_of_the_future(stage):\n    raise AssertionError\n"
    zebra_cli.write("my_sim.py", MY_SIM + code)
    assert "my_sim" in zebra_cli.run("plugins", "--plugin", "my_sim").stdout
    zebra_cli.write("my_sim.py", MY_SIM + code.replace("(optionalhook=True)", ""))
    assert "which is not a hook" in zebra_cli.run("plugins", "--plugin", "my_sim", code=2).stderr
