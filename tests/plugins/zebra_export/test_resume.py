"""An interrupted export keeps its finished shards, and the same command resumes from there."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.conversations import build

from zebra_core.testing import Project

TOY = '''
from pathlib import Path

import zebra_core as zebra


@zebra.hookimpl
def zebra_exporters():
    return {"slow": slow}


def slow(dataset, output):
    """Copy the shards; at the third one, do something else if a file says so."""

    def write(shard, path):
        with open("written", "a") as log:
            log.write(shard.stem + "\\n")
        if shard.stem.endswith("2") and Path("trouble").read_text() == "yes":
            raise ERROR
        path.write_bytes(shard.read_bytes())

    zebra.write_shards(dataset, output, ".parquet", write)

'''


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("error", "code", "fact"),
    [
        ("KeyboardInterrupt", 130, "interrupted; "),
        ("OSError(28, 'No space left on device')", 2, "No space left on device"),
    ],
)
def test_finished_shards_are_not_written_again(zebra_cli: Project, error: str, code: int, fact: str) -> None:
    """After Ctrl-C and a full disk alike; the export is the same as an undisturbed one."""
    build(zebra_cli)
    zebra_cli.write("toy.py", TOY.replace("ERROR", error))
    command = ("export", "pairs", "--format", "slow", "--plugin", "./toy.py")
    zebra_cli.write("trouble", "no")
    zebra_cli.run(*command, "-o", "undisturbed")
    zebra_cli.write("trouble", "yes")
    message = zebra_cli.run(*command, "-o", "out", code=code).stderr
    assert fact in message
    assert "finished shards are kept in out.partial, and the same command resumes from there" in message
    finished = {path.stem for path in (zebra_cli.folder / "out.partial/done").iterdir()}
    assert finished
    assert not (zebra_cli.folder / "out").exists()
    zebra_cli.write("trouble", "no")
    zebra_cli.write("written", "")
    printed = zebra_cli.run(*command, "-o", "out").stdout
    assert f"resuming an interrupted run: {len(finished)} shards are finished" in printed
    again = {*(zebra_cli.folder / "written").read_text().split()}
    assert again == {"part-00000", "part-00001", "part-00002"} - finished
    assert files(zebra_cli.folder / "out") == files(zebra_cli.folder / "undisturbed")
    assert not (zebra_cli.folder / "out.partial").exists()


def test_a_changed_dataset_starts_over(zebra_cli: Project) -> None:
    """Shards of another dataset, or of other options, are not mixed."""
    build(zebra_cli)
    zebra_cli.write("toy.py", TOY.replace("ERROR", "KeyboardInterrupt"))
    zebra_cli.write("trouble", "yes")
    command = ("export", "pairs", "--format", "slow", "--plugin", "./toy.py", "-o", "out")
    zebra_cli.run(*command, code=130)
    zebra_cli.write("trouble", "no")
    rows = build(zebra_cli, "--overwrite", "--strategy", "random")
    printed = zebra_cli.run(*command).stdout
    assert "starting over: since the interrupted run, this has changed: dataset" in printed
    assert len(files(zebra_cli.folder / "out")) == 3 + len(files(zebra_cli.folder / "pairs/data"))
    assert rows
