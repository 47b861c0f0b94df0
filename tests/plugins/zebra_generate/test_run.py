"""From prompts to a pool: what is asked, kept and written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pyarrow.parquet as pq
import pytest

import zebra_core as zebra
from zebra_generate.asking.ask import Reporting, Settings
from zebra_generate.asking.waiting import Waiting
from zebra_generate.counting.tally import Tally
from zebra_generate.keeping.folder import Target
from zebra_generate.requests.prompts import Prompt
from zebra_generate.requests.request import Model
from zebra_generate.run import generate, requests_of

PROMPTS = [Prompt(str(n), ({"role": "user", "content": f"p{n}"},)) for n in range(5)]


class Echo:
    """Answers with the model's name and the prompt; fails on some prompts, and stops with an error at others."""

    def __init__(self, fails: tuple[str, ...] = (), stops: dict[str, BaseException] | None = None) -> None:
        self.fails, self.stops = fails, stops or {}
        self.asked: list[str] = []

    def __call__(self, prompts: list[Any], model: str) -> list[str | None]:
        """Return the responses, and note what was asked."""
        texts = [messages[-1].pop("content") for messages in prompts]  # what it gets is its own
        self.asked.append(" ".join(texts))
        for text in texts:
            if text in self.stops:
                raise self.stops[text]
        return [None if text in self.fails else f"{model} {text}" for text in texts]


class Backwards:
    """Takes all prompts at once, answers the last one first, and may stop before the first."""

    def __init__(self, stop: BaseException | None = None) -> None:
        self.stop, self.asked = stop, 0

    def stream(self, prompts: list[Any], model: str) -> Iterator[tuple[int, zebra.Response]]:
        """Yield the responses."""
        self.asked = len(prompts)
        for number in reversed(range(len(prompts))):
            if number == 0 and self.stop:
                raise self.stop
            yield number, zebra.Response(f"{model} {prompts[number][-1]['content']}", "stop", 1, 2, 3, 4.0)


def model(name: str, call: object) -> Model:
    component = zebra.Component("generator", "echo", "toy", lambda: None)
    return Model(name, zebra.BoundComponent(component, call), f"the-{name}")


def run(
    folder: Path, *models: Model, batch: int = 2, overwrite: bool = False, retry: bool = False
) -> tuple[dict[str, Tally], list[str]]:
    """Return what came of the requests, and the log."""
    lines: list[str] = []
    target, reporting = Target(folder / "pool", overwrite), Reporting(lines.append, lambda _: None)
    return generate(requests_of(PROMPTS, models), target, Settings(batch, retry), reporting), lines


def rows(folder: Path, *columns: str) -> list[tuple[Any, ...]]:
    table = pq.read_table(folder / "pool/part-00000.parquet", columns=[*columns])
    return [tuple(row.values()) for row in table.to_pylist()]


def test_the_pool(tmp_path: Path) -> None:
    """It has a row per prompt and model in their order, failures with their reason, and the journal; nothing else is left."""
    one, other = Echo(fails=("p1",)), Backwards()
    tallies, _ = run(tmp_path, model("a", one), model("b", other))
    assert one.asked == ["p0 p1", "p2 p3", "p4"]
    assert tallies == {"a": Tally(4, 1), "b": Tally(5, prompt_tokens=5, completion_tokens=10)}
    assert rows(tmp_path, "id", "model", "response", "error")[:4] == [
        ("0", "a", "the-a p0", None),
        ("0", "b", "the-b p0", None),
        ("1", "a", None, "the generator gave no response"),
        ("1", "b", "the-b p1", None),
    ]
    names = ("prompt", "finish_reason", "prompt_tokens", "completion_tokens", "seed", "settings")
    settings = '{"generator": "echo", "model": "the-b"}'
    assert rows(tmp_path, *names)[1] == ([{"role": "user", "content": "p0"}], "stop", 1, 2, 3, settings)
    assert [path.name for path in tmp_path.iterdir()] == ["pool"]
    assert sorted(path.name for path in (tmp_path / "pool").iterdir()) == ["_journal.jsonl", "part-00000.parquet"]


@pytest.mark.parametrize(
    ("stop", "kind", "message"),
    [
        (zebra.ZebraError("the server is down"), zebra.ZebraError, "the server is down; "),
        (KeyboardInterrupt(), zebra.Interrupted, "interrupted; "),
    ],
    ids=["error", "interrupt"],
)
def test_an_interruption(tmp_path: Path, stop: BaseException, kind: type[Exception], message: str) -> None:
    """What came before the end, failures included, is not asked for again, and the pool is the same as without the end."""
    with pytest.raises(kind, match=message) as error:
        run(tmp_path, model("a", Echo()), model("b", Echo(fails=("p0",), stops={"p4": stop})))
    kept = f"9 responses are kept in {tmp_path}/pool.partial, and the same command resumes from there"
    assert str(error.value).endswith(kept)
    assert not (tmp_path / "pool").exists()
    one, other = Echo(), Echo()
    tallies, lines = run(tmp_path, model("a", one), model("b", other))
    assert lines == ["resuming an earlier run: 9 of 10 requests are done"]
    assert (one.asked, other.asked) == ([], ["p4"])
    assert tallies == {"a": Tally(5), "b": Tally(4, 1)}
    resumed = (tmp_path / "pool/part-00000.parquet").read_bytes()
    run(tmp_path, model("a", Echo()), model("b", Echo(fails=("p0",))), overwrite=True)
    assert (tmp_path / "pool/part-00000.parquet").read_bytes() == resumed


