"""The generator for weights on this machine, with transformers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

import attrs

import zebra_core as zebra
from zebra_generate.generators.loaded import one_at_a_time, template_for
from zebra_generate.generators.sampling import Sampling

if TYPE_CHECKING:
    from collections.abc import Sequence


@attrs.frozen
class Transformers(Sampling):
    """Weights on this machine, in a folder or from the Hugging Face Hub, with transformers, on GPUs or the CPU.

    Prompts of similar length are a batch. The code in a model's repository is not run.
    """

    batch_size: int = zebra.option(8, "Prompts in a batch on the device.", validator=attrs.validators.ge(1))
    device: str = zebra.option(
        "", "Device such as cuda:1 or cpu, or auto to spread the model over all GPUs; a GPU if there is one, if empty."
    )
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = zebra.option(
        "auto", "Type of the numbers; bfloat16 on a GPU that has it and else float32, if auto."
    )

    def check(self, model: str) -> None:
        """Raise ZebraError if the libraries or the model are missing."""
        zebra.require_extra("train", "the generator transformers", ("torch", "transformers"))
        zebra.check_model(model)

    def __call__(self, prompts: Sequence[zebra.Messages], model: str) -> list[zebra.Response]:
        """Return a response per prompt, in order. Raise ZebraError if the model cannot be loaded."""
        if not prompts:
            return []
        zebra.require_extra("train", "the generator transformers", ("torch", "transformers", "accelerate"))
        tokenizer, network = _load(model, self.device, self.dtype)
        texts = [_text(tokenizer, messages) for messages in prompts]
        lengths = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]
        room = getattr(network.config, "max_position_embeddings", None) or max(lengths) + self.max_tokens
        responses = {
            number: zebra.Response(
                None, error=f"the prompt has {length:,} tokens, and the model takes {room:,} with the response"
            )
            for number, length in enumerate(lengths)
            if length >= room
        }
        order = sorted({*range(len(prompts))} - {*responses}, key=lambda number: (-lengths[number], number))
        for start in range(0, len(order), self.batch_size):
            batch = order[start : start + self.batch_size]
            seed = self.request_seed(prompts[batch[0]])
            counts = [lengths[number] for number in batch]  # the longest first
            limit = min(self.max_tokens, room - counts[0])
            answers = self._answer(tokenizer, network, [texts[number] for number in batch], limit, seed)
            responses |= {
                number: attrs.evolve(answer, prompt_tokens=count, seed=seed)
                for number, answer, count in zip(batch, answers, counts, strict=True)
            }
        return [responses[number] for number in range(len(prompts))]

    def _answer(self, tokenizer: Any, network: Any, texts: list[str], limit: int, seed: int) -> list[zebra.Response]:
        """Return what the network answers to a batch, at most `limit` tokens; the draw of the tokens follows from the seed.

        Raise ZebraError if the batch does not fit the device.
        """
        import torch  # noqa: PLC0415  # heavy, and in an extra

        begun = time.monotonic()
        inputs = tokenizer(texts, return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False)
        torch.manual_seed(seed)
        try:
            with torch.inference_mode():
                output = network.generate(
                    input_ids=inputs["input_ids"].to(network.device),
                    attention_mask=inputs["attention_mask"].to(network.device),
                    pad_token_id=tokenizer.pad_token_id,
                    max_new_tokens=limit,
                    **self._drawing(),
                )
        except torch.OutOfMemoryError as error:
            msg = (
                f"{len(texts)} prompts do not fit the memory of the device at a time; lower --set transformers.batch_size, "
                "or spread the model over all GPUs with --set transformers.device=auto"
            )
            raise zebra.ZebraError(msg) from error
        seconds = round((time.monotonic() - begun) / len(texts), 4)
        rows = output[:, inputs["input_ids"].shape[1] :].tolist()
        return [_response(tokenizer, row, _ends(network, tokenizer), seconds) for row in rows]

    def _drawing(self) -> dict[str, Any]:
        """Return the arguments of the sampling; what is not set is the model's own."""
        values = {name: value for name, value in self.sampling().items() if name != "max_tokens"}
        if values.pop("temperature", None) == 0:
            return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        if self.temperature is not None:
            values["temperature"] = self.temperature
        return {"do_sample": True, **values} if values else {}


@one_at_a_time
def _load(model: str, device: str, dtype: str) -> tuple[Any, Any]:
    """Return the tokenizer and the network. Raise ZebraError if they cannot be loaded."""
    import torch  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    transformers.logging.disable_progress_bar()
    transformers.logging.set_verbosity_error()
    on_gpu = torch.cuda.is_available() and device != "cpu"
    short = on_gpu and torch.cuda.is_bf16_supported()
    own = "bfloat16" if short else "float32"
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(model, trust_remote_code=False)
        network = transformers.AutoModelForCausalLM.from_pretrained(
            model,
            dtype=own if dtype == "auto" else dtype,
            device_map=device or ("cuda" if on_gpu else "cpu"),
            trust_remote_code=False,
        ).eval()
    except (OSError, ValueError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        msg = f"cannot load the model {model!r}: {reason}; check the folder, or the name on the Hugging Face Hub"
        raise zebra.ZebraError(msg) from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer, network


def _text(tokenizer: Any, messages: zebra.Messages) -> str:
    """Return a conversation as the model reads it: by its chat template, or one message per line if it has none."""
    turns, template = [{**message} for message in messages], template_for(tokenizer)
    return str(tokenizer.apply_chat_template(turns, chat_template=template, tokenize=False, add_generation_prompt=True))


def _ends(network: Any, tokenizer: Any) -> set[int]:
    """Return the tokens that end a response."""
    ends = network.generation_config.eos_token_id
    return {*(ends if isinstance(ends, list) else [ends]), tokenizer.eos_token_id} - {None}


def _response(tokenizer: Any, row: list[int], ends: set[int], seconds: float) -> zebra.Response:
    """Return the response in a row of tokens, which ends with the first that ends it."""
    length = next((at for at, token in enumerate(row) if token in ends), None)
    text = tokenizer.decode(row[:length], skip_special_tokens=True)
    finish = "length" if length is None else "stop"
    count = len(row) if length is None else length + 1
    return zebra.Response(text, finish, completion_tokens=count, seconds=seconds)
