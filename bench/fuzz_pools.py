"""Rows of the formats of pools, good ones, for the fuzzer to damage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]


def _talk(prompt: str, text: str) -> list[Row]:
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": text}]


def _distilabel(_: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    return [
        {
            "instruction": prompt,
            "generations": [*answers.values()],
            "generation_models": [*answers],
            "ratings": [1] * len(answers),
        }
    ]


def _nectar(_: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    ranked = [{"answer": text, "model": model, "rank": 1.0} for model, text in answers.items()]
    return [{"prompt": f"\n\nHuman: {prompt}\n\nAssistant: ", "answers": ranked}]


def _arena(number: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    (first, one), (second, two), *_ = answers.items()
    sides = {"conversation_a": _talk(prompt, one), "conversation_b": _talk(prompt, two)}
    return [{"question_id": f"q{number}", "model_a": first, "model_b": second, **sides}]


def _turns(number: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    (first, one), (second, two), *_ = answers.items()
    texts = {"prompt": f'["{prompt}"]', "response_a": f'["{one}"]', "response_b": f'["{two}"]'}
    return [{"id": f"q{number}", "model_a": first, "model_b": second, **texts}]


def _oasst(number: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    root = {
        "message_id": f"m{number}",
        "parent_id": None,
        "text": prompt,
        "role": "prompter",
        "message_tree_id": f"m{number}",
    }
    replies = [
        {
            **root,
            "message_id": f"m{number}-{k}",
            "parent_id": f"m{number}",
            "text": text,
            "role": "assistant",
            "model_name": model,
            "rank": k,
        }
        for k, (model, text) in enumerate(answers.items())
    ]
    return [root, *replies]


def _tree(number: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    replies = [
        {"message_id": f"r{k}", "text": t, "role": "assistant", "model_name": m, "replies": []}
        for k, (m, t) in enumerate(answers.items())
    ]
    return [
        {
            "message_tree_id": f"m{number}",
            "prompt": {"message_id": f"m{number}", "text": prompt, "role": "prompter", "replies": replies},
        }
    ]


def _conversations(_: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    return [{"model": model, "conversation": _talk(prompt, text)} for model, text in answers.items()]


def _sharegpt(_: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    return [
        {"model": model, "conversations": [{"from": "human", "value": prompt}, {"from": "gpt", "value": text}]}
        for model, text in answers.items()
    ]


def _completions(number: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    return [
        {
            "custom_id": f"r{number}",
            "messages": _talk(prompt, text)[:1],
            "response": {"status_code": 200, "body": _body(model, text)},
        }
        for model, text in answers.items()
    ]


def _body(model: str, text: str) -> Row:
    return {"model": model, "choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}


def _answers(number: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    return [
        {
            "uid": f"u{number}",
            "ans_id": "x",
            "model": model,
            "messages": [*_talk(prompt, "")[:1], {"role": "assistant", "content": {"answer": text}}],
        }
        for model, text in answers.items()
    ]


def _samples(number: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    text = next(iter(answers.values()))
    return [
        {
            "doc_id": number,
            "doc": {"question": prompt},
            "arguments": {"gen_args_0": {"arg_0": prompt}},
            "resps": [[text]],
        }
    ]


def _details(_: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    return [
        {"__doc__": {"query": prompt}, "__model_response__": {"text": [*answers.values()]}, "__metric__": {"em": 1.0}}
    ]


def _log(number: int, prompt: str, answers: dict[str, str]) -> list[Row]:
    samples = [
        {"id": number, "epoch": 1, "input": prompt, "output": _body(m, t), "attachments": {"a": "b"}}
        for m, t in answers.items()
    ]
    return [{"eval": {"task": "quiz", "model": "a"}, "samples": samples}]


ROWS: dict[str, Callable[[int, str, dict[str, str]], list[Row]]] = {
    make.__name__.strip("_"): make
    for make in (
        _distilabel, _nectar, _arena, _turns, _oasst, _tree, _conversations, _sharegpt, _completions, _answers, _samples, _details, _log,
    )
}  # fmt: skip
"""From a number, a prompt and the answers of models to rows, by format."""
