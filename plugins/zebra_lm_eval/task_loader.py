"""Find and load tasks: ours and IFEval's first, and the harness's 14,000 others only if one of them is requested."""

from __future__ import annotations

import os
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets
import lm_eval
from huggingface_hub import HfApi, constants, errors
from lm_eval.tasks import TaskManager
from lm_eval.tasks._index import TaskIndex  # how a TaskManager reads a file; not public
from lm_eval.tasks._yaml_loader import load_yaml

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lm_eval.api.group import Group
    from lm_eval.api.task import Task
    from lm_eval.tasks._index import Entry

    from zebra_lm_eval.settings import Settings

OURS = Path(__file__).parent / "tasks"
IFEVAL = Path(lm_eval.__file__).parent / "tasks/ifeval"
TASKS = ("TASK", "PY_TASK")
COLUMNS = "docs/how-to/evaluate.md lists the columns of a task's rows"


@cache
def task_manager(folders: tuple[str, ...], *, everything: bool) -> TaskManager:
    """Return the TaskManager of our tasks, those in folders, and the harness's: IFEval, or everything."""
    return TaskManager(include_path=[OURS, *([] if everything else [IFEVAL]), *folders], include_defaults=everything)


def find_tasks(settings: Settings) -> tuple[TaskManager, list[str]]:
    """Return the TaskManager and the names of the requested tasks, without those that are part of another one.

    Raise ZebraError, suggesting the closest match, for an unknown task.
    """
    manager = _manager_for(settings)
    names = list(dict.fromkeys(chain(*(_matching(manager, name, settings) for name in settings.tasks))))
    parts = {part for name in names for part in descend(manager.task_index, [name]) if part != name}
    return manager, [name for name in names if name not in parts]


def _manager_for(settings: Settings) -> TaskManager:
    """Return the smallest TaskManager that has the requested tasks. Raise ZebraError for a missing folder."""
    for folder in settings.task_folders:
        if not Path(folder).is_dir():
            msg = f"there is no task folder {folder}; check lm-eval.task_folders"
            raise zebra.ZebraError(msg)
    folders = tuple(os.path.abspath(folder) for folder in settings.task_folders)  # noqa: PTH100  # does not follow links
    manager = task_manager(folders, everything=False)
    complete = all(name in manager.task_index or name.endswith(".yaml") for name in settings.tasks)
    return manager if complete else task_manager(folders, everything=True)


def _matching(manager: TaskManager, name: str, settings: Settings) -> list[str]:
    """Return the tasks that a name, pattern or file stands for. Raise ZebraError if there are none."""
    if name.endswith(".yaml") and Path(name).is_file():
        return [_register(manager, Path(name))]
    matches = manager.match_tasks([name])
    if not matches:
        _check_files(manager, settings.task_folders)
        near = zebra.nearest(name, manager.task_index)
        hint = f"did you mean {near!r}? " if near else ""
        msg = f"there is no task {name!r}; {hint}`lm-eval ls tasks` lists the harness's tasks, and zebra stands for the papers' six"
        raise zebra.ZebraError(msg)
    return list(matches)


def _register(manager: TaskManager, path: Path) -> str:
    """Add a task file to the index. Return the name of its task. Raise ZebraError if the file cannot be read."""
    try:
        config = load_yaml(path, resolve_func=False)
        TaskIndex.process_cfg(config, path.absolute(), manager.task_index)
    except Exception as error:
        msg = f"cannot read the task file {path}: {_summary(error)}"
        raise zebra.ZebraError(msg) from error
    return str(config.get("group") or config["task"])


def _check_files(manager: TaskManager, folders: Sequence[str]) -> None:
    """Raise ZebraError for a task file that the harness could not read, which it skips silently."""
    indexed = {entry.yaml_path for entry in manager.task_index.values()}
    for path in sorted(path for folder in folders for path in Path(folder).absolute().rglob("*.yaml")):
        if path not in indexed:
            _register(manager, path)


