"""The alias file."""

from __future__ import annotations

import json

from helpers.small_pool import ARGUMENTS, rows, write

from zebra_core.testing import Project


def test_one_model_under_several_names(zebra_cli: Project) -> None:
    """A pool's name on several lines of the alias file joins the rows of several tables; the manifest has whose scores it got."""
    zebra_cli.write("one.csv", "model,mmlu\nGPT 4,80\nb,50\n")
    zebra_cli.write("two.csv", "model,gsm8k\nopenai/gpt-4,90\nb,40\n")
    zebra_cli.write("p.jsonl", '{"instruction": "q", "gpt4": "x", "b": "y"}\n')
    zebra_cli.write("names.csv", "pool,score\ngpt4,GPT 4\n# gpt4,wrong\ngpt4,openai/gpt-4\n")
    zebra_cli.run(
        "run",
        "--pool",
        "p.jsonl",
        "--scores",
        "one.csv",
        "--scores",
        "two.csv",
        "--alias",
        "names.csv",
        "--threshold",
        "-1",
    )
    models = zebra_cli.manifest()["summary"]["models"]
    assert {name: model["scores_of"] for name, model in models.items()} == {"gpt4": "GPT 4", "b": "b"}


def test_an_alias_file(zebra_cli: Project) -> None:
    """`--alias` gives a pool's name the scores of another name; names are never guessed."""
    result = json.loads(json.dumps(rows()).replace('"a"', '"A-chat"'))
    write(zebra_cli, result)
    zebra_cli.run(*ARGUMENTS)
    assert "A-chat" in zebra_cli.manifest()["summary"]["unscored"]
    zebra_cli.write("names.csv", "pool,score,note\nA-chat,a,the chat model\n")
    zebra_cli.run(*ARGUMENTS, "--alias", "names.csv", "--overwrite")
    assert zebra_cli.manifest()["summary"]["unscored"] == {}
    assert "A-chat" in {row["chosen_model"] for row in zebra_cli.dataset()}
    zebra_cli.write("names.csv", "a,b\n")
    assert (
        "needs a first line with the columns pool,score"
        in zebra_cli.run(*ARGUMENTS, "--alias", "names.csv", "-o", "x", code=2).stderr
    )
