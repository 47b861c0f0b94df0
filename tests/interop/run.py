"""Let other tools read the exports, each in an environment of its own: `python tests/interop/run.py [NAME...]`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORK = ROOT / ".interop"
REQUIREMENTS = HERE / "requirements"
NOT_RUN = {"unsloth": "it needs a GPU to be imported; its columns are TRL's"}
COUNTS = re.compile(r"\d+ \w+.* in [\d.]+s")
"""The last line of pytest; a tool may write after it."""
STUB = "# stub: "
"""Before the name of a module that stands empty in the place of one that needs a GPU, and that only other data use."""


def main(names: list[str]) -> int:
    """Print a line per tool; return 1 if the tests of one fail, or it cannot be installed."""
    names = names or sorted([*(path.stem for path in REQUIREMENTS.glob("*.txt")), *NOT_RUN])
    shutil.rmtree(WORK, ignore_errors=True)
    subprocess.run([sys.executable, HERE / "exports.py", WORK / "exports"], check=True, env=environment(HERE.parent))
    failed = False
    for name in names:
        text = f"not run: {NOT_RUN[name]}" if name in NOT_RUN else result(name)
        print(f"{name}: {text}", flush=True)  # noqa: T201  # a command
        failed |= text.startswith("FAILED")
    return int(failed)


def result(name: str) -> str:
    """Return what became of the tests of a tool."""
    folder = WORK / name
    log = WORK / f"{name}.log"
    with log.open("w", encoding="utf-8") as file:
        installed = install(folder, REQUIREMENTS / f"{name}.txt", file.fileno())
        finished = installed and tested(folder, HERE / f"test_{name.replace('-', '_')}.py", file.fileno())
    shutil.rmtree(folder, ignore_errors=True)
    lines = log.read_text(encoding="utf-8").splitlines()
    if not installed:
        return f"FAILED to install ({lines[-1]})"
    counts = next((line for line in reversed(lines) if COUNTS.match(line)), "no test ran")
    passed = finished and "skipped" not in counts  # what cannot be imported is skipped
    return f"{'passed' if passed else 'FAILED'} ({counts})"


def install(folder: Path, requirements: Path, log: int) -> bool:
    """Install what a file lists, and no more, into a new environment."""
    python = folder / "bin/python"
    packages = [python, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps", "-r", requirements]
    for command in ([sys.executable, "-m", "venv", folder], packages):
        if subprocess.run(command, stdout=log, stderr=log, check=False).returncode:
            return False
    lines = requirements.read_text(encoding="utf-8").splitlines()
    (site,) = folder.glob("lib/python*/site-packages")
    for module in (line.removeprefix(STUB) for line in lines if line.startswith(STUB)):
        (site / f"{module}.py").touch()
    return True


def tested(folder: Path, file: Path, log: int) -> bool:
    """Run the tests of a tool, without what ZEBRA's own tests need."""
    options = ["-p", "no:cacheprovider", "-W", "ignore", "--confcutdir", HERE, "--no-header", "-q"]
    command = [folder / "bin/python", "-m", "pytest", *options, file]
    settings = {"ZEBRA_INTEROP": str(WORK / "exports"), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "CI": "1"}
    caches = {name: str(WORK / "cache") for name in ("HF_HOME", "MODELSCOPE_CACHE", "XDG_CACHE_HOME")}
    variables = environment(HERE.parent) | settings | caches
    return not subprocess.run(command, cwd=ROOT, env=variables, stdout=log, stderr=log, check=False).returncode


def environment(*folders: Path) -> dict[str, str]:
    """Return the variables of this process with folders in front of Python's path."""
    path = os.pathsep.join([*map(str, folders), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
