"""`zebra mix` from end to end: what is written, what it says, and that what reads a dataset reads the mix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pytest

import zebra_core as zebra
from zebra_core.testing import Project

TEXTS = ("prompt", "chosen", "rejected", "chosen_model", "margin", "similarity", "confidence", "id", "source")


def pool(cli: Project, name: str, prompts: list[str], models: str = "abc") -> None:
    """Write a pool in which three models answered each prompt; the id is the number of the prompt."""
    completions = [{"model": model, "response": f"{model} says so"} for model in models]
    rows = [
        {"id": f"q{number}", "source": name, "instruction": prompt, "models": [*models], "completions": completions}
        for number, prompt in enumerate(prompts)
    ]
    cli.write(f"{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    cli.write("scores.csv", "model,MMLU,IFEval\na,10,2\nb,8,9\nc,3,5\nd,0,0\n")
    run = ("run", "--pool", f"{name}.jsonl", "--scores", "scores.csv", "--strategy", "sup", "--threshold", "-1")
    cli.run(*run, "-o", name)


def digits(number: int) -> str:
    return " ".join(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")[int(d)] for d in str(number))  # fmt: skip


@pytest.fixture
def demos(zebra_cli: Project) -> Project:
    """The demo's pool as the datasets `one` and `two`, by two strategies."""
    zebra_cli.run("run", "-o", "one")
    zebra_cli.run("run", "--strategy", "sup", "-o", "two")
    return zebra_cli


def plain(rows: list[dict[str, Any]]) -> list[str]:
    """Pairs without the columns that a mix adds."""
    return [json.dumps({name: row[name] for name in TEXTS}) for row in rows]


def test_all_of_one_dataset(demos: Project) -> None:
    """One dataset, and nothing asked for: the same pairs in the same order, and the same counts."""
    demos.run("mix", "one", "-o", "same")
    assert demos.dataset("same") == demos.dataset("one")
    before, after = (demos.manifest(name) for name in ("one", "same"))
    assert after["recipe"] == before["recipe"]
    assert after["scores"] == before["scores"]
    for name in ("pairs", "models", "model_pairs", "left_out"):
        assert after["summary"][name] == before["summary"][name]
    for name in ("mean_margin", "mean_similarity", "mean_hardness"):
        assert after["summary"][name] == pytest.approx(before["summary"][name], abs=1e-12)
    for name in ("behavior.json", "parts/one/behavior.json"):
        assert (demos.folder / "same" / name).read_bytes() == (demos.folder / "one/behavior.json").read_bytes()
    for name in ("manifest.json", "recipe.toml"):
        assert (demos.folder / "same/parts/one" / name).read_bytes() == (demos.folder / "one" / name).read_bytes()


def test_weights(demos: Project) -> None:
    """Two thirds of one dataset and a third of another: all 600 pairs and 300 of 600, each as its dataset has it."""
    printed = demos.run("mix", "one", "two", "--weights", "2,1", "-o", "mixed").stdout
    assert "one        600         600  66.7%\ntwo        600         300  33.3%\nleft out 300: not drawn\n" in printed
    assert printed.endswith("The dataset is in mixed (900 pairs)\n")
    mixed, names = demos.dataset("mixed"), ("one", "two")
    parts = {name: [row for row in mixed if row["part"] == name] for name in names}
    assert plain(parts["one"]) == plain(demos.dataset("one"))
    rest = iter(plain(demos.dataset("two")))
    assert all(row in rest for row in plain(parts["two"]))  # in their order
    assert [len([r for r in mixed[:30] if r["part"] == name]) for name in names] == [20, 10]
    summary = demos.manifest("mixed")["summary"]
    assert (summary["rows"], summary["pairs"], summary["left_out"]) == (1200, 900, {"not drawn": 300})
    assert summary["models"]["scholar"]["chosen"] == sum(row["chosen_model"] == "scholar" for row in mixed)
    assert summary["mean_margin"] == pytest.approx(sum(row["margin"] for row in mixed) / 900)


