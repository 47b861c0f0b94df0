"""A zoo of broken plugins: each fails the check that is for its fault, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from zebra_core.testing import Subject, run_checks, select_subjects
from zebra_core.testing.run import ALL

ZOO = Path(__file__).parent / "zoo"
FAULTS = {
    "slow_plugin": {"similarity.slow-import": "imports_quickly"},
    "broken_similarities": {
        "similarity.undocumented": "has_a_docstring",
        "similarity.unprintable": "options_print",
        "similarity.forgetful": "options_round_trip",
        "similarity.any-type": "rejects_typos",
        "similarity.catch-all": "rejects_typos",
        "similarity.crashes": "works_on_an_example",
        "similarity.in-place": "leaves_inputs_unchanged",
        "similarity.random": "gives_the_same_twice",
        "similarity.counting": "gives_the_same_twice",
        "similarity.hash": "gives_the_same_in_another_process",
        "similarity.nested": "can_be_pickled",
        "similarity.noisy": "leaves_the_standard_output_alone",
        "similarity.one-per-model": "gives_one_value_per_pair",
        "similarity.words": "gives_one_value_per_pair",
        "similarity.nan": "is_finite",
        "similarity.one-sided": "is_symmetric",
        "similarity.by-position": "does_not_depend_on_the_order",
        "similarity.few-models": "takes_any_number_of_models",
        "similarity.not-alone": "takes_any_number_of_models",
        "similarity.two-benchmarks": "takes_one_benchmark",
        "similarity.distinct": "takes_equal_models",
        "similarity.cosine-without-guard": "takes_zero_vectors",
        "similarity.falsely-pairwise": "is_pairwise_as_declared",
    },
    "broken_pairing": {
        "strategy.one-per-model": "gives_one_value_per_pair",
        "strategy.infinite": "gives_valid_numbers",
        "strategy.one-sided": "is_symmetric",
        "strategy.by-position": "does_not_depend_on_the_order",
        "strategy.batch": "looks_at_each_instruction_alone",
        "strategy.three-models": "takes_two_models",
        "strategy.no-ties": "takes_ties",
        "strategy.rated": "takes_missing_ratings",
        "strategy.falsely-pairwise": "is_pairwise_as_declared",
        "strategy.never": "allows_a_pair",
        "strategy.missing-rule": "names_components_that_exist",
        "strategy.missing-baseline": "names_components_that_exist",
        "strategy.in-place": "leaves_inputs_unchanged",
        "strategy.random": "gives_the_same_twice",
        "rule.first": "is_symmetric",
        "rule.veto": "gives_valid_numbers",
        "rule.alphabet": "does_not_depend_on_the_order",
        "rule.rated-rule": "takes_missing_ratings",
        "rule.random-rule": "gives_the_same_twice",
    },
    "broken_pools": {
        "pool.list": "gives_a_pool",
        "pool.no-row": "gives_a_pool",
        "pool.other-schema": "works_on_an_example has_the_schema",
        "pool.once": "can_be_read_again",
        "pool.in-order": "can_be_read_in_parts",
        "pool.wrong-rows": "knows_its_rows",
        "pool.huge": "reads_bounded_batches",
        "pool.unlisted": "names_its_files",
        "pool.careless": "takes_foreign_files",
        "pool.credulous": "takes_foreign_files",
    },
    "broken_scores": {
        "score-source.table": "gives_a_score_table",
        "score-source.zero": "never_makes_a_missing_score_zero",
        "score-source.certain": "gives_errors_of_at_least_zero",
        "score-source.negative": "works_on_an_example",
        "score-source.aimless": "knows_directions",
        "score-source.careless": "takes_foreign_files",
    },
    "broken_catalogues": {
        "catalogue.list": "describes_benchmarks",
        "catalogue.unknown": "describes_benchmarks",
        "catalogue.upward": "describes_benchmarks",
        "catalogue.no-direction": "knows_the_direction_of_each",
        "catalogue.twice": "spells_each_once",
    },
    "broken_recipes": {
        "recipe.list": "gives_a_recipe",
        "recipe.misspelt": "gives_a_recipe",
        "recipe.negative": "gives_a_recipe",
        "recipe.absent": "selects_components_that_exist",
        "recipe.unused": "selects_components_that_exist",
    },
    "broken_ability": {
        "imputation.leaves-one": "leaves_no_gap",
        "imputation.array": "leaves_no_gap",
        "imputation.smooths": "keeps_the_scores_there_are",
        "imputation.silent": "notes_what_it_did",
        "normalisation.percent": "gives_scores_from_0_to_1",
        "normalisation.bare": "gives_scores_from_0_to_1",
        "normalisation.upward": "follows_the_direction",
        "normalisation.first-is-best": "does_not_depend_on_the_order",
        "superiority.matrix": "gives_one_number_per_model",
        "superiority.sum": "gives_one_number_per_model",
        "superiority.worst": "rises_with_ability",
        "superiority.by-position": "does_not_depend_on_the_order",
        "superiority.unweighted": "ignores_benchmarks_of_weight_0",
        "score-check.sentence": "gives_texts",
        "score-check.stranger": "gives_texts",
        "score-check.several": "takes_any_table",
        "score-check.complete": "takes_any_table",
        "alias.number": "gives_a_model_or_none",
        "alias.strict": "gives_a_model_or_none",
        "alias.nearest": "guesses_nothing",
    },
    "broken_batches": {
        "filter.list": "works_on_an_example",
        "filter.twice": "gives_a_part_of_the_pool",
        "filter.renames": "gives_a_part_of_the_pool",
        "filter.half": "looks_at_each_row_alone",
        "filter.not-empty": "takes_an_empty_batch",
        "column.one-value": "gives_a_value_per_pair",
        "column.taken": "gives_a_value_per_pair",
        "column.not-nothing": "gives_a_value_per_pair",
        "column.rank": "looks_at_each_row_alone",
        "generator.one-text": "gives_a_response_per_prompt",
        "generator.numbers": "gives_a_response_per_prompt",
        "generator.too-few": "gives_a_response_per_prompt",
        "generator.backwards": "keeps_the_order_of_prompts",
        "generator.at-least-one": "takes_no_prompt",
    },
    "broken_engines": {
        "engine.drops": "gives_one_shard_per_task",
        "engine.repeats": "gives_one_shard_per_task",
        "engine.reverses": "gives_one_shard_per_task",
        "engine.returns-names": "gives_one_shard_per_task",
        "engine.recompresses": "writes_the_bytes_of_one_after_the_other",
        "engine.loses-errors": "passes_errors_on",
        "engine.wraps-errors": "passes_errors_on",
        "engine.rewrites": "writes_nothing_twice",
        "engine.some-workers": "takes_any_number_of_workers",
        "engine.some-task": "takes_no_task",
    },
    "broken_figures": {
        "figure.text": "gives_a_section",
        "figure.untitled": "gives_a_section",
        "figure.ragged": "gives_a_section",
        "figure.half-drawn": "gives_charts_that_can_be_drawn",
        "figure.unnamed": "names_its_charts",
        "figure.raw": "takes_hostile_text",
        "figure.two-benchmarks": "takes_little_evidence",
    },
    "broken_exporters": {
        "exporter.idle": "writes_files",
        "exporter.takes-a-name": "writes_files",
        "exporter.beside": "writes_to_its_folder_only",
        "exporter.two-sources": "takes_any_pairs",
        "exporter.first-only": "restores_what_it_wrote",
    },
    "broken_lints": {
        "lint.number": "gives_a_lint_result",
        "lint.mute": "gives_a_lint_result",
        "lint.stranger": "names_pairs_of_the_dataset",
        "lint.uncounted": "names_pairs_of_the_dataset",
        "lint.two-sources": "takes_any_pairs",
        "lint.plain-text": "takes_any_pairs",
    },
    "broken_trainers": {
        "trainer.table": "gives_a_training_result",
        "trainer.idle": "writes_a_model",
        "trainer.beside": "writes_to_its_output_only",
        "trainer.tidy": "leaves_inputs_unchanged",
        "trainer.resumes-badly": "survives_being_killed",
        "trainer.in-place": "survives_being_killed",
        "trainer.trusting": "refuses_a_model_that_is_missing",
        "evaluator.two-rows": "gives_one_row",
        "evaluator.aimless": "knows_directions",
        "evaluator.nothing": "works_on_an_example",
        "evaluator.unprintable": "states_plain_provenance",
        "model.unwritten": "writes_a_model",
        "model.next-door": "writes_to_its_folder_only",
        "model.objects": "recommends_plain_options",
    },
    "broken_rewards": {
        "reward.mean": "gives_a_number_per_completion",
        "reward.verdicts": "gives_a_number_per_completion",
        "reward.infinite": "gives_a_number_per_completion",
        "reward.without-empty": "gives_a_number_per_completion",
        "reward.ranks": "looks_at_each_completion_alone",
        "reward.first-word": "takes_any_completion",
        "reward.without-columns": "works_on_an_example",
        "reward.at-least-one": "takes_no_completion",
    },
    "broken_schedules": {
        "schedule.ranks": "gives_a_value_per_pair",
        "schedule.certain": "gives_a_value_per_pair",
        "schedule.one-column": "gives_a_value_per_pair",
        "schedule.exhausted": "allows_a_pair_in_each_round",
        "schedule.first-half": "follows_the_pairs",
        "schedule.measured": "takes_pairs_that_were_not_measured",
        "schedule.at-least-one": "takes_no_pairs",
        "schedule.objects": "sets_plain_options",
    },
    "broken_commands": {
        "command.silent": "has_a_line_of_help",
        "command.tolerant": "refuses_unknown_options",
        "command.helpless": "prints_help",
    },
}
"""The check that each broken component fails; of one that yields no valid pool, two are for the fault."""
MEMBERS = [(plugin, name) for plugin, members in FAULTS.items() for name in members]
LOCATED = {
    "pool.unlisted": "questions.txt",
    "pool.careless": "questions.txt",
    "pool.credulous": "questions.txt",
    "score-source.zero": "skills.txt",
    "score-source.certain": "skills.txt",
    "score-source.negative": "skills.txt",
    "score-source.aimless": "skills.txt",
    "score-source.careless": "skills.txt",
}
"""The example of each reader of files."""


MODELS = {"broken_batches": "anna"}
"""The model that a plugin's generators are asked for."""


def members_of(plugin: str, location: str | None = None) -> dict[str, Subject]:
    return {
        subject.component.address: subject
        for subject in select_subjects(str(ZOO / f"{plugin}.py"), location=location, model=MODELS.get(plugin, ""))
    }


@pytest.mark.parametrize(("plugin", "name"), MEMBERS, ids=[f"{plugin}-{name}" for plugin, name in MEMBERS])
def test_a_fault_fails_its_check_alone(plugin: str, name: str) -> None:
    """The component fails the check that is for its fault; no other check fails."""
    location = str(ZOO / LOCATED[name]) if name in LOCATED else None
    outcomes = run_checks([members_of(plugin, location)[name]])
    failed = {outcome.check: outcome.reason for outcome in outcomes if outcome.status == "failed"}
    assert set(failed) == set(FAULTS[plugin][name].split()), failed


def test_every_check_catches_something() -> None:
    """Every check has a member of the zoo that it is for."""
    caught = {check for members in FAULTS.values() for checks in members.values() for check in checks.split()}
    assert {check.name for check in ALL} - caught == set()
