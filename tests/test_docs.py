"""The documentation is held to the code: its examples run, and its reference is what the code says.

`make docs-outputs` writes the generated pages again (ZEBRA_WRITE_DOCS=1).
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from helpers.generated import DOCS, ROOT, check_generated
from helpers.pool_formats import DOCUMENTED, SAMPLES, TITLES, first_row

import zebra_core as zebra
from zebra_core import hookspecs
from zebra_core.cli import main
from zebra_core.cli.lazy import LazyCommand
from zebra_core.testing import Project
from zebra_core.testing.run import ALL, FAMILIES

README = (ROOT / "README.md").read_text(encoding="utf-8")
HOOKS = [name for name in dir(hookspecs) if name.startswith("zebra_")]


def code(text: str, language: str = "python") -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def test_readme_is_short() -> None:
    """README has at most 110 lines."""
    assert len(README.splitlines()) <= 110


def test_readme_shows_what_zebra_run_prints(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The output in README is the output of `zebra run`."""
    monkeypatch.setenv("ZEBRA_REPORT", "1")
    output = [line.rstrip() for line in zebra_cli.run("run").stdout.splitlines()]
    assert "\n".join(output) in README


def test_readme_python(zebra_cli: Project) -> None:
    """The Python of README runs, and builds the dataset that it names."""
    exec(code(README)[0], {})  # noqa: S102
    assert zebra_cli.manifest("pairs")["recipe"]["min_gap"] == 0.1


def test_readme_plugin(zebra_cli: Project) -> None:
    """The plugin of README has 11 lines, is the one under examples/, and is used by the command beside it."""
    plugin = code(README)[1]
    assert len(plugin.splitlines()) == 11
    assert plugin == (ROOT / "examples/my_sim/my_sim.py").read_text()
    zebra_cli.write("my_sim.py", plugin)
    zebra_cli.run("run", "--plugin", "my_sim")
    assert zebra_cli.manifest()["recipe"]["similarity"] == "my_sim"


def test_readme_plugin_is_typed(tmp_path: Path) -> None:
    """A strict type checker accepts the plugin of README: the package ships its types."""
    (tmp_path / "my_sim.py").write_text(code(README)[1])
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "my_sim.py"]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)
    assert done.stdout == "Success: no issues found in 1 source file\n", done.stdout + done.stderr


def test_readme_counts_the_components(plugins: zebra.Plugins) -> None:
    """The table of README has each kind with the number of its built-in components."""
    counts = dict(re.findall(r"`([a-z ]+)` (\d+)", README))
    assert counts == {kind: str(len(plugins.of_kind(kind))) for kind in hookspecs.KINDS}


def test_links_lead_somewhere() -> None:
    """Every relative link of README and of the pages is a file or folder of the repository."""
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


FLAGS = {
    "zebra_filters": ("--filter", "sourced"),
    "zebra_columns": ("--column", "turns"),
    "zebra_recipes": ("far-apart",),
}
"""What a run needs in order to use the example of a kind of which it may have several."""


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_complete_example(zebra_cli: Project, hook: str) -> None:
    """Each hook has a section whose example is a plugin that loads and offers it; the run's kinds build a dataset with it."""
    section = (DOCS / "reference/hooks.md").read_text().split(f"\n## `{hook}(")[1].split("\n## ")[0]
    (example,) = code(section)
    zebra_cli.write("example.py", example)
    loaded = zebra.load_plugins(["./example.py"])
    assert [h.name for h in loaded.manager.get_hookcallers(loaded.manager.get_plugin("example")) or []] == [hook]
    zebra_cli.run("run", "--plugin", "./example.py", *FLAGS.get(hook, ()))


def test_the_example_of_an_exporter(zebra_cli: Project) -> None:
    """The exporter of the hook reference writes a line per pair."""
    section = (DOCS / "reference/hooks.md").read_text().split("\n## `zebra_exporters(")[1]
    zebra_cli.write("example.py", code(section)[0])
    zebra_cli.run("run")
    zebra_cli.run("export", "zebra-dataset", "--format", "prompts", "-o", "out", "--plugin", "./example.py")
    assert len((zebra_cli.folder / "out/prompts.txt").read_text(encoding="utf-8").splitlines()) == 600


def test_the_plugin_page(zebra_cli: Project) -> None:
    """The plugin of the how-to page loads, takes its option, and its error is the one that is shown."""
    page = (DOCS / "how-to/plugin.md").read_text()
    zebra_cli.write("near.py", code(page)[0])
    zebra_cli.run("run", "--plugin", "near", "--set", "near.sharpness=2")
    assert zebra_cli.manifest()["recipe"]["options"] == {"near": {"sharpness": 2.0}}
    zebra_cli.write("near.py", code(page)[0].replace("return 1 - np", "return 1 - vectors.sum(axis=1) #"))
    assert zebra_cli.run("run", "--plugin", "near", "-o", "x", code=2).stderr in page


