"""`zebra evaluate`: measure a trained model, and make it a row of the next round's scores."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from zebra_core.cli.options import completed, plugin_options, recipe_from
from zebra_core.errors import ZebraError


@click.command()
@click.argument("model")
@click.option(
    "--evaluator", shell_complete=completed("evaluator"), help="What measures it; pairs where --pairs is given."
)
@click.option(
    "--pairs",
    metavar="DATASET",
    help="Preference pairs, as `zebra train` takes them: how often the chosen response is preferred.",
)
@click.option(
    "--base", metavar="DIR|NAME", help="What the model was trained from, for --pairs.  [default: as training.json says]"
)
@click.option("--name", help="What the model is called in the table.  [default: the folder's name]")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything measured.  [default: MODEL-evaluation]",
)
@click.option(
    "--add-to", type=click.Path(dir_okay=False, path_type=Path), help="CSV file of scores to add the model to as a row."
)
@click.option("--overwrite", is_flag=True, help="Replace the model's row.")
@plugin_options
def evaluate(model: str, **said: Any) -> None:
    """Measure MODEL, a folder or a name of the Hugging Face hub."""
    from zebra_core.discovery import load_plugins  # noqa: PLC0415
    from zebra_core.evaluation import add_row, scores_of  # noqa: PLC0415
    from zebra_core.folder import as_json  # noqa: PLC0415

    pairs, base, evaluator = (said.pop(name) for name in ("pairs", "base", "evaluator"))
    output, add_to, overwrite, name = (said.pop(key) for key in ("output", "add_to", "overwrite", "name"))
    recipe = recipe_from(None, said)
    plugins = load_plugins(recipe.plugins)
    chosen = evaluator or ("pairs" if pairs else "")
    if not chosen:
        known = ", ".join(component.name for component in plugins.of("evaluator"))
        msg = f"say what to measure: --pairs DATASET, or --evaluator NAME; known: {known}"
        raise ZebraError(msg)
    component = plugins.find("evaluator", chosen)
    for target in recipe.options:
        plugins.find("evaluator", target)
    given = {key: value for key, value in (("dataset", pairs), ("base", base)) if value}
    folder = output or Path(f"{Path(model).name}-evaluation")
    made = component.made({**recipe.options.get(component.name, {}), **given})
    folder.mkdir(parents=True, exist_ok=True)
    with component.blamed(mistakes=False):
        table = made.call(model, folder)
    scores = scores_of(table)
    called = name or (Path(model).resolve().name if Path(model).exists() else model)
    for benchmark, value in scores.items():
        click.echo(f"  {benchmark:40} {value:.4f}")
    told = {"model": called, "evaluator": component.name, "scores": scores, "notes": list(table.notes)}
    told["date"] = datetime.now(UTC).isoformat(timespec="seconds")
    (folder / "scores.json").write_text(as_json({called: scores}), encoding="utf-8")
    if add_to:
        add_row(add_to, called, scores, overwrite=overwrite)
        with add_to.with_suffix(".provenance.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
        click.echo(f"\n{called} is a row of {add_to}; zebra behavior --scores {add_to} shows its relatives")
    click.echo(f"\nEverything measured is in {folder}/")
