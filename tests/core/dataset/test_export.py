"""Exports: complete or absent, recorded, and written by a component that keeps its contract."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.testing import Project

TOY = '''
import attrs
import zebra_core as zebra


@zebra.hookimpl
def zebra_exporters():
    return {"ids": Ids, "broken": broken}


@attrs.frozen
class Ids:
    """One id per line."""

    suffix: str = zebra.option(".txt", "Suffix of the file.")

    def __call__(self, dataset, output):
        print("writing")
        names = [name for batch in dataset.batches() for name in batch["id"].to_pylist()]
        (output / f"ids{self.suffix}").write_text("".join(f"{name}\\n" for name in names))


def broken(dataset, output):
    """Do something else."""
    (output / "half.txt").write_text("half")
    ACTION
'''


@pytest.fixture
def pairs(zebra_cli: Project) -> Project:
    """Build the demo in shards."""
    zebra_cli.run("run", "-o", "pairs", "--shard-rows", "100")
    zebra_cli.write("toy.py", TOY)
    return zebra_cli


def export(cli: Project, form: str, *arguments: str, code: int = 0) -> str:
    """Export with the toy plugin; return what was printed, as errors if there should be one."""
    result = cli.run("export", "pairs", "--format", form, "-o", "out", "--plugin", "./toy.py", *arguments, code=code)
    return result.stderr if code else result.stdout


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_and_its_provenance(pairs: Project) -> None:
    """The folder has what the exporter wrote, the manifest of the dataset, and what made the export; nothing is left beside it."""
    before = files(pairs.folder / "pairs")
    assert export(pairs, "ids", "--set", "ids.suffix=.ids") == "The export is in out (600 pairs as ids)\n"
    out = pairs.folder / "out"
    assert sorted(files(out)) == ["behavior.json", "dataset-manifest.json", "export.json", "ids.ids"]
    assert (out / "ids.ids").read_text().split() == [row["id"] for row in pairs.dataset("pairs")]
    manifest = (pairs.folder / "pairs/manifest.json").read_bytes()
    assert (out / "dataset-manifest.json").read_bytes() == manifest
    job = json.loads((out / "export.json").read_text())
    assert (job["exporter"], job["options"]) == ("ids", {"suffix": ".ids"})
    digest = hashlib.sha256((pairs.folder / "toy.py").read_bytes()).hexdigest()
    assert job["plugin"].startswith("toy file toy.py")
    assert digest[:8] in job["plugin"]
    assert (job["dataset"]["path"], job["dataset"]["bytes"]) == ("pairs/manifest.json", len(manifest))
    assert files(pairs.folder / "pairs") == before
    assert pairs.names == ["out", "pairs", "toy.py"]


def test_what_is_there_stays(pairs: Project) -> None:
    """An export is replaced with --overwrite only, and nothing else ever is: no dataset, and no other folder."""
    export(pairs, "ids")
    assert "out exists already; add --overwrite to replace it" in export(pairs, "ids", code=2)
    export(pairs, "ids", "--overwrite", "--set", "ids.suffix=.ids")
    assert not (pairs.folder / "out/ids.txt").exists()
    before = files(pairs.folder / "pairs")
    error = export(pairs, "ids", "--overwrite", "-o", "pairs", code=2)
    assert "pairs is not a dataset export made by zebra (it has no export.json), so it is not overwritten" in error
    assert files(pairs.folder / "pairs") == before


FAULTS = {
    "raises": ("1 / 0", "it failed with ZeroDivisionError: division by zero (toy.py, line "),
    "exits": ("raise SystemExit(0)", "it failed with SystemExit: 0"),
    "refuses": ("raise zebra.ZebraError('there is no chat template')", "there is no chat template"),
    "writes nothing": ("(output / 'half.txt').unlink()", "it wrote no file to the folder that it was given"),
    "takes a name": ("(output / 'export.json').touch()", "it wrote export.json, which is written by zebra"),
    "full disk": ("raise OSError(28, 'No space left on device')", "No space left on device; free some space"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_failed_export_leaves_nothing(pairs: Project, name: str) -> None:
    """An exporter that fails is named, what it wrote is removed, and a former export stays."""
    action, fact = FAULTS[name]
    pairs.write("toy.py", TOY.replace("ACTION", action))
    error = export(pairs, "broken", code=2)
    assert error.startswith("Error: exporter 'broken' of plugin 'toy': ")
    assert fact in error
    assert pairs.names == ["pairs", "toy.py"]
    export(pairs, "ids")
    before = files(pairs.folder / "out")
    export(pairs, "broken", "--overwrite", code=2)
    assert files(pairs.folder / "out") == before


def test_an_interrupted_export_leaves_nothing(pairs: Project) -> None:
    """Ctrl-C during an export leaves neither the folder nor an unfinished one."""
    pairs.write("toy.py", TOY.replace("ACTION", "raise KeyboardInterrupt"))
    assert "interrupted" in export(pairs, "broken", code=130)
    assert pairs.names == ["pairs", "toy.py"]


def test_a_dataset_that_lacks_a_file(pairs: Project) -> None:
    """A shard that cannot be read is named, and nothing is written."""
    (pairs.folder / "pairs/data/part-00000.parquet").unlink()
    error = export(pairs, "ids", code=2)
    assert "cannot read pairs/data/part-00000.parquet: " in error
    assert "No such file or directory; build the dataset again" in error
    assert not (pairs.folder / "out").exists()


def test_mistakes(pairs: Project) -> None:
    """An unknown exporter or option, a folder without a dataset, and a missing flag are one line each."""
    assert "there is no exporter 'id'; did you mean 'ids'?" in export(pairs, "id", code=2)
    assert "there is no option 'suffx' of exporter 'ids'" in export(pairs, "ids", "--set", "ids.suffx=1", code=2)
    assert "the option idx.suffix is set, but the run does not use 'idx'; did you mean 'ids'?" in export(
        pairs, "ids", "--set", "idx.suffix=1", code=2
    )
    error = pairs.run("export", "nowhere", "--format", "jsonl", "-o", "out", code=2).stderr
    assert "nowhere is not a dataset built by zebra" in error
    assert "Missing option '--format'" in pairs.run("export", "pairs", "-o", "out", code=2).stderr


def test_from_python(pairs: Project) -> None:
    """`zebra.export` returns the folder of the export."""
    folder = zebra.export(zebra.Dataset.open("pairs"), "jsonl", "out")
    assert folder == Path("out")
    assert (folder / "data/part-00000.jsonl").is_file()
