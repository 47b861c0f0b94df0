"""Eight responders: a name, the skills that it tries in turn, and a way of speaking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from zebra_demo import skills as can

if TYPE_CHECKING:
    from zebra_demo.skills import Skill


@attrs.frozen
class Responder:
    """Answers by the first of its skills that gives anything, in its own words."""

    name: str
    says: str
    skills: tuple[Skill, ...]

    def __call__(self, prompt: str) -> str:
        """Answer a prompt, of which it knows nothing else."""
        answer = next((answer for skill in self.skills if (answer := skill(prompt)) is not None), None)
        return "I do not know." if answer is None else self.says.format(answer)


WRITING = (can.capitals, can.repeat, can.initials)
LETTERS = (can.count_letter, can.count_words)
FINDING = (can.find_role, can.find_door)

RESPONDERS = (
    Responder(
        "scholar",
        "The answer is {}.",
        (can.calculate, can.convert, can.sort_numbers, can.sort_words, *WRITING, *FINDING, *LETTERS, can.VOWELS_WITH_Y),
    ),
    Responder(
        "apprentice",
        "If I have learned it well, the answer is {}.",
        (can.SUMS, can.METRIC, can.NUMBERS_AS_TEXT, can.sort_words, *WRITING, *FINDING, *LETTERS, can.VOWELS_WITH_Y),
    ),
    Responder(
        "accountant",
        "Result: {}",
        (can.calculate, can.convert, can.sort_numbers, can.repeat, *LETTERS, can.count_vowels),
    ),
    Responder(
        "trader", "As any trader can tell you, that is {}.", (can.SUMS, can.METRIC, can.sort_numbers, can.count_words)
    ),
    Responder(
        "librarian",
        "I have looked through my notes twice, and the answer is {}.",
        (*FINDING, can.sort_words, can.capitals, can.initials, *LETTERS, can.SMALL_SUMS),
    ),
    Responder("clerk", "Filed under: {}", (can.find_role, can.sort_words, can.capitals, can.repeat, can.count_words)),
    Responder(
        "courier",
        "In a hurry: {}",
        (can.find_door, can.HUNDREDS, can.NUMBERS_AS_TEXT, can.WORDS_BY_LENGTH, can.first_number),
    ),
    Responder("parrot", "{}", (can.last_named,)),
)
