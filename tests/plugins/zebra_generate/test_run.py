"""From prompts to a pool: what is asked, kept and written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

import zebra_core as zebra
from zebra_generate.prompts import Prompt
from zebra_generate.run import Answers, Model, generate

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


def model(name: str, call: object) -> Model:
    component = zebra.Component("generator", "echo", "toy", lambda: None)
    return Model(name, zebra.BoundComponent(component, call), f"the-{name}")


def run(folder: Path, *models: Model, batch: int = 2, overwrite: bool = False) -> tuple[dict[str, Answers], list[str]]:
    """Return what each model gave, and the log."""
    lines: list[str] = []
    output = folder / "pool.jsonl"
    options: dict[str, Any] = {"batch": batch, "overwrite": overwrite, "log": lines.append}
    return generate(PROMPTS, models, output, on_progress=lambda _: None, **options), lines


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "pool.jsonl").read_text().splitlines()]


def test_the_pool(tmp_path: Path) -> None:
    """Each row has a prompt and the models that responded; one without any response is left out, and nothing else is left."""
    one, other = Echo(fails=("p1", "p4")), Echo(fails=("p4",))
    answers, _ = run(tmp_path, model("a", one), model("b", other))
    assert answers == {"a": Answers(3, 2, 0), "b": Answers(4, 1, 0)}
    assert one.asked == other.asked == ["p0 p1", "p2 p3", "p4"]
    pool = rows(tmp_path)
    assert [row["models"] for row in pool] == [["a", "b"], ["b"], ["a", "b"], ["a", "b"]]
    assert pool[0] == {
        "id": "0",
        "prompt": [{"role": "user", "content": "p0"}],
        "models": ["a", "b"],
        "responses": ["the-a p0", "the-b p0"],
    }
    assert [path.name for path in tmp_path.iterdir()] == ["pool.jsonl"]


@pytest.mark.parametrize(
    ("stop", "kind", "message"),
    [
        (KeyboardInterrupt(), zebra.Interrupted, "interrupted"),
        (zebra.ZebraError("no server"), zebra.ZebraError, "generator 'echo' of plugin 'toy': no server"),
        (ValueError("bad"), zebra.ZebraError, "it failed with ValueError: bad"),
    ],
    ids=["interrupt", "mistake", "crash"],
)
def test_resuming(tmp_path: Path, stop: BaseException, kind: type[Exception], message: str) -> None:
    """What was generated before the end is not asked for again, failures are, and the pool is the same as without the end."""
    first = Echo(fails=("p0",), stops={"p4": stop})
    with pytest.raises(kind, match=message) as error:
        run(tmp_path, model("a", Echo()), model("b", first))
    kept = f"8 responses are kept in {tmp_path}/pool.jsonl.partial, and the same command resumes from there"
    assert str(error.value).endswith(kept)
    assert not (tmp_path / "pool.jsonl").exists()
    one, other = Echo(), Echo()
    answers, lines = run(tmp_path, model("a", one), model("b", other))
    assert lines == ["resuming an interrupted run: 8 responses are there"]
    assert (one.asked, other.asked) == ([], ["p0 p4"])
    assert answers == {"a": Answers(5, 0, 0), "b": Answers(5, 0, 0)}
    resumed = (tmp_path / "pool.jsonl").read_bytes()
    run(tmp_path, model("a", Echo()), model("b", Echo()), overwrite=True)
    assert (tmp_path / "pool.jsonl").read_bytes() == resumed


def test_another_model_is_asked_again(tmp_path: Path) -> None:
    """Responses of an interrupted run count only for the same model, generator, location and prompt."""
    with pytest.raises(zebra.ZebraError, match="2 responses are kept"):
        run(tmp_path, model("a", Echo(stops={"p2": zebra.ZebraError("no")})))
    other = Echo()
    run(tmp_path, attrs.evolve(model("a", other), location="elsewhere"))
    assert other.asked == ["p0 p1", "p2 p3", "p4"]


def test_an_output_that_exists(tmp_path: Path) -> None:
    """It is kept, unless it may be overwritten; nothing is asked before."""
    (tmp_path / "pool.jsonl").write_text("mine")
    echo = Echo()
    with pytest.raises(zebra.ZebraError, match=r"exists already; add --overwrite, or choose another --output"):
        run(tmp_path, model("a", echo))
    assert echo.asked == []
    assert (tmp_path / "pool.jsonl").read_text() == "mine"


def test_no_response_at_all(tmp_path: Path) -> None:
    """If every response failed, that is an error, and there is no file."""
    with pytest.raises(zebra.ZebraError, match="no model responded to any prompt"):
        run(tmp_path, model("a", Echo(fails=tuple(f"p{n}" for n in range(5)))))
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        ("ab", "a generator returns a list of texts, got str"),
        (None, "a generator returns a list of texts, got NoneType"),
        (["a"], "a generator returns one response per prompt, got 1 for 2 prompts"),
        (["a", 5], "a response is text, or None if it failed, got int"),
        (["a", "\ud800"], "a response has half of a surrogate pair"),
    ],
    ids=["text", "none", "few", "number", "surrogate"],
)
def test_a_generator_that_breaks_its_contract(tmp_path: Path, result: object, fault: str) -> None:
    """The error names the generator and what is wrong."""
    with pytest.raises(zebra.ZebraError, match=f"generator 'echo' of plugin 'toy': {fault}.*; nothing was kept"):
        run(tmp_path, model("a", lambda prompts, name: result))
