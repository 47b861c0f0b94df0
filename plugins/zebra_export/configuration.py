"""The configurations beside an export: templates in `configurations`, filled in with the dataset's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def write_configurations(
    names: Sequence[str], dataset: zebra.Dataset, output: Path, suffix: str = "", **values: Any
) -> None:
    """Write the configurations of these names to the export's folder.

    They may use `pairs`, the splits `train` and `test` (empty if there are none) with their files, and `values`.
    """
    import jinja2  # noqa: PLC0415  # slow to import

    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("zebra_export", "configurations"),
        autoescape=False,  # noqa: S701  # YAML, shell and Python
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    train, test = dataset.train_split, dataset.test_split
    folder = f"data/{train}" if train else "data"
    values |= {"pairs": dataset.total, "train": train, "test": test, "train_folder": folder}
    values |= {"train_files": f"{folder}/*{suffix}", "test_files": f"data/{test}/*{suffix}"}
    for name in names:
        zebra.storage.write_text(output / name, templates.get_template(f"{name}.j2").render(values))
