"""Each form has the keys that its tool reads, worked out from the rows of the dataset."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from helpers.conversations import build

import zebra_core as zebra
from zebra_core.recipe.exports import Export
from zebra_core.recipe.resolve import Selection
from zebra_core.testing import Project

Rows = list[dict[str, Any]]


def export(cli: Project, form: str, *arguments: str) -> Rows:
    """Export the pairs as a form; return what the data files hold."""
    cli.run("export", "pairs", "--format", form, "-o", "out", *arguments)
    rows: Rows = []
    for path in sorted((cli.folder / "out/data").iterdir()):
        if path.suffix == ".parquet":
            rows += pq.read_table(path).to_pylist()
        elif path.suffix == ".jsonl":
            rows += map(json.loads, path.read_text(encoding="utf-8").splitlines())
        else:
            with path.open(encoding="utf-8", newline="") as file:
                rows += csv.DictReader(file)
    return rows


@pytest.mark.parametrize("form", ["trl", "openrlhf", "unsloth", "jsonl"])
def test_the_columns_of_the_dataset(zebra_cli: Project, form: str) -> None:
    """Tools that take prompt, chosen and rejected as messages get the rows as they are."""
    rows = build(zebra_cli)
    assert export(zebra_cli, form) == rows


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("trl-implicit", ("chosen", "rejected")),
        ("torchtune", ("chosen", "rejected")),
        ("ms-swift", ("messages", "rejected_messages")),
    ],
)
def test_whole_conversations(zebra_cli: Project, form: str, names: tuple[str, str]) -> None:
    """Two columns hold the prompt's messages and then the response; there is no column of prompts."""
    rows = build(zebra_cli)
    for row, exported in zip(rows, export(zebra_cli, form), strict=True):
        assert "prompt" not in exported
        for name, side in zip(names, ("chosen", "rejected"), strict=True):
            assert exported[name] == row["prompt"] + row[side]
        assert exported["margin"] == row["margin"]


def test_rewardbench(zebra_cli: Project) -> None:
    """The system message is the beginning of the first turn; turns alternate."""
    rows = build(zebra_cli)
    exported = export(zebra_cli, "rewardbench")
    first = {"role": "user", "content": "Answer in one sentence.\n\nName a river."}
    assert exported[0]["rejected"] == [first, *rows[0]["prompt"][2:], *rows[0]["rejected"]]
    assert exported[1]["chosen"] == rows[1]["prompt"] + rows[1]["chosen"]
    assert {message["role"] for row in exported for message in row["chosen"]} == {"user", "assistant"}


def test_axolotl(zebra_cli: Project) -> None:
    """There is no white space around a response; everything else is as it was."""
    rows = build(zebra_cli, around="\n ")
    assert rows[0]["chosen"][0]["content"].startswith("\n ")
    for row in rows:
        for side in ("chosen", "rejected"):
            row[side][0]["content"] = row[side][0]["content"].strip()
    assert export(zebra_cli, "axolotl") == rows


def test_ms_swift_has_no_other_column_of_the_rejected_side(zebra_cli: Project) -> None:
    """A column that begins with `rejected_` stands for an input there."""
    build(zebra_cli, "--column", "lengths")
    names = [name for name in export(zebra_cli, "ms-swift")[0] if name.startswith("rejected_")]
    assert names == ["rejected_messages"]
    assert zebra.Dataset.open("out").to_arrow().equals(zebra.Dataset.open("pairs").to_arrow())


def test_llama_factory(zebra_cli: Project) -> None:
    """A response is one message, and dataset_info.json names the columns and roles as they are in the files."""
    rows = build(zebra_cli)
    exported = export(zebra_cli, "llama-factory")
    assert [row["chosen"] for row in exported] == [row["chosen"][0] for row in rows]
    info = json.loads((zebra_cli.folder / "out/dataset_info.json").read_text())["zebra"]
    assert (info["file_name"], info["formatting"], info["ranking"]) == ("data", "sharegpt", True)
    assert {*info["columns"].values()} <= {*exported[0]}
    assert {info["tags"]["role_tag"], info["tags"]["content_tag"]} == {*exported[0]["chosen"]}
    settings = yaml.safe_load((zebra_cli.folder / "out/llama-factory.yaml").read_text())
    assert (settings["stage"], settings["dataset"], settings["dataset_dir"]) == ("dpo", "zebra", ".")


def test_kto(zebra_cli: Project) -> None:
    """A pair is two rows that follow each other, the chosen response first."""
    rows = build(zebra_cli)
    expected = [(row["prompt"], row[side], side == "chosen") for row in rows for side in ("chosen", "rejected")]
    exported = export(zebra_cli, "kto")
    assert [(row["prompt"], row["completion"], row["label"]) for row in exported] == expected


