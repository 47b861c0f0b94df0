"""What every cell of a sweep is evaluated on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_core.evaluation import NAMES
from zebra_core.plugins.flags import component_flags
from zebra_study.local_files import fingerprints, local_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zebra_core.plugins.options import Option


@attrs.frozen
class EvaluationPlan:
    """Evaluators by name, and the values of evaluators' flags, as `zebra evaluate` takes them.

    A value that is a table is the recipe of a dataset, which is built first; its folder takes the table's place.
    """

    evaluators: tuple[str, ...]
    flags: dict[str, Any]

    @classmethod
    def from_table(cls, values: Mapping[str, Any], plugins: zebra.Plugins) -> EvaluationPlan:
        """Read a recipe's table `evaluation`. Raise ZebraError for an invalid key, value or recipe, or if nothing is requested."""
        owners = [owner for owners in component_flags(plugins, "evaluator").values() for owner in owners]
        names = values.get(NAMES, ())
        flags = {name: _as_text(value) for name, value in values.items() if name != NAMES}
        plan = cls(
            tuple([names] if isinstance(names, str) else names), {name: value for name, value in flags.items() if value}
        )
        keys = [option.flag_name for _, option in owners]
        for name in flags:
            if name not in keys:
                what, where = "key", "of [evaluation]"
                raise zebra.unknown(what, name, [NAMES, *keys], where)
        plan._check(owners)
        return plan

    def _check(self, owners: Sequence[tuple[zebra.Component, Option]]) -> None:
        """Raise ZebraError if nothing is requested, an evaluator does not take a flag's value, or a recipe is invalid."""
        requesting = {option.flag_name: option.info.flag for _, option in owners if option.info.requests}
        if not self.evaluators and not self.flags.keys() & requesting.keys():
            ways = " or ".join(sorted({*requesting.values()}))
            msg = f"no evaluation is requested; add {ways}, or a table [evaluation] to the recipe"
            raise zebra.ZebraError(msg)
        for component, option in owners:
            if option.flag_name in self.flags and option.flag_name not in self.recipes:
                component.bind({option.name: self.flags[option.flag_name]})
        for recipe in self.recipes.values():
            zebra.make_recipe(recipe)

    @property
    def recipes(self) -> dict[str, Mapping[str, Any]]:
        """The recipes of the datasets to build, by flag."""
        return {name: value for name, value in self.flags.items() if isinstance(value, Mapping)}

    def key(self) -> list[Any]:
        """Return everything that a result depends on: the evaluators, the flags, and the local files they name."""
        files = [local_files(zebra.make_recipe(recipe)) for recipe in self.recipes.values()]
        return [list(self.evaluators), self.flags, files, fingerprints(self.flags)]

    def with_datasets(self, folders: Mapping[str, Path]) -> dict[str, Any]:
        """Return the flags with the folders of datasets in place of their recipes."""
        return {**self.flags, **{name: str(folder) for name, folder in folders.items()}}


def _as_text(value: object) -> object:
    """Return a list of names as the text that the command line takes."""
    listed = isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value)
    return ",".join(value) if listed else value  # type: ignore[arg-type]  # checked above
