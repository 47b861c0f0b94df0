"""The behavior of the models with scores, and the plan of a run, with the components that a recipe names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from zebra_core.behavior import compute_behavior, is_pairwise
from zebra_core.errors import ZebraError
from zebra_core.pairing.candidates import sample_candidates
from zebra_core.pairing.columns import prepare_columns
from zebra_core.pairing.plan import PREFERENCES, Plan
from zebra_core.pairing.rule import Preference
from zebra_core.pairing.sampling import Sampling
from zebra_core.pairing.shares import find_shares
from zebra_core.pairing.strategy import Pairing, check_repeatable_over, is_per_instruction
from zebra_core.plugins.protocols import HasBaseline, HasDefaultRule
from zebra_core.plugins.repeatable import SAMPLE
from zebra_core.pool.filters import filtered_pool, prepare_filters
from zebra_core.recipe.inputs import select_aliases
from zebra_core.recipe.recipe import flag_of

if TYPE_CHECKING:
    from zebra_core.behavior import Behavior, Similarity
    from zebra_core.plugins.component import BoundComponent
    from zebra_core.plugins.discovery import Plugins
    from zebra_core.pool.pool import Pool
    from zebra_core.recipe.recipe import Recipe
    from zebra_core.recipe.resolve import Resolver, Selection
    from zebra_core.scores.table import ScoreTable


def make_behavior(resolver: Resolver, table: ScoreTable, similarity: Similarity | None = None) -> Behavior:
    """Derive the behavior of the models in a complete table with the recipe's components, or with another similarity."""
    with resolver.plugins.stage("behavior") as done:
        normalisation, superiority = (resolver.component(kind).bound for kind in ("normalisation", "superiority"))
        measure = similarity or resolver.component("similarity").bound
        behavior = compute_behavior(table, measure, normalisation, superiority)
        done(behavior)
    return behavior


def make_plan(resolver: Resolver, behavior: Behavior, pool: Pool | None) -> Plan:
    """Select filters, strategy and rule, and plan which responses to pair; without `pool`, in batches from elsewhere.

    Raise ZebraError if a filter or the scope needs the pool, and there is none.
    """
    recipe, plugins = resolver.recipe, resolver.plugins
    _check_sampling(recipe, pool)
    selected = resolver.components("filter", recipe.filters, recipe.origins.get("filters", "from the recipe"))
    filters = prepare_filters([selection.bound for selection in selected], pool)
    ranked = behavior.ranked()
    strategy, rule = _select_strategy_and_rule(resolver)
    instance, bound = strategy.bound.instance, [strategy.bound]
    if isinstance(instance, HasBaseline) and plugins.has("strategy", instance.baseline):
        bound.append(plugins.find("strategy", instance.baseline).bind())
    sample = ranked.take(list(range(min(SAMPLE, len(ranked.models)))))
    for component in (rule, *bound):
        check_repeatable_over(component, sample, sample_candidates(sample.models, recipe.seed))
    aliases = select_aliases(resolver)
    index = aliases.index(ranked.models)
    windowed = ranked.on_demand and all(map(is_pairwise, [rule, *bound]))
    if recipe.scope == "global":
        if pool is None:
            msg = "the scope 'global' needs the whole pool, and a batch is only a part; use `zebra run`, or the scope 'instruction'"
            raise ZebraError(msg)
        _check_global(strategy, plugins)
        models = {ranked.models[index[name]] for name in filtered_pool(pool, filters).models() if name in index}
        if windowed:  # the other models change nothing
            ranked, windowed = ranked.take([n for n, name in enumerate(ranked.models) if name in models]), False
            index = aliases.index(ranked.models)
    preference = Preference(ranked, rule)
    if windowed:
        pairings = [Pairing.deferred(ranked, each, recipe.masks, recipe.sampling) for each in bound]
    else:
        barred = preference.barred(recipe.min_confidence)
        pairings = [Pairing.prepare(ranked, each, recipe.masks, barred, recipe.sampling) for each in bound]
    if recipe.scope == "global":
        pairings = [pairing.restrict_to(models) for pairing in pairings]
    pairing, *baselines = pairings
    baseline = baselines[0] if baselines else None
    listed = resolver.components("column", recipe.columns, recipe.origins.get("columns", "from the recipe"))
    columns = prepare_columns([selection.bound for selection in listed], PREFERENCES, ranked)
    plan = Plan(ranked, index, pairing, preference, baseline, recipe.seed, windowed, filters, columns)
    return plan if pool is None or recipe.sampling.max_share == 1 else _limited(plan, pool)


def _select_strategy_and_rule(resolver: Resolver) -> tuple[Selection, BoundComponent]:
    """Select a strategy, and a rule: by default the one that belongs to it.

    Warn if the default strategy, which nobody named, pairs for another rule than the one that was named.
    """
    strategy = resolver.component("strategy")
    instance, name = strategy.bound.instance, strategy.component.name
    preferred = instance.default_rule if isinstance(instance, HasDefaultRule) else ""
    rule = resolver.component("rule", preferred, f"of strategy {name}" if preferred else "default")
    if preferred and strategy.why == "default" and preferred not in rule.component.names:
        resolver.plugins.warn(
            f"the default strategy {name!r} pairs what the rule {preferred!r} is certain of, and the rule is "
            f"{rule.component.name!r}; add --strategy NAME, `zebra plugins` lists them"
        )
    return strategy, rule.bound


def _check_global(strategy: Selection, plugins: Plugins) -> None:
    """Raise ZebraError if a strategy looks at each instruction, so that it has no pair for the whole pool."""
    if strategy.bound.per_instruction:
        others = [each.name for each in plugins.of_kind("strategy") if not is_per_instruction(each.factory)]
        msg = (
            f"the scope 'global' takes one pair of models for the whole pool, and the strategy {strategy.component.name!r} "
            f"decides for each instruction separately; add --strategy with one that does not: {', '.join(others)}"
        )
        raise ZebraError(msg)


def _check_sampling(recipe: Recipe, pool: Pool | None) -> None:
    """Raise ZebraError for draws that have no effect, or that need a pool that they lack."""
    sampling = recipe.sampling
    if recipe.scope == "global" and sampling:
        flags = [
            flag_of(name)
            for name in ("candidates", "temperature", "max_share")
            if getattr(sampling, name) != getattr(Sampling(), name)
        ]
        msg = f"the scope 'global' takes the same models for the whole pool, so {' and '.join(flags)} cannot spread the pairs; leave one of them out"
        raise ZebraError(msg)
    if pool is None and sampling.max_share < 1:
        msg = "max_share needs the whole pool, and a batch is only a part; use `zebra run`, or candidates and temperature, which look at one instruction"
        raise ZebraError(msg)


def _limited(plan: Plan, pool: Pool) -> Plan:
    """Return the plan in which no pair of models exceeds its share of the pool."""
    shares = find_shares(plan, pool.batches(), plan.pairing.sampling.max_share)
    baseline = None if plan.baseline is None else attrs.evolve(plan.baseline, shares=shares)
    return attrs.evolve(plan, pairing=attrs.evolve(plan.pairing, shares=shares), baseline=baseline)
