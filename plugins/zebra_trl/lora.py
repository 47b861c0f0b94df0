"""Adapters: `--lora r=16,alpha=32,dropout=0.05,target=all-linear,bits=4,merge=true`."""

from __future__ import annotations

import importlib.util
from typing import Any

import attrs
import cattrs

import zebra_core as zebra


@attrs.frozen
class Lora:
    """What an adapter is: rank, scale (2 r if not given), dropout, which layers, bits of the base model (16, 8 or 4).

    `merge` has the adapter merged into the model that is saved.
    """

    r: int = 16
    alpha: int = 0
    dropout: float = 0.0
    target: str = "all-linear"
    bits: int = attrs.field(default=16, validator=attrs.validators.in_([4, 8, 16]))
    merge: bool = False

    @classmethod
    def of(cls, text: str) -> Lora | None:
        """Read `NAME=VALUE,...`; None for an empty text. Raises ZebraError."""
        if not text:
            return None
        pairs = dict(piece.partition("=")[::2] for piece in text.split(","))
        known = [field.name for field in attrs.fields(cls)]
        for name in pairs:
            if name not in known:
                what = "part of --lora"
                raise zebra.unknown(what, name, known)
        try:
            converter = cattrs.Converter()
            converter.register_structure_hook(bool, lambda value, _: {"true": True, "false": False}[value.lower()])
            return converter.structure(pairs, cls)
        except Exception as wrong:
            msg = f"--lora wants such as r=16,alpha=32,dropout=0.05,target=all-linear,bits=4,merge=true, got {text!r}"
            raise zebra.ZebraError(msg) from wrong

    def config(self, *, reward: bool) -> Any:
        """Return peft's configuration."""
        from peft import LoraConfig  # noqa: PLC0415

        target = self.target if self.target == "all-linear" else self.target.split("+")
        return LoraConfig(
            r=self.r,
            lora_alpha=self.alpha or 2 * self.r,
            lora_dropout=self.dropout,
            target_modules=target,
            task_type="SEQ_CLS" if reward else "CAUSAL_LM",
        )

    def quantization(self) -> Any:
        """Return how the base model is held in 4 or 8 bits, None for 16; ZebraError where that cannot be."""
        if self.bits == 16:
            return None
        import torch  # noqa: PLC0415
        from transformers import BitsAndBytesConfig  # noqa: PLC0415

        if importlib.util.find_spec("bitsandbytes") is None:
            msg = f"--lora bits={self.bits} needs bitsandbytes: pip install bitsandbytes"
            raise zebra.ZebraError(msg)
        if self.bits == 8:
            return BitsAndBytesConfig(load_in_8bit=True)
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
