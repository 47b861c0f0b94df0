"""Missing scores that are measured: the imputation `evaluate`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
import numpy as np

import zebra_core as zebra
from zebra_core.base.lock import locked
from zebra_core.evaluation import LONGEST_WAIT, check_evaluators, evaluate, evaluators_of
from zebra_core.recipe.inputs import read_results
from zebra_core.recipe.resolve import Resolver
from zebra_core.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_core.evaluation import Evaluation


def _is_json(_: object, __: object, table: Path) -> None:
    if table.suffix != ".json":
        msg = f"the table of what is measured is a .json file, got {str(table)!r}"
        raise ValueError(msg)


@attrs.frozen
class Measured:
    """Evaluate each local model without scores as the recipe's table `evaluation` says, and keep its row in a table.

    A model that is in the table, measured with the same evaluators and options, is not measured again.
    """

    table: Path = zebra.option(
        Path("measured-scores.json"), "Table of what is measured, a JSON file.", validator=_is_json
    )
    models: dict[str, str] = zebra.option(
        factory=dict, help="Folders of the weights of models by name, if the pool is not one that a run makes."
    )

    def __call__(self, table: zebra.ScoreTable) -> zebra.ScoreTable:
        """Refuse a table in which scores are still missing."""
        msg = (
            f"scores are missing, also after measuring models: {table.listed(table.gaps)}; measure these benchmarks too (the "
            "recipe's table [evaluation]), or leave a benchmark out with --benchmark NAME=drop"
        )
        raise zebra.ZebraError(msg)

    def measure(self, models: Mapping[str, str], resolver: Resolver) -> Path:
        """Return the table with a row of each model. Raise ZebraError if one is not in a folder, or cannot be evaluated."""
        folders = {name: self.models.get(name, folder) for name, folder in models.items()}
        _check_local(folders)
        plugins = resolver.plugins
        evaluators = evaluators_of(resolver)
        missing = [name for name in folders if not self._has(name, plugins, evaluators)]
        for name in missing:
            check_evaluators(plugins, evaluators, folders[name])
        for number, name in enumerate(missing, 1):
            click.echo(f"  measuring {name!r}, model {number} of {len(missing)} without scores", err=True)
            output = self.table.with_suffix("") / re.sub(r"[^\w.-]+", "-", name)
            self._add(evaluate(plugins, evaluators, folders[name], output, name))
        return self.table

    @property
    def _provenance(self) -> Path:
        return self.table.with_suffix(".provenance.jsonl")

    def _has(self, name: str, plugins: zebra.Plugins, evaluators: Mapping[str, Mapping[str, Any]]) -> bool:
        """Return whether the table has a model, measured with these evaluators and options."""
        if not (self.table.is_file() and self._provenance.is_file()):
            return False
        lines = [json.loads(line) for line in self._provenance.read_text(encoding="utf-8").splitlines()]
        latest = {line["evaluator"]: line["options"] for line in lines if line["model"] == name}
        bound = [plugins.find("evaluator", each).bind(options) for each, options in evaluators.items()]
        return bool(latest) and all(latest.get(each.name) == _recorded(each.options) for each in bound)

    def _add(self, evaluation: Evaluation) -> None:
        """Add a model to the table, in place of its former row, and to the provenance."""
        with locked(self.table, wait=LONGEST_WAIT):
            tables = [evaluation.table]
            if self.table.is_file():
                before = read_results(Resolver(zebra.Recipe(), evaluation.plugins), self.table)
                others = np.array([model != evaluation.model for model in before.models])
                tables.insert(0, before.keep(others, np.ones(len(before.benchmarks), bool)))
            earlier = self._provenance.read_text(encoding="utf-8") if self._provenance.is_file() else ""
            lines = "".join(redacted(json.dumps(entry)) + "\n" for entry in evaluation.provenance)
            zebra.storage.write_durably(self.table, zebra.as_json(zebra.join(tables).as_dict()))
            zebra.storage.write_durably(self._provenance, earlier + lines)


def _check_local(folders: Mapping[str, str]) -> None:
    """Raise ZebraError, naming all of them, for models that are not in folders on this machine."""
    others = [name for name, folder in folders.items() if not Path(folder or " ").is_dir()]
    if others:
        msg = (
            f"{zebra.listed(others)} has no scores, and cannot be measured: only models in a folder on this machine "
            "are; add its row to a table of --scores, or its folder to evaluate.models, or leave it out"
        )
        raise zebra.ZebraError(msg)


def _recorded(options: Mapping[str, Any]) -> Any:
    return json.loads(redacted(json.dumps(options)))
