"""The embedded demo: what is shipped is what its programs do."""

from __future__ import annotations

import inspect
from importlib.resources import files

import numpy as np
import pytest
from helpers.generated import ROOT

import zebra_core as zebra
from zebra_demo import NAMES, make
from zebra_demo.responders import RESPONDERS
from zebra_demo.tasks import Question, is_correct


def test_the_scores_are_measured() -> None:
    """The shipped table is what a measurement gives now."""
    assert (files("zebra_demo") / "scores.csv").read_text() == make.scores_csv()


def test_the_pool_is_answered() -> None:
    """The shipped pools are what the responders answer now, and the questions to evaluate on are those of the held-out pool."""
    assert (files("zebra_demo") / "pool.jsonl").read_text() == make.as_jsonl(make.pool_rows())
    assert (files("zebra_demo") / "held_out.jsonl").read_text() == make.as_jsonl(make.held_out_rows())
    assert (files("zebra_lm_eval") / "tasks/demo.jsonl").read_text() == make.questions_jsonl()


def test_measured_on_other_questions() -> None:
    """600 different instructions, 100 of each family, none of them in the measuring set of 1,200; and 300 that are in neither."""
    measured, asked = {q.prompt for q in make.measuring_set()}, {row["instruction"] for row in make.pool_rows()}
    held_out = {row["instruction"] for row in make.held_out_rows()}
    assert (len(measured), len(asked), len(held_out)) == (1200, 600, 300)
    assert len(measured | asked | held_out) == 2100


def test_the_prompts_of_the_example() -> None:
    """examples/prompts.jsonl has 50 further questions of each family, none of which is used elsewhere."""
    assert (ROOT / "examples/prompts.jsonl").read_text(encoding="utf-8") == make.prompts_jsonl()
    prompts = {question.prompt for question in make.prompts_set()}
    used = {row["instruction"] for row in (*make.pool_rows(), *make.held_out_rows())}
    assert len(prompts) == 300
    assert not prompts & (used | {question.prompt for question in make.measuring_set()})


def test_the_responders_answer_prompts(plugins: zebra.Plugins) -> None:
    """The generator `demo` answers the last message of a prompt as the responder of that name, in the order of the prompts."""
    generator = plugins.find("generator", "demo").bind()
    prompts = [
        [{"role": "system", "content": "Add."}, {"role": "user", "content": f"Add {one} and two."}]
        for one in ("one", "nine")
    ]
    responses = [("The answer is 3.", "The answer is 11."), ("Result: 3", "Result: 11")]
    for name, texts in zip(("scholar", "accountant"), responses, strict=True):
        assert tuple(response.text for response in generator(prompts, name)) == texts
    assert tuple(generator.component.factory.offered) == NAMES


def test_responders_see_the_prompt_alone() -> None:
    """A responder is called with the prompt and nothing else."""
    assert tuple(r.name for r in RESPONDERS) == NAMES
    for responder in RESPONDERS:
        assert list(inspect.signature(responder).parameters) == ["prompt"]


def test_they_differ_in_ability(plugins: zebra.Plugins) -> None:
    """The best is right in 98 % and the least in 2 %, no two are alike on all families, and no family is the same to all."""
    table = zebra.read_scores("demo", plugins=plugins)
    means = table.values.mean(axis=1)
    assert means.max() > 0.95
    assert means.min() < 0.05
    assert len(np.unique(table.values, axis=0)) == 8
    assert table.values.max(axis=0).min() > 0.9
    assert (
        table.models[int(table.values[:, 5].argmax())] == "accountant"
    )  # the best of all, scholar, is not best at counting


@pytest.mark.parametrize(
    ("answer", "response", "right"),
    [
        ("59", "The answer is 59.", True),
        ("59", "The answer is 159.", False),
        ("59", "59", True),
        ("59", "It is 59 or 60.", False),
        ("3, 7, 12", "Result: 3, 7, 12", True),
        ("3, 7, 12", "Result: 1, 3, 7, 12", False),
        ("RED;BLUE", "red;blue", False),
    ],
)
def test_right_is_right(answer: str, response: str, right: bool) -> None:  # noqa: FBT001
    """The final answer is compared letter by letter."""
    assert is_correct(Question("any", "?", answer), response) is right


@pytest.mark.parametrize(
    ("name", "prompt", "response"),
    [
        ("scholar", "Multiply forty-two by three.", "The answer is 126."),
        (
            "librarian",
            "What is forty-two plus three?",
            "I have looked through my notes twice, and found nothing on this question.",
        ),  # knows the numbers up to twenty
        (
            "apprentice",
            "Sort these numbers from small to large: 103, 12, 7",
            "If I have learned it well, the answer is 103, 12, 7.",
        ),
        ("courier", "How many minutes are 3 hours?", "In a hurry: 300"),  # takes every factor for a hundred
        ("scholar", "How many vowels (a, e, i, o, u) are in yellowvelvet?", "The answer is 5."),  # takes y for a vowel
    ],
)
def test_what_they_are_wrong_by(name: str, prompt: str, response: str) -> None:
    """Each is wrong by what its programs do not know."""
    assert next(r for r in RESPONDERS if r.name == name)(prompt) == response