@pytest.mark.parametrize("form", ["sft", "verl"])
def test_chosen_responses_are_written_once(zebra_cli: Project, form: str) -> None:
    """With two pairs per instruction the best response is chosen in both, and written once."""
    rows = build(zebra_cli, "--pairs", "2", "--strategy", "sup")
    assert [row["chosen_model"] for row in rows] == ["a"] * 48
    exported = export(zebra_cli, form)
    assert [row["messages"] for row in exported] == [row["prompt"] + row["chosen"] for row in rows[::2]]
    if form == "verl":
        answers = [row["reward_model"]["ground_truth"] for row in exported]
        assert answers == [row["chosen"][0]["content"] for row in rows[::2]]
        assert {row["data_source"] for row in exported} == {"sums"}


def test_text_without_a_template(zebra_cli: Project) -> None:
    """Single messages are written as they are; of several turns the error names the flag to add."""
    rows = build(zebra_cli, single=True)
    exported = export(zebra_cli, "text")
    texts = [{name: row[name][0]["content"] for name in ("prompt", "chosen", "rejected")} for row in rows]
    assert [{name: row[name] for name in texts[0]} for row in exported] == texts
    build(zebra_cli, "--overwrite")
    error = zebra_cli.run("export", "pairs", "--format", "text", "-o", "new", code=2).stderr
    assert "the prompt of the pair 'q0' has 4 messages, which only a chat template makes one text" in error
    assert "add --set text.template=chatml" in error


def test_csv(zebra_cli: Project) -> None:
    """A cell holds the contents of the messages, line breaks and quotes included."""
    rows = build(zebra_cli)
    exported = export(zebra_cli, "csv")
    assert [row["chosen"] for row in exported] == [row["chosen"][0]["content"] for row in rows]
    turns = "Answer in one sentence.\n\nName a river.\n\nThe Elbe is one.\n\nQuestion 0: what is 0 plus 0?"
    assert exported[0]["prompt"] == turns
    assert float(exported[0]["margin"]) == pytest.approx(rows[0]["margin"])


def test_nemo_rl_pairs_and_binary(zebra_cli: Project) -> None:
    """Two ranked completions, the better one with the lower rank; or a prompt and two texts."""
    rows = build(zebra_cli)
    for row, line in zip(rows, export(zebra_cli, "nemo-rl"), strict=True):
        assert line["context"] == row["prompt"]
        completions = [{"rank": 0, "completion": row["chosen"]}, {"rank": 1, "completion": row["rejected"]}]
        assert line["completions"] == completions
    exported = export(zebra_cli, "nemo-rl", "--set", "nemo-rl.form=binary", "--overwrite")
    assert [line["rejected"] for line in exported] == [row["rejected"][0]["content"] for row in rows]
    assert "BinaryPreferenceDataset" in (zebra_cli.folder / "out/nemo-rl.yaml").read_text()


def test_rankings(zebra_cli: Project) -> None:
    """All responses that the pairs of an instruction compare, by superiority: a, then b and c, which are tied, then d."""
    build(zebra_cli, "--pairs", "6", "--strategy", "sup", "--rule", "superiority", "--threshold", "0")
    (line, *others) = export(zebra_cli, "nemo-rl", "--set", "nemo-rl.form=rankings")
    assert len(others) == 23
    order = [(each["rank"], each["completion"][0]["content"][0]) for each in line["completions"]]
    assert [rank for rank, _ in order] == [0, 1, 1, 2]
    assert order[0][1] == "a"
    assert {name for rank, name in order if rank == 1} == {"b", "c"}
    first = export(zebra_cli, "distilabel", "--overwrite")[0]
    assert dict(zip(first["generation_models"], first["ratings"], strict=True)) == {"a": 2, "b": 1, "c": 1, "d": 0}
    assert first["instruction"] == "Question 0: what is 0 plus 0?"


def test_openai(zebra_cli: Project) -> None:
    """One file with the keys of the API, each response as a list of one assistant message."""
    rows = build(zebra_cli)
    zebra_cli.run("export", "pairs", "--format", "openai-preference", "-o", "out")
    lines = [json.loads(line) for line in (zebra_cli.folder / "out/preferences.jsonl").read_text().splitlines()]
    assert [{*line} for line in lines] == [{"input", "preferred_output", "non_preferred_output"}] * len(rows)
    assert lines[0]["input"]["messages"] == rows[0]["prompt"]
    assert [line["non_preferred_output"] for line in lines] == [row["rejected"] for row in rows]


def test_argilla(zebra_cli: Project) -> None:
    """The suggestion names the place of the chosen response, which is first in some records and second in others."""
    rows = build(zebra_cli)
    zebra_cli.run("export", "pairs", "--format", "argilla", "-o", "out")
    records = json.loads((zebra_cli.folder / "out/records.json").read_text())
    labels = [record["suggestions"]["better"]["value"] for record in records]
    chosen = [record["fields"][label] for record, label in zip(records, labels, strict=True)]
    assert chosen == [row["chosen"][0]["content"] for row in rows]
    assert {*labels} == {"response_1", "response_2"}
    assert len({record["id"] for record in records}) == len(records)


