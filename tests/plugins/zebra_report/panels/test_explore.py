"""The data of "Explore the choice": similarities, orders, candidate sets and the command, by arithmetic."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.page import Panel
from zebra_report.panels.exploration.arrays import Arrays
from zebra_report.panels.exploration.orders import NARROW, order_pairs
from zebra_report.panels.explore import explore

SCORES = "model,MMLU,IFEval\na,100,100\nb,100,50\nc,0,0\n"
"""Normalised a = (1, 1), b = (1, .5), c = (0, 0): superiority 1, .75 and 0; cosine of a and b is 1.5 / sqrt(2 x 1.25)."""
ANSWERS = [
    {"a": "one", "b": "two", "c": "three"},
    {"a": "four", "b": "four", "c": "five"},
    {"b": "six", "c": "seven"},
    {"c": "alone"},
    {"a": "eight", "b": "nine", "c": "ten"},
]


def rows(answers: list[dict[str, str]]) -> str:
    lines = [
        {
            "source": "test",
            "instruction": f"question {number}",
            "models": [*texts],
            "completions": [{"model": name, "response": text, "points": 1} for name, text in texts.items()],
        }
        for number, texts in enumerate(answers)
    ]
    return "\n".join(map(json.dumps, lines))


def dataset_of(project: Project, *arguments: str, answers: list[dict[str, str]] = ANSWERS) -> zebra.Dataset:
    project.write("pool.jsonl", rows(answers))
    project.write("scores.csv", SCORES)
    project.run("run", "--pool", "pool.jsonl", "--scores", "scores.csv", *arguments)
    return zebra.Dataset.open("zebra-dataset")


def data_of(project: Project, *arguments: str, **options: Any) -> dict[str, Any]:
    panel = explore(dataset_of(project, *arguments, **options), zebra.load_plugins())
    assert isinstance(panel, Panel)
    return json.loads(json.dumps(dict(panel.data), allow_nan=False))


def array(data: dict[str, Any], number: int) -> list[Any]:
    """Read an array as the page does."""
    kind, offset, length = data["arrays"]["entries"][number]
    block = zlib.decompress(base64.b64decode(data["arrays"]["block"]))
    return np.frombuffer(block, f"<{kind}", length, offset).tolist()


def named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(each for each in entries if each["name"] == name)


def test_models(zebra_cli: Project) -> None:
    """Models are best first; gaps are those of (a, b), (a, c) and (b, c), and so are similarities: .9487, 0 and 0."""
    data = data_of(zebra_cli)
    assert (data["names"], data["models"]) == (["a", "b", "c"], [0, 1, 2])
    assert array(data, data["gap"]) == [0.25, 1.0, 0.75]
    cosine = named(data["measures"], "cosine")["similarity"]
    assert array(data, cosine) == pytest.approx([1.5 / np.sqrt(2.5), 0, 0], abs=1e-12)
    euclidean = named(data["measures"], "euclidean")["similarity"]
    assert array(data, euclidean) == pytest.approx([1 / 1.5, 1 / (1 + np.sqrt(2)), 1 / (1 + np.sqrt(1.25))], abs=1e-12)


def test_orders_of_models(zebra_cli: Project) -> None:
    """`delta` wants the widest gap: (a, c), then (b, c), then (a, b); confidence is 1 / (1 + exp(-3.5 x gap))."""
    delta = named((data := data_of(zebra_cli))["strategies"], "delta")
    assert delta["rule"] == "superiority"
    says = delta["says"]["cosine"]
    assert array(data, says["order"]) == [1, 3, 2]
    assert array(data, says["sign"]) == [1, 1, 1]
    assert array(data, says["confidence"]) == pytest.approx([1 / (1 + np.exp(-3.5 * gap)) for gap in (0.25, 1, 0.75)])


def test_groups(zebra_cli: Project) -> None:
    """Instructions are counted by their models and by which texts are the same; one with a single model has no group."""
    data = data_of(zebra_cli)
    two, three = data["groups"]
    assert (two["width"], array(data, two["names"]), array(data, two["counts"])) == (2, [1, 2], [1])
    assert array(data, three["names"]) == [0, 1, 2, 0, 1, 2]
    groups = zip(np.reshape(array(data, three["texts"]), (-1, 3)).tolist(), array(data, three["counts"]), strict=True)
    assert sorted(groups) == [([0, 0, 2], 1), ([0, 1, 2], 2)]
    assert data["counts"] == {"rows": 5, "step": 1, "left_out": {"fewer than two models with scores answered": 1}}


def test_orders_of_instructions(zebra_cli: Project) -> None:
    """What looks at instructions is asked about all four of them, and three pairs of each of the three wider ones are kept."""
    data = data_of(zebra_cli)
    for name in ("consensus-sim", "best-random", "random"):
        says = named(data["strategies"], name)["says"]["cosine"]["rows"]
        assert says["step"] == 1
        assert sorted(array(data, says["lengths"])) == [1, 3, 3, 3]
        assert len(array(data, says["pairs"])) == 10
    rlaif = named(data["strategies"], "rlaif")["says"]["cosine"]["rows"]
    assert array(data, rlaif["open"]) == [0, 0, 0, 0]


def test_long_pool(zebra_cli: Project) -> None:
    """Of 6,000 instructions all are counted; those that a strategy is asked about are one in 4, drawn by their ids."""
    answers = [{name: f"{name} {number}" for name in "abc"} for number in range(6000)]
    data = data_of(zebra_cli, answers=answers)
    assert array(data, data["groups"][0]["counts"]) == [6000]
    says = named(data["strategies"], "random")["says"]["rbf"]["rows"]
    assert says["step"] == 4
    assert 1350 < len(array(data, says["groups"])) < 1650
    assert len(array(data, says["pairs"])) == 3 * len(array(data, says["groups"]))


def test_run(zebra_cli: Project) -> None:
    """The panel has the settings of the run, and what its manifest says that it had."""
    data = data_of(zebra_cli, "--strategy", "sup", "--threshold", "0.5")
    run, summary = data["run"], zebra_cli.manifest()["summary"]
    assert (run["strategy"], run["similarity"], run["threshold"], run["pairs"]) == ("sup", "cosine", 0.5, 1)
    assert [array(data, each) for each in run["had"]["model_pairs"]] == [[0], [1], [2]]
    assert summary["model_pairs"] == {"a": {"b": 2}}
    assert run["had"]["left_out"] == summary["left_out"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "zebra run --pool ultrafeedback:pool.jsonl --scores csv:scores.csv"),
        (
            ["--strict", "--seed", "7"],
            "zebra run --pool ultrafeedback:pool.jsonl --scores csv:scores.csv --seed 7 --strict",
        ),
        (
            ["--weight", "IFEval=2", "--silence", "at-chance", "--superiority", "mean"],
            "zebra run --pool ultrafeedback:pool.jsonl --scores csv:scores.csv --silence at-chance --weight IFEval=2.0",
        ),
    ],
    ids=["defaults", "flags", "declarations"],
)
def test_command(zebra_cli: Project, arguments: list[str], words: str) -> None:
    """The command has pool and scores, and what differs from the defaults, but not what the page sets."""
    command = data_of(zebra_cli, *arguments, "--threshold", "0.2")["command"]
    assert (command["start"], command["end"]) == (words, "--output zebra-dataset-explored")
    assert command["defaults"]["threshold"] == 0.1


def test_options_go_with_their_component(zebra_cli: Project) -> None:
    """An option of the run's strategy is in the words of that strategy alone; the default strategy needs no other word."""
    data = data_of(zebra_cli, "--set", "consensus-sim.power=2", "--set", "ultrafeedback.rating=points")
    assert named(data["strategies"], "consensus-sim")["words"] == "--set consensus-sim.power=2"
    assert named(data["strategies"], "sup+sim")["words"] == "--strategy sup+sim"
    assert data["command"]["start"].endswith("--set ultrafeedback.rating=points")


