"""`zebra scores`."""

from __future__ import annotations

import json

from zebra_core.testing import Project


def test_printed_scores_can_be_read_again(zebra_cli: Project) -> None:
    """`zebra scores --format json` has descriptions, errors and every digit; csv has the values."""
    zebra_cli.write("s.csv", "model,mmlu,HarmBench,odd\na,64.123456789012,3,1\nb,,2,1e-7\n")
    zebra_cli.write(
        "t.json",
        json.dumps(
            {
                "benchmarks": {"GSM8K": {}},
                "scores": {"a": {"GSM8K": 0.1}, "c": {"GSM8K": 30.5}},
                "stderr": {"a": {"GSM8K": 0.25}},
            }
        ),
    )
    command = ("scores", "--scores", "s.csv", "--scores", "t.json", "--benchmark", "odd=5", "--weight", "mmlu=2")
    zebra_cli.write("all.json", zebra_cli.run(*command, "--format", "json").stdout)
    zebra_cli.write("all.csv", zebra_cli.run(*command, "--format", "csv").stdout)
    first = zebra_cli.run(*command, "--format", "json").stdout
    assert zebra_cli.run("scores", "--scores", "all.json", "--format", "json").stdout == first
    content = json.loads(first)
    assert content["benchmarks"]["MMLU"]["weight"] == 2
    assert content["stderr"] == {"a": {"GSM8K": 0.25}}
    again = json.loads(
        zebra_cli.run("scores", "--scores", "all.csv", "--benchmark", "odd=5", "--format", "json").stdout
    )
    assert again["scores"] == content["scores"]
