"""One small pool, two prompts that two models answered, in each format of other tools and public datasets.

Every sample is written for these tests after the format's documentation.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import attrs
import pyarrow.parquet as pq
from helpers.pools import comma, lines, parquet

LARGE, SMALL = "org/m-large", "org/m-small"
SUM, SKY = "What is 2 + 3?", "Name a colour\nof the sky."
POOL = {SUM: {LARGE: "Five, as 2 + 3 = 5.", SMALL: "5"}, SKY: {LARGE: "Blue, by day.", SMALL: "sky colour"}}
ROWS = [(number, prompt, model, text) for number, (prompt, by) in enumerate(POOL.items()) for model, text in by.items()]
"""Number of the prompt, prompt, model, response."""
TIME = "2026-01-02T03-04-05.678901"


@attrs.frozen
class Sample:
    """A format's files by name, the reader that recognises them, and the location to name."""

    reader: str
    files: dict[str, bytes]
    location: str

    def write(self, folder: Path) -> str:
        """Write the files, and return the location."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return str(folder / self.location)


def one(reader: str, name: str, content: bytes) -> Sample:
    return Sample(reader, {name: content}, name)


def of(model: str) -> list[tuple[int, str, str]]:
    return [(number, prompt, text) for number, prompt, name, text in ROWS if name == model]


def user(prompt: str) -> dict[str, Any]:
    return {"role": "user", "content": prompt}


def assistant(text: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def by_model(name: str, row: Any) -> dict[str, bytes]:
    """Return a file per model, with a row per answer that `row` makes of model, number, prompt and response."""
    return {
        name.format(model=model, folder=model.replace("/", "__"), short=model[4:]): lines(
            [row(model, *answer) for answer in of(model)]
        )
        for model in (LARGE, SMALL)
    }


def completion(model: str, text: str) -> dict[str, Any]:
    choice = {"index": 0, "message": assistant(text) | {"tool_calls": None}, "finish_reason": "stop"}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": model,
        "choices": [choice],
        "usage": {"total_tokens": 9},
    }


def file_per_model() -> Sample:
    """One model's prompts have other white space: they are joined nevertheless."""
    rows = by_model(
        "answers/{model}.jsonl",
        lambda model, _, prompt, text: {
            "prompt": prompt if model == LARGE else " ".join(prompt.split()),
            "response": text,
        },
    )
    return Sample("file-per-model", rows, "answers")


def alpaca_eval() -> Sample:
    """AlpacaEval's outputs name their model, and are of the layout `long`."""
    files = {
        f"results/{model[4:]}/model_outputs.json": json.dumps(
            [{"dataset": "quiz", "instruction": p, "output": t, "generator": model} for _, p, t in of(model)]
        ).encode()
        for model in (LARGE, SMALL)
    }
    return Sample("long", files, "results")


def mt_bench() -> Sample:
    def answer(model: str, number: int, _: str, text: str) -> dict[str, Any]:
        choices = [{"index": 0, "turns": [text, "a second turn"]}]
        return {"question_id": number, "answer_id": "x", "model_id": model, "choices": choices, "tstamp": 1.5}

    questions = [{"question_id": n, "category": "quiz", "turns": [p, "And then?"]} for n, p in enumerate(POOL)]
    files = by_model("bench/model_answer/{short}.jsonl", answer)
    return Sample("model-answers", {**files, "bench/question.jsonl": lines(questions)}, "bench/model_answer")


def arena_hard() -> Sample:
    def answer(model: str, number: int, prompt: str, text: str) -> dict[str, Any]:
        messages = [{"role": "system", "content": "Be brief."}, user(prompt), assistant({"answer": text})]
        return {"uid": f"u{number}", "ans_id": "x", "model": model, "messages": messages, "tstamp": 1.5, "metadata": {}}

    return Sample("model-answers", by_model("hard/model_answer/{short}.jsonl", answer), "hard")


