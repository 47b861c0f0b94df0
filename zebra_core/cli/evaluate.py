"""`zebra evaluate`: measure a trained model, and make it a row of the next round's scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zebra_core.cli.options import completed, plugin_options, recipe_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from zebra_core.evaluation import Evaluation

    Command = Callable[..., Any]

OPTIONS = {"pairs": ("pairs", "dataset"), "base": ("pairs", "base"), "tasks": ("lm-eval", "tasks")} | {
    name: ("lm-eval", name) for name in ("task_data", "limit")
}
"""What the short options set, of which evaluator."""
ASKING = ("pairs", "tasks")
"""The options that ask for their evaluator."""


def evaluator_options(command: Command) -> Command:
    """Add the options that say what is measured."""
    for option in reversed(
        [
            click.option(
                "--pairs",
                metavar="DATASET",
                help="Preference pairs, as `zebra train` takes them: how often the chosen response is preferred.",
            ),
            click.option(
                "--tasks",
                metavar="NAMES",
                help="Tasks of lm-evaluation-harness, such as arc_easy,gsm8k; zebra are the papers' six.",
            ),
            click.option("--task-data", metavar="DIR", help="Local files for the tasks, in place of the hub's."),
            click.option(
                "--limit",
                type=click.FloatRange(0, min_open=True),
                help="Questions of each task; below 1 the share of them.",
            ),
        ]
    ):
        command = option(command)
    return command


def asked_for(said: dict[str, Any], evaluators: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    """Take the evaluators that a command line asks for, with what it says of them, out of `said`."""
    given = {name: said.pop(name) for name in OPTIONS if name in said}
    wanted = dict.fromkeys([*evaluators, *(OPTIONS[name][0] for name in ASKING if given.get(name))])
    held: dict[str, dict[str, Any]] = {evaluator: {} for evaluator in wanted}
    for name, value in given.items():
        if value:
            held.setdefault(OPTIONS[name][0], {})[OPTIONS[name][1]] = value
    return held


@click.command()
@click.argument("model")
@evaluator_options
@click.option(
    "--evaluator",
    "evaluators",
    multiple=True,
    shell_complete=completed("evaluator"),
    help="What else measures it. Repeatable.",
)
@click.option(
    "--base", metavar="DIR|NAME", help="What the model was trained from, for --pairs.  [default: as training.json says]"
)
@click.option("--name", default="", help="What the model is called in the table.  [default: the folder's name]")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything measured.  [default: MODEL-evaluation]",
)
@click.option(
    "--add-to", type=click.Path(dir_okay=False, path_type=Path), help="CSV file of scores to add the model to as a row."
)
@click.option("--overwrite", is_flag=True, help="Replace the model's scores in the table.")
@click.option("--recipe", type=click.Path(dir_okay=False), help="A recipe whose plugins and options to use.")
@plugin_options
def evaluate(
    model: str,
    evaluators: tuple[str, ...],
    name: str,
    output: Path | None,
    add_to: Path | None,
    recipe: str | None,
    *,
    overwrite: bool,
    **said: Any,
) -> None:
    """Measure MODEL, a folder or a name of the Hugging Face hub."""
    from zebra_core.discovery import load_plugins  # noqa: PLC0415
    from zebra_core.evaluation import evaluate, evaluators_asked, name_of  # noqa: PLC0415
    from zebra_core.score_file import check_row  # noqa: PLC0415

    asked = asked_for(said, evaluators)
    wanted = recipe_from(recipe, said)
    plugins = load_plugins(wanted.plugins)
    if add_to:
        check_row(add_to, name or name_of(model), overwrite=overwrite)
    folder = output or Path(f"{Path(name_of(model)).name}-evaluation")
    found = evaluate(plugins, evaluators_asked(plugins, asked, wanted.options), model, folder, name)
    _show(found)
    if add_to:
        found.add_to(add_to, overwrite=overwrite)
        click.echo(f"\n{found.model} is a row of {add_to}; zebra behavior --scores {add_to} shows its relatives")
    click.echo(f"\nEverything measured is in {folder}/")


def _show(found: Evaluation) -> None:
    """Print the scores, with their standard errors where these are known."""
    for note in found.table.notes:
        click.echo(f"  Note: {note}")
    for benchmark, value, error in zip(
        found.table.benchmarks, found.table.values[0], found.table.stderr[0], strict=True
    ):
        click.echo(f"  {benchmark.name:40} {value:.4f}" + (f" ± {error:.4f}" if error == error else ""))  # noqa: PLR0124  # NaN is unknown
