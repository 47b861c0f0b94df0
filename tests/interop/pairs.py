"""Ten pairs, and the ids that TRL gives them, worked out without TRL."""

from __future__ import annotations

from typing import Any

Message = dict[str, str]

TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""ChatML, which LLaMA-Factory, ms-swift and torchtune also have in code of their own."""
START, END, PAD = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
BEST, WORST = "better", "worse"
"""The two models of the pool. The scores say that the first is the better one."""
SCORES = f"model,MMLU,IFEval,GSM8K\n{BEST},80,0.9,90\n{WORST},60,0.5,45\nlast,30,0.1,15\n"
MARGIN = 0.5
"""The mean of (80 - 60) / (80 - 30) = .4, (.9 - .5) / (.9 - .1) = .5 and (90 - 45) / (90 - 15) = .6."""


def prompt(number: int) -> list[Message]:
    """Return a prompt: every second has several turns, every third a system message."""
    system = [{"role": "system", "content": f"Answer in {number} words."}] if number % 3 == 0 else []
    question = [{"role": "user", "content": f"What is {number} + 1?\nThink first; «così»."}]
    turns = [{"role": "assistant", "content": "Do you mean in decimal?"}, {"role": "user", "content": "Yes, 十進."}]
    return [*system, *question, *(turns if number % 2 else [])]


def reply(number: int, *, best: bool) -> str:
    """Return what a model answered: one reasons over two paragraphs, the other guesses."""
    return f"One more than {number} is …\n\n**{number + 1}** 🦓" if best else f"{number}?"


NUMBERS = range(10)
PROMPTS = [prompt(number) for number in NUMBERS]
CHOSEN = [reply(number, best=True) for number in NUMBERS]
REJECTED = [reply(number, best=False) for number in NUMBERS]


def pool_rows() -> list[dict[str, Any]]:
    """Return the pool: each model in either place, so that the order says nothing."""
    rows = []
    for at, messages in enumerate(PROMPTS):
        answers = [(BEST, CHOSEN[at]), (WORST, REJECTED[at])][:: 1 if at % 2 else -1]
        rows.append(
            {"prompt": messages, "models": [name for name, _ in answers], "responses": [text for _, text in answers]}
        )
    return rows


def assistant(content: str) -> list[Message]:
    """Return a reply as messages."""
    return [{"role": "assistant", "content": content}]


def rendered(messages: list[Message], *, generation: bool = False) -> str:
    """Return messages as the template renders them."""
    text = "".join(f"{START}{message['role']}\n{message['content']}{END}\n" for message in messages)
    return text + f"{START}assistant\n" * generation


def byte_characters() -> list[str]:
    """Return the character that stands for each byte in a byte-level vocabulary, as GPT-2 has it."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    characters = {byte: chr(byte) for byte in shown} | {byte: chr(256 + at) for at, byte in enumerate(hidden)}
    return [characters[byte] for byte in range(256)]


SPECIAL = (PAD, START, END)
NEWLINES = 256 + len(SPECIAL)


def ids(text: str) -> list[int]:
    """Return the ids of a text: bytes are 3 to 258 after the special tokens, and two line feeds are one token."""
    result: list[int] = []
    while text:
        special = next((token for token in SPECIAL if text.startswith(token)), "")
        if special:
            result.append(SPECIAL.index(special))
        elif text.startswith("\n\n"):
            result.append(NEWLINES)
        else:
            result += [len(SPECIAL) + byte for byte in text[0].encode()]
        text = text[len(special) or (2 if text.startswith("\n\n") else 1) :]
    return result


def conversation_ids(messages: list[Message], content: str) -> list[int]:
    """Return the ids of a prompt with a reply."""
    return ids(rendered([*messages, *assistant(content)]))


def prompt_ids(messages: list[Message]) -> list[int]:
    """Return the ids of a prompt, up to where the reply begins."""
    return ids(rendered(messages, generation=True))


CHOSEN_IDS = [conversation_ids(*pair) for pair in zip(PROMPTS, CHOSEN, strict=True)]
REJECTED_IDS = [conversation_ids(*pair) for pair in zip(PROMPTS, REJECTED, strict=True)]
PROMPT_IDS = [prompt_ids(messages) for messages in PROMPTS]
