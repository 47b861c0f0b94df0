"""Six task families: questions with one right answer each, drawn from a seeded generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

UNITS = """- one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen""".split()
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
FACTORS = {
    ("kilometres", "metres"): 1000,
    ("metres", "centimetres"): 100,
    ("kilograms", "grams"): 1000,
    ("hours", "minutes"): 60,
    ("minutes", "seconds"): 60,
    ("weeks", "days"): 7,
    ("dozens", "pieces"): 12,
}
WORDS = [
    "anchor",
    "basket",
    "candle",
    "dragon",
    "engine",
    "feather",
    "garden",
    "hammer",
    "island",
    "jacket",
    "kettle",
    "ladder",
    "mirror",
    "needle",
    "orange",
    "pepper",
    "quarry",
    "ribbon",
    "saddle",
    "timber",
    "umbrella",
    "velvet",
    "window",
    "yellow",
    "zipper",
    "acorn",
    "bridge",
    "copper",
    "desert",
    "eleven",
]
PEOPLE = ["Ada", "Boris", "Clara", "Dmitri", "Elsa", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Leon"]
ROLES = ["baker", "smith", "tailor", "miller", "potter", "weaver"]
COLOURS = ["red", "blue", "green", "white", "black", "grey"]


@attrs.frozen
class Question:
    """A prompt and its right answer, which responders do not see."""

    family: str
    prompt: str
    answer: str


def is_correct(question: Question, response: str) -> bool:
    """Return whether the final answer of a response is the right one, letter by letter.

    The final answer follows the last colon or the last "is", or is the whole response, without a full stop.
    """
    start = max(
        response.rfind(": ") + 2 if ": " in response else 0, response.rfind(" is ") + 4 if " is " in response else 0
    )
    return response[start:].strip().removesuffix(".") == question.answer


def spelled(number: int) -> str:
    """Spell a number from 1 to 99."""
    tens, units = divmod(number, 10)
    return UNITS[number] if number < len(UNITS) else TENS[tens] + (f"-{UNITS[units]}" if units else "")


def arithmetic(draw: Random) -> tuple[str, str]:
    """Add, subtract or multiply two spelled numbers."""
    a, b = sorted((draw.randint(2, 99), draw.randint(2, 99)), reverse=True)
    if draw.random() < 0.25:
        b = draw.randint(2, 9)
        return draw.choice(["Multiply {} by {}.", "What is {} times {}?"]).format(spelled(a), spelled(b)), str(a * b)
    if draw.random() < 0.5:
        return draw.choice(["Add {} and {}.", "What is {} plus {}?"]).format(spelled(a), spelled(b)), str(a + b)
    return draw.choice(["Subtract {1} from {0}.", "What is {} minus {}?"]).format(spelled(a), spelled(b)), str(a - b)


def conversion(draw: Random) -> tuple[str, str]:
    """Convert a whole number of larger units to smaller ones."""
    (large, small), factor = draw.choice(list(FACTORS.items()))
    count = draw.randint(2, 99)
    return draw.choice(["Convert {0} {1} to {2}.", "How many {2} are {0} {1}?"]).format(count, large, small), str(
        count * factor
    )


def sorting(draw: Random) -> tuple[str, str]:
    """Sort numbers by size, or words by the alphabet."""
    if draw.random() < 0.5:
        numbers = draw.sample(range(2, 300), draw.randint(3, 5))
        return f"Sort these numbers from small to large: {_listed(numbers)}", _listed(sorted(numbers))
    words = draw.sample(WORDS, draw.randint(3, 5))
    return f"Put these words in alphabetical order: {_listed(words)}", _listed(sorted(words))


def formatting(draw: Random) -> tuple[str, str]:
    """Write words in a requested form."""
    words = draw.sample(WORDS, 3)
    kind = draw.choice(["capitals", "repeat", "initials"])
    if kind == "capitals":
        return f"Write in capitals, joined by semicolons: {_listed(words)}", ";".join(words).upper()
    if kind == "repeat":
        count = draw.randint(2, 5)
        return f"Write the word {words[0]} {count} times, joined by dashes.", "-".join([words[0]] * count)
    return f"Write the initials in capitals, without spaces: {_listed(words)}", "".join(
        word[0] for word in words
    ).upper()


def lookup(draw: Random) -> tuple[str, str]:
    """Find a fact in the prompt."""
    people, target = draw.sample(PEOPLE, 4), draw.randrange(4)
    if draw.random() < 0.5:
        roles = draw.sample(ROLES, 4)
        facts = ", ".join(f"the {role} is {who}" for role, who in zip(roles, people, strict=True))
        return f"In this village {facts}. Who is the {roles[target]}?", people[target]
    colours = draw.sample(COLOURS, 4)
    facts = ", ".join(f"{who} has the {colour} door" for who, colour in zip(people, colours, strict=True))
    return f"In this street {facts}. What colour is the door of {people[target]}?", colours[target]


def counting(draw: Random) -> tuple[str, str]:
    """Count letters, vowels or words."""
    words = draw.sample(WORDS, draw.randint(3, 9))
    kind = draw.choice(["letter", "vowels", "words"])
    if kind == "letter":
        text, letter = "".join(words[:3]), draw.choice("aeinrt")
        return f"How many times does the letter {letter} occur in {text}?", str(text.count(letter))
    if kind == "vowels":
        return f"How many vowels (a, e, i, o, u) are in {words[0]}{words[1]}?", str(
            sum(c in "aeiou" for c in words[0] + words[1])
        )
    return f"How many words are in this line: {' '.join(words)}", str(len(words))


FAMILIES: dict[str, Callable[[Random], tuple[str, str]]] = {
    "arithmetic": arithmetic,
    "conversion": conversion,
    "sorting": sorting,
    "formatting": formatting,
    "lookup": lookup,
    "counting": counting,
}


def questions(draw: Random, per_family: int, without: set[str] | None = None) -> list[Question]:
    """Draw `per_family` questions of each family, no prompt twice and none of `without`."""
    by_prompt: dict[str, Question] = {}
    for family, make in FAMILIES.items():
        target = len(by_prompt) + per_family
        while len(by_prompt) < target:
            prompt, answer = make(draw)
            if prompt not in (without or ()):
                by_prompt.setdefault(prompt, Question(family, prompt, answer))
    return list(by_prompt.values())


def _listed(items: list[int] | list[str]) -> str:
    return ", ".join(map(str, items))