def test_read_back(zebra_cli: Project) -> None:
    """An export that keeps everything is a dataset for the other commands, and can be exported again; others say what is lost."""
    build(zebra_cli)
    original = zebra.Dataset.open("pairs").to_arrow()
    export(zebra_cli, "ms-swift")
    assert zebra.Dataset.open("out").to_arrow().equals(original)
    zebra_cli.run("report", "out")
    zebra_cli.run("export", "out", "--format", "trl", "-o", "again")
    assert zebra.Dataset.open("again").to_arrow().equals(original)
    printed = zebra_cli.run("export", "pairs", "--format", "sft", "-o", "sft").stdout
    assert "It does not keep the rejected responses" in printed
    error = zebra_cli.run("report", "sft", code=2).stderr
    assert (
        "an export as sft, which does not keep the rejected responses; use the dataset that it was made from" in error
    )


def test_with_zebra_run(zebra_cli: Project) -> None:
    """`zebra run --export` writes the forms beside the dataset, and the saved recipe does not depend on them."""
    build(zebra_cli)
    recipe = (zebra_cli.folder / "pairs/recipe.toml").read_text()
    rows = build(zebra_cli, "--overwrite", "--export", "axolotl", "--export", "kto")
    assert rows
    assert (zebra_cli.folder / "pairs/recipe.toml").read_text() == recipe
    assert (zebra_cli.folder / "pairs-kto/data").is_dir()


PAGE = (Path(__file__).parents[3] / "docs/how-to/other-trainers.md").read_text(encoding="utf-8")


def test_the_page_has_every_form(plugins: zebra.Plugins) -> None:
    """docs/how-to/other-trainers.md names each built-in exporter in its table, with what it loses, and has its command."""
    for component in plugins.of_kind("exporter"):
        row = next(line for line in PAGE.splitlines() if line.startswith("| ") and f"`{component.name}`" in line)
        assert row.split("|")[4].strip().startswith("nothing") == (not hasattr(component.factory, "lost")), row
    assert PAGE.count("zebra export pairs --format") >= 18


def test_the_page_shows_what_is_printed(zebra_cli: Project) -> None:
    """Its first commands print what the page shows."""
    zebra_cli.run("run", "-o", "pairs", "--no-report")
    for command, output in re.findall(r"^\$ zebra (export .*)\n((?:[^$`].*\n)+)", PAGE, re.MULTILINE):
        assert zebra_cli.run(*command.split()).stdout == output
    folder = zebra_cli.folder / "for-llama-factory"
    listed = PAGE.split("for-llama-factory:\n")[1].partition("\n\n")[0].split()
    assert listed == sorted(path.name for path in folder.iterdir())


def test_configurations_are_valid(zebra_cli: Project) -> None:
    """YAML can be read, Python compiled, and a shell accepts the scripts; nothing is left of a template."""
    build(zebra_cli, single=True)
    suffixes = set()
    for component in zebra.load_plugins().of_kind("exporter"):
        zebra_cli.run("export", "pairs", "--format", component.name, "-o", component.name)
        for path in (zebra_cli.folder / component.name).iterdir():
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            suffixes.add(path.suffix)
            assert "{{" not in text or path.name == "records.json"
            assert "{%" not in text
            if path.suffix == ".yaml":
                assert isinstance(yaml.safe_load(text), dict)
            elif path.suffix == ".py":
                compile(text, path.name, "exec")
            elif path.suffix == ".sh":
                subprocess.run(["bash", "-n", str(path)], check=True)
    assert {".yaml", ".py", ".sh"} <= suffixes


@pytest.mark.parametrize(("last", "measured"), [("test", "zebra_test"), ("dev", None)])
def test_splits(zebra_cli: Project, last: str, measured: str | None) -> None:
    """The files of a split are in its folder, and a configuration names the splits to train and, if there is one, to measure on."""
    build(zebra_cli)
    zebra_cli.run("mix", "pairs", "--split", f"train=0.75,{last}=0.25", "-o", "divided")
    zebra_cli.run("export", "divided", "--format", "llama-factory", "-o", "out")
    assert {path.name for path in (zebra_cli.folder / "out/data").iterdir()} == {"train", last}
    settings = yaml.safe_load((zebra_cli.folder / "out/llama-factory.yaml").read_text())
    info = json.loads((zebra_cli.folder / "out/dataset_info.json").read_text())
    assert (settings["dataset"], settings.get("eval_dataset")) == ("zebra_train", measured)
    assert {*info} == {"zebra_train", f"zebra_{last}"}
    assert info["zebra_train"]["file_name"] == "data/train"


def test_an_export_that_is_there_already(zebra_cli: Project) -> None:
    """It is recognised by everything that it follows from: the dataset and the options."""
    build(zebra_cli)
    zebra_cli.run("export", "pairs", "--format", "nemo-rl", "-o", "out")
    plugins, dataset = zebra.load_plugins(), zebra.Dataset.open("pairs")

    def is_done(**options: str) -> bool:
        exporter = Selection(plugins.find("exporter", "nemo-rl").bind(options), None, "")
        return Export(plugins, exporter, Path("out")).is_done(dataset)

    assert is_done()
    assert not is_done(form="binary")
    build(zebra_cli, "--overwrite", "--strategy", "random")
    assert not is_done()