def with_outputs(page: str, project: Project) -> str:
    """Return a page in which each block that begins with `$ zebra` has what the command prints now."""

    def run(block: re.Match[str]) -> str:
        printed = project.run(*shlex.split(block[1])).stdout.splitlines()
        return "".join(f"{line.rstrip()}\n" for line in (f"```\n$ zebra {block[1]}", *printed, "```"))

    return re.sub(r"^```\n\$ zebra (.*)\n(?:(?!```).*\n)*```\n", run, page, flags=re.MULTILINE)


def test_the_page_on_mixing(zebra_cli: Project) -> None:
    """docs/how-to/mix.md shows what its commands print."""
    path = DOCS / "how-to/mix.md"
    page = path.read_text(encoding="utf-8")
    for command in re.findall("^zebra (run .*)$", page, flags=re.MULTILINE):
        zebra_cli.run(*command.split())
    zebra_cli.write("exam.jsonl", code(page, "json")[0])
    check_generated(path, with_outputs(page, zebra_cli))


@pytest.fixture
def with_prompts(zebra_cli: Project) -> Project:
    """A folder with the prompts of examples/."""
    zebra_cli.write("examples/prompts.jsonl", (ROOT / "examples/prompts.jsonl").read_bytes())
    return zebra_cli


PROMPTS_PAGE = DOCS / "tutorial-prompts.md"


def test_the_second_page_of_the_tutorial(with_prompts: Project) -> None:
    """docs/tutorial-prompts.md shows what its commands print, and its recipe builds the same bytes as its flags."""
    page = PROMPTS_PAGE.read_text(encoding="utf-8")
    check_generated(PROMPTS_PAGE, with_outputs(page, with_prompts))
    with_prompts.write("demo.toml", code(page, "toml")[0])
    with_prompts.run("run", "demo.toml", "-o", "same")
    flags, recipe = (
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (with_prompts.folder / name for name in ("zebra-dataset", "same"))
    )
    assert flags == recipe


@pytest.mark.train
@pytest.mark.filterwarnings("ignore")
def test_from_prompts_to_a_model(with_prompts: Project) -> None:
    """The command that the page ends with answers, builds and trains, and prints what the page says."""
    page = PROMPTS_PAGE.read_text(encoding="utf-8")
    (command,) = re.findall("^zebra (run .* --trainer .*)$", page, flags=re.MULTILINE)
    assert with_prompts.run(*command.split()).stdout.splitlines()[-1] in page.splitlines()
    assert (with_prompts.folder / "zebra-dataset-dpo/config.json").is_file()


def test_the_page_on_generating(zebra_cli: Project) -> None:
    """The program of the how-to page answers prompts by the commands that are shown, and a dataset is built of its pool."""
    page = (DOCS / "how-to/generate.md").read_text(encoding="utf-8")
    zebra_cli.write("answer.py", code(page)[0])
    zebra_cli.write("prompts.txt", "What is the time?\nHow far is Rome?\n")
    commands = re.findall("^zebra (.*[^\\\\])$", page, flags=re.MULTILINE)
    for command in commands:
        zebra_cli.run(*(word.replace("python ", f"{sys.executable} ") for word in shlex.split(command)))
    assert len(zebra_cli.dataset()) == 2
    pair = zebra_cli.dataset("pairs")[1]
    assert pair["chosen"][0]["content"] == "You ask:\nHow far is Rome?"
    assert pair["rejected"][0]["content"] == "It is about Rome."


def test_the_page_on_sharing(zebra_cli: Project) -> None:
    """docs/how-to/share.md shows the files that a dataset is published as; their sizes are those of one version of Arrow."""
    page = DOCS / "how-to/share.md"
    zebra_cli.run("run")
    printed = with_outputs(page.read_text(encoding="utf-8"), zebra_cli)
    if os.environ.get("ZEBRA_WRITE_DOCS"):
        check_generated(page, printed)
    shown, now = (re.sub(r"\d[\d.]* k?B", "SIZE", text).split() for text in (page.read_text(encoding="utf-8"), printed))
    assert shown == now


def test_the_score_table_of_the_reference(zebra_cli: Project) -> None:
    """The JSON table of the reference page reads as it says."""
    (table,) = code((DOCS / "reference/files.md").read_text(), "json")
    zebra_cli.write("scores.json", table)
    zebra_cli.run("behavior", "--scores", "scores.json", "--missing", "drop-benchmark")
    result = zebra.read_scores("scores.json", recipe=zebra.Recipe(missing="drop-benchmark"))
    assert [(b.name, b.direction, b.weight) for b in result.benchmarks] == [
        ("MMLU", "higher", 2),
        ("attack-success", "lower", 1),
    ]


