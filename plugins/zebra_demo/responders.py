"""The eight responders: each has a name, the skills it tries in turn, and a way of speaking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from zebra_demo import skills

if TYPE_CHECKING:
    from zebra_demo.skills import Skill


@attrs.frozen
class Responder:
    """Answers with the result of the first of its skills that has one, phrased as `phrase`, or with `otherwise`."""

    name: str
    phrase: str
    otherwise: str
    abilities: tuple[Skill, ...]

    def __call__(self, prompt: str) -> str:
        """Return the answer to a prompt."""
        answer = next((answer for skill in self.abilities if (answer := skill(prompt)) is not None), None)
        return self.otherwise if answer is None else self.phrase.format(answer)


WRITING = (skills.capitals, skills.repeat, skills.initials)
LETTERS = (skills.count_letter, skills.count_words)
FINDING = (skills.find_role, skills.find_door)

RESPONDERS = (
    Responder(
        "scholar",
        "The answer is {}.",
        "I am afraid that I cannot say.",
        (
            skills.calculate,
            skills.convert,
            skills.sort_numbers,
            skills.sort_words,
            *WRITING,
            *FINDING,
            *LETTERS,
            skills.VOWELS_WITH_Y,
        ),
    ),
    Responder(
        "apprentice",
        "If I have learned it well, the answer is {}.",
        "We have not come to this yet, so I do not know.",
        (
            skills.SUMS,
            skills.METRIC,
            skills.NUMBERS_AS_TEXT,
            skills.sort_words,
            *WRITING,
            *FINDING,
            *LETTERS,
            skills.VOWELS_WITH_Y,
        ),
    ),
    Responder(
        "accountant",
        "Result: {}",
        "No result.",
        (skills.calculate, skills.convert, skills.sort_numbers, skills.repeat, *LETTERS, skills.count_vowels),
    ),
    Responder(
        "trader",
        "As any trader can tell you, that is {}.",
        "Nobody would pay me to know that.",
        (skills.SUMS, skills.METRIC, skills.sort_numbers, skills.count_words),
    ),
    Responder(
        "librarian",
        "I have looked through my notes twice, and the answer is {}.",
        "I have looked through my notes twice, and found nothing on this question.",
        (*FINDING, skills.sort_words, skills.capitals, skills.initials, *LETTERS, skills.SMALL_SUMS),
    ),
    Responder(
        "clerk",
        "Filed under: {}",
        "There is no form for this request.",
        (skills.find_role, skills.sort_words, skills.capitals, skills.repeat, skills.count_words),
    ),
    Responder(
        "courier",
        "In a hurry: {}",
        "No time, sorry.",
        (skills.find_door, skills.HUNDREDS, skills.NUMBERS_AS_TEXT, skills.WORDS_BY_LENGTH, skills.first_number),
    ),
    Responder("parrot", "{}", "Hello, hello!", (skills.last_named,)),
)
