"""The skills of responders: small programs from a prompt to an answer, or None.

They see only the prompt. Their mistakes come from what they do not know, never from chance.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from zebra_demo.tasks import FACTORS, spelled

if TYPE_CHECKING:
    from collections.abc import Callable

    Skill = Callable[[str], str | None]

NUMBERS = {spelled(number): number for number in range(1, 100)}
OPERATIONS = {"plus": ("plus", "Add"), "minus": ("minus", "Subtract"), "times": ("times", "Multiply")}


def calculate(
    prompt: str, *, operations: tuple[str, ...] = ("plus", "minus", "times"), largest: int = 99
) -> str | None:
    """Calculate with the given operations, on numbers up to `largest`."""
    numbers = [NUMBERS[word] for word in re.findall(r"[a-z-]+", prompt) if NUMBERS.get(word, 100) <= largest]
    name = next((name for name in operations if any(word in prompt.split() for word in OPERATIONS[name])), None)
    if name is None or len(numbers) != 2:
        return None
    a, b = max(numbers), min(numbers)
    return str({"plus": a + b, "minus": a - b, "times": a * b}[name])


def convert(prompt: str, *, factors: dict[tuple[str, str], int] = FACTORS) -> str | None:
    """Multiply by the factor between the two units."""
    count = re.search(r"\d+", prompt)
    matching = [
        f for (large, small), f in factors.items() if re.search(rf"\b{large}\b", prompt) and f" {small}" in prompt
    ]
    if not (count and matching and re.match("Convert|How many .* are \\d", prompt)):
        return None
    return str(int(count[0]) * matching[0])


def sort_numbers(prompt: str, *, as_text: bool = False) -> str | None:
    """Sort by size; as text, 103 comes before 12."""
    if not prompt.startswith("Sort these numbers"):
        return None
    numbers = re.findall(r"\d+", prompt)
    return ", ".join(sorted(numbers, key=None if as_text else int))


def sort_words(prompt: str, *, by_length: bool = False) -> str | None:
    """Sort by the alphabet, or, wrongly, by length."""
    if "alphabetical" not in prompt:
        return None
    return ", ".join(sorted(after_colon(prompt), key=len if by_length else None))


def capitals(prompt: str) -> str | None:
    """Write in capitals, joined by semicolons."""
    return ";".join(after_colon(prompt)).upper() if "semicolons" in prompt else None


def repeat(prompt: str) -> str | None:
    """Write a word several times."""
    request = re.match(r"Write the word (\w+) (\d) times", prompt)
    return "-".join([request[1]] * int(request[2])) if request else None


def initials(prompt: str) -> str | None:
    """Write the first letter of each word."""
    return "".join(word[0] for word in after_colon(prompt)).upper() if "initials" in prompt else None


def find_role(prompt: str) -> str | None:
    """Find who has a role."""
    question = re.search(r"Who is the (\w+)\?", prompt)
    fact = re.search(rf"the {question[1]} is (\w+)", prompt) if question else None
    return fact[1] if fact else None


def find_door(prompt: str) -> str | None:
    """Find the colour of a person's door."""
    question = re.search(r"the door of (\w+)\?", prompt)
    fact = re.search(rf"{question[1]} has the (\w+) door", prompt) if question else None
    return fact[1] if fact else None


def count_letter(prompt: str) -> str | None:
    """Count a letter."""
    question = re.search(r"the letter (\w) occur in (\w+)", prompt)
    return str(question[2].count(question[1])) if question else None


def count_vowels(prompt: str, *, vowels: str = "aeiou") -> str | None:
    """Count the letters in `vowels`."""
    question = re.search(r"are in (\w+)\?", prompt)
    return str(sum(letter in vowels for letter in question[1])) if question and "vowels" in prompt else None


def count_words(prompt: str) -> str | None:
    """Count the words of a line."""
    return str(len(prompt.partition(": ")[2].split())) if "How many words" in prompt else None


def first_number(prompt: str) -> str | None:
    """Repeat the first number."""
    number = re.search(r"\d+", prompt)
    return number[0] if number else None


def last_named(prompt: str) -> str | None:
    """Repeat the last name or number before the question."""
    names = re.findall(r"\d+|[A-Z][a-z]+", prompt.rpartition(". ")[0] or prompt)
    return names[-1] if names else None


def after_colon(prompt: str) -> list[str]:
    """Return the items listed after the colon."""
    return prompt.partition(": ")[2].split(", ")


HUNDREDS: Skill = partial(convert, factors=dict.fromkeys(FACTORS, 100))
METRIC: Skill = partial(convert, factors={units: factor for units, factor in FACTORS.items() if factor in (100, 1000)})
SMALL_SUMS: Skill = partial(calculate, operations=("plus", "minus"), largest=20)
SUMS: Skill = partial(calculate, operations=("plus", "minus"))
NUMBERS_AS_TEXT: Skill = partial(sort_numbers, as_text=True)
WORDS_BY_LENGTH: Skill = partial(sort_words, by_length=True)
VOWELS_WITH_Y: Skill = partial(count_vowels, vowels="aeiouy")