def lm_eval() -> Sample:
    """The folder has the results too, and a task of likelihoods."""

    def sample(_: str, number: int, prompt: str, text: str) -> dict[str, Any]:
        arguments = {"gen_args_0": {"arg_0": prompt, "arg_1": {"until": ["\n\n"], "do_sample": False}}}
        doc = {"question": prompt, "answer": number}
        return {
            "doc_id": number,
            "doc": doc,
            "target": "5",
            "arguments": arguments,
            "resps": [[text]],
            "filtered_resps": [text],
        }

    def likelihood(_: str, number: int, prompt: str, __: str) -> dict[str, Any]:
        arguments = {f"gen_args_{k}": {"arg_0": prompt, "arg_1": f" {k}"} for k in range(2)}
        resps = [[["-1.5", "False"]], [["-0.5", "True"]]]
        return {"doc_id": number, "doc": {"query": prompt}, "target": 1, "arguments": arguments, "resps": resps}

    files = by_model("logs/{folder}/samples_quiz_" + TIME + ".jsonl", sample)
    files |= by_model("logs/{folder}/samples_choice_" + TIME + ".jsonl", likelihood)
    files |= {f"logs/{m.replace('/', '__')}/results_{TIME}.json": b'{\n "results": {}\n}' for m in (LARGE, SMALL)}
    return Sample("lm-eval-samples", files, "logs")


def lighteval() -> Sample:
    files = {
        f"evals/details/{model}/{TIME}/details_quiz_{TIME}.parquet": parquet(
            [
                {
                    "__doc__": {"query": prompt, "choices": ["5"], "gold_index": 0, "id": str(number)},
                    "__model_response__": {"input": prompt, "text": [text], "logprobs": [0.5]},
                    "__metric__": {"em": 1.0},
                }
                for number, prompt, text in of(model)
            ]
        )
        for model in (LARGE, SMALL)
    }
    return Sample("lighteval-details", files, "evals")


def lighteval_before_010() -> Sample:
    files = {
        f"old/details/{model}/{TIME}/details_quiz_{TIME}.parquet": parquet(
            [
                {"example": p, "full_prompt": f"Answer.\n{p}", "predictions": [t], "choices": ["5"]}
                for _, p, t in of(model)
            ]
        )
        for model in (LARGE, SMALL)
    }
    return Sample("lighteval-details", files, "old")


def inspect() -> Sample:
    """One log is an archive, the other one object; a long text of the latter is kept apart."""
    header = {"version": 2, "status": "success", "eval": {"task": "inspect_evals/quiz", "model": LARGE}}
    samples = [
        {
            "id": number,
            "epoch": epoch,
            "input": prompt,
            "target": "5",
            "output": {"model": LARGE, "choices": [{"message": assistant(text)}]},
        }
        for number, prompt, text in of(LARGE)
        for epoch in (1, 2)
    ]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for sample in samples:
            file.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
        file.writestr("header.json", json.dumps(header))
    parts = [
        {
            "id": number,
            "epoch": 1,
            "input": [user("attachment://4f")] if prompt == SKY else prompt,
            "output": {"choices": [{"message": assistant([{"type": "text", "text": text}])}]},
            "attachments": {"4f": SKY},
        }
        for number, prompt, text in of(SMALL)
    ]
    log = {"version": 2, "eval": {"task": "quiz", "model": SMALL}, "samples": parts}
    return Sample(
        "inspect-samples",
        {"runs/a.eval": archive.getvalue(), "runs/b.json": json.dumps(log, indent=1).encode()},
        "runs",
    )


def batch() -> Sample:
    """The requests, and the output of two batches; a request failed."""
    body = {"model": "m", "messages": [{"role": "user", "content": ""}]}
    requests = [
        {
            "custom_id": f"r{number}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": body | {"messages": [user(prompt)]},
        }
        for number, prompt in enumerate([*POOL, "What failed?"])
    ]
    files = by_model(
        "batch/{short}.jsonl",
        lambda model, number, _, text: {
            "id": "batch_1", "custom_id": f"r{number}", "error": None,
            "response": {"status_code": 200, "request_id": "q", "body": completion(model, text)},
        },
    )  # fmt: skip
    failed = {"id": "batch_2", "custom_id": "r2", "response": None, "error": {"code": "expired", "message": "too late"}}
    files["batch/m-small.jsonl"] += b"\n" + lines([failed])
    return Sample("chat-completions", {**files, "batch/requests.jsonl": lines(requests)}, "batch")


def vllm_log() -> Sample:
    rows = [{"request": {"model": m, "messages": [user(p)]}, "response": completion(m, t)} for _, p, m, t in ROWS]
    return one("chat-completions", "vllm.jsonl", lines(rows))


def litellm_log() -> Sample:
    rows = [
        {"id": f"call-{k}", "call_type": "acompletion", "model": m, "messages": [user(p)], "response": completion(m, t)}
        for k, (_, p, m, t) in enumerate(ROWS)
    ]
    return one("chat-completions", "litellm.jsonl", lines(rows))


