"""Consent to loose code: a plugin file or module that a recipe names runs only if the user agrees to it."""

from __future__ import annotations

import hashlib
import importlib.util
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@attrs.frozen
class LooseCode:
    """Code that is not an installed plugin: a file, a folder with an `__init__.py`, or a module.

    `path` is the file or folder of a plugin that is not a module, and `file` what runs first, None if a module has no file.
    """

    name: str
    path: Path | None
    file: Path | None

    @property
    def digest(self) -> str:
        """The SHA-256 of the file that runs first, as it is recorded; empty if there is no such file."""
        return digest_of(self.file) if self.file is not None and self.file.is_file() else ""

    def __str__(self) -> str:
        """Return the file with its hash, and how many other Python files lie beside it in the folder of a package."""
        if self.file is None or not self.digest:
            return f"module {self.name}"
        package = self.file.name == "__init__.py"
        others = sum(1 for _ in self.file.parent.rglob("*.py")) - 1 if package else 0
        more = f", and {others} more .py files in its folder" if others else ""
        return f"{self.file} ({self.digest}{more})"


_loaded: set[tuple[Path | None, str]] = set()
"""Path and hash of the loose code that this process has run."""


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file, as it is recorded."""
    return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


def find_loose_code(name: str) -> LooseCode | None:
    """Return the code that the name of a plugin stands for, without importing any of it; None if there is none.

    A name is a path (`.py`, or with a slash), else a module, else a file in the current folder. A module that is such a file
    is treated as the file.
    """
    from zebra_core import storage  # noqa: PLC0415  # it imports Arrow, which `zebra --help` does not need

    path = storage.place(name)
    if name.endswith(".py") or "/" in name:
        return LooseCode(name, path, path / "__init__.py" if path.is_dir() else path)
    beside = path.with_suffix(".py") if path.name else path
    if (top := name.partition(".")[0]) and importlib.util.find_spec(top):
        file = _file_of_module(name)
        if file is None or not beside.is_file() or not beside.samefile(file):
            return LooseCode(name, None, file)
    return LooseCode(name, beside, beside) if beside.is_file() else None


def _file_of_module(name: str) -> Path | None:
    """Return the file of a module, found without importing the packages that it is in."""
    top, *rest = name.split(".")
    spec, qualified = importlib.util.find_spec(top), top
    for part in rest:
        qualified = f"{qualified}.{part}"
        spec = PathFinder.find_spec(qualified, spec.submodule_search_locations) if spec else None
    return Path(spec.origin) if spec is not None and spec.has_location and spec.origin else None


def note_loaded(code: LooseCode) -> None:
    """Remember that this process runs some loose code."""
    _loaded.add(_identity(code))


def check_loaded(code: LooseCode) -> None:
    """Raise ZebraError unless this process has run some loose code, unchanged: somebody agreed to it."""
    if _identity(code) not in _loaded:
        msg = f"the recipe names code that may not be run: {code}; read it, then add --plugin {code.name}"
        raise ZebraError(msg)


def _identity(code: LooseCode) -> tuple[Path | None, str]:
    return (code.file.resolve() if code.file is not None else Path(code.name), code.digest)


def require_consent(codes: Iterable[LooseCode], confirm: Callable[[str], bool] | None) -> None:
    """Raise ZebraError unless the user agrees to run the code that a recipe names; `confirm` asks, None if nobody can answer."""
    for code in codes:
        if confirm is None:
            msg = f"the recipe names code to run, {code}; read it, then add --trust to run it"
            raise ZebraError(msg)
        if not confirm(f"The recipe names code to run: {code}. Run it?"):
            msg = f"{code} is not trusted, so nothing was run"
            raise ZebraError(msg)
