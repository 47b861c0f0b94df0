"""What a run chose from, read again as its recipe records it: pool, scores, and every choice that the page offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

import zebra_core as zebra
from zebra_core.behavior import MATRIX, compute_behavior, is_pairwise
from zebra_core.pairing.rule import Preference
from zebra_core.pairing.sampling import Sampling
from zebra_core.pairing.strategy import Masks, Pairing
from zebra_core.plugins.protocols import HasDefaultRule, ReadsFiles
from zebra_core.pool.filters import prepare_filters
from zebra_core.recipe.inputs import select_aliases
from zebra_core.recipe.resolve import Resolver
from zebra_core.recipe.unscored import measures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

MOST_MODELS = 256
"""The number of models of a pool above which the choice is not explored."""
MANY_MODELS = 64
"""The number of models of a pool above which only the run's own measure of similarity is explored."""
LOWEST = -1e300
"""A threshold that every pair of models reaches."""


@attrs.frozen(eq=False)
class Choice:
    """A strategy with the rule that decides for it, and the name of the rule that belongs to it."""

    strategy: zebra.BoundComponent
    rule: zebra.BoundComponent
    default_rule: str

    @property
    def per_instruction(self) -> bool:
        """Whether the strategy or the rule looks at each instruction."""
        return self.strategy.per_instruction or self.rule.per_instruction


@attrs.frozen(eq=False)
class Planned:
    """A choice under one measure of similarity, with no mask but the limit to the length ratio."""

    pairing: Pairing
    preference: Preference


@attrs.frozen(eq=False)
class Inputs:
    """What a run chose from.

    `names` are the pool's names of the models with scores, best first, and `numbers` their places in each of `behaviors`, which
    are ranked, by the name of the measure. `chosen` is the run's own strategy, and `measure` its own measure.
    """

    recipe: zebra.Recipe
    plugins: zebra.Plugins
    pool: zebra.Pool
    filters: tuple[zebra.BoundComponent, ...]
    names: tuple[str, ...]
    numbers: NDArray[np.int64]
    index: Mapping[str, int]
    behaviors: Mapping[str, zebra.Behavior]
    choices: Mapping[str, Choice]
    measure: str
    chosen: str

    def planned(self) -> Iterator[tuple[str, str, Planned]]:
        """Yield each choice and measure by name, with what they say; those that fail are left out."""
        masks = Masks(threshold=LOWEST, length_ratio=self.recipe.length_ratio)
        for measure, behavior in self.behaviors.items():
            for name, choice in self.choices.items():
                try:
                    preference = Preference(behavior, choice.rule)
                    pairing = Pairing.prepare(behavior, choice.strategy, masks, preference.barred(0.0), Sampling())
                except zebra.ZebraError as error:
                    self.plugins.warn(f"{error}; it is left out of what the report explores")
                else:
                    yield name, measure, Planned(pairing, preference)


def read_inputs(dataset: zebra.Dataset, plugins: zebra.Plugins) -> Inputs:
    """Read again what a dataset was chosen from. Raise ZebraError if that is not possible, or if it has changed."""
    recipe = zebra.make_recipe(dataset.manifest.recipe)
    loaded = zebra.load_plugins(recipe.plugins, recorded=True) if recipe.plugins else plugins
    resolver = Resolver(recipe, loaded)
    names = tuple(dataset.manifest.summary.models)
    _check(resolver, names)
    pool = zebra.open_pool(recipe=recipe, plugins=loaded)
    filters = prepare_filters([each.bound for each in resolver.components("filter", recipe.filters, "recorded")], pool)
    table = zebra.read_scores(recipe=recipe, plugins=loaded)
    behaviors, index = _behaviors(resolver, names, table)
    _check_unchanged(dataset, behaviors[recipe.similarity], index)
    numbers = np.array([index[name] for name in names], np.int64)
    choices = _choices(resolver, cut=len(table.models) > MATRIX)
    chosen = loaded.unique_name(loaded.find("strategy", recipe.strategy))
    return Inputs(recipe, loaded, pool, filters, names, numbers, index, behaviors, choices, recipe.similarity, chosen)


