"""The same tasks on local files: task files in which the rows come from there."""

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
    """Return the local files of each task by split; ZebraError where a task has none.

    The file of a task is `data`/TASK.jsonl (.json, .csv, .parquet), or a folder TASK with such a file for each split.
    """
    if not data.is_dir():
        msg = f"there is no folder of task data {data}"
        raise zebra.ZebraError(msg)
    names = [*leaf_tasks(manager.task_index, names)]
    inline = next((name for name in names if name not in manager.task_index), None)
    if inline:
        msg = f"the task {inline!r} stands within the file of its group, and cannot take its rows from {data}; leave --task-data out"
        raise zebra.ZebraError(msg)
    found = {name: _files(data, name, _split(manager, name)) for name in names}
    missing = [name for name, files in found.items() if _split(manager, name) not in files]
    if missing:
        lacking = (
            f"no {missing[0]}.jsonl (.json, .csv, .parquet) and no {missing[0]}/{_split(manager, missing[0])}.jsonl"
        )
        others = f", and nothing for {', '.join(missing[1:])}" if missing[1:] else ""
        msg = f"{data} has {lacking}{others}; {COLUMNS}"
        raise zebra.ZebraError(msg)
    return found


def _split(manager: TaskManager, name: str) -> str:
    """Return the split that a task is measured on."""
    config = manager.task_index[name].cfg or {}
    return str(config.get("test_split") or config.get("validation_split") or "test")


def _files(data: Path, name: str, split: str) -> dict[str, str]:
    """Return a task's files by split; ZebraError where two are of one split, or they are of several formats."""
    single = [path for suffix in FORMATS if (path := data / f"{name}{suffix}").is_file()]
    several = [path for path in sorted((data / name).glob("*")) if path.suffix in FORMATS]
    found = [(split, path) for path in single] or [(path.stem, path) for path in several]
    if len({path.suffix for _, path in found}) > 1 or len({*dict(found)}) < len(found):
        msg = f"{' and '.join(str(path) for _, path in found)} are of the task {name!r}; have one file for each split, all of one format"
        raise zebra.ZebraError(msg)
    return {of: str(path.resolve()) for of, path in found}


def on_local_data(manager: TaskManager, names: Sequence[str], data: Path, folder: Path) -> TaskManager:
    """Write task files in which the tasks take their rows from local files, and return what knows them; ZebraError as `local_files`."""
    found = local_files(manager, names, data)
    folder.mkdir(parents=True, exist_ok=True)
    for name, files in found.items():
        entry, split = manager.task_index[name], _split(manager, name)
        shown = entry.cfg.get("fewshot_split") or entry.cfg.get("training_split")
        splits = {"test_split": split, "validation_split": None, "training_split": None}
        own = {
            "dataset_path": FORMATS[Path(files[split]).suffix],
            "dataset_name": None,
            "dataset_kwargs": {"data_files": files},
            "custom_dataset": None,
            "fewshot_split": shown if shown in files else split,
        }
        _write(
            folder / f"{name}.yaml", {"include": str(Path(entry.yaml_path).absolute()), "task": name, **own, **splits}
        )
    for name in descend(manager.task_index, names):
        if name not in found and manager.task_index[name].kind.name == "GROUP":
            _write(folder / f"{name}.yaml", {"include": str(manager.task_index[name].yaml_path), "group": name})
    return TaskManager(include_path=folder, include_defaults=False)


def _write(path: Path, config: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