def test_provenance(demos: Project) -> None:
    """The manifest has what each dataset gave, the hash of its manifest, the options, and the choices of both recipes."""
    demos.run("mix", "one", "two", "--weights", "2,1", "--rows", "30", "--seed", "4", "-o", "mixed")
    manifest = demos.manifest("mixed")
    (one,) = zebra.fingerprint([Path("one/manifest.json")])
    assert manifest["mix"]["parts"][0] == {
        "name": "one",
        "dataset": one,
        "split": "",
        "total": 600,
        "pairs": 20,
        "weight": 2,
    }
    assert manifest["mix"]["parts"][1]["pairs"] == 10
    assert (manifest["mix"]["seed"], manifest["mix"]["rows"], manifest["mix"]["split"]) == (4, 30, {})
    assert manifest["inputs"] == zebra.fingerprint([Path("one/manifest.json"), Path("two/manifest.json")])
    recipe = zebra.Dataset.open("mixed").manifest.recipe
    assert (recipe["strategy"], recipe["pool"]) == ("consensus-sim, sup", "demo")
    assert "20 of the 600 pairs of one, 10 of the 600 pairs of two" in (demos.folder / "mixed/README.md").read_text()


def test_the_same_bytes_again(demos: Project) -> None:
    """The same command writes the same bytes, and another seed other pairs and other splits."""
    command = ("mix", "one", "two", "--rows", "400", "--split", "train=.9,test=.1", "-o")
    for name, seed in (("x", "1"), ("y", "1"), ("z", "2")):
        demos.run(*command, name, "--seed", seed)
    first, again, other = (
        {str(path.relative_to(name)): path.read_bytes() for path in Path(name).rglob("*") if path.is_file()}
        for name in ("x", "y", "z")
    )
    assert first == again
    assert {name for name in first if first[name] != other[name]} >= {f"data/{s}/part-00000.parquet" for s in ("train", "test")}  # fmt: skip


def test_splits_of_prompts(demos: Project) -> None:
    """Pairs of both datasets for one prompt are in one split; the sizes are those asked for, and `datasets` reads them."""
    printed = demos.run("mix", "one", "two", "--split", "train=0.95,test=0.05", "-o", "mixed").stdout
    assert "train  1,140  95.00%     95.00%\ntest      60   5.00%      5.00%\n" in printed
    loaded = datasets.load_dataset("mixed", cache_dir="cache")
    assert {name: rows.num_rows for name, rows in loaded.items()} == {"train": 1140, "test": 60}
    prompts = {name: {json.dumps(prompt) for prompt in rows["prompt"]} for name, rows in loaded.items()}
    assert not prompts["train"] & prompts["test"]
    assert len(prompts["train"] | prompts["test"]) == len({json.dumps(row["prompt"]) for row in demos.dataset("one")})


def test_near_duplicates_are_in_one_split(zebra_cli: Project) -> None:
    """Of 40 long prompts, each in three variants that differ in the last word, no two variants are in different splits."""
    topics = [" ".join(digits(1000 * topic + word) for word in range(10)) for topic in range(40)]
    pool(
        zebra_cli,
        "variants",
        [f"{topic}, answer in {word}" for topic in topics for word in ("verse", "prose", "Dutch")],
    )
    zebra_cli.run("mix", "variants", "--split", "train=0.7,test=0.3", "-o", "mixed")
    sides = [
        {row["prompt"][0]["content"].partition(",")[0] for row in zebra.Dataset.open("mixed").split(name).to_arrow().to_pylist()}
        for name in ("train", "test")
    ]  # fmt: skip
    assert [len(side) for side in sides] == [28, 12]
    assert not sides[0] & sides[1]
    zebra_cli.run("mix", "variants", "--split", "train=0.7,test=0.3", "--near-duplicates", "1", "-o", "apart")
    train, test = (zebra.Dataset.open("apart").split(name).pairs["prompt"] for name in ("train", "test"))
    assert {text.partition(",")[0] for text in train} & {text.partition(",")[0] for text in test}


