"""Adapters: `--lora r=16,alpha=32,dropout=0.05,target=all-linear,bits=4,merge=true`."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import attrs
import cattrs

import zebra_core as zebra

if TYPE_CHECKING:
    from peft import LoraConfig
    from transformers import BitsAndBytesConfig


@attrs.frozen
class Lora:
    """An adapter: rank, scale (2 r by default), dropout, target layers, and bits of the base model (16, 8 or 4).

    `merge` merges the adapter into the saved model.
    """

    r: int = 16
    alpha: int = 0
    dropout: float = 0.0
    target: str = "all-linear"
    bits: int = attrs.field(default=16, validator=attrs.validators.in_([4, 8, 16]))
    merge: bool = False

    @classmethod
    def from_text(cls, text: str) -> Lora | None:
        """Return the adapter of `NAME=VALUE,...`, None for an empty text. Raise ZebraError if the text is invalid."""
        if not text:
            return None
        pairs = dict(piece.partition("=")[::2] for piece in text.split(","))
        names = [field.name for field in attrs.fields(cls)]
        for name in pairs:
            if name not in names:
                what = "part of --lora"
                raise zebra.unknown(what, name, names)
        try:
            converter = cattrs.Converter()
            converter.register_structure_hook(bool, lambda value, _: {"true": True, "false": False}[value.lower()])
            return converter.structure(pairs, cls)
        except Exception as error:
            msg = f"--lora expects settings such as r=16,alpha=32,dropout=0.05,target=all-linear,bits=4,merge=true, got {text!r}"
            raise zebra.ZebraError(msg) from error

    def config(self, *, reward: bool) -> LoraConfig:
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

    def quantization(self) -> BitsAndBytesConfig | None:
        """Return the quantisation of the base model, None for 16 bits. Raise ZebraError if bitsandbytes is missing."""
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
