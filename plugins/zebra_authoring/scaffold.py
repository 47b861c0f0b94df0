"""A new plugin as a package: its files from templates, written completely or not at all."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import attrs
from packaging.version import Version

import zebra_core as zebra
from zebra_core.hookspecs import KINDS

if TYPE_CHECKING:
    from zebra_authoring.names import Names

TEMPLATES = Path(str(files("zebra_authoring"))) / "templates"
LICENCES = {
    "MIT": 'license = "MIT"\nlicense-files = ["LICENSE"]',
    "Apache-2.0": 'license = "Apache-2.0"\nlicense-files = ["LICENSE"]',
    "none": 'classifiers = ["Private :: Do Not Upload"] # PyPI refuses it; choose a licence to publish it',
}
"""The lines of pyproject.toml for each licence."""
SHARED = {
    "pyproject.toml.template": "pyproject.toml",
    "README.md": "README.md",
    "gitignore": ".gitignore",
    "test.yml": ".github/workflows/test.yml",
}
"""The place of each file that all packages have."""
HOOKS = {
    **{kind.replace(" ", "-"): hook for kind, hook in KINDS.items()},
    "command": "zebra_commands",
    "observer": "zebra_stage_done",
}
"""The hook of each kind."""


@cache
def kinds() -> dict[str, dict[str, str]]:
    """Return what each kind of package says of itself: a summary, and the commands that use it."""
    content: dict[str, dict[str, str]] = tomllib.loads((TEMPLATES / "kinds.toml").read_text(encoding="utf-8"))
    return content


@attrs.frozen
class Package:
    """A new package: its names, the kind of its component and its licence."""

    names: Names
    kind: str
    licence: str = "MIT"

    @property
    def usage(self) -> str:
        """The commands that use it, one a line."""
        return self._described("usage")

    def files(self) -> dict[str, str]:
        """Return the content of each file, by its path in the package."""
        contents = {place: self._rendered(f"shared/{template}") for template, place in SHARED.items()}
        for template in sorted((TEMPLATES / self.kind).iterdir()):
            contents[self._place(template.name)] = self._rendered(f"{self.kind}/{template.name}")
        if self.licence != "none":
            contents["LICENSE"] = self._rendered(f"shared/{self.licence}")
        return contents

    def write(self, folder: Path) -> None:
        """Write the package to a folder that does not exist yet. Raise ZebraError if it does, or cannot be written."""
        if not zebra.storage.is_local(folder):
            msg = f"{folder} is not a folder on this machine; choose one with -o FOLDER"
            raise zebra.ZebraError(msg)
        if folder.exists():
            msg = f"{folder} exists; choose another folder with -o FOLDER, or remove it"
            raise zebra.ZebraError(msg)
        try:
            with TemporaryDirectory(dir=folder.absolute().parent, prefix=f".{folder.name}-") as staging:
                package = Path(staging, folder.name)
                for place, content in self.files().items():
                    path = package / place
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(content, encoding="utf-8", newline="\n")
                package.rename(folder)
        except OSError as error:
            msg = f"cannot write {folder}: {error.strerror}; choose another folder with -o FOLDER"
            raise zebra.ZebraError(msg) from error

    def _place(self, template: str) -> str:
        """Return where a file of the kind belongs: the module at the top, the tests and their data in `tests`."""
        places = {
            "module.py.template": f"{self.names.module}.py",
            "test.py.template": f"tests/test_{self.names.module}.py",
        }
        return places.get(template, f"tests/{template}")

    def _described(self, key: str, default: str = "") -> str:
        return Template(kinds()[self.kind].get(key, default)).substitute(name=self.names.name)

    def _rendered(self, template: str) -> str:
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        return Template(text).substitute(self._values())

    def _values(self) -> dict[str, Any]:
        oldest, versions = version_range(zebra.__version__)
        check = self._described("check", "zebra plugin check $name")
        return {
            "name": self.names.name,
            "module": self.names.module,
            "distribution": self.names.distribution,
            "kind": self.kind.replace("-", " "),
            "hook": HOOKS[self.kind],
            "summary": self._described("summary"),
            "usage": self.usage,
            "show": self._described("show", "zebra plugins $name"),
            "checked": f"\n`{check}` checks its contract without pytest.\n" if check else "",
            "licence": LICENCES[self.licence],
            "oldest": oldest,
            "versions": versions,
            "year": datetime.now(UTC).year,
        }


def version_range(version: str) -> tuple[str, str]:
    """Return the specifiers of a version of ZEBRA, and of all that promise to be compatible with it.

    From 1.0 on these are the versions of one major number, before it those of one minor number.
    """
    oldest = Version(version)
    end = f"{oldest.major + 1}" if oldest.major else f"0.{oldest.minor + 1}"
    return f"=={oldest.public}", f">={oldest.public},<{end}"
