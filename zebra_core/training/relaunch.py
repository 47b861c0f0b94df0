"""Train with several processes: run the same command again under `torchrun` or `accelerate launch`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from zebra_core.base.extras import require_extra
from zebra_core.errors import ZebraError


def relaunch(how: str | None, arguments: list[str]) -> None:
    """Replace this process by `torchrun` or `accelerate launch` of the same command; do nothing if `how` is None.

    Raise ZebraError if `how` is neither `torchrun:N` nor `accelerate:CONFIG.yaml`, or its file or library is missing.
    """
    if how is None:
        return
    sys.stdout.flush()
    os.execv(sys.executable, launch_command(how, arguments))  # noqa: S606


def launch_command(how: str, arguments: list[str]) -> list[str]:
    """Return the words that run `zebra` with these arguments in several processes. Raise ZebraError as `relaunch` does."""
    return [sys.executable, "-m", *_launcher(how), "-m", "zebra_core", *_without_launch(arguments)]


def _launcher(how: str) -> list[str]:
    name, _, value = how.partition(":")
    if name not in ("torchrun", "accelerate") or not value:
        msg = f"--launch expects torchrun:N, such as torchrun:4, or accelerate:CONFIG.yaml, got {how!r}"
        raise ZebraError(msg)
    if name == "torchrun":
        if not value.isdecimal() or int(value) < 1:
            msg = f"--launch torchrun:N expects a number of processes, got {value!r}"
            raise ZebraError(msg)
        module, options = "torch.distributed.run", ["--standalone", "--nproc_per_node", value]
    else:
        if not Path(value).is_file():
            msg = f"there is no file {value!r}; create it with `accelerate config --config_file {value}`"
            raise ZebraError(msg)
        module, options = "accelerate.commands.launch", ["--config_file", value]
    require_extra("train", "training", [module.partition(".")[0]])
    return [module, *options]


def _without_launch(arguments: list[str]) -> list[str]:
    """Return the command line without `--launch`."""
    for at, argument in enumerate(arguments):
        if argument == "--launch":
            return arguments[:at] + arguments[at + 2 :]
        if argument.startswith("--launch="):
            return arguments[:at] + arguments[at + 1 :]
    return list(arguments)
