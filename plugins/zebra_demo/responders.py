"""Eight responders: a name, the skills that it tries in turn, and a way of speaking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from zebra_demo import skills as can

if TYPE_CHECKING:
    from zebra_demo.skills import Skill


@attrs.frozen
class Responder:
    """Answers by the first of its skills that gives anything, in its own words, and says so `otherwise`."""

    name: str
    says: str
    otherwise: str
    skills: tuple[Skill, ...]

    def __call__(self, prompt: str) -> str:
        """Answer a prompt, of which it knows nothing else."""
        answer = next((answer for skill in self.skills if (answer := skill(prompt)) is not None), None)
        return self.otherwise if answer is None else self.says.format(answer)


WRITING = (can.capitals, can.repeat, can.initials)
LETTERS = (can.count_letter, can.count_words)
FINDING = (can.find_role, can.find_door)

RESPONDERS = (
    Responder(
        "scholar",
        "The answer is {}.",
        "I am afraid that I cannot say.",
        (can.calculate, can.convert, can.sort_numbers, can.sort_words, *WRITING, *FINDING, *LETTERS, can.VOWELS_WITH_Y),
    ),
    Responder(
        "apprentice",
        "If I have learned it well, the answer is {}.",
        "We have not come to this yet, so I do not know.",
        (can.SUMS, can.METRIC, can.NUMBERS_AS_TEXT, can.sort_words, *WRITING, *FINDING, *LETTERS, can.VOWELS_WITH_Y),
    ),
    Responder(
        "accountant",
        "Result: {}",
        "No result.",
        (can.calculate, can.convert, can.sort_numbers, can.repeat, *LETTERS, can.count_vowels),
    ),
    Responder(
        "trader",
        "As any trader can tell you, that is {}.",
        "Nobody would pay me to know that.",
        (can.SUMS, can.METRIC, can.sort_numbers, can.count_words),
    ),
    Responder(
        "librarian",
        "I have looked through my notes twice, and the answer is {}.",
        "I have looked through my notes twice, and found nothing on this question.",
        (*FINDING, can.sort_words, can.capitals, can.initials, *LETTERS, can.SMALL_SUMS),
    ),
    Responder(
        "clerk",
        "Filed under: {}",
        "There is no form for this request.",
        (can.find_role, can.sort_words, can.capitals, can.repeat, can.count_words),
    ),
    Responder(
        "courier",
        "In a hurry: {}",
        "No time, sorry.",
        (can.find_door, can.HUNDREDS, can.NUMBERS_AS_TEXT, can.WORDS_BY_LENGTH, can.first_number),
    ),
    Responder("parrot", "{}", "Hello, hello!", (can.last_named,)),
)
