"""Checks of generators: from prompts and a model to a response per prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zebra_core.errors import ZebraError
from zebra_core.pool.generator import Response
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.calls import PROMPTS, generating_model
from zebra_core.testing.examples.results import fail_if_repeatable, result_of

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject


def _responses(subject: Subject, prompts: list[list[dict[str, str]]]) -> Any:
    result_of(subject)
    try:
        return subject.call(prompts, generating_model(subject))
    except ZebraError as error:
        fail(f"of {len(prompts)} prompts it makes an error: {error}")


def gives_a_response_per_prompt(subject: Subject) -> None:
    """It returns a sequence with a response, as a Response or its text, or None if it failed, for each prompt."""
    responses = _responses(subject, PROMPTS)
    if isinstance(responses, str) or not hasattr(responses, "__len__"):
        fail(f"it must return a list of texts, got {type(responses).__name__}")
    if len(responses) != len(PROMPTS):
        fail(f"it returns {len(responses)} responses for {len(PROMPTS)} prompts")
    others = [response for response in responses if not (response is None or isinstance(response, str | Response))]
    if others:
        fail(f"a response must be a zebra.Response, a text or None, got {type(others[0]).__name__}")


def keeps_the_order_of_prompts(subject: Subject) -> None:
    """Each response is that of the prompt at its place, however many prompts come together."""
    whole = _responses(subject, PROMPTS)
    if isinstance(whole, str) or len(whole) != len(PROMPTS):
        skip("it does not give a response per prompt; see gives_a_response_per_prompt")
    single = [response for prompt in PROMPTS for response in _responses(subject, [prompt])]
    if [*map(_text, whole)] != [*map(_text, single)]:
        fail_if_repeatable(subject, "a prompt has another response if it comes alone")


def _text(response: Any) -> Any:
    return response.text if isinstance(response, Response) else response


def takes_no_prompt(subject: Subject) -> None:
    """It takes an empty list of prompts."""
    if len(_responses(subject, [])):
        fail("without a prompt it returns a response")


CHECKS = checks_in(gives_a_response_per_prompt, keeps_the_order_of_prompts, takes_no_prompt, kinds=("generator",))
