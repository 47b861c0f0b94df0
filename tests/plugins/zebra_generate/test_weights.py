"""The generator for weights on this machine."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_generate.generators.weights import Transformers

pytestmark = pytest.mark.train
PROMPTS = [[{"role": "user", "content": "word " * count}] for count in (9, 1, 5, 1, 3)]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a tiny model."""
    from zebra_trl.models.tiny import make_tiny

    folder: Path = tmp_path_factory.mktemp("tiny")
    make_tiny(folder)
    return str(folder)


def test_responses(tiny: str) -> None:
    """Each prompt has a response at its place, with counts of tokens; without sampling the batch makes no difference."""
    generator = Transformers(temperature=0.0, max_tokens=6, batch_size=2)
    responses = generator(PROMPTS, tiny)
    single = [generator([prompt], tiny)[0] for prompt in PROMPTS]
    assert [each.text for each in responses] == [each.text for each in single]
    assert responses[1] == attrs.evolve(responses[3], seconds=responses[1].seconds, seed=responses[1].seed)
    for prompt, response in zip(PROMPTS, responses, strict=True):
        assert (
            response.prompt_tokens
            == len(f"<user>{prompt[0]['content']}<eos><assistant>") - len("<user><eos><assistant>") + 3
        )
        assert response.finish_reason == ("length" if response.completion_tokens == 6 else "stop")


def test_sampling(tiny: str) -> None:
    """With a temperature the same seed draws the same responses, and another seed others."""
    generator = Transformers(temperature=1.0, max_tokens=12)
    texts = [[each.text for each in attrs.evolve(generator, seed=seed)(PROMPTS, tiny)] for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert Transformers()([], "absent") == []


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    """The error names it."""
    with pytest.raises(
        zebra.ZebraError, match=r"cannot load the model .*absent.*; check the folder, or the name on the"
    ):
        Transformers()(PROMPTS, str(tmp_path / "absent"))


def test_the_command(zebra_cli: Project, tiny: str) -> None:
    """`zebra generate` writes a pool of what the weights say."""
    zebra_cli.write("prompts.txt", "One?\nTwo?\n")
    command = ("generate", "prompts.txt", "--model", f"a=transformers:{tiny}", "--max-tokens", "4", "-o", "pool")
    assert zebra_cli.run(*command).stdout.splitlines()[1].split()[:3] == ["a", "2", "0"]


def test_a_prompt_that_is_too_long(tiny: str) -> None:
    """The tiny model takes 1,024 tokens: a longer prompt is a failure, and one with a token less has a response of one token.

    The template adds three tokens, `<user>`, `<eos>` and `<assistant>`, to a token per letter.
    """
    prompts = [[{"role": "user", "content": "w" * length}] for length in (1_030, 1_020, 5)]
    failure, last, short = Transformers(temperature=0.0, max_tokens=6, batch_size=1)(prompts, tiny)
    assert failure.error == "the prompt has 1,033 tokens, and the model takes 1,024 with the response"
    assert (last.prompt_tokens, last.completion_tokens) == (1_023, 1)
    assert (short.prompt_tokens, short.completion_tokens) == (8, 6)


def test_placement_and_type(tiny: str) -> None:
    """A model that is spread over what there is answers the same; 16 bits are taken if they are asked for."""
    options = {"temperature": 0.0, "max_tokens": 6}
    texts = [each.text for each in Transformers(**options)(PROMPTS, tiny)]
    assert [each.text for each in Transformers(device="auto", **options)(PROMPTS, tiny)] == texts
    assert all(each.text is not None for each in Transformers(dtype="bfloat16", **options)(PROMPTS, tiny))
