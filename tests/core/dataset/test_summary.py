"""The statistics of a run, and its remarks."""

from __future__ import annotations

import json

import pytest
from helpers.small_pool import ARGUMENTS, rows, write

from zebra_core.testing import Project


def test_the_summary_adds_up(zebra_cli: Project) -> None:
    """Every instruction is paired or left out for a reason, and all counts are printed, as are models without scores."""
    result = rows(10)
    result[0]["completions"] = [{"model": m, "response": ""} for m in result[0]["models"]]
    result[1]["instruction"] = " "
    result[2]["completions"] = [{"model": m, "response": "same"} for m in result[2]["models"]]
    result[3] |= {"models": ["a", "aa"], "completions": [{"model": m, "response": m} for m in ("a", "aa")]}
    write(zebra_cli, result)
    output = zebra_cli.run(*ARGUMENTS).stdout
    summary = zebra_cli.manifest()["summary"]
    assert (summary["rows"], summary["pairs"], summary["empty_responses"]) == (10, 6, 3)
    assert summary["left_out"] == {
        "fewer than two models with scores answered": 2,
        "both responses are the same text": 1,
        "the prompt is empty": 1,
    }
    assert summary["unscored"] == {"aa": {"responses": 1, "closest": "a"}}
    assert sum(m["chosen"] for m in summary["models"].values()) == 6
    for words in (
        "10 instructions read, 6 pairs written",
        "left out 2: fewer",
        "'aa' has no scores",
        "the closest name with scores is 'a'",
    ):
        assert words in output


def test_remarks_on_choices_without_effect(zebra_cli: Project) -> None:
    """A remark reports that tau excludes no pair, that one pair of models makes up the data, and that sup+sim equals sup."""
    write(
        zebra_cli,
        [{**row, "models": ["a", "b"], "completions": [{"model": m, "response": m} for m in "ab"]} for row in rows()],
    )
    output = zebra_cli.run(*ARGUMENTS).stdout
    assert "--threshold 0.1 excludes no pair" in output
    assert "one pair of models makes up 100% of the data: b over a" in output
    assert "strategy sup+sim picks the same pairs as sup" in output


UNLIKE = "no pair within the length ratio satisfies the threshold and the minimum gap"
RATINGS = "(the pool has no ratings, if the strategy or the rule needs them)"


@pytest.mark.parametrize(
    ("strategy", "text", "reason"),
    [
        ("rlaif", "{model} {number}", f"40 x every other pair is a tie or undesirable {RATINGS}"),
        ("sim --length-ratio 2", "{long} {number}", f"40 x {UNLIKE}"),
        ("rlaif --length-ratio 2", "same", f"40 x every other pair is a tie or undesirable {RATINGS}"),
        ("random", "same", "40 x both responses are the same text"),
        ("best-random", "same", "40 x both responses are the same text"),
    ],
)
def test_no_pair_without_ratings(zebra_cli: Project, strategy: str, text: str, reason: str) -> None:
    """The message mentions missing ratings only if a tie left out a row, and only as a possible reason."""
    result = rows()
    for number, row in enumerate(result):
        for model in row["completions"]:
            name = model.pop("model")
            del model["overall_score"]
            long = name * (9 * 4 ** "abcd".index(name))  # each is four times as long as the one before
            model |= {"model": name, "response": text.format(model=name, number=number, long=long)}
    write(zebra_cli, result)
    stderr = zebra_cli.run(*ARGUMENTS[:-1], *strategy.split(), code=2).stderr
    assert f"no pair came out of 40 rows: {reason}; check --scores, --threshold" in stderr


def test_a_few_pairs_of_models(zebra_cli: Project) -> None:
    """Two or three pairs of models of a pool of five are too few as well; the flag is named unless it was given."""
    scores = "model,MMLU,IFEval\n" + "".join(f"{name},{9 - place},{8 - place}\n" for place, name in enumerate("abcde"))
    zebra_cli.write("scores.csv", scores)
    lines = [
        json.dumps(
            {"prompt": f"q{n}", "models": [*"abcde"[n % 2 :]], "responses": [f"{n} {m}" for m in "abcde"[n % 2 :]]}
        )
        for n in range(40)
    ]
    zebra_cli.write("pool.jsonl", "\n".join(lines))
    command = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--strategy", "sup", "--overwrite")
    note = "two pairs of models make up 100% of the data: a over b, b over c"
    output = zebra_cli.run(*command).stdout
    assert f"{note}; --max-share 0.1 limits each pair of models to a tenth of it" in output
    assert "pairs of models make up" not in zebra_cli.run(*command, "--max-share", "0.1").stdout
