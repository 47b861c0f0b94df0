"""The documentation site: its generated pages are what the code says, its navigation has every page, and it builds strictly."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from html.parser import HTMLParser
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import click
import pytest
from helpers.generated import DOCS, ROOT, check_generated

import zebra_core as zebra
from zebra_core import hookspecs

CONFIG = ROOT / "zensical.toml"
SECTIONS = {
    "Runs": ("pipeline", "stages", "recipe"),
    "Scores": ("scores",),
    "Behavior": ("behavior",),
    "Pools": ("pool",),
    "Pairing": ("pairing",),
    "Datasets": ("dataset",),
    "Training and evaluation": ("training", "evaluation"),
    "Plugins": ("hookspecs", "plugins", "cli"),
    "Errors": ("errors",),
    "Files, figures and helpers": ("records", "storage", "charts", "base"),
}
"""The sections of the API reference, and the folders and modules of zebra_core that each is about."""


def public_names() -> dict[str, list[str]]:
    """Return the public names by the folder or module of zebra_core that has them, in alphabetical order."""
    stub = (ROOT / "zebra_core/__init__.pyi").read_text(encoding="utf-8")
    names: dict[str, list[str]] = {}
    for module, name in sorted(
        re.findall(r"^from \.(\S*) import (\w+) as", stub, flags=re.MULTILINE), key=lambda pair: pair[1].lower()
    ):
        names.setdefault(module.partition(".")[0] or name, []).append(name)
    return names


def test_api_reference() -> None:
    """docs/reference/api.md asks for the docstring of every public name, optional member and helper of tests."""
    names = public_names()
    lines = [
        "# Python API\n",
        "A plugin or a script needs one import, `import zebra_core as zebra`; every name here is an attribute of it. The documentation site shows",
        "signatures and docstrings; as a Markdown file, this page is the list of names. What may change is in [Stability](stability.md).\n",
    ]
    for title, modules in SECTIONS.items():
        lines += [f"## {title}\n", *(f"::: zebra_core.{name}\n" for module in modules for name in names.pop(module))]
    assert not names, f"add a section for {sorted(names)}"
    lines += [
        "## Optional members\n",
        "Protocols of what a component may have besides being callable; [Hooks](hooks.md#optional-members) says which components use them.\n",
        "::: zebra_core.plugins.protocols\n    options:\n      show_root_heading: false\n      show_root_toc_entry: false\n",
        "## Testing\n",
        "::: zebra_core.testing\n    options:\n      show_root_heading: false\n      show_root_toc_entry: false\n",
    ]
    check_generated(DOCS / "reference/api.md", "\n".join(lines))


def offers(plugins: zebra.Plugins, name: str) -> str:
    """Return what a plugin offers: the number of components of each kind, its commands, and whether it observes."""
    kinds = Counter(component.kind for component in plugins.components if component.plugin == name)
    offered = [f"{kind} ({count})" for kind, count in kinds.items()]
    hooks = {caller.name for caller in plugins.manager.get_hookcallers(plugins.manager.get_plugin(name)) or []}
    if "zebra_commands" in hooks:
        commands: list[click.Command] = plugins.manager.get_plugin(name).zebra_commands()
        offered += [f"`zebra {command.name}`" for command in commands]
    offered += ["observes stages"] if hooks & set(hookspecs.OBSERVERS) else []
    return ", ".join(offered)


def example_row(folder: Path) -> list[str]:
    """Return the row of an example: its folder, what it shows, and what it offers."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (module,) = project["entry-points"]["zebra"].values()
    (source,) = [path for path in (folder / f"{module}.py", *folder.glob(f"**/{module}")) if path.exists()]
    plugins = zebra.load_plugins([str(source)])
    return [f"`examples/{folder.name}`", project["description"], offers(plugins, plugins.named[-1])]


def table(*rows: list[str]) -> list[str]:
    """Return a Markdown table with the first row as its head."""
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return [head, f"|{'---|' * len(rows[0])}", *body, ""]