def distilabel() -> Sample:
    rows = [
        {
            "instruction": prompt,
            "generations": [*by.values()],
            "generation_models": [*by],
            "ratings": [5, 2],
            "rationales": ["x", "y"],
            "ultrafeedback_model": "judge",
        }
        for prompt, by in POOL.items()
    ]
    return one("distilabel", "distilabel.jsonl", lines(rows))


def argilla() -> Sample:
    rows = [
        {
            "id": f"a{n}",
            "messages": [user(p)],
            "instruction": p,
            "generation_models": [*by],
            "generation": [*by.values()],
        }
        for n, (p, by) in enumerate(POOL.items())
    ]
    return one("distilabel", "argilla.parquet", parquet(rows))


def nectar() -> Sample:
    rows = [
        {
            "prompt": f"\n\nHuman: {prompt}\n\nAssistant: ",
            "answers": [{"answer": t, "model": m, "rank": float(k)} for k, (m, t) in enumerate(by.items(), 1)],
            "turns": 1,
            "num_responses": 2,
            "source": ["quiz"],
            "good_natured": True,
        }
        for prompt, by in POOL.items()
    ]
    return one("nectar", "nectar.parquet", parquet(rows))


def battle(number: int, sides: dict[str, Any]) -> dict[str, Any]:
    models = {"model_a": LARGE, "model_b": SMALL, "winner": "tie"}
    return {"question_id": f"q{number}", **models, **sides, "turn": 1, "language": "English"}


def arena() -> Sample:
    def talk(prompt: str, text: str) -> list[dict[str, Any]]:
        return [user(prompt), assistant(text), user("More?"), assistant("No.")]

    rows = [
        battle(n, {"conversation_a": talk(p, by[LARGE]), "conversation_b": talk(p, by[SMALL])})
        for n, (p, by) in enumerate(POOL.items())
    ]
    return one("arena", "arena.jsonl", lines(rows))


def arena_with_parts() -> Sample:
    def talk(prompt: str, text: str) -> list[dict[str, Any]]:
        return [m | {"content": [{"type": "text", "text": m["content"]}]} for m in (user(prompt), assistant(text))]

    rows = [
        {
            "id": f"q{n}", "model_a": LARGE, "model_b": SMALL, "winner": "both_bad", "evaluation_order": 1,
            "conversation_a": talk(p, by[LARGE]), "conversation_b": talk(p, by[SMALL]),
        }
        for n, (p, by) in enumerate(POOL.items())
    ]  # fmt: skip
    return one("arena", "arena-parts.parquet", parquet(rows))


def arena_of_turns() -> Sample:
    rows: list[dict[str, Any]] = [
        {
            "id": n, "model_a": LARGE, "model_b": SMALL, "prompt": [p, "More?"], "response_a": [by[LARGE], "No."],
            "response_b": [by[SMALL], None], "winner_model_a": 0, "winner_model_b": 0, "winner_tie": 1,
        }
        for n, (p, by) in enumerate(POOL.items())
    ]  # fmt: skip
    return one("arena", "arena-turns.csv", comma(rows))


def oasst_messages() -> Sample:
    rows: list[dict[str, Any]] = []
    for number, (prompt, by) in enumerate(POOL.items()):
        tree = {"message_tree_id": f"t{number}", "lang": "en", "deleted": False}
        rows.append({"message_id": f"t{number}", "parent_id": None, "text": prompt, "role": "prompter", **tree})
        for rank, (model, text) in enumerate(by.items()):
            reply = {"message_id": f"t{number}-{rank}", "parent_id": f"t{number}", "text": text, "role": "assistant"}
            rows.append({**reply, "rank": rank, "synthetic": True, "model_name": model, **tree})
    return one("oasst", "oasst.jsonl", lines(rows[::-1]))


def oasst_trees() -> Sample:
    rows = [
        {
            "message_tree_id": f"t{number}",
            "tree_state": "ready_for_export",
            "prompt": {
                "message_id": f"t{number}",
                "text": prompt,
                "role": "prompter",
                "replies": [
                    {
                        "message_id": f"t{number}-{k}",
                        "text": text,
                        "role": "assistant",
                        "model_name": model,
                        "replies": [],
                    }
                    for k, (model, text) in enumerate(by.items())
                ],
            },
        }
        for number, (prompt, by) in enumerate(POOL.items())
    ]
    return one("oasst", "trees.jsonl", lines(rows))


def wildchat() -> Sample:
    rows = [
        {
            "conversation_hash": f"h{k}",
            "model": model,
            "conversation": [
                user(p) | {"toxic": False},
                assistant(t) | {"toxic": False},
                user("More?") | {"toxic": False},
            ],
            "turn": 1,
            "language": "English",
        }
        for k, (_, p, model, t) in enumerate(ROWS)
    ]
    return one("conversations", "wildchat.parquet", parquet(rows))