def test_decontamination(zebra_cli: Project) -> None:
    """A pair is left out if its prompt is in a test set, or shares 13 words with it, and each is counted and listed once."""
    long = digits(31415926535897)  # 14 words
    prompts = ["How far is Rome?", f"Now read: {long}!", "Who is there?", f"{long[: long.rindex(' ', 0, -6)]} ends"]
    prompts = [*prompts, "Why?"]
    pool(zebra_cli, "pairs", prompts)
    zebra_cli.write(
        "first.jsonl", json.dumps({"question": "how far  is ROME?"}) + "\n" + json.dumps({"question": long})
    )
    zebra_cli.write("second.txt", "Why?\nHow far is Rome?\n")
    files = ("--decontaminate", "first.jsonl", "--decontaminate", "second.txt")
    printed = zebra_cli.run("mix", "pairs", *files, "-o", "clean").stdout
    assert "left out 2: prompt in first.jsonl\nleft out 1: prompt in second.txt\n" in printed
    assert [row["id"] for row in zebra_cli.dataset("clean")] == ["q2", "q3"]
    listed = [json.loads(line) for line in (zebra_cli.folder / "clean/contaminated.jsonl").read_text().splitlines()]
    assert [(line["id"], line["file"]) for line in listed] == [("q0", "first.jsonl"), ("q1", "first.jsonl"), ("q4", "second.txt")]  # fmt: skip
    assert listed[1]["prompt"] == f"Now read: {long}!"[:80]
    record = zebra_cli.manifest("clean")["mix"]
    assert [file["path"] for file in record["decontaminated"]] == ["first.jsonl", "second.txt"]
    assert record["ngram"] == 13
    stricter = zebra_cli.run("mix", "pairs", *files, "--set", "decontaminate.ngram=8", "-o", "strict").stdout
    assert "left out 3: prompt in first.jsonl" in stricter  # q3 shares its twelve words


def test_ids_of_two_datasets(zebra_cli: Project) -> None:
    """An id that means another prompt in another dataset begins with the name of its own; the same instruction keeps it."""
    pool(zebra_cli, "x", ["What is up?", "What is left?"])
    pool(zebra_cli, "y", ["What is up?", "What is right?"])
    zebra_cli.run("mix", "x", "y", "-o", "mixed")
    assert [row["id"] for row in zebra_cli.dataset("mixed")] == ["q0", "q0", "x/q1", "y/q1"]


