"""Training with several processes: the same command again, under `torchrun` or `accelerate launch`."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from zebra_core.errors import ZebraError


def launched(how: str | None, arguments: list[str]) -> None:
    """Become `torchrun` or `accelerate launch` of the same command, unless nothing is asked for; does not return if it does.

    Raises ZebraError where `how` is neither `torchrun:N` nor `accelerate:CONFIG.yaml`, or what it names is not there.
    """
    if how is None:
        return
    command = [sys.executable, "-m", *_launcher(how), "-m", "zebra_core", *_without(arguments)]
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606


def _launcher(how: str) -> list[str]:
    name, _, value = how.partition(":")
    if name not in ("torchrun", "accelerate") or not value:
        msg = f"--launch wants torchrun:N, such as torchrun:4, or accelerate:CONFIG.yaml, got {how!r}"
        raise ZebraError(msg)
    if name == "torchrun":
        if not value.isdecimal() or int(value) < 1:
            msg = f"--launch torchrun:N wants a number of processes, got {value!r}"
            raise ZebraError(msg)
        module, rest = "torch.distributed.run", ["--standalone", "--nproc_per_node", value]
    else:
        if not Path(value).is_file():
            msg = f"there is no file {value!r}; `accelerate config --config_file {value}` makes one"
            raise ZebraError(msg)
        module, rest = "accelerate.commands.launch", ["--config_file", value]
    if importlib.util.find_spec(module.partition(".")[0]) is None:
        msg = 'training needs the extra `train`: pip install "zebra-preference[train]"'
        raise ZebraError(msg)
    return [module, *rest]


def _without(arguments: list[str]) -> list[str]:
    """Return the command line without `--launch`."""
    kept = list(arguments)
    for at, argument in enumerate(kept):
        if argument == "--launch":
            return kept[:at] + kept[at + 2 :]
        if argument.startswith("--launch="):
            return kept[:at] + kept[at + 1 :]
    return kept
