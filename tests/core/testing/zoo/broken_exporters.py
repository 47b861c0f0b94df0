"""Exporters that each break one contract."""

import pyarrow.parquet as pq

import zebra_core as zebra


@zebra.hookimpl
def zebra_exporters():
    return {
        "idle": idle,
        "takes-a-name": takes_a_name,
        "beside": beside,
        "two-sources": two_sources,
        "first-only": FirstOnly,
    }


def idle(dataset, output):
    """Write nothing."""


def takes_a_name(dataset, output):
    """Write a file that is ZEBRA's."""
    (output / "export.json").write_text("{}", encoding="utf-8")


def beside(dataset, output):
    """Write beside the folder."""
    (output / "pairs.txt").write_text(str(dataset.total), encoding="utf-8")
    (output.parent / "notes.txt").write_text("done", encoding="utf-8")


def two_sources(dataset, output):
    """Write the second of two pairs."""
    (output / "second.txt").write_text(dataset.pairs["chosen"][1], encoding="utf-8")


class FirstOnly:
    """Write every pair, and restore the first."""

    def __call__(self, dataset, output):
        zebra.write_shards(dataset, output, ".parquet", lambda shard, path: path.write_bytes(shard.read_bytes()))

    def restored(self, file):
        yield pq.read_table(file).to_batches()[0][:1]
