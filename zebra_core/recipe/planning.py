"""The behavior of the models with scores, and the plan of a run, with the components that a recipe names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_core.behavior import compute_behavior, is_pairwise
from zebra_core.pairing.candidates import sample_candidates
from zebra_core.pairing.plan import Plan
from zebra_core.pairing.rule import Preference
from zebra_core.pairing.strategy import Pairing, check_repeatable_over
from zebra_core.plugins.protocols import HasBaseline, HasDefaultRule
from zebra_core.plugins.repeatable import SAMPLE
from zebra_core.recipe.inputs import select_aliases

if TYPE_CHECKING:
    from collections.abc import Callable

    from zebra_core.behavior import Behavior, Similarity
    from zebra_core.recipe.resolve import Resolver
    from zebra_core.scores.table import ScoreTable


def make_behavior(resolver: Resolver, table: ScoreTable, similarity: Similarity | None = None) -> Behavior:
    """Derive the behavior of the models in a complete table with the recipe's components, or with another similarity."""
    with resolver.plugins.stage("behavior") as done:
        normalisation, superiority = (resolver.component(kind).bound for kind in ("normalisation", "superiority"))
        measure = similarity or resolver.component("similarity").bound
        behavior = compute_behavior(table, measure, normalisation, superiority)
        done(behavior)
    return behavior


def make_plan(resolver: Resolver, behavior: Behavior, models_of_pool: Callable[[], set[str]]) -> Plan:
    """Select strategy and rule, and plan which responses to pair; the scope `global` asks for the models of the pool."""
    recipe, plugins = resolver.recipe, resolver.plugins
    ranked = behavior.ranked()
    strategy = resolver.component("strategy")
    instance = strategy.bound.instance
    preferred = instance.default_rule if isinstance(instance, HasDefaultRule) else ""
    why = f"of strategy {strategy.component.name}" if preferred else "default"
    rule = resolver.component("rule", preferred, why).bound
    bound = [strategy.bound]
    if isinstance(instance, HasBaseline) and plugins.has("strategy", instance.baseline):
        bound.append(plugins.find("strategy", instance.baseline).bind())
    sample = ranked.take(list(range(min(SAMPLE, len(ranked.models)))))
    for component in (rule, *bound):
        check_repeatable_over(component, sample, sample_candidates(sample.models, recipe.seed))
    aliases = select_aliases(resolver)
    index = aliases.index(ranked.models)
    windowed = ranked.on_demand and all(map(is_pairwise, [rule, *bound]))
    if recipe.scope == "global":
        models = {ranked.models[index[name]] for name in models_of_pool() if name in index}
        if windowed:  # the other models change nothing
            ranked, windowed = ranked.take([n for n, name in enumerate(ranked.models) if name in models]), False
            index = aliases.index(ranked.models)
    preference = Preference(ranked, rule)
    if windowed:
        pairings = [Pairing.deferred(ranked, each, recipe.masks) for each in bound]
    else:
        pairings = [Pairing.prepare(ranked, each, recipe.masks, preference.tied) for each in bound]
    if recipe.scope == "global":
        pairings = [pairing.restrict_to(models) for pairing in pairings]
    pairing, *baselines = pairings
    return Plan(ranked, index, pairing, preference, baselines[0] if baselines else None, recipe.seed, windowed)
