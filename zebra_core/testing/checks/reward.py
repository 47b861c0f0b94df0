"""Checks of rewards: from prompts and completions to one number per completion."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.calls import COMPLETIONS, PROMPTS, reward_columns
from zebra_core.testing.examples.results import fail_if_repeatable, result_of

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject

TEXTS = (
    "",
    " \n\t ",
    "\0",
    "3" * 20_000,
    "(" * 1_000,
    "<answer>" * 500,
    "a" * 5_000 + "!",
    "</s><|im_end|>[/INST]",
    "\u202e3\u200b\ufffd\U0001f993",
    "-.,1e999 1/0 NaN",
)
"""Responses that a policy may give, however unlikely."""


def rewards_of(subject: Subject, places: list[int]) -> Any:
    """Return what a reward gives for these rows of the example. Raise CheckSkipped if it fails on the whole example."""
    result_of(subject)
    columns = {name: [values[at] for at in places] for name, values in reward_columns(len(PROMPTS)).items()}
    return subject.call([PROMPTS[at] for at in places], [COMPLETIONS[at] for at in places], **columns)


def problem_of(rewards: Any, count: int) -> str:
    """Return what is wrong with rewards for so many completions, empty if nothing is."""
    if isinstance(rewards, str) or not hasattr(rewards, "__len__"):
        return f"it must return a list of numbers, got {type(rewards).__name__}"
    if len(rewards) != count:
        return f"it returns {len(rewards)} numbers for {count} completions"
    for reward in rewards:
        if reward is None:
            continue
        if isinstance(reward, bool) or not isinstance(reward, int | float):
            return f"a reward must be a number or None, got {type(reward).__name__}"
        if not math.isfinite(reward):
            return f"a reward must be finite, got {reward}"
    return ""


def gives_a_number_per_completion(subject: Subject) -> None:
    """It returns a list with a finite number for each completion, or None if it does not apply."""
    if problem := problem_of(rewards_of(subject, list(range(len(PROMPTS)))), len(PROMPTS)):
        fail(problem)


def looks_at_each_completion_alone(subject: Subject) -> None:
    """The reward of a completion is the same whatever others come with it."""
    places = list(range(len(PROMPTS)))
    whole = rewards_of(subject, places)
    if problem_of(whole, len(places)):
        skip("it does not give a number per completion; see gives_a_number_per_completion")
    try:
        single = [reward for at in places for reward in rewards_of(subject, [at])]
    except Exception as error:  # noqa: BLE001  # whatever it raises
        fail(f"for a completion that comes alone it raises an error: {error}")
    if [*whole] != single:
        fail_if_repeatable(subject, "a completion has another reward if it comes alone")


def takes_any_completion(subject: Subject) -> None:
    """It takes any text as a completion: empty, very long, or made to mislead."""
    if problem_of(rewards_of(subject, list(range(len(PROMPTS)))), len(PROMPTS)):
        skip("it does not give a number per completion; see gives_a_number_per_completion")
    for text in TEXTS:
        try:
            rewards = subject.call(PROMPTS[:1], [text], **reward_columns(1))
        except Exception as error:  # noqa: BLE001  # whatever it raises
            fail(f"for the completion {text[:20]!r} it raises an error: {error}")
        if problem := problem_of(rewards, 1):
            fail(f"for the completion {text[:20]!r}: {problem}")


def takes_no_completion(subject: Subject) -> None:
    """It takes an empty list of completions."""
    result_of(subject)
    try:
        rewards = subject.call([], [], **reward_columns(0))
    except Exception as error:  # noqa: BLE001  # whatever it raises
        fail(f"without a completion it raises an error: {error}")
    if hasattr(rewards, "__len__") and len(rewards):
        fail("without a completion it returns a reward")


CHECKS = checks_in(
    gives_a_number_per_completion,
    looks_at_each_completion_alone,
    takes_any_completion,
    takes_no_completion,
    kinds=("reward",),
)