def sharegpt() -> Sample:
    rows = [
        {"id": f"s{k}", "model": m, "conversations": [{"from": "human", "value": p}, {"from": "gpt", "value": t}]}
        for k, (_, p, m, t) in enumerate(ROWS)
    ]
    return one("conversations", "sharegpt.json", json.dumps(rows, indent=1).encode())


MAKERS = (
    file_per_model, alpaca_eval, mt_bench, arena_hard, lm_eval, lighteval, lighteval_before_010, inspect, batch, vllm_log,
    litellm_log, distilabel, argilla, nectar, arena, arena_with_parts, arena_of_turns, oasst_messages, oasst_trees, wildchat, sharegpt,
)  # fmt: skip
SAMPLES = {make.__name__: make() for make in MAKERS}
"""A sample of each format, by its name here."""
TITLES = {
    "file_per_model": "A file per model",
    "alpaca_eval": "AlpacaEval",
    "mt_bench": "MT-Bench",
    "arena_hard": "Arena-Hard",
    "lm_eval": "lm-evaluation-harness",
    "lighteval": "lighteval",
    "lighteval_before_010": "lighteval before 0.10",
    "inspect": "inspect_ai",
    "batch": "A batch of OpenAI or vLLM",
    "vllm_log": "A log with request and response",
    "litellm_log": "A log of LiteLLM",
    "distilabel": "distilabel",
    "argilla": "distilabel in Argilla",
    "nectar": "Nectar",
    "arena": "Chatbot Arena, 33k",
    "arena_with_parts": "Chatbot Arena, 140k",
    "arena_of_turns": "Chatbot Arena, 55k",
    "oasst_messages": "Open Assistant, messages",
    "oasst_trees": "Open Assistant, trees",
    "wildchat": "WildChat and LMSYS-Chat-1M",
    "sharegpt": "ShareGPT with models",
}
DOCUMENTED = {
    "alpaca_eval": "https://github.com/tatsu-lab/alpaca_eval",
    "mt_bench": "https://github.com/lm-sys/FastChat/blob/main/fastchat/llm_judge/gen_model_answer.py",
    "arena_hard": "https://github.com/lmarena/arena-hard-auto/blob/main/gen_answer.py",
    "lm_eval": "https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/loggers/evaluation_tracker.py",
    "lighteval": "https://huggingface.co/docs/lighteval/saving-and-reading-results",
    "lighteval_before_010": "https://github.com/huggingface/lighteval/blob/main/src/lighteval/logging/info_loggers.py",
    "inspect": "https://inspect.aisi.org.uk/eval-logs.html",
    "batch": "https://platform.openai.com/docs/guides/batch",
    "vllm_log": "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    "litellm_log": "https://docs.litellm.ai/docs/proxy/logging_spec",
    "distilabel": "https://distilabel.argilla.io/latest/components-gallery/tasks/ultrafeedback/",
    "nectar": "https://huggingface.co/datasets/berkeley-nest/Nectar",
    "arena": "https://huggingface.co/datasets/lmsys/chatbot_arena_conversations",
    "arena_with_parts": "https://huggingface.co/datasets/lmarena-ai/arena-human-preference-140k",
    "arena_of_turns": "https://huggingface.co/datasets/lmsys/lmsys-arena-human-preference-55k",
    "oasst_messages": "https://huggingface.co/datasets/OpenAssistant/oasst1",
    "oasst_trees": "https://huggingface.co/datasets/OpenAssistant/oasst1",
    "wildchat": "https://huggingface.co/datasets/allenai/WildChat-1M",
    "sharegpt": "https://github.com/lm-sys/FastChat/blob/main/docs/training.md",
}
"""Where the schema of a format is documented."""


def first_row(name: str, content: bytes) -> Any:
    """Return the first row, or the first entry, of a sample's file."""
    if name.endswith(".parquet"):
        row = pq.read_table(io.BytesIO(content)).slice(0, 1).to_pylist()[0]
        return {name: json.loads(json.dumps(value, sort_keys=True)) for name, value in row.items()}
    if name.endswith(".csv"):
        return next(csv.DictReader(io.StringIO(content.decode())))
    if name.endswith(".eval"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return json.loads(archive.read(archive.namelist()[0]))
    if name.endswith(".json"):
        value = json.loads(content)
        return value[0] if isinstance(value, list) else value
    return json.loads(content.split(b"\n")[0])
