"""The command that builds what the page shows: the recorded recipe as flags, but for those that the page sets."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_core.pairing.sampling import Sampling
from zebra_core.recipe.recipe import flag_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_report.panels.exploration.inputs import Choice, Inputs

SET = ("threshold", "min_gap", "min_confidence", "pairs")
"""The fields of a recipe that the controls of the page set, beside strategy, rule and similarity."""
SINGLE = ("scope", "length_ratio", "candidates", "missing", "clash", "normalisation", "superiority", "alias", "seed")
"""The other fields of a recipe that decide which pairs there are, of one value each."""
REPEATED = ("scores", "filters", "plugins", "silence", "columns")
FOLLOWING = ("trainer", "model", "evaluator", "exporter")
"""The kinds of components that use the dataset; the command builds it and no more."""
DECLARED = {"direction": "--benchmark", "weight": "--weight"}
"""The flags for properties of benchmarks; the others can only be in a recipe's file."""


def command_parts(inputs: Inputs, name: str) -> dict[str, object]:
    """Return the words that the page puts together, quoted for a shell; `name` is that of the dataset's folder.

    `start` comes first and `end` last. `defaults` are the values of the fields that a flag need not repeat.
    """
    recipe = inputs.recipe
    words = ["zebra", "run"]
    if _in_file(recipe):
        words.append(f"{name}/recipe.toml")
    else:
        words += [*_values("pool", recipe.pool), *_fixed(inputs), *_declared(recipe)]
        words += _settings(inputs, None)
    defaults = {} if _in_file(recipe) else {field: getattr(zebra.Recipe(), field) for field in SET}
    flags = {field: flag_of(field) for field in SET}
    return {
        "start": shlex.join(words),
        "end": shlex.join(["--output", f"{name}-explored"]),
        "flags": flags,
        "defaults": defaults,
    }


def choice_words(inputs: Inputs, kind: str, component: zebra.Component) -> str:
    """Return the flags that select a strategy or a measure, with its options; none for the default."""
    name = inputs.plugins.unique_name(component)
    default = name == inputs.plugins.declared_default(kind) and not _is_named(inputs)
    words = [] if default else _values(kind, name)
    return shlex.join([*words, *([] if _in_file(inputs.recipe) else _settings(inputs, component))])


def rule_words(inputs: Inputs, choice: Choice) -> str:
    """Return the flags that select the rule of a strategy; none if it is the strategy's own."""
    name = inputs.plugins.unique_name(choice.rule.component)
    words = [] if name == choice.default_rule and not _is_named(inputs) else _values("rule", name)
    return shlex.join([*words, *([] if _in_file(inputs.recipe) else _settings(inputs, choice.rule.component))])


def left_out_flags(recipe: zebra.Recipe) -> list[str]:
    """Return the flags of the run that the page cannot explore, as they were given."""
    fields = [field for field in ("temperature", "max_share") if getattr(recipe, field) != getattr(Sampling(), field)]
    return [shlex.join(_values(field, getattr(recipe, field))) for field in fields]


def _is_named(inputs: Inputs) -> bool:
    """Return whether a component without a name might not be the default: the command loads plugins, or a recipe's file."""
    return bool(inputs.recipe.plugins) or _in_file(inputs.recipe)


def _in_file(recipe: zebra.Recipe) -> bool:
    """Return whether the recipe declares what no flag can."""
    return any(set(properties) - {*DECLARED} for properties in recipe.benchmarks.values())


def _fixed(inputs: Inputs) -> Iterator[str]:
    recipe, default, plugins = inputs.recipe, zebra.Recipe(), inputs.plugins
    for field in REPEATED:
        for value in getattr(recipe, field):
            yield from _values(field, value)
    for field in SINGLE:
        value = getattr(recipe, field)
        kind = zebra.options_of(zebra.Recipe)[field].info.kind
        implied = kind and value == plugins.declared_default(kind) and not _is_named(inputs)
        if value != getattr(default, field) and not implied:
            yield from _values(field, value)
    if recipe.strict:
        yield flag_of("strict")


def _declared(recipe: zebra.Recipe) -> Iterator[str]:
    for benchmark, properties in recipe.benchmarks.items():
        for name, value in properties.items():
            yield from (DECLARED[name], f"{benchmark}={_text(value)}")
    for axis, weight in recipe.axes.items():
        yield from ("--axis", f"{axis}={_text(weight)}")


def _settings(inputs: Inputs, component: zebra.Component | None) -> list[str]:
    """Return the options that address a component that the page selects; without one, those of all components it does not."""
    selected = [each for kind in ("strategy", "rule", "similarity") for each in inputs.plugins.of_kind(kind)]
    following = [each for kind in FOLLOWING for each in inputs.plugins.of_kind(kind)]
    own = {target for each in selected for target in zebra.names_of(each)}
    other = {target for each in following for target in zebra.names_of(each)}
    targets = [*inputs.recipe.options] if component is None else zebra.names_of(component)
    skipped = own | other if component is None else set()
    words = []
    for target in targets:
        for option, value in inputs.recipe.options.get(target, {}).items():
            if target not in skipped:
                words += ["--set", f"{target}.{option}={_text(value)}"]
    return words


def _values(field: str, value: object) -> list[str]:
    return [flag_of(field), _text(value)]


def _text(value: Any) -> str:
    """Return a value as a flag, or TOML, has it."""
    return value if isinstance(value, str) else json.dumps(value)
