"""What a responder can do: small programs that read a prompt and answer it, or give None.

They see the prompt alone. Where one is wrong it is wrong by what it does not know, never by a draw.
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
    """Do the operations that it knows, on numbers whose words it knows."""
    numbers = [NUMBERS[word] for word in re.findall(r"[a-z-]+", prompt) if NUMBERS.get(word, 100) <= largest]
    name = next((name for name in operations if any(word in prompt.split() for word in OPERATIONS[name])), None)
    if name is None or len(numbers) != 2:
        return None
    a, b = max(numbers), min(numbers)
    return str({"plus": a + b, "minus": a - b, "times": a * b}[name])


def convert(prompt: str, *, factors: dict[tuple[str, str], int] = FACTORS) -> str | None:
    """Multiply by the factor between the two units."""
    count = re.search(r"\d+", prompt)
    known = next(
        (
            factor
            for (large, small), factor in factors.items()
            if re.search(rf"\b{large}\b", prompt) and f" {small}" in prompt
        ),
        0,
    )
    return str(int(count[0]) * known) if count and known and re.match("Convert|How many .* are \\d", prompt) else None


def sort_numbers(prompt: str, *, as_text: bool = False) -> str | None:
    """Sort by size; as text, 103 comes before 12."""
    if not prompt.startswith("Sort these numbers"):
        return None
    numbers = re.findall(r"\d+", prompt)
    return ", ".join(sorted(numbers, key=None if as_text else int))


def sort_words(prompt: str, *, by_length: bool = False) -> str | None:
    """Sort by the alphabet; or by length, which is another order."""
    if "alphabetical" not in prompt:
        return None
    return ", ".join(sorted(after_colon(prompt), key=len if by_length else None))


def capitals(prompt: str) -> str | None:
    """Write in capitals, joined by semicolons."""
    return ";".join(after_colon(prompt)).upper() if "semicolons" in prompt else None


def repeat(prompt: str) -> str | None:
    """Write a word several times."""
    said = re.match(r"Write the word (\w+) (\d) times", prompt)
    return "-".join([said[1]] * int(said[2])) if said else None


def initials(prompt: str) -> str | None:
    """Write the first letter of each word."""
    return "".join(word[0] for word in after_colon(prompt)).upper() if "initials" in prompt else None


def find_role(prompt: str) -> str | None:
    """Find who has a role."""
    asked = re.search(r"Who is the (\w+)\?", prompt)
    found = re.search(rf"the {asked[1]} is (\w+)", prompt) if asked else None
    return found[1] if found else None


def find_door(prompt: str) -> str | None:
    """Find the colour of somebody's door."""
    asked = re.search(r"the door of (\w+)\?", prompt)
    found = re.search(rf"{asked[1]} has the (\w+) door", prompt) if asked else None
    return found[1] if found else None


def count_letter(prompt: str) -> str | None:
    """Count a letter."""
    said = re.search(r"the letter (\w) occur in (\w+)", prompt)
    return str(said[2].count(said[1])) if said else None


def count_vowels(prompt: str, *, vowels: str = "aeiou") -> str | None:
    """Count vowels, whatever it takes for one."""
    said = re.search(r"are in (\w+)\?", prompt)
    return str(sum(letter in vowels for letter in said[1])) if said and "vowels" in prompt else None


def count_words(prompt: str) -> str | None:
    """Count the words of a line."""
    return str(len(prompt.partition(": ")[2].split())) if "How many words" in prompt else None


def first_number(prompt: str) -> str | None:
    """Say the first number there is."""
    found = re.search(r"\d+", prompt)
    return found[0] if found else None


def last_named(prompt: str) -> str | None:
    """Say the last name or number before the question."""
    found = re.findall(r"\d+|[A-Z][a-z]+", prompt.rpartition(". ")[0] or prompt)
    return found[-1] if found else None


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