def test_named_rule_decides_for_all(zebra_cli: Project) -> None:
    """A rule that the run was asked for is that of every strategy; one that belongs to the strategy is not."""
    data = data_of(zebra_cli, "--strategy", "sup", "--rule", "consensus")
    assert {each["rule"] for each in data["strategies"]} == {"consensus"}
    assert named(data["strategies"], "consensus-sim")["words"] == ""
    assert named(data["strategies"], "delta")["words"] == "--strategy delta --rule consensus"


def test_global_scope(zebra_cli: Project) -> None:
    """In the scope `global` only strategies that look at the models alone are offered."""
    data = data_of(zebra_cli, "--scope", "global", "--strategy", "sim")
    assert data["scope"] == "global"
    assert not {"consensus-sim", "random", "best-random", "rlaif"} & {each["name"] for each in data["strategies"]}


def test_draws_are_left_out(zebra_cli: Project) -> None:
    """A note names the draws of the run that the page does without; the command has none of them."""
    data = data_of(zebra_cli, "--temperature", "1", "--max-share", "0.5")
    assert data["notes"] == [
        "The run drew with --temperature 1.0 and --max-share 0.5, which this page does without, and so does its command."
    ]
    assert "--temperature" not in data["command"]["start"]


def test_length_ratio(zebra_cli: Project) -> None:
    """Pairs beyond the run's limit are marked: "four" and "four" are within a ratio of 1, "one" and "three" are not."""
    data = data_of(zebra_cli, "--length-ratio", "1")
    three = data["groups"][-1]
    unlike = np.reshape(array(data, three["unlike"]), (-1, 3)).tolist()
    assert sorted(unlike) == sorted([[0, 1, 1], [0, 0, 0], [1, 1, 1]])


