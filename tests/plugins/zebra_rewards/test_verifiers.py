"""The built-in rewards on responses that can be checked in the head."""

from __future__ import annotations

from typing import Any

import pytest

import zebra_core as zebra

PROMPT = [{"role": "user", "content": "What is 2 + 2?"}]


def rewards(plugins: zebra.Plugins, name: str, texts: list[str], columns: dict[str, Any], **options: object) -> Any:
    return plugins.find("reward", name).bind(options)([PROMPT] * len(texts), texts, **columns)


@pytest.mark.parametrize(
    ("pattern", "text", "reward"),
    [
        (None, "<think>2 + 2\nis 4</think>\n<answer>4</answer>", 1.0),
        (None, " <think></think><answer></answer>\n", 1.0),  # white space at the ends does not count
        (None, "<answer>4</answer>", 0.0),
        (None, "Well: <think>a</think><answer>4</answer>", 0.0),  # the whole response must match
        (r"\d+", "42", 1.0),
        (r"\d+", "42.", 0.0),
    ],
)
def test_format(plugins: zebra.Plugins, pattern: str | None, text: str, reward: float) -> None:
    """`format` gives 1 if the whole response matches the pattern, else 0."""
    assert rewards(plugins, "format", [text], {}, **({"pattern": pattern} if pattern else {})) == [reward]


@pytest.mark.parametrize(
    ("by", "text", "reference", "reward"),
    [
        ("text", "  Four. ", "four", 1.0),
        ("text", "Four, I think", "four", 0.0),
        ("text", "\uff26our", "four", 1.0),  # a letter of full width
        ("text", "", "four", 0.0),
        ("text", "four", " . ", None),  # a reference without an answer
        ("text", "four", None, None),
        ("line", "2 + 2\nis\n**Four**\n\n", "Four.", 1.0),
        ("line", "four\nor five", "four", 0.0),
        ("number", "2 + 2 = 4", "The answer is 4.", 1.0),
        ("number", "It is 1,234.50", "1234.5", 1.0),
        ("number", "4 or 5", "4", 0.0),  # the last number counts
        ("number", "-4", "4", 0.0),
        ("number", "no idea", "4", 0.0),
        ("number", "4", "no number here", None),
        ("number", "v4 and 5", "5", 1.0),
        ("number", "9" * 5_000, "4", 0.0),  # too long to be read
    ],
)
def test_exact(plugins: zebra.Plugins, by: str, text: str, reference: str | None, reward: float | None) -> None:
    """`exact` compares the answers of response and reference; None if the reference has none."""
    assert rewards(plugins, "exact", [text], {"chosen": [reference]}, by=by) == [reward]


def test_exact_of_another_column(plugins: zebra.Plugins) -> None:
    """The reference may be in another column, and need not be a text."""
    assert rewards(plugins, "exact", ["It is 4"], {"answer": [4]}, by="number", column="answer") == [1.0]


def test_exact_without_its_column(plugins: zebra.Plugins) -> None:
    """Without the column, `exact` says how to name another one."""
    with pytest.raises(zebra.ZebraError, match=r"no column 'answer' .* --set exact\.column=NAME"):
        rewards(plugins, "exact", ["4"], {"chosen": ["4"]}, column="answer")


@pytest.mark.parametrize(
    ("unit", "text", "reward"),
    [
        ("characters", "12345", 0.0),
        ("characters", "1234567", -0.5),  # 2 over, of 4
        ("characters", "1" * 100, -1.0),
        ("words", "a b c d e f", -0.25),  # 1 over, of 4
    ],
)
def test_length(plugins: zebra.Plugins, unit: str, text: str, reward: float) -> None:
    """`length` is 0 up to the limit of 5, and falls to -1 within 4 more."""
    assert rewards(plugins, "length", [text], {}, limit=5, within=4, unit=unit) == [reward]


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("format", {"pattern": "("}, "pattern must be a regular expression, got '\\('"),
        ("exact", {"by": "meaning"}, "by: expected 'text' or 'line' or 'number', got 'meaning'"),
        ("length", {"within": 0}, "'within' must be >= 1"),
    ],
)
def test_refused_options(plugins: zebra.Plugins, name: str, options: dict[str, object], reason: str) -> None:
    """An option that cannot be used is refused in one line."""
    with pytest.raises(zebra.ZebraError, match=reason) as error:
        plugins.find("reward", name).bind(options)
    assert "\n" not in str(error.value)
