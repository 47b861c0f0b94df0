"""The configurations beside an export: templates in `configurations`, filled in with the dataset's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TEST_SPLITS = ("test", "validation")


def write_configurations(
    names: Sequence[str], dataset: zebra.Dataset, output: Path, suffix: str = "", **values: Any
) -> None:
    """Write the configurations of these names to the export's folder.

    They may use `pairs`, the folders and files to train and to test on (`test` is the split, empty if there is none), and `values`.
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
    test = test_split(dataset)
    train_folder, test_folder = ("data/train", f"data/{test}") if "train" in dataset.splits else ("data", "")
    values |= {"pairs": dataset.total, "test": test}
    values |= {"train_files": f"{train_folder}/*{suffix}", "test_files": f"{test_folder}/*{suffix}"}
    for name in names:
        zebra.storage.write_text(output / name, templates.get_template(f"{name}.j2").render(values))


def test_split(dataset: zebra.Dataset) -> str:
    """Return the name of the split to test on, empty if there is none."""
    return next((name for name in TEST_SPLITS if name in dataset.splits), "")