def test_plugin_reference(plugins: zebra.Plugins) -> None:
    """docs/reference/plugins.md has every built-in plugin and every example, with what each offers."""
    built_in = [
        [
            f"`{entry.name}`",
            (plugins.manager.get_plugin(entry.name).__doc__ or "").splitlines()[0],
            offers(plugins, entry.name),
        ]
        for entry in sorted(entry_points(group="zebra"))
        if entry.dist and entry.dist.name == "zebra-preference"
    ]
    examples = [example_row(path.parent) for path in sorted((ROOT / "examples").glob("*/pyproject.toml"))]
    lines = [
        "# Plugins\n",
        "Everything that ZEBRA builds with comes from a plugin. These are installed with it; `zebra plugins` lists their components, as",
        "[Components](components.md) does, and `--plugin no:NAME` leaves one out.\n",
        *table(["plugin", "what it is", "offers"], *built_in),
        "## Examples\n",
        "Packages to start from, in the repository. Install one with `pip install ./examples/NAME`, and it is loaded in every run;",
        "[Write a plugin](../how-to/plugin.md) explains how it is made.\n",
        *table(["folder", "what it is", "offers"], *examples),
    ]
    check_generated(DOCS / "reference/plugins.md", "\n".join(lines))


def navigation_pages(items: list[Any]) -> list[str]:
    """Return the pages of a navigation, in order."""
    pages: list[str] = []
    for item in items:
        for target in item.values():
            pages += [target] if isinstance(target, str) else navigation_pages(target)
    return pages


def test_navigation_has_every_page() -> None:
    """The navigation has each page of docs/ once, the tutorial first; only the front page is reached by the title."""
    pages = navigation_pages(tomllib.loads(CONFIG.read_text(encoding="utf-8"))["project"]["nav"])
    assert pages[0] == "tutorial.md"
    assert sorted([*pages, "index.md"]) == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def test_links_of_the_docs_stay_in_the_docs() -> None:
    """A page links to pages only: a file elsewhere in the repository is not on the site, so it is named as a path, in code."""
    outside = [
        f"{page.relative_to(DOCS)}: {target}"
        for page in DOCS.rglob("*.md")
        for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).resolve().is_relative_to(DOCS)
    ]
    assert outside == []


class Page(HTMLParser):
    """What a page of the built site links to, and the anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the links and the anchors of a tag."""
        del tag
        values = dict(attrs)
        self.links |= {str(values[name]) for name in ("href", "src") if values.get(name)}
        self.anchors |= {str(values[name]) for name in ("id", "name") if values.get(name)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly from a copy of what it is made of."""
    project = tmp_path_factory.mktemp("project")
    shutil.copy(CONFIG, project)
    for folder in ("docs", "zebra_core"):
        shutil.copytree(ROOT / folder, project / folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    build = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)
    assert build.returncode == 0, build.stdout + build.stderr
    return project / "build/site"


@pytest.mark.docs
def test_every_link_of_the_site_leads_somewhere(site: Path) -> None:
    """Each link within the built site, including those in docstrings, is a page or file of it, and the anchor exists there."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html") if path.name != "404.html"}
    broken = []
    for path, page in pages.items():
        for link in page.links:
            scheme, host, target, _, anchor = urlsplit(link)
            if scheme or host:
                continue
            file = (path.parent / unquote(target)).resolve() if target else path
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file() or (anchor and file in pages and unquote(anchor) not in pages[file].anchors):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert len(pages) == len(list(DOCS.rglob("*.md")))
    assert broken == []


@pytest.mark.docs
def test_the_site_asks_no_other_site_for_anything(site: Path) -> None:
    """No page loads a font, a script or a style from elsewhere."""
    sources = re.compile(
        r"""<(?:script|img)[^>]* src=["']?(https?:[^"' >]+)|<link[^>]* rel=["']?stylesheet[^>]* href=["']?(https?:[^"' >]+)"""
    )
    assert [
        match.group() for page in site.rglob("*.html") for match in sources.finditer(page.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.docs
def test_every_public_name_is_on_the_site(site: Path) -> None:
    """The API page has a section with the docstring of every public name."""
    page = Page((site / "reference/api/index.html").read_text(encoding="utf-8"))
    assert sorted(name for name in zebra.__all__ if f"zebra_core.{name}" not in page.anchors) == []


@pytest.mark.docs
def test_search_has_every_page(site: Path) -> None:
    """The search index has every page."""
    index = (site / "search.json").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        address = page.relative_to(DOCS).with_suffix("").as_posix().removesuffix("index")
        assert f'"{address}/"' in index or not address, address
