"""The draft of an alias file, in which nothing is guessed."""

from __future__ import annotations

import json
from pathlib import Path

from zebra_core.pool.aliases import read_aliases
from zebra_core.testing import Project


def test_a_draft_guesses_nothing(zebra_cli: Project) -> None:
    """Identical names are filled in; similar ones are comments; a mini model, a base model and other spellings are never filled in."""
    models = ["gpt-4.1-mini", "llama-2-7b-chat", "same", "gpt_4_0613", "lonely"]
    zebra_cli.write("p.jsonl", json.dumps({"instruction": "q", **dict.fromkeys(models, "x")}) + "\n")
    zebra_cli.write("s.csv", "model,mmlu\nsame,1\ngpt-4.1,2\nmeta-llama/Llama-2-7b-hf,3\nopenai/gpt-4-0613,4\nzzz,9\n")
    output = zebra_cli.run("alias", "p.jsonl", "s.csv", "-o", "names.csv").stdout
    assert output.startswith("1 name is identical;")
    assert read_aliases("names.csv") == {"same": ("same",)}
    lines = zebra_cli.folder.joinpath("names.csv").read_text().splitlines()
    assert "# gpt-4.1-mini,gpt-4.1,near" in lines
    assert "# gpt_4_0613,openai/gpt-4-0613,same letters" in lines
    assert "# llama-2-7b-chat,meta-llama/Llama-2-7b-hf,near" in lines
    assert "# lonely,,nothing near" in lines
    assert "names.csv exists already" in zebra_cli.run("alias", "p.jsonl", "s.csv", "-o", "names.csv", code=2).stderr
    assert zebra_cli.run("alias", "p.jsonl", "s.csv").stdout.splitlines() == lines


def test_a_drafted_and_completed_alias_file(shared: Path, zebra_cli: Project) -> None:
    """The recent pool with Open LLM Leaderboard v2: the draft proposes the right names, and a person accepts them."""
    pool, scores = (
        str(shared / "recent_pool_dev.parquet"),
        str(shared / "leaderboards/open_llm_leaderboard_v2_20250321.csv"),
    )
    zebra_cli.run("alias", pool, scores, "-o", "names.csv")
    text = zebra_cli.folder.joinpath("names.csv").read_text()
    taken = {
        "Mistral-7B-Instruct-v0.2": "mistralai/Mistral-7B-Instruct-v0.2",
        "falcon-40b-instruct": "tiiuae/falcon-40b-instruct",
        "Yi-34B-Chat": "01-ai/Yi-34B-Chat",
    }
    for name, other in taken.items():
        assert f"# {name},{other}," in text
        text = text.replace(f"# {name},{other},", f"{name},{other},")
    zebra_cli.write("names.csv", text)
    zebra_cli.run("run", "--pool", pool, "--scores", scores, "--alias", "names.csv")
    models = zebra_cli.manifest()["summary"]["models"]
    assert {name: models[name]["scores_of"] for name in taken} == taken
