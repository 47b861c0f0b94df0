"""Coverage-guided fuzzing of the parsers: `python bench/fuzz_parsers.py aliases -max_total_time=60`; needs `pip install atheris`.

Each input must give a result or a ZebraError. The parsers: aliases, labels, scores, settings (`--set`) and lines (JSON lines).
Arguments with a dash are those of libFuzzer.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable  # noqa: TC003
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("bench/fuzz_parsers.py needs atheris, which is not installed; pip install atheris")

with atheris.instrument_imports(include=["zebra_core", "zebra_scores", "zebra_study", "zebra_pools"]):
    import zebra_core as zebra
    from zebra_core.recipe.options import read_setting
    from zebra_pools.files.tables import open_tables
    from zebra_scores.grid import open_grid
    from zebra_study.labels import read_labels

PARSERS: dict[str, tuple[tuple[str, ...], Callable[[str], object]]] = {
    "aliases": ((".csv",), zebra.read_aliases),
    "labels": ((".csv", ".jsonl"), read_labels),
    "scores": ((".csv", ".tsv", ".md", ".json"), open_grid),
    "settings": (("",), lambda path: read_setting(Path(path).read_bytes().decode("utf-8", "surrogateescape"))),
    "lines": ((".jsonl",), lambda path: [table.ranges for table in open_tables(path)]),
}


def main() -> None:
    """Fuzz the parser that the first argument names."""
    if sys.argv[1:2] == [] or sys.argv[1] not in PARSERS:
        sys.exit(f"name a parser: {', '.join(PARSERS)}")
    suffixes, parse = PARSERS[sys.argv.pop(1)]
    folder = tempfile.TemporaryDirectory()

    def once(data: bytes) -> None:
        path = Path(folder.name) / f"input{suffixes[data[0] % len(suffixes) if data else 0]}"
        path.write_bytes(data[1:])
        with contextlib.suppress(zebra.ZebraError):
            parse(str(path))

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
