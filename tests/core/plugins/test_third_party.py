"""A real outside package, installed by pip, with an entry point of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "third_party"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the package."""
    folder = tmp_path_factory.mktemp("site")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(folder),
    ]
    subprocess.run([*pip, str(PACKAGE)], check=True)
    return folder


def zebra(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `zebra` in another process that sees the package."""
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-m", "zebra_core", *arguments]
    return subprocess.run(command, check=False, cwd=folder, env=environment, capture_output=True, text=True)


def test_it_is_listed(site: Path, tmp_path: Path) -> None:
    """`zebra plugins` lists the package's components, with its distribution, version and options."""
    rows = json.loads(zebra(site, tmp_path, "plugins", "--format", "json").stdout)
    result = {row["name"]: row for row in rows if row["plugin"] == "acme"}
    assert set(result) == {"agreement", "harm", "closest-gap"}
    assert result["closest-gap"]["from"] == "acme-zebra 0.3.0"
    assert result["closest-gap"]["options"] == {"gap": 0.3}


def test_it_is_used_by_name(site: Path, tmp_path: Path) -> None:
    """Its similarity and strategy are used if the user names them, and the manifest has its version."""
    names = ["--similarity", "agreement", "--strategy", "closest-gap", "--set", "closest-gap.gap=0.2"]
    done = zebra(site, tmp_path, "run", *names, "-o", "out")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["plugins"]["acme"] == "acme-zebra 0.3.0"
    assert manifest["recipe"]["options"] == {"closest-gap": {"gap": 0.2}}


def test_a_safety_score_where_lower_is_better(site: Path, tmp_path: Path) -> None:
    """Its score source joins another table: the safest model is at 1 on the axis, the most harmful at 0."""
    (tmp_path / "harm.txt").write_text("a 10\nb 0\nc 40\n")
    (tmp_path / "scores.csv").write_text("model,skill\na,1\nb,2\nc,3\n")
    done = zebra(
        site,
        tmp_path,
        "behavior",
        "--scores",
        "scores.csv",
        "--scores",
        "harm:harm.txt",
        "--benchmark",
        "skill=higher",
        "--format",
        "json",
    )
    behavior = json.loads(done.stdout)
    assert behavior["benchmarks"] == ["skill", "harmful-compliance"]
    assert behavior["vectors"] == [[0, 0.75], [0.5, 1], [1, 0]]  # (40 - 10) / 40 = .75


def test_without_it_its_names_are_unknown(tmp_path: Path) -> None:
    """If the package is not installed, its strategy is unknown."""
    done = zebra(tmp_path, tmp_path, "run", "--strategy", "closest-gap")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: there is no strategy 'closest-gap'; ")
