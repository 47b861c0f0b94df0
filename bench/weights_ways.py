"""One way of answering prompts with transformers, measured from the inside; bench/weights.py runs it in a process of its own."""

from __future__ import annotations

import time

BEGAN = time.perf_counter()

import json  # noqa: E402  # the clock starts first
import shutil  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

from turns import Stopwatch, Turn, peak_memory  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[[list[str]], tuple[list[str], int]]


def bare(job: dict[str, Any]) -> Answer:
    """Return a function that answers as a script with transformers does, the longest prompts first; with the number of tokens."""
    import torch
    import transformers

    transformers.logging.disable_progress_bar()
    gpu = torch.cuda.is_available()
    tokenizer = transformers.AutoTokenizer.from_pretrained(job["model"], padding_side="left")
    model = transformers.AutoModelForCausalLM.from_pretrained(
        job["model"], dtype=torch.bfloat16 if gpu else torch.float32, device_map="cuda" if gpu else "cpu"
    ).eval()

    def answer(prompts: list[str]) -> tuple[list[str], int]:
        turns = [[{"role": "user", "content": prompt}] for prompt in prompts]
        texts = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        lengths = [len(ids) for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]]
        order = sorted(range(len(texts)), key=lambda place: -lengths[place])
        answers, count = {}, 0
        for start in range(0, len(order), job["batch"]):
            places = order[start : start + job["batch"]]
            inputs = tokenizer(
                [texts[at] for at in places], return_tensors="pt", padding=True, add_special_tokens=False
            )
            with torch.inference_mode():
                output = model.generate(**inputs.to(model.device), max_new_tokens=job["tokens"], do_sample=False)
            rows = output[:, inputs["input_ids"].shape[1] :]
            answers |= zip(places, tokenizer.batch_decode(rows, skip_special_tokens=True), strict=True)
            count += int((rows != tokenizer.pad_token_id).sum())
        return [answers[at] for at in range(len(prompts))], count

    return answer


def zebra(job: dict[str, Any]) -> Answer:
    """Return a function that answers as `zebra generate` does, into a pool."""
    import zebra_core as zebra
    from zebra_generate.asking.ask import Reporting, Settings
    from zebra_generate.generators.weights import Transformers
    from zebra_generate.keeping.folder import Target
    from zebra_generate.requests.prompts import read_prompts
    from zebra_generate.requests.request import Model
    from zebra_generate.run import generate, requests_of

    values = {"temperature": 0.0, "max_tokens": job["tokens"], "batch_size": job["batch"]}
    generator = zebra.Component("generator", "transformers", "generate", Transformers).bind(values)

    def answer(prompts: list[str]) -> tuple[list[str], int]:
        import pyarrow.parquet as pq

        pool, path = Path(job["folder"]) / "pool", Path(job["folder"]) / "some.txt"
        shutil.rmtree(pool, ignore_errors=True)
        path.write_text("".join(f"{prompt}\n" for prompt in prompts), encoding="utf-8")
        requests = requests_of(read_prompts(str(path)), [Model("model", generator, job["model"])])
        generate(requests, Target(pool), Settings(batch=len(prompts)), Reporting(print, lambda _: None))
        columns = pq.read_table(pool, columns=["id", "response", "completion_tokens"]).to_pylist()
        return [row["response"] for row in columns], sum(row["completion_tokens"] for row in columns)

    return answer


def main() -> None:
    """Answer the prompts the way that is asked for, and print what it took."""
    job = json.loads(sys.argv[1])
    answer = (bare if job["way"] == "bare" else zebra)(job)
    prompts = Path(job["prompts"]).read_text(encoding="utf-8").splitlines()
    answer(prompts[:1])  # loads the model, and compiles what is compiled
    from transformers import GenerationMixin

    stopwatch, plain = Stopwatch(Turn(job["turn"])), GenerationMixin.generate

    def timed(*args: Any, **kwargs: Any) -> Any:
        stopwatch.step()
        return plain(*args, **kwargs)

    GenerationMixin.generate = timed
    start = time.perf_counter() - BEGAN
    texts, count = answer(prompts)
    stopwatch.end()
    walls = stopwatch.laps(0)
    result = {"rate": count / sum(walls), "seconds": sum(walls), "tokens": count, "walls": walls}
    result |= {"cpus": stopwatch.laps(1), "peak": peak_memory(), "start": start, "texts": texts}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
