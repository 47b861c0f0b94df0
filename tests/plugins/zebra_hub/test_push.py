"""`zebra push`, with a server that has the Hub's API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.hub_server import HubServer
from helpers.small_pool import files

import zebra_core as zebra
from zebra_core.testing import Project

LICENSED = ("--license", "cc-by-4.0")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A Hub on the loopback, to whose address and token the library is set."""
    from huggingface_hub import constants

    with HubServer().running() as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setenv("HF_TOKEN", server.token)
        yield server


@pytest.fixture
def built(zebra_cli: Project) -> Project:
    """A folder with the demo's dataset."""
    zebra_cli.run("run", "-o", "pairs")
    return zebra_cli


def test_a_dataset(built: Project, hub: HubServer) -> None:
    """The repository has the files of the folder, the card with the licence, and Croissant metadata; nothing else is in it."""
    output = built.run("push", "pairs", "me/pairs", *LICENSED, "--private", "--message", "The first").stdout
    assert output.splitlines()[-1].startswith(f"The dataset is at {hub.url}/datasets/me/pairs/commit/")
    published = hub.repositories["dataset/me/pairs"]["main"]
    own = files(built.folder / "pairs")
    assert published.keys() == {*own, "croissant.json", ".gitattributes"}
    assert {name for name in own if published[name] != own[name]} == {"README.md"}
    assert published["README.md"].startswith(b"---\nlicense: cc-by-4.0\n")
    assert published["README.md"].endswith(own["README.md"].split(b"\n---\n")[1])
    assert (hub.private["dataset/me/pairs"], hub.messages) == (True, ["The first"])


def test_a_dry_run(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is shown with its size, without a token and without a network; -o writes those that are made."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    output = built.run("push", "pairs", "me/pairs", *LICENSED, "--dry-run", "-o", "made").stdout
    rows = [line.split() for line in output.splitlines()[1:-2]]
    assert {row[0] for row in rows} == {*files(built.folder / "pairs"), "croissant.json"}
    size = (built.folder / "pairs/data/part-00000.parquet").stat().st_size
    assert ["data/part-00000.parquet", f"{size / 1000:.1f}", "kB"] in rows
    assert "would be the dataset me/pairs; nothing was uploaded" in output.splitlines()[-1]
    assert files(built.folder / "made").keys() == {"README.md", "croissant.json"}


def test_what_was_there(built: Project, hub: HubServer) -> None:
    """A repository with files is neither overwritten nor left with files of before, unless asked; a pull request changes nothing."""
    built.run("push", "pairs", "me/pairs", *LICENSED)
    main = hub.repositories["dataset/me/pairs"]["main"]
    main["data/old.parquet"] = b"old"
    message = built.run("push", "pairs", "me/pairs", *LICENSED, code=2).stderr
    assert "me/pairs exists already, with 7 files; add --overwrite to replace them, or --create-pr" in message
    output = built.run("push", "pairs", "me/pairs", *LICENSED, "--create-pr").stdout
    assert output.endswith(f"{hub.url}/datasets/me/pairs/discussions/1\n")
    assert "data/old.parquet" in main
    built.run("push", "pairs", "me/pairs", *LICENSED, "--revision", "next", "--overwrite")
    assert "data/old.parquet" in main
    assert "data/old.parquet" not in hub.repositories["dataset/me/pairs"]["next"]
    built.run("push", "pairs", "me/pairs", *LICENSED, "--overwrite")
    assert main.keys() == {*files(built.folder / "pairs"), "croissant.json", ".gitattributes"}


def test_what_the_hub_refuses(built: Project, hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """No token, a wrong one, one that may not write, a licence that the Hub does not know: each is one line, without the token."""
    push = ("push", "pairs", "me/pairs", *LICENSED)
    assert '"license" must be one of' in built.run("push", "pairs", "me/pairs", "--license", "my own", code=2).stderr
    hub.read_only = True
    assert "the token may not write to me/pairs" in built.run(*push, code=2).stderr
    monkeypatch.setenv("HF_TOKEN", "hf_another_one")
    message = built.run(*push, code=2).stderr
    assert "the Hub does not accept the token" in message
    assert "hf_another_one" not in message
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(built.folder / "none"))
    assert "there is no token of the Hugging Face Hub; run `hf auth login`" in built.run(*push, code=2).stderr
    monkeypatch.setenv("HF_TOKEN", hub.token)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    assert "check the network, and run the command again" in built.run(*push, code=2).stderr
    assert hub.repositories.get("dataset/me/pairs", {}).get("main", {}).keys() <= {".gitattributes"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("pairs", "me/pairs"), "no licence is given"),
        (("pairs", "pairs", *LICENSED), "'pairs' is not the name of a repository on the Hub; a name is OWNER/NAME"),
        (("pairs", "me/pairs", *LICENSED, "--language", "English"), "--language expects a code of ISO 639, such as en"),
        (("pairs", "me/pairs", *LICENSED, "--dataset", "me/x"), "--evaluation and --dataset are for a trained model"),
        (("other", "me/pairs", *LICENSED), "other is neither a dataset built by zebra nor a model trained by it"),
    ],
)
def test_what_is_asked(built: Project, words: tuple[str, ...], message: str) -> None:
    """A folder, a name, a licence and languages that can be published; anything else is one line."""
    built.write("other/README.md", "# Something else")
    assert message in built.run("push", *words, "--dry-run", code=2).stderr


