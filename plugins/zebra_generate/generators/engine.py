"""The generator for weights on this machine, with the engine of vLLM."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Literal

import attrs

import zebra_core as zebra
from zebra_generate.generators.loaded import one_at_a_time, template_for
from zebra_generate.generators.sampling import Sampling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@attrs.frozen
class VLLM(Sampling):
    """Weights on this machine, in a folder or from the Hugging Face Hub, with vLLM: much faster than `transformers` on GPUs.

    The code in a model's repository is not run.
    """

    batch_size: int = zebra.option(
        1024,
        "Prompts given to the engine together; their responses are kept together.",
        validator=attrs.validators.ge(1),
    )
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = zebra.option(
        "auto", "Type of the numbers; that of the weights, at most 16 bits, if auto."
    )
    tensor_parallel_size: int = zebra.option(1, "GPUs that share the model.", validator=attrs.validators.ge(1))
    gpu_memory_utilization: float = zebra.option(
        0.9, "Share of a GPU's memory to use.", validator=[attrs.validators.gt(0), attrs.validators.le(1)]
    )
    max_model_len: int = zebra.option(
        0,
        "Most tokens of a prompt and its response; as many as the model takes if 0.",
        validator=attrs.validators.ge(0),
    )
    enforce_eager: bool = zebra.option(default=False, help="Compile nothing: starts sooner, and generates more slowly.")

    def __call__(self, prompts: Sequence[zebra.Messages], model: str) -> list[zebra.Response]:
        """Return a response per prompt, in order. Raise ZebraError if the model cannot be loaded."""
        responses = dict(self.stream(prompts, model))
        return [responses[number] for number in range(len(prompts))]

    def stream(self, prompts: Sequence[zebra.Messages], model: str) -> Iterator[tuple[int, zebra.Response]]:
        """Yield the responses of a batch after the other. Raise ZebraError if the model cannot be loaded."""
        zebra.require_extra("vllm", "the generator vllm", ("vllm",))
        engine = _load(
            model,
            dtype=self.dtype,
            tensor_parallel_size=self.tensor_parallel_size,
            gpu_memory_utilization=self.gpu_memory_utilization,
            max_model_len=self.max_model_len or None,
            enforce_eager=self.enforce_eager,
        )
        for start in range(0, len(prompts), self.batch_size):
            batch = prompts[start : start + self.batch_size]
            begun = time.monotonic()
            responses = self._answers(engine, batch)
            seconds = round((time.monotonic() - begun) / len(batch), 4)
            for number, response in enumerate(responses, start):
                yield number, attrs.evolve(response, seconds=seconds, seed=self.request_seed(prompts[number]))

    def settings(self, model: str) -> Mapping[str, Any]:
        """Return the model and what its responses depend on: not how the engine uses the device."""
        limit = {"max_model_len": self.max_model_len} if self.max_model_len else {}
        return {"model": model, **self.sampling(), "seed": self.seed, "dtype": self.dtype, **limit}

    def _answers(self, engine: Any, prompts: Sequence[zebra.Messages]) -> list[zebra.Response]:
        """Return a response per prompt: a prompt that the engine refuses, such as one that is too long, is a failure."""
        from vllm.exceptions import VLLMValidationError  # noqa: PLC0415  # heavy, and in an extra

        turns = [[{**message} for message in messages] for messages in prompts]
        drawing = [self._drawing(engine, messages) for messages in prompts]
        template = template_for(engine.get_tokenizer())
        try:
            outputs = engine.chat(turns, drawing, use_tqdm=False, chat_template=template)
        except (VLLMValidationError, ValueError) as error:
            if len(prompts) == 1:
                return [zebra.Response(None, error=str(error))]
            middle = len(prompts) // 2
            return [*self._answers(engine, prompts[:middle]), *self._answers(engine, prompts[middle:])]
        return [_response(output) for output in outputs]

    def _drawing(self, engine: Any, messages: zebra.Messages) -> Any:
        """Return the parameters of the sampling; what is not set is the model's own."""
        from vllm import SamplingParams  # noqa: PLC0415

        own = engine.llm_engine.model_config.get_diff_sampling_param()
        return SamplingParams(**{**own, **self.sampling(), "seed": self.request_seed(messages)})


@one_at_a_time
def _load(model: str, **arguments: Any) -> Any:
    """Return the engine with a model. Raise ZebraError if it cannot be loaded."""
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")  # it is read at the import
    from vllm import LLM  # noqa: PLC0415

    try:
        return LLM(model, trust_remote_code=False, seed=0, **arguments)
    except (OSError, ValueError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        msg = f"cannot load the model {model!r} with vLLM: {reason}; check the folder, or the name on the Hugging Face Hub"
        raise zebra.ZebraError(msg) from error


def _response(output: Any) -> zebra.Response:
    answer = output.outputs[0]
    text = answer.text.encode(errors="replace").decode()
    return zebra.Response(text, answer.finish_reason, len(output.prompt_token_ids), len(answer.token_ids))
