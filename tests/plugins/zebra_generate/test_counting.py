"""What is counted and printed of a generation."""

from __future__ import annotations

import time

import pytest

import zebra_core as zebra
from zebra_generate.counting.prices import read_prices
from zebra_generate.counting.progress import Requests, describe
from zebra_generate.counting.tally import Tally, tally


def test_the_tally() -> None:
    """Responses are counted by model: failed, empty, cut off and refused ones are each a number."""
    responses = [
        zebra.Response("Yes.", "stop", 3, 2),
        zebra.Response("Yes and", "length", 3, 2),
        zebra.Response(" \n", "stop", 3, 0),
        zebra.Response("", "content_filter"),
        zebra.Response(None, error="500"),
    ]
    assert tally([("a", each) for each in responses]) == {"a": Tally(4, 1, 2, 1, 1, 9, 4)}


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("I'm sorry, but I can't help with that.", 1),
        ("I\u2019m sorry, but I cannot assist with this request.", 1),
        ("As an AI language model, I cannot provide medical advice.", 1),
        ("I can't comply.", 1),
        ("I'm unable to create that image.", 1),
        ("I can't wait to help!", 0),
        ("Sorry for the delay: the answer is 5.", 0),
        ("He said: I can't help you.", 0),
        ("I can provide an answer.", 0),
    ],
)
def test_refusals(text: str, refused: int) -> None:
    """A refusal is known by how it begins."""
    assert tally([("a", zebra.Response(text))])["a"].refused == refused


def test_prices() -> None:
    """A price without a name is that of all models, and a named one takes precedence, in any order."""
    assert read_prices(["b=1,2", "0.15, 0.6"], ["a", "b"]) == {"a": (0.15, 0.6), "b": (1.0, 2.0)}
    for text in ("1", "1,", "a=1", "-1,2", "1,x"):
        with pytest.raises(zebra.ZebraError, match="--price expects"):
            read_prices([text], ["a"])


def test_the_progress() -> None:
    """Rates leave out what an earlier run did; the cost does not, and is projected to all requests.

    Two of ten requests are done. Model a: 1e6 x $1 + 2e6 x $2 = $5, once before and once now; ten cost $50.
    """
    done = Requests(1, 10, lambda _: None, begun=time.monotonic() - 100, prices={"a": (1.0, 2.0)})
    response = zebra.Response("x", None, 1_000_000, 2_000_000)
    done.count("a", response, before=True)
    done.count("a", response)
    assert describe(done) == "0.0 requests/s, 20,000 tokens/s, 0:13:20 left, $10.00 of about $50.00"
    done.count("b", zebra.Response(None, error="x"))
    assert describe(done).endswith(" left, 1 failed, $10.00 of about $33.33")