def use_cache_if_offline(manager: TaskManager, names: Sequence[str]) -> None:
    """Fall back to the local cache if the Hub is unreachable; `datasets` would retry for half a minute per task."""
    entries = [manager.task_index.get(name) for name in leaf_tasks(manager.task_index, names)]
    path = next(filter(None, map(_hub_dataset, entries)), None)
    if path is None or constants.HF_HUB_OFFLINE:
        return
    try:
        HfApi().dataset_info(path, timeout=10)
    except errors.HfHubHTTPError:  # the Hub answers
        return
    except Exception:  # noqa: BLE001  # any error of the network
        constants.HF_HUB_OFFLINE = datasets.config.HF_HUB_OFFLINE = True


def _hub_dataset(entry: Entry | None) -> str | None:
    """Return the dataset of the Hub that a task of the index reads, None if it reads none."""
    config = (entry.cfg or {}) if entry else {}
    local = config.get("custom_dataset") or config.get("dataset_kwargs")
    return None if local else config.get("dataset_path")


def load(manager: TaskManager, names: Sequence[str]) -> list[Task | Group]:
    """Return tasks with their data. Raise ZebraError, with the task and the reason, if one cannot be loaded."""
    use_cache_if_offline(manager, names)
    try:
        loaded = manager.load(list(names))
    except Exception as error:
        parts = [*leaf_tasks(manager.task_index, names)]
        if len(parts) > 1:
            for part in parts:
                load(manager, [part])
        raise _load_error(manager, parts[0], error) from error
    grouped = {child for children in loaded["group_map"].values() for child in children}
    return [task for kind in ("groups", "tasks") for name, task in loaded[kind].items() if name not in grouped]


def _load_error(manager: TaskManager, name: str, error: Exception) -> zebra.ZebraError:
    """Return the error for a task that cannot be loaded: because of its file, its data, or the network."""
    entry = manager.task_index.get(name)
    config = (entry.cfg or {}) if entry else {}
    reason = _summary(error.__cause__ or error)
    files = (config.get("dataset_kwargs") or {}).get("data_files")
    if files and "Duplicate" not in reason:
        reason = "it is empty" if isinstance(error, StopIteration) else reason
        paths = ", ".join(files.values())
        return zebra.ZebraError(f"the task {name!r} cannot read its data from {paths}: {reason}; {COLUMNS}")
    if isinstance(error, ConnectionError) or "reach" in reason or "ffline" in reason:
        return zebra.ZebraError(
            f"the task {name!r} needs {config.get('dataset_path')} of the Hugging Face Hub, which cannot be reached; "
            "check the network, or add --task-data DIR"
        )
    return zebra.ZebraError(f"the task {name!r} cannot be loaded: {reason}")


def _summary(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def leaf_tasks(index: Mapping[str, Entry], names: Sequence[str]) -> Iterator[str]:
    """Yield the tasks in groups and tags, at any depth."""
    return (name for name in descend(index, names) if index.get(name) is None or index[name].kind.name in TASKS)


def descend(index: Mapping[str, Entry], names: Sequence[str]) -> Iterator[str]:
    """Yield the names, and everything in those that are groups or tags, each once."""
    visited: dict[str, None] = {}
    pending = list(names)
    while pending:
        name = pending.pop(0)
        entry = index.get(name)
        if name in visited:
            continue
        visited[name] = None
        if entry is not None and entry.kind.name not in TASKS:
            pending += _parts(entry.cfg["task"]) if entry.kind.name == "GROUP" else sorted(entry.tags)
    return iter(visited)


def _parts(entries: str | Mapping[str, Any] | Sequence[Any]) -> list[str]:
    """Return the names in a group's list, which may contain whole groups."""
    if isinstance(entries, str):
        return [entries]
    if isinstance(entries, dict):
        return _parts(entries.get("task") or [])
    return [name for entry in entries for name in _parts(entry)]