def test_a_stream_that_ends_early(tmp_path: Path) -> None:
    """What a stream gave before its error is kept, and only the rest is asked for."""
    with pytest.raises(zebra.ZebraError, match="no more; 4 responses are kept"):
        run(tmp_path, model("a", Backwards(zebra.ZebraError("no more"))))
    again = Backwards()
    run(tmp_path, model("a", again))
    assert again.asked == 1
    assert rows(tmp_path, "response") == [(f"the-a p{n}",) for n in range(5)]


def test_failures_are_retried(tmp_path: Path) -> None:
    """With --retry-failed only the failures of a finished pool are asked for again, with the same batches."""
    run(tmp_path, model("a", Echo(fails=("p1", "p4"))))
    again = Echo(fails=("p4",))
    tallies, lines = run(tmp_path, model("a", again), retry=True)
    assert again.asked == ["p1", "p4"]
    assert lines == ["resuming an earlier run: 3 of 5 requests are done"]
    assert tallies == {"a": Tally(4, 1)}
    assert [response for (response,) in rows(tmp_path, "response")] == [f"the-a p{n}" for n in range(4)] + [None]
    with pytest.raises(zebra.ZebraError, match="was made of other prompts, models or options"):
        run(tmp_path, model("b", Echo()), retry=True)


def test_a_model_that_waits(tmp_path: Path) -> None:
    """If the responses of a model come later, the other models are asked before the command ends."""
    other = Echo()
    waits = Echo(stops={"p0": Waiting("send the file")})
    with pytest.raises(zebra.ZebraError, match="send the file; 5 responses are kept"):
        run(tmp_path, model("a", waits), model("b", other))
    assert other.asked == ["p0 p1", "p2 p3", "p4"]


def test_another_model_is_asked_again(tmp_path: Path) -> None:
    """Responses of an interrupted run count only for the same model, generator, location and prompt."""
    with pytest.raises(zebra.ZebraError, match="2 responses are kept"):
        run(tmp_path, model("a", Echo(stops={"p2": zebra.ZebraError("no")})))
    other = Echo()
    run(tmp_path, attrs.evolve(model("a", other), location="elsewhere"))
    assert other.asked == ["p0 p1", "p2 p3", "p4"]


def test_an_output_that_exists(tmp_path: Path) -> None:
    """It is kept, unless it is a pool that may be overwritten; nothing is asked before."""
    (tmp_path / "pool").mkdir()
    (tmp_path / "pool/thesis.txt").write_text("mine")
    echo = Echo()
    with pytest.raises(zebra.ZebraError, match="exists already, and was not written by this command"):
        run(tmp_path, model("a", echo), overwrite=True)
    assert echo.asked == []
    assert (tmp_path / "pool/thesis.txt").read_text() == "mine"
    (tmp_path / "pool/thesis.txt").rename(tmp_path / "pool/_journal.jsonl")
    with pytest.raises(zebra.ZebraError, match=r"exists already; add --overwrite, --retry-failed, or choose another"):
        run(tmp_path, model("a", echo))
    assert echo.asked == []


def test_no_response_at_all(tmp_path: Path) -> None:
    """If every request failed, that is an error with the first reason, and there is no pool; they can be retried."""
    with pytest.raises(zebra.ZebraError, match="all 5 requests failed, the first with: the generator gave no response"):
        run(tmp_path, model("a", Echo(fails=tuple(f"p{n}" for n in range(5)))))
    assert not (tmp_path / "pool").exists()
    assert run(tmp_path, model("a", Echo()), retry=True)[0] == {"a": Tally(5)}


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        ("ab", "a generator returns a list of responses, got str"),
        (None, "a generator returns a list of responses, got NoneType"),
        (["a"], "a generator returns one response per prompt, got 1 for 2 prompts"),
        (["a", 5], "a response is a zebra.Response, a text, or None if it failed, got int"),
        (["a", zebra.Response(5)], "the text of a response is text, got int"),  # type: ignore[arg-type]
        (["a", "\ud800"], "a response has half of a surrogate pair"),
    ],
    ids=["text", "none", "few", "number", "field", "surrogate"],
)
def test_a_generator_that_breaks_its_contract(tmp_path: Path, result: object, fault: str) -> None:
    """The error names the generator and what is wrong."""
    with pytest.raises(zebra.ZebraError, match=f"generator 'echo' of plugin 'toy': {fault}.*; nothing was kept"):
        run(tmp_path, model("a", lambda prompts, name: result))


@pytest.mark.parametrize(
    ("numbers", "fault"), [([0, 0], "once, got 0"), ([5], "once, got 5"), ([0], "4 of 5 prompts have")]
)
def test_a_stream_that_breaks_its_contract(tmp_path: Path, numbers: list[int], fault: str) -> None:
    """Each prompt has one response: the error says what is wrong."""
    stream = Backwards()
    stream.stream = lambda prompts, name: ((number, zebra.Response("a")) for number in numbers)  # type: ignore[method-assign]
    with pytest.raises(zebra.ZebraError, match=f"generator 'echo' of plugin 'toy': .*{fault}"):
        run(tmp_path, model("a", stream))
