"""`zebra peek`: pairs of a dataset on the terminal."""

from __future__ import annotations

import click

import zebra_core as zebra

ORDERS = {"first": lambda _: 0.0, "widest": lambda pair: -pair["margin"], "narrowest": lambda pair: pair["margin"]}
"""What pairs are sorted by; pairs that are equal stay in the order of the dataset."""


@click.command()
@click.argument("dataset")
@click.option("--model", help="Only pairs of this model.")
@click.option(
    "--order", type=click.Choice(list(ORDERS)), default="first", show_default=True, help="Which pairs come first."
)
@click.option("--count", type=click.IntRange(1), default=3, show_default=True, help="Number of pairs to print.")
def peek(dataset: str, model: str | None, order: str, count: int) -> None:
    """Print pairs of DATASET to read: the prompt, then the chosen response (+) and the rejected one (-)."""
    columns = zebra.Dataset.open(dataset).pairs
    pairs = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    if model is not None:
        names = {pair[side] for pair in pairs for side in ("chosen_model", "rejected_model")}
        if model not in names:
            what, where = "model", f"in the pairs of {dataset}"
            raise zebra.unknown(what, model, names, where)
        pairs = [pair for pair in pairs if model in (pair["chosen_model"], pair["rejected_model"])]
    for pair in sorted(pairs, key=ORDERS[order])[:count]:
        click.echo(as_text(pair))


def as_text(pair: dict) -> str:
    """Return a pair as lines; control characters, which could change what a terminal shows, are printed as text."""
    lines = [
        f"margin {pair['margin']:.3f}",
        f"  {pair['prompt']}",
        f"+ {pair['chosen_model']}: {pair['chosen']}",
        f"- {pair['rejected_model']}: {pair['rejected']}",
    ]
    return "\n".join(zebra.markup.printable(line) for line in lines) + "\n"