def _check(resolver: Resolver, names: tuple[str, ...]) -> None:
    if len(names) > MOST_MODELS:
        msg = f"the pool has {len(names):,} models, and at most {MOST_MODELS} can be explored; compare strategies with `zebra compare`"
        raise zebra.ZebraError(msg)
    if measures(resolver):
        msg = "the run measured models of the pool itself; build the dataset from a table of scores to explore it"
        raise zebra.ZebraError(msg)


def _behaviors(
    resolver: Resolver, names: tuple[str, ...], table: zebra.ScoreTable
) -> tuple[dict[str, zebra.Behavior], Mapping[str, int]]:
    """Return the ranked behavior under each measure, the run's own first, and the number of each of the pool's names.

    Of a long table only the pool's models are kept, if the measure says the same about them alone.
    """
    normalisation, superiority = (resolver.component(kind).bound for kind in ("normalisation", "superiority"))
    own = resolver.component("similarity").bound
    others = [] if len(names) > MANY_MODELS else _bound(resolver, "similarity")
    behaviors: dict[str, zebra.Behavior] = {}
    index: Mapping[str, int] = {}
    for bound in (own, *others):
        name = resolver.plugins.unique_name(bound.component)
        if name in behaviors:
            continue
        try:
            ranked = compute_behavior(table, bound, normalisation, superiority).ranked()
        except zebra.ZebraError:
            if bound is own:
                raise
            continue
        index = select_aliases(resolver).index(ranked.models)
        if len(ranked.models) > MATRIX:
            ranked = ranked.take(sorted({index[name] for name in names}))
            index = select_aliases(resolver).index(ranked.models)
        behaviors[name] = ranked
    return behaviors, index


def _check_unchanged(dataset: zebra.Dataset, behavior: zebra.Behavior, index: Mapping[str, int]) -> None:
    for name, model in dataset.manifest.summary.models.items():
        if name not in index or behavior.superiority[index[name]] != model.superiority:
            msg = f"the scores of {name!r} are not those of the run; build the dataset again to explore it"
            raise zebra.ZebraError(msg)


def _choices(resolver: Resolver, *, cut: bool) -> dict[str, Choice]:
    """Return every strategy that can be bound, by name, with its own rule, or with the one that the run was asked for.

    Of models that are a `cut` of the scores, only a pairwise strategy and rule say the same as of all.
    """
    recipe, plugins = resolver.recipe, resolver.plugins
    default = plugins.default("rule")
    own = plugins.find("strategy", recipe.strategy)
    rule = plugins.unique_name(plugins.find("rule", recipe.rule))
    asked = rule if rule != _rule_of(resolver, resolver.bind(own), default) else ""
    choices = {}
    for bound in _bound(resolver, "strategy"):
        if isinstance(bound.instance, ReadsFiles) and bound.component is not own:
            continue  # it needs a file, which the page cannot offer
        belongs = _rule_of(resolver, bound, default)
        decides = resolver.bind(plugins.find("rule", asked or belongs))
        fits = not cut or (is_pairwise(bound) and is_pairwise(decides))
        if fits and not (recipe.scope == "global" and bound.per_instruction):
            choices[plugins.unique_name(bound.component)] = Choice(bound, decides, belongs)
    return choices


def _rule_of(resolver: Resolver, strategy: zebra.BoundComponent, default: str) -> str:
    """Return the name of the rule that belongs to a strategy."""
    instance = strategy.instance
    name = instance.default_rule if isinstance(instance, HasDefaultRule) else default
    return resolver.plugins.unique_name(resolver.plugins.find("rule", name))


def _bound(resolver: Resolver, kind: str) -> Iterator[zebra.BoundComponent]:
    for component in resolver.plugins.of_kind(kind):
        try:
            yield resolver.bind(component)
        except zebra.ZebraError:  # it needs an option that the run had no use for
            continue
