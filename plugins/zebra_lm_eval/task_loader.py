"""LintResult task files: ours and IFEval's at once, the harness's 14,000 others only where one of them is asked for."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets
import lm_eval
from huggingface_hub import HfApi, constants, errors
from lm_eval.tasks import TaskManager
from lm_eval.tasks._index import TaskIndex  # what a TaskManager makes of a file, in no public place
from lm_eval.tasks._yaml_loader import load_yaml

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zebra_lm_eval.settings import Settings

OURS = Path(__file__).parent / "tasks"
IFEVAL = Path(lm_eval.__file__).parent / "tasks/ifeval"
TASKS = ("TASK", "PY_TASK")
COLUMNS = "docs/how-to/evaluate.md says which columns a task's rows have"


@cache
def task_manager(folders: tuple[str, ...], *, everything: bool) -> TaskManager:
    """Return what knows the tasks of ours and of folders, and of the harness: IFEval, or everything."""
    return TaskManager(include_path=[OURS, *([] if everything else [IFEVAL]), *folders], include_defaults=everything)


def find_tasks(asked: Settings) -> tuple[TaskManager, list[str]]:
    """Return what knows the tasks that are asked for, and their names; ZebraError for one that there is not, with the closest."""
    for folder in asked.task_folders:
        if not Path(folder).is_dir():
            msg = f"there is no task folder {folder}"
            raise zebra.ZebraError(msg)
    folders = tuple(os.path.abspath(folder) for folder in asked.task_folders)  # noqa: PTH100  # a folder that is linked stays where it is
    manager = task_manager(folders, everything=False)
    if not all(name in manager.task_index or name.endswith(".yaml") for name in asked.tasks):
        manager = task_manager(folders, everything=True)
    found: list[str] = []
    for name in asked.tasks:
        of_file = name.endswith(".yaml") and Path(name).is_file()
        matching = [_taken_in(manager, Path(name))] if of_file else manager.match_tasks([name])
        if not matching:
            _check_files(manager, asked.task_folders)
            near = zebra.nearest(name, manager.task_index)
            hint = f"did you mean {near!r}? " if near else ""
            msg = f"there is no task {name!r}; {hint}`lm-eval ls tasks` lists the harness's, zebra are the papers' six"
            raise zebra.ZebraError(msg)
        found += matching
    within = {part for name in found for part in descend(manager.task_index, [name]) if part != name}
    return manager, [name for name in dict.fromkeys(found) if name not in within]


def _taken_in(manager: TaskManager, path: Path) -> str:
    """Have a task file known by its task's name, which is returned; ZebraError where it cannot be read."""
    try:
        config = load_yaml(path, resolve_func=False)
        TaskIndex.process_cfg(config, path.absolute(), manager.task_index)
    except Exception as wrong:
        msg = f"cannot read the task file {path}: {_in_a_line(wrong)}"
        raise zebra.ZebraError(msg) from wrong
    return str(config.get("group") or config["task"])


def _check_files(manager: TaskManager, folders: Sequence[str]) -> None:
    """Raise ZebraError for a task file that the harness passed over, as it does without a word where it cannot read one."""
    taken = {entry.yaml_path for entry in manager.task_index.values()}
    for path in sorted(path for folder in folders for path in Path(folder).absolute().rglob("*.yaml")):
        if path not in taken:
            _taken_in(manager, path)


def work_offline_where_there_is_no_hub(manager: TaskManager, names: Sequence[str]) -> None:
    """Go by what was downloaded before where the hub does not answer: `datasets` would try for half a minute, a task at a time."""
    configs = [
        (entry.cfg or {}) for name in leaf_tasks(manager.task_index, names) if (entry := manager.task_index.get(name))
    ]
    paths = [c.get("dataset_path") for c in configs if not (c.get("custom_dataset") or c.get("dataset_kwargs"))]
    if not any(paths) or constants.HF_HUB_OFFLINE:
        return
    try:
        HfApi().dataset_info(next(path for path in paths if path), timeout=10)
    except errors.HfHubHTTPError:  # it answers
        return
    except Exception:  # noqa: BLE001  # whatever the network gives
        constants.HF_HUB_OFFLINE = datasets.config.HF_HUB_OFFLINE = True


def load(manager: TaskManager, names: Sequence[str]) -> list[Any]:
    """Load tasks with their data; ZebraError names the one that cannot be, and why."""
    work_offline_where_there_is_no_hub(manager, names)
    try:
        loaded = manager.load(list(names))
    except Exception as wrong:
        parts = [*leaf_tasks(manager.task_index, names)]
        if len(parts) > 1:
            for part in parts:
                load(manager, [part])
        raise _told(manager, parts[0], wrong) from wrong
    grouped = {child for children in loaded["group_map"].values() for child in children}
    return [held for kind in ("groups", "tasks") for name, held in loaded[kind].items() if name not in grouped]


def _told(manager: TaskManager, name: str, wrong: Exception) -> zebra.ZebraError:
    """Say why a task cannot be loaded: its file, its data, or the network."""
    entry = manager.task_index.get(name)
    config = (entry.cfg or {}) if entry else {}
    reason = _in_a_line(wrong.__cause__ or wrong)
    files = (config.get("dataset_kwargs") or {}).get("data_files")
    if files and "Duplicate" not in reason:
        reason = "it has no row" if isinstance(wrong, StopIteration) else reason
        return zebra.ZebraError(
            f"the task {name!r} cannot take its data from {', '.join(files.values())}: {reason}; {COLUMNS}"
        )
    if isinstance(wrong, ConnectionError) or "reach" in reason or "ffline" in reason:
        path = config.get("dataset_path")
        return zebra.ZebraError(
            f"the task {name!r} needs {path} of the Hugging Face hub, which cannot be reached; check the network, or say "
            "--task-data DIR"
        )
    return zebra.ZebraError(f"the task {name!r} cannot be loaded: {reason}")


def _in_a_line(wrong: BaseException) -> str:
    said = " ".join(str(wrong).split())[:200]
    return f"{type(wrong).__name__}: {said}" if said else type(wrong).__name__


def leaf_tasks(index: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """Go through groups and tags down to the tasks."""
    return (name for name in descend(index, names) if index.get(name) is None or index[name].kind.name in TASKS)


def descend(index: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """Go through groups and tags, and all that is in them; each once."""
    seen: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        entry = index.get(name)
        if name in seen:
            continue
        seen[name] = None
        if entry is not None and entry.kind.name not in TASKS:
            waiting += _parts(entry.cfg["task"]) if entry.kind.name == "GROUP" else sorted(entry.tags)
    return iter(seen)


def _parts(held: Any) -> list[str]:
    """Return the names in a group's list, which may hold groups that stand in it whole."""
    if isinstance(held, str):
        return [held]
    if isinstance(held, dict):
        return _parts(held.get("task") or [])
    return [name for part in held for name in _parts(part)]