def test_the_recipe_of_the_how_to_is_read() -> None:
    """The recipe shown has keys that exist."""
    import tomllib

    (recipe,) = code((DOCS / "how-to/your-data.md").read_text(), "toml")
    assert zebra.make_recipe(tomllib.loads(recipe)).benchmarks == {"toxicity": {"direction": "lower", "axis": "safety"}}


@pytest.mark.parametrize("page", ["tutorial-prompts.md", "how-to/generate.md"])
def test_recipes_that_generate(page: str) -> None:
    """Each recipe that a page shows has keys that exist, and one of them lets models answer prompts."""
    import tomllib

    tables = map(tomllib.loads, code((DOCS / page).read_text(encoding="utf-8"), "toml"))
    options = [zebra.make_recipe(table).options.get("generate", {}) for table in tables]
    assert [*map(bool, options)].count(True) >= 1
    assert all({"prompts", "models"} <= each.keys() for each in options if each)


def test_the_page_of_the_papers_findings() -> None:
    """docs/explanation/paper.md is what its script prints."""
    pytest.importorskip("scipy")
    done = subprocess.run([sys.executable, str(ROOT / "bench/paper.py")], capture_output=True, text=True, check=True)
    check_generated(DOCS / "explanation/paper.md", done.stdout)


def _commands() -> Iterator[tuple[str, ...]]:
    """Yield the words of every command, and of the commands of groups."""
    context = click.Context(main)
    for name in main.list_commands(context):
        yield (name,)
        command = main.get_command(context, name)
        if isinstance(command, LazyCommand) and isinstance(command.load(), click.Group):
            group = command.load()
            yield from ((name, inner) for inner in group.list_commands(context))


def test_command_reference(zebra_cli: Project) -> None:
    """docs/reference/cli.md is what `--help` prints, for every command."""
    pages = [
        f"## `zebra {' '.join(words)}`\n\n```\n{zebra_cli.run(*words, '--help').stdout}```\n" for words in _commands()
    ]
    intro = "An error is one line on the standard error, and exit code 2.\n"
    variables = """| variable | what it does |
|---|---|
| `ZEBRA_DEBUG=1` | shows the traceback of an error |
| `ZEBRA_PLUGINS=NAME,NAME` | loads only these of the installed plugins, and none if it is empty |
| `ZEBRA_REPORT=0` | the same as `--no-report` |
| `ZEBRA_TRACE=1` | prints each hook call and stage with its time to the standard error |
"""
    completion = 'Shell completion: `eval "$(_ZEBRA_COMPLETE=bash_source zebra)"` (or `zsh_source`, `fish_source`).\n'
    check_generated(
        DOCS / "reference/cli.md",
        "\n".join(["# Commands\n", intro, variables, completion, *pages]).replace("Usage: main", "Usage: zebra"),
    )


def test_component_reference(zebra_cli: Project) -> None:
    """docs/reference/components.md has every component with its options and the first line of its docstring."""
    rows = json.loads(zebra_cli.run("plugins", "--format", "json").stdout)
    lines = [
        "# Components\n",
        "`zebra plugins` prints this list with whatever else is installed. An option is set by `--set NAME.OPTION=VALUE`.\n",
    ]
    for kind in dict.fromkeys(row["kind"] for row in rows):
        lines += [f"## {kind.capitalize()}\n", "| name | options (default) | what it is |", "|---|---|---|"]
        for row in (row for row in rows if row["kind"] == kind):
            name = ", ".join(f"`{n}`" for n in (row["name"], *row["aliases"]))
            options = ", ".join(f"`{option}` ({json.dumps(default)})" for option, default in row["options"].items())
            lines.append(f"| {name} | {options} | {row['summary'].replace('|', chr(92) + '|')} |")
        lines.append("")
    check_generated(DOCS / "reference/components.md", "\n".join(lines))


def test_pool_format_reference() -> None:
    """docs/reference/pool-formats.md has a row of each file of the samples that the readers are tested with."""
    intro = (
        "[What other tools write](../how-to/your-data.md#what-other-tools-write), as small samples: two models answered two "
        "prompts, and the first row of each file is shown. Fields that are not shown are ignored.\n"
    )
    lines = ["# Formats of pools\n", intro]
    for name, sample in SAMPLES.items():
        link = f"; [its documentation]({DOCUMENTED[name]})" if name in DOCUMENTED else ""
        lines.append(f"## {TITLES[name]}\n\nRead as `{sample.reader}`{link}.\n\n```")
        for file, content in sorted(sample.files.items()):
            lines.append(f"{file}: {json.dumps(first_row(file, content), ensure_ascii=False)}")
        lines.append("```\n")
    check_generated(DOCS / "reference/pool-formats.md", "\n".join(lines))


