"""The margins of pairs that a trainer measures."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zebra_core.plugins.protocols import MeasuresPairs

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs

RESPONSES = {
    "Name a river.": [
        "The Rhine.",
        "Rhine, I would say",
        "No.",
        "A river is water that flows to the sea, or into a lake.",
    ],
    "What is 3 + 4?": ["7", "It is 7.", "8 or so"],
}
PAIRS = [
    {"prompt": prompt, "chosen": chosen, "rejected": rejected}
    for prompt, responses in RESPONSES.items()
    for chosen, rejected in itertools.combinations(responses, 2)
]
"""All pairs of four and of three responses: 6 + 3, of 7 responses."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A model, and the base that it differs from in every weight."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from zebra_trl.models.tiny import make_tiny

    folder = tmp_path_factory.mktemp("models")
    make_tiny(folder / "base")
    model = AutoModelForCausalLM.from_pretrained(folder / "base")
    torch.manual_seed(0)
    for weights in model.parameters():
        weights.data += 0.05 * torch.randn_like(weights)
    model.save_pretrained(folder / "model")
    AutoTokenizer.from_pretrained(folder / "base").save_pretrained(folder / "model")
    return str(folder / "model"), str(folder / "base")


def write(folder: Path, rows: list[dict[str, str]]) -> str:
    """Write pairs to a file."""
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def log_ratio(models: tuple[str, str], prompt: str, response: str, limit: int) -> float:
    """Return log(model(response) / base(response)), token by token, of one sequence cut at `limit` tokens."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(models[1])
    first = tokenizer(prompt)["input_ids"]
    ids = (first + tokenizer(response)["input_ids"] + [tokenizer.eos_token_id])[:limit]
    sums = []
    for name in models:
        with torch.no_grad():
            rows = AutoModelForCausalLM.from_pretrained(name)(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        sums.append(sum(float(rows[at - 1, ids[at]]) for at in range(len(first), len(ids))))
    return sums[0] - sums[1]


@pytest.mark.parametrize("limit", [1024, 24])
def test_margins_are_those_of_a_plain_forward_pass(tmp_path: Path, models: tuple[str, str], limit: int) -> None:
    """Each margin is the difference of two log-ratios, worked out one sequence at a time without padding; also when cut."""
    from zebra_trl.trainers import DPO

    trainer = DPO(max_length=limit)
    assert isinstance(trainer, MeasuresPairs)
    margins = trainer.margins(write(tmp_path, PAIRS), *models)
    expected = [
        log_ratio(models, row["prompt"], row["chosen"], limit)
        - log_ratio(models, row["prompt"], row["rejected"], limit)
        for row in PAIRS
    ]
    np.testing.assert_allclose(margins, expected, atol=1e-4)
    assert np.abs(margins).min() > 1e-3


def test_margins_have_the_precision_of_the_trainer(tmp_path: Path, models: tuple[str, str]) -> None:
    """bf16 has 8 significant bits, so the margins, of a few nats, are near those of fp32, and not the same."""
    from zebra_trl.trainers import DPO

    dataset = write(tmp_path, PAIRS)
    full, half = (DPO(precision=name).margins(dataset, *models) for name in ("fp32", "bf16"))
    np.testing.assert_allclose(half, full, atol=0.5)
    assert (half != full).any()


def test_a_pair_without_room_is_nan_in_its_place(tmp_path: Path, models: tuple[str, str]) -> None:
    """A prompt of 40 tokens leaves no room in 24, and an empty response teaches nothing; the others keep their places."""
    from zebra_trl.trainers import DPO

    rows = [{"prompt": "x" * 40, "chosen": "a", "rejected": "b"}, PAIRS[0], {**PAIRS[1], "chosen": " "}, PAIRS[2]]
    margins = DPO(max_length=24).margins(write(tmp_path, rows), *models)
    assert np.isnan(margins).tolist() == [True, False, True, False]
    alone = DPO(max_length=24).margins(write(tmp_path, [PAIRS[0], PAIRS[2]]), *models)
    np.testing.assert_allclose(margins[[1, 3]], alone, atol=1e-5)


def test_margins_of_a_model_against_itself_are_zero(tmp_path: Path, models: tuple[str, str]) -> None:
    """Model and base are one folder, however it is written; a copy of it gives 0 too."""
    import shutil

    from zebra_trl.trainers import DPO

    _, base = models
    shutil.copytree(base, tmp_path / "copy")
    for other in (base, f"{base}/../base", str(tmp_path / "copy")):
        assert DPO().margins(write(tmp_path, PAIRS), base, other).tolist() == [0.0] * 9


def test_each_response_is_scored_once(tmp_path: Path, models: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """9 pairs have 18 sides, but 7 responses: each model reads 7 sequences."""
    import torch
    from transformers import LlamaForCausalLM

    from zebra_trl.trainers import DPO

    sizes: list[int] = []
    forward = LlamaForCausalLM.forward

    def counting(self: Any, input_ids: torch.Tensor, **others: Any) -> Any:
        sizes.append(len(input_ids))
        return forward(self, input_ids=input_ids, **others)

    monkeypatch.setattr(LlamaForCausalLM, "forward", counting)
    DPO(per_device_train_batch_size=4).margins(write(tmp_path, PAIRS), *models)
    assert sizes == [4, 3, 4, 3]


def test_margins_have_the_same_bits_in_another_process(tmp_path: Path, models: tuple[str, str]) -> None:
    """Two calls here and one in a new process give the same bytes."""
    from zebra_trl.trainers import DPO

    dataset = write(tmp_path, PAIRS)
    margins = [DPO().margins(dataset, *models) for _ in range(2)]
    code = "import sys; from zebra_trl.trainers import DPO; DPO().margins(*sys.argv[2:]).tofile(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, tmp_path / "bytes", dataset, *models], check=True, capture_output=True)
    assert margins[0].tobytes() == margins[1].tobytes() == (tmp_path / "bytes").read_bytes()


def test_an_adapter_is_measured_on_its_base(tmp_path: Path, models: tuple[str, str]) -> None:
    """An adapter whose B is 0 changes nothing; with B drawn at random, the margins are those of the merged model."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from zebra_trl.trainers import DPO

    _, base = models
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), LoraConfig(r=2, task_type="CAUSAL_LM"))
    for weights in ("zero", "random"):
        if weights == "random":
            torch.manual_seed(1)
            for name, values in model.named_parameters():
                if "lora_B" in name:
                    values.data.normal_()
        model.save_pretrained(tmp_path / weights)
        AutoTokenizer.from_pretrained(base).save_pretrained(tmp_path / weights)
    model.merge_and_unload().save_pretrained(tmp_path / "merged")
    AutoTokenizer.from_pretrained(base).save_pretrained(tmp_path / "merged")
    dataset = write(tmp_path, PAIRS)
    assert DPO().margins(dataset, str(tmp_path / "zero"), base).tolist() == [0.0] * 9
    adapted, merged = (DPO().margins(dataset, str(tmp_path / name), base) for name in ("random", "merged"))
    np.testing.assert_allclose(adapted, merged, atol=1e-3)
    assert np.abs(adapted).max() > 0.1


def test_messages_need_a_chat_template(tmp_path: Path, models: tuple[str, str]) -> None:
    """The trainer's own option names the template that is missing."""
    import shutil

    import zebra_core as zebra
    from zebra_trl.trainers import DPO

    _, base = models
    shutil.copytree(base, tmp_path / "plain")
    template = tmp_path / "chat.jinja"
    (tmp_path / "plain/chat_template.jinja").rename(template)
    chats = [
        {
            "prompt": [{"role": "user", "content": row["prompt"]}],
            **{side: [{"role": "assistant", "content": row[side]}] for side in ("chosen", "rejected")},
        }
        for row in PAIRS
    ]
    dataset = write(tmp_path, chats)  # type: ignore[arg-type]  # messages instead of texts
    plain = str(tmp_path / "plain")
    with pytest.raises(zebra.ZebraError, match=r"has no chat template; add --set dpo.chat_template=FILE.jinja"):
        DPO().margins(dataset, plain, models[0])
    margins = DPO(chat_template=str(template)).margins(dataset, plain, models[0])
    np.testing.assert_allclose(margins, DPO().margins(dataset, *reversed(models)), atol=1e-5)