def test_the_licence_of_the_card(built: Project) -> None:
    """A licence that was added to the card is that of the repository; `--license` takes precedence."""
    card = built.folder / "pairs/README.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("---\n", "---\nlicense: odc-by\nlanguage: en\n", 1), encoding="utf-8")
    for words, first in (
        ((), "license: odc-by\nlanguage:\n- en\n"),
        (LICENSED, "license: cc-by-4.0\nlanguage:\n- en\n"),
    ):
        built.run("push", "pairs", "me/pairs", *words, "-o", "made")
        assert (built.folder / "made/README.md").read_text(encoding="utf-8").startswith(f"---\n{first}")


def test_an_incomplete_dataset(built: Project) -> None:
    """A file too many, one that is damaged, and one that is missing."""
    push, data = ("push", "pairs", "me/pairs", *LICENSED, "--dry-run"), built.folder / "pairs/data"
    shard = data / "part-00000.parquet"
    (data / "part-00009.parquet").write_bytes(shard.read_bytes())
    assert "part-00009.parquet is not in the dataset's manifest; remove it" in built.run(*push, code=2).stderr
    (data / "part-00009.parquet").unlink()
    shard.write_bytes(shard.read_bytes()[:-9])
    assert "the dataset is not complete: cannot read" in built.run(*push, code=2).stderr
    shard.unlink()
    assert "the dataset is not complete: cannot read" in built.run(*push, code=2).stderr


def test_paths_and_secrets(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts with a path of this machine, a token, or a secret of the environment are named and not published, unless asked."""
    push = ("push", "pairs", "me/pairs", *LICENSED, "--dry-run")
    monkeypatch.setenv("SERVICE_API_KEY", "of-my-service-7")
    place = built.folder / "home/pool.jsonl"
    built.write("pairs/report/a.html", f"<p>{place}</p>")
    built.write("pairs/report/b.txt", "hf_" + "a" * 34)
    built.write("pairs/report/c.txt", "the key is of-my-service-7")
    built.write("pairs/report/d.txt", "https://anna:pw-7f3a9c@example.org/x")
    built.write("pairs/report/e.txt", "/usr/share/dict, and/or/else, no secret")
    message = built.run(*push, code=2).stderr
    for finding in (
        f"report/a.html: the path {str(place)[:80]}",
        "report/b.txt: a secret",
        "report/c.txt: a secret",
        "report/d.txt: an address with a secret",
    ):
        assert finding in message
    assert "e.txt" not in message
    assert "of-my-service-7" not in message
    assert "11 files" in built.run(*push, "--unchecked").stdout
    assert "6 files" in built.run(*push, "--exclude", "report/*").stdout


def test_a_file_by_its_absolute_path(zebra_cli: Project) -> None:
    """A dataset of files that were named by absolute paths has them in its records, and publishing it reports them."""
    place = zebra_cli.write(
        "scores.csv", (Path(zebra.__file__).parents[1] / "plugins/zebra_demo/scores.csv").read_bytes()
    )
    zebra_cli.run("run", "--scores", str(place))
    message = zebra_cli.run("push", "zebra-dataset", "me/pairs", *LICENSED, "--dry-run", code=2).stderr
    assert "manifest.json: the path" in message
    zebra_cli.run("run", "--scores", "scores.csv", "-o", "again")
    zebra_cli.run("push", "again", "me/pairs", *LICENSED, "--dry-run")
