"""Rewards that each break one contract."""

import zebra_core as zebra


@zebra.hookimpl
def zebra_rewards():
    return {
        "mean": mean,
        "verdicts": verdicts,
        "infinite": infinite,
        "without-empty": without_empty,
        "ranks": ranks,
        "first-word": first_word,
        "without-columns": without_columns,
        "at-least-one": at_least_one,
    }


def mean(prompts, completions, **columns):
    """One number for all."""
    return sum(map(len, completions)) / max(len(completions), 1)


def verdicts(prompts, completions, **columns):
    """Right or wrong, in words."""
    return ["right" if text else "wrong" for text in completions]


def infinite(prompts, completions, **columns):
    """An empty response is infinitely bad."""
    return [float(len(text)) if text else float("-inf") for text in completions]


def without_empty(prompts, completions, **columns):
    """Empty responses are left out."""
    return [1.0 for text in completions if text]


def ranks(prompts, completions, **columns):
    """The place among all by length."""
    order = sorted(completions, key=len)
    return [float(order.index(text)) for text in completions]


def first_word(prompts, completions, **columns):
    """The length of the first word."""
    return [float(len(text.split()[0])) if text else 0.0 for text in completions]


def without_columns(prompts, completions):
    """No room for columns."""
    return [1.0 for _ in completions]


def at_least_one(prompts, completions, **columns):
    """The first prompt decides."""
    return [float(len(completions[0]) < len(prompts[0][0]["content"]))] and [1.0 for _ in completions]