def test_every_pool_reader_is_on_the_page(plugins: zebra.Plugins) -> None:
    """docs/how-to/your-data.md names each reader of files."""
    page = (DOCS / "how-to/your-data.md").read_text(encoding="utf-8")
    names = {component.name for component in plugins.of_kind("pool") if component.plugin == "pools"}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_check_reference() -> None:
    """docs/reference/checks.md has every check with its contract, which is the first sentence of its docstring."""
    intro = (
        "`zebra plugin check` and `parametrize_with_checks` run these checks of a component; see [Write a plugin]"
        "(../how-to/plugin.md#check-it). A check that does not apply is skipped, with the reason.\n"
    )
    lines = ["# Checks\n", intro]
    for title, module in FAMILIES.items():
        lines += [f"## {title}\n", "| check | contract | of |", "|---|---|---|"]
        for check in module.CHECKS:
            kinds = "all kinds" if set(hookspecs.KINDS) <= set(check.kinds) else ", ".join(check.kinds)
            lines.append(f"| `{check.name}` | {check.contract} | {kinds} |")
        lines.append("")
    check_generated(DOCS / "reference/checks.md", "\n".join(lines))
    assert sum(len(module.CHECKS) for module in FAMILIES.values()) == len(ALL)


def test_the_checks_of_the_plugin_page(zebra_cli: Project) -> None:
    """The plugin of the how-to page passes the checks, by the command and by the test shown there."""
    page = (DOCS / "how-to/plugin.md").read_text(encoding="utf-8")
    zebra_cli.write("near.py", code(page)[0])
    output = zebra_cli.run("plugin", "check", "near.py", "--set", "sharpness=2").stdout
    assert output.splitlines()[-1] in page
    (test,) = [block for block in code(page) if "parametrize_with_checks" in block]
    zebra_cli.write("test_near.py", test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_near.py"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        command, cwd=zebra_cli.folder, env=environment, check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout


def test_the_datasets_page(zebra_cli: Project) -> None:
    """The Python of docs/how-to/datasets.md runs."""
    blocks = code((DOCS / "how-to/datasets.md").read_text(encoding="utf-8"))
    assert any("assert " in text for text in blocks)  # the page holds itself to what it says
    for text in blocks:
        exec(text, {})  # noqa: S102


def test_benchmark_reference() -> None:
    """docs/reference/benchmarks.md has every benchmark of the catalogue; each has a source."""
    import tomllib

    import zebra_benchmarks

    entries = tomllib.loads(zebra_benchmarks.benchmarks().read_text(encoding="utf-8"))
    lines = [
        "# Benchmarks\n",
        "What the bundled catalogue knows. Accuracies are in percent. A plugin or a recipe adds to it, or says otherwise.\n",
        "| benchmark | axis | better | range | chance | other spellings | source |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, output in entries.items():
        assert output["source"].startswith("https://"), name
        low, high = output["bounds"]
        cells = [
            name,
            output["axis"],
            output["direction"],
            f"{low} to {high}",
            output.get("chance", ""),
            ", ".join(output.get("names", [])),
        ]
        lines.append(f"| {' | '.join(map(str, cells))} | <{output['source']}> |")
    check_generated(DOCS / "reference/benchmarks.md", "\n".join(lines) + "\n")


def test_the_safety_page(zebra_cli: Project) -> None:
    """The page shows the plugin of examples/safety_axis, the error without it, and how often each model is chosen by each rule."""
    page, example = (DOCS / "how-to/safety.md").read_text(encoding="utf-8"), ROOT / "examples/safety_axis"
    assert code(page)[0] in (example / "house_safety.py").read_text(encoding="utf-8")
    table = ("run", "--scores", "demo", "--scores", str(example / "scores.csv"))
    assert zebra_cli.run(*table, code=2).stderr.splitlines()[-1] in page
    chosen = []
    for rule in ("superiority", "safety-first"):
        own = ("--plugin", str(example / "house_safety.py"), "--strategy", "sup", "--rule", rule)
        zebra_cli.run(*table, *own, "-o", rule)
        chosen.append({name: m["chosen"] for name, m in zebra_cli.manifest(rule)["summary"]["models"].items()})
    for name, first, second in re.findall(
        r"^\| `(\w+)`.*\| (\d+) times \| (\d+ times|never) \|$", page, flags=re.MULTILINE
    ):
        assert (
            chosen[0][name],
            f"{chosen[1][name]} times".replace("0 times", "never")
            if not chosen[1][name]
            else f"{chosen[1][name]} times",
        ) == (int(first), second)
    assert chosen[1]["parrot"] == chosen[1]["scholar"] == 0 < chosen[0]["scholar"]
    assert sum(chosen[0].values()) == sum(chosen[1].values()) == 600
