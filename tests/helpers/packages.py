"""Packages of plugins: installed by pip into a folder of their own, and their tests run in another process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def checked_run(*command: str, cwd: Path, **environment: str) -> str:
    """Run a command, and return what it prints. Fail if it does."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run(command, cwd=cwd, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed(packages: list[Path], site: Path) -> Path:
    """Install packages into a folder, all at once, without a network. Return the folder."""
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    checked_run(sys.executable, *pip, "--target", str(site), *map(str, packages), cwd=site.parent)
    return site


def with_site(*folders: Path) -> str:
    """Return a PYTHONPATH that has these folders first."""
    return os.pathsep.join([*map(str, folders), *filter(None, [os.environ.get("PYTHONPATH")])])


def run_tests(site: Path, packages: list[Path]) -> str:
    """Run the tests of packages in one process that sees what is installed in `site`. Return what pytest prints."""
    options = ("-q", "-p", "zebra_core.testing", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir=.")
    folders = [str(package / "tests") for package in packages]
    command = (sys.executable, "-m", "pytest", *options, *folders)
    return checked_run(*command, cwd=site.parent, PYTHONPATH=with_site(site))
