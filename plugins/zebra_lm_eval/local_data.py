"""Tasks on local files: copies of the task files that read their rows from there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from lm_eval.tasks import TaskManager

import zebra_core as zebra
from zebra_lm_eval.task_loader import COLUMNS, descend, leaf_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMATS = {".jsonl": "json", ".json": "json", ".csv": "csv", ".parquet": "parquet"}


def local_files(manager: TaskManager, names: Sequence[str], data: Path) -> dict[str, dict[str, str]]:
    """Return the local files of each task by split. Raise ZebraError if a task has none.

    The file of a task is `data`/TASK.jsonl (.json, .csv, .parquet), or a folder TASK with such a file for each split.
    """
    if not data.is_dir():
        msg = f"there is no folder of task data {data}; check the path after --task-data"
        raise zebra.ZebraError(msg)
    names = [*leaf_tasks(manager.task_index, names)]
    inline = next((name for name in names if name not in manager.task_index), None)
    if inline:
        msg = f"the task {inline!r} is defined within the file of its group, so it cannot read its rows from {data}; leave out --task-data"
        raise zebra.ZebraError(msg)
    splits = {name: _split(manager, name) for name in names}
    files = {name: _files(data, name, split) for name, split in splits.items()}
    missing = [name for name, split in splits.items() if split not in files[name]]
    if missing:
        first = f"no {missing[0]}.jsonl (.json, .csv, .parquet) and no {missing[0]}/{splits[missing[0]]}.jsonl"
        others = f", and nothing for {', '.join(missing[1:])}" if missing[1:] else ""
        msg = f"{data} has {first}{others}; {COLUMNS}"
        raise zebra.ZebraError(msg)
    return files


def _split(manager: TaskManager, name: str) -> str:
    """Return the split that a task is evaluated on."""
    config = manager.task_index[name].cfg or {}
    return str(config.get("test_split") or config.get("validation_split") or "test")


def _files(data: Path, name: str, split: str) -> dict[str, str]:
    """Return a task's files by split. Raise ZebraError if two are of one split, or of different formats."""
    paths = [path for path in (data / f"{name}{suffix}" for suffix in FORMATS) if path.is_file()]
    splits = [split] * len(paths)
    if not paths:
        paths = [path for path in sorted((data / name).glob("*")) if path.suffix in FORMATS]
        splits = [path.stem for path in paths]
    if len({path.suffix for path in paths}) > 1 or len({*splits}) < len(splits):
        msg = f"{' and '.join(map(str, paths))} belong to the task {name!r}; keep one file per split, all of one format"
        raise zebra.ZebraError(msg)
    return {name: str(path.resolve()) for name, path in zip(splits, paths, strict=True)}


def on_local_data(manager: TaskManager, names: Sequence[str], data: Path, folder: Path) -> TaskManager:
    """Write task files that read local files. Return their TaskManager. Raise what `local_files` raises."""
    local = local_files(manager, names, data)
    folder.mkdir(parents=True, exist_ok=True)
    for name, files in local.items():
        entry, split = manager.task_index[name], _split(manager, name)
        examples = entry.cfg.get("fewshot_split") or entry.cfg.get("training_split")
        splits = {"test_split": split, "validation_split": None, "training_split": None}
        own = {
            "dataset_path": FORMATS[Path(files[split]).suffix],
            "dataset_name": None,
            "dataset_kwargs": {"data_files": files},
            "custom_dataset": None,
            "fewshot_split": examples if examples in files else split,
        }
        source = str(Path(entry.yaml_path).absolute())
        _write(folder / f"{name}.yaml", {"include": source, "task": name, **own, **splits})
    for name in descend(manager.task_index, names):
        if name not in local and manager.task_index[name].kind.name == "GROUP":
            _write(folder / f"{name}.yaml", {"include": str(manager.task_index[name].yaml_path), "group": name})
    return TaskManager(include_path=folder, include_defaults=False)


def _write(path: Path, config: dict[str, Any]) -> None:
    zebra.storage.write_text(path, yaml.safe_dump(config, sort_keys=False))