def test_datasets_from_different_scores(demos: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mix has no behavior of its own but that of each part, says so, and its report leaves out what needs one."""
    monkeypatch.setenv("ZEBRA_REPORT", "1")
    demos.run("run", "--normalisation", "rank", "-o", "ranks", "--no-report")
    demos.run("mix", "one", "ranks", "-o", "mixed")
    mixed = zebra.Dataset.open("mixed")
    text = "the parts of mixed were made from different scores; each has its own parts/NAME/behavior.json"
    with pytest.raises(zebra.ZebraError, match=text):
        _ = mixed.behavior
    assert (demos.folder / "mixed/parts/ranks/behavior.json").is_file()
    models = [zebra.Dataset.open(name).manifest.summary.models["scholar"].superiority for name in ("one", "ranks")]
    assert mixed.manifest.summary.models["scholar"].superiority == pytest.approx(sum(models) / 2)
    demos.run("report", "mixed")
    page = (demos.folder / "mixed/report/report.html").read_text()
    assert "This figure is missing" not in page
    assert "Chosen and rejected" in page
    assert "Ability profiles" not in page


def test_what_reads_a_dataset_reads_a_mix(demos: Project) -> None:
    """A mix with splits is exported and audited, as a whole or one split, and is a part of another mix."""
    demos.run("mix", "one", "two", "--rows", "200", "--split", "train=0.8,test=0.2", "-o", "mixed")
    labels = [{"id": row["id"], "chosen_model": row["chosen_model"], "rejected_model": row["rejected_model"], "annotator": "me", "winner": "a"} for row in demos.dataset("mixed")]  # fmt: skip
    demos.write("labels.jsonl", "".join(json.dumps(label) + "\n" for label in labels))
    for name, count in (("mixed", "200"), ("mixed?split=test", "40")):
        table = demos.run("audit", name, "--judge", "labels.jsonl").stdout.splitlines()
        assert ["all", count] in [line.split()[:2] for line in table]
    demos.run("export", "mixed", "--format", "jsonl", "-o", "lines")
    assert len((demos.folder / "lines/data/test/part-00000.jsonl").read_text().splitlines()) == 40
    demos.run("mix", "lines?split=test", "one", "--weights", "1,1", "-o", "again")
    again = zebra.Dataset.open("again")
    assert again.total == 80
    assert {*again.pairs["part"]} == {"lines/one", "lines/two", "one"}
    assert (demos.folder / "again/parts/lines/manifest.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("one", "one"), "one is named twice, and no pair is repeated; give it a greater weight instead"),
        (("one", "one?split=train"), "one?split=train is named twice"),
        (("one", "-o", "one", "--overwrite"), "one is one of the datasets that are mixed, and would be replaced"),
        (("one", "-o", "two"), "two exists already; add --overwrite to replace it"),
        (("one", "two", "--rows", "1201"), "1,200 pairs; ask for at most 1200"),
        (("nothing",), "nothing is not a dataset built by zebra"),
        (("one", "--set", "decontaminate.ngram=8"), "the run does not use 'decontaminate'"),
        (("one", "--decontaminate", "gsm8k.jsonl"), "there is no test set gsm8k.jsonl"),
        (("halves", "two"), "halves has the splits a, b, which would be mixed with each other; name the one to read, halves?split=a"),
        (("one", "--decontaminate", "all.txt"), "no pair of one is left: the prompts of all 600 are in a test set"),
    ],
)  # fmt: skip
def test_mistakes(demos: Project, arguments: tuple[str, ...], text: str) -> None:
    """Each is one line, and nothing is written."""
    demos.run("mix", "two", "--split", "a=.5,b=.5", "-o", "halves")
    demos.write("all.txt", "\n".join(" ".join(row["prompt"][0]["content"].split()) for row in demos.dataset("one")))
    before = {*demos.folder.rglob("*")}
    output = () if "-o" in arguments else ("-o", "mixed")
    assert text in demos.run("mix", *arguments, *output, code=2).stderr
    assert {*demos.folder.rglob("*")} == before


def test_a_part_that_cannot_be_read(demos: Project) -> None:
    """If a shard is missing, nothing is left of the mix."""
    (demos.folder / "two/data/part-00000.parquet").unlink()
    assert "cannot read two/data/part-00000.parquet" in demos.run("mix", "one", "two", "-o", "mixed", code=2).stderr
    assert sorted(path.name for path in demos.folder.iterdir()) == ["one", "two"]


def test_columns_that_one_part_has(demos: Project) -> None:
    """A column that only one dataset has is null in the rows of the others."""
    demos.run("run", "--column", "lengths", "-o", "lengths")
    demos.run("mix", "one", "lengths", "-o", "mixed")
    for row in demos.dataset("mixed"):
        expected = len(row["chosen"][0]["content"]) if row["part"] == "lengths" else None
        assert row["chosen_length"] == expected


def test_many_shards(demos: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """In shards and batches of other sizes, the pairs and their order are the same."""
    demos.run("mix", "one", "two", "--weights", "2,1", "-o", "few")
    monkeypatch.setattr("zebra_mix.write.SHARD", 250)
    monkeypatch.setattr("zebra_mix.write.BATCH", 64)
    demos.run("mix", "one", "two", "--weights", "2,1", "-o", "many")
    assert [shard["pairs"] for shard in demos.manifest("many")["shards"]] == [250, 250, 250, 150]
    assert demos.dataset("many") == demos.dataset("few")
