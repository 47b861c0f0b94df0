"""The exporter keeps its contract, and writes every pair."""

import json
from pathlib import Path

from zebra_export_sharegpt import as_sharegpt

from zebra_core.testing import parametrize_with_checks


@parametrize_with_checks("exporter.sharegpt", options=[{}, {"name": "ours"}])
def test_contract(check):
    """Every check of ZEBRA's conformance kit passes."""
    check()


def test_a_pair():
    """Roles have ShareGPT's names, and the system's text stands apart from the turns."""
    texts = [("system", "Be brief."), ("user", "Hi."), ("assistant", "Hello."), ("user", "Late?")]
    row = {
        "prompt": [{"role": role, "content": text} for role, text in texts],
        "chosen": [{"role": "assistant", "content": "No."}],
        "rejected": [{"role": "assistant", "content": "It is hard to say."}],
    }
    assert as_sharegpt(row) == {
        "system": "Be brief.",
        "conversations": [
            {"from": "human", "value": "Hi."},
            {"from": "gpt", "value": "Hello."},
            {"from": "human", "value": "Late?"},
        ],
        "chosen": {"from": "gpt", "value": "No."},
        "rejected": {"from": "gpt", "value": "It is hard to say."},
    }


def test_every_pair_is_written(zebra_cli):
    """The file has as many pairs as the dataset, in its order; the entry names the file and its columns."""
    zebra_cli.run("run", "-o", "pairs", "--shard-rows", "250")
    zebra_cli.run("export", "pairs", "--format", "sharegpt", "--set", "sharegpt.name=ours", "-o", "out")
    pairs, rows = json.loads(Path("out/ours.json").read_text(encoding="utf-8")), zebra_cli.dataset("pairs")
    assert [pair["chosen"]["value"] for pair in pairs] == [row["chosen"][0]["content"] for row in rows]
    entry = json.loads(Path("out/dataset_info.json").read_text(encoding="utf-8"))["ours"]
    assert entry["file_name"] == "ours.json"
    assert {*entry["columns"].values()} == {*pairs[0]}