def test_agreement(zebra_cli: Project) -> None:
    """Agreement with labels goes to the page by the places of the models; other models are ignored."""
    agreement = {("a", "c"): 0.75, ("a", "elsewhere"): 0.5}
    panel = explore(dataset_of(zebra_cli), zebra.load_plugins(), agreement)
    assert isinstance(panel, Panel)
    assert panel.data["agreement"] == [(0, 2, 0.75)]


def test_moved_pool(zebra_cli: Project) -> None:
    """Without the pool there is a section that says why."""
    dataset = dataset_of(zebra_cli)
    (zebra_cli.folder / "pool.jsonl").unlink()
    section = explore(dataset, zebra.load_plugins())
    assert isinstance(section, zebra.Section)
    assert "pool.jsonl" in section.notes[0]


def test_changed_scores(zebra_cli: Project) -> None:
    """Scores that are not those of the run are not explored."""
    dataset = dataset_of(zebra_cli)
    zebra_cli.write("scores.csv", SCORES.replace("b,100,50", "b,100,60"))
    section = explore(dataset, zebra.load_plugins())
    assert isinstance(section, zebra.Section)
    assert section.notes == ["the scores of 'b' are not those of the run; build the dataset again to explore it"]


def test_hostile_names(zebra_cli: Project) -> None:
    """A name that reorders text is shown with an escape, and does not disturb the counts."""
    zebra_cli.write("pool.jsonl", rows([{"a\u202e": "one", "b": "two"}] * 3))
    zebra_cli.write("scores.csv", SCORES.replace("a,", "a\u202e,"))
    zebra_cli.run("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--strategy", "sup")
    panel = explore(zebra.Dataset.open("zebra-dataset"), zebra.load_plugins())
    assert isinstance(panel, Panel)
    assert panel.data["names"] == ["a\\u202e", "b"]


def test_arrays() -> None:
    """An array is stored once, in as few bytes as its values need, and starts at a multiple of eight."""
    arrays = Arrays()
    numbers = [arrays.add(np.array(values)) for values in ([1, 2, 255], [0.5], [1, 256], [-1, 1], [1, 2, 255])]
    assert numbers == [0, 1, 2, 3, 0]
    assert [kind for kind, _, _ in arrays.entries] == ["u1", "f8", "u2", "i1"]
    assert [offset for _, offset, _ in arrays.entries] == [0, 8, 16, 24]


def test_order_of_few_pairs() -> None:
    """Of few pairs all are kept: the most desirable first, then what may not be taken, then what is of unlike length."""
    values = np.array([[0.1, -np.inf, 0.3, 0.3, -np.inf]])
    like = np.array([[True, False, True, True, True]])
    orders = order_pairs(values, like, (np.zeros((1, 5)),), 1)
    assert orders.pairs.tolist() == [2, 3, 0, 4, 1]
    assert (orders.lengths.tolist(), orders.open.tolist(), orders.like.tolist()) == ([5], [3], [4])


@pytest.mark.parametrize("limit", [1, 3])
def test_order_of_many_pairs(limit: int) -> None:
    """Of many pairs those are kept that some masks let an instruction take; checked against every pair for 500 masks."""
    draw = np.random.default_rng(0)
    count = NARROW + 80
    values, (one, other) = np.round(draw.random((4, count)), 2), np.round(draw.random((2, 4, count)), 2)
    values[:, ::7] = -np.inf
    orders = order_pairs(values, np.ones((4, count), bool), (one, other), limit)
    ends = np.cumsum(orders.lengths)
    assert orders.lengths.max() < count / 2
    for least in draw.random((500, 2)):
        for row, end in enumerate(ends):
            kept = orders.pairs[end - orders.lengths[row] : end]
            allowed = (one[row] >= least[0]) & (other[row] >= least[1])
            open_values = np.where(allowed, values[row], -np.inf)
            expected = [each for each in np.argsort(-open_values, kind="stable")[:limit] if open_values[each] > -np.inf]
            taken = [each for each in kept[: orders.open[row]] if allowed[each]][:limit]
            assert taken == expected
            assert allowed[kept].any() == allowed.any()
