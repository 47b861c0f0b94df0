"""Lints that each break one contract."""

import zebra_core as zebra


@zebra.hookimpl
def zebra_lints():
    return {
        "number": number,
        "mute": mute,
        "stranger": stranger,
        "uncounted": uncounted,
        "two-sources": two_sources,
        "plain-text": plain_text,
    }


def number(dataset):
    """The number alone."""
    return 0


def mute(dataset):
    """No fact."""
    return zebra.LintResult("", dataset.pairs["id"][:1])


def stranger(dataset):
    """The id of no pair."""
    return zebra.LintResult("it is not there", ["nobody"])


def uncounted(dataset):
    """More ids than it counts."""
    return zebra.LintResult("they are not counted", dataset.pairs["id"], count=0)


def two_sources(dataset):
    """The second of two pairs."""
    return zebra.LintResult("it is the second one", [dataset.pairs["id"][1]])


def plain_text(dataset):
    """Texts without markup."""
    for text in dataset.pairs["chosen"]:
        if "<" in text:
            raise ValueError(text)
    return zebra.LintResult("it has markup", [])
