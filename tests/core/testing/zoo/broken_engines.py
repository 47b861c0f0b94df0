"""Engines that each break one contract."""

from concurrent.futures import ThreadPoolExecutor

import attrs

import zebra_core as zebra


@zebra.hookimpl
def zebra_engines():
    return {
        "drops": drops,
        "repeats": repeats,
        "reverses": reverses,
        "returns-names": returns_names,
        "recompresses": recompresses,
        "loses-errors": loses_errors,
        "wraps-errors": wraps_errors,
        "rewrites": rewrites,
        "some-workers": some_workers,
        "some-task": some_task,
    }


def drops(write, tasks, workers):
    """All but the last."""
    return [write(task) for task in tasks][:-1]


def repeats(write, tasks, workers):
    """The first, again and again."""
    shards = [write(task) for task in tasks]
    return [shards[0] for _ in shards]


def reverses(write, tasks, workers):
    """The last first."""
    return [write(task) for task in tasks][::-1]


def returns_names(write, tasks, workers):
    """Names."""
    return [write(task).name for task in tasks]


def recompresses(write, tasks, workers):
    """Uncompressed."""
    plain = attrs.evolve(write, compression="none")
    return [plain(task) for task in tasks]


def loses_errors(write, tasks, workers):
    """Go on, whatever happens."""
    shards = []
    for task in tasks:
        try:
            shards.append(write(task))
        except zebra.ZebraError:
            continue
    return shards


def wraps_errors(write, tasks, workers):
    """Another error."""
    try:
        return [write(task) for task in tasks]
    except zebra.ZebraError as error:
        raise RuntimeError from error


def rewrites(write, tasks, workers):
    """Everything again."""
    for task in tasks:
        (write.folder / "done" / f"{task.name}.json").unlink(missing_ok=True)
    return [write(task) for task in tasks]


def some_workers(write, tasks, workers):
    """As many threads as workers, also if that is 0."""
    with ThreadPoolExecutor(workers) as threads:
        return list(threads.map(write, tasks))


def some_task(write, tasks, workers):
    """The first, and then the others."""
    return [write(tasks[0]), *map(write, tasks[1:])]
