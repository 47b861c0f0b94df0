"""The generator for weights on this machine, with vLLM."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

import zebra_core as zebra
from zebra_generate.generators.engine import VLLM

pytestmark = [pytest.mark.vllm, pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # vLLM's own warnings
LENGTHS = (9, 1, 5, 200)
PROMPTS = [[{"role": "user", "content": "w" * length}] for length in LENGTHS]


def test_responses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prompts have responses at their places, of the same seed the same, and one that is too long is a failure.

    The counts of tokens are those of the template: `<user>`, a token per letter, `<eos>` and `<assistant>`.
    """
    from zebra_trl.models.tiny import make_tiny

    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    make_tiny(tmp_path, hidden=128)
    generator = VLLM(temperature=1.0, max_tokens=6, max_model_len=64, batch_size=3, dtype="float32", enforce_eager=True)
    responses = generator(PROMPTS, str(tmp_path))
    assert [response.prompt_tokens for response in responses] == [12, 4, 8, None]
    assert [response.text is None for response in responses] == [False, False, False, True]
    assert "maximum context length is 64 tokens" in str(responses[3].error)
    for response in responses[:3]:
        assert response.finish_reason == ("length" if response.completion_tokens == 6 else "stop")
    again, other = (attrs.evolve(generator, seed=seed)(PROMPTS[:3], str(tmp_path)) for seed in (0, 1))
    assert [each.text for each in again] == [each.text for each in responses[:3]] != [each.text for each in other]
    greedy = attrs.evolve(generator, temperature=0.0)
    assert [each.text for each in greedy(PROMPTS[:2], str(tmp_path))] == [
        greedy([prompt], str(tmp_path))[0].text for prompt in PROMPTS[:2]
    ]


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    """The error names it, with what to check."""
    with pytest.raises(zebra.ZebraError, match=r"cannot load the model .*absent.* with vLLM: .*; check the folder"):
        VLLM()(PROMPTS, str(tmp_path / "absent"))
